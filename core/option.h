/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options are declared, not parsed: checks a libconfig group against tables
 * of `struct apam_option` and gives the values, in the tables' order.
 *
 * One mechanism for the main file, profiles, entries and modules.  Every
 * problem is added with file and line and, for a misspelt name or choice, the
 * nearest right one.  Secrets are resolved by the caller (secret_ref.h): here
 * a secret is only checked to be a reference, never a literal.
 */
#ifndef CORE_OPTION_H
#define CORE_OPTION_H

#include <libconfig.h>
#include <stdbool.h>

#include <apam/module.h>

#include "problems.h"

/* A table of options with the element size that its owner was built with. */
struct option_table {
	const struct apam_option *options;
	size_t option_size;
	size_t count;
};

/* The values that one table got from one group. */
struct option_values {
	struct apam_value *values; /* one for each option; for a SECRET, str
				      is the reference */
	unsigned *lines;	/* of each in the file; the group's if unset */
	size_t count;
	void *arena;		/* owns the rest */
};

/* Option `i` of a table, whatever its element size. */
const struct apam_option *option_at(const struct option_table *table,
    size_t i);

/*
 * Check `group` against `tables`, which together must know every member, and
 * fill in `values` (one for each table, zeroed by the caller).  `what` names
 * the group in messages ("the profile", "the entry").  False, with problems
 * added, where anything is wrong; then the values are unusable but freeable.
 * `allow_http` is for URLs.
 */
bool option_read(const config_setting_t *group, const char *file,
    const char *what, const struct option_table *tables, size_t table_count,
    bool allow_http, struct option_values *values, struct problems *all);

/* Wipe and free; fine on a zeroed struct. */
void option_values_free(struct option_values *values);

#endif
