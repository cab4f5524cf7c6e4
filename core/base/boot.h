/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which run of the machine this is: clock_ms (clock.h) starts anew with each,
 * so times on it that were written down hold for the same one alone.
 */
#ifndef CORE_BOOT_H
#define CORE_BOOT_H

#include <stdbool.h>

#define BOOT_ID_SIZE 36 /* a UUID as text, without a NUL */

/*
 * The id of this boot, new at each.  False, with `to` zeroed, where the system
 * does not tell; there is none but on Linux.
 */
bool boot_id(char to[BOOT_ID_SIZE]);

#endif
