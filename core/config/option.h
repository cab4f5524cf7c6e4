/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options are declared, not parsed: a libconfig group is checked against a
 * table of `struct apam_option`, and the values are in the table's order.
 *
 * The main file, profiles, entries and modules use the same mechanism.  Every
 * problem is added with file and line and, for a misspelt name or choice, the
 * closest correct one.  The caller resolves secrets (file/secret.h): here a
 * secret is only checked to be a reference and not a literal.  Messages name
 * options, never their values.
 */
#ifndef CORE_CONFIG_OPTION_H
#define CORE_CONFIG_OPTION_H

#include <libconfig.h>
#include <stdbool.h>

#include "base/arena.h"
#include "config/option_table.h"

/* The values that a table got from a group. */
struct option_values {
	struct apam_value *values; /* one for each option; for a SECRET, str
				      is the reference; for an unset GROUP,
				      members is NULL */
	unsigned *lines; /* the line of each; the group's if unset */
	size_t count;
	struct arena arena; /* owns the rest */
};

/*
 * Check `group` against `table` and fill in *values, which the caller has
 * zeroed.  False, with problems added, if anything is wrong; correct values are
 * set all the same.
 */
bool
option_read(const config_setting_t *group, const struct option_source *source,
    const struct option_table *table, struct option_values *values);

/* Wipe and free; a zeroed struct is allowed. */
void option_values_free(struct option_values *values);

#endif
