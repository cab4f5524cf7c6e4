/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One pair of functions for each kind of member.
 */
#include "agent/layout.h"

#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "base/utf8.h"
#include "text/unit_name.h"

/* A message while it is read. */
struct reading {
	const struct layout *layout;
	char *to;
	struct agent_room *room;
	uint64_t seen; /* bit t: tag t came */
};

static const char too_many[] = "a message has more items of a list than it may",
		  not_text[] = "a text of a message has a NUL or is too long",
		  not_number[] = "a number of a message is not in its range",
		  not_caller[] = "somebody whom a message names cannot be";

static bool
is_text(struct apam_str s)
{
	return s.n == 0 || memchr(s.p, '\0', s.n) == NULL;
}

static bool
is_within(uint64_t n, uint64_t max)
{
	return max == 0 || n <= max;
}

/* ---- Numbers and texts --------------------------------------------------- */

static bool
put_number(const struct layout_field *field, const void *member,
    struct frame_writer *to)
{
	uint64_t number;

	memcpy(&number, member, sizeof(number));
	if (number != 0)
		frame_put_number(to, field->tag, number);
	return is_within(number, field->max) &&
	    (!field->required || number != 0);
}

static const char *
take_number(struct reading *r, const struct layout_field *field, void *member,
    struct apam_str bytes)
{
	uint64_t number;

	(void)r;
	if (bytes.n != sizeof(number))
		return not_number;
	number = frame_number(bytes);
	if (!is_within(number, field->max) || (field->required && number == 0))
		return not_number;
	memcpy(member, &number, sizeof(number));
	return NULL;
}

static bool
fits_field(const struct layout_field *field, struct apam_str s)
{
	if (s.n == 0)
		return !field->required;
	if (field->kind == LAYOUT_BYTES)
		return s.n == field->max;
	return is_within(s.n, field->max) && is_text(s);
}

static bool
put_text(const struct layout_field *field, const void *member,
    struct frame_writer *to)
{
	struct apam_str text;

	memcpy(&text, member, sizeof(text));
	if (text.n > 0)
		frame_put(to, field->tag, 0, text);
	return fits_field(field, text);
}

static const char *
take_text(struct reading *r, const struct layout_field *field, void *member,
    struct apam_str bytes)
{
	(void)r;
	if (!fits_field(field, bytes))
		return not_text;
	memcpy(member, &bytes, sizeof(bytes));
	return NULL;
}

/* Who does not know it would send a body without what belongs around it. */
static bool
put_blob(const struct layout_field *field, const void *member,
    struct frame_writer *to)
{
	struct apam_str bytes;

	memcpy(&bytes, member, sizeof(bytes));
	if (bytes.n > 0)
		frame_put(to, field->tag, FRAME_CRITICAL, bytes);
	return is_within(bytes.n, field->max);
}

static const char *
take_blob(struct reading *r, const struct layout_field *field, void *member,
    struct apam_str bytes)
{
	(void)r;
	if (!is_within(bytes.n, field->max))
		return "an item of a message is longer than it may be";
	memcpy(member, &bytes, sizeof(bytes));
	return NULL;
}

/* ---- Members of public structs ------------------------------------------- */

static bool
put_unsigned(const struct layout_field *field, const void *member,
    struct frame_writer *to)
{
	unsigned value;
	uint64_t number;

	memcpy(&value, member, sizeof(value));
	number = value;
	return put_number(field, &number, to);
}

static const char *
take_unsigned(struct reading *r, const struct layout_field *field, void *member,
    struct apam_str bytes)
{
	uint64_t number = 0;
	const char *wrong = take_number(r, field, &number, bytes);
	const unsigned value = (unsigned)number;

	if (wrong == NULL && value != number)
		wrong = not_number;
	if (wrong == NULL)
		memcpy(member, &value, sizeof(value));
	return wrong;
}

/* What stands for a status of a newer library, by its class. */
static enum apam_status
known_status(unsigned status)
{
	static const enum apam_status of_class[] = { APAM_E_INTERNAL,
		APAM_E_USAGE, APAM_E_CONFIG, APAM_E_UNKNOWN, APAM_E_POLICY,
		APAM_E_REJECTED, APAM_E_INTERNAL };
	const size_t class = status >> 8;

	if (status_is_known((enum apam_status)status))
		return (enum apam_status)status;
	return class < sizeof(of_class) / sizeof(of_class[0]) ?
	    of_class[class] :
	    APAM_E_INTERNAL;
}

