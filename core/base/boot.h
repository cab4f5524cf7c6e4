/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which run of the machine this is, and whose clocks.  clock_ms (clock.h) starts
 * anew with each boot, and may differ in another time namespace
 * (time_namespaces(7)): its times are valid only where both are the same.
 */
#ifndef CORE_BASE_BOOT_H
#define CORE_BASE_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#define BOOT_ID_SIZE 36 /* a UUID as text, without a NUL */

/*
 * The id of this boot.  False, with `to` zeroed, if the system does not tell;
 * only Linux does.
 */
bool boot_id(char to[BOOT_ID_SIZE]);

/* Which time namespace this process is in; both 0 where there are none. */
void boot_time_namespace(uint64_t *device, uint64_t *inode);

#endif
