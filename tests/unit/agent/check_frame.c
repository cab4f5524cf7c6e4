/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/agent/frame.c: what is written is read again, in one part and
 * in several, and nothing else is.
 */
#include "agent/frame.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "support/run.h"

#define TYPE 7
#define ID UINT64_C(0x1122334455667788)

static struct buf items;
static struct frame_writer writer;
static struct frame_parts parts;
static char packet[FRAME_MAX + 8];

static void
setup(void)
{
	buf_init(&items, FRAME_ITEMS_MAX);
	frame_begin(&writer, &items, TYPE, ID);
	frame_parts_init(&parts);
}

static void
teardown(void)
{
	frame_parts_free(&parts);
	buf_free(&items);
}

/* The part `i` as it is sent. */
static struct apam_str
pack(unsigned i)
{
	struct frame_part part;

	frame_part(&writer, i, &part);
	memcpy(packet, part.head, FRAME_HEAD);
	if (part.items.n > 0)
		memcpy(packet + FRAME_HEAD, part.items.p, part.items.n);
	return (struct apam_str){ packet, FRAME_HEAD + part.items.n };
}

/* Take it, which must be in order. */
static struct frame
take(struct apam_str bytes, bool whole)
{
	struct frame frame;
	bool is_whole;

	ck_assert_ptr_null(frame_take(&parts, bytes, &frame, &is_whole));
	ck_assert(is_whole == whole);
	return frame;
}

/* ---- One frame ----------------------------------------------------------- */

START_TEST(a_message_without_items_is_a_head)
{
	struct frame frame = take(pack(0), true);
	struct frame_item item;
	const char *wrong;

	ck_assert_uint_eq(frame_count(&writer), 1);
	ck_assert_uint_eq(frame.type, TYPE);
	ck_assert_uint_eq(frame.id, ID);
	ck_assert_uint_eq(frame.version, FRAME_FIRST_VERSION);
	ck_assert(!frame_next(&frame.items, &item, &wrong));
	ck_assert_ptr_null(wrong);
}
END_TEST

/* Of each length about two multiples of 8. */
START_TEST(an_item_ends_in_a_nul)
{
	static const char text[] = "abcdefghijklmnopq";
	const struct apam_str given = { text, (size_t)_i };
	struct frame_item item;
	struct frame frame;
	const char *wrong;

	frame_put(&writer, 3, FRAME_CRITICAL, given);
	frame_put_number(&writer, 4, ID);
	ck_assert_uint_eq(items.n % 8, 0);
	frame = take(pack(0), true);
	ck_assert(frame_next(&frame.items, &item, &wrong));
	ck_assert_uint_eq(item.tag, 3);
	ck_assert(item.critical);
	ck_assert(str_equal(item.bytes, given));
	ck_assert(item.bytes.p[item.bytes.n] == '\0');
	ck_assert(frame_next(&frame.items, &item, &wrong));
	ck_assert(!item.critical);
	ck_assert_uint_eq(frame_number(item.bytes), ID);
	ck_assert(!frame_next(&frame.items, &item, &wrong));
	ck_assert_ptr_null(wrong);
}
END_TEST

START_TEST(pieces_are_one_item)
{
	const struct apam_str pieces[] = { APAM_STR("ab"), APAM_STR(""),
		{ "", 1 }, APAM_STR("cd") };
	struct frame_item item;
	struct frame frame;
	const char *wrong;

	frame_put_pieces(&writer, 9, 0, pieces, 4);
	frame = take(pack(0), true);
	ck_assert(frame_next(&frame.items, &item, &wrong));
	ck_assert(str_equal(item.bytes, (struct apam_str){ "ab\0cd", 5 }));
}
END_TEST

/* The head and the item as doc/agent-protocol.md has them. */
START_TEST(the_bytes_are_those_of_the_protocol)
{
	static const char expected[] = "\x28\0\0\0\x01\0\x07\0"
				       "\x88\x77\x66\x55\x44\x33\x22\x11"
				       "\0\0\0\0\0\0\0\0"
				       "\x05\0\x01\0\x02\0\0\0"
				       "hi\0\0\0\0\0\0";
	struct apam_str made;

	frame_put(&writer, 5, FRAME_CRITICAL, APAM_STR("hi"));
	made = pack(0);
	ck_assert_uint_eq(made.n, sizeof(expected) - 1);
	ck_assert_mem_eq(made.p, expected, made.n);
}
END_TEST