static const char *
take_status(struct reading *r, const struct layout_field *field, void *member,
    struct apam_str bytes)
{
	unsigned value = 0;
	const char *wrong = take_unsigned(r, field, &value, bytes);
	const enum apam_status status = known_status(value);

	if (wrong == NULL)
		memcpy(member, &status, sizeof(status));
	return wrong;
}

static bool
put_bool(const struct layout_field *field, const void *member,
    struct frame_writer *to)
{
	if (*(const bool *)member)
		frame_put_number(to, field->tag, 1);
	return true;
}

static const char *
take_bool(struct reading *r, const struct layout_field *field, void *member,
    struct apam_str bytes)
{
	uint64_t number = 0;
	const char *wrong = take_number(r, field, &number, bytes);

	if (wrong == NULL && number > 1)
		wrong = not_number;
	if (wrong == NULL)
		*(bool *)member = number == 1;
	return wrong;
}

static bool
put_chars(const struct layout_field *field, const void *member,
    struct frame_writer *to)
{
	const char *text = member;
	const char *end = memchr(text, '\0', field->max);

	if (end != NULL && end != text)
		frame_put(to, field->tag, 0,
		    (struct apam_str){ text, (size_t)(end - text) });
	return end != NULL;
}

static const char *
take_chars(struct reading *r, const struct layout_field *field, void *member,
    struct apam_str bytes)
{
	char *to = member;
	struct apam_str c;
	size_t n = 0;

	(void)r;
	while (bytes.n > 0) {
		c = utf8_take_plain(&bytes);
		if (c.n >= field->max - n)
			break;
		memcpy(to + n, c.p, c.n);
		n += c.n;
	}
	to[n] = '\0';
	return NULL;
}

/* ---- Somebody ------------------------------------------------------------ */

/* It is logged, and so has no words of whoever made the message. */
static bool
is_unit(struct apam_str s)
{
	return s.n == 0 || unit_name_problem(s) == NULL;
}

/* Who does not know the item would decide for somebody else. */
static bool
put_caller(const struct layout_field *field, const void *member,
    struct frame_writer *to)
{
	const struct caller *c;
	uint32_t numbers[2];
	struct apam_str pieces[3];

	memcpy(&c, member, sizeof(c));
	if (c == NULL)
		return true;
	if (c->group_count > AGENT_GROUPS_MAX || !is_unit(c->unit))
		return false;
	numbers[0] = c->user;
	numbers[1] = (uint32_t)c->group_count;
	pieces[0] = (struct apam_str){ (const char *)numbers, sizeof(numbers) };
	pieces[1] = (struct apam_str){ (const char *)c->groups,
		c->group_count * sizeof(c->groups[0]) };
	if (c->group_count == 0)
		pieces[1] = APAM_STR("");
	pieces[2] = c->unit;
	frame_put_pieces(to, field->tag, FRAME_CRITICAL, pieces, 3);
	return true;
}

static const char *
take_caller(struct reading *r, const struct layout_field *field, void *member,
    struct apam_str bytes)
{
	struct caller *c = &r->room->caller;
	uint32_t numbers[2];
	size_t n;

	(void)field;
	if (bytes.n < sizeof(numbers))
		return not_caller;
	memcpy(numbers, bytes.p, sizeof(numbers));
	bytes = str_skip(bytes, sizeof(numbers));
	n = numbers[1] * sizeof(c->groups[0]);
	if (numbers[0] == UINT32_MAX || numbers[1] > AGENT_GROUPS_MAX ||
	    bytes.n < n)
		return not_caller;
	memcpy(r->room->groups, bytes.p, n);
	*c = (struct caller){ .user = numbers[0],
		.groups = r->room->groups,
		.group_count = numbers[1],
		.unit = str_skip(bytes, n) };
	memcpy(member, &c, sizeof(c));
	return is_unit(c->unit) ? NULL : not_caller;
}

/* ---- Lists --------------------------------------------------------------- */

