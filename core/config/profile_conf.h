/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One profile file, checked as far as that goes without its modules, and then
 * with them.
 */
#ifndef CORE_PROFILE_H
#define CORE_PROFILE_H

#include "config/profile_values.h"

/* A letter or digit, then letters, digits, '.', '_' and '-', 64 at most. */
bool profile_name_ok(const char *name);

/*
 * Read a profile file.  An entry's own members are not looked at yet, except
 * the common ones: call profile_entry_options with the module's table.  NULL
 * with problems added where anything is wrong.  `settings` must outlive it.
 */
struct profile *profile_new(const char *name, const char *file,
    const struct settings *settings, struct problems *all);

/*
 * For tools that report everything in one pass: the same, but NULL only where
 * the file cannot be parsed at all.  Where problems were added the draft is
 * good for profile_entry_options and profile_free and nothing else.
 */
struct profile *profile_draft(const char *name, const char *file,
    const struct settings *settings, struct problems *all);

/* A draft from a parsed file, which it takes over: *conf is then NULL. */
struct profile *profile_from_conf(const char *name, struct conf **conf,
    const struct settings *settings, struct problems *all);

/* The line of origin `i` in the profile's file. */
unsigned profile_origin_line(const struct profile *profile, size_t i);

/* Free and set *profile to NULL; fine on NULL. */
void profile_free(struct profile **profile);

#endif
