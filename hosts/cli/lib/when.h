/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Points in time and ages, in a form for people and programs alike.
 */
#ifndef HOSTS_CLI_LIB_WHEN_H
#define HOSTS_CLI_LIB_WHEN_H

#include <stdint.h>

#define WHEN_SIZE 32

/*
 * Write Unix time `seconds` as "2026-01-31T12:00:00Z" (RFC 3339), always in
 * UTC; "-" if `seconds` is 0.
 */
void when_text(char to[WHEN_SIZE], int64_t seconds);

#define AGE_SIZE 24

/* Write a span as "45s", "12m", "30h" or "400d". */
void age_text(char to[AGE_SIZE], int64_t seconds);

#endif