static bool
put_pair(struct frame_writer *to, uint16_t tag, const struct apam_header *pair)
{
	const struct apam_str pieces[] = { pair->name, { "", 1 }, pair->value };

	frame_put_pieces(
	    to, tag, 0, pieces, sizeof(pieces) / sizeof(pieces[0]));
	return is_text(pair->name) && is_text(pair->value);
}

static size_t
most_pairs(const struct layout_field *field)
{
	return field->kind == LAYOUT_QUERY ? AGENT_QUERY_MAX :
					     AGENT_HEADERS_MAX;
}

static bool
put_pairs(const struct layout_field *field, const void *member,
    struct frame_writer *to)
{
	struct agent_headers list;

	memcpy(&list, member, sizeof(list));
	for (size_t i = 0; i < list.count; i++)
		if (!put_pair(to, field->tag, &list.all[i]))
			return false;
	return list.count <= most_pairs(field);
}

static struct apam_header *
room_for(const struct reading *r, const struct layout_field *field)
{
	switch (field->kind) {
	case LAYOUT_QUERY:
		return r->room->query;
	case LAYOUT_ANSWER:
		return r->room->answer;
	default:
		return r->room->headers;
	}
}

static const char *
take_pair(struct reading *r, const struct layout_field *field, void *member,
    struct apam_str bytes)
{
	struct apam_header *room = room_for(r, field);
	const size_t end = str_find(bytes, '\0');
	struct agent_headers list;
	struct apam_str value;

	if (end == bytes.n)
		return "a header of a message has no value";
	value = str_skip(bytes, end + 1);
	if (!is_text(value))
		return not_text;
	memcpy(&list, member, sizeof(list));
	if (list.count == most_pairs(field))
		return too_many;
	room[list.count++] = (struct apam_header){ str_cut(bytes, end), value };
	list.all = room;
	memcpy(member, &list, sizeof(list));
	return NULL;
}

static bool
put_texts(const struct layout_field *field, const void *member,
    struct frame_writer *to)
{
	struct agent_texts list;

	memcpy(&list, member, sizeof(list));
	for (size_t i = 0; i < list.count; i++) {
		if (!is_text(list.all[i]))
			return false;
		frame_put(to, field->tag, 0, list.all[i]);
	}
	return list.count <= AGENT_TEXTS_MAX;
}

static const char *
take_one_text(struct reading *r, const struct layout_field *field, void *member,
    struct apam_str bytes)
{
	struct agent_texts list;

	(void)field;
	if (!is_text(bytes))
		return not_text;
	memcpy(&list, member, sizeof(list));
	if (list.count == AGENT_TEXTS_MAX)
		return too_many;
	r->room->texts[list.count++] = bytes;
	list.all = r->room->texts;
	memcpy(member, &list, sizeof(list));
	return NULL;
}

static bool
is_digest(const struct apam_digest *digest)
{
	return digest->hash >= APAM_HASH_SHA256 &&
	    digest->hash <= APAM_HASH_MD5 && digest->bytes.n > 0 &&
	    digest->bytes.n <= APAM_HASH_MAX;
}

static bool
has_hash(const struct agent_digests *list, int32_t hash)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->all[i].hash == hash)
			return true;
	return false;
}

static bool
put_digests(const struct layout_field *field, const void *member,
    struct frame_writer *to)
{
	struct agent_digests list;

	memcpy(&list, member, sizeof(list));
	for (size_t i = 0; i < list.count; i++) {
		const char hash = (char)list.all[i].hash;
		const struct apam_str pieces[] = { { &hash, 1 },
			list.all[i].bytes };

		if (!is_digest(&list.all[i]) ||
		    has_hash(&(struct agent_digests){ list.all, i },
			list.all[i].hash))
			return false;
		frame_put_pieces(to, field->tag, 0, pieces, 2);
	}
	return true;
}

static const char *
take_digest(struct reading *r, const struct layout_field *field, void *member,
    struct apam_str bytes)
{
	struct agent_digests list;
	struct apam_digest digest;

