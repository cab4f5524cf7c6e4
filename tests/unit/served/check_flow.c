/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/served/flow.c: questions on one connection, whose other end is
 * the test.
 */
#include "served/flow.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/secmem.h"
#include "base/str.h"
#include "support/run.h"

static struct flow flow;
static struct ask asks[3];
static int other, live;

static void
setup(void)
{
	int ends[2];

	live = secmem_live();
	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	other = ends[1];
	flow_init(&flow);
	flow.link.fd = own_fd_of(ends[0]);
	flow.link.greeted = true;
	flow.link.packet = secmem_alloc(FRAME_MAX, &flow.link.packet_size);
	frame_parts_init(&flow.link.parts);
	for (int i = 0; i < 3; i++)
		ask_init(&asks[i]);
}

static void
teardown(void)
{
	for (int i = 0; i < 3; i++)
		ask_free(&asks[i]);
	flow_close(&flow);
	(void)close(other);
	ck_assert_int_eq(secmem_live(), live);
}

/* A question that any message is good for. */
static void
ask(int i, uint64_t id)
{
	const struct agent_call call = { .name = APAM_STR("status") };

	ask_begin(&asks[i], AGENT_CALL, id);
	ck_assert(agent_call_write(&call, &asks[i].message));
	flow_ask(&flow, &asks[i]);
}

/* The id of the next question that came. */
static uint64_t
heard(void)
{
	char packet[FRAME_MAX];
	struct frame_parts parts;
	struct frame message;
	ssize_t n = recv(other, packet, sizeof(packet), MSG_DONTWAIT);
	bool whole;

	if (n <= 0)
		return 0;
	frame_parts_init(&parts);
	ck_assert_ptr_null(frame_take(
	    &parts, (struct apam_str){ packet, (size_t)n }, &message, &whole));
	ck_assert(whole);
	ck_assert_uint_eq(message.type, AGENT_CALL);
	return message.id;
}

static void
send_frame(const struct frame_writer *w)
{
	struct frame_part part;
	char packet[256];

	frame_part(w, 0, &part);
	memcpy(packet, part.head, sizeof(part.head));
	memcpy(packet + sizeof(part.head), part.items.p, part.items.n);
	ck_assert_int_gt(
	    send(other, packet, sizeof(part.head) + part.items.n, 0), 0);
}

static void
answer(uint64_t id, const char *text)
{
	const struct agent_result result = { .text = apam_str(text) };
	struct frame_writer w;
	struct buf items;

	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, AGENT_RESULT, id);
	ck_assert(agent_result_write(&result, &w));
	send_frame(&w);
	buf_free(&items);
}

static void
has_answer(int i, const char *text)
{
	struct agent_result result;

	ck_assert_int_eq(asks[i].state, ASK_ANSWERED);
	ck_assert_ptr_null(agent_result_read(&result, &asks[i].answer));
	ck_assert_str_eq(result.text.p, text);
}

START_TEST(answers_come_in_any_order)
{
	ask(0, 11);
	ask(1, 12);
	ask(2, 13);
	ck_assert(flow_has_unsent(&flow));
	ck_assert(flow_move(&flow));
	ck_assert(!flow_has_unsent(&flow));
	for (uint64_t id = 11; id <= 13; id++)
		ck_assert_uint_eq(heard(), id);
	answer(13, "third");
	answer(11, "first");
	answer(99, "nobody's");
	ck_assert(flow_move(&flow));
	has_answer(0, "first");
	has_answer(2, "third");
	ck_assert_int_eq(asks[1].state, ASK_OPEN);
	answer(12, "second");
	ck_assert(flow_move(&flow));
	has_answer(1, "second");
	ck_assert_ptr_null(flow.first);
}
END_TEST

/* Whoever has the connection alone reads no more than its answer. */
START_TEST(one_answer_is_enough)
{
	flow.busy = true;
	ask(0, 1);
	ck_assert(flow_move(&flow));
	answer(1, "mine");
	answer(2, "nobody's");
	ck_assert(flow_move(&flow));
	has_answer(0, "mine");
	ask(1, 3);
	ck_assert(flow_move(&flow));
	ck_assert_int_eq(asks[1].state, ASK_OPEN);
}
END_TEST

static void
welcome(void)
{
	const struct agent_welcome welcome = { .version = AGENT_VERSION_MAX,
		.library = APAM_STR("0.0.0") };
	struct frame_writer w;
	struct buf items;

	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, AGENT_WELCOME, 0);
	ck_assert(agent_welcome_write(&welcome, &w));
	send_frame(&w);
	buf_free(&items);
}

/* It costs no round trip, and both answers may be there at once. */
START_TEST(a_question_does_not_wait_for_the_greeting)
{
	flow.link.greeted = false;
	ask(0, 1);
	flow_send(&flow);
	ck_assert_uint_eq(heard(), 1);
	ck_assert(flow_move(&flow));
	ck_assert_int_eq(asks[0].state, ASK_OPEN);
	welcome();
	answer(1, "at once");
	ck_assert(flow_move(&flow));
	ck_assert(flow.link.greeted);
	has_answer(0, "at once");
	ck_assert_uint_eq(heard(), 0);
}
END_TEST

/* What is answered before the greeting is not believed. */
START_TEST(no_answer_comes_before_the_greeting)
{
	flow.link.greeted = false;
	ask(0, 1);
	ck_assert(flow_move(&flow));
	answer(1, "too early");
	ck_assert(!flow_move(&flow));
	ck_assert_int_eq(asks[0].state, ASK_LOST);
}
END_TEST

START_TEST(the_end_loses_what_is_under_way)
{
	ask(0, 1);
	ask(1, 2);
	ck_assert(flow_move(&flow));
	answer(1, "in time");
	(void)shutdown(other, SHUT_RDWR);
	ck_assert(!flow_move(&flow));
	has_answer(0, "in time");
	ck_assert_int_eq(asks[1].state, ASK_LOST);
	ck_assert_ptr_null(asks[1].flow);
	ck_assert_ptr_nonnull(flow.link.wrong);
}
END_TEST

START_TEST(a_question_that_is_freed_is_out_of_the_list)
{
	ask(0, 1);
	ask(1, 2);
	ask(2, 3);
	ask_free(&asks[1]);
	ask_free(&asks[2]);
	ask(1, 4);
	ck_assert(flow_move(&flow));
	ck_assert_uint_eq(heard(), 1);
	ck_assert_uint_eq(heard(), 4);
	ck_assert_uint_eq(heard(), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("flow");
	TCase *tc = tcase_create("flow");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, answers_come_in_any_order);
	tcase_add_test(tc, one_answer_is_enough);
	tcase_add_test(tc, a_question_does_not_wait_for_the_greeting);
	tcase_add_test(tc, no_answer_comes_before_the_greeting);
	tcase_add_test(tc, the_end_loses_what_is_under_way);
	tcase_add_test(tc, a_question_that_is_freed_is_out_of_the_list);
	return run_suite(suite);
}
