/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Points in time, for people and programs alike, and how long ago they are.
 */
#ifndef CLI_WHEN_H
#define CLI_WHEN_H

#include <stdint.h>

#define WHEN_SIZE 32

/*
 * As "2026-01-31T12:00:00Z" (RFC 3339), in UTC whatever TZ says; "-" where
 * `seconds`, Unix time, is 0.
 */
void when_text(char to[WHEN_SIZE], int64_t seconds);

#define AGE_SIZE 24

/* As "45s", "12m", "30h" or "400d". */
void age_text(char to[AGE_SIZE], int64_t seconds);

#endif
