/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key registry as text: a table says which members a key has, one function
 * for each kind of member reads and one writes.  A key that was not changed is
 * written as the bytes that it was read from.
 */
#include "keys/record.h"

#include <stdlib.h>

#include "base/siphash.h"
#include "base/str.h"
#include "base/utf8.h"
#include "config/rules.h"
#include "keys/record_scan.h"
#include "text/encode.h"

#define VERSION "keys 1"
#define TIME_MAX 253402300799 /* the end of the year 9999 */
#define WRITE_MORE 4096 /* bytes that a change adds, as a rule */

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
	    "\"scheme\" is not a text of 1 to 255 bytes without control "
	    "characters" },
	{ "id", KIND_TEXT, offsetof(struct key_record, id), 0,
	    "\"id\" is not a text of 1 to 255 bytes without control "
	    "characters" },
	{ "salt", KIND_BYTES, offsetof(struct key_record, salt), KEY_SALT_SIZE,
	    "\"salt\" is not 32 hexadecimal digits, lower case" },
	{ "mark", KIND_BYTES, offsetof(struct key_record, mark), KEY_MARK_SIZE,
	    "\"mark\" is not 4 hexadecimal digits, lower case" },
	{ "description", KIND_TEXT, offsetof(struct key_record, description), 0,
	    "\"description\" is not a text of 1 to 255 bytes without control "
	    "characters" },
	{ "access", KIND_TEXT, offsetof(struct key_record, access), 0,
	    "\"access\" is not a text of 1 to 255 bytes without control "
	    "characters" },
	{ "created", KIND_TIME, offsetof(struct key_record, created_at), 0,
	    "\"created\" is not a time in seconds since 1970" },
	{ "created_by", KIND_TEXT, offsetof(struct key_record, created_by), 0,
	    "\"created_by\" is not a text of 1 to 255 bytes without control "
	    "characters" },
	{ "archived", KIND_TIME, offsetof(struct key_record, archived_at), 0,
	    "\"archived\" is not a time in seconds since 1970" },
	{ "archived_by", KIND_TEXT, offsetof(struct key_record, archived_by), 0,
	    "\"archived_by\" is not a text of 1 to 255 bytes without control "
	    "characters" },
	{ "why", KIND_TEXT, offsetof(struct key_record, why), 0,
	    "\"why\" is not a text of 1 to 255 bytes without control "
	    "characters" },
	{ "drops", KIND_COUNT, offsetof(struct key_record, drops), 0,
	    "\"drops\" is not a whole number from 1" },
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
key_mark_text(const struct key_record *record, char to[APAM_MARK_SIZE])
{
	to[0] = '\0';
	if (record->marked)
		hex_of(record->mark, KEY_MARK_SIZE, to);
}

/* ---- Hashes ------------------------------------------------------------- */

void
key_hash(
    const char *scheme, struct apam_str id, unsigned char to[KEY_HASH_SIZE])
{
	static const unsigned char key[SIPHASH_SIZE] = "apam key's name";
	char text[SCHEME_NAME_MAX + 1 + KEY_TEXT_MAX + 1];
	size_t n = strlen(scheme) + 1;

	memset(to, 0, KEY_HASH_SIZE);
	if (n > SCHEME_NAME_MAX + 1 || id.n > KEY_TEXT_MAX)
		return;
	memcpy(text, scheme, n);
	memcpy(text + n, id.p, id.n);
	siphash(key, text, n + id.n, to);
}

/* ---- Reading ---------------------------------------------------------- */

const char key_no_memory[] = "out of memory";

/* The key that is being read. */
struct reading {
	struct key_scan scan;
	struct key_set *set;
	struct key_record record;
	unsigned seen; /* members, a bit each */
	size_t due; /* the member that comes next, as we write them */
	struct key_scan_value value;
};

static bool
refuse(struct reading *r, const char *why)
{
	key_scan_fail(&r->scan, why);
	return false;
}

static bool
read_bytes(const char *text, size_t n, unsigned char *to, size_t size)
{
	if (n != 2 * size)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (str_hex(text[i]) < 0 || (text[i] >= 'A' && text[i] <= 'F'))
			return false;
		to[i / 2] = (unsigned char)(to[i / 2] << 4 | str_hex(text[i]));
	}
	return true;
}

/*
 * Neighbours say much alike, such as who made them: a text that is the last
 * key's is shared with it.
 */
static bool
read_same(struct reading *r, const struct member *member)
{
	const struct key_set *set = r->set;
	const char *last = "";

	if (member->kind != KIND_TEXT || set->count == 0)
		return false;
	last = *(const char *const *)field_of(
	    &set->records[set->count - 1], member);
	if (*last == '\0' || !key_scan_same(&r->scan, last))
		return false;
	*(const char **)field(&r->record, member) = last;
	return true;
}

