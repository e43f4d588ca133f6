/* How the calls of these files return: -errno if they fail. */
#pragma once
#include <errno.h>

#define RESULT(call)                                   \
	do {                                           \
		long result_ = (call);                 \
		return result_ < 0 ? -errno : result_; \
	} while (0)
