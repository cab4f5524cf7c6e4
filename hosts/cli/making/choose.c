/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The URL and the name of a new profile.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/report.h"
#include "lib/session.h"
#include "making/making.h"

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

int
making_put(struct draft_part *part, const char *path, const char *text)
{
	char why[DRAFT_WHY_SIZE];
	const char *wrong = draft_set(part, path, text, why);

	if (wrong == NULL)
		return STATUS_DONE;
	complain("%s: %s", path, wrong);
	return STATUS_INTERNAL;
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

int
making_choose(struct making *m)
{
	int code = making_allow_http(m);

	if (code == STATUS_DONE)
		code = choose_url(m);
	if (code == STATUS_DONE)
		code = choose_name(m);
	return code == STATUS_DONE ? making_choose_scheme(m) : code;
}
