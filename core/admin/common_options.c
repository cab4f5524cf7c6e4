/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options that no module declares, for tools that write profiles or list
 * what they take.
 */
#include <apam/admin.h>

#include "config/entry_conf.h"
#include "config/profile_conf.h"

static const struct apam_option *
show_table(const struct option_table *table, size_t *count, size_t *option_size)
{
	*count = table->count;
	*option_size = table->option_size;
	return table->options;
}

const struct apam_option *
apam_profile_options(size_t *count, size_t *option_size)
{
	return show_table(profile_conf_options(), count, option_size);
}

const struct apam_option *
apam_entry_options(size_t *count, size_t *option_size)
{
	return show_table(entry_conf_options(), count, option_size);
}
