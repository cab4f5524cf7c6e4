/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines that were read are a record's, which has checked them; those that are
 * written are checked here.
 */
#include "durable/durable_facts.h"

#include "base/str.h"
#include "base/utf8.h"

bool
durable_fact_name_ok(struct apam_str name)
{
	if (name.n == 0 || name.n > DURABLE_FACT_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] != '_' && !str_is_digit(name.p[i]) &&
		    (name.p[i] < 'a' || name.p[i] > 'z'))
			return false;
	return true;
}

bool
durable_fact_value_ok(struct apam_str value)
{
	return value.n > 0 && value.n <= DURABLE_FACT_VALUE_MAX &&
	    utf8_is_plain(value);
}

void
durable_fact_put(struct buf *lines, const struct durable_fact *fact)
{
	buf_put(lines, fact->hidden ? APAM_STR("hidden ") : APAM_STR("fact "));
	buf_put(lines, fact->name);
	buf_put_char(lines, ' ');
	buf_put(lines, fact->value);
	buf_put_char(lines, '\n');
}

/* The text before the first `end`, which is taken off *rest with it. */
static struct apam_str
cut_at(struct apam_str *rest, char end)
{
	const struct apam_str text = str_cut(*rest, str_find(*rest, end));

	*rest = str_skip(*rest, text.n + (text.n < rest->n));
	return text;
}

bool
durable_fact_take(struct apam_str *rest, struct durable_fact *fact)
{
	struct apam_str line;

	if (rest->n == 0)
		return false;
	line = cut_at(rest, '\n');
	fact->hidden = str_equal(cut_at(&line, ' '), APAM_STR("hidden"));
	fact->name = cut_at(&line, ' ');
	fact->value = line;
	return true;
}

struct apam_str
durable_fact_find(struct apam_str lines, struct apam_str name)
{
	struct durable_fact fact;

	while (durable_fact_take(&lines, &fact))
		if (str_equal(fact.name, name))
			return fact.value;
	return APAM_STR("");
}
