/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/agent/outgoing.c: what a socket does not take is kept in its
 * order, with its descriptor, up to a limit.
 */
#include "agent/outgoing.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/run.h"

static int ends[2];
static struct outgoing out;
static struct buf items;

static void
setup(void)
{
	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	outgoing_init(&out);
	buf_init(&items, FRAME_ITEMS_MAX);
}

static void
teardown(void)
{
	outgoing_free(&out);
	buf_free(&items);
	for (size_t i = 0; i < 2; i++)
		if (ends[i] >= 0)
			(void)close(ends[i]);
}

static bool
send_number(uint64_t n, size_t padding, int descriptor)
{
	static char bytes[FRAME_MAX];
	struct frame_writer to;

	frame_begin(&to, &items, 66, n);
	frame_put(&to, 1, 0, (struct apam_str){ bytes, padding });
	return outgoing_send(&out, ends[0], &to, descriptor);
}

/* The id of the next packet; *descriptor is one that came with it, or -1. */
static uint64_t
take(int *descriptor)
{
	static char packet[FRAME_MAX];
	struct iovec part = { packet, sizeof(packet) };
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	struct msghdr head = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	uint64_t id;

	ck_assert_int_ge(recvmsg(ends[1], &head, MSG_DONTWAIT), FRAME_HEAD);
	memcpy(&id, packet + 8, sizeof(id));
	*descriptor = -1;
	if (head.msg_controllen > 0)
		memcpy(descriptor, CMSG_DATA(CMSG_FIRSTHDR(&head)),
		    sizeof(*descriptor));
	return id;
}

/* Send until something is kept; how many were sent. */
static uint64_t
fill(void)
{
	uint64_t n = 0;

	while (!outgoing_is_kept(&out))
		ck_assert(send_number(++n, 30000, -1));
	return n;
}

START_TEST(what_is_kept_comes_in_its_order)
{
	uint64_t n = fill();
	int pipe_ends[2], descriptor;
	char byte = 'x';

	ck_assert_int_eq(pipe(pipe_ends), 0);
	/* Small ones do not overtake. */
	ck_assert(send_number(++n, 8, -1));
	ck_assert(send_number(++n, 8, pipe_ends[1]));
	(void)close(pipe_ends[1]);
	for (uint64_t i = 1; i <= n; i++) {
		ck_assert_uint_eq(take(&descriptor), i);
		ck_assert(outgoing_flush(&out, ends[0]));
		ck_assert_int_eq(descriptor >= 0, i == n);
	}
	ck_assert(!outgoing_is_kept(&out));
	ck_assert_uint_eq(out.bytes, 0);
	ck_assert_int_eq(write(descriptor, &byte, 1), 1);
	ck_assert_int_eq(read(pipe_ends[0], &byte, 1), 1);
	(void)close(descriptor);
	(void)close(pipe_ends[0]);
}
END_TEST

START_TEST(there_is_an_end_to_what_is_kept)
{
	uint64_t n = fill();

	ck_assert_int_le(out.since, clock_ms());
	while (send_number(++n, 30000, -1))
		ck_assert_uint_lt(n, 1000);
	ck_assert(outgoing_is_kept(&out));
	ck_assert_uint_le(out.bytes, OUTGOING_MAX);
	ck_assert_uint_gt(out.bytes, OUTGOING_MAX - 31000);
}
END_TEST

START_TEST(whoever_is_gone_gets_nothing)
{
	(void)close(ends[1]);
	ends[1] = -1;
	ck_assert(!send_number(1, 8, -1));
	ck_assert(!outgoing_is_kept(&out));
}
END_TEST

START_TEST(who_goes_while_something_is_kept_is_noticed)
{
	(void)fill();
	(void)close(ends[1]);
	ends[1] = -1;
	ck_assert(!outgoing_flush(&out, ends[0]));
}
END_TEST

START_TEST(a_message_of_several_frames_is_sent_in_them)
{
	static char bytes[FRAME_MAX];
	struct frame_writer to;
	int descriptor;

	frame_begin(&to, &items, 66, 5);
	for (int i = 0; i < 2; i++)
		frame_put(&to, 1, 0, (struct apam_str){ bytes, 50000 });
	ck_assert_uint_eq(frame_count(&to), 2);
	ck_assert(outgoing_send(&out, ends[0], &to, 0));
	ck_assert_uint_eq(take(&descriptor), 5);
	ck_assert_int_ge(descriptor, 0);
	(void)close(descriptor);
	ck_assert_uint_eq(take(&descriptor), 5);
	ck_assert_int_eq(descriptor, -1);
}
END_TEST

/* What is held goes out with the next message, or by itself. */
START_TEST(two_messages_are_in_one_packet)
{
	struct buf held;
	int descriptor;

	buf_init_plain(&held, FRAME_MAX);
	outgoing_hold(&out, &held);
	ck_assert(send_number(1, 8, -1));
	ck_assert_int_eq(recv(ends[1], &descriptor, 1, MSG_DONTWAIT), -1);
	ck_assert(send_number(2, 8, ends[0]));
	ck_assert_uint_eq(take(&descriptor), 1);
	ck_assert_int_ge(descriptor, 0);
	(void)close(descriptor);
	ck_assert_int_eq(recv(ends[1], &descriptor, 1, MSG_DONTWAIT), -1);
	outgoing_hold(&out, &held);
	ck_assert(send_number(3, 8, -1));
	ck_assert(outgoing_release(&out, ends[0]));
	ck_assert(outgoing_release(&out, ends[0]));
	ck_assert_uint_eq(take(&descriptor), 3);
	buf_free(&held);
}
END_TEST

/* A new client has this much memory for what comes first, and does not look. */
START_TEST(what_has_no_room_beside_goes_by_itself)
{
	static char packet[FRAME_MAX];
	/* An item has 8 bytes before it and a zero or more behind it. */
	const size_t fits = FRAME_WELCOME_MAX - 2 * FRAME_HEAD - 24 - 8 - 1;
	struct buf held;
	int descriptor;

	buf_init_plain(&held, FRAME_MAX);
	outgoing_hold(&out, &held);
	ck_assert(send_number(1, 8, -1));
	ck_assert(send_number(2, fits, -1));
	ck_assert_int_eq(recv(ends[1], packet, sizeof(packet), MSG_DONTWAIT),
	    FRAME_WELCOME_MAX);
	outgoing_hold(&out, &held);
	ck_assert(send_number(1, 8, -1));
	ck_assert(send_number(2, fits + 1, -1));
	ck_assert_uint_eq(take(&descriptor), 1);
	ck_assert_uint_eq(take(&descriptor), 2);
	buf_free(&held);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("outgoing");
	TCase *t = tcase_create("outgoing");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_is_kept_comes_in_its_order);
	tcase_add_test(t, there_is_an_end_to_what_is_kept);
	tcase_add_test(t, whoever_is_gone_gets_nothing);
	tcase_add_test(t, who_goes_while_something_is_kept_is_noticed);
	tcase_add_test(t, a_message_of_several_frames_is_sent_in_them);
	tcase_add_test(t, two_messages_are_in_one_packet);
	tcase_add_test(t, what_has_no_room_beside_goes_by_itself);
	suite_add_tcase(s, t);
	return run_suite(s);
}
