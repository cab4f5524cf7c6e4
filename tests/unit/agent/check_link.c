/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/agent/link.c: how a connection begins, what is sent on it, and
 * how it ends.
 */
#include "agent/link.h"

#include <fcntl.h>

#include "base/str.h"
#include "support/dialled.h"
#include "support/run.h"

/* ---- Greeting ------------------------------------------------------------ */

START_TEST(a_greeting_is_answered)
{
	struct agent_failed failed;
	struct frame message;

	scripted_start(&agent, dialled_greet, NULL);
	must_connect();
	ck_assert(link_is_ours(&link_));
	ck_assert(!link_.greeted);
	ck_assert_int_eq(take(&message), LINK_MESSAGE);
	ck_assert(link_.greeted);
	ck_assert(link_.pages);
	ck_assert_uint_eq(link_.owner, geteuid());
	ck_assert_uint_eq(message.type, AGENT_FAILED);
	ck_assert_uint_eq(message.id, 7);
	ck_assert_ptr_null(agent_failed_read(&failed, &message));
	ck_assert_str_eq(failed.error.text, "not you");
	link_close(&link_);
	ck_assert_int_eq(scripted_end(&agent), 0);
}
END_TEST

static size_t
put(char *to, uint16_t type, uint64_t id)
{
	const struct agent_welcome welcome = { .version = AGENT_VERSION_MAX,
		.library = APAM_STR("0.0.0") };
	struct frame_writer w;
	struct frame_part part;
	struct buf items;

	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, type, id);
	scripted_must(agent_welcome_write(&welcome, &w));
	frame_part(&w, 0, &part);
	memcpy(to, part.head, sizeof(part.head));
	memcpy(to + sizeof(part.head), part.items.p, part.items.n);
	buf_free(&items);
	return sizeof(part.head) + part.items.n;
}

/* WELCOME, and as many answers behind it, in one packet with a descriptor. */
static void
answer_together(int listener, void *arg)
{
	static struct scripted_message m;
	static char packet[FRAME_MAX];
	const int *count = arg;
	const int fd = scripted_accept(listener);
	size_t n = put(packet, AGENT_WELCOME, 0);

	frame_parts_init(&m.parts);
	scripted_must(scripted_take(fd, &m, AGENT_HELLO) && m.rest.n > 0 &&
	    scripted_take(fd, &m, AGENT_CANCEL) && m.rest.n == 0);
	for (int i = 0; i < *count; i++)
		n += put(packet + n, AGENT_RESULT, m.frame.id);
	scripted_packet(fd, &(struct iovec){ packet, n }, 1, &fd, 1);
	scripted_linger(fd);
}

static void
ask_together(int *answers)
{
	struct frame_writer w;
	struct buf none;
	unsigned i = 0;

	scripted_start(&agent, answer_together, answers);
	must_connect();
	buf_init_plain(&none, FRAME_ITEMS_MAX);
	frame_begin(&w, &none, AGENT_CANCEL, 4);
	ck_assert(link_send(&link_, &w, &i));
	buf_free(&none);
}

/* The greeting goes out with the first message, and its answer comes so. */
START_TEST(the_first_message_is_in_the_greetings_packet)
{
	int one = 1, fd;
	struct frame message;

	ask_together(&one);
	ck_assert_int_eq(take(&message), LINK_MESSAGE);
	ck_assert(link_.greeted);
	ck_assert_uint_eq(message.type, AGENT_RESULT);
	ck_assert_uint_eq(message.id, 4);
	fd = link_take_passed(&link_);
	ck_assert_int_ge(fd, 0);
	(void)close(fd);
}
END_TEST

START_TEST(a_packet_has_no_third_message)
{
	int two = 2;
	struct frame message;

	ask_together(&two);
	ck_assert_int_eq(take(&message), LINK_BROKEN);
	ck_assert_str_eq(link_.wrong, "a packet has more than one frame");
}
END_TEST

