/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel does with a mapping: VmFlags of proc(5), "/proc/pid/smaps".
 */
#ifndef TESTS_VM_FLAGS_H
#define TESTS_VM_FLAGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/sanitizer.h"

/* Copy the line of the mapping that has p; empty where the kernel shows none. */
static inline void
vm_flags(const void *p, char *to, size_t size)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	char line[512];
	unsigned long from, end;
	bool mine = false;

	to[0] = '\0';
	while (smaps != NULL && fgets(line, sizeof(line), smaps) != NULL) {
		if (sscanf(line, "%lx-%lx ", &from, &end) == 2)
			mine = from <= (uintptr_t)p && (uintptr_t)p < end;
		if (mine && strncmp(line, "VmFlags:", 8) == 0)
			(void)snprintf(to, size, "%s", line);
	}
	if (smaps != NULL)
		(void)fclose(smaps);
}

/* AddressSanitizer answers mlock(2) itself and locks nothing. */
#ifdef SANITIZES_ADDRESSES
#define VM_LOCKS false
#else
#define VM_LOCKS true
#endif

/* True where n bytes can be locked. */
static inline bool
vm_locks(size_t n)
{
	struct rlimit limit;

	return VM_LOCKS && getrlimit(RLIMIT_MEMLOCK, &limit) == 0 &&
	    limit.rlim_cur >= n;
}

#endif
