/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each of these may be refused, and the agent then serves all the same: what
 * holds secrets is locked and kept out of dumps by itself (core/base/secmem.c).
 */
#include "agent/harden.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* The soft limit becomes the hard one, which is returned. */
static rlim_t
raise_limit(int what)
{
	struct rlimit limit;

	if (getrlimit(what, &limit) != 0)
		return 0;
	if (limit.rlim_cur == limit.rlim_max)
		return limit.rlim_max;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(what, &limit);
	return limit.rlim_max;
}

void
harden_process(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)raise_limit(RLIMIT_NOFILE);
	/* Under a limit all later memory would be refused once it is reached. */
	if (raise_limit(RLIMIT_MEMLOCK) == RLIM_INFINITY)
		(void)mlockall(MCL_CURRENT | MCL_FUTURE);
}

size_t
harden_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 1024;
	return limit.rlim_cur > 1 << 20 ? 1 << 20 : (size_t)limit.rlim_cur;
}
