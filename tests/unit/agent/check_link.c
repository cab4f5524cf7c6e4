/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/agent/link.c: against an agent that does as a test says, which
 * agents are believed, and what becomes of what they send.
 */
#include "agent/link.h"

#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/secmem.h"
#include "base/str.h"
#include "support/run.h"
#include "support/scripted_agent.h"

#define SOON 20000 /* ms, of which a busy machine takes few */

static struct scripted agent;
static struct link link_;
static struct link_place place;
static struct apam_error err;
static int live, open_before;

static int
open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n;
}

static void
setup(void)
{
	live = secmem_live();
	open_before = open_descriptors();
	scripted_make(&agent);
	place = (struct link_place){
		.socket = agent.path, .user = "no-such-user", .own = true
	};
	link_init(&link_);
	err = (struct apam_error)APAM_ERROR_INIT;
}

static void
teardown(void)
{
	link_close(&link_);
	scripted_remove(&agent);
	ck_assert_int_eq(secmem_live(), live);
	ck_assert_int_eq(open_descriptors(), open_before);
}

static enum apam_status
dial(void)
{
	const struct agent_hello hello = { .min = AGENT_VERSION_MIN,
		.max = AGENT_VERSION_MAX,
		.library = APAM_STR("0.1.0"),
		.program = APAM_STR("check_link") };

	return link_connect(&link_, &place, &hello, &err);
}

static void
must_connect(void)
{
	ck_assert_msg(dial() == APAM_OK, "%s", err.text);
}

/* Receive until there is a message or an end. */
static enum link_got
take(struct frame *message)
{
	const int64_t deadline = clock_ms() + SOON;
	enum link_got got;

	while ((got = link_receive(&link_, message, &err)) == LINK_NOTHING)
		ck_assert(link_wait(&link_, false, deadline));
	return got;
}

/* ---- Who is believed ----------------------------------------------------- */

START_TEST(no_agent_is_told)
{
	ck_assert_int_eq(dial(), APAM_E_NETWORK);
	ck_assert_ptr_nonnull(strstr(err.text, "there is no agent at /tmp"));
	ck_assert_ptr_nonnull(strstr(err.text, "there is no such file"));
	ck_assert(!link_is_ours(&link_));
}
END_TEST

START_TEST(a_socket_that_nobody_listens_at_is_told)
{
	(void)close(scripted_listen(agent.path));
	ck_assert_int_eq(dial(), APAM_E_NETWORK);
	ck_assert_ptr_nonnull(strstr(err.text, "nobody listens there"));
}
END_TEST

START_TEST(a_full_agent_is_told)
{
	const int listener = scripted_listen(agent.path);
	struct link others[4];
	const struct agent_hello hello = { .min = 1, .max = 1 };
	enum apam_status status = APAM_OK;

	ck_assert_int_eq(listen(listener, 0), 0);
	for (int i = 0; i < 4; i++)
		link_init(&others[i]);
	for (int i = 0; i < 4 && status == APAM_OK; i++)
		status = link_connect(&others[i], &place, &hello, &err);
	ck_assert_int_eq(status, APAM_E_NETWORK);
	ck_assert_str_eq(err.text, "the agent takes no more connections now");
	for (int i = 0; i < 4; i++)
		link_close(&others[i]);
	(void)close(listener);
}
END_TEST

START_TEST(what_is_not_a_socket_is_told)
{
	(void)close(open(agent.path, O_CREAT | O_WRONLY, 0600));
	ck_assert_int_eq(dial(), APAM_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "is not a socket (agent_user"));
	place.user = "root";
	error_init(&err);
	ck_assert_int_eq(dial(), APAM_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "(agent_user is root)"));
}
END_TEST

START_TEST(an_agent_user_who_does_not_exist_is_told)
{
	(void)close(open(agent.path, O_CREAT | O_WRONLY, 0600));
	ck_assert_int_eq(dial(), APAM_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(
	    err.text, "(agent_user is no-such-user, who is not a user here)"));
}
END_TEST

START_TEST(another_kind_of_socket_is_told)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", agent.path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(dial(), APAM_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "not the socket of an agent"));
	(void)close(fd);
}
END_TEST

START_TEST(a_path_that_others_can_change_is_refused)
{
	(void)close(scripted_listen(agent.path));
	ck_assert_int_eq(chmod(agent.dir, 0777), 0);
	ck_assert_int_eq(dial(), APAM_E_TRUST);
	ck_assert_ptr_nonnull(strstr(err.text, "can be changed by others"));
	ck_assert_int_eq(chmod(agent.dir, 0700), 0);
}
END_TEST

static void
as_nobody(int listener, void *arg)
{
	(void)arg;
	scripted_must(setgid(65534) == 0 && setuid(65534) == 0);
	/* The kernel notes who listens, not who has made the socket. */
	scripted_must(listen(listener, 1) == 0);
	for (;;)
		(void)scripted_accept(listener);
}

/* The socket's file is root's, and somebody else has it open. */
START_TEST(another_user_is_not_believed)
{
	const int64_t deadline = clock_ms() + SOON;

	if (geteuid() != 0)
		return;
	scripted_start(&agent, as_nobody, NULL);
	do {
		link_close(&link_);
		err = (struct apam_error)APAM_ERROR_INIT;
		(void)dial();
	} while (err.status != APAM_E_TRUST && clock_ms() < deadline);
	ck_assert_int_eq(err.status, APAM_E_TRUST);
	ck_assert_ptr_nonnull(strstr(err.text, "runs as user 65534"));
	ck_assert_ptr_nonnull(strstr(err.text, "no-such-user"));
}
END_TEST

