/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The probe: a request that the administrator named ("GET /eyes"), signed by
 * one entry alone and sent to ask whether the provider takes its credential.
 */
#ifndef CORE_PROBE_H
#define CORE_PROBE_H

#include "entry.h"

/*
 * Send the entry's probe with a credential and judge the answer: accepted is
 * good, rejected is revoked, all else unknown.  The entry must have one.
 * Errors: no answer; *finding is then left alone.
 */
enum apam_status probe_send(struct entry *e, const struct credential *c,
    int64_t deadline, struct key_finding *finding, struct apam_error *err);

#endif
