/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Legal means: what the core would let through.  So texts have no control
 * characters, URLs are https, numbers are in their range.
 */
#include "kit/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "kit/finding.h"
#include "kit/guard.h"
#include "kit/marks.h"
#include "text/duration.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* What is being made. */
struct making {
	const struct plan *plan;
	const struct apam_services *svc;
	size_t option_size;
	size_t path[PATH_DEPTH];
	size_t depth;
	unsigned secret;
	bool full; /* set what is not required, too */
};

static const char *const strings[] = { "kit-name", "kit@example.com", "X-Kit",
	"kit.example.com", "https://kit.example.com/", "/kit", "kit", "GET",
	"us-east-1", "62CAF473-0000-4000-8000-0123456789AB",
	"AKIAKITKITKITKITKITK", "1234567890" };
static const char *const odd_strings[] = { " ", "\"", "a:b", "a b", "\xc3\xa9",
	"%", "%s%n", "\\", "a=b&c", ",", ";", "-", "\xe2\x80\xa8", "{}", "'" };
static const char *const urls[] = { "https://kit.example.com/",
	"https://kit.example.com/token", "https://kit.example.com",
	"https://kit.example.com/a?b=c" };
static const char *const paths[] = { "/run/kit/socket", "/etc/kit/file" };
static const int32_t kinds[] = { APAM_KIND_EC_P256, APAM_KIND_SYMMETRIC,
	APAM_KIND_ED25519, APAM_KIND_EC_P384, APAM_KIND_RSA,
	APAM_KIND_EC_P521 };

#define KIND_SYMMETRIC 1 /* its place there */

static struct apam_key *keys[COUNT(kinds) * 2];

/* ---- Choices ---------------------------------------------------------- */

/* What a choice is about has the path of the option; elements are left out. */
static struct choice *
find_choice(const struct plan *plan, const size_t *path, size_t depth)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct choice *c = &plan->choices[i];

		if (c->depth == depth &&
		    memcmp(c->path, path, depth * sizeof(*path)) == 0)
			return (struct choice *)(uintptr_t)c;
	}
	return NULL;
}

/* Which value of its list the option gets. */
static unsigned
number_of(const struct making *m)
{
	const struct choice *c = find_choice(m->plan, m->path, m->depth);

	if (m->plan->chance != NULL)
		return (unsigned)chance_below(m->plan->chance, 1000);
	return c == NULL ? 0 : c->number;
}

static const char *
given(const struct making *m, const struct apam_option *o)
{
	const size_t n = strlen(o->name);

	for (const char *const *g = m->plan->given; g != NULL && *g; g++)
		if (m->depth == 1 && strncmp(*g, o->name, n) == 0 &&
		    (*g)[n] == '=')
			return *g + n + 1;
	return NULL;
}

static unsigned
list_length(const struct apam_option *o)
{
	switch (o->type) {
	case APAM_OPT_SECRET:
		return 3;
	case APAM_OPT_URL:
		return COUNT(urls);
	case APAM_OPT_PATH:
		return COUNT(paths);
	case APAM_OPT_KEY:
		return o->flags & APAM_OPT_SYMMETRIC ? 1 : COUNT(kinds);
	case APAM_OPT_STRING:
	case APAM_OPT_LIST:
	case APAM_OPT_MAP:
	case APAM_OPT_CHOICE:
		return COUNT(strings) + 1;
	default:
		return 3;
	}
}

/*
 * The path to an option, without the numbers of elements; the option itself.
 */
static const struct apam_option *
option_path(const struct option_table *table, const size_t *path, size_t count,
    size_t to[PATH_DEPTH], size_t *depth)
{
	struct option_table level = *table;
	const struct apam_option *o = NULL;
	size_t i = 0;

	*depth = 0;
	while (i < count && path[i] < level.count && *depth < PATH_DEPTH) {
		o = option_at(&level, path[i]);
		to[(*depth)++] = path[i++];
		if (o->type == APAM_OPT_GROUPS)
			i++;
		level = (struct option_table){ o->members, table->option_size,
			o->member_count };
	}
	return o;
}

bool
plan_next(struct plan *plan, const struct option_table *table,
    const size_t *path, size_t count)
{
	size_t own[PATH_DEPTH], depth;
	const struct apam_option *o = option_path(
	    table, path, count, own, &depth);
	struct choice *c;

	if (o == NULL)
		return false;
	c = find_choice(plan, own, depth);
	if (c == NULL && plan->count == CHOICES_MAX)
		return false;
	if (c == NULL) {
		c = &plan->choices[plan->count++];
		*c = (struct choice){ .depth = depth };
		memcpy(c->path, own, depth * sizeof(own[0]));
	}
	return ++c->number <= list_length(o);
}

