/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeping the module from the system: a call that it makes itself, and that a
 * module has no use for, ends the check.  What the core does for it goes on.
 */
#ifndef HOSTS_KIT_SYSTEM_CALLS_H
#define HOSTS_KIT_SYSTEM_CALLS_H

#include <stdbool.h>

/*
 * From now on, in this process and for good.  False where the kernel does not
 * offer it, or the check does not know this processor.
 */
bool system_calls_refuse(void);

#endif