/* A text becomes the set's. */
static bool
read_text(struct reading *r, const struct member *member)
{
	const char **to = field(&r->record, member);

	if (r->value.n == 0 || r->value.n > KEY_TEXT_MAX ||
	    (!r->value.plain && key_text_problem(r->value.text) != NULL))
		return refuse(r, member->problem);
	*to = key_set_text(r->set, apam_str(r->value.text));
	return *to != NULL || refuse(r, key_no_memory);
}

static bool
read_number(struct reading *r, const struct member *member)
{
	const int64_t max = member->kind == KIND_TIME ? TIME_MAX : INT64_MAX;

	if (r->value.number <= 0 || r->value.number > max)
		return refuse(r, member->problem);
	memcpy(field(&r->record, member), &r->value.number, sizeof(max));
	return true;
}

static bool
read_value(struct reading *r, const struct member *member)
{
	const bool number = member->kind == KIND_TIME ||
	    member->kind == KIND_COUNT;

	if (read_same(r, member))
		return true;
	if (!key_scan_value(&r->scan, &r->value))
		return false;
	if (r->value.kind != (number ? KEY_SCAN_NUMBER : KEY_SCAN_STRING))
		return refuse(r, member->problem);
	if (number)
		return read_number(r, member);
	if (member->kind == KIND_TEXT)
		return read_text(r, member);
	return read_bytes(r->value.text, r->value.n, field(&r->record, member),
		   member->size) ||
	    refuse(r, member->problem);
}

/* Whose name comes next, or MEMBERS.  Most stand in the order of the table. */
static size_t
find_member(struct reading *r)
{
	size_t i;

	for (i = r->due; i < MEMBERS; i++)
		if (key_scan_same(&r->scan, members[i].name))
			return i;
	if (!key_scan_string(&r->scan, &r->value))
		return MEMBERS;
	for (i = 0; i < MEMBERS; i++)
		if (strcmp(members[i].name, r->value.text) == 0)
			return i;
	(void)refuse(r, "a key has a member that is not known");
	return MEMBERS;
}

static bool
read_member(struct reading *r)
{
	const size_t i = find_member(r);

	if (i == MEMBERS)
		return false;
	r->due = i + 1;
	if ((r->seen & 1U << i) != 0)
		return refuse(r, "the JSON has a duplicate name");
	r->seen |= 1U << i;
	return key_scan_take(&r->scan, ':') && read_value(r, &members[i]);
}

static bool
was_seen(const struct reading *r, const void *at)
{
	for (size_t i = 0; i < MEMBERS; i++)
		if (field_of(&r->record, &members[i]) == at)
			return (r->seen & 1U << i) != 0;
	return false;
}

/* What the last key's was needs no second look. */
static bool
has_scheme(const struct reading *r)
{
	const struct key_set *set = r->set;
	const char *scheme = r->record.scheme;

	return (set->count > 0 &&
		   scheme == set->records[set->count - 1].scheme) ||
	    (scheme[0] != '\0' && scheme_name_ok(apam_str(scheme)));
}

/* What must be there, and what goes together. */
static bool
check_whole(struct reading *r)
{
	struct key_record *to = &r->record;

	if (!has_scheme(r))
		return refuse(
		    r, "\"scheme\" is missing or not a scheme's name");
	if (to->id[0] == '\0')
		return refuse(r, "\"id\" is missing");
	to->marked = was_seen(r, to->mark);
	if (to->marked != was_seen(r, to->salt))
		return refuse(r,
		    "one of \"salt\" and \"mark\" is there without the "
		    "other");
	return true;
}

/* With no byte left undefined: records are compared as bytes. */
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

/* A problem of the whole key is where the key begins. */
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
		if (!read_member(r))
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
read_element(struct reading *r)
{
	const char c = key_scan_peek(&r->scan);
	const char *from = r->scan.at;

	if (c != '{') {
		if (c == '[' || key_scan_value(&r->scan, &r->value)) {
			r->scan.at = from;
			return refuse(r, "a key is not an object");
		}
		return false;
	}
	if (!read_key(r))
		return false;
	if (r->set->count == KEY_RECORDS_MAX)
		return refuse(r, "there are more than 400000 keys");
	return key_set_append(r->set, &r->record) != NULL ||
	    refuse(r, key_no_memory);
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
		return refuse(r, "it is not a registry: \"apam\" is missing");
	return strcmp(r->value.text, VERSION) == 0 ||
	    refuse(r, "it is of another version of apam");
}

