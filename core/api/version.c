/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_version: which library a program found.
 */
#include <apam/apam.h>

const char *
apam_version(void)
{
	return APAM_VERSION;
}
