/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which profile a URL is for.  The thread that finds the files due looks at
 * them; the others go on with the index there is, without a system call.  The
 * index may be a second old, and that is enough: apam_sign looks at the files
 * of the profile that was found, and binds the URL to its origins.
 */
#include "profile/finder.h"

#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/sized.h"
#include "profile/handle.h"
#include "profile/reload.h"
#include "profile/table.h"

/* ---- Making the index --------------------------------------------------- */

/* Add a profile unless its file is gone; false without memory. */
static bool
index_profile(struct origin_index *index, struct apam_profile *p)
{
	struct stack *s;
	bool ok;

	profile_look_soon(p);
	s = profile_follow(p, 0, NULL);
	if (s == NULL)
		return true;
	ok = origin_index_add(
	    index, p, s->profile->origins, s->profile->origin_count);
	stack_release(&s);
	return ok;
}

static enum apam_status
index_named(struct apam *ctx, const char *name, struct origin_index *index,
    struct apam_error *err)
{
	struct apam_profile *p;
	struct apam_error why = APAM_ERROR_INIT;
	enum apam_status status = apam_profile_get(ctx, name, &p, &why);

	/* That there is no memory says nothing of the file. */
	if (status == APAM_E_MEMORY) {
		error_copy(err, &why);
		return status;
	}
	if (status != APAM_OK || index_profile(index, p))
		return APAM_OK;
	return error_set(err, APAM_E_MEMORY, "out of memory");
}

enum apam_status
finder_index(struct apam *ctx, const struct directory *list,
    struct origin_index **index, struct apam_error *err)
{
	enum apam_status status = APAM_OK;

	*index = origin_index_new();
	if (*index == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	for (size_t i = 0; status == APAM_OK && i < list->count; i++)
		status = index_named(ctx, list->names[i], *index, err);
	if (status == APAM_OK)
		origin_index_sort(*index);
	else
		origin_index_release(index);
	return status;
}

/* ---- Keeping it --------------------------------------------------------- */

/* The index there is, held; NULL where this caller is to look at the files. */
static struct origin_index *
hold_unless_due(struct apam *ctx, bool missed)
{
	struct finder *f = &ctx->finder;
	int64_t *at = missed ? &f->missed_at : &f->check_at;
	struct origin_index *index = NULL;

	pthread_mutex_lock(&ctx->env.lock);
	if (f->index != NULL && (f->looking || clock_ms() < *at)) {
		index = origin_index_hold(f->index);
	} else {
		/* From now: what changes during the look is due again. */
		*at = clock_next_second();
		f->looking = true;
	}
	pthread_mutex_unlock(&ctx->env.lock);
	return index;
}

/* Put an index, or none, in the place of the one there was. */
static void
keep_index(struct apam *ctx, struct origin_index *next)
{
	struct origin_index *old;

	pthread_mutex_lock(&ctx->env.lock);
	old = ctx->finder.index;
	ctx->finder.index = next == NULL ? NULL : origin_index_hold(next);
	ctx->finder.looking = false;
	pthread_mutex_unlock(&ctx->env.lock);
	origin_index_release(&old);
}

/* Look at the directory and at all profiles' files. */
static enum apam_status
look_at_directory(
    struct apam *ctx, struct origin_index **index, struct apam_error *err)
{
	struct directory list;
	enum apam_status status = table_list(ctx, &list, err);

	*index = NULL;
	if (status == APAM_OK)
		status = finder_index(ctx, &list, index, err);
	directory_free(&list);
	keep_index(ctx, *index);
	return status;
}

/* ---- Choosing ----------------------------------------------------------- */

static enum apam_status
choose_profile(struct apam *ctx, const struct url *url, struct choice *c,
    struct apam_error *err)
{
	struct origin_index *index = hold_unless_due(ctx, false);
	enum apam_status status = APAM_OK;

	*c = (struct choice){ NULL, 0, NULL };
	if (index != NULL) {
		*c = origin_index_choose(index, url);
		origin_index_release(&index);
		if (c->best != NULL)
			return APAM_OK;
		/* A profile may have come since. */
		index = hold_unless_due(ctx, true);
	}
	if (index == NULL)
		status = look_at_directory(ctx, &index, err);
	if (index != NULL)
		*c = origin_index_choose(index, url);
	origin_index_release(&index);
	return status;
}

/* The one that was chosen, if it is one. */
static enum apam_status
take_choice(const struct choice *c, struct apam_profile **profile,
    struct apam_error *err)
{
	if (c->best == NULL)
		return error_set(err, APAM_E_NO_PROFILE,
		    "no profile has an origin that contains the URL");
	if (c->rival != NULL)
		return error_set(err, APAM_E_CONFIG,
		    "profiles %s and %s both claim the URL; name one, or give "
		    "one of them an origin with a longer path",
		    apam_profile_name(c->best), apam_profile_name(c->rival));
	*profile = c->best;
	return APAM_OK;
}

enum apam_status
apam_profile_find(struct apam *ctx, const char *url,
    struct apam_profile **profile, struct apam_error *err)
{
	HOLD_CANCEL;
	struct url parsed;
	struct choice choice;
	enum apam_status status;
	const char *why = url_parse(apam_str(url), &parsed);

	*profile = NULL;
	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (why != NULL)
		return error_set(err, APAM_E_URL, "%s", why);
	status = choose_profile(ctx, &parsed, &choice, err);
	if (status == APAM_OK)
		status = take_choice(&choice, profile, err);
	return status;
}
