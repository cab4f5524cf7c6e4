/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between option.c, which goes through a group, and option_value.c, which reads
 * one value according to its type.
 */
#ifndef CORE_CONFIG_OPTION_VALUE_H
#define CORE_CONFIG_OPTION_VALUE_H

#include <libconfig.h>

#include "base/arena.h"
#include "config/option_table.h"

/* One option being read. */
struct option_reading {
	const struct option_source *source;
	struct arena *arena;
	const struct apam_option *option;
	size_t option_size;
	const config_setting_t *setting; /* NULL: read the default */
	unsigned line;
	/*
	 * Reads the members of a group into `values` and their lines into
	 * `lines`, which may be NULL.  False with problems added.
	 */
	bool (*read_members)(const struct option_reading *reading,
	    const struct option_table *table, struct apam_value *values,
	    unsigned *lines);
};

/* Fill in *value, which is zeroed; false with a problem added. */
bool option_value_read(
    const struct option_reading *reading, struct apam_value *value);

#endif