/* A frame with one item of 2 bytes, 40 bytes long, of which one is changed. */
static const struct {
	const char *name;
	size_t at;
	char value;
	size_t size;
	const char *wrong;
} broken[] = {
	{ "size too small", 0, 0x20, 40,
	    "a frame has not the size that it says" },
	{ "size too large", 2, 1, 40, "a frame has not the size that it says" },
	{ "no head", 0, 23, 23, "a frame is shorter than its head" },
	{ "nothing", 0, 0, 0, "a frame is shorter than its head" },
	{ "no multiple of 8", 0, 39, 39,
	    "a frame has not the size that it says" },
	{ "other version", 4, 2, 40,
	    "a frame is of another version than was agreed on" },
	{ "unknown flag", 16, 2, 40, "a frame has flags that are not known" },
	{ "unknown high flag", 19, 1, 40,
	    "a frame has flags that are not known" },
	{ "not zero", 23, 1, 40, "a frame has flags that are not known" },
	{ "item flag", 26, 2, 40, "an item has flags that are not known" },
	{ "item flag high", 27, 1, 40, "an item has flags that are not known" },
	{ "item without padding", 28, 8, 40,
	    "an item is longer than its message" },
	{ "item too long", 28, 9, 40, "an item is longer than its message" },
	{ "item far too long", 31, -1, 40,
	    "an item is longer than its message" },
	{ "padding", 34, 1, 40, "an item is not followed by zeros" },
	{ "last of padding", 39, 1, 40, "an item is not followed by zeros" },
	{ "item cut to its head", 0, 32, 32,
	    "an item is longer than its message" },
};

START_TEST(a_broken_frame_is_refused)
{
	struct frame_item item;
	struct frame frame;
	const char *wrong;
	bool whole;

	frame_put(&writer, 5, FRAME_CRITICAL, APAM_STR("hi"));
	(void)pack(0);
	packet[broken[_i].at] = broken[_i].value;
	wrong = frame_take(&parts, (struct apam_str){ packet, broken[_i].size },
	    &frame, &whole);
	ck_assert(wrong == NULL || !whole);
	if (wrong == NULL && frame_next(&frame.items, &item, &wrong))
		(void)frame_next(&frame.items, &item, &wrong);
	ck_assert_msg(wrong != NULL, "%s: taken", broken[_i].name);
	ck_assert_msg(strcmp(wrong, broken[_i].wrong) == 0, "%s: %s",
	    broken[_i].name, wrong);
}
END_TEST

START_TEST(a_frame_is_not_too_long)
{
	struct frame frame;
	bool whole;

	memcpy(packet, pack(0).p, FRAME_HEAD);
	memset(packet + FRAME_HEAD, 0, sizeof(packet) - FRAME_HEAD);
	packet[0] = 8;
	packet[2] = 1;
	ck_assert_str_eq(
	    frame_take(&parts, (struct apam_str){ packet, FRAME_MAX + 8 },
		&frame, &whole),
	    "a frame has not the size that it says");
}
END_TEST

/* ---- Several ------------------------------------------------------------- */

/* One item of n bytes, each other than its neighbour. */
static char *
put_long(size_t n)
{
	char *text = malloc(n);

	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < n; i++)
		text[i] = (char)(i % 251);
	frame_put(&writer, 1, 0, (struct apam_str){ text, n });
	return text;
}

static const struct {
	size_t bytes;
	unsigned count;
} lengths[] = {
	{ FRAME_MAX - FRAME_HEAD - FRAME_ITEM_HEAD - 1, 1 },
	{ FRAME_MAX - FRAME_HEAD - FRAME_ITEM_HEAD, 2 },
	{ 200000, 4 },
	{ FRAME_ITEMS_MAX - FRAME_ITEM_HEAD - 1, FRAME_PARTS_MAX },
};

START_TEST(a_long_message_has_parts)
{
	char *text = put_long(lengths[_i].bytes);
	struct frame frame = { .id = 0 };
	struct frame_item item;
	const char *wrong;

	ck_assert_uint_eq(frame_count(&writer), lengths[_i].count);
	for (unsigned i = 0; i < lengths[_i].count; i++)
		frame = take(pack(i), i + 1 == lengths[_i].count);
	ck_assert_uint_eq(frame.type, TYPE);
	ck_assert_uint_eq(frame.id, ID);
	ck_assert(frame_next(&frame.items, &item, &wrong));
	ck_assert_uint_eq(item.bytes.n, lengths[_i].bytes);
	ck_assert_mem_eq(item.bytes.p, text, item.bytes.n);
	ck_assert_uint_eq(frame.items.n, 0);
	free(text);

	/* The next one is a message of its own. */
	frame_begin(&writer, &items, TYPE, ID + 1);
	frame = take(pack(0), true);
	ck_assert_uint_eq(frame.items.n, 0);
	ck_assert_uint_eq(parts.items.cap, 0);
}
END_TEST

