/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options of a new profile: those of the command line, those that a recipe
 * or the module wants, and the probe.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/report.h"
#include "making/making.h"

/* ---- Names on the command line ---------------------------------------------- */

struct draft_part *
making_part(struct making *m, const char **path)
{
	const char *dot = *path + strspn(*path, "0123456789");
	unsigned long number = 1;

	if (dot != *path && *dot == '.') {
		number = strtoul(*path, NULL, 10);
		*path = dot + 1;
	}
	if (number < 1 || number > m->draft.entry_count)
		return NULL;
	return &m->draft.entries[number - 1];
}

const char *
making_prefix(const struct making *m, const struct draft_part *part, char to[8])
{
	to[0] = '\0';
	if (m->draft.entry_count > 1 && part != &m->draft.profile)
		(void)snprintf(
		    to, 8, "%zu.", (size_t)(part - m->draft.entries) + 1);
	return to;
}

static bool
is_secret(const struct apam_option *option)
{
	return option->type == APAM_OPT_SECRET || option->type == APAM_OPT_KEY;
}

/* The option that takes the value of `path`; NULL: that is not one. */
static const struct apam_option *
last_option(const struct draft_part *part, const char *path)
{
	char first[64];
	const size_t n = strcspn(path, ".");
	const struct apam_option *o;

	(void)snprintf(first, sizeof(first), "%.*s", (int)n, path);
	o = draft_option(part, first);
	for (size_t i = 0; o != NULL && path[n] == '.' && i < o->member_count;
	     i++) {
		const void *at = (const char *)o->members +
		    i *
			(part->module == NULL ? sizeof(*o) :
						part->module->option_size);
		const struct apam_option *member = at;

		if (strcmp(member->name, path + n + 1) == 0)
			return member;
	}
	return o;
}

/* It is the profile's, and decides which URLs are good. */
static bool
allows_http(const char *given)
{
	static const char option[] = "allow_http=";

	return strncmp(given, option, sizeof(option) - 1) == 0;
}

/* Take one --set OPTION=VALUE. */
static const char *
take_setting(struct making *m, const char *given, char why[DRAFT_WHY_SIZE])
{
	char path[DRAFT_WHY_SIZE];
	const char *equals = strchr(given, '='), *name = path;
	struct draft_part *part;
	struct draft_value *old;

	if (equals == NULL || equals - given >= (int)sizeof(path))
		return "it is not OPTION=VALUE";
	(void)snprintf(
	    path, sizeof(path), "%.*s", (int)(equals - given), given);
	part = allows_http(given) ? &m->draft.profile : making_part(m, &name);
	if (part == NULL)
		return "there is no such entry";
	if (strcmp(name, "scheme") == 0 || strcmp(name, "origins") == 0)
		return "--scheme and --url give that one";
	if (last_option(part, name) == NULL &&
	    last_option(&m->draft.profile, name) != NULL)
		part = &m->draft.profile;
	if (last_option(part, name) != NULL &&
	    is_secret(last_option(part, name)))
		return "it is a secret: say where it is by --secret";
	old = draft_find(part, name);
	if (old != NULL && old->offered)
		draft_drop(part, name);
	return draft_set(part, name, equals + 1, why);
}

/* The one that allows http, or all others. */
static int
take_settings(struct making *m, bool http)
{
	char text[DRAFT_WHY_SIZE];
	const char *why;

	for (size_t i = 0; i < m->args->given_count; i++) {
		const struct given *given = &m->args->given[i];

		if (strcmp(given->flag->name, "set") != 0 ||
		    allows_http(given->value) != http)
			continue;
		why = take_setting(m, given->value, text);
		if (why == NULL)
			continue;
		complain("--set %.*s: %s", (int)strcspn(given->value, "="),
		    given->value, why);
		return STATUS_USAGE;
	}
	return STATUS_DONE;
}

/* ---- One question ---------------------------------------------------------------- */

/* "reference to the key" is what the file has; a person is asked for the key. */
static void
question_text(const struct question *q, char to[512])
{
	const char *help = draft_help(q->option);

	if (q->text != NULL) {
		(void)snprintf(to, 512, "%s", q->text);
		return;
	}
	(void)snprintf(to, 512, "%s%s(%s)%s", help, help[0] == '\0' ? "" : " ",
	    q->path, q->optional && q->fallback == NULL ? " (- for none)" : "");
	to[0] = (char)toupper((unsigned char)to[0]);
}