static void
refuse_and_close(int listener, void *arg)
{
	const int fd = scripted_accept(listener);

	(void)arg;
	scripted_fail(fd, 0, APAM_E_POLICY, "not you");
	_exit(0);
}

/* What is sent behind the HELLO finds nobody, and why is still read. */
START_TEST(a_refusal_is_heard_though_sending_fails)
{
	struct frame_writer w;
	struct frame message;
	struct buf none;
	unsigned i = 0;

	scripted_start(&agent, refuse_and_close, NULL);
	must_connect();
	ck_assert_int_eq(scripted_end(&agent), 0);
	buf_init_plain(&none, FRAME_ITEMS_MAX);
	frame_begin(&w, &none, AGENT_CANCEL, 1);
	for (int n = 0; n < 2; n++) {
		ck_assert(!link_send(&link_, &w, &i));
		ck_assert_ptr_null(link_.wrong);
	}
	ck_assert_int_eq(take(&message), LINK_BROKEN);
	ck_assert_str_eq(err.text, "not you");
	ck_assert_ptr_nonnull(link_.wrong);
	buf_free(&none);
}
END_TEST

static void
say_twice_and_close(int listener, void *arg)
{
	static struct scripted_message m;
	const int fd = scripted_greeted(listener, &m);

	(void)arg;
	scripted_fail(fd, 3, APAM_E_POLICY, "first");
	scripted_fail(fd, 4, APAM_E_POLICY, "last");
	_exit(0);
}

/* Where sending has failed, what was said before that is read when asked for. */
START_TEST(what_was_said_before_the_end_is_heard)
{
	struct frame_writer w;
	struct frame message;
	struct buf none;
	unsigned i = 0;

	scripted_start(&agent, say_twice_and_close, NULL);
	must_connect();
	ck_assert_int_eq(take(&message), LINK_MESSAGE);
	ck_assert_uint_eq(message.id, 3);
	ck_assert_int_eq(scripted_end(&agent), 0);
	buf_init_plain(&none, FRAME_ITEMS_MAX);
	frame_begin(&w, &none, AGENT_CANCEL, 1);
	ck_assert(!link_send(&link_, &w, &i));
	ck_assert_int_eq(take(&message), LINK_BROKEN);
	link_hear(&link_);
	ck_assert_int_eq(take(&message), LINK_MESSAGE);
	ck_assert_uint_eq(message.id, 4);
	ck_assert_int_eq(take(&message), LINK_BROKEN);
	ck_assert(link_has_ended(&link_));
	/* What was wrong stays so. */
	link_.wrong = "odd";
	link_hear(&link_);
	ck_assert_str_eq(link_.wrong, "odd");
	buf_free(&none);
}
END_TEST

/* ---- Proofs -------------------------------------------------------------- */

static void
ask_for_proof(int listener, void *arg)
{
	static struct scripted_message m;
	const int fd = scripted_greeted(listener, &m);
	const struct agent_proof nonce = { APAM_STR("0123456789abcdef") };
	struct agent_proof back;
	struct frame_writer w;
	struct buf items;

	(void)arg;
	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, AGENT_PROVE, 0);
	scripted_must(agent_proof_write(&nonce, &w));
	scripted_give(fd, &w, NULL, 0);
	scripted_must(scripted_take(fd, &m, AGENT_PROOF));
	scripted_must(agent_proof_read(&back, &m.frame) == NULL &&
	    str_equal(back.nonce, nonce.nonce));
	scripted_fail(fd, 3, APAM_E_POLICY, "proved");
	scripted_linger(fd);
}

START_TEST(a_proof_is_given)
{
	struct frame message;

	scripted_start(&agent, ask_for_proof, NULL);
	must_connect();
	ck_assert_int_eq(take(&message), LINK_MESSAGE);
	ck_assert_uint_eq(message.id, 3);
}
END_TEST

