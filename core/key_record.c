/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key registry as text: a table says which members a key has, one function
 * for each kind of member reads and one writes.  jansson parses; its texts
 * quote the input, so they are never used.
 */
#include "key_record.h"

#include <jansson.h>
#include <limits.h>
#include <stdlib.h>

#include "encode.h"
#include "json.h"
#include "key_line.h"
#include "option_check.h"
#include "str.h"
#include "utf8.h"

#define VERSION "keys 1"
#define TIME_MAX 253402300799 /* the end of the year 9999 */
#define ROOM_FIRST 16

/* ---- Members ---------------------------------------------------------- */

enum kind {
	KIND_TEXT, /* a const char * */
	KIND_TIME, /* an int64_t */
	KIND_COUNT, /* a uint64_t */
	KIND_BYTES /* `size` bytes, as hex digits */
};

static const struct member {
	const char *name;
	enum kind kind;
	size_t at; /* in struct key_record */
	size_t size;
	const char *problem;
} members[] = {
	{ "scheme", KIND_TEXT, offsetof(struct key_record, scheme), 0,
	    "\"scheme\" is no text of 1 to 255 bytes without control "
	    "characters" },
	{ "id", KIND_TEXT, offsetof(struct key_record, id), 0,
	    "\"id\" is no text of 1 to 255 bytes without control characters" },
	{ "salt", KIND_BYTES, offsetof(struct key_record, salt), KEY_SALT_SIZE,
	    "\"salt\" is not 32 hexadecimal digits, lower case" },
	{ "mark", KIND_BYTES, offsetof(struct key_record, mark), KEY_MARK_SIZE,
	    "\"mark\" is not 4 hexadecimal digits, lower case" },
	{ "description", KIND_TEXT, offsetof(struct key_record, description), 0,
	    "\"description\" is no text of 1 to 255 bytes without control "
	    "characters" },
	{ "access", KIND_TEXT, offsetof(struct key_record, access), 0,
	    "\"access\" is no text of 1 to 255 bytes without control "
	    "characters" },
	{ "created", KIND_TIME, offsetof(struct key_record, created_at), 0,
	    "\"created\" is no time in seconds since 1970" },
	{ "created_by", KIND_TEXT, offsetof(struct key_record, created_by), 0,
	    "\"created_by\" is no text of 1 to 255 bytes without control "
	    "characters" },
	{ "archived", KIND_TIME, offsetof(struct key_record, archived_at), 0,
	    "\"archived\" is no time in seconds since 1970" },
	{ "archived_by", KIND_TEXT, offsetof(struct key_record, archived_by), 0,
	    "\"archived_by\" is no text of 1 to 255 bytes without control "
	    "characters" },
	{ "why", KIND_TEXT, offsetof(struct key_record, why), 0,
	    "\"why\" is no text of 1 to 255 bytes without control "
	    "characters" },
	{ "drops", KIND_COUNT, offsetof(struct key_record, drops), 0,
	    "\"drops\" is no whole number from 1" },
};

#define MEMBERS (sizeof(members) / sizeof(members[0]))

static void *
field(struct key_record *record, const struct member *member)
{
	return (char *)record + member->at;
}

static const void *
field_of(const struct key_record *record, const struct member *member)
{
	return (const char *)record + member->at;
}

/* ---- Texts ------------------------------------------------------------ */

const char *
key_text_problem(const char *text)
{
	struct apam_str rest = apam_str(text);
	size_t n;

	if (rest.n > KEY_TEXT_MAX)
		return "it is longer than 255 bytes";
	while (rest.n > 0) {
		n = utf8_length(rest);
		if (n == 0)
			return "it is not valid UTF-8";
		if (utf8_plain_length(rest) == 0)
			return "it has a control character";
		rest = str_skip(rest, n);
	}
	return NULL;
}

/* ---- Marks ------------------------------------------------------------ */

static void
hex_of(const unsigned char *bytes, size_t n, char *to)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*to++ = digits[bytes[i] >> 4];
		*to++ = digits[bytes[i] & 15];
	}
	*to = '\0';
}

void
key_mark_text(const struct key_record *record, char to[KEY_MARK_TEXT])
{
	to[0] = '\0';
	if (record->marked)
		hex_of(record->mark, KEY_MARK_SIZE, to);
}

/* ---- Sets ------------------------------------------------------------- */

static bool
make_room(struct key_set *set)
{
	const size_t room = set->room == 0 ? ROOM_FIRST : set->room * 2;
	struct key_record *records;

	if (set->count < set->room)
		return true;
	if (set->count >= KEY_RECORDS_MAX)
		return false;
	records = realloc(set->records, room * sizeof(*records));
	if (records == NULL)
		return false;
	set->records = records;
	set->room = room;
	return true;
}

