/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A profile is read when it is first asked for.  One that cannot be read does
 * not disturb the others.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/sized.h"
#include "base/str.h"
#include "config/directory.h"
#include "profile/opening.h"
#include "profile/table.h"
#include "served/handshake.h"
#include "slot/slot.h"
#include "slot/write.h"

void
table_free_profile(struct apam_profile **profile)
{
	struct apam_profile *p = *profile;
	struct slot *slot;

	*profile = NULL;
	if (p == NULL)
		return;
	slot = p->stack == NULL ? NULL : p->stack->slot;
	slot_close(slot);
	served_page_free(&p->page);
	stack_release(&p->stack);
	opening_free(&p->opening);
	slot_free(&slot);
	free(p->name);
	free(p);
}

/* Index of the profile of a name, or of the place where it belongs. */
static size_t
place_of_name(const struct apam *ctx, const char *name)
{
	size_t low = 0, high = ctx->profile_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(ctx->profiles[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct apam_profile *
known(const struct apam *ctx, const char *name)
{
	size_t i = place_of_name(ctx, name);

	if (i < ctx->profile_count && strcmp(ctx->profiles[i]->name, name) == 0)
		return ctx->profiles[i];
	return NULL;
}

static struct apam_profile *
table_new_profile(struct apam *ctx, const char *name)
{
	struct apam_profile *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->ctx = ctx;
	p->name = str_dup(apam_str(name));
	p->check_at = clock_next_second();
	error_init(&p->reload_error);
	atomic_init(&p->slot, NULL);
	opening_init(&p->opening);
	if (p->name == NULL)
		table_free_profile(&p);
	return p;
}

bool
table_file(const struct apam *ctx, const char *name, char *to, size_t size)
{
	int n = snprintf(
	    to, size, "%s/%s.conf", ctx->env.settings->profile_dir, name);

	return n > 0 && (size_t)n < size;
}

/* Read a profile's file; with the lock held. */
static enum apam_status
read_profile(struct apam *ctx, const char *name, struct apam_profile **profile,
    struct problems *all)
{
	char file[TABLE_FILE_SIZE];
	struct apam_profile *p;
	size_t at = place_of_name(ctx, name);

	if (!table_file(ctx, name, file, sizeof(file))) {
		problems_add(all, APAM_E_CONFIG, ctx->env.settings->file, 0,
		    "profile_dir is too long");
		return APAM_E_CONFIG;
	}
	p = table_new_profile(ctx, name);
	if (p == NULL ||
	    !array_grow(&ctx->profiles, ctx->profile_count, &ctx->profile_room,
		sizeof(ctx->profiles[0]))) {
		table_free_profile(&p);
		problems_add(all, APAM_E_MEMORY, NULL, 0, "out of memory");
		return APAM_E_MEMORY;
	}
	p->stack = stack_new(&ctx->env, name, file, all);
	if (p->stack == NULL) {
		table_free_profile(&p);
		return all->first.status;
	}
	memmove(&ctx->profiles[at + 1], &ctx->profiles[at],
	    (ctx->profile_count - at) * sizeof(struct apam_profile *));
	ctx->profiles[at] = p;
	ctx->profile_count++;
	if (handle_is_served(ctx, p->stack->profile->agent))
		handshake_prepare(ctx->served);
	*profile = p;
	return APAM_OK;
}

static bool
file_is_there(const struct apam *ctx, const char *name)
{
	char file[TABLE_FILE_SIZE];

	return !table_file(ctx, name, file, sizeof(file)) ||
	    access(file, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* One that is not known yet; with the lock held. */
static enum apam_status
get_new(struct apam *ctx, const char *name, struct apam_profile **profile,
    struct apam_error *err)
{
	enum apam_status status = APAM_OK;
	struct problems all;

	problems_init(&all);
	if (file_is_there(ctx, name))
		status = read_profile(ctx, name, profile, &all);
	else
		problems_add(&all, APAM_E_NO_PROFILE, NULL, 0,
		    "there is no profile %s in %s", name,
		    ctx->env.settings->profile_dir);
	if (all.count == 0)
		return status;
	error_copy(err, &all.first);
	error_locate(err, name, -1);
	return all.first.status;
}

enum apam_status
apam_profile_get(struct apam *ctx, const char *name,
    struct apam_profile **profile, struct apam_error *err)
{
	HOLD_CANCEL;
	enum apam_status status = APAM_OK;

	*profile = NULL;
	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (!profile_name_ok(name))
		return error_set(err, APAM_E_NO_PROFILE,
		    "a profile's name has only letters, digits, '.', '_' and "
		    "'-'");
	pthread_mutex_lock(&ctx->env.lock);
	*profile = known(ctx, name);
	if (*profile == NULL)
		status = get_new(ctx, name, profile, err);
	pthread_mutex_unlock(&ctx->env.lock);
	return status;
}

const char *
apam_profile_name(const struct apam_profile *profile)
{
	return profile->name;
}

static enum apam_status
list_files(struct apam *ctx, struct directory *list,
    bool (*ok)(const char *name), struct apam_error *err)
{
	struct apam_error own = APAM_ERROR_INIT;
	enum apam_status status;

	status = directory_read(list, ctx->env.settings->profile_dir, ".conf",
	    ctx->env.settings->user, ok, &own);
	if (status != APAM_OK)
		(void)error_set(err, status, "profile_dir: %s", own.text);
	return status;
}

enum apam_status
table_list(struct apam *ctx, struct directory *list, struct apam_error *err)
{
	return list_files(ctx, list, profile_name_ok, err);
}

/* Editors keep files of their own that are hidden. */
static bool
is_visible(const char *name)
{
	return name[0] != '.' && !str_has_control(apam_str(name));
}

enum apam_status
table_list_visible(
    struct apam *ctx, struct directory *list, struct apam_error *err)
{
	return list_files(ctx, list, is_visible, err);
}
