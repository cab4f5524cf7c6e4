/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules for values that go beyond their type.  Each checks option `i` of the
 * values, adds a problem with its line, and is true for an option that is not
 * set.
 */
#ifndef CORE_CONFIG_RULES_H
#define CORE_CONFIG_RULES_H

#include "config/option.h"

#define SCHEME_NAME_MAX (APAM_NAME_SIZE - 1)

struct option_check {
	const char *file;
	const struct option_table *table;
	const struct option_values *values;
	struct problems *problems;
};

/* For a STRING that must be an absolute path, as in trust_path_problem. */
bool option_check_path(const struct option_check *check, size_t i);

/* For a STRING that must be a proxy's http or https URL without a path. */
bool option_check_proxy(const struct option_check *check, size_t i);

/* Add a problem for option `i`; returns false. */
bool option_check_refuse(const struct option_check *check, size_t i,
    const char *format, ...) APAM_PRINTF(3, 4);

/* True for `[a-z0-9][a-z0-9-]*` of at most SCHEME_NAME_MAX bytes. */
bool scheme_name_ok(struct apam_str name);

#endif
