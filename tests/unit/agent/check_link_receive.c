/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/agent/link_receive.c: against an agent that does as a test
 * says, what becomes of what it sends.
 */
#include "agent/link_receive.h"

#include <fcntl.h>

#include "support/dialled.h"
#include "support/run.h"

/* ---- Agents that go wrong ------------------------------------------------ */

enum wrong {
	NO_GREETING,
	OTHER_VERSION,
	TWO_GREETINGS,
	NOISE,
	THE_END,
	REFUSED,
	TWO_DESCRIPTORS,
	MANY_DESCRIPTORS,
	PART_AND_END
};

static void
pass_many(int fd, size_t n)
{
	const struct agent_signed made = {
		.generation = 1, .entries = 1, .page = 5
	};
	int passed[12];

	for (size_t i = 0; i < n; i++)
		passed[i] = dup(fd);
	scripted_sign(fd, 1, &made, passed, n);
}

static void
first_part_alone(int fd)
{
	static char large[2 * FRAME_MAX];
	struct apam_header header = { APAM_STR("X"), { large, sizeof(large) } };
	const struct agent_signed made = { .headers = { &header, 1 },
		.entries = 1 };
	struct frame_writer w;
	struct frame_part part;
	struct buf items;

	memset(large, 'x', sizeof(large));
	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, AGENT_SIGNED, 1);
	scripted_must(agent_signed_write(&made, &w));
	frame_part(&w, 0, &part);
	scripted_packet(fd,
	    (struct iovec[]){ { part.head, sizeof(part.head) },
		{ (void *)(uintptr_t)part.items.p, part.items.n } },
	    2, NULL, 0);
}

static void
go_wrong(int listener, void *arg)
{
	static struct scripted_message m;
	const enum wrong wrong = *(enum wrong *)arg;
	const bool greets = wrong != NO_GREETING && wrong != OTHER_VERSION &&
	    wrong != REFUSED;
	const int fd = greets ? scripted_greeted(listener, &m) :
				scripted_accept(listener);

	if (wrong == NO_GREETING)
		scripted_fail(fd, 1, APAM_E_POLICY, "early");
	if (wrong == OTHER_VERSION)
		scripted_welcome(fd, AGENT_VERSION_MAX + 1, false);
	if (wrong == TWO_GREETINGS)
		scripted_welcome(fd, AGENT_VERSION_MAX, false);
	if (wrong == NOISE)
		(void)send(fd, "noise", 5, MSG_NOSIGNAL);
	if (wrong == REFUSED)
		scripted_fail(fd, 0, APAM_E_POLICY, "too old; install another");
	if (wrong == TWO_DESCRIPTORS)
		pass_many(fd, 2);
	if (wrong == MANY_DESCRIPTORS)
		pass_many(fd, 12);
	if (wrong == PART_AND_END)
		first_part_alone(fd);
	if (wrong != THE_END && wrong != PART_AND_END)
		scripted_linger(fd);
}

static const struct {
	enum wrong wrong;
	const char *said, *error;
} wrongs[] = {
	{ NO_GREETING, "the agent did not greet first", "" },
	{ OTHER_VERSION, "the agent speaks another version", "" },
	{ TWO_GREETINGS, "the agent speaks another version", "" },
	{ NOISE, NULL, "" },
	{ THE_END, "the agent ended the connection", "" },
	{ REFUSED, "the agent refused the connection",
	    "too old; install another" },
	{ TWO_DESCRIPTORS, "the agent sent more than was asked for", "" },
	{ MANY_DESCRIPTORS, "the agent sent more than was asked for", "" },
	{ PART_AND_END, "the agent ended the connection", "" },
};

START_TEST(a_wrong_agent_breaks_the_connection)
{
	enum wrong wrong = wrongs[_i].wrong;
	struct frame message;

	scripted_start(&agent, go_wrong, &wrong);
	must_connect();
	ck_assert_int_eq(take(&message), LINK_BROKEN);
	ck_assert_ptr_nonnull(link_.wrong);
	if (wrongs[_i].said != NULL)
		ck_assert_str_eq(link_.wrong, wrongs[_i].said);
	ck_assert_str_eq(err.text, wrongs[_i].error);
	ck_assert(!link_is_ours(&link_));
	ck_assert_int_eq(link_take_passed(&link_), -1);
	ck_assert_int_eq(take(&message), LINK_BROKEN);
}
END_TEST

/* ---- Descriptors --------------------------------------------------------- */

static void
pass_one(int listener, void *arg)
{
	static struct scripted_message m;
	const int fd = scripted_greeted(listener, &m);

	(void)arg;
	pass_many(fd, 1);
	pass_many(fd, 0);
	pass_many(fd, 1);
	scripted_linger(fd);
}

START_TEST(one_descriptor_is_taken_or_closed)
{
	struct frame message;
	int fd;

	scripted_start(&agent, pass_one, NULL);
	must_connect();
	ck_assert_int_eq(take(&message), LINK_MESSAGE);
	fd = link_take_passed(&link_);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	(void)close(fd);
	ck_assert_int_eq(take(&message), LINK_MESSAGE);
	ck_assert_int_eq(link_take_passed(&link_), -1);
	/* What nobody takes is closed, which teardown counts. */
	ck_assert_int_eq(take(&message), LINK_MESSAGE);
}
END_TEST

/* ---- Long packets -------------------------------------------------------- */

#define LONG 50000

/* A header of n bytes, and a descriptor beside it. */
static void
sign_long(int fd, uint64_t id, size_t n)
{
	static char value[LONG];
	struct apam_header header = { APAM_STR("X"), { value, n } };
	const struct agent_signed made = { .headers = { &header, 1 },
		.generation = 1,
		.entries = 1,
		.page = 5 };

	memset(value, 'x', sizeof(value));
	scripted_sign(fd, id, &made, &fd, 1);
}

