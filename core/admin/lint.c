/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_lint: everything that is wrong, in one pass, without signing.
 */
#include <apam/admin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/lint_agent.h"
#include "admin/lint_origins.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/sized.h"
#include "base/str.h"
#include "config/claims.h"
#include "file/absolute.h"
#include "file/trust.h"
#include "profile/context.h"
#include "profile/table.h"
#include "text/pem.h"

#define PATH_MAX_BYTES 4096
#define CA_FILE_MAX (16U << 20) /* many times what a system trusts */

static const char suffix[] = ".conf";

/* A name that consists of the suffix alone is not a name. */
static bool
has_suffix(const char *name)
{
	const size_t n = strlen(name), end = sizeof(suffix) - 1;

	return n > end && strcmp(name + n - end, suffix) == 0;
}

/* The file's name without folder and suffix, for messages. */
static char *
name_of(const char *file)
{
	const char *slash = strrchr(file, '/');
	struct apam_str name = apam_str(slash == NULL ? file : slash + 1);

	if (has_suffix(name.p))
		name.n -= sizeof(suffix) - 1;
	return str_dup(name);
}

static void
lint_registry(struct apam *ctx, struct problems *all)
{
	struct apam_error err = APAM_ERROR_INIT;

	if (apam_registry_check(ctx, &err) == APAM_OK)
		return;
	if (err.status == APAM_E_MEMORY || err.file[0] != '\0')
		problems_add_error(all, NULL, 0, &err);
	else
		problems_add(all, err.status, ctx->env.settings->file, 0,
		    "state_dir: %s", err.text);
}

/* One run. */
struct lint {
	struct apam *ctx;
	struct problems *all;
	const struct apam_lint_to *to;
	struct lint_origins origins; /* where two profiles may claim one */
	struct lint_agent agent;
};

/* A file that cannot be read is an error of the profile, told elsewhere. */
static void
lint_ca_file(const struct lint *lint, const struct profile *draft)
{
	const char *file = draft->ca_file, *why = NULL;
	unsigned line = 0;
	struct buf text;

	if (file == NULL)
		return;
	buf_init_plain(&text, CA_FILE_MAX);
	if (trust_read(file, TRUST_FILE, lint->ctx->env.settings->user, &text,
		NULL) == APAM_OK)
		why = pem_problem(buf_view(&text), &line);
	buf_free(&text);
	if (why != NULL && line > 0)
		problems_add(lint->all, APAM_E_CONFIG, draft->file,
		    draft->ca_file_line, "ca_file: %s, line %u: %s", file, line,
		    why);
	else if (why != NULL)
		problems_add(lint->all, APAM_E_CONFIG, draft->file,
		    draft->ca_file_line, "ca_file: %s: %s", file, why);
}

/*
 * Requests for a listed profile whose file is in error are refused, unless nobody
 * can tell from the file which requests these are.
 */
static void
lint_claims(const struct lint *lint, const char *file)
{
	struct claims claims = { .count = 0 };

	if (!claims_read(&claims, file, lint->ctx->env.settings->user))
		problems_add(
		    lint->all, APAM_E_MEMORY, file, 0, "out of memory");
	else if (claims.count == 0)
		problems_warn(lint->all, file, 0,
		    "no origin can be read from it, so that requests meant for "
		    "it find no profile: programs may send them unsigned");
	claims_free(&claims);
}

/*
 * What a profile names may be for others to read, and so may the file of one
 * that nobody asked for by its path (`named`).
 */
static void
lint_profile(struct lint *lint, const char *name, const char *file, bool named)
{
	const bool user = geteuid() != 0;
	const unsigned before = lint->all->count;
	struct profile *draft;

	lint->all->unreadable_warns = user && !named;
	draft = profile_draft(name, file, lint->ctx->env.settings, lint->all);
	if (!named && lint->all->count > before)
		lint_claims(lint, file);
	if (draft == NULL)
		return;
	lint->all->unreadable_warns = user;
	lint_ca_file(lint, draft);
	lint_agent_profile(&lint->agent, draft, lint->all);
	stack_lint(&lint->ctx->env, draft, lint_agent_of(&lint->agent, draft),
	    lint->all);
	if (!lint_origins_add(&lint->origins, draft))
		problems_add(
		    lint->all, APAM_E_MEMORY, file, 0, "out of memory");
	profile_free(&draft);
}