START_TEST(a_message_is_not_too_long)
{
	free(put_long(FRAME_ITEMS_MAX - FRAME_ITEM_HEAD));
	ck_assert(items.failed);
	ck_assert_uint_eq(frame_count(&writer), 0);
	frame_begin(&writer, &items, TYPE, ID);
	ck_assert(!items.failed);
	free(put_long(FRAME_ITEMS_MAX - 3 * FRAME_ITEM_HEAD));
	ck_assert(!frame_has_room(&writer, 8));
	ck_assert(!frame_has_room(&writer, SIZE_MAX));
	frame_put(&writer, 1, 0, APAM_STR("more"));
	ck_assert(items.failed);
	ck_assert(!frame_has_room(&writer, 0));
}
END_TEST

/* What a second part must not be. */
static const struct {
	const char *name;
	size_t at; /* this byte of its head is changed */
	char value;
	const char *wrong;
} second[] = {
	{ "other id", 8, 1,
	    "a message begins before the one before it has ended" },
	{ "other type", 6, 1,
	    "a message begins before the one before it has ended" },
	{ "other version", 4, 2,
	    "a frame is of another version than was agreed on" },
};

START_TEST(parts_belong_together)
{
	struct frame frame;
	struct apam_str bytes;
	const char *wrong;
	bool whole;

	free(put_long(100000));
	take(pack(0), false);
	bytes = pack(1);
	packet[second[_i].at] = second[_i].value;
	wrong = frame_take(&parts, bytes, &frame, &whole);
	ck_assert_msg(wrong != NULL, "%s: taken", second[_i].name);
	ck_assert_str_eq(wrong, second[_i].wrong);
}
END_TEST

START_TEST(parts_come_to_an_end)
{
	struct frame frame;
	struct apam_str bytes;
	bool whole;

	free(put_long(100000));
	bytes = pack(0);
	for (unsigned i = 1; i < FRAME_PARTS_MAX; i++)
		take(bytes, false);
	ck_assert_str_eq(frame_take(&parts, bytes, &frame, &whole),
	    "a message has more parts than it may");
}
END_TEST

START_TEST(a_part_is_not_empty)
{
	struct frame frame;
	struct apam_str bytes = pack(0);
	bool whole;

	packet[16] = FRAME_MORE;
	ck_assert_str_eq(frame_take(&parts, bytes, &frame, &whole),
	    "a part of a message is empty");
}
END_TEST

/* Bytes that a packet has, what its head says, and what is cut off. */
static const struct {
	const char *name;
	size_t n;
	char size;
	size_t first;
} packets[] = {
	{ "one frame", 48, 48, 48 },
	{ "two frames", 48, 24, 24 },
	{ "a frame and noise", 49, 48, 48 },
	{ "more than there is", 48, 56, 48 },
	{ "less than a head", 48, 16, 48 },
	{ "no size", 48, 0, 48 },
	{ "half a head", 23, 8, 23 },
	{ "nothing", 0, 0, 0 },
};

START_TEST(a_packet_is_cut_at_its_first_frame)
{
	char bytes[64] = { packets[_i].size };
	struct apam_str rest = { bytes, packets[_i].n };
	const struct apam_str first = frame_first(&rest);

	ck_assert_msg(
	    first.n == packets[_i].first, "%s: %zu", packets[_i].name, first.n);
	ck_assert_ptr_eq(first.p, bytes);
	ck_assert_ptr_eq(rest.p, bytes + first.n);
	ck_assert_uint_eq(rest.n, packets[_i].n - first.n);
}
END_TEST

/* Items are read wherever they lie. */
START_TEST(nothing_need_be_aligned)
{
	static char odd[64];
	struct frame_item item;
	struct apam_str bytes;
	struct frame frame;
	const char *wrong;

	frame_put_number(&writer, 2, ID);
	bytes = pack(0);
	memcpy(odd + 1, bytes.p, bytes.n);
	frame = take((struct apam_str){ odd + 1, bytes.n }, true);
	ck_assert(frame_next(&frame.items, &item, &wrong));
	ck_assert_uint_eq(frame_number(item.bytes), ID);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("frame");
	TCase *tcase = tcase_create("frame");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_message_without_items_is_a_head);
	tcase_add_loop_test(tcase, an_item_ends_in_a_nul, 0, 18);
	tcase_add_test(tcase, pieces_are_one_item);
	tcase_add_test(tcase, the_bytes_are_those_of_the_protocol);
	tcase_add_loop_test(tcase, a_broken_frame_is_refused, 0, ROWS(broken));
	tcase_add_test(tcase, a_frame_is_not_too_long);
	tcase_add_loop_test(tcase, a_long_message_has_parts, 0, ROWS(lengths));
	tcase_add_test(tcase, a_message_is_not_too_long);
	tcase_add_loop_test(tcase, parts_belong_together, 0, ROWS(second));
	tcase_add_test(tcase, parts_come_to_an_end);
	tcase_add_test(tcase, a_part_is_not_empty);
	tcase_add_loop_test(
	    tcase, a_packet_is_cut_at_its_first_frame, 0, ROWS(packets));
	tcase_add_test(tcase, nothing_need_be_aligned);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
