// FUSE over io_uring: one entry of a queue, and the thread that owns it.
#pragma once
#include "fuse_wire.h"

#include <sys/types.h>
#include <sys/uio.h>

/// Bytes of the memory for an entry's headers.
enum { BINDLINK_RING_HEADERS = 512 };

struct bindlink_ring;

/// A ring for the calling thread alone, who also has to free it. The memory stays the caller's and has to
/// outlive it; requests are put together before `payload`, where there must be room for 512 bytes more.
/// NULL with errno on failure.
struct bindlink_ring *bindlink_ring_new(int device, unsigned queue, void *headers, void *payload,
                                        size_t payload_size);
void bindlink_ring_free(struct bindlink_ring *ring);

/// Makes the entry known to the kernel, before bindlink_ring_next would. 0; -1: not yet.
int bindlink_ring_register(struct bindlink_ring *ring);

/// Gives the last answer back, or makes the entry known, and waits for a request. 0; -EINTR, upon which it is
/// to be called again; or another negative errno at the end of the connection.
int bindlink_ring_next(struct bindlink_ring *ring);

/// Of the request that has come: its header, the bytes that follow its fixed arguments, and all of it in
/// one piece, given the size of those.
const struct fuse_in_header *bindlink_ring_header(const struct bindlink_ring *ring);
size_t bindlink_ring_payload_size(const struct bindlink_ring *ring);
void *bindlink_ring_request(struct bindlink_ring *ring, size_t arguments_size);

/// Takes the answer to that request, to be given back by the next call of bindlink_ring_next. Its size; 0 if it
/// is the answer to another one; -1 with errno.
ssize_t bindlink_ring_answer(struct bindlink_ring *ring, const struct iovec *parts, int count);
/// EIO, if there is no answer yet.
void bindlink_ring_answer_anyway(struct bindlink_ring *ring);

/// Keeps the calling thread on a processor, if that one is there.
void bindlink_stay_on_processor(unsigned processor);
int bindlink_is_on_processor(unsigned processor);
/// Whether the calling thread may run on every processor that is there.
int bindlink_may_use_all_processors(void);
