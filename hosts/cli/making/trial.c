/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing a draft in a hidden directory, linting it, and putting it in place.
 */
#include "making/trial.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE 0644

void
trial_hold_signals(sigset_t *before)
{
	sigset_t ending;

	(void)sigemptyset(&ending);
	(void)sigaddset(&ending, SIGHUP);
	(void)sigaddset(&ending, SIGINT);
	(void)sigaddset(&ending, SIGQUIT);
	(void)sigaddset(&ending, SIGTERM);
	(void)sigaddset(&ending, SIGTSTP);
	(void)sigprocmask(SIG_BLOCK, &ending, before);
}

void
trial_let_signals(const sigset_t *before)
{
	(void)sigprocmask(SIG_SETMASK, before, NULL);
}

static bool
note(void *arg, const struct apam_error *err)
{
	struct trial *trial = arg;

	trial->failed = trial->failed || err->status != APAM_OK;
	if (trial->count == TRIAL_PROBLEMS_MAX)
		return false;
	trial->problems[trial->count].line = strcmp(err->file, trial->file) ==
		0 ?
	    err->line :
	    0;
	trial->problems[trial->count].warning = err->status == APAM_OK;
	(void)snprintf(trial->problems[trial->count++].text, APAM_TEXT_SIZE,
	    "%s", err->text);
	return true;
}

static void
lint(const struct cli *cli, struct trial *trial)
{
	const struct apam_lint_to to = {
		.size = sizeof(to), .arg = trial, .problem = note
	};
	struct apam_open_options options = cli->options;
	struct apam_error err = APAM_ERROR_INIT;

	options.log = NULL;
	if (apam_lint(&options, trial->file, &to, &err) != APAM_OK &&
	    trial->count == 0)
		(void)note(trial, &err);
}

/* A hidden directory of this user's alone, and the draft's name in it. */
static bool
make_place(const struct cli *cli, const struct draft *draft,
    char directory[PATH_MAX], char path[PATH_MAX])
{
	const char *name = draft->name[0] == '\0' ? "new" : draft->name;

	if (snprintf(directory, PATH_MAX, "%s/.new.XXXXXX",
		apam_directory(cli->ctx, "profile_dir")) >= PATH_MAX ||
	    mkdtemp(directory) == NULL)
		return false;
	if (snprintf(path, PATH_MAX, "%s/%s.conf", directory, name) < PATH_MAX)
		return true;
	(void)rmdir(directory);
	errno = ENAMETOOLONG;
	return false;
}

static bool
write_draft(struct draft *draft, const char *path)
{
	FILE *to = fopen(path, "wx");
	bool ok;

	if (to == NULL)
		return false;
	draft_write(draft, to);
	ok = fflush(to) == 0 && fchmod(fileno(to), MODE) == 0 &&
	    fsync(fileno(to)) == 0;
	return fclose(to) == 0 && ok;
}

/* A rename replaces; a link does not. */
static bool
put_in_place(const char *path, const char *place, bool replace)
{
	return (replace ? rename(path, place) : link(path, place)) == 0;
}

bool
trial_run(struct cli *cli, struct draft *draft, const char *place, bool replace,
    struct trial *trial)
{
	char directory[PATH_MAX], path[PATH_MAX];
	sigset_t before;
	bool ok;
	int saved;

	*trial = (struct trial){ .file = path };
	trial_hold_signals(&before);
	ok = make_place(cli, draft, directory, path);
	if (ok) {
		ok = write_draft(draft, path);
		if (ok)
			lint(cli, trial);
		if (ok && !trial->failed && place != NULL)
			ok = put_in_place(path, place, replace);
		saved = errno;
		(void)unlink(path);
		(void)rmdir(directory);
		errno = saved;
	}
	trial->file = NULL;
	trial_let_signals(&before);
	return ok;
}

const char *
trial_at(const struct trial *trial, unsigned line)
{
	for (size_t i = 0; i < trial->count; i++)
		if (trial->problems[i].line == line &&
		    !trial->problems[i].warning)
			return trial->problems[i].text;
	return NULL;
}