/* ---- Values ----------------------------------------------------------- */

static struct apam_str
text_value(const char *text)
{
	return guard_text("the value of an option", apam_str(text), true);
}

/* What a name promises of the value. */
static const struct {
	const char *in, *value;
} hints[] = {
	{ "pointer", "/token" },
	{ "header", "X-Kit" },
	{ "email", "kit@example.com" },
	{ "host", "kit.example.com" },
	{ "url", "https://kit.example.com/" },
	{ "path", "/kit" },
};

static const char *
any_string(const struct making *m, const struct apam_option *o, unsigned number)
{
	for (size_t i = 0; i < COUNT(hints) && number == 0; i++)
		if (strstr(o->name, hints[i].in) != NULL)
			return hints[i].value;
	if (m->plan->chance != NULL && number % 3 != 0)
		return odd_strings[number / 3 % COUNT(odd_strings)];
	return strings[number % COUNT(strings)];
}

/* A secret is a text that this program finds again. */
static struct apam_str
secret_value(struct making *m, unsigned number)
{
	static const char *const shapes[] = { "%s", "kit:%s",
		"kit@kit.example:%s" };
	char mark[MARK_SIZE + 1], text[MARK_SIZE + 32];
	struct apam_str value;

	mark_write(m->plan->secrets + m->secret++, mark);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(
	    text, sizeof(text), shapes[number % COUNT(shapes)], mark);
#pragma GCC diagnostic pop
	if (m->plan->chance != NULL && number % 4 == 0)
		text[number % MARK_SIZE] = (char)('!' + number % 80);
	value = guard_text("the value of a secret", apam_str(text), true);
	wipe(mark, sizeof(mark));
	wipe(text, sizeof(text));
	return value;
}

static int64_t
number_value(const struct apam_option *o, unsigned number)
{
	const bool limited = o->min != 0 || o->max != 0;
	const int64_t some[] = { limited ? o->min : 60, limited ? o->max : 3600,
		1 };
	const int64_t n = some[number % COUNT(some)];

	if (limited && (n < o->min || n > o->max))
		return o->min;
	return n;
}

static void
set_choice(const struct apam_option *o, unsigned number, struct apam_value *v)
{
	size_t count = 0;

	while (o->choices[count] != NULL)
		count++;
	v->num = (int64_t)(number % count);
	v->str = text_value(o->choices[v->num]);
}

/*
 * A key of this kind is made once, and one more for entries with other secrets:
 * it is the same for all that are compared.
 */
static struct apam_key *
key_of(const struct making *m, size_t kind)
{
	const size_t at = kind * 2 + (m->plan->secrets > 0 ? 1 : 0);
	int32_t status;

	if (keys[at] != NULL)
		return keys[at];
	status = m->svc->key_generate(m->svc, kinds[kind], &keys[at]);
	if (status != APAM_OK)
		finding_die("the check cannot make a key for an option: %s",
		    apam_status_text((enum apam_status)status));
	return keys[at];
}

static void
set_key(struct making *m, const struct apam_option *o, unsigned number,
    struct apam_value *v)
{
	v->key = key_of(m,
	    o->flags & APAM_OPT_SYMMETRIC ? KIND_SYMMETRIC :
					    number % COUNT(kinds));
}

void
values_free_keys(const struct apam_services *svc)
{
	for (size_t i = 0; i < COUNT(keys); i++)
		svc->key_free(svc, &keys[i]);
}

static void
set_list(const struct making *m, const struct apam_option *o, unsigned number,
    struct apam_value *v)
{
	const struct apam_str items[] = {
		text_value(any_string(m, o, number)),
		text_value("kit-second"),
	};
	const struct apam_str keys_of[] = {
		text_value("kit"),
		text_value("kit-two"),
	};

	v->count = 1 + number % 2;
	v->items = guard_copy(
	    "the values of a list", items, v->count * sizeof(items[0]));
	v->names = guard_copy(
	    "the names of a map", keys_of, v->count * sizeof(keys_of[0]));
}

static const struct apam_value *
make_run(struct making *m, const struct option_table *table, size_t runs);

static void
set_groups(struct making *m, const struct apam_option *o, size_t runs,
    struct apam_value *v)
{
	const struct option_table members = { o->members, m->option_size,
		o->member_count };
	const bool full = m->full;

	if (o->type == APAM_OPT_GROUPS)
		v->count = runs;
	/* Where a group was refused it lacked a member, most likely. */
	m->full = full || number_of(m) > 0;
	v->members = make_run(m, &members, runs);
	m->full = full;
}