/* Give the option the answer; of a list, each of its words. */
static const char *
set_answer(const struct question *q, char *answer, char why[DRAFT_WHY_SIZE])
{
	const size_t n = strlen(answer);
	char *rest = NULL;
	const char *wrong = NULL;

	draft_drop(q->part, q->path);
	if (q->word && isalnum((unsigned char)answer[n - 1]) &&
	    n + 1 < ASK_SIZE)
		memcpy(answer + n, " ", 2);
	if (q->option->type != APAM_OPT_LIST)
		return draft_set(q->part, q->path, answer, why);
	for (char *word = strtok_r(answer, ", ", &rest);
	     wrong == NULL && word != NULL; word = strtok_r(NULL, ", ", &rest))
		wrong = draft_set(q->part, q->path, word, why);
	return wrong;
}

/* What lint says of an answer that was set; NULL: nothing. */
static const char *
answer_problem(
    struct making *m, const struct question *q, char why[DRAFT_WHY_SIZE])
{
	char name[DRAFT_WHY_SIZE];
	const char *wrong = NULL;
	struct trial trial;

	if (!trial_run(m->cli, &m->draft, NULL, false, &trial))
		return strerror(errno);
	for (size_t i = 0; wrong == NULL && i < q->part->count; i++) {
		draft_value_name(&q->part->values[i], name);
		if (strcmp(name, q->path) == 0)
			wrong = trial_at(&trial, q->part->values[i].line);
	}
	if (wrong == NULL)
		return NULL;
	(void)snprintf(why, DRAFT_WHY_SIZE, "%.*s", DRAFT_WHY_SIZE - 1, wrong);
	return why;
}

int
making_ask(struct making *m, const struct question *q)
{
	char answer[ASK_SIZE], text[512], why[DRAFT_WHY_SIZE];
	const char *wrong;

	question_text(q, text);
	for (;;) {
		if (!ask_line(text, q->fallback, q->optional, answer))
			return making_ended();
		if (answer[0] == '\0') {
			draft_drop(q->part, q->path);
			return STATUS_DONE;
		}
		wrong = set_answer(q, answer, why);
		if (wrong == NULL)
			wrong = answer_problem(m, q, why);
		if (wrong == NULL)
			return STATUS_DONE;
		draft_drop(q->part, q->path);
		ask_again("%s", wrong);
	}
}

/* ---- What is asked ------------------------------------------------------------------ */

/* True for no value, or one of the row's words. */
static bool
is_among(const char *value, const struct recipe *row)
{
	char word[64];

	if (value == NULL)
		return true;
	(void)snprintf(word, sizeof(word), " %s ", value);
	return strstr(row->among, word) != NULL;
}

/* True if a row's conditions hold for what is known so far. */
static bool
applies(const struct recipe *row, const struct draft_part *part)
{
	const char *value = row->set == NULL ? NULL : draft_get(part, row->set);

	if (row->set != NULL &&
	    (value == NULL || (row->only != NULL && strcmp(value, row->only))))
		return false;
	for (size_t i = 0; i < 4; i++)
		if (row->unset[i] != NULL &&
		    draft_get(part, row->unset[i]) != NULL)
			return false;
	return row->with == NULL || is_among(draft_get(part, row->with), row);
}

/* Off a terminal: what has to be there is missing, and nothing is guessed. */
static void
miss_option(struct making *m, const struct question *q)
{
	char prefix[8], instead[96] = "";

	(void)making_prefix(m, q->part, prefix);
	if (q->instead != NULL)
		(void)snprintf(instead, sizeof(instead),
		    ", or --set %s%s=VALUE,", prefix, q->instead);
	making_miss(m, "--%s %s%s=%s%s is missing: %s",
	    is_secret(q->option) ? "secret" : "set", prefix, q->path,
	    is_secret(q->option) ? "file:PATH" : "VALUE", instead,
	    q->option->help == NULL ? "the scheme needs it" : q->option->help);
}

static int
settle(struct making *m, const struct question *q, bool needed)
{
	if (is_secret(q->option))
		return m->terminal || needed ? making_ask_secret(m, q) :
					       STATUS_DONE;
	if (m->terminal)
		return making_ask(m, q);
	if (needed)
		miss_option(m, q);
	return STATUS_DONE;
}

/* A value that a document offers is taken; where it leads is confirmed first. */
static bool
is_settled(const struct making *m, const struct draft_value *value)
{
	return value != NULL &&
	    (!value->offered || !m->terminal ||
		value->option->type != APAM_OPT_URL);
}

