/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the registry's text, with one function for each kind of member.
 */
#include "keys/record_read.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/siphash.h"
#include "base/str.h"
#include "config/rules.h"
#include "keys/record_members.h"
#include "keys/record_scan.h"
#include "text/encode.h"

#define TIME_MAX 253402300799 /* the end of the year 9999 */

const char key_no_memory[] = "out of memory";

/* The key being read. */
struct reading {
	struct key_scan scan;
	struct key_set *set;
	struct key_record record;
	unsigned seen; /* one bit for each member */
	size_t due; /* the next member in the order of our writer */
	struct key_scan_value value;
};

static bool
refuse_key(struct reading *r, const char *why)
{
	key_scan_fail(&r->scan, why);
	return false;
}

static bool
read_bytes(const char *text, size_t n, unsigned char *to, size_t size)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] >= 'A' && text[i] <= 'F')
			return false;
	return decode_hex((struct apam_str){ text, n }, to, size);
}

/*
 * Neighbours have much in common, such as who made them: a text that equals the
 * last key's is shared with it.
 */
static bool
read_same(struct reading *r, const struct key_member *member)
{
	const struct key_set *set = r->set;
	const char *last = "";

	if (member->kind != KEY_MEMBER_TEXT || set->count == 0)
		return false;
	last = *(const char *const *)key_member_of(
	    &set->records[set->count - 1], member);
	if (*last == '\0' || !key_scan_same(&r->scan, last))
		return false;
	*(const char **)key_member_in(&r->record, member) = last;
	return true;
}

/* Give a text to the set. */
static bool
read_key_text(struct reading *r, const struct key_member *member)
{
	const char **to = key_member_in(&r->record, member);

	if (r->value.n == 0 || r->value.n > KEY_TEXT_MAX ||
	    (!r->value.plain && key_text_problem(r->value.text) != NULL))
		return refuse_key(r, member->problem);
	*to = key_set_text(r->set, apam_str(r->value.text));
	return *to != NULL || refuse_key(r, key_no_memory);
}

static bool
read_key_number(struct reading *r, const struct key_member *member)
{
	const int64_t max = member->kind == KEY_MEMBER_TIME ? TIME_MAX :
							      INT64_MAX;

	if (r->value.number <= 0 || r->value.number > max)
		return refuse_key(r, member->problem);
	memcpy(
	    key_member_in(&r->record, member), &r->value.number, sizeof(max));
	return true;
}

static bool
read_value(struct reading *r, const struct key_member *member)
{
	const bool number = member->kind == KEY_MEMBER_TIME ||
	    member->kind == KEY_MEMBER_COUNT;

	if (read_same(r, member))
		return true;
	if (!key_scan_value(&r->scan, &r->value))
		return false;
	if (r->value.kind != (number ? KEY_SCAN_NUMBER : KEY_SCAN_STRING))
		return refuse_key(r, member->problem);
	if (number)
		return read_key_number(r, member);
	if (member->kind == KEY_MEMBER_TEXT)
		return read_key_text(r, member);
	return read_bytes(r->value.text, r->value.n,
		   key_member_in(&r->record, member), member->size) ||
	    refuse_key(r, member->problem);
}

/*
 * The member whose name comes next, or KEY_MEMBERS.  Most are in the table's
 * order.
 */
static size_t
find_member(struct reading *r)
{
	size_t i;

	for (i = r->due; i < KEY_MEMBERS; i++)
		if (key_scan_same(&r->scan, key_members[i].name))
			return i;
	if (!key_scan_string(&r->scan, &r->value))
		return KEY_MEMBERS;
	for (i = 0; i < KEY_MEMBERS; i++)
		if (strcmp(key_members[i].name, r->value.text) == 0)
			return i;
	(void)refuse_key(r, "a key has a member that is not known");
	return KEY_MEMBERS;
}

static bool
read_key_member(struct reading *r)
{
	const size_t i = find_member(r);

	if (i == KEY_MEMBERS)
		return false;
	r->due = i + 1;
	if ((r->seen & 1U << i) != 0)
		return refuse_key(r, "the JSON has a duplicate name");
	r->seen |= 1U << i;
	return key_scan_take(&r->scan, ':') && read_value(r, &key_members[i]);
}

