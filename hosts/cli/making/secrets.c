/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The secrets of a new profile.  One that is typed, or comes from standard input,
 * is held in memory until the profile is saved; of all others only the reference
 * is known.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/report.h"
#include "making/making.h"

/* What a reference begins with: "Secrets" of apam.conf(5). */
static const char *const kinds[] = { "file:", "world-readable:", "env:",
	"exec:", "credential:", "keyring:", "store:" };

static bool
is_reference(const char *text, size_t n)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (n > strlen(kinds[i]) &&
		    strncmp(text, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return false;
}

/* One that is one line of text can be typed; a key of many lines is a file. */
static bool
may_be_typed(const struct apam_option *o)
{
	if ((o->flags & APAM_OPT_BINARY) != 0)
		return false;
	return o->type == APAM_OPT_SECRET ?
	    (o->flags & APAM_OPT_LINES) == 0 :
	    (o->flags & APAM_OPT_SYMMETRIC) != 0;
}

/* ---- Where they go --------------------------------------------------------------- */

/* The first has the profile's name, others that of their option, too. */
static bool
choose_path(struct making *m, struct given_secret *secret)
{
	char prefix[8];
	const bool first = m->secret_count == 0;
	const char *dir = apam_directory(m->cli->ctx, "profile_dir");

	return snprintf(secret->path, sizeof(secret->path),
		   "%s/secrets/%s%s%s%s", dir, m->draft.name, first ? "" : "-",
		   first ? "" : making_prefix(m, secret->part, prefix),
		   first ? "" : secret->option) < (int)sizeof(secret->path);
}

/* A secret of this option, that was given before; or room for one; or NULL. */
static struct given_secret *
take_room(struct making *m, struct draft_part *part, const char *option)
{
	struct given_secret *secret;

	for (size_t i = 0; i < m->secret_count; i++)
		if (m->secrets[i].part == part &&
		    strcmp(m->secrets[i].option, option) == 0)
			return &m->secrets[i];
	if (m->secret_count == SECRETS_MAX)
		return NULL;
	secret = &m->secrets[m->secret_count];
	secret->part = part;
	(void)snprintf(secret->option, sizeof(secret->option), "%s", option);
	if (!choose_path(m, secret))
		return NULL;
	return secret;
}

/*
 * Keep what was given; a name of its file stands in the profile.  NULL, or what is
 * wrong, which may lie in `why`.
 */
static const char *
keep(struct making *m, struct given_secret *secret, char why[DRAFT_WHY_SIZE])
{
	char reference[PATH_MAX + 8];

	(void)snprintf(reference, sizeof(reference), "file:%s", secret->path);
	draft_drop(secret->part, secret->option);
	if (secret == &m->secrets[m->secret_count])
		m->secret_count++;
	return draft_set(secret->part, secret->option, reference, why);
}

/* Count a secret that is to come; false: there was no room. */
static bool
expect_one(struct making *m, const struct given_secret *secret)
{
	if (secret == &m->secrets[m->secret_count])
		m->secret_count++;
	return secret != NULL;
}

/* A secret that was given lies elsewhere after all: it is not stored. */
static void
forget_one(struct making *m, struct given_secret *secret)
{
	struct given_secret *last = &m->secrets[m->secret_count];

	secret_input_wipe(&secret->input);
	if (secret == last)
		return;
	memmove(
	    secret, secret + 1, (size_t)(last - secret - 1) * sizeof(*secret));
	m->secret_count--;
}

/* Nobody's secret is replaced unasked. */
static bool
is_taken(const struct making *m, const struct given_secret *secret)
{
	return !m->force && access(secret->path, F_OK) == 0 &&
	    secret == &m->secrets[m->secret_count];
}

/* ---- A terminal --------------------------------------------------------------------- */

/* Take what was typed; NULL, or what is wrong with it, which may lie in `why`. */
static const char *
take_typed(struct making *m, const struct question *q,
    struct given_secret *secret, char why[DRAFT_WHY_SIZE])
{
	struct secret_input *input = &secret->input;
	char text[DRAFT_VALUE_SIZE];

	if (!is_reference(input->bytes, input->n))
		return may_be_typed(q->option) ? keep(m, secret, why) :
						 "it has several lines, or any "
						 "bytes: say where it is, as "
						 "file:PATH";
	(void)snprintf(text, sizeof(text), "%.*s", (int)input->n, input->bytes);
	forget_one(m, secret);
	draft_drop(q->part, q->path);
	return draft_set(q->part, q->path, text, why);
}

static void
prompt_text(const struct making *m, const struct question *q,
    const struct given_secret *secret, char to[PATH_MAX + 512])
{
	const char *help = draft_help(q->option);

	if ((q->option->flags & APAM_OPT_DURABLE) != 0)
		(void)snprintf(to, PATH_MAX + 512,
		    "Where `apam login` keeps the %s [store:%s]", q->path,
		    m->draft.name);
	else if (is_taken(m, secret))
		(void)snprintf(to, PATH_MAX + 512,
		    "%s (%s): where it is [file:%s]", help, q->path,
		    secret->path);
	else
		(void)snprintf(to, PATH_MAX + 512,
		    "%s (%s), which is not shown; %swhere it is, as "
		    "file:PATH%s",
		    help, q->path, may_be_typed(q->option) ? "or " : "",
		    q->optional ? " (- for none) [-]" : "");
	if (to[0] >= 'a' && to[0] <= 'z')
		to[0] = (char)(to[0] - 'a' + 'A');
}

/* An empty answer stands for what the question has in brackets. */
static bool
take_fallback(struct making *m, const struct question *q,
    const struct given_secret *secret)
{
	char text[PATH_MAX + 8] = "", why[DRAFT_WHY_SIZE];

	if ((q->option->flags & APAM_OPT_DURABLE) != 0)
		(void)snprintf(text, sizeof(text), "store:%s", m->draft.name);
	else if (is_taken(m, secret))
		(void)snprintf(text, sizeof(text), "file:%s", secret->path);
	else
		return q->optional;
	return draft_set(q->part, q->path, text, why) == NULL;
}

static int
ask_for(struct making *m, const struct question *q, struct given_secret *secret)
{
	char prompt[PATH_MAX + 512], why[DRAFT_WHY_SIZE];
	const char *wrong;

	prompt_text(m, q, secret, prompt);
	for (;;) {
		wrong = secret_input_read(&secret->input, prompt);
		if (wrong != NULL && secret->input.ended)
			return making_ended();
		if (secret->input.n == 0 && take_fallback(m, q, secret))
			return STATUS_DONE;
		if (wrong == NULL && q->optional && secret->input.n == 1 &&
		    secret->input.bytes[0] == '-')
			return STATUS_DONE;
		if (wrong == NULL && is_taken(m, secret) &&
		    !is_reference(secret->input.bytes, secret->input.n))
			wrong = "there is a secret in that file already: press "
				"Enter to use it, or say where this one is, as "
				"file:PATH";
		if (wrong == NULL)
			wrong = take_typed(m, q, secret, why);
		if (wrong == NULL)
			return STATUS_DONE;
		secret_input_wipe(&secret->input);
		ask_again("%s", wrong);
	}
}

/* ---- The command line ------------------------------------------------------------------ */

int
making_ask_secret(struct making *m, const struct question *q)
{
	struct given_secret *secret;
	char text[APAM_NAME_SIZE + 8];

	if (!m->terminal && (q->option->flags & APAM_OPT_DURABLE) != 0) {
		(void)snprintf(text, sizeof(text), "store:%s", m->draft.name);
		return making_put(q->part, q->path, text);
	}
	secret = take_room(m, q->part, q->path);
	if (secret == NULL) {
		complain("%s: there are too many secrets, or its path is too "
			 "long",
		    q->path);
		return STATUS_USAGE;
	}
	if (m->terminal)
		return ask_for(m, q, secret);
	/* Standard input may be for it: making_read_missing. */
	(void)expect_one(m, secret);
	return STATUS_DONE;
}

static const char *
take_secret(struct making *m, const char *given, char why[DRAFT_WHY_SIZE])
{
	char path[DRAFT_WHY_SIZE];
	const char *equals = strchr(given, '='), *name = path;
	struct draft_part *part;

	if (equals == NULL || equals - given >= (int)sizeof(path))
		return "it is not OPTION=REFERENCE";
	(void)snprintf(
	    path, sizeof(path), "%.*s", (int)(equals - given), given);
	part = making_part(m, &name);
	if (part == NULL)
		return "there is no such entry";
	if (strcmp(equals + 1, "-") == 0)
		return expect_one(m, take_room(m, part, name)) ?
		    NULL :
		    "there are too many secrets";
	if (!is_reference(equals + 1, strlen(equals + 1)))
		return "it is not a reference, such as file:PATH or env:NAME; "
		       "a secret itself comes from standard input, with - here";
	return draft_set(part, name, equals + 1, why);
}

int
making_take_secrets(struct making *m)
{
	char text[DRAFT_WHY_SIZE];
	const char *why;

	for (size_t i = 0; i < m->args->given_count; i++) {
		const struct given *given = &m->args->given[i];

		if (strcmp(given->flag->name, "secret") != 0)
			continue;
		why = take_secret(m, given->value, text);
		if (why == NULL)
			continue;
		/* What follows the "=" may be the secret itself. */
		complain("--secret: %s", why);
		return STATUS_USAGE;
	}
	return STATUS_DONE;
}

/* More than one are to be read from one standard input, or none can be. */
static int
miss_secrets(struct making *m)
{
	char prefix[8];

	for (size_t i = 0; i < m->secret_count; i++)
		making_miss(m,
		    "--secret %s%s=file:PATH is missing; or env:NAME, "
		    "or - for standard input, which one secret can "
		    "come from",
		    making_prefix(m, m->secrets[i].part, prefix),
		    m->secrets[i].option);
	return STATUS_USAGE;
}

int
making_read_missing(struct making *m)
{
	struct given_secret *secret = m->secrets;
	char text[DRAFT_WHY_SIZE];
	const char *why;

	if (m->terminal || m->secret_count == 0)
		return STATUS_DONE;
	if (m->secret_count > 1 || isatty(STDIN_FILENO) == 1)
		return miss_secrets(m);
	if (m->missing > 0)
		return STATUS_USAGE;
	m->secret_count = 0;
	if (is_taken(m, secret)) {
		complain(
		    "%s is there already: use it with --secret %s=file:%s, "
		    "or replace it with --force",
		    secret->path, secret->option, secret->path);
		return STATUS_USAGE;
	}
	why = secret_input_read(&secret->input, "");
	if (why == NULL)
		why = keep(m, secret, text);
	if (why == NULL)
		return STATUS_DONE;
	complain("%s: %s; give it on standard input, or say where it is by "
		 "--secret",
	    secret->option, why);
	return STATUS_USAGE;
}