/* The texts of a record become the set's own. */
static bool
own_texts(struct key_set *set, struct key_record *record)
{
	const char **text;

	for (size_t i = 0; i < MEMBERS; i++) {
		if (members[i].kind != KIND_TEXT)
			continue;
		text = field(record, &members[i]);
		if (*text == NULL || **text == '\0')
			*text = "";
		else
			*text = arena_copy(&set->arena, apam_str(*text));
		if (*text == NULL)
			return false;
	}
	return true;
}

struct key_record *
key_set_add(struct key_set *set, const struct key_record *record)
{
	struct key_record copy = *record;

	if (!own_texts(set, &copy) || !make_room(set))
		return NULL;
	set->records[set->count] = copy;
	return &set->records[set->count++];
}

void
key_set_free(struct key_set *set)
{
	free(set->records);
	arena_free(&set->arena);
	*set = (struct key_set){ .count = 0 };
}

/* ---- Reading ---------------------------------------------------------- */

static bool
read_digit(char c, unsigned char *to)
{
	if (c >= '0' && c <= '9')
		*to = (unsigned char)(*to << 4 | (c - '0'));
	else if (c >= 'a' && c <= 'f')
		*to = (unsigned char)(*to << 4 | (c - 'a' + 10));
	else
		return false;
	return true;
}

static bool
read_bytes(const json_t *value, unsigned char *to, size_t size)
{
	const char *text = json_string_value(value);

	if (text == NULL || strlen(text) != 2 * size)
		return false;
	for (size_t i = 0; i < 2 * size; i++) {
		if (!read_digit(text[i], &to[i / 2]))
			return false;
	}
	return true;
}

static bool
read_text(const json_t *value, const char **to)
{
	*to = json_string_value(value);
	return *to != NULL && **to != '\0' && key_text_problem(*to) == NULL;
}

static bool
read_number(const json_t *value, int64_t max, int64_t *to)
{
	*to = json_integer_value(value);
	return json_is_integer(value) && *to > 0 && *to <= max;
}

static bool
read_count(const json_t *value, uint64_t *to)
{
	int64_t n;
	const bool ok = read_number(value, INT64_MAX, &n);

	*to = (uint64_t)n;
	return ok;
}

static bool
read_member(
    const struct member *member, const json_t *value, struct key_record *to)
{
	switch (member->kind) {
	case KIND_TEXT:
		return read_text(value, field(to, member));
	case KIND_TIME:
		return read_number(value, TIME_MAX, field(to, member));
	case KIND_COUNT:
		return read_count(value, field(to, member));
	case KIND_BYTES:
		return read_bytes(value, field(to, member), member->size);
	}
	return false;
}

static const struct member *
member_named(const char *name)
{
	for (size_t i = 0; i < MEMBERS; i++) {
		if (strcmp(members[i].name, name) == 0)
			return &members[i];
	}
	return NULL;
}

/* What must be there, and what goes together. */
static const char *
whole_problem(const json_t *key, struct key_record *to)
{
	if (to->scheme == NULL || !scheme_name_ok(apam_str(to->scheme)))
		return "\"scheme\" is missing or no name of a scheme";
	if (to->id == NULL)
		return "\"id\" is missing";
	to->marked = json_object_get(key, "mark") != NULL;
	if (to->marked != (json_object_get(key, "salt") != NULL))
		return "\"salt\" and \"mark\" are one without the other";
	return NULL;
}

/* Its texts are those of `key`. */
static const char *
read_key(json_t *key, struct key_record *to)
{
	const struct member *member;
	const char *name;
	json_t *value;

	if (!json_is_object(key))
		return "a key is no object";
	json_object_foreach(key, name, value)
	{
		member = member_named(name);
		if (member == NULL)
			return "a key has a name that is not known";
		if (!read_member(member, value, to))
			return member->problem;
	}
	return whole_problem(key, to);
}

static const char *
read_keys(const json_t *keys, struct key_set *set, size_t *at)
{
	const char *why = NULL;
	struct key_record record;

	if (json_array_size(keys) > KEY_RECORDS_MAX)
		return "there are more than 65536 keys";
	for (size_t i = 0; i < json_array_size(keys) && why == NULL; i++) {
		record = (struct key_record){ .scheme = NULL };
		*at = i;
		why = read_key(json_array_get(keys, i), &record);
		if (why == NULL && key_set_add(set, &record) == NULL)
			why = "out of memory";
	}
	return why;
}

/* ---- Keys that are there twice ----------------------------------------- */

static int
compare(const struct key_record *a, const struct key_record *b)
{
	int order = strcmp(a->scheme, b->scheme);

	if (order == 0)
		order = strcmp(a->id, b->id);
	if (order == 0)
		order = (int)a->marked - (int)b->marked;
	if (order == 0 && a->marked)
		order = memcmp(a->mark, b->mark, KEY_MARK_SIZE);
	return order;
}

/* By key, then in the order of the file. */
static int
compare_at(const void *a, const void *b)
{
	const struct key_record *const *left = a, *const *right = b;
	const int order = compare(*left, *right);

	if (order != 0)
		return order;
	return *left < *right ? -1 : *left > *right;
}

