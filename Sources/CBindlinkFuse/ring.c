// FUSE over io_uring (Linux 6.14), as the kernel's fuse.h describes it: a ring with one entry, which one
// thread owns. The kernel puts a request into the entry's memory; one system call gives the answer back
// and waits for the next.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "bindlink_ring.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { REGISTER = 1, COMMIT_AND_FETCH = 2 };  // FUSE_IO_URING_CMD_

struct entry_state {
  uint64_t flags;
  uint64_t commit_id;
  uint32_t payload_size;
  uint32_t padding;
  uint64_t reserved;
};

// struct fuse_uring_req_header
struct entry_headers {
  char in_out[128];
  char arguments[128];
  struct entry_state state;
};

// struct fuse_uring_cmd_req
struct command {
  uint64_t flags;
  uint64_t commit_id;
  uint16_t queue;
  uint8_t padding[6];
};

_Static_assert(sizeof(struct entry_headers) <= BINDLINK_RING_HEADERS, "entry_headers");

struct bindlink_ring {
  int descriptor;
  int device;
  uint16_t queue;
  bool is_registered;
  bool is_submitted;
  bool is_answered;
  uint64_t unique;
  uint64_t commit_id;
  struct entry_headers *headers;
  char *payload;
  size_t payload_size;
  struct iovec memory[2];
  void *rings;
  size_t rings_size;
  unsigned *submission_head, *submission_tail, *completion_head, *completion_tail;
  unsigned completion_mask;
  struct io_uring_cqe *completions;
  char *submissions;
};

static int setup(struct io_uring_params *parameters) {
  memset(parameters, 0, sizeof *parameters);
  parameters->flags =
      IORING_SETUP_SQE128 | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
  return (int)syscall(SYS_io_uring_setup, 1, parameters);
}

void bindlink_ring_free(struct bindlink_ring *ring) {
  if (ring->rings != MAP_FAILED) munmap(ring->rings, ring->rings_size);
  if (ring->submissions != MAP_FAILED) munmap(ring->submissions, 128);
  if (ring->descriptor >= 0) close(ring->descriptor);
  free(ring);
}

struct bindlink_ring *bindlink_ring_new(int device, unsigned queue, void *headers, void *payload,
                                        size_t payload_size) {
  struct bindlink_ring *ring = calloc(1, sizeof *ring);
  if (ring == NULL) return NULL;
  struct io_uring_params parameters;
  ring->device = device;
  ring->queue = (uint16_t)queue;
  ring->headers = headers;
  ring->payload = payload;
  ring->payload_size = payload_size;
  // There is no request yet.
  ring->is_answered = true;
  ring->memory[0] = (struct iovec){headers, sizeof(struct entry_headers)};
  ring->memory[1] = (struct iovec){payload, payload_size};
  ring->rings = ring->submissions = MAP_FAILED;
  ring->descriptor = setup(&parameters);
  if (ring->descriptor >= 0) {
    size_t completions =
        parameters.cq_off.cqes + parameters.cq_entries * sizeof(struct io_uring_cqe);
    size_t submissions = parameters.sq_off.array + parameters.sq_entries * sizeof(unsigned);
    ring->rings_size = completions > submissions ? completions : submissions;
    ring->rings = mmap(NULL, ring->rings_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
                       ring->descriptor, IORING_OFF_SQ_RING);
    ring->submissions = mmap(NULL, 128, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
                             ring->descriptor, IORING_OFF_SQES);
  }
  if (ring->rings == MAP_FAILED || ring->submissions == MAP_FAILED) {
    int error = errno;
    bindlink_ring_free(ring);
    errno = error;
    return NULL;
  }
  char *base = ring->rings;
  ring->submission_head = (unsigned *)(base + parameters.sq_off.head);
  ring->submission_tail = (unsigned *)(base + parameters.sq_off.tail);
  ring->completion_head = (unsigned *)(base + parameters.cq_off.head);
  ring->completion_tail = (unsigned *)(base + parameters.cq_off.tail);
  ring->completion_mask = *(unsigned *)(base + parameters.cq_off.ring_mask);
  ring->completions = (struct io_uring_cqe *)(base + parameters.cq_off.cqes);
  *(unsigned *)(base + parameters.sq_off.array) = 0;
  return ring;
}

