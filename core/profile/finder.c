/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which profile a URL is for.  The thread that finds the files due looks at
 * them; the others go on with the index there is, without a system call.  The
 * index may be a second old, and that is enough: apam_sign looks at the files
 * of the profile that was found, and binds the URL to its origins.
 *
 * A profile whose file is in error has the URLs of the origins that can be read
 * from it all the same: they are refused with what is wrong, since a program
 * sends what no profile is for without a signature.
 */
#include "profile/finder.h"

#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/sized.h"
#include "config/claims.h"
#include "profile/handle.h"
#include "profile/reload.h"
#include "profile/table.h"

/* ---- Making the index --------------------------------------------------- */

/* Add a profile by what its file in error says; false without memory. */
static bool
index_claims(struct apam *ctx, struct origin_index *index, const char *name)
{
	char file[TABLE_FILE_SIZE];
	struct claims claims = { .count = 0 };
	bool ok = true;

	if (table_file(ctx, name, file, sizeof(file)))
		ok = claims_read(&claims, file, ctx->env.settings->user);
	if (ok && claims.count == 0)
		ok = origin_index_add_unread(index, name);
	else if (ok)
		ok = origin_index_claim(
		    index, name, claims.origins, claims.count);
	claims_free(&claims);
	return ok;
}

/* Add a profile unless its file is gone; false without memory. */
static bool
index_profile(struct origin_index *index, struct apam_profile *p)
{
	enum apam_status problem;
	struct stack *s;
	bool ok = true;

	profile_look_soon(p);
	s = profile_follow(p, 0, NULL);
	if (s != NULL)
		ok = origin_index_add(
		    index, p, s->profile->origins, s->profile->origin_count);
	stack_release(&s);
	problem = profile_problem(p, NULL);
	if (ok && problem != APAM_OK && problem != APAM_E_NO_PROFILE)
		ok = index_claims(p->ctx, index, p->name);
	return ok;
}

static enum apam_status
index_named(struct apam *ctx, const char *name, struct origin_index *index,
    struct apam_error *err)
{
	struct apam_profile *p;
	struct apam_error why = APAM_ERROR_INIT;
	enum apam_status status = apam_profile_get(ctx, name, &p, &why);
	bool ok = true;

	/* That there is no memory says nothing of the file. */
	if (status == APAM_E_MEMORY) {
		error_copy(err, &why);
		return status;
	}
	if (status == APAM_OK)
		ok = index_profile(index, p);
	else if (status != APAM_E_NO_PROFILE)
		ok = index_claims(ctx, index, name);
	if (ok)
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

/* What one look at an index has found. */
struct found {
	struct origin_index *index; /* held */
	struct choice choice;
	bool in_error; /* the chosen one's file was */
};

static enum apam_status
choose_anew(struct apam *ctx, const struct url *url, struct found *f,
    struct apam_error *err)
{
	const enum apam_status status = look_at_directory(ctx, &f->index, err);

	if (status == APAM_OK)
		f->choice = origin_index_choose(f->index, url);
	return status;
}

static enum apam_status
choose_profile(struct apam *ctx, const struct url *url, struct found *f,
    struct apam_error *err)
{
	f->index = hold_unless_due(ctx, false);
	if (f->index == NULL)
		return choose_anew(ctx, url, f, err);
	f->choice = origin_index_choose(f->index, url);
	if (f->choice.best != NULL)
		return APAM_OK;
	/* A profile may have come since. */
	origin_index_release(&f->index);
	f->index = hold_unless_due(ctx, true);
	if (f->index == NULL)
		return choose_anew(ctx, url, f, err);
	f->choice = origin_index_choose(f->index, url);
	return APAM_OK;
}

/*
 * What is wrong with a profile whose file was in error; OK where it is in order
 * by now.
 */
static enum apam_status
ask_again(struct apam *ctx, const char *name, struct apam_profile **profile,
    struct apam_error *err)
{
	enum apam_status status = apam_profile_get(ctx, name, profile, err);
	struct stack *s;

	if (status != APAM_OK)
		return status;
	profile_look_soon(*profile);
	s = profile_follow(*profile, 0, NULL);
	stack_release(&s);
	status = profile_problem(*profile, err);
	if (status != APAM_OK)
		*profile = NULL;
	return status;
}

static enum apam_status
refuse_unknown(const char *unread, struct apam_error *err)
{
	if (unread == NULL)
		return error_set(err, APAM_E_NO_PROFILE,
		    "no profile has an origin that contains the URL");
	return error_set(err, APAM_E_NO_PROFILE,
	    "no profile has an origin that contains the URL; it may be for "
	    "profile %s, whose origins cannot be read: see `apam lint`",
	    unread);
}

/* The one that was chosen, if it is one. */
static enum apam_status
take_choice(struct apam *ctx, struct found *f, struct apam_profile **profile,
    struct apam_error *err)
{
	const struct choice *c = &f->choice;

	if (c->best == NULL)
		return refuse_unknown(origin_index_unread(f->index), err);
	if (c->rival != NULL)
		return error_set(err, APAM_E_CONFIG,
		    "profiles %s and %s both claim the URL; name one, or give "
		    "one of them an origin with a longer path",
		    c->best->name, c->rival->name);
	*profile = c->best->profile;
	f->in_error = *profile == NULL;
	return f->in_error ? ask_again(ctx, c->best->name, profile, err) :
			     APAM_OK;
}

static enum apam_status
find(struct apam *ctx, const struct url *url, struct apam_profile **profile,
    struct apam_error *err)
{
	struct found f = { .index = NULL };
	enum apam_status status = choose_profile(ctx, url, &f, err);

	if (status == APAM_OK)
		status = take_choice(ctx, &f, profile, err);
	origin_index_release(&f.index);
	if (status != APAM_OK || !f.in_error)
		return status;
	/* It has been mended since, and may be for other URLs now. */
	*profile = NULL;
	status = choose_anew(ctx, url, &f, err);
	if (status == APAM_OK)
		status = take_choice(ctx, &f, profile, err);
	origin_index_release(&f.index);
	return status;
}

enum apam_status
apam_profile_find(struct apam *ctx, const char *url,
    struct apam_profile **profile, struct apam_error *err)
{
	HOLD_CANCEL;
	struct url parsed;
	const char *why = url_parse(apam_str(url), &parsed);

	*profile = NULL;
	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (why != NULL)
		return error_set(err, APAM_E_URL, "%s", why);
	return find(ctx, &parsed, profile, err);
}