static const char *
find_twice(const struct key_set *set, size_t *at)
{
	const struct key_record **sorted;
	const char *why = NULL;

	if (set->count < 2)
		return NULL;
	sorted = calloc(set->count, sizeof(const struct key_record *));
	if (sorted == NULL)
		return "out of memory";
	for (size_t i = 0; i < set->count; i++)
		sorted[i] = &set->records[i];
	qsort(
	    sorted, set->count, sizeof(const struct key_record *), compare_at);
	for (size_t i = 1; i < set->count && why == NULL; i++) {
		if (compare(sorted[i - 1], sorted[i]) != 0)
			continue;
		*at = (size_t)(sorted[i] - set->records);
		why = "a key is there twice";
	}
	free(sorted);
	return why;
}

/* ---- The whole -------------------------------------------------------- */

static const char *
shape_problem(const json_t *root)
{
	const char *version = json_string_value(json_object_get(root, "apam"));

	if (version == NULL)
		return "it is no registry: \"apam\" is missing";
	if (strcmp(version, VERSION) != 0)
		return "it is of another version of apam";
	if (!json_is_array(json_object_get(root, "keys")))
		return "\"keys\" is missing or no array";
	if (json_object_size(root) != 2)
		return "it has a name that is not known";
	return NULL;
}

static const char *
read_root(const json_t *root, struct apam_str text, struct key_set *set,
    unsigned *line)
{
	const char *why = shape_problem(root);
	size_t at = 0;

	*line = 1;
	if (why != NULL)
		return why;
	why = read_keys(json_object_get(root, "keys"), set, &at);
	if (why == NULL)
		why = find_twice(set, &at);
	if (why != NULL)
		*line = key_line(text, at);
	return why;
}

const char *
key_set_read(struct apam_str text, struct key_set *set, unsigned *line)
{
	json_error_t error = { .line = 0 };
	json_t *root = NULL;
	const char *why;

	*set = (struct key_set){ .count = 0 };
	*line = 0;
	if (text.n > KEY_FILE_MAX)
		return "it is larger than 32 MiB";
	if (text.n == 0)
		return "it is empty";
	/* jansson recurses. */
	*line = key_line_too_deep(text);
	if (*line > 0)
		return "it is nested too deeply";
	root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL) {
		*line = error.line > 0 ? (unsigned)error.line : 0;
		return json_why(&error);
	}
	why = read_root(root, text, set, line);
	json_decref(root);
	if (why != NULL)
		key_set_free(set);
	else
		*line = 0;
	return why;
}

/* ---- Writing ---------------------------------------------------------- */

static void
put_name(struct buf *to, const char *name, bool first)
{
	buf_put(to, first ? APAM_STR(" \"") : APAM_STR(", \""));
	buf_put(to, apam_str(name));
	buf_put(to, APAM_STR("\": "));
}

static void
put_number(struct buf *to, uint64_t n)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	buf_put(to, (struct apam_str){ digits + at, sizeof(digits) - at });
}

static void
put_bytes(struct buf *to, const unsigned char *bytes, size_t n)
{
	char text[2 * KEY_SALT_SIZE + 1];

	hex_of(bytes, n, text);
	encode_json_string(to, apam_str(text));
}

static bool
is_given(const struct key_record *record, const struct member *member)
{
	const void *at = field_of(record, member);

	switch (member->kind) {
	case KIND_TEXT:
		return *(const char *const *)at != NULL &&
		    **(const char *const *)at != '\0';
	case KIND_TIME:
		return *(const int64_t *)at != 0;
	case KIND_COUNT:
		return *(const uint64_t *)at != 0;
	case KIND_BYTES:
		return record->marked;
	}
	return false;
}

static void
put_member(struct buf *to, const struct key_record *record,
    const struct member *member)
{
	const void *at = field_of(record, member);

	switch (member->kind) {
	case KIND_TEXT:
		encode_json_string(to, apam_str(*(const char *const *)at));
		return;
	case KIND_TIME:
	case KIND_COUNT:
		put_number(to, *(const uint64_t *)at);
		return;
	case KIND_BYTES:
		put_bytes(to, at, member->size);
		return;
	}
}

static void
put_key(struct buf *to, const struct key_record *record)
{
	bool first = true;

	buf_put_char(to, '{');
	for (size_t i = 0; i < MEMBERS; i++) {
		if (!is_given(record, &members[i]))
			continue;
		put_name(to, members[i].name, first);
		put_member(to, record, &members[i]);
		first = false;
	}
	buf_put(to, APAM_STR(" }"));
}

bool
key_set_write(const struct key_set *set, struct buf *to)
{
	buf_put(to, APAM_STR("{ \"apam\": \"" VERSION "\", \"keys\": ["));
	for (size_t i = 0; i < set->count; i++) {
		buf_put(to, i == 0 ? APAM_STR("\n") : APAM_STR(",\n"));
		put_key(to, &set->records[i]);
	}
	buf_put(to, APAM_STR("\n] }\n"));
	return !to->failed;
}
