/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * On Linux the kernel's auxiliary vector is asked: AT_SECURE also covers file
 * capabilities and security modules.  Elsewhere ids are compared.
 */
#include "base/privilege.h"

#include <stdlib.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/auxv.h>

bool
process_is_setid(void)
{
	return getauxval(AT_SECURE) != 0;
}
#else
bool
process_is_setid(void)
{
	return getuid() != geteuid() || getgid() != getegid();
}
#endif

const char *
trusted_getenv(const char *name)
{
	return process_is_setid() ? NULL : getenv(name);
}
