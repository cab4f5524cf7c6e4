/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A shared object that is not a part of apam, for check_internal.  Its
 * constructor tells that it ran.
 */
#include <stdlib.h>

__attribute__((constructor)) static void
run(void)
{
	(void)setenv("APAM_TEST_CONSTRUCTOR", "ran", 1);
}
