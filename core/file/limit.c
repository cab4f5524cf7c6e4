/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The limit is read before each write, because it may be set at any time.
 */
#include "file/limit.h"

#include <errno.h>
#include <sys/resource.h>

bool
file_limit_allows(uint64_t bytes)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) != 0 ||
	    limit.rlim_cur == RLIM_INFINITY || bytes <= limit.rlim_cur)
		return true;
	errno = EFBIG;
	return false;
}
