/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding options.  The elements of a module's table may have another size.
 */
#include "config/option_table.h"

#include <string.h>

#include "crypto/key.h"

const struct apam_option *
option_at(const struct option_table *table, size_t i)
{
	return (const struct apam_option *)(const void *)((const char *)
							      table->options +
	    i * table->option_size);
}

const struct apam_option *
option_find(const struct option_table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++) {
		if (strcmp(option_at(table, i)->name, name) == 0)
			return option_at(table, i);
	}
	return NULL;
}

struct apam_str
option_key_text(const struct apam_value *value)
{
	return value->key == NULL ? value->str : value->key->written;
}
