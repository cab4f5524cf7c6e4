/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One value, read according to its option's type: a table has a reader for each
 * type.  A default is a text that takes the same way as a value in a file, so
 * that a default cannot be what a file must not contain.
 *
 * Values do not appear in messages: people put secrets in the wrong place.
 */
#include "config/option_value.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/str.h"
#include "file/secret.h"
#include "file/trust.h"
#include "text/duration.h"
#include "text/suggest.h"
#include "text/url.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool refuse_value(
    const struct option_reading *r, const char *format, ...) APAM_PRINTF(2, 3);

static bool
refuse_value(const struct option_reading *r, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	problems_add(r->source->problems, APAM_E_CONFIG, r->source->file,
	    r->line, "%s: %s", r->option->name, text);
	return false;
}

static bool
refuse_value_memory(const struct option_reading *r)
{
	problems_add(r->source->problems, APAM_E_MEMORY, r->source->file, 0,
	    "out of memory");
	return false;
}

static bool
keep_text(
    const struct option_reading *r, struct apam_str text, struct apam_str *kept)
{
	kept->p = arena_copy(r->arena, text);
	if (kept->p == NULL)
		return refuse_value_memory(r);
	kept->n = text.n;
	return true;
}

static struct apam_str
setting_text(const config_setting_t *setting)
{
	return apam_str(config_setting_get_string(setting));
}

static bool
is_string(const config_setting_t *setting)
{
	return config_setting_type(setting) == CONFIG_TYPE_STRING;
}

static bool
is_integer(const config_setting_t *setting)
{
	return config_setting_type(setting) == CONFIG_TYPE_INT ||
	    config_setting_type(setting) == CONFIG_TYPE_INT64;
}

/* ---- Texts ------------------------------------------------------------ */

/* The text of the setting or the default, checked as STRING requires. */
static bool
take_text(const struct option_reading *r, struct apam_str *text)
{
	*text = apam_str(r->option->default_value);
	if (r->setting != NULL && !is_string(r->setting))
		return refuse_value(r, "must be a text in quotes");
	if (r->setting != NULL)
		*text = setting_text(r->setting);
	if (text->n == 0)
		return refuse_value(r, "is empty");
	if (str_has_control(*text))
		return refuse_value(r, "has a control character");
	return true;
}

static bool
read_string(const struct option_reading *r, struct apam_value *value)
{
	struct apam_str text;

	return take_text(r, &text) && keep_text(r, text, &value->str);
}

/* It signs; no module sees its bytes, nor computes an HMAC with them. */
static bool
is_asymmetric(const struct apam_option *o)
{
	return o->type == APAM_OPT_KEY && (o->flags & APAM_OPT_SYMMETRIC) == 0;
}

static bool
read_secret(const struct option_reading *r, struct apam_value *value)
{
	struct key_uri uri;
	struct apam_str text;
	const char *why;

	if (!take_text(r, &text))
		return false;
	why = secret_ref_check(text);
	if (why != NULL)
		return refuse_value(r, "%s", why);
	if (secret_ref_store(text).n > 0 &&
	    (r->option->flags & APAM_OPT_DURABLE) == 0)
		return refuse_value(r,
		    "no exchange replaces this secret, so that store: is not "
		    "for it; write file: or another kind");
	if (secret_ref_key_uri(text, &uri) && !is_asymmetric(r->option))
		return refuse_value(r,
		    "the module needs the bytes of this secret, which do not "
		    "leave an OpenSSL store; write file: or another kind");
	return keep_text(r, text, &value->str);
}

static bool
read_url(const struct option_reading *r, struct apam_value *value)
{
	const struct option_source *source = r->source;
	const bool local = (r->option->flags & APAM_OPT_LOCAL_HTTP) != 0;
	struct apam_str text;
	struct url url;
	const char *why;

	if (!take_text(r, &text))
		return false;
	why = url_parse(text, &url);
	if (why == NULL)
		why = local ?
		    url_insecure_listed(&url, source->allow_http,
			source->http_addresses, source->http_address_count) :
		    url_insecure(&url, source->allow_http);
	if (why != NULL)
		return refuse_value(r, "%s", why);
	return keep_text(r, text, &value->str);
}

static bool
read_path(const struct option_reading *r, struct apam_value *value)
{
	struct apam_str text;
	const char *why;

	if (!take_text(r, &text))
		return false;
	why = trust_path_problem(text);
	if (why != NULL)
		return refuse_value(r, "%s", why);
	return keep_text(r, text, &value->str);
}

/* ---- Choices ---------------------------------------------------------- */

/* Write "a, b or c". */
static void
list_choices(const char *const *choices, char *to, size_t size)
{
	const char *between;
	size_t n = 0;

	to[0] = '\0';
	for (size_t i = 0; choices[i] != NULL && n < size; i++) {
		between = choices[i + 1] == NULL ? " or " : ", ";
		n += (size_t)snprintf(to + n, size - n, "%s%s",
		    i == 0 ? "" : between, choices[i]);
	}
}