/* Ask for a proof, and read nothing before that. */
static void
ask_in_the_midst(int listener, void *arg)
{
	static struct scripted_message m;
	const int fd = scripted_greeted(listener, &m);
	const struct agent_proof nonce = { APAM_STR("0123456789abcdef") };
	struct frame_writer w;
	struct buf items;
	int *gate = arg;
	char byte;

	/* The client has begun a message, and has no room for the rest. */
	scripted_must(read(gate[0], &byte, 1) == 1);
	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, AGENT_PROVE, 5);
	scripted_must(agent_proof_write(&nonce, &w));
	scripted_give(fd, &w, NULL, 0);
	/* And has seen that before it has room again. */
	scripted_must(read(gate[0], &byte, 1) == 1);
	/* A frame between the parts would be refused here. */
	scripted_must(scripted_take(fd, &m, AGENT_SIGN) && m.frame.id == 1);
	scripted_must(scripted_take(fd, &m, AGENT_PROOF) && m.frame.id == 5);
	scripted_must(scripted_take(fd, &m, AGENT_SIGN) && m.frame.id == 2);
	_exit(42);
}

/* A message that has more parts than the socket has room for. */
static void
write_long(struct frame_writer *w, struct buf *items, uint64_t id)
{
	static char large[60000];
	struct apam_header headers[17];
	const struct agent_sign sign = { .profile = APAM_STR("p"),
		.method = APAM_STR("GET"),
		.url = APAM_STR("https://api.example"),
		.headers = { headers, 17 } };

	memset(large, 'x', sizeof(large));
	for (int i = 0; i < 17; i++)
		headers[i] = (struct apam_header){ APAM_STR("X"),
			{ large, sizeof(large) } };
	frame_begin(w, items, AGENT_SIGN, id);
	ck_assert(agent_sign_write(&sign, w));
}

static void
send_all(const struct frame_writer *w, unsigned *i)
{
	while (!link_send(&link_, w, i)) {
		ck_assert_ptr_null(link_.wrong);
		ck_assert(link_wait(&link_, true, clock_ms() + SOON));
	}
}

START_TEST(a_proof_does_not_come_between_parts)
{
	struct frame_writer w;
	struct frame message;
	struct buf items;
	unsigned i = 0;
	int gate[2];

	ck_assert_int_eq(pipe(gate), 0);
	scripted_start(&agent, ask_in_the_midst, gate);
	must_connect();
	buf_init_plain(&items, FRAME_ITEMS_MAX);
	write_long(&w, &items, 1);
	ck_assert(!link_send(&link_, &w, &i));
	ck_assert_ptr_null(link_.wrong);
	ck_assert(i > 0 && i < frame_count(&w));
	ck_assert_int_eq(write(gate[1], "x", 1), 1);
	while (!link_.owes) {
		ck_assert(link_wait(&link_, false, clock_ms() + SOON));
		ck_assert_int_eq(
		    link_receive(&link_, &message, &err), LINK_NOTHING);
	}
	ck_assert(!link_settle(&link_));
	ck_assert_int_eq(write(gate[1], "x", 1), 1);
	send_all(&w, &i);
	/* It goes out before what follows. */
	write_long(&w, &items, 2);
	i = 0;
	send_all(&w, &i);
	ck_assert(!link_.owes);
	ck_assert_int_eq(scripted_end(&agent), 42);
	buf_free(&items);
	(void)close(gate[0]);
	(void)close(gate[1]);
}
END_TEST

/* ---- Sending ------------------------------------------------------------- */

/* Read nothing until a byte comes by the pipe, and then all. */
static void
read_late(int listener, void *arg)
{
	static struct scripted_message m;
	const int fd = scripted_greeted(listener, &m);
	int *gate = arg;
	char byte;

	scripted_must(read(gate[0], &byte, 1) == 1);
	while (scripted_take(fd, &m, AGENT_JUDGED))
		if (m.frame.id == 99)
			_exit(42);
}