static void submit(struct bindlink_ring *ring) {
  memset(ring->submissions, 0, 128);
  struct io_uring_sqe *entry = (struct io_uring_sqe *)ring->submissions;
  entry->opcode = IORING_OP_URING_CMD;
  entry->fd = ring->device;
  entry->addr = (uintptr_t)ring->memory;
  entry->len = 2;
  entry->cmd_op = ring->is_registered ? COMMIT_AND_FETCH : REGISTER;
  struct command *command = (struct command *)entry->cmd;
  command->commit_id = ring->commit_id;
  command->queue = ring->queue;
  __atomic_store_n(ring->submission_tail, *ring->submission_tail + 1, __ATOMIC_RELEASE);
  ring->is_submitted = true;
}

static long enter(struct bindlink_ring *ring, unsigned completions, unsigned flags) {
  if (!ring->is_submitted) submit(ring);
  unsigned pending =
      *ring->submission_tail - __atomic_load_n(ring->submission_head, __ATOMIC_ACQUIRE);
  return syscall(SYS_io_uring_enter, ring->descriptor, pending, completions, flags, NULL, 0);
}

int bindlink_ring_register(struct bindlink_ring *ring) { return enter(ring, 0, 0) == 1 ? 0 : -1; }

int bindlink_ring_next(struct bindlink_ring *ring) {
  long result = enter(ring, 1, IORING_ENTER_GETEVENTS);
  unsigned head = *ring->completion_head;
  if (head == __atomic_load_n(ring->completion_tail, __ATOMIC_ACQUIRE)) {
    return result < 0 && errno != EINTR ? -errno : -EINTR;
  }
  int error = ring->completions[head & ring->completion_mask].res;
  __atomic_store_n(ring->completion_head, head + 1, __ATOMIC_RELEASE);
  ring->is_submitted = false;
  if (error != 0) return error < 0 ? error : -EPROTO;
  ring->is_registered = true;
  ring->commit_id = ring->headers->state.commit_id;
  ring->unique = ((struct fuse_in_header *)ring->headers->in_out)->unique;
  ring->is_answered = false;
  return 0;
}

const struct fuse_in_header *bindlink_ring_header(const struct bindlink_ring *ring) {
  return (const struct fuse_in_header *)ring->headers->in_out;
}

size_t bindlink_ring_payload_size(const struct bindlink_ring *ring) {
  return ring->headers->state.payload_size;
}

void *bindlink_ring_request(struct bindlink_ring *ring, size_t arguments_size) {
  char *start = ring->payload - arguments_size - sizeof(struct fuse_in_header);
  memcpy(start, ring->headers->in_out, sizeof(struct fuse_in_header));
  memcpy(start + sizeof(struct fuse_in_header), ring->headers->arguments, arguments_size);
  return start;
}

ssize_t bindlink_ring_answer(struct bindlink_ring *ring, const struct iovec *parts, int count) {
  const struct fuse_out_header *header = parts[0].iov_base;
  if (ring->is_answered || header->unique != ring->unique) return 0;
  size_t size = 0;
  for (int index = 1; index < count; index++) {
    if (parts[index].iov_len > ring->payload_size - size) {
      errno = EINVAL;
      return -1;
    }
    // What was read straight into it is in its place.
    memmove(ring->payload + size, parts[index].iov_base, parts[index].iov_len);
    size += parts[index].iov_len;
  }
  memcpy(ring->headers->in_out, header, sizeof *header);
  ring->headers->state.payload_size = (uint32_t)size;
  ring->is_answered = true;
  return (ssize_t)(sizeof *header + size);
}

void bindlink_ring_answer_anyway(struct bindlink_ring *ring) {
  struct fuse_out_header header = {sizeof header, -EIO, ring->unique};
  struct iovec part = {&header, sizeof header};
  bindlink_ring_answer(ring, &part, 1);
}

void bindlink_stay_on_processor(unsigned processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  // One that is offline has no requests.
  sched_setaffinity(0, sizeof set, &set);
}

int bindlink_is_on_processor(unsigned processor) { return sched_getcpu() == (int)processor; }

int bindlink_may_use_all_processors(void) {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 &&
         CPU_COUNT(&set) >= sysconf(_SC_NPROCESSORS_ONLN);
}
