/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sorted array, searched by halves: by host, port and scheme, then path,
 * then the profile's name.  The URL's path is looked up in ever shorter parts,
 * so that the first that some origin has is the longest.
 */
#include "profile/origin_index.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/refs.h"
#include "base/str.h"

struct place {
	const char *host;
	uint16_t port;
	bool https;
	struct apam_str path;
	const struct claimant *of;
};

struct origin_index {
	atomic_uint refs;
	struct place *places;
	size_t count, room;
	size_t longest; /* of the paths */
	const char *unread;
	struct arena text; /* of the places */
};

struct origin_index *
origin_index_new(void)
{
	struct origin_index *index = calloc(1, sizeof(*index));

	if (index != NULL)
		refs_init(&index->refs);
	return index;
}

struct origin_index *
origin_index_hold(struct origin_index *index)
{
	refs_hold(&index->refs);
	return index;
}

void
origin_index_release(struct origin_index **index)
{
	struct origin_index *i = *index;

	*index = NULL;
	if (i == NULL || !refs_drop(&i->refs))
		return;
	arena_free(&i->text);
	free(i->places);
	free(i);
}

/* ---- Filling ----------------------------------------------------------- */

static bool
add_place(struct origin_index *index, const struct claimant *of,
    const struct url *origin)
{
	const char *host = arena_copy(&index->text, apam_str(origin->host));
	const char *path = arena_copy(&index->text, origin->path);

	if (host == NULL || path == NULL ||
	    !array_grow(&index->places, index->count, &index->room,
		sizeof(*index->places)))
		return false;
	index->places[index->count++] = (struct place){ host, origin->port,
		origin->https, { path, origin->path.n }, of };
	if (origin->path.n > index->longest)
		index->longest = origin->path.n;
	return true;
}

static bool
add_places(struct origin_index *index, const char *name,
    struct apam_profile *profile, const struct url *origins, size_t count)
{
	struct claimant *of = arena_alloc(&index->text, 1, sizeof(*of));

	if (of == NULL)
		return false;
	*of = (struct claimant){ name, profile };
	for (size_t i = 0; i < count; i++)
		if (!add_place(index, of, &origins[i]))
			return false;
	return true;
}

bool
origin_index_add(struct origin_index *index, struct apam_profile *profile,
    const struct url *origins, size_t count)
{
	return add_places(
	    index, apam_profile_name(profile), profile, origins, count);
}

bool
origin_index_claim(struct origin_index *index, const char *name,
    const struct url *origins, size_t count)
{
	const char *copy = arena_copy(&index->text, apam_str(name));

	return copy != NULL && add_places(index, copy, NULL, origins, count);
}

bool
origin_index_add_unread(struct origin_index *index, const char *name)
{
	if (index->unread == NULL)
		index->unread = arena_copy(&index->text, apam_str(name));
	return index->unread != NULL;
}

const char *
origin_index_unread(const struct origin_index *index)
{
	return index->unread;
}

/* ---- The order --------------------------------------------------------- */

static int
compare_paths(struct apam_str a, struct apam_str b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

static int
compare_origins(const struct place *a, const struct place *b)
{
	int order = strcmp(a->host, b->host);

	if (order == 0)
		order = (a->port > b->port) - (a->port < b->port);
	return order != 0 ? order : a->https - b->https;
}

static int
compare_places(const struct place *a, const struct place *b)
{
	int order = compare_origins(a, b);

	return order != 0 ? order : compare_paths(a->path, b->path);
}

static int
compare_with_names(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = compare_places(x, y);

	if (order == 0)
		order = strcmp(x->of->name, y->of->name);
	if (order == 0)
		order = (x->of->profile == NULL) - (y->of->profile == NULL);
	return order;
}

void
origin_index_sort(struct origin_index *index)
{
	if (index->count > 0)
		qsort(index->places, index->count, sizeof(*index->places),
		    compare_with_names);
}

/* ---- Choosing ---------------------------------------------------------- */

/* From low to below high, the first that does not come before; or high. */
static size_t
place_of_origin(const struct origin_index *index, const struct place *wanted,
    size_t low, size_t high)
{
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_places(&index->places[middle], wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_at(const struct origin_index *index, size_t at, const struct place *wanted)
{
	return at < index->count &&
	    compare_places(&index->places[at], wanted) == 0;
}

/* Of those alike the first and, where that is of another profile, the last. */
static struct choice
choice_at(
    const struct origin_index *index, size_t at, const struct place *wanted)
{
	struct choice c = { index->places[at].of, wanted->path.n, NULL };

	while (is_at(index, at + 1, wanted))
		at++;
	if (strcmp(index->places[at].of->name, c.best->name) != 0)
		c.rival = index->places[at].of;
	return c;
}

/* How much of a URL's path may be an origin's. */
static size_t
longest_part(const struct origin_index *index, struct apam_str path)
{
	if (index->longest <= 1 || url_path_unclear(path) != NULL)
		return 1;
	return path.n < index->longest ? path.n : index->longest;
}

struct choice
origin_index_choose(const struct origin_index *index, const struct url *url)
{
	struct place wanted = { .host = url->host,
		.port = url->port,
		.https = url->https,
		.path = APAM_STR("") };
	size_t low = place_of_origin(index, &wanted, 0, index->count), at;
	size_t high = index->count;

	if (low == high || compare_origins(&index->places[low], &wanted) != 0)
		return (struct choice){ NULL, 0, NULL };
	for (size_t n = longest_part(index, url->path); n > 0; n--) {
		wanted.path = str_cut(url->path, n);
		if (!url_path_below(wanted.path, url->path))
			continue;
		at = place_of_origin(index, &wanted, low, high);
		if (is_at(index, at, &wanted))
			return choice_at(index, at, &wanted);
		/* What is shorter comes before it. */
		high = at;
	}
	return (struct choice){ NULL, 0, NULL };
}
