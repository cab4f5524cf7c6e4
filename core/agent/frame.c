/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers are copied, since nothing is aligned; their lowest byte comes first.
 */
#define _DEFAULT_SOURCE /* le64toh */
#include "agent/frame.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#include "base/str.h"

#define PART_MAX (FRAME_MAX - FRAME_HEAD) /* bytes of items in one frame */
#define ITEM_ALIGN 8

static const char no_memory[] = "there is no memory for a message in parts";

/* ---- Numbers ------------------------------------------------------------- */

static uint64_t
get_number(const char *from, size_t n)
{
	uint64_t number = 0;

	memcpy(&number, from, n);
	return le64toh(number);
}

static void
set_number(char *to, size_t n, uint64_t number)
{
	number = htole64(number);
	memcpy(to, &number, n);
}

uint64_t
frame_number(struct apam_str bytes)
{
	assert(bytes.n == 8);
	return get_number(bytes.p, bytes.n);
}

/* Zero bytes behind an item of n bytes: at least one. */
static size_t
padding_of(size_t n)
{
	return ITEM_ALIGN - n % ITEM_ALIGN;
}

/* ---- Parts --------------------------------------------------------------- */

void
frame_parts_init(struct frame_parts *parts)
{
	*parts = (struct frame_parts){ .version = FRAME_FIRST_VERSION };
	buf_init_in(&parts->items, FRAME_ITEMS_MAX, NULL, 0);
}

void
frame_parts_free(struct frame_parts *parts)
{
	buf_free(&parts->items);
	parts->count = 0;
}

struct apam_str
frame_first(struct apam_str *packet)
{
	struct apam_str first = *packet;
	uint64_t size;

	if (first.n >= FRAME_HEAD) {
		size = get_number(first.p, 4);
		if (size >= FRAME_HEAD && size < first.n)
			first.n = (size_t)size;
	}
	*packet = str_skip(*packet, first.n);
	return first;
}

/* Read one frame by itself: whether more follows is in *more. */
static const char *
take_head(struct apam_str bytes, struct frame *frame, bool *more)
{
	const char *p = bytes.p;
	uint64_t flags;

	if (bytes.n < FRAME_HEAD)
		return "a frame is shorter than its head";
	if (bytes.n > FRAME_MAX || bytes.n % ITEM_ALIGN != 0 ||
	    get_number(p, 4) != bytes.n)
		return "a frame has not the size that it says";
	flags = get_number(p + 16, 4);
	if ((flags & ~(uint64_t)FRAME_MORE) != 0 || get_number(p + 20, 4) != 0)
		return "a frame has flags that are not known";
	*frame = (struct frame){ .id = get_number(p + 8, 8),
		.version = (uint16_t)get_number(p + 4, 2),
		.type = (uint16_t)get_number(p + 6, 2),
		.items = str_skip(bytes, FRAME_HEAD) };
	*more = flags != 0;
	return NULL;
}

/* Whether a frame fits those of its message that came before it. */
static const char *
check_part(
    const struct frame_parts *parts, const struct frame *frame, bool more)
{
	if (frame->version != parts->version)
		return "a frame is of another version than was agreed on";
	if (parts->count > 0 &&
	    (frame->id != parts->first.id || frame->type != parts->first.type))
		return "a message begins before the one before it has ended";
	if (more && parts->count + 1 == FRAME_PARTS_MAX)
		return "a message has more parts than it may";
	if (more && frame->items.n == 0)
		return "a part of a message is empty";
	return NULL;
}

const char *
frame_take(struct frame_parts *parts, struct apam_str frame,
    struct frame *message, bool *whole)
{
	const char *wrong;
	bool more;

	*whole = false;
	/* What was whole is no longer needed. */
	if (parts->count == 0)
		buf_free(&parts->items);
	wrong = take_head(frame, message, &more);
	if (wrong == NULL)
		wrong = check_part(parts, message, more);
	if (wrong != NULL)
		return wrong;
	*whole = !more;
	if (parts->count == 0 && !more)
		return NULL;
	parts->first = *message;
	parts->count = more ? parts->count + 1 : 0;
	buf_put(&parts->items, message->items);
	message->items = buf_view(&parts->items);
	return parts->items.failed ? no_memory : NULL;
}

/* ---- Items --------------------------------------------------------------- */

/* Padding ends at `end`, and an item's head or more stands before it. */
static bool
is_zero(const char *end, size_t padding)
{
	const uint64_t last = get_number(end - ITEM_ALIGN, ITEM_ALIGN);

	return last >> 8 * (ITEM_ALIGN - padding) == 0;
}