/* False if the caller has seen enough. */
static bool
tell_progress(const struct lint *lint, const struct directory *list, size_t i)
{
	const struct apam_lint_progress progress = { .size = sizeof(progress),
		.name = list->names[i],
		.at = i + 1,
		.total = list->count };

	if (lint->to->profile != NULL && !lint->all->stopped)
		lint->all->stopped = !lint->to->profile(
		    lint->to->arg, &progress);
	return !lint->all->stopped;
}

static void
lint_profiles(struct lint *lint, const struct directory *list)
{
	char file[PATH_MAX_BYTES];

	for (size_t i = 0; i < list->count; i++) {
		const char *name = list->names[i];

		if (!tell_progress(lint, list, i))
			return;
		if (table_file(lint->ctx, name, file, sizeof(file)))
			lint_profile(lint, name, file, false);
		else
			problems_add(lint->all, APAM_E_CONFIG,
			    lint->ctx->env.settings->file, 0,
			    "profile_dir is too long");
	}
	lint_origins_warn(&lint->origins, lint->all);
}

/* A regular file that was most likely meant to be a profile. */
static void
lint_stray(struct lint *lint, const char *name)
{
	const char *dir = lint->ctx->env.settings->profile_dir;
	char file[PATH_MAX_BYTES];
	struct stat st;

	if (snprintf(file, sizeof(file), "%s/%s", dir, name) <
		(int)sizeof(file) &&
	    lstat(file, &st) == 0 && S_ISREG(st.st_mode))
		problems_warn(lint->all, file, 0,
		    "it is not a profile and is ignored: a profile's name ends "
		    "in %s; rename it, or move it elsewhere",
		    suffix);
}

/* Editors keep files of their own that are hidden. */
static bool
is_stray(const char *name)
{
	return name[0] != '.' && !str_has_control(apam_str(name)) &&
	    !has_suffix(name);
}

static void
lint_strays(struct lint *lint)
{
	const struct settings *settings = lint->ctx->env.settings;
	struct directory list;

	if (directory_read(&list, settings->profile_dir, "", settings->user,
		is_stray, NULL) != APAM_OK)
		return;
	for (size_t i = 0; i < list.count; i++)
		lint_stray(lint, list.names[i]);
	directory_free(&list);
}

static void
lint_directory(struct lint *lint)
{
	struct directory list;
	struct apam_error err = APAM_ERROR_INIT;

	if (table_list_visible(lint->ctx, &list, &err) != APAM_OK) {
		problems_add_error(
		    lint->all, lint->ctx->env.settings->file, 0, &err);
		return;
	}
	lint_profiles(lint, &list);
	lint_strays(lint);
	directory_free(&list);
}

static bool
is_main(const struct apam *ctx, const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcmp(path, ctx->env.settings->file) == 0 ||
	    (slash != NULL && strcmp(slash, "/apam.conf") == 0);
}

static void
lint_file(struct lint *lint, const char *file)
{
	char *name = name_of(file);
	char *path = name == NULL ? NULL : path_absolute(file);
	struct settings *other = NULL;

	if (path == NULL)
		problems_add_no_folder(lint->all, file);
	else if (is_main(lint->ctx, path))
		other = settings_new(
		    path, lint->ctx->env.settings->user, lint->all);
	else
		lint_profile(lint, name, path, true);
	settings_free(&other);
	free(name);
	free(path);
}

enum apam_status
apam_lint(const struct apam_open_options *options, const char *file,
    const struct apam_lint_to *to, struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_lint_to mine = { .size = sizeof(mine) };
	struct problems all;
	struct lint lint = { .all = &all, .to = &mine };
	enum apam_status status;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (to != NULL && sized_take(&sized_lint_to, to, &mine, err) != APAM_OK)
		return APAM_E_USAGE;
	problems_init(&all);
	all.each = mine.problem;
	all.arg = mine.arg;
	status = context_new(options, &lint.ctx, &all);
	if (status == APAM_OK)
		lint_agent_begin(&lint.agent, lint.ctx->env.settings);
	if (status == APAM_OK && file == NULL) {
		lint_registry(lint.ctx, &all);
		lint_directory(&lint);
	}
	if (status == APAM_OK && file != NULL)
		lint_file(&lint, file);
	if (status == APAM_OK)
		lint_agent_end(&lint.agent, file == NULL, &all);
	lint_origins_free(&lint.origins);
	apam_close(&lint.ctx);
	if (all.count > 0)
		error_copy(err, &all.first);
	return all.first.status;
}