static bool
was_seen(const struct reading *r, const void *at)
{
	for (size_t i = 0; i < KEY_MEMBERS; i++)
		if (key_member_of(&r->record, &key_members[i]) == at)
			return (r->seen & 1U << i) != 0;
	return false;
}

/* A scheme that equals the last key's needs no second check. */
static bool
has_scheme(const struct reading *r)
{
	const struct key_set *set = r->set;
	const char *scheme = r->record.scheme;

	return (set->count > 0 &&
		   scheme == set->records[set->count - 1].scheme) ||
	    (scheme[0] != '\0' && scheme_name_ok(apam_str(scheme)));
}

/* Check for members that must be there, or must be there together. */
static bool
check_whole(struct reading *r)
{
	struct key_record *to = &r->record;

	if (!has_scheme(r))
		return refuse_key(
		    r, "\"scheme\" is missing or not a scheme's name");
	if (to->id[0] == '\0')
		return refuse_key(r, "\"id\" is missing");
	to->marked = was_seen(r, to->mark);
	if (to->marked != was_seen(r, to->salt))
		return refuse_key(r,
		    "one of \"salt\" and \"mark\" is there without the "
		    "other");
	return true;
}

/* All bytes are defined, because records are compared as bytes. */
static void
begin_record(struct reading *r)
{
	struct key_record *to = &r->record;

	memset(to, 0, sizeof(*to));
	to->scheme = to->id = to->description = to->access = "";
	to->created_by = to->archived_by = to->why = "";
	r->seen = 0;
	r->due = 0;
}

/* A problem of the key as a whole has the line where the key starts. */
static bool
read_key(struct reading *r)
{
	const char *from;
	bool first = true;

	(void)key_scan_peek(&r->scan);
	from = r->scan.at;
	begin_record(r);
	if (!key_scan_take(&r->scan, '{'))
		return false;
	while (key_scan_more(&r->scan, '}', &first))
		if (!read_key_member(r))
			return false;
	if (r->scan.why != NULL)
		return false;
	r->record.source.p = from;
	r->record.source.n = (size_t)(r->scan.at - from);
	if (!check_whole(r))
		r->scan.why_at = from;
	return r->scan.why == NULL;
}

static bool
read_key_element(struct reading *r)
{
	const char c = key_scan_peek(&r->scan);
	const char *from = r->scan.at;

	if (c != '{') {
		if (c == '[' || key_scan_value(&r->scan, &r->value)) {
			r->scan.at = from;
			return refuse_key(r, "a key is not an object");
		}
		return false;
	}
	if (!read_key(r))
		return false;
	if (r->set->count == KEY_RECORDS_MAX)
		return refuse_key(r, "there are more than 400000 keys");
	return key_set_append(r->set, &r->record) != NULL ||
	    refuse_key(r, key_no_memory);
}

/* ---- The whole -------------------------------------------------------- */

/* The members of the registry's object. */
enum root { ROOT_APAM, ROOT_REGISTRY, ROOT_GENERATION, ROOT_KEYS, ROOTS };

static const char *const roots[ROOTS] = { "apam", "registry", "generation",
	"keys" };

static bool
read_version(struct reading *r)
{
	if (!key_scan_value(&r->scan, &r->value))
		return false;
	if (r->value.kind != KEY_SCAN_STRING)
		return refuse_key(
		    r, "it is not a registry: \"apam\" is missing");
	return strcmp(r->value.text, KEY_REGISTRY_VERSION) == 0 ||
	    refuse_key(r, "it is of another version of apam");
}

static bool
read_registry(struct reading *r)
{
	return key_scan_value(&r->scan, &r->value) &&
	    ((r->value.kind == KEY_SCAN_STRING &&
		 read_bytes(r->value.text, r->value.n, r->set->is.registry,
		     KEY_REGISTRY_ID)) ||
		refuse_key(r,
		    "\"registry\" is not 32 hexadecimal digits, lower case"));
}

static bool
read_generation(struct reading *r)
{
	if (!key_scan_value(&r->scan, &r->value))
		return false;
	if (r->value.kind != KEY_SCAN_NUMBER || r->value.number <= 0)
		return refuse_key(
		    r, "\"generation\" is not a whole number from 1");
	r->set->is.generation = (uint64_t)r->value.number;
	return true;
}

