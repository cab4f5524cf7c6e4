/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Swapping two entries of a profile as text.  What the guard and libconfig
 * take is still taken afterwards, libconfig finds the two in each other's
 * place and nothing else changed, and swapped twice is as it was.
 */
#include "config/swap.h"

#include <stdlib.h>

#include "base/str.h"
#include "config/syntax.h"
#include "fuzz.h"

#define ENTRIES_MAX 4

static void check_same(const config_setting_t *a, const config_setting_t *b);

static void
check_scalars(const config_setting_t *a, const config_setting_t *b)
{
	switch (config_setting_type(a)) {
	case CONFIG_TYPE_STRING:
		HOLDS(strcmp(config_setting_get_string(a),
			  config_setting_get_string(b)) == 0);
		return;
	case CONFIG_TYPE_BOOL:
		HOLDS(config_setting_get_bool(a) == config_setting_get_bool(b));
		return;
	default:
		HOLDS(
		    config_setting_get_int64(a) == config_setting_get_int64(b));
	}
}

static void
check_same(const config_setting_t *a, const config_setting_t *b)
{
	HOLDS(config_setting_type(a) == config_setting_type(b));
	if (!config_setting_is_aggregate(a)) {
		check_scalars(a, b);
		return;
	}
	HOLDS(config_setting_length(a) == config_setting_length(b));
	for (unsigned i = 0; i < (unsigned)config_setting_length(a); i++)
		check_same(config_setting_get_elem(a, i),
		    config_setting_get_elem(b, i));
}

/* The entries of a list of groups; NULL where it is none. */
static const config_setting_t *
list_of(const struct conf *conf)
{
	const config_setting_t *list = config_setting_get_member(
	    config_root_setting(&conf->tree), "auth");

	if (list == NULL || !config_setting_is_list(list))
		return NULL;
	for (unsigned i = 0; i < (unsigned)config_setting_length(list); i++)
		if (!config_setting_is_group(config_setting_get_elem(list, i)))
			return NULL;
	return list;
}

static struct conf *
parse(struct apam_str text)
{
	struct problems all;

	problems_init(&all);
	return conf_guard("x", text, &all) ? conf_parse("x", text, &all) : NULL;
}

static void
check_swapped(
    const config_setting_t *old, struct apam_str text, unsigned a, unsigned b)
{
	struct conf *conf;
	const config_setting_t *list;

	fuzz_feed();
	conf = parse(text);
	fuzz_starve();
	HOLDS(conf != NULL);
	list = list_of(conf);
	HOLDS(list != NULL);
	HOLDS(config_setting_length(list) == config_setting_length(old));
	for (unsigned i = 0; i < (unsigned)config_setting_length(old); i++)
		check_same(config_setting_get_elem(old, i),
		    config_setting_get_elem(list,
			i == a     ? b :
			    i == b ? a :
				     i));
	conf_free(&conf);
}

static void
swap(const config_setting_t *list, struct apam_str text, unsigned a, unsigned b)
{
	const bool there = b < (unsigned)config_setting_length(list);
	struct buf to, back;

	buf_init(&to, CONF_FILE_MAX);
	buf_init(&back, CONF_FILE_MAX);
	if (conf_swap(text, APAM_STR("auth"), a, b, &to)) {
		HOLDS(there && to.n == text.n);
		check_swapped(list, buf_view(&to), a, b);
		fuzz_feed();
		HOLDS(conf_swap(buf_view(&to), APAM_STR("auth"), a, b, &back));
		fuzz_starve();
		HOLDS(str_equal(buf_view(&back), text));
	} else {
		HOLDS(!there || fuzz_is_starved());
	}
	buf_free(&to);
	buf_free(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct apam_str text = { (const char *)data, size };
	struct conf *conf = parse(text);
	const config_setting_t *list = conf == NULL ? NULL : list_of(conf);

	for (unsigned b = 1; list != NULL && b < ENTRIES_MAX; b++)
		for (unsigned a = 0; a < b; a++)
			swap(list, text, a, b);
	conf_free(&conf);
	return 0;
}