/* The profile's name; of entries behind the first, with their number. */
static const char *
name_entry(const struct making *m, const struct draft_part *part,
    char to[APAM_NAME_SIZE + 8])
{
	const size_t number = (size_t)(part - m->draft.entries) + 1;

	(void)snprintf(to, APAM_NAME_SIZE + 8, "%s-%zu", m->draft.name, number);
	return number == 1 ? m->draft.name : to;
}

static int
follow_recipe(
    struct making *m, struct draft_part *part, const struct recipe *row)
{
	const struct apam_option *option = last_option(part, row->option);
	const struct draft_value *value = draft_find(part, row->option);
	char offered[DRAFT_VALUE_SIZE], name[APAM_NAME_SIZE + 8];
	struct question q = { .part = part,
		.option = option,
		.path = row->option,
		.text = row->question,
		.instead = row->instead,
		.word = row->word };

	if (option == NULL || is_settled(m, value) || !applies(row, part))
		return STATUS_DONE;
	q.fallback = row->fallback;
	if (q.fallback != NULL && strcmp(q.fallback, "@") == 0)
		q.fallback = name_entry(m, part, name);
	if (value != NULL) {
		(void)snprintf(offered, sizeof(offered), "%s", value->text);
		q.fallback = offered;
	}
	q.optional = !row->needed && (option->flags & APAM_OPT_REQUIRED) == 0;
	/* A name that is missing was said to be. */
	if (row->quiet && q.fallback[0] == '\0')
		return STATUS_DONE;
	if (row->quiet)
		return making_put(part, q.path, q.fallback);
	if (!m->terminal && row->usual != NULL) {
		q.option = last_option(part, row->usual);
		q.path = row->usual;
	}
	return settle(m, &q, !q.optional);
}

/* True for an option that a recipe has asked for already. */
static bool
was_asked(const struct draft_part *part, const char *option)
{
	for (size_t i = 0; recipes[i].scheme != NULL; i++)
		if (strcmp(recipes[i].scheme, part->module->scheme) == 0 &&
		    strcmp(recipes[i].option, option) == 0 &&
		    applies(&recipes[i], part))
			return true;
	return false;
}

/* What a module requires in a group is asked for with the group's name. */
static int
require_members(
    struct making *m, struct draft_part *part, const struct apam_option *group)
{
	char path[DRAFT_WHY_SIZE];
	int code = STATUS_DONE;

	for (size_t i = 0; code == STATUS_DONE && i < group->member_count;
	     i++) {
		const void *at = (const char *)group->members +
		    i * part->module->option_size;
		const struct apam_option *member = at;
		const struct question q = {
			.part = part, .option = member, .path = path
		};

		(void)snprintf(
		    path, sizeof(path), "%s.%s", group->name, member->name);
		if ((member->flags & APAM_OPT_REQUIRED) != 0 &&
		    draft_get(part, path) == NULL && !was_asked(part, path))
			code = settle(m, &q, true);
	}
	return code;
}

static int
require(
    struct making *m, struct draft_part *part, const struct apam_option *option)
{
	const struct question q = {
		.part = part, .option = option, .path = option->name
	};

	if ((option->flags & APAM_OPT_REQUIRED) == 0 ||
	    is_settled(m, draft_find(part, option->name)) ||
	    was_asked(part, option->name))
		return STATUS_DONE;
	if (option->member_count > 0)
		return require_members(m, part, option);
	return settle(m, &q, true);
}

static int
fill_entry(struct making *m, struct draft_part *part)
{
	const struct apam_option *option;
	int code = STATUS_DONE;

	if (m->terminal && m->draft.entry_count > 1)
		ask_say("Entry %zu, scheme %s, %s in the document:",
		    (size_t)(part - m->draft.entries) + 1, part->module->scheme,
		    part->security);
	for (size_t i = 0; code == STATUS_DONE && recipes[i].scheme != NULL;
	     i++)
		if (strcmp(recipes[i].scheme, part->module->scheme) == 0)
			code = follow_recipe(m, part, &recipes[i]);
	for (size_t i = 0; code == STATUS_DONE &&
	     (option = draft_module_option(part, i)) != NULL;
	     i++)
		code = require(m, part, option);
	return code;
}

/* ---- Certificates --------------------------------------------------------------------- */