/* The agent reads once there is something in `gate`. */
static void
send_till_full_and_on(struct frame_writer *w, int gate)
{
	struct frame message;
	unsigned at = 0;

	while (link_send(&link_, w, &at))
		at = 0;
	ck_assert_ptr_null(link_.wrong);
	ck_assert_int_eq(write(gate, "x", 1), 1);
	while (!link_send(&link_, w, &at)) {
		ck_assert_ptr_null(link_.wrong);
		ck_assert(link_wait(&link_, true, clock_ms() + SOON));
		(void)link_receive(&link_, &message, &err);
	}
	w->id = 99;
	at = 0;
	while (!link_send(&link_, w, &at))
		ck_assert(link_wait(&link_, true, clock_ms() + SOON));
}

START_TEST(what_finds_no_room_waits)
{
	static char large[200000];
	const struct apam_header header = { APAM_STR("X"),
		{ large, sizeof(large) } };
	struct agent_judged judged = { .profile = APAM_STR("p"),
		.method = APAM_STR("GET"),
		.url = APAM_STR("https://api.example"),
		.status = 401,
		.headers = { &header, 1 },
		.generation = 1,
		.credential = 1,
		.entries = 1,
		.verdict = APAM_VERDICT_REJECTED };
	struct frame_writer w;
	struct buf items;
	int gate[2];

	memset(large, 'x', sizeof(large));
	ck_assert_int_eq(pipe(gate), 0);
	scripted_start(&agent, read_late, gate);
	must_connect();
	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, AGENT_JUDGED, 1);
	ck_assert(agent_judged_write(&judged, &w));
	ck_assert_uint_gt(frame_count(&w), 1);
	send_till_full_and_on(&w, gate[1]);
	ck_assert_int_eq(scripted_end(&agent), 42);
	buf_free(&items);
	(void)close(gate[0]);
	(void)close(gate[1]);
}
END_TEST

/* ---- Closed by the host, forked ------------------------------------------ */

START_TEST(a_descriptor_that_was_closed_is_left_alone)
{
	int fd;

	scripted_start(&agent, dialled_greet, NULL);
	must_connect();
	(void)close(link_.fd.fd);
	fd = open("/dev/null", O_RDWR);
	ck_assert_int_eq(fd, link_.fd.fd);
	ck_assert(!link_is_ours(&link_));
	link_close(&link_);
	ck_assert_int_eq(fcntl(fd, F_GETFD) >= 0, 1);
	(void)close(fd);
}
END_TEST

START_TEST(a_changed_user_has_no_connection)
{
	if (geteuid() != 0)
		return;
	scripted_start(&agent, dialled_greet, NULL);
	must_connect();
	ck_assert(link_is_ours(&link_));
	ck_assert_int_eq(seteuid(65534), 0);
	ck_assert(!link_is_ours(&link_));
	ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(a_wait_has_an_end)
{
	scripted_start(&agent, dialled_greet, NULL);
	link_init(&link_);
	link_.fd.fd = scripted_listen(agent.path);
	ck_assert(!link_wait(&link_, false, clock_ms() + 20));
	ck_assert(!link_wait(&link_, false, clock_ms() - 1));
	(void)close(link_.fd.fd);
	link_.fd.fd = -1;
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("link");
	TCase *tc = tcase_create("link");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, dialled_setup, dialled_teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_greeting_is_answered);
	tcase_add_test(tc, the_first_message_is_in_the_greetings_packet);
	tcase_add_test(tc, a_packet_has_no_third_message);
	tcase_add_test(tc, a_refusal_is_heard_though_sending_fails);
	tcase_add_test(tc, what_was_said_before_the_end_is_heard);
	tcase_add_test(tc, a_proof_is_given);
	tcase_add_test(tc, a_proof_does_not_come_between_parts);
	tcase_add_test(tc, what_finds_no_room_waits);
	tcase_add_test(tc, a_descriptor_that_was_closed_is_left_alone);
	tcase_add_test(tc, a_changed_user_has_no_connection);
	tcase_add_test(tc, a_wait_has_an_end);
	return run_suite(suite);
}
