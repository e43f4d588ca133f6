/* What the implementation keeps for each thread. Not installed. */
#pragma once

#include <stdint.h>

/* What GetLastError returns to the calling thread from now on. */
void bl_set_last_error(uint32_t code);