static bool
read_keys(struct reading *r)
{
	bool first = true;

	if (key_scan_peek(&r->scan) != '[')
		return refuse_key(r, "\"keys\" is missing or not an array");
	(void)key_scan_take(&r->scan, '[');
	while (key_scan_more(&r->scan, ']', &first))
		if (!read_key_element(r))
			return false;
	return r->scan.why == NULL;
}

static bool
read_root_member(struct reading *r, unsigned *seen)
{
	static bool (*const readers[ROOTS])(struct reading *) = { read_version,
		read_registry, read_generation, read_keys };
	size_t i = 0;

	if (!key_scan_string(&r->scan, &r->value))
		return false;
	while (i < ROOTS && strcmp(roots[i], r->value.text) != 0)
		i++;
	if (i == ROOTS)
		return refuse_key(r, "it has a member that is not known");
	if ((*seen & 1U << i) != 0)
		return refuse_key(r, "the JSON has a duplicate name");
	*seen |= 1U << i;
	return key_scan_take(&r->scan, ':') && readers[i](r);
}

/*
 * Members that must be there; the problem has the line where the object starts.
 */
static const char *
root_problem(unsigned seen)
{
	if ((seen & 1U << ROOT_APAM) == 0)
		return "it is not a registry: \"apam\" is missing";
	if ((seen & 1U << ROOT_KEYS) == 0)
		return "\"keys\" is missing or not an array";
	if (((seen >> ROOT_REGISTRY ^ seen >> ROOT_GENERATION) & 1) != 0)
		return "one of \"registry\" and \"generation\" is there "
		       "without the other";
	return NULL;
}

static bool
read_root(struct reading *r)
{
	bool first = true;
	unsigned seen = 0;
	const char *from;

	if (key_scan_peek(&r->scan) == '[')
		return refuse_key(
		    r, "it is not a registry: \"apam\" is missing");
	from = r->scan.at;
	if (!key_scan_take(&r->scan, '{'))
		return false;
	while (key_scan_more(&r->scan, '}', &first))
		if (!read_root_member(r, &seen))
			return false;
	if (!key_scan_end(&r->scan))
		return false;
	if (root_problem(seen) == NULL)
		return true;
	r->scan.at = from;
	return refuse_key(r, root_problem(seen));
}

/* Keep a copy of what was read, to see what changes. */
static bool
remember(struct key_set *set)
{
	const size_t n = set->count * sizeof(*set->before);

	if (n == 0)
		return true;
	set->before = malloc(n);
	if (set->before == NULL)
		return false;
	array_in_large_pages(set->before, n);
	memcpy(set->before, set->records, n);
	set->before_count = set->count;
	return true;
}

uint64_t
key_text_sum(struct apam_str text)
{
	static const unsigned char key[SIPHASH_SIZE] = "apam keys text";

	return siphash64(key, text.p, text.n);
}

static const char *
read_whole(struct reading *r, struct apam_str text)
{
	size_t at;

	if (!read_root(r))
		return r->scan.why;
	r->set->is.size = text.n;
	r->set->is.sum = key_text_sum(text);
	r->scan.why_at = NULL;
	if (!key_set_find_twice(r->set, &at) || !remember(r->set))
		return key_no_memory;
	if (at == r->set->count)
		return NULL;
	r->scan.why_at = r->set->records[at].source.p;
	return "a key is there twice";
}

const char *
key_set_read(struct apam_str text, struct key_set *set, unsigned *line)
{
	struct reading r = { .set = set };
	const char *why;

	*set = (struct key_set){ .count = 0 };
	*line = 0;
	if (text.n > KEY_FILE_MAX)
		return "it is larger than 256 MiB";
	if (text.n == 0)
		return "it is empty";
	key_scan_begin(&r.scan, text);
	why = read_whole(&r, text);
	if (why == NULL)
		return NULL;
	if (why != key_no_memory && r.scan.why_at != NULL)
		*line = key_scan_line(text, r.scan.why_at);
	key_set_free(set);
	return why;
}
