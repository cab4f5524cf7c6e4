/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The document, the URL, the name and the scheme of a new profile.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "lib/report.h"
#include "lib/session.h"
#include "making/making.h"
#include "text/suggest.h"

int
making_ended(void)
{
	complain("there is no answer: nothing was made");
	return STATUS_USAGE;
}

void
making_miss(struct making *m, const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	complain("profile new: %s", text);
	m->missing++;
}

/* ---- The document ------------------------------------------------------------ */

/* Its bytes, in m->bytes; false with errno set, or 0 where it is too large. */
static bool
read_file(struct making *m, const char *path, size_t *n)
{
	FILE *from = fopen(path, "rb");
	size_t room = 1 << 16, got;
	char *more;

	*n = 0;
	while (from != NULL && *n <= OPENAPI_BYTES_MAX) {
		more = realloc(m->bytes, room);
		if (more == NULL)
			break;
		m->bytes = more;
		got = fread(m->bytes + *n, 1, room - *n, from);
		*n += got;
		if (got == 0 && ferror(from) == 0) {
			(void)fclose(from);
			return true;
		}
		if (got == 0)
			break;
		room *= *n == room ? 2 : 1;
	}
	if (from != NULL && *n > OPENAPI_BYTES_MAX)
		errno = EFBIG;
	if (from != NULL)
		(void)fclose(from);
	return false;
}

int
making_read_document(struct making *m)
{
	const char *path = args_value(m->args, "openapi"), *why;
	char problem[OPENAPI_TEXT_SIZE];
	size_t n;

	if (path == NULL)
		return STATUS_DONE;
	if (!read_file(m, path, &n)) {
		complain("%s: %s", path, strerror(errno));
		return STATUS_USAGE;
	}
	(void)snprintf(m->document, sizeof(m->document), "%s", path);
	utf8_flatten(m->document);
	why = openapi_read(&m->doc, (struct apam_str){ m->bytes, n }, problem);
	if (why != NULL) {
		complain("%s: %s", m->document, why);
		return STATUS_USAGE;
	}
	m->draft.document = m->document;
	m->draft.title = m->doc.title;
	if (m->doc.elsewhere > 0)
		complain(
		    "%s: %u of its operations have servers of their own: "
		    "add those to origins, where they are to be signed, too",
		    m->document, m->doc.elsewhere);
	return STATUS_DONE;
}

/* ---- The URL -------------------------------------------------------------------- */

static const char *
doc_url(const struct making *m)
{
	for (size_t i = 0; i < m->doc.server_count; i++)
		if (m->doc.servers[i].why_not == NULL)
			return m->doc.servers[i].url;
	return NULL;
}

/* Why the document's servers are none that can be used. */
static void
tell_servers(const struct making *m)
{
	for (size_t i = 0; i < m->doc.server_count; i++)
		if (m->doc.servers[i].why_not != NULL)
			complain("%s: the server %s is left out: %s",
			    m->document, m->doc.servers[i].url,
			    m->doc.servers[i].why_not);
}

/* An origin as the file has it: without the slash at its end. */
static const char *
set_origin(
    struct making *m, const char *url, bool offered, char why[DRAFT_WHY_SIZE])
{
	char text[DRAFT_VALUE_SIZE];
	size_t n = strlen(url);
	const char *wrong;

	while (n > 0 && url[n - 1] == '/')
		n--;
	(void)snprintf(text, sizeof(text), "%.*s", (int)n, url);
	draft_drop(&m->draft.profile, "origins");
	wrong = draft_set(&m->draft.profile, "origins", text, why);
	if (wrong == NULL)
		draft_find(&m->draft.profile, "origins")->offered = offered;
	return wrong;
}

/* What is wrong with the URL, by the draft's own lint; NULL: nothing. */
static const char *
url_problem(
    struct making *m, const char *url, bool offered, char why[DRAFT_WHY_SIZE])
{
	const char *wrong = strstr(url, "://") == NULL ?
	    "it is not a URL: it begins with https://" :
	    set_origin(m, url, offered, why);
	struct trial trial;

	if (wrong != NULL)
		return wrong;
	if (!trial_run(m->cli, &m->draft, NULL, false, &trial))
		return strerror(errno);
	wrong = trial_at(
	    &trial, draft_find(&m->draft.profile, "origins")->line);
	if (wrong == NULL)
		return NULL;
	(void)snprintf(why, DRAFT_WHY_SIZE, "%.*s", DRAFT_WHY_SIZE - 1, wrong);
	return why;
}

static int
ask_url(struct making *m)
{
	const char *offered = doc_url(m), *why;
	char answer[ASK_SIZE], text[DRAFT_WHY_SIZE];

	for (;;) {
		if (!ask_line("URL of the API, as https://api.example.com/v1",
			offered, false, answer))
			return making_ended();
		why = url_problem(m, answer, false, text);
		if (why == NULL)
			return STATUS_DONE;
		ask_again("%s", why);
	}
}

