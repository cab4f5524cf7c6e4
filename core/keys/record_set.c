/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small texts are allocated in batches; the order is made by a bucket sort of
 * the hashes.
 */
#include "keys/record_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

#define BUCKET_BITS 16 /* at most, of a hash */
#define TEXTS 32768 /* bytes of texts allocated at once */

/* ---- Adding ----------------------------------------------------------- */

/*
 * There are many small texts: to allocate each would take longer than reading
 * it.
 */
const char *
key_set_text(struct key_set *set, struct apam_str text)
{
	char *copy;

	if (text.n >= TEXTS)
		return arena_copy(&set->arena, text);
	if (text.n >= set->texts_left) {
		set->texts = arena_alloc(&set->arena, TEXTS, 1);
		set->texts_left = set->texts == NULL ? 0 : TEXTS;
	}
	copy = set->texts;
	if (copy == NULL)
		return NULL;
	if (text.n > 0)
		memcpy(copy, text.p, text.n);
	set->texts += text.n + 1;
	set->texts_left -= text.n + 1;
	return copy;
}

/* Replace a text by a copy that the set owns. */
static bool
own(struct key_set *set, const char **text)
{
	if (*text == NULL || **text == '\0')
		*text = "";
	else
		*text = key_set_text(set, apam_str(*text));
	return *text != NULL;
}

struct key_record *
key_set_append(struct key_set *set, const struct key_record *record)
{
	struct key_record *to;

	if (set->count >= KEY_RECORDS_MAX ||
	    !array_grow(
		&set->records, set->count, &set->room, sizeof(*set->records)))
		return NULL;
	free(set->sorted);
	set->sorted = NULL;
	to = &set->records[set->count++];
	*to = *record;
	key_hash(to->scheme, apam_str(to->id), to->hash);
	return to;
}

struct key_record *
key_set_add(struct key_set *set, const struct key_record *record)
{
	struct key_record copy = *record;

	copy.source = APAM_STR("");
	if (!own(set, &copy.scheme) || !own(set, &copy.id) ||
	    !own(set, &copy.description) || !own(set, &copy.access) ||
	    !own(set, &copy.created_by) || !own(set, &copy.archived_by) ||
	    !own(set, &copy.why))
		return NULL;
	return key_set_append(set, &copy);
}

void
key_set_free(struct key_set *set)
{
	free(set->sorted);
	free(set->records);
	free(set->before);
	arena_free(&set->arena);
	buf_free(&set->text);
	*set = (struct key_set){ .count = 0 };
}

/* ---- Order ------------------------------------------------------------ */

static int
compare_records(const struct key_record *a, const struct key_record *b)
{
	int order = memcmp(a->hash, b->hash, KEY_HASH_SIZE);

	if (order == 0)
		order = (int)a->marked - (int)b->marked;
	if (order == 0 && a->marked)
		order = memcmp(a->mark, b->mark, KEY_MARK_SIZE);
	return order;
}

/* By key, then by the order of the set. */
static int
compare_at(const void *a, const void *b)
{
	const struct key_sorted *left = a, *right = b;
	int order = 0;

	if (left->prefix != right->prefix)
		return left->prefix < right->prefix ? -1 : 1;
	order = compare_records(left->record, right->record);
	if (order != 0)
		return order;
	return left->record < right->record ? -1 : left->record > right->record;
}

static uint64_t
prefix_of(const struct key_record *r)
{
	uint64_t prefix = 0;

	for (int i = 0; i < 8; i++)
		prefix = prefix << 8 | r->hash[i];
	return prefix;
}

/* As many bits of the hash as give each record a bucket of its own. */
static unsigned
bits_for(size_t records)
{
	unsigned bits = 0;

	while (bits < BUCKET_BITS && (size_t)1 << bits < records)
		bits++;
	return bits;
}

static size_t
bucket(const struct key_record *r, unsigned bits)
{
	return ((size_t)r->hash[0] << 8 | r->hash[1]) >> (BUCKET_BITS - bits);
}

/* Hashes are evenly spread, so each bucket has few records left to compare. */
static void
sort_buckets(struct key_sorted *sorted, const size_t *ends, unsigned bits)
{
	size_t from = 0;

	for (size_t i = 0; i < (size_t)1 << bits; from = ends[i], i++)
		if (ends[i] - from > 1)
			qsort(sorted + from, ends[i] - from, sizeof(*sorted),
			    compare_at);
}

/* Set the end of each bucket; `places` is where each starts. */
static void
fill_buckets(const struct key_set *set, struct key_sorted *sorted,
    size_t *places, unsigned bits)
{
	struct key_record *r = set->records;
	size_t sum = 0, n;

	for (size_t i = 0; i < set->count; i++)
		places[bucket(&r[i], bits)]++;
	for (size_t i = 0; i < (size_t)1 << bits; i++) {
		n = places[i];
		places[i] = sum;
		sum += n;
	}
	for (size_t i = 0; i < set->count; i++)
		sorted[places[bucket(&r[i], bits)]++] = (struct key_sorted){
			prefix_of(&r[i]), &r[i]
		};
}

const struct key_sorted *
key_set_sort(struct key_set *set)
{
	const unsigned bits = bits_for(set->count);
	size_t *places;

	if (set->sorted != NULL)
		return set->sorted;
	places = calloc((size_t)1 << bits, sizeof(*places));
	if (places == NULL)
		return NULL;
	set->sorted = calloc(set->count + 1, sizeof(*set->sorted));
	if (set->sorted != NULL) {
		fill_buckets(set, set->sorted, places, bits);
		sort_buckets(set->sorted, places, bits);
	}
	free(places);
	return set->sorted;
}

/*
 * True if hash and name are equal; equal hashes of other names never occur in
 * practice.
 */
static bool
is_same(const struct key_record *a, const struct key_record *b)
{
	return compare_records(a, b) == 0 && strcmp(a->id, b->id) == 0 &&
	    strcmp(a->scheme, b->scheme) == 0;
}

bool
key_set_find_twice(struct key_set *set, size_t *at)
{
	const struct key_sorted *sorted = key_set_sort(set);

	*at = set->count;
	if (sorted == NULL)
		return false;
	for (size_t i = 1; i < set->count && *at == set->count; i++)
		if (sorted[i - 1].prefix == sorted[i].prefix &&
		    is_same(sorted[i - 1].record, sorted[i].record))
			*at = (size_t)(sorted[i].record - set->records);
	return true;
}
