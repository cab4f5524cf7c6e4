/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The walk over the profiles, and which exit status stands for all of them.
 */
#include "each.h"

#include <stdlib.h>

#include "report.h"

/* The names of all profiles, since each is used after the walk. */
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
add_name(void *arg, const struct apam_profile_info *info,
    const struct apam_error *why)
{
	struct names *all = arg;
	size_t size = (all->count + 1) * sizeof(*all->names);
	char **names = realloc(all->names, size);

	(void)why;
	if (names != NULL) {
		all->names = names;
		names[all->count] = strdup(info->name);
		all->failed = names[all->count] == NULL;
	}
	all->failed = all->failed || names == NULL;
	all->count += !all->failed;
	return !all->failed;
}

static int
every_profile(
    struct cli *cli, int (*show)(void *arg, const char *name), void *arg)
{
	struct names all = { 0 };
	struct apam_error err = { 0 };
	enum apam_status status = apam_profiles(cli->ctx, add_name, &all, &err);
	int code = STATUS_DONE;

	if (status != APAM_OK)
		code = report(NULL, status, &err);
	if (all.failed) {
		complain("out of memory");
		code = STATUS_INTERNAL;
	}
	for (size_t i = 0; i < all.count; i++) {
		if (status == APAM_OK && !all.failed)
			code = worse(code, show(arg, all.names[i]));
		free(all.names[i]);
	}
	free(all.names);
	return code;
}

int
each_profile(struct cli *cli, const struct args *args,
    int (*show)(void *arg, const char *name), void *arg)
{
	int code = STATUS_DONE;

	if (args->word_count == 0)
		return every_profile(cli, show, arg);
	for (size_t i = 0; i < args->word_count; i++)
		code = worse(code, show(arg, args->words[i]));
	return code;
}
