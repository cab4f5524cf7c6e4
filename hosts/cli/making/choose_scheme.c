/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheme of a new profile: one of the modules that are there, or one of the
 * ways in which a document says that requests are authenticated.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "lib/report.h"
#include "lib/session.h"
#include "making/making.h"
#include "text/suggest.h"

/* ---- The modules that are there ------------------------------------------------------- */

/* The modules, as a list to choose from. */
struct listed {
	const char *names[64];
	char text[64][APAM_NAME_SIZE];
	size_t count;
	bool show;
	const char *wanted, *best;
	int code; /* of the module that is wanted and cannot be used */
};

static bool
note_module(void *arg, const struct apam_module_info *info)
{
	struct listed *list = arg;

	if (info->module == NULL && list->wanted != NULL &&
	    strcmp(list->wanted, info->scheme) == 0)
		list->code = report(NULL, info->why->status, info->why);
	if (info->module == NULL || list->count == 64)
		return true;
	(void)snprintf(
	    list->text[list->count], APAM_NAME_SIZE, "%s", info->scheme);
	list->names[list->count] = list->text[list->count];
	if (list->wanted != NULL)
		suggest_consider(
		    list->wanted, list->names[list->count], &list->best);
	list->count++;
	if (list->show)
		ask_say("  %zu  %-26s %s", list->count, info->scheme,
		    info->module->summary);
	return true;
}

/* A number of the list, or a name; NULL where it is neither. */
static const char *
pick(const struct listed *list, const char *answer)
{
	char *end;
	const unsigned long number = strtoul(answer, &end, 10);

	if (*end == '\0' && number >= 1 && number <= list->count)
		return list->names[number - 1];
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->names[i], answer) == 0)
			return list->names[i];
	return NULL;
}

static struct draft_part *
add_entry(struct making *m, const char *scheme)
{
	struct draft_part *entry = &m->draft.entries[m->draft.entry_count];
	struct apam_error err = APAM_ERROR_INIT;

	if (apam_module_get(m->cli->ctx, scheme, &entry->module, &err) !=
	    APAM_OK) {
		(void)report(NULL, err.status, &err);
		return NULL;
	}
	m->draft.entry_count++;
	return entry;
}

static int
unknown_scheme(const struct listed *list, const char *scheme)
{
	const char *best = list->best;

	if (list->code != STATUS_DONE)
		return list->code;
	complain("there is no module for the scheme %s%s%s%s; `apam module "
		 "list` shows them",
	    utf8_is_plain(apam_str(scheme)) ? scheme : "that was given",
	    best != NULL && suggest_near(scheme, best) ? "; did you mean " : "",
	    best != NULL && suggest_near(scheme, best) ? best : "",
	    best != NULL && suggest_near(scheme, best) ? "?" : "");
	return STATUS_USAGE;
}

static int
ask_scheme(struct making *m, const struct listed *list)
{
	char answer[ASK_SIZE];
	const char *scheme;

	for (;;) {
		if (!ask_line("Scheme, its number or name", list->names[0],
			false, answer))
			return making_ended();
		scheme = pick(list, answer);
		if (scheme != NULL)
			return add_entry(m, scheme) == NULL ? STATUS_CONFIG :
							      STATUS_DONE;
		ask_again("it is none of the list");
	}
}

static int
choose_module(struct making *m)
{
	static struct listed list;
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;

	list = (struct listed){ .wanted = args_value(m->args, "scheme") };
	list.show = list.wanted == NULL && m->terminal;
	if (list.wanted == NULL && !m->terminal) {
		making_miss(m,
		    "--scheme SCHEME is missing: `apam module list` "
		    "shows them");
		return STATUS_USAGE;
	}
	if (list.show)
		ask_say("How does the API authenticate requests?");
	status = apam_modules(m->cli->ctx, note_module, &list, &err);
	if (status != APAM_OK)
		return report(NULL, status, &err);
	if (list.count == 0) {
		complain("there are no modules in %s: install those of apam",
		    apam_directory(m->cli->ctx, "module_dir"));
		return STATUS_CONFIG;
	}
	if (list.show)
		return ask_scheme(m, &list);
	if (pick(&list, list.wanted) == NULL)
		return unknown_scheme(&list, list.wanted);
	return add_entry(m, list.wanted) == NULL ? STATUS_CONFIG : STATUS_DONE;
}

/* ---- A choice of the document's ---------------------------------------------------------- */

static bool
may_choose(const struct making *m, const struct openapi_choice *c)
{
	const char *scheme = args_value(m->args, "scheme");
	const char *security = args_value(m->args, "security");

	if (security != NULL && strcmp(security, c->name) != 0)
		return false;
	return c->why_not == NULL &&
	    (scheme == NULL ||
		(c->count == 1 && strcmp(scheme, c->parts[0].scheme) == 0));
}

/* The schemes of a choice, as "api-key and basic-email-key". */
static void
schemes_text(const struct openapi_choice *c, char to[256])
{
	size_t n = 0;

	to[0] = '\0';
	for (size_t i = 0; i < c->count && n < 256; i++)
		n += (size_t)snprintf(to + n, 256 - n, "%s%s",
		    i == 0 ? "" : " and ", c->parts[i].scheme);
}