/* The item at the start of `from`, which is not empty, and how long it is. */
static const char *
read_item(struct apam_str from, struct frame_item *item, size_t *whole)
{
	uint64_t flags, n;
	size_t padding;

	if (from.n < FRAME_ITEM_HEAD)
		return "an item is shorter than its head";
	flags = get_number(from.p + 2, 2);
	n = get_number(from.p + 4, 4);
	if ((flags & ~(uint64_t)FRAME_CRITICAL) != 0)
		return "an item has flags that are not known";
	from = str_skip(from, FRAME_ITEM_HEAD);
	if (n >= from.n || padding_of((size_t)n) > from.n - n)
		return "an item is longer than its message";
	padding = padding_of((size_t)n);
	if (!is_zero(from.p + n + padding, padding))
		return "an item is not followed by zeros";
	item->tag = (uint16_t)get_number(from.p - FRAME_ITEM_HEAD, 2);
	item->critical = flags != 0;
	item->bytes = str_cut(from, (size_t)n);
	*whole = FRAME_ITEM_HEAD + (size_t)n + padding;
	return NULL;
}

bool
frame_next(struct apam_str *rest, struct frame_item *item, const char **wrong)
{
	size_t whole;

	*wrong = NULL;
	if (rest->n == 0)
		return false;
	*wrong = read_item(*rest, item, &whole);
	if (*wrong != NULL)
		return false;
	*rest = str_skip(*rest, whole);
	return true;
}

/* ---- Writing ------------------------------------------------------------- */

void
frame_begin(
    struct frame_writer *writer, struct buf *items, uint16_t type, uint64_t id)
{
	*writer = (struct frame_writer){ .id = id,
		.version = FRAME_FIRST_VERSION,
		.type = type,
		.items = items };
	if (items->failed)
		buf_free(items);
	buf_truncate(items, 0);
}

bool
frame_has_room(const struct frame_writer *writer, size_t n)
{
	const struct buf *items = writer->items;

	return !items->failed && n <= FRAME_ITEMS_MAX &&
	    FRAME_ITEM_HEAD + n + padding_of(n) <= FRAME_ITEMS_MAX - items->n;
}

/*
 * All of an item but its n bytes, which belong to where this points; NULL where
 * there is no room.
 */
static char *
begin_item(struct frame_writer *writer, uint16_t tag, unsigned flags, size_t n)
{
	const size_t whole = FRAME_ITEM_HEAD + n + padding_of(n);
	char *at = NULL;

	if (frame_has_room(writer, n))
		at = buf_append(writer->items, whole);
	if (at == NULL) {
		buf_fail(writer->items);
		return NULL;
	}
	set_number(at, 2, tag);
	set_number(at + 2, 2, flags);
	set_number(at + 4, 4, n);
	/* The padding, and some bytes that are written after this. */
	memset(at + whole - ITEM_ALIGN, 0, ITEM_ALIGN);
	return at + FRAME_ITEM_HEAD;
}

static void
put_item(struct frame_writer *writer, uint16_t tag, unsigned flags,
    const struct apam_str *pieces, size_t count)
{
	size_t n = 0;
	char *at;

	for (size_t i = 0; i < count; i++) {
		n += pieces[i].n;
		if (pieces[i].n == 0)
			buf_fail_as(writer->items, pieces[i]);
	}
	at = begin_item(writer, tag, flags, n);
	for (size_t i = 0; at != NULL && i < count; at += pieces[i++].n)
		if (pieces[i].n > 0)
			memcpy(at, pieces[i].p, pieces[i].n);
}

void
frame_put(struct frame_writer *writer, uint16_t tag, unsigned flags,
    struct apam_str bytes)
{
	put_item(writer, tag, flags, &bytes, 1);
}

void
frame_put_pieces(struct frame_writer *writer, uint16_t tag, unsigned flags,
    const struct apam_str *pieces, size_t count)
{
	put_item(writer, tag, flags, pieces, count);
}

void
frame_put_number(struct frame_writer *writer, uint16_t tag, uint64_t number)
{
	char *at = begin_item(writer, tag, 0, 8);

	if (at != NULL)
		set_number(at, 8, number);
}

unsigned
frame_count(const struct frame_writer *writer)
{
	const size_t n = writer->items->n;

	if (writer->items->failed)
		return 0;
	return n == 0 ? 1 : (unsigned)((n + PART_MAX - 1) / PART_MAX);
}

void
frame_part(
    const struct frame_writer *writer, unsigned i, struct frame_part *part)
{
	const unsigned count = frame_count(writer);
	const size_t n = writer->items->n, at = (size_t)i * PART_MAX;

	assert(i < count);
	part->items = str_skip(buf_view(writer->items), at);
	if (n - at > PART_MAX)
		part->items = str_cut(part->items, PART_MAX);
	set_number(part->head, 4, FRAME_HEAD + part->items.n);
	set_number(part->head + 4, 2, writer->version);
	set_number(part->head + 6, 2, writer->type);
	set_number(part->head + 8, 8, writer->id);
	set_number(part->head + 16, 4, i + 1 < count ? FRAME_MORE : 0);
	set_number(part->head + 20, 4, 0);
}