/* An API within a house often has a certificate of that house's CA. */
static int
fill_ca(struct making *m)
{
	struct draft_part *profile = &m->draft.profile;
	const struct question q = { .part = profile,
		.option = draft_option(profile, "ca_file"),
		.path = "ca_file",
		.text = "File with the CA certificate, if the API's is of a "
			"private CA (- for a public one)",
		.fallback = "-",
		.optional = true };

	if (!m->terminal || draft_get(profile, "ca_file") != NULL)
		return STATUS_DONE;
	return making_ask(m, &q);
}

/* ---- The probe ----------------------------------------------------------------------- */

/* The path of a URL, without a slash at its end; it lives as long as the URL. */
static const char *
path_of(const char *url)
{
	const char *host = strstr(url, "://") + 3;

	return host + strcspn(host, "/");
}

/* A path, or a URL of the API, is a GET of it. */
static void
make_probe(const struct making *m, const char *answer, char to[ASK_SIZE])
{
	const char *origin = draft_get(&m->draft.profile, "origins");
	const size_t host = (size_t)(path_of(origin) - origin);

	if (strncmp(answer, origin, host) == 0 && answer[host] == '/')
		answer += host;
	(void)snprintf(to, ASK_SIZE, "%s%.*s", answer[0] == '/' ? "GET " : "",
	    ASK_SIZE - 5, answer);
}

/* Why it would never be sent; NULL for one below the API's URL. */
static const char *
outside(const struct making *m, const char *probe, char why[DRAFT_WHY_SIZE])
{
	const char *base = path_of(draft_get(&m->draft.profile, "origins"));
	const char *path = strchr(probe, '/');
	size_t n = strlen(base);

	while (n > 0 && base[n - 1] == '/')
		n--;
	if (path == NULL ||
	    (strncmp(path, base, n) == 0 && strchr("/?", path[n]) != NULL))
		return NULL;
	(void)snprintf(why, DRAFT_WHY_SIZE,
	    "its path is not below the API's URL: write the whole path, as in "
	    "%.*s%.64s",
	    (int)(n < 64 ? n : 64), base, path);
	return why;
}

/* What the document says can be asked with the key; false: nothing. */
static bool
offer_probe(const struct making *m, char to[ASK_SIZE])
{
	if (m->doc.probe == NULL)
		return false;
	return snprintf(to, ASK_SIZE, "GET %s%s",
		   path_of(draft_get(&m->draft.profile, "origins")),
		   m->doc.probe) < ASK_SIZE;
}

static int
ask_probe(struct making *m, struct draft_part *entry)
{
	char answer[ASK_SIZE], offered[ASK_SIZE], probe[ASK_SIZE];
	char why[DRAFT_WHY_SIZE];
	const struct question q = { .part = entry,
		.option = draft_option(entry, "probe"),
		.path = "probe" };
	const char *wrong;

	for (;;) {
		if (!ask_line("A harmless GET that only works with the key, to "
			      "check it, such as /v1/me (- for none)",
			offer_probe(m, offered) ? offered : "-", true, answer))
			return making_ended();
		if (answer[0] == '\0')
			return STATUS_DONE;
		make_probe(m, answer, probe);
		wrong = draft_set(entry, "probe", probe, why);
		if (wrong == NULL)
			wrong = answer_problem(m, &q, why);
		if (wrong == NULL)
			wrong = outside(m, probe, why);
		if (wrong == NULL)
			return STATUS_DONE;
		draft_drop(entry, "probe");
		ask_again("%s", wrong);
	}
}

/* The probe is sent with one entry alone, so that only one is asked about. */
static int
fill_probe(struct making *m)
{
	struct draft_part *entry = &m->draft.entries[0];
	char probe[ASK_SIZE];

	if (m->draft.entry_count > 1 || draft_get(entry, "probe") != NULL)
		return STATUS_DONE;
	if (m->terminal)
		return ask_probe(m, entry);
	return offer_probe(m, probe) ? making_put(entry, "probe", probe) :
				       STATUS_DONE;
}

int
making_allow_http(struct making *m)
{
	return take_settings(m, true);
}

int
making_fill(struct making *m)
{
	int code = take_settings(m, false);

	if (code == STATUS_DONE)
		code = fill_ca(m);
	if (code == STATUS_DONE)
		code = making_take_secrets(m);
	for (size_t i = 0; code == STATUS_DONE && i < m->draft.entry_count; i++)
		code = fill_entry(m, &m->draft.entries[i]);
	if (code == STATUS_DONE)
		code = making_read_missing(m);
	if (code == STATUS_DONE)
		code = fill_probe(m);
	if (code == STATUS_DONE && m->missing > 0)
		code = STATUS_USAGE;
	return code;
}