/* The default of an option, or what was given for it, as a text. */
static void
set_from_text(
    const struct apam_option *o, const char *text, struct apam_value *v)
{
	v->str = text_value(text);
	switch (o->type) {
	case APAM_OPT_INTEGER:
		v->num = strtoll(text, NULL, 10);
		break;
	case APAM_OPT_DURATION:
		if (!duration_parse(apam_str(text), &v->num))
			finding_die("the default of option %s is not a "
				    "duration",
			    o->name);
		break;
	case APAM_OPT_BOOLEAN:
		v->num = strcmp(text, "true") == 0;
		break;
	case APAM_OPT_CHOICE:
		while (o->choices[v->num] != NULL &&
		    strcmp(o->choices[v->num], text) != 0)
			v->num++;
		break;
	default:
		break;
	}
}

static void
set_any(struct making *m, const struct apam_option *o, unsigned number,
    struct apam_value *v)
{
	switch (o->type) {
	case APAM_OPT_STRING:
		v->str = text_value(any_string(m, o, number));
		break;
	case APAM_OPT_SECRET:
		v->str = o->flags & APAM_OPT_DURABLE ? text_value("") :
						       secret_value(m, number);
		break;
	case APAM_OPT_URL:
		v->str = text_value(urls[number % COUNT(urls)]);
		break;
	case APAM_OPT_PATH:
		v->str = text_value(paths[number % COUNT(paths)]);
		break;
	case APAM_OPT_INTEGER:
	case APAM_OPT_DURATION:
		v->num = number_value(o, number);
		break;
	case APAM_OPT_BOOLEAN:
		v->num = number % 2;
		break;
	case APAM_OPT_CHOICE:
		set_choice(o, number, v);
		break;
	case APAM_OPT_KEY:
		set_key(m, o, number, v);
		break;
	case APAM_OPT_LIST:
	case APAM_OPT_MAP:
		set_list(m, o, number, v);
		break;
	default:
		set_groups(m, o, 1 + number % 2, v);
	}
}

/*
 * Number 0 is the default, if there is one.  What is not required is set by a
 * full plan, and else from number 1 on.
 */
static void
set_value(struct making *m, const struct apam_option *o, struct apam_value *v)
{
	const bool required = (o->flags & APAM_OPT_REQUIRED) != 0;
	const char *text = given(m, o);
	unsigned number = number_of(m);
	const unsigned length = list_length(o);

	if (text == NULL && number == 0)
		text = o->default_value;
	if (text != NULL) {
		v->set = 1;
		set_from_text(o, text, v);
		return;
	}
	if (!required && !m->full && m->plan->chance == NULL && number-- == 0)
		return;
	/* The last of a list that is not required: it is not set. */
	if (!required &&
	    (m->plan->chance != NULL ? number % 5 == 0 : number >= length))
		return;
	v->set = 1;
	set_any(m, o, number, v);
}

static char *
room(size_t n)
{
	char *p = malloc(n + 1);

	if (p == NULL)
		finding_die("the check has no memory for the options");
	return p;
}

/* The values of a table, `runs` times one after the other. */
static const struct apam_value *
make_run(struct making *m, const struct option_table *table, size_t runs)
{
	const size_t size = sizeof(struct apam_value) + m->plan->more;
	const size_t count = table->count * runs;
	char *all = room(count * size);
	const void *kept;

	if (m->depth == PATH_DEPTH)
		finding_die("the check has no room for the options");
	/* What a newer core has behind a value is not zero. */
	memset(all, 0x5a, count * size);
	m->depth++;
	for (size_t i = 0; i < count; i++) {
		struct apam_value v = { 0 };

		m->path[m->depth - 1] = i % table->count;
		set_value(m, option_at(table, i % table->count), &v);
		memcpy(all + i * size, &v, sizeof(v));
	}
	m->depth--;
	kept = guard_copy("the values of options", all, count * size);
	free(all);
	return kept;
}

const struct apam_options *
values_make(const struct option_table *table, const struct plan *plan,
    const struct apam_services *svc)
{
	struct making m = { .plan = plan,
		.svc = svc,
		.option_size = table->option_size,
		.full = plan->full };
	const struct {
		struct apam_options options;
		char more[32];
	} all = {
		.options = {
			.size = sizeof(struct apam_options) + plan->more,
			.value_size = sizeof(struct apam_value) + plan->more,
			.count = table->count,
			.values = make_run(&m, table, 1),
		},
	};

	return guard_copy("the options", &all, sizeof(all));
}
