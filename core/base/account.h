/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers of users and groups, by the system's databases, nsswitch.conf(5).
 * These may be on a server, so that a call may take as long as that lets it.
 */
#ifndef CORE_BASE_ACCOUNT_H
#define CORE_BASE_ACCOUNT_H

#include <stdint.h>

enum account_kind { ACCOUNT_USER, ACCOUNT_GROUP };

/* NULL where *id is the account's number; else a static text. */
const char *account_id(enum account_kind kind, const char *name, uint32_t *id);

#endif
