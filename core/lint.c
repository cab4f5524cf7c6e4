/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_lint: everything that is wrong, in one pass, without signing.
 */
#define _XOPEN_SOURCE 700 /* realpath, POSIX.1-2008 XSI */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "lint_origins.h"
#include "profiles.h"
#include "str.h"

#define PATH_MAX_BYTES 4096

static const char suffix[] = ".conf";

/* The file's name without folder and suffix, for messages. */
static char *
name_of(const char *file)
{
	const char *slash = strrchr(file, '/');
	struct apam_str name = apam_str(slash == NULL ? file : slash + 1);
	size_t end = sizeof(suffix) - 1;

	if (name.n > end && strcmp(name.p + name.n - end, suffix) == 0)
		name.n -= end;
	return str_dup(name);
}

static void
lint_registry(struct apam *ctx, struct problems *all)
{
	struct keys *keys = keys_current(&ctx->keys, NULL);
	const struct apam_error *damage = keys == NULL ? NULL : &keys->damage;

	if (damage == NULL)
		problems_add(all, APAM_E_MEMORY, NULL, 0, "out of memory");
	else if (damage->status != APAM_OK && damage->file[0] != '\0')
		problems_add_error(all, NULL, 0, damage);
	else if (damage->status != APAM_OK)
		problems_add(all, damage->status, ctx->settings->file, 0,
		    "state_dir: %s", damage->text);
	keys_release(&keys);
}

/* `origins`: where to note the profile's; or NULL. */
static void
lint_profile(struct apam *ctx, const char *name, const char *file,
    struct lint_origins *origins, struct problems *all)
{
	struct profile *draft = profile_draft(name, file, ctx->settings, all);

	if (draft == NULL)
		return;
	stack_lint(ctx, draft, all);
	if (origins != NULL && !lint_origins_add(origins, draft))
		problems_add(all, APAM_E_MEMORY, file, 0, "out of memory");
	profile_free(&draft);
}

static void
lint_directory(struct apam *ctx, struct problems *all)
{
	char file[PATH_MAX_BYTES];
	struct lint_origins origins = { 0 };
	struct names_list list;
	struct apam_error err;

	error_clear(&err);
	if (profiles_list_visible(ctx, &list, &err) != APAM_OK)
		problems_add_error(all, ctx->settings->file, 0, &err);
	for (size_t i = 0; i < list.count; i++) {
		if (profile_file(ctx, list.names[i], file, sizeof(file)))
			lint_profile(ctx, list.names[i], file, &origins, all);
		else
			problems_add(all, APAM_E_CONFIG, ctx->settings->file, 0,
			    "profile_dir is too long");
	}
	lint_origins_warn(&origins, all);
	lint_origins_free(&origins);
	names_list_free(&list);
}

/*
 * The absolute path of a file that was named by a person: its folder resolved,
 * its own name left alone, so that a link is still seen to be one.
 */
static char *
absolute(const char *file)
{
	const char *slash = strrchr(file, '/');
	struct apam_str dir = APAM_STR(".");
	char *folder = NULL, *real = NULL, *path = NULL;
	size_t n;

	if (slash != NULL)
		dir = (struct apam_str){ file,
			slash == file ? 1 : (size_t)(slash - file) };
	folder = str_dup(dir);
	if (folder != NULL)
		real = realpath(folder, NULL);
	if (real == NULL)
		goto out;
	file = slash == NULL ? file : slash + 1;
	n = strlen(real) + strlen(file) + 2;
	path = malloc(n);
	if (path != NULL)
		(void)snprintf(
		    path, n, "%s/%s", strcmp(real, "/") == 0 ? "" : real, file);
out:
	free(real);
	free(folder);
	return path;
}

static bool
is_main(const struct apam *ctx, const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcmp(path, ctx->settings->file) == 0 ||
	    (slash != NULL && strcmp(slash, "/apam.conf") == 0);
}

static void
lint_file(struct apam *ctx, const char *file, struct problems *all)
{
	char *path = absolute(file);
	char *name = name_of(file);
	struct settings *other = NULL;

	if (path == NULL || name == NULL)
		problems_add(all, APAM_E_CONFIG, file, 0,
		    "the folder of the file cannot be found");
	else if (is_main(ctx, path))
		other = settings_new(path, ctx->settings->user, all);
	else
		lint_profile(ctx, name, path, NULL, all);
	settings_free(&other);
	free(name);
	free(path);
}

enum apam_status
apam_lint(const struct apam_open_options *options, const char *file,
    void (*each)(void *arg, const struct apam_error *problem), void *arg,
    struct apam_error *err)
{
	struct apam *ctx = NULL;
	struct problems all;
	enum apam_status status;

	error_clear(err);
	problems_init(&all);
	all.each = each;
	all.arg = arg;
	status = context_new(options, &ctx, &all);
	if (status == APAM_OK && file == NULL) {
		lint_registry(ctx, &all);
		lint_directory(ctx, &all);
	}
	if (status == APAM_OK && file != NULL)
		lint_file(ctx, file, &all);
	apam_close(&ctx);
	if (all.count > 0 && err != NULL)
		*err = all.first;
	return all.first.status;
}
