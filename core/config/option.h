/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options are declared, not parsed: checks a libconfig group against a table
 * of `struct apam_option` and gives the values, in the table's order.
 *
 * One mechanism for the main file, profiles, entries and modules.  Every
 * problem is added with file and line and, for a misspelt name or choice, the
 * nearest right one.  Secrets are resolved by the caller (file/secret.h): here
 * a secret is only checked to be a reference, never a literal.  Messages name
 * options, never their values.
 */
#ifndef CORE_OPTION_H
#define CORE_OPTION_H

#include <libconfig.h>
#include <stdbool.h>

#include "base/arena.h"
#include "config/option_table.h"

/* The values that a table got from a group. */
struct option_values {
	struct apam_value *values; /* one for each option; for a SECRET, str
				      is the reference; for an unset GROUP,
				      members is NULL */
	unsigned *lines; /* of each in the file; the group's if unset */
	size_t count;
	struct arena arena; /* owns the rest */
};

/*
 * Check `group` against `table` and fill in *values, zeroed by the caller.
 * False, with problems added, where anything is wrong; the values are then
 * those that were right, the others unset.
 */
bool
option_read(const config_setting_t *group, const struct option_source *source,
    const struct option_table *table, struct option_values *values);

/* Wipe and free; fine on a zeroed struct. */
void option_values_free(struct option_values *values);

#endif
