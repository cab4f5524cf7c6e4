/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules for values that a type alone does not express.  Each takes option `i`
 * of what was read, adds a problem at its line, and is true for one not set.
 */
#ifndef CORE_OPTION_CHECK_H
#define CORE_OPTION_CHECK_H

#include "config/option.h"

#define SCHEME_NAME_MAX (APAM_NAME_SIZE - 1)

struct option_check {
	const char *file;
	const struct option_table *table;
	const struct option_values *values;
	struct problems *problems;
};

/* A STRING that must be an absolute path, as trust_path_problem says. */
bool option_check_path(const struct option_check *check, size_t i);

/* A STRING that must be the http or https URL of a proxy, without a path. */
bool option_check_proxy(const struct option_check *check, size_t i);

/* Add a problem with option `i`; returns false. */
bool option_check_refuse(const struct option_check *check, size_t i,
    const char *format, ...) APAM_PRINTF(3, 4);

/* `[a-z0-9][a-z0-9-]*`, SCHEME_NAME_MAX bytes at most. */
bool scheme_name_ok(struct apam_str name);

#endif
