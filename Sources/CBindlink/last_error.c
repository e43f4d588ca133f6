/* The Windows code of the last failure, for each thread: Swift has no thread-local variables. */
#include "bindlink.h"
#include "bindlink_thread.h"

static _Thread_local DWORD last_error;

void bl_set_last_error(uint32_t code)
{
	last_error = code;
}

DWORD GetLastError(void)
{
	return last_error;
}