	(void)field;
	if (bytes.n == 0)
		return "a digest of a message is empty";
	digest.hash = (unsigned char)bytes.p[0];
	digest.bytes = str_skip(bytes, 1);
	memcpy(&list, member, sizeof(list));
	if (!is_digest(&digest) || has_hash(&list, digest.hash))
		return "a digest of a message is not one, or comes twice";
	/* One of each hash, so there is room. */
	r->room->digests[list.count++] = digest;
	list.all = r->room->digests;
	memcpy(member, &list, sizeof(list));
	return NULL;
}

/* ---- Rows ---------------------------------------------------------------- */

static bool
put_no_row(const struct layout_field *field, const void *member,
    struct frame_writer *to)
{
	(void)field;
	(void)member;
	(void)to;
	return true;
}

static const char *
pass_row(struct reading *r, const struct layout_field *field, void *member,
    struct apam_str bytes)
{
	(void)r;
	(void)field;
	(void)member;
	(void)bytes;
	return NULL;
}

/* ---- Kinds --------------------------------------------------------------- */

static const struct kind {
	bool list;
	bool (*put)(const struct layout_field *field, const void *member,
	    struct frame_writer *to);
	const char *(*take)(struct reading *r, const struct layout_field *field,
	    void *member, struct apam_str bytes);
} kinds[] = {
	[LAYOUT_NUMBER] = { false, put_number, take_number },
	[LAYOUT_TEXT] = { false, put_text, take_text },
	[LAYOUT_BYTES] = { false, put_text, take_text },
	[LAYOUT_BLOB] = { false, put_blob, take_blob },
	[LAYOUT_UNSIGNED] = { false, put_unsigned, take_unsigned },
	[LAYOUT_STATUS] = { false, put_unsigned, take_status },
	[LAYOUT_BOOL] = { false, put_bool, take_bool },
	[LAYOUT_CALLER] = { false, put_caller, take_caller },
	[LAYOUT_CHARS] = { false, put_chars, take_chars },
	[LAYOUT_HEADERS] = { true, put_pairs, take_pair },
	[LAYOUT_QUERY] = { true, put_pairs, take_pair },
	[LAYOUT_ANSWER] = { true, put_pairs, take_pair },
	[LAYOUT_TEXTS] = { true, put_texts, take_one_text },
	[LAYOUT_DIGESTS] = { true, put_digests, take_digest },
	[LAYOUT_ROWS] = { true, put_no_row, pass_row },
};

bool
layout_write(
    const struct layout *layout, const void *from, struct frame_writer *to)
{
	for (size_t i = 0; i < layout->count; i++) {
		const struct layout_field *field = &layout->fields[i];
		const void *member = (const char *)from + field->at;

		if (!kinds[field->kind].put(field, member, to))
			return false;
	}
	return !to->items->failed;
}

static const struct layout_field *
find_field(const struct layout *layout, uint16_t tag)
{
	for (size_t i = 0; i < layout->count; i++)
		if (layout->fields[i].tag == tag)
			return &layout->fields[i];
	return NULL;
}

static const char *
take_item(struct reading *r, const struct frame_item *item)
{
	const struct layout_field *field = find_field(r->layout, item->tag);
	uint64_t bit;

	if (field == NULL)
		return item->critical ?
		    "a message has a critical item that is not known" :
		    NULL;
	bit = UINT64_C(1) << item->tag;
	if ((r->seen & bit) != 0 && !kinds[field->kind].list)
		return "an item comes twice in a message";
	r->seen |= bit;
	return kinds[field->kind].take(
	    r, field, r->to + field->at, item->bytes);
}

static bool
has_required(const struct reading *r)
{
	for (size_t i = 0; i < r->layout->count; i++) {
		const struct layout_field *field = &r->layout->fields[i];

		if (field->required &&
		    (r->seen & UINT64_C(1) << field->tag) == 0)
			return false;
	}
	return true;
}

const char *
layout_read(const struct layout *layout, void *to, struct agent_room *room,
    struct apam_str items)
{
	struct reading r;
	struct frame_item item;
	const char *wrong;

	memset(to, 0, layout->size);
	r = (struct reading){ layout, to, room, 0 };
	while (frame_next(&items, &item, &wrong)) {
		wrong = take_item(&r, &item);
		if (wrong != NULL)
			return wrong;
	}
	if (wrong != NULL)
		return wrong;
	return has_required(&r) ? NULL : "a message lacks an item";
}