/* List them; returns how many can be chosen, and the first of these. */
static size_t
list_choices(
    const struct making *m, const struct openapi_choice **first, bool show)
{
	char text[256];
	size_t n = 0;

	for (size_t i = 0; i < m->doc.choice_count; i++) {
		const struct openapi_choice *c = &m->doc.choices[i];

		if (!may_choose(m, c))
			continue;
		*first = n++ == 0 ? c : *first;
		schemes_text(c, text);
		if (show)
			ask_say("  %zu  %-26s %s", n, c->name, text);
	}
	for (size_t i = 0; i < m->doc.choice_count; i++)
		if (show && m->doc.choices[i].why_not != NULL)
			ask_say("  -  %-26s %s", m->doc.choices[i].name,
			    m->doc.choices[i].why_not);
	return n;
}

static const struct openapi_choice *
pick_choice(const struct making *m, const char *answer)
{
	char *end;
	const unsigned long number = strtoul(answer, &end, 10);
	size_t n = 0;

	for (size_t i = 0; i < m->doc.choice_count; i++) {
		const struct openapi_choice *c = &m->doc.choices[i];

		if (may_choose(m, c) &&
		    (strcmp(c->name, answer) == 0 ||
			(*end == '\0' && ++n == number)))
			return c;
	}
	return NULL;
}

static int
ask_choice(struct making *m, const struct openapi_choice *first)
{
	char answer[ASK_SIZE];

	for (;;) {
		if (!ask_line("Which, its number or name", first->name, false,
			answer))
			return making_ended();
		m->choice = pick_choice(m, answer);
		if (m->choice != NULL)
			return STATUS_DONE;
		ask_again("it is none of the list");
	}
}

/* The one that is asked for, where all others are only defined. */
static const struct openapi_choice *
only_used(const struct making *m)
{
	const struct openapi_choice *used = NULL;

	for (size_t i = 0; i < m->doc.choice_count; i++)
		if (m->doc.choices[i].uses > 0 && used != NULL)
			return NULL;
		else if (m->doc.choices[i].uses > 0)
			used = &m->doc.choices[i];
	return used != NULL && may_choose(m, used) ? used : NULL;
}

static int
no_choice(struct making *m)
{
	for (size_t i = 0; i < m->doc.choice_count; i++)
		if (m->doc.choices[i].why_not != NULL)
			complain("%s: %s: %s", m->document,
			    m->doc.choices[i].name, m->doc.choices[i].why_not);
	if (args_has(m->args, "security")) {
		complain("%s has no such security scheme that apam knows: "
			 "leave out --security",
		    m->document);
		return STATUS_USAGE;
	}
	if (m->doc.choice_count == 0)
		complain("%s says nothing of how requests are authenticated",
		    m->document);
	return choose_module(m);
}

/* What is taken from the document without a question. */
static void
tell_offered(const struct draft_part *part)
{
	for (size_t i = 0; i < part->count; i++)
		if (part->values[i].option->type != APAM_OPT_URL)
			ask_say("  %s: %s", part->values[i].option->name,
			    part->values[i].text);
}

/* Take the values that the document has of a scheme's options. */
static void
take_values(
    struct making *m, struct draft_part *to, const struct openapi_part *from)
{
	char text[DRAFT_WHY_SIZE];
	const char *why;

	to->security = from->name;
	for (size_t i = 0; i < from->count; i++) {
		const char *option = from->settings[i].option;

		why = draft_set(to, option, from->settings[i].value, text);
		if (why == NULL)
			draft_find(to, option)->offered = true;
		else
			complain("%s: its %s is left out: %s", m->document,
			    option, why);
	}
	if (m->terminal)
		tell_offered(to);
}

static int
add_choice(struct making *m)
{
	int code = STATUS_DONE;

	for (size_t i = 0; code == STATUS_DONE && i < m->choice->count; i++) {
		const struct openapi_part *from = &m->choice->parts[i];
		struct draft_part *to = add_entry(m, from->scheme);

		if (to == NULL)
			return STATUS_CONFIG;
		take_values(m, to, from);
		if (m->choice->count > 1)
			code = making_put(to, "control", "required");
	}
	if (m->choice->remark != NULL && m->terminal)
		ask_say("  %s", m->choice->remark);
	return code;
}

static int
choose_security(struct making *m)
{
	const struct openapi_choice *first = NULL;
	size_t n = list_choices(m, &first, false);
	int code = STATUS_DONE;

	if (n == 0)
		return no_choice(m);
	m->choice = n == 1 ? first : m->terminal ? NULL : only_used(m);
	if (m->choice == NULL && !m->terminal) {
		(void)list_choices(m, &first, true);
		making_miss(m,
		    "--security NAME is missing: which of these the "
		    "key is for");
		return STATUS_USAGE;
	}
	if (m->choice == NULL) {
		ask_say("The document has these ways to authenticate:");
		(void)list_choices(m, &first, true);
		code = ask_choice(m, first);
	} else if (m->terminal) {
		ask_say("The document authenticates requests by %s: scheme %s.",
		    m->choice->name, m->choice->parts[0].scheme);
	}
	return code == STATUS_DONE ? add_choice(m) : code;
}

int
making_choose_scheme(struct making *m)
{
	return m->draft.document != NULL ? choose_security(m) :
					   choose_module(m);
}
