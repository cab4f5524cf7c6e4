/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entries of a profile: what profile_conf.c hands on.
 */
#ifndef CORE_PROFILE_ENTRY_H
#define CORE_PROFILE_ENTRY_H

#include "config/profile_conf.h"

/*
 * Read the auth list of p->conf into p->entries, as far as all schemes have
 * it in common.  False when out of memory; other problems are only added.
 */
bool profile_entries_read(
    struct profile *p, const struct settings *settings, struct problems *all);

#endif
