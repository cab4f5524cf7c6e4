/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What apam_revoke does for one entry.
 */
#ifndef CORE_ADMIN_REVOKE_ENTRY_H
#define CORE_ADMIN_REVOKE_ENTRY_H

#include "flight/obtain.h"

/*
 * Tell the provider, and have every process of this machine forget what it has.
 * *to, which is zero at first, says what became of it.  PENDING, where
 * `patience` has it so: call it again with the same, and nothing has been told
 * yet; else what the provider said.
 */
enum apam_status revoke_entry(struct entry *e, const struct patience *patience,
    struct apam_revoke_report *to);

/* Set the word for what the provider said. */
void revoke_say(struct apam_revoke_report *report);

#endif
