/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entries of a profile, which profile_conf.c passes on.
 */
#ifndef CORE_CONFIG_ENTRY_CONF_H
#define CORE_CONFIG_ENTRY_CONF_H

#include "base/buf.h"
#include "config/option_table.h"
#include "config/profile_values.h"

/*
 * Read the auth list of p->conf into p->entries, as far as all schemes share
 * it.  False if memory runs out; other problems are only added.
 */
bool profile_entries_read(
    struct profile *p, const struct settings *settings, struct problems *all);

/* The options that entries of all schemes have. */
const struct option_table *entry_conf_options(void);

/* True for the name of an option that entries of all schemes have. */
bool profile_entry_reserves(const char *name);

/* Append the URL of an entry's probe: its target at the first origin. */
void profile_probe_url(const struct profile *profile,
    const struct profile_entry *entry, struct buf *url);

/*
 * Check entry `i` against its module's table, and return the values.  False
 * with problems added if anything is wrong.
 */
bool profile_entry_options(const struct profile *profile, size_t i,
    const struct option_table *table, struct option_values *values,
    struct problems *all);

#endif
