/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two clocks: one that only runs forward, through suspend, for lifetimes and
 * deadlines; and the wall clock, for what is shown or sent.
 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment before this process; CLOCK_BOOTTIME. */
int64_t clock_ms(void);
/* Unix time in seconds. */
int64_t clock_unix(void);

#endif