/* The same one, where it is the agent's user. */
START_TEST(the_agents_user_is_believed)
{
	const struct passwd *nobody = getpwuid(65534);
	const int64_t deadline = clock_ms() + SOON;

	if (geteuid() != 0 || nobody == NULL)
		return;
	place.user = nobody->pw_name;
	place.id = 65534;
	place.own = false;
	scripted_start(&agent, as_nobody, NULL);
	ck_assert_int_eq(chown(agent.dir, 65534, 65534), 0);
	do {
		link_close(&link_);
		err = (struct apam_error)APAM_ERROR_INIT;
		(void)dial();
	} while (link_.owner != 65534 && clock_ms() < deadline);
	ck_assert_uint_eq(link_.owner, 65534);
}
END_TEST

/* ---- Greeting ------------------------------------------------------------ */

static void
greet(int listener, void *arg)
{
	static struct scripted_message m;
	const int fd = scripted_greeted(listener, &m);

	(void)arg;
	scripted_fail(fd, 7, APAM_E_POLICY, "not you");
	scripted_linger(fd);
}

START_TEST(a_greeting_is_answered)
{
	struct agent_failed failed;
	struct frame message;

	scripted_start(&agent, greet, NULL);
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

/* The very file that was found, though another one has its name by now. */
START_TEST(the_file_that_was_found_is_connected_to)
{
	char aside[128];
	struct own_fd file;

	(void)snprintf(aside, sizeof(aside), "%s.aside", agent.path);
	scripted_start(&agent, greet, NULL);
	file = link_find(&place);
	ck_assert(own_fd_is_ours(&file));
	ck_assert_int_eq(rename(agent.path, aside), 0);
	ck_assert_int_eq(dial(), APAM_E_NETWORK);
	error_init(&err);
	place.file = &file;
	must_connect();
	own_fd_close(&file);
	ck_assert_int_eq(rename(aside, agent.path), 0);
}
END_TEST

/* An agent that was started anew has another one. */
START_TEST(a_file_that_nobody_listens_at_is_found_anew)
{
	struct own_fd file;

	(void)close(scripted_listen(agent.path));
	file = link_find(&place);
	ck_assert(own_fd_is_ours(&file));
	ck_assert_int_eq(unlink(agent.path), 0);
	scripted_start(&agent, greet, NULL);
	place.file = &file;
	must_connect();
	own_fd_close(&file);
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

/* A connection that is used again is not asked each time; if it can be helped. */
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
	struct frame message;
	struct buf items;
	unsigned at = 0;
	int gate[2];

	memset(large, 'x', sizeof(large));
	ck_assert_int_eq(pipe(gate), 0);
	scripted_start(&agent, read_late, gate);
	must_connect();
	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, AGENT_JUDGED, 1);
	ck_assert(agent_judged_write(&judged, &w));
	ck_assert_uint_gt(frame_count(&w), 1);
	while (link_send(&link_, &w, &at))
		at = 0;
	ck_assert_ptr_null(link_.wrong);
	ck_assert_int_eq(write(gate[1], "x", 1), 1);
	while (!link_send(&link_, &w, &at)) {
		ck_assert_ptr_null(link_.wrong);
		ck_assert(link_wait(&link_, true, clock_ms() + SOON));
		(void)link_receive(&link_, &message, &err);
	}
	w.id = 99;
	at = 0;
	while (!link_send(&link_, &w, &at))
		ck_assert(link_wait(&link_, true, clock_ms() + SOON));
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

	scripted_start(&agent, greet, NULL);
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
	scripted_start(&agent, greet, NULL);
	must_connect();
	ck_assert(link_is_ours(&link_));
	ck_assert_int_eq(seteuid(65534), 0);
	ck_assert(!link_is_ours(&link_));
	ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

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

START_TEST(a_wait_has_an_end)
{
	scripted_start(&agent, go_wrong, &(enum wrong){ TWO_GREETINGS });
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
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, no_agent_is_told);
	tcase_add_test(tc, a_socket_that_nobody_listens_at_is_told);
	tcase_add_test(tc, a_full_agent_is_told);
	tcase_add_test(tc, what_is_not_a_socket_is_told);
	tcase_add_test(tc, an_agent_user_who_does_not_exist_is_told);
	tcase_add_test(tc, another_kind_of_socket_is_told);
	tcase_add_test(tc, a_path_that_others_can_change_is_refused);
	tcase_add_test(tc, another_user_is_not_believed);
	tcase_add_test(tc, the_agents_user_is_believed);
	tcase_add_test(tc, a_greeting_is_answered);
	tcase_add_test(tc, the_first_message_is_in_the_greetings_packet);
	tcase_add_test(tc, a_packet_has_no_third_message);
	tcase_add_test(tc, the_file_that_was_found_is_connected_to);
	tcase_add_test(tc, a_file_that_nobody_listens_at_is_found_anew);
	tcase_add_test(tc, a_refusal_is_heard_though_sending_fails);
	tcase_add_loop_test(
	    tc, a_wrong_agent_breaks_the_connection, 0, ROWS(wrongs));
	tcase_add_test(tc, one_descriptor_is_taken_or_closed);
	tcase_add_test(tc, a_long_packet_gets_memory);
	tcase_add_test(tc, a_long_packet_may_find_no_memory);
	tcase_add_test(tc, a_connection_that_lasts_gets_memory);
	tcase_add_test(tc, a_proof_is_given);
	tcase_add_test(tc, a_proof_does_not_come_between_parts);
	tcase_add_test(tc, what_finds_no_room_waits);
	tcase_add_test(tc, a_descriptor_that_was_closed_is_left_alone);
	tcase_add_test(tc, a_changed_user_has_no_connection);
	tcase_add_test(tc, receiving_may_wait);
	tcase_add_test(tc, a_wait_has_an_end);
	return run_suite(suite);
}
