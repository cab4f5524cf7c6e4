/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One profile file, checked first without its modules, as far as possible, and
 * then with them.
 */
#ifndef CORE_CONFIG_PROFILE_CONF_H
#define CORE_CONFIG_PROFILE_CONF_H

#include "config/option_table.h"
#include "config/profile_values.h"

/*
 * True for a letter or digit, then letters, digits, '.', '_' and '-', at most
 * 64.
 */
bool profile_name_ok(const char *name);

/*
 * Read a profile file.  Of an entry only the members that all schemes share are
 * checked; for the rest call profile_entry_options with the module's table.
 * NULL with problems added if anything is wrong.  `settings` must outlive it.
 */
struct profile *profile_new(const char *name, const char *file,
    const struct settings *settings, struct problems *all);

/*
 * The same for tools that report everything in one pass: NULL only if the file
 * cannot be parsed at all.  If problems were added, the draft may be used only
 * for profile_entry_options and profile_free.
 */
struct profile *profile_draft(const char *name, const char *file,
    const struct settings *settings, struct problems *all);

/* A draft from a parsed file, which it takes over: *conf is NULL afterwards. */
struct profile *profile_from_conf(const char *name, struct conf **conf,
    const struct settings *settings, struct problems *all);

/* The options that every profile takes, but for `auth`. */
const struct option_table *profile_conf_options(void);

/* The line of origin `i` in the profile's file. */
unsigned profile_origin_line(const struct profile *profile, size_t i);

/* Free and set *profile to NULL, which it may be already. */
void profile_free(struct profile **profile);

#endif
