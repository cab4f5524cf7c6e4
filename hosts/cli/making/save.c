/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Saving a new profile: its secrets first, which lint reads, then its file; and
 * where that fails, all as it was before.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/report.h"
#include "making/making.h"

/* ---- Secrets ----------------------------------------------------------------------- */

/* A second name keeps the old secret until all is done. */
static bool
save_old(struct given_secret *secret)
{
	secret->saved[0] = '\0';
	if (access(secret->path, F_OK) != 0)
		return errno == ENOENT || errno == ENOTDIR;
	if (snprintf(secret->saved, sizeof(secret->saved), "%s.old-%ld",
		secret->path, (long)getpid()) >= (int)sizeof(secret->saved) ||
	    link(secret->path, secret->saved) != 0) {
		secret->saved[0] = '\0';
		return false;
	}
	return true;
}

/* Take away the directory of the secrets, if it was made for nothing. */
static void
leave_directory(const struct given_secret *secret)
{
	char directory[PATH_MAX];

	(void)snprintf(directory, sizeof(directory), "%s", secret->path);
	*strrchr(directory, '/') = '\0';
	if (secret->made_directory)
		(void)rmdir(directory);
}

/* True where the directory of the secret is not there yet. */
static bool
lacks_directory(const struct given_secret *secret)
{
	char directory[PATH_MAX];

	(void)snprintf(directory, sizeof(directory), "%s", secret->path);
	*strrchr(directory, '/') = '\0';
	return access(directory, F_OK) != 0;
}

/* NULL, or what is wrong. */
static const char *
store(
    const struct making *m, struct given_secret *secret, struct apam_error *err)
{
	struct apam_secret_file file = { .size = sizeof(file),
		.path = secret->path,
		.secret = { secret->input.bytes, secret->input.n },
		.owner = -1,
		.group = m->group };
	struct apam_open_options options = m->cli->options;

	if (geteuid() != 0)
		options.flags |= APAM_OPEN_USER;
	secret->made_directory = lacks_directory(secret);
	if (!save_old(secret))
		return strerror(errno);
	/* It may be in its place, and something have failed after that. */
	secret->stored = true;
	return apam_secret_store(&options, &file, err) == APAM_OK ? NULL :
								    err->text;
}

/* Take back what was stored, or let go of what was there before. */
static void
settle_secrets(struct making *m, bool keep)
{
	for (size_t i = 0; i < m->secret_count; i++) {
		struct given_secret *s = &m->secrets[i];

		if (s->saved[0] != '\0' && !keep)
			(void)rename(s->saved, s->path);
		/* It is still there after a rename, if both are one file. */
		if (s->saved[0] != '\0')
			(void)unlink(s->saved);
		else if (s->stored && !keep)
			(void)unlink(s->path);
		if (!keep)
			leave_directory(s);
		s->saved[0] = '\0';
		s->stored = keep;
	}
}

/* ---- What is wrong ----------------------------------------------------------------- */

/* Ask for a secret again. */
static int
ask_secret_again(
    struct making *m, const struct given_secret *secret, const char *why)
{
	const struct question q = { .part = secret->part,
		.option = draft_option(secret->part, secret->option),
		.path = secret->option };

	if (!m->terminal || q.option == NULL) {
		complain("%s: %s", secret->option, why);
		return STATUS_USAGE;
	}
	ask_again("%s", why);
	return making_ask_secret(m, &q);
}

/* Ask for one option again. */
static int
ask_value_again(struct making *m, struct draft_part *part,
    const struct draft_value *value, const char *why)
{
	char name[DRAFT_WHY_SIZE];
	struct question q = { .part = part, .path = name };

	draft_value_name(value, name);
	q.option = value->member != NULL ? value->member : value->option;
	ask_again("%s", why);
	if (draft_is_secret(q.option))
		return making_ask_secret(m, &q);
	return making_ask(m, &q);
}

/* The first value that lint has found wrong, or NULL. */
static struct draft_value *
wrong_value(struct draft_part *part, const struct trial *trial)
{
	for (size_t i = 0; i < part->count; i++)
		if (trial_at(trial, part->values[i].line) != NULL)
			return &part->values[i];
	return NULL;
}

/* Ask for the first answer that is wrong; where there is none, all is said. */
static int
mend(struct making *m, const struct trial *trial)
{
	struct draft_part *part = &m->draft.profile;
	struct draft_value *value = wrong_value(part, trial);

	for (size_t i = 0; value == NULL && i < m->draft.entry_count; i++) {
		part = &m->draft.entries[i];
		value = wrong_value(part, trial);
	}
	if (m->terminal && value != NULL && value->group <= 1 &&
	    value->name == NULL && part != &m->draft.profile)
		return ask_value_again(
		    m, part, value, trial_at(trial, value->line));
	for (size_t i = 0; i < trial->count; i++)
		complain("%s: %s",
		    trial->problems[i].warning ? "warning" : "error",
		    trial->problems[i].text);
	complain("nothing was made");
	return STATUS_CONFIG;
}

/* ---- Saving ---------------------------------------------------------------------------- */

/* STATUS_DONE with *again: what was wrong has been asked for. */
static int
try_save(struct making *m, bool *again)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct trial trial = { .count = 0 };
	const char *why = NULL;
	sigset_t before;
	size_t i = 0;
	bool ok = true;
	int saved;

	trial_hold_signals(&before);
	for (; why == NULL && i < m->secret_count; i++)
		why = store(m, &m->secrets[i], &err);
	if (why == NULL)
		ok = trial_run(m->cli, &m->draft, m->place, m->force, &trial);
	saved = errno;
	settle_secrets(m, why == NULL && ok && !trial.failed);
	trial_let_signals(&before);
	*again = why != NULL || (ok && trial.failed);
	if (why != NULL && APAM_CLASS(err.status) != APAM_CLASS_USAGE) {
		complain("%s: %s", m->secrets[i - 1].path, why);
		return STATUS_CONFIG;
	}
	if (why != NULL)
		return ask_secret_again(m, &m->secrets[i - 1], why);
	if (!ok) {
		complain("%s: %s", m->place, strerror(saved));
		return STATUS_CONFIG;
	}
	for (i = 0; !trial.failed && i < trial.count; i++)
		complain("warning: %s", trial.problems[i].text);
	return trial.failed ? mend(m, &trial) : STATUS_DONE;
}

int
making_save(struct making *m)
{
	bool again = true;
	int code = STATUS_DONE;

	while (again && code == STATUS_DONE)
		code = try_save(m, &again);
	return code;
}

void
making_free(struct making *m)
{
	for (size_t i = 0; i < SECRETS_MAX; i++)
		secret_input_wipe(&m->secrets[i].input);
	draft_free(&m->draft);
	openapi_free(&m->doc);
	free(m->bytes);
}
