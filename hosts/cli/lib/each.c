/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loop over the profiles, and the exit status that represents all of them.
 */
#include "lib/each.h"

#include <stdlib.h>

#include "lib/progress.h"
#include "lib/report.h"
#include "lib/session.h"

/* The names of all profiles, used after apam_profiles has returned. */
struct names {
	char **names;
	size_t count;
	bool failed;
};

int
worse(int a, int b)
{
	static const int rank[] = { [STATUS_DONE] = 0,
		[STATUS_REFUSED] = 5,
		[STATUS_USAGE] = 2,
		[STATUS_CONFIG] = 3,
		[STATUS_TEMPORARY] = 1,
		[STATUS_INTERNAL] = 4 };

	return rank[a] >= rank[b] ? a : b;
}

static bool
add_name(void *arg, const struct apam_profile_info *info)
{
	struct names *all = arg;
	size_t size = (all->count + 1) * sizeof(*all->names);
	char **names = realloc(all->names, size);

	if (names != NULL) {
		all->names = names;
		names[all->count] = strdup(info->name);
		all->failed = names[all->count] == NULL;
	}
	all->failed = all->failed || names == NULL;
	all->count += !all->failed;
	return !all->failed;
}

/* What to do with each profile. */
struct walk {
	const char *doing; /* or NULL */
	int (*show)(void *arg, const char *name);
	void *arg;
};

static int
walk_names(const struct walk *walk, const char *const *names, size_t count)
{
	int code = STATUS_DONE;

	for (size_t i = 0; i < count; i++) {
		if (walk->doing != NULL && count > 1)
			progress_item(walk->doing, i + 1, count, names[i]);
		code = worse(code, walk->show(walk->arg, names[i]));
	}
	progress_hide();
	return code;
}

static int
every_profile(struct cli *cli, const struct walk *walk)
{
	struct names all = { 0 };
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status = apam_profiles(cli->ctx, add_name, &all, &err);
	int code = STATUS_DONE;

	if (status != APAM_OK) {
		code = report(NULL, status, &err);
	} else if (all.failed) {
		complain("out of memory");
		code = STATUS_INTERNAL;
	} else {
		code = walk_names(
		    walk, (const char *const *)all.names, all.count);
		if (all.count == 0 && !cli->json)
			session_tell_empty(cli);
	}
	for (size_t i = 0; i < all.count; i++)
		free(all.names[i]);
	free(all.names);
	return code;
}

int
each_profile(struct cli *cli, const struct args *args, const char *doing,
    int (*show)(void *arg, const char *name), void *arg)
{
	const struct walk walk = { doing, show, arg };

	if (args->word_count == 0)
		return every_profile(cli, &walk);
	return walk_names(&walk, args->words, args->word_count);
}