static bool
refuse_choice(const struct option_reading *r, const char *text)
{
	const char *best = NULL;
	char list[160];

	list_choices(r->option->choices, list, sizeof(list));
	for (size_t i = 0; r->option->choices[i] != NULL; i++)
		suggest_consider(text, r->option->choices[i], &best);
	if (suggest_near(text, best))
		return refuse_value(
		    r, "must be %s; did you mean %s?", list, best);
	return refuse_value(r, "must be %s", list);
}

static bool
read_choice(const struct option_reading *r, struct apam_value *value)
{
	struct apam_str text;

	if (!take_text(r, &text))
		return false;
	for (size_t i = 0; r->option->choices[i] != NULL; i++) {
		if (strcmp(r->option->choices[i], text.p) != 0)
			continue;
		value->num = (int64_t)i;
		return keep_text(r, text, &value->str);
	}
	return refuse_choice(r, text.p);
}

/* ---- Numbers ---------------------------------------------------------- */

static bool
in_range(const struct apam_option *option, int64_t num)
{
	if (option->min == 0 && option->max == 0)
		return true;
	return num >= option->min && num <= option->max;
}

static bool
keep_number(const struct option_reading *r, int64_t num, const char *unit,
    struct apam_value *value)
{
	if (!in_range(r->option, num))
		return refuse_value(r, "must be %lld to %lld%s",
		    (long long)r->option->min, (long long)r->option->max, unit);
	value->num = num;
	return true;
}

static bool
read_integer(const struct option_reading *r, struct apam_value *value)
{
	int64_t num;

	if (r->setting != NULL && !is_integer(r->setting))
		return refuse_value(
		    r, "must be a whole number, without quotes");
	if (r->setting != NULL)
		num = config_setting_get_int64(r->setting);
	else if (!str_number(
		     apam_str(r->option->default_value), INT64_MAX, &num))
		return refuse_value(r, "its default is not a number");
	return keep_number(r, num, "", value);
}

static bool
read_duration(const struct option_reading *r, struct apam_value *value)
{
	struct apam_str text = apam_str(r->option->default_value);
	int64_t num;

	if (r->setting != NULL && is_integer(r->setting)) {
		num = config_setting_get_int64(r->setting);
		if (num < 0 || num > DURATION_MAX)
			return refuse_value(r, "must be 0 to 3650 days");
		return keep_number(r, num, " seconds", value);
	}
	if (r->setting != NULL)
		text = setting_text(r->setting);
	if (!duration_parse(text, &num))
		return refuse_value(r,
		    "must be a duration such as \"90s\", \"15m\", \"8h\" or "
		    "\"30d\"");
	return keep_number(r, num, " seconds", value);
}

static bool
read_boolean(const struct option_reading *r, struct apam_value *value)
{
	if (r->setting == NULL) {
		value->num = strcmp(r->option->default_value, "true") == 0;
		return true;
	}
	if (config_setting_type(r->setting) != CONFIG_TYPE_BOOL)
		return refuse_value(r, "must be true or false, without quotes");
	value->num = config_setting_get_bool(r->setting);
	return true;
}

/* ---- Lists and maps --------------------------------------------------- */

static bool
read_item(const struct option_reading *r, const config_setting_t *element,
    struct apam_str *items, size_t i)
{
	struct option_reading at = *r;
	struct apam_str text;

	at.line = config_setting_source_line(element);
	if (at.line == 0)
		at.line = r->line;
	if (!is_string(element))
		return refuse_value(&at, "must hold texts in quotes");
	text = setting_text(element);
	if (text.n == 0)
		return refuse_value(&at, "contains an empty text");
	if (str_has_control(text))
		return refuse_value(&at, "has a control character");
	for (size_t other = 0; other < i; other++) {
		if (str_equal(items[other], text))
			return refuse_value(
			    &at, "contains the same text twice");
	}
	return keep_text(r, text, &items[i]);
}

static bool
read_list_value(const struct option_reading *r, struct apam_value *value)
{
	const config_setting_t *list = r->setting;
	struct apam_str *items;
	size_t count;
	bool ok = true;

	if (list == NULL)
		return refuse_value(r, "a list has no default");
	if (!config_setting_is_array(list) && !config_setting_is_list(list))
		return refuse_value(
		    r, "must be a list, as in [ \"one\", \"two\" ]");
	count = (size_t)config_setting_length(list);
	if (count == 0)
		return refuse_value(r, "is an empty list");
	items = arena_alloc(r->arena, count, sizeof(*items));
	if (items == NULL)
		return refuse_value_memory(r);
	for (size_t i = 0; i < count; i++)
		ok = read_item(r, config_setting_get_elem(list, (unsigned)i),
			 items, i) &&
		    ok;
	value->items = items;
	value->count = count;
	return ok;
}

/* The text of a map's member; numbers and booleans in their usual form. */
static bool
map_text(const config_setting_t *member, char *number, size_t size,
    struct apam_str *text)
{
	if (is_string(member)) {
		*text = setting_text(member);
		return !str_has_control(*text);
	}
	if (is_integer(member))
		(void)snprintf(
		    number, size, "%lld", config_setting_get_int64(member));
	else if (config_setting_type(member) == CONFIG_TYPE_BOOL)
		(void)snprintf(number, size, "%s",
		    config_setting_get_bool(member) ? "true" : "false");
	else
		return false;
	*text = apam_str(number);
	return true;
}

