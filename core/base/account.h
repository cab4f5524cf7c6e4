/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers and names of users and groups, by the system's databases, nsswitch.conf(5).
 * These may be on a server, so that a call may take as long as that lets it.
 */
#ifndef CORE_BASE_ACCOUNT_H
#define CORE_BASE_ACCOUNT_H

#include <stdint.h>

enum account_kind { ACCOUNT_USER, ACCOUNT_GROUP };

#define ACCOUNT_TEXT_SIZE 64

/*
 * "user 5 (games)", or "user 5" where there is no name, or none that can be shown.
 * What was found is kept for a minute.  For messages alone, never for a request
 * that is served.
 */
void account_describe(uint32_t user, char to[ACCOUNT_TEXT_SIZE]);

/* NULL where *id is the account's number; else a static text. */
const char *account_id(enum account_kind kind, const char *name, uint32_t *id);

#endif