static bool
read_registry(struct reading *r)
{
	return key_scan_value(&r->scan, &r->value) &&
	    ((r->value.kind == KEY_SCAN_STRING &&
		 read_bytes(r->value.text, r->value.n, r->set->is.registry,
		     KEY_REGISTRY_ID)) ||
		refuse(r,
		    "\"registry\" is not 32 hexadecimal digits, lower case"));
}

static bool
read_generation(struct reading *r)
{
	if (!key_scan_value(&r->scan, &r->value))
		return false;
	if (r->value.kind != KEY_SCAN_NUMBER || r->value.number <= 0)
		return refuse(r, "\"generation\" is not a whole number from 1");
	r->set->is.generation = (uint64_t)r->value.number;
	return true;
}

static bool
read_keys(struct reading *r)
{
	bool first = true;

	if (key_scan_peek(&r->scan) != '[')
		return refuse(r, "\"keys\" is missing or not an array");
	(void)key_scan_take(&r->scan, '[');
	while (key_scan_more(&r->scan, ']', &first))
		if (!read_element(r))
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
		return refuse(r, "it has a member that is not known");
	if ((*seen & 1U << i) != 0)
		return refuse(r, "the JSON has a duplicate name");
	*seen |= 1U << i;
	return key_scan_take(&r->scan, ':') && readers[i](r);
}

/* What must be there; said of where the object begins. */
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
		return refuse(r, "it is not a registry: \"apam\" is missing");
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
	return refuse(r, root_problem(seen));
}

/* As it was read, to see what is changed. */
static bool
remember(struct key_set *set)
{
	const size_t n = set->count * sizeof(*set->before);

	if (n == 0)
		return true;
	set->before = malloc(n);
	if (set->before == NULL)
		return false;
	memcpy(set->before, set->records, n);
	set->before_count = set->count;
	return true;
}

/* What a text is, but for its generation: what an index is held against. */
static const unsigned char sum_key[SIPHASH_SIZE] = "apam keys text";

static const char *
read_whole(struct reading *r, struct apam_str text)
{
	size_t at;

	if (!read_root(r))
		return r->scan.why;
	r->set->is.size = text.n;
	r->set->is.sum = siphash64(sum_key, text.p, text.n);
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
put_record(struct buf *to, const struct key_record *record)
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

static bool
is_as_read(const struct key_set *set, size_t i)
{
	return i < set->before_count &&
	    memcmp(&set->records[i], &set->before[i], sizeof(*set->before)) ==
	    0;
}

static void
put_key(struct buf *to, const struct key_set *set, size_t i)
{
	if (is_as_read(set, i))
		buf_put(to, set->records[i].source);
	else
		put_record(to, &set->records[i]);
}

static void
put_head(struct buf *to, const struct key_text *is)
{
	buf_put(to, APAM_STR("{ \"apam\": \"" VERSION "\""));
	if (is->generation > 0) {
		buf_put(to, APAM_STR(", \"registry\": "));
		put_bytes(to, is->registry, KEY_REGISTRY_ID);
		buf_put(to, APAM_STR(", \"generation\": "));
		put_number(to, is->generation);
	}
	buf_put(to, APAM_STR(", \"keys\": ["));
}

bool
key_set_write(struct key_set *set, struct buf *to)
{
	buf_reserve(to, set->is.size + WRITE_MORE);
	put_head(to, &set->is);
	for (size_t i = 0; i < set->count; i++) {
		buf_put(to, i == 0 ? APAM_STR("\n") : APAM_STR(",\n"));
		put_key(to, set, i);
	}
	buf_put(to, APAM_STR("\n] }\n"));
	if (to->failed)
		return false;
	set->is.size = to->n;
	set->is.sum = siphash64(sum_key, to->p, to->n);
	return true;
}

/* The records that were changed, as a registry of their own. */
static void
put_changed(struct buf *to, const struct key_set *set)
{
	bool first = true;

	put_head(to, &(struct key_text){ .generation = 0 });
	for (size_t i = 0; i < set->count; i++) {
		if (is_as_read(set, i))
			continue;
		if (!first)
			buf_put_char(to, ',');
		put_record(to, &set->records[i]);
		first = false;
	}
	buf_put(to, APAM_STR("] }"));
}

const char *
key_set_problem(struct key_set *set)
{
	const char *why = key_no_memory;
	struct key_set changed;
	struct buf text;
	unsigned line;
	size_t at;

	buf_init(&text, KEY_FILE_MAX);
	put_changed(&text, set);
	if (!text.failed)
		why = key_set_read(buf_view(&text), &changed, &line);
	if (why == NULL)
		key_set_free(&changed);
	buf_free(&text);
	if (why != NULL)
		return why;
	if (!key_set_find_twice(set, &at))
		return key_no_memory;
	return at == set->count ? NULL : "a key is there twice";
}