static int
choose_url(struct making *m)
{
	const char *url = args_value(m->args, "url");
	char text[DRAFT_WHY_SIZE];
	const bool offered = url == NULL;
	const char *why;

	if (url == NULL)
		tell_servers(m);
	if (url == NULL && m->terminal)
		return ask_url(m);
	if (url == NULL)
		url = doc_url(m);
	if (url == NULL) {
		making_miss(m,
		    "--url URL is missing: where the API is, as "
		    "https://api.example.com/v1");
		return STATUS_USAGE;
	}
	why = url_problem(m, url, offered, text);
	if (why == NULL)
		return STATUS_DONE;
	complain("--url: %s", why);
	return STATUS_USAGE;
}

/* ---- The name ----------------------------------------------------------------------- */

static bool
name_ok(const char *name)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	const size_t n = strlen(name);

	return n > 0 && n < APAM_NAME_SIZE && strspn(name, good) == n &&
	    isalnum((unsigned char)name[0]);
}

/* The word of the host that tells APIs apart: "acme" of api.acme.example. */
static void
name_of_url(const char *url, char to[APAM_NAME_SIZE])
{
	const char *host = strstr(url, "://") + 3;
	const size_t n = strcspn(host, "/:");
	size_t end = n, start;

	while (end > 0 && host[end - 1] != '.')
		end--;
	end = end > 0 && isalpha((unsigned char)host[end]) ? end - 1 : n;
	for (start = end; start > 0 && host[start - 1] != '.'; start--)
		continue;
	(void)snprintf(
	    to, APAM_NAME_SIZE, "%.*s", (int)(end - start), host + start);
	if (!name_ok(to) || isdigit((unsigned char)to[0]))
		(void)snprintf(to, APAM_NAME_SIZE, "api");
}

/* What is wrong with a name, or NULL. */
static const char *
name_problem(struct making *m, const char *name)
{
	if (!name_ok(name))
		return "a name has letters, digits, '.', '_' and '-', begins "
		       "with a letter or digit and has 64 at most";
	if (snprintf(m->place, sizeof(m->place), "%s/%s.conf",
		apam_directory(m->cli->ctx, "profile_dir"),
		name) >= (int)sizeof(m->place))
		return "the path would be too long";
	if (m->force || access(m->place, F_OK) != 0)
		return NULL;
	return "there is a profile of that name already; choose another one, "
	       "or replace it with --force";
}

static int
choose_name(struct making *m)
{
	const char *name = m->args->word_count > 0 ? m->args->words[0] : NULL;
	char answer[ASK_SIZE], fallback[APAM_NAME_SIZE];
	const char *why = NULL;

	if (name == NULL && !m->terminal) {
		making_miss(m, "NAME is missing: `apam profile new NAME ...`");
		return STATUS_DONE;
	}
	name_of_url(draft_get(&m->draft.profile, "origins"), fallback);
	while (name == NULL || (why = name_problem(m, name)) != NULL) {
		if (name != NULL && !m->terminal) {
			complain("%s", why);
			return STATUS_USAGE;
		}
		if (name != NULL)
			ask_again("%s", why);
		if (!ask_line("Name of the profile", fallback, false, answer))
			return making_ended();
		name = answer;
	}
	(void)snprintf(m->draft.name, sizeof(m->draft.name), "%.*s",
	    (int)sizeof(m->draft.name) - 1, name);
	return STATUS_DONE;
}

/* ---- The scheme ------------------------------------------------------------------------ */

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
choose_scheme(struct making *m)
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
	return choose_scheme(m);
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

static int
add_choice(struct making *m)
{
	char why[DRAFT_WHY_SIZE];

	for (size_t i = 0; i < m->choice->count; i++) {
		const struct openapi_part *from = &m->choice->parts[i];
		struct draft_part *to = add_entry(m, from->scheme);

		if (to == NULL)
			return STATUS_CONFIG;
		to->security = from->name;
		for (size_t s = 0; s < from->count; s++)
			if (draft_set(to, from->settings[s].option,
				from->settings[s].value, why) == NULL)
				draft_find(to, from->settings[s].option)
				    ->offered = true;
		if (m->terminal)
			tell_offered(to);
		if (m->choice->count > 1)
			(void)draft_set(to, "control", "required", why);
	}
	if (m->choice->remark != NULL && m->terminal)
		ask_say("  %s", m->choice->remark);
	return STATUS_DONE;
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
making_choose(struct making *m)
{
	int code = choose_url(m);

	if (code == STATUS_DONE)
		code = choose_name(m);
	if (code != STATUS_DONE)
		return code;
	return m->draft.document != NULL ? choose_security(m) :
					   choose_scheme(m);
}
