/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The probe: a request that the administrator named ("GET /eyes"), signed by
 * one entry alone and sent to ask whether the provider takes its credential.
 */
#ifndef CORE_ENTRY_PROBE_H
#define CORE_ENTRY_PROBE_H

#include "entry/entry.h"

/*
 * Describe the entry's probe, signed with a credential; the entry must have
 * one.  Errors: those of signing, CONFIG.
 */
enum apam_status probe_build(struct entry *e, const struct credential *c,
    struct exchange *x, struct apam_error *err);

#endif