static bool
read_pair(const struct option_reading *r, const config_setting_t *member,
    struct apam_str *name, struct apam_str *item)
{
	struct option_reading at = *r;
	struct apam_str text;
	char number[32];

	at.line = config_setting_source_line(member);
	if (!map_text(member, number, sizeof(number), &text))
		return refuse_value(
		    &at, "must hold texts, numbers and booleans");
	return keep_text(r, apam_str(config_setting_name(member)), name) &&
	    keep_text(r, text, item);
}

static bool
read_map(const struct option_reading *r, struct apam_value *value)
{
	const config_setting_t *map = r->setting;
	struct apam_str *pairs;
	size_t count;
	bool ok = true;

	if (map == NULL)
		return refuse_value(r, "a map has no default");
	if (!config_setting_is_group(map))
		return refuse_value(
		    r, "must be a group, as in { name = \"text\"; }");
	count = (size_t)config_setting_length(map);
	if (count == 0)
		return refuse_value(r, "is an empty group");
	/* One block: names first, then texts. */
	pairs = arena_alloc(r->arena, count, 2 * sizeof(*pairs));
	if (pairs == NULL)
		return refuse_value_memory(r);
	for (size_t i = 0; i < count; i++)
		ok = read_pair(r, config_setting_get_elem(map, (unsigned)i),
			 &pairs[i], &pairs[count + i]) &&
		    ok;
	value->names = pairs;
	value->items = pairs + count;
	value->count = count;
	return ok;
}

/* ---- Groups ----------------------------------------------------------- */

/* Read one group of the option's members into `values`. */
static bool
read_members(const struct option_reading *r, const config_setting_t *group,
    struct apam_value *values)
{
	const struct option_table table = { r->option->members, r->option_size,
		r->option->member_count };
	struct option_source source = *r->source;
	struct option_reading inner = *r;

	source.what = r->option->name;
	source.partial = false;
	source.elsewhere = NULL;
	inner.source = &source;
	inner.setting = group;
	return r->read_members(&inner, &table, values, NULL);
}

static bool
read_group_value(const struct option_reading *r, struct apam_value *value)
{
	struct apam_value *members;

	if (r->setting == NULL)
		return refuse_value(r, "a group has no default");
	if (!config_setting_is_group(r->setting))
		return refuse_value(r, "must be a group in braces, { ... }");
	members = arena_alloc(
	    r->arena, r->option->member_count, sizeof(*members));
	if (members == NULL)
		return refuse_value_memory(r);
	value->members = members;
	return read_members(r, r->setting, members);
}

static bool
read_groups_element(const struct option_reading *r,
    const config_setting_t *element, struct apam_value *members)
{
	if (!config_setting_is_group(element))
		return refuse_value(r, "must hold groups in braces, { ... }");
	return read_members(r, element, members);
}

static bool
read_groups(const struct option_reading *r, struct apam_value *value)
{
	const config_setting_t *list = r->setting;
	const size_t width = r->option->member_count;
	struct apam_value *members;
	size_t count;
	bool ok = true;

	if (list == NULL)
		return refuse_value(r, "a list has no default");
	if (!config_setting_is_list(list))
		return refuse_value(r, "must be a list of groups, ( { ... } )");
	count = (size_t)config_setting_length(list);
	if (count == 0)
		return refuse_value(r, "is an empty list");
	members = arena_alloc(r->arena, count, width * sizeof(*members));
	if (members == NULL)
		return refuse_value_memory(r);
	for (size_t i = 0; i < count; i++)
		ok = read_groups_element(r,
			 config_setting_get_elem(list, (unsigned)i),
			 members + i * width) &&
		    ok;
	value->members = members;
	value->count = count;
	return ok;
}

/* ---- Types ------------------------------------------------------------ */

typedef bool reader(const struct option_reading *r, struct apam_value *value);

static reader *const readers[] = {
	[APAM_OPT_STRING] = read_string,
	[APAM_OPT_SECRET] = read_secret,
	[APAM_OPT_KEY] = read_secret,
	[APAM_OPT_URL] = read_url,
	[APAM_OPT_INTEGER] = read_integer,
	[APAM_OPT_DURATION] = read_duration,
	[APAM_OPT_BOOLEAN] = read_boolean,
	[APAM_OPT_CHOICE] = read_choice,
	[APAM_OPT_LIST] = read_list_value,
	[APAM_OPT_MAP] = read_map,
	[APAM_OPT_GROUP] = read_group_value,
	[APAM_OPT_GROUPS] = read_groups,
	[APAM_OPT_PATH] = read_path,
};

bool
option_value_read(const struct option_reading *r, struct apam_value *value)
{
	const size_t type = (size_t)r->option->type;

	if (type >= COUNT(readers) || readers[type] == NULL)
		return refuse_value(r,
		    "is of a type that this version of apam "
		    "does not know");
	if (!readers[type](r, value)) {
		*value = (struct apam_value){ 0 };
		return false;
	}
	value->set = true;
	return true;
}
