// How often this process allocates. The program that links this has its allocation functions
// replaced by ones that count and then do what glibc does.
#ifndef ALLOCATION_COUNT_H
#define ALLOCATION_COUNT_H

#include <stdint.h>

/// Allocations so far, by all threads but those that were left out.
uint64_t allocation_count(void);

/// The calling thread's allocations do not count from now on.
void leave_thread_out(void);

#endif
