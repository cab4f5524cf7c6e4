/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Durations in files: a number and a unit, "90s", "15m", "8h", "30d".
 */
#ifndef CORE_TEXT_DURATION_H
#define CORE_TEXT_DURATION_H

#include <stdbool.h>

#include <apam/types.h>

#define DURATION_MAX (10LL * 365 * 86400) /* seconds: ten years */

/* Set *seconds; false for anything else, or for more than DURATION_MAX. */
bool duration_parse(struct apam_str text, int64_t *seconds);

#endif