static void
be_long(int listener, void *arg)
{
	static struct scripted_message m;
	const int fd = scripted_greeted(listener, &m);

	(void)arg;
	sign_long(fd, 1, 100);
	sign_long(fd, 2, LONG);
	sign_long(fd, 3, 100);
	scripted_linger(fd);
}

/* The next message has a header of n bytes, and a descriptor beside it. */
static void
takes_long(uint64_t id, size_t n)
{
	static struct agent_room room;
	struct agent_signed made;
	struct frame message;
	int fd;

	ck_assert_int_eq(take(&message), LINK_MESSAGE);
	ck_assert_uint_eq(message.id, id);
	ck_assert_ptr_null(agent_signed_read(&made, &room, &message));
	ck_assert_uint_eq(made.headers.count, 1);
	ck_assert_uint_eq(made.headers.all[0].value.n, n);
	ck_assert_int_eq(made.headers.all[0].value.p[n - 1], 'x');
	fd = link_take_passed(&link_);
	ck_assert_int_ge(fd, 0);
	(void)close(fd);
}

START_TEST(a_long_packet_gets_memory)
{
	scripted_start(&agent, be_long, NULL);
	must_connect();
	takes_long(1, 100);
	ck_assert_uint_lt(link_.packet_size, FRAME_MAX);
	takes_long(2, LONG);
	ck_assert_uint_ge(link_.packet_size, FRAME_MAX);
	takes_long(3, 100);
}
END_TEST

/* Nothing is said before WELCOME, or beside it, for which it has no room. */
static void
welcome_at_length(int listener, void *arg)
{
	static char bytes[FRAME_WELCOME_MAX + 8];

	(void)arg;
	(void)send(scripted_accept(listener), bytes, sizeof(bytes), 0);
	scripted_linger(listener);
}

START_TEST(a_long_greeting_is_not_taken)
{
	struct frame message;

	scripted_start(&agent, welcome_at_length, NULL);
	must_connect();
	ck_assert_int_eq(take(&message), LINK_BROKEN);
	ck_assert_str_eq(link_.wrong, "the agent sent more than was asked for");
}
END_TEST

START_TEST(a_long_packet_may_find_no_memory)
{
	struct frame message;
	enum link_got got;

	scripted_start(&agent, be_long, NULL);
	must_connect();
	takes_long(1, 100);
	secmem_fail_after(0);
	got = take(&message);
	secmem_fail_after(-1);
	ck_assert_int_eq(got, LINK_BROKEN);
	ck_assert_str_eq(link_.wrong, "out of memory");
}
END_TEST

static void
be_short(int listener, void *arg)
{
	static struct scripted_message m;
	const int fd = scripted_greeted(listener, &m);

	(void)arg;
	for (uint64_t id = 1; id < 5; id++)
		sign_long(fd, id, 100);
	scripted_linger(fd);
}

/*
 * A connection that is used again is not asked each time; if it can be helped.
 */
START_TEST(a_connection_that_lasts_gets_memory)
{
	scripted_start(&agent, be_short, NULL);
	must_connect();
	takes_long(1, 100);
	ck_assert_uint_lt(link_.packet_size, FRAME_MAX);
	secmem_fail_after(0);
	takes_long(2, 100);
	secmem_fail_after(-1);
	ck_assert_uint_lt(link_.packet_size, FRAME_MAX);
	takes_long(3, 100);
	ck_assert_uint_ge(link_.packet_size, FRAME_MAX);
	takes_long(4, 100);
}
END_TEST

/* ---- Waiting ------------------------------------------------------------- */

static void
answer_late(int listener, void *arg)
{
	static struct scripted_message m;
	const int fd = scripted_greeted(listener, &m);

	(void)arg;
	clock_sleep(1300);
	scripted_fail(fd, 5, APAM_E_POLICY, "late");
	scripted_linger(fd);
}

/* One wait has an end, which is not that of the connection. */
START_TEST(receiving_may_wait)
{
	struct frame message;
	enum link_got got;
	int64_t begin;
	int waits = 0;

	scripted_start(&agent, answer_late, NULL);
	must_connect();
	ck_assert(!link_let_wait(&link_, clock_ms() + LINK_WAIT_MS / 2));
	begin = clock_ms();
	do {
		ck_assert(link_let_wait(&link_, clock_ms() + SOON));
		got = link_receive(&link_, &message, &err);
		waits++;
	} while (got == LINK_NOTHING);
	ck_assert_int_eq(got, LINK_MESSAGE);
	ck_assert_uint_eq(message.id, 5);
	ck_assert_int_ge(clock_ms() - begin, 1000);
	ck_assert_int_lt(waits, 5);
	/* Without being told to, it does not. */
	ck_assert_int_eq(link_receive(&link_, &message, &err), LINK_NOTHING);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("link_receive");
	TCase *tc = tcase_create("link_receive");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, dialled_setup, dialled_teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(
	    tc, a_wrong_agent_breaks_the_connection, 0, ROWS(wrongs));
	tcase_add_test(tc, one_descriptor_is_taken_or_closed);
	tcase_add_test(tc, a_long_packet_gets_memory);
	tcase_add_test(tc, a_long_greeting_is_not_taken);
	tcase_add_test(tc, a_long_packet_may_find_no_memory);
	tcase_add_test(tc, a_connection_that_lasts_gets_memory);
	tcase_add_test(tc, receiving_may_wait);
	return run_suite(suite);
}
