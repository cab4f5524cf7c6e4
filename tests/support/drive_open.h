/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening a module with options that it has to take, or to refuse.
 */
#ifndef TESTS_DRIVE_OPEN_H
#define TESTS_DRIVE_OPEN_H

#include "support/drive.h"
#include "support/run.h"

/* drive_open, which has to succeed. */
static inline void
drive_must_open(struct drive *d, const struct apam_module *module,
    const char *text, const char *secret)
{
	const enum apam_status status = drive_open(d, module, text, secret);

	ck_assert_msg(status == APAM_OK, "%s: %s", text, d->refusal);
}

/*
 * drive_open, which has to refuse the options with a text that holds `why` and
 * not `never`, a part of the secret.
 */
static inline void
drive_must_refuse(struct drive *d, const struct apam_module *module,
    const char *text, const char *secret, const char *why, const char *never)
{
	const enum apam_status status = drive_open(d, module, text, secret);

	ck_assert_msg(status == APAM_E_CONFIG, "%s: accepted", text);
	ck_assert_msg(
	    drive_holds(d->refusal, why), "%s: %s", text, d->refusal);
	ck_assert(!drive_holds(d->refusal, never));
}

#endif
