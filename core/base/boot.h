/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which run of the machine this is.  clock_ms (clock.h) starts anew with each
 * boot, so its times, if they are stored, are valid only until the next one.
 */
#ifndef CORE_BASE_BOOT_H
#define CORE_BASE_BOOT_H

#include <stdbool.h>

#define BOOT_ID_SIZE 36 /* a UUID as text, without a NUL */

/*
 * The id of this boot.  False, with `to` zeroed, if the system does not tell;
 * only Linux does.
 */
bool boot_id(char to[BOOT_ID_SIZE]);

#endif
