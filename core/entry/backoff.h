/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When to do things, with jitter, so that processes that started together do
 * not act together.
 */
#ifndef CORE_ENTRY_BACKOFF_H
#define CORE_ENTRY_BACKOFF_H

#include <stdint.h>

#define BACKOFF_BASE_MS 1000
#define BACKOFF_MAX_MS 300000

/*
 * Milliseconds to wait after `failures` (1 or more) in a row: evenly from the
 * half to the whole of min(base * 2^(failures - 1), max).  The half is sure, so
 * that a call that asks twice within itself never does so at the provider.
 */
int64_t backoff_ms(unsigned failures);

/*
 * When to replace a credential that was sent for at `from`, came at `came` and
 * must not be used from `until` on: at 75 to 90 % of its life, or earlier where
 * an exchange as slow as its own would come too late.  All by clock_ms.
 */
int64_t backoff_refresh_at(int64_t from, int64_t came, int64_t until);

#endif
