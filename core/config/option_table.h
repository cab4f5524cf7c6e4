/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which options a group may have, and where the group comes from.
 */
#ifndef CORE_CONFIG_OPTION_TABLE_H
#define CORE_CONFIG_OPTION_TABLE_H

#include <stdbool.h>

#include <apam/module.h>

#include "base/problems.h"

/* A table of options with the element size that its owner was built with. */
struct option_table {
	const struct apam_option *options;
	size_t option_size;
	size_t count;
};

/* Where values come from and where problems go. */
struct option_source {
	const char *file;
	const char *what; /* names the group in messages: "the entry" */
	bool allow_http; /* URLs may be http to a loopback address */
	/* The same for these, where the option says APAM_OPT_LOCAL_HTTP. */
	const struct apam_str *http_addresses;
	size_t http_address_count;
	/*
	 * Members that the table does not know are left to a later reading.
	 * But if a required member is missing there will be none, and a name
	 * that looks misspelt is reported.
	 */
	bool partial;
	/* Members that another reading has checked; NULL: none. */
	const struct option_table *elsewhere;
	struct problems *problems;
};

/* Option `i` of a table, whatever its element size. */
const struct apam_option *option_at(const struct option_table *table, size_t i);

/* The option with this name; NULL if the table has none. */
const struct apam_option *
option_find(const struct option_table *table, const char *name);

/*
 * The text of a KEY that is set: of the handle, once there is one, for modules
 * do not see it then.
 */
struct apam_str option_key_text(const struct apam_value *value);

/*
 * Write the name of what a path leads to, as refuse_option (module.h) has it:
 * "headers[2].name", elements counted from 1.  What the table does not have is
 * "?".  `to` is cut to `size`.
 */
void option_path_name(const struct option_table *table, const size_t *path,
    size_t count, char *to, size_t size);

#endif
