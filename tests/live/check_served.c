/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program whose profiles the agent serves, against an agent that does as a test
 * says: what the program makes of answers, right and wrong, and what it does
 * while there is no agent.  What apamd itself does is in the suites of the agent.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/str.h"
#include "profile/handle.h"
#include "profile/stack.h"
#include "served/served_call.h"
#include "slot/page_file.h"
#include "slot/page_map.h"
#include "slot/write.h"
#include "support/project.h"
#include "support/run.h"
#include "support/scripted_agent.h"

#define URL "https://api.example/x"
#define SEED                                                                   \
	"{ scheme = \"basic-email-key\"; email = \"a@b\"; "                    \
	"key = \"file:@/secret\"; }"
#define OWN "Basic YUBiOng=" /* a@b:x, which only this process signs with */

static struct project project;
static struct scripted agent;
static const char *agent_user;

/* The main file again, and what the agent does with profiles that do not say. */
static void
write_main(const char *use)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
	    "module_dir = \"%s/modules\";\nprofile_dir = \"%s/apam.d\";\n"
	    "state_dir = \"%s/state\";\naudit = \"off\";\nagent = \"%s\";\n"
	    "agent_socket = \"%s/agent\";\nagent_user = \"%s\";\n",
	    project.dir, project.dir, project.dir, use, project.dir,
	    agent_user);
	project_write(&project, "apam.conf", text);
}

static void
setup(void)
{
	agent_user = "no-such-user";
	project_make(&project);
	project_module(&project, "basic-email-key", false);
	project_module(&project, "hmac-test", true);
	project_module(&project, "challenge-test", true);
	write_main("require");
	project_entries(&project, "p", SEED);
	scripted_in(&agent, project.dir);
}

static void
teardown(void)
{
	scripted_remove(&agent);
	project_remove(&project);
}

/* A context without a thread, whose calls do not wait. */
static struct apam_profile *
get_soon(const char *name)
{
	project_open(&project, APAM_OPEN_NO_THREAD);
	return project_get(&project, name);
}

/* ---- Scripts ------------------------------------------------------------- */

static void
give(int fd, uint64_t id, const char *value, uint64_t generation)
{
	const struct apam_header header = { APAM_STR("Authorization"),
		apam_str(value) };
	const struct agent_signed made = { .headers = { &header, 1 },
		.generation = generation,
		.credential = 1,
		.entries = 1 };

	scripted_sign(fd, id, &made, NULL, 0);
}

static void
read_sign(struct scripted_message *m, struct agent_sign *sign)
{
	scripted_must(m->frame.type == AGENT_SIGN &&
	    agent_sign_read(sign, &m->room, &m->frame) == NULL);
}

/* The header says what was asked: "Agent METHOD URL". */
static void
answer(int fd, struct scripted_message *m, void *arg)
{
	struct agent_sign sign;
	char text[4096];

	(void)arg;
	read_sign(m, &sign);
	scripted_must(str_equal(sign.profile, APAM_STR("p")));
	(void)snprintf(text, sizeof(text), "Agent %.*s %.*s", SARG(sign.method),
	    SARG(sign.url));
	give(fd, m->frame.id, text, (1ULL << 40) + 1);
}

static void
answers(int listener, void *arg)
{
	scripted_serve(listener, answer, arg);
}

/* ---- Signing in the test ------------------------------------------------- */

static char store[4096];
static struct apam_signature signature;
static struct apam_error err;

static enum apam_status
sign_url(struct apam_profile *p, const char *url)
{
	const struct apam_request request = APAM_REQUEST("GET", url);

	apam_signature_release(&signature);
	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	signature.store = store;
	signature.store_size = sizeof(store);
	err = (struct apam_error)APAM_ERROR_INIT;
	return apam_sign(p, &request, &signature, &err);
}

static void
signs(struct apam_profile *p, const char *value)
{
	ck_assert_msg(sign_url(p, URL) == APAM_OK, "%s:%u: %s", err.file,
	    err.line, err.text);
	ck_assert_uint_eq(signature.header_count, 1);
	ck_assert_str_eq(signature.headers[0].value.p, value);
}

/* ---- With an agent ------------------------------------------------------- */

/* There is no secret, so that nobody but the agent can have signed. */
START_TEST(the_agent_signs)
{
	struct apam_profile *p;

	scripted_start(&agent, answers, NULL);
	p = project_get(&project, "p");
	signs(p, "Agent GET " URL);
	ck_assert_uint_eq(signature.generation, (1ULL << 40) + 1);
	ck_assert_uint_eq(signature.entries, 1);
	ck_assert(!stack_is_open(p->stack));
	signs(p, "Agent GET " URL);
}
END_TEST

/* Only an answer that is judged needs the module. */
START_TEST(a_module_is_loaded_for_an_answer)
{
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = 200 };
	struct apam_judgement judgement = { .size = sizeof(judgement) };
	struct apam_profile *p;

	project_entries(&project, "p", "{ scheme = \"missing-here\"; }");
	scripted_start(&agent, answers, NULL);
	p = project_get(&project, "p");
	signs(p, "Agent GET " URL);
	ck_assert_int_eq(apam_judge(p, &signature, &answer, &judgement, &err),
	    APAM_E_MODULE);
	ck_assert_ptr_nonnull(strstr(err.text, "missing-here"));
	ck_assert_int_eq(apam_judge(p, &signature, &answer, &judgement, NULL),
	    APAM_E_MODULE);
}
END_TEST

/* What is not the profile's is not even asked for. */
START_TEST(another_origin_is_refused_here)
{
	struct apam_profile *p = project_get(&project, "p");

	ck_assert_int_eq(sign_url(p, "https://other.example/"), APAM_E_ORIGIN);
}
END_TEST

static void
refuse(int fd, struct scripted_message *m, void *arg)
{
	struct agent_failed failed = { .error = APAM_ERROR_INIT };
	struct frame_writer w;
	struct buf items;

	(void)arg;
	failed.error.status = APAM_E_ARCHIVED;
	failed.error.line = 7;
	failed.error.entry = 1;
	(void)snprintf(failed.error.text, sizeof(failed.error.text), "gone");
	(void)snprintf(
	    failed.error.file, sizeof(failed.error.file), "/etc/apam.d/p.conf");
	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, AGENT_FAILED, m->frame.id);
	scripted_must(agent_failed_write(&failed, &w));
	scripted_give(fd, &w, NULL, 0);
	buf_free(&items);
}

static void
refuses(int listener, void *arg)
{
	scripted_serve(listener, refuse, arg);
}

START_TEST(a_refusal_crosses_whole)
{
	struct apam_profile *p;

	scripted_start(&agent, refuses, NULL);
	p = project_get(&project, "p");
	ck_assert_int_eq(sign_url(p, URL), APAM_E_ARCHIVED);
	ck_assert_str_eq(err.text, "gone");
	ck_assert_str_eq(err.file, "/etc/apam.d/p.conf");
	ck_assert_uint_eq(err.line, 7);
	ck_assert_int_eq(err.entry, 1);
	ck_assert_str_eq(err.profile, "p");
}
END_TEST

/* ---- Digests ------------------------------------------------------------- */

/* The body itself is nowhere in what comes. */
static void
want_digest(int fd, struct scripted_message *m, void *arg)
{
	const struct agent_digest digest = { APAM_HASH_SHA256 };
	struct agent_sign sign;
	struct frame_writer w;
	struct buf items;
	char text[64];

	(void)arg;
	scripted_must(
	    memmem(m->frame.items.p, m->frame.items.n, "FAKE-BODY", 9) == NULL);
	read_sign(m, &sign);
	if (sign.digests.count == 1) {
		(void)snprintf(text, sizeof(text), "%zu bytes, %02x",
		    (size_t)sign.body_length,
		    (unsigned char)sign.digests.all[0].bytes.p[0]);
		give(fd, m->frame.id, text, 1ULL << 40);
		return;
	}
	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, AGENT_DIGEST, m->frame.id);
	scripted_must(agent_digest_write(&digest, &w));
	scripted_give(fd, &w, NULL, 0);
	buf_free(&items);
}

static void
wants_digest(int listener, void *arg)
{
	scripted_serve(listener, want_digest, arg);
}

START_TEST(a_digest_is_given_and_no_body)
{
	const struct apam_body body = { .size = sizeof(body),
		.kind = APAM_BODY_BYTES,
		.bytes = APAM_STR("FAKE-BODY") };
	struct apam_request request = APAM_REQUEST("POST", URL);
	struct apam_profile *p;

	request.body = &body;
	scripted_start(&agent, wants_digest, NULL);
	p = project_get(&project, "p");
	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	ck_assert_msg(
	    apam_sign(p, &request, &signature, &project.err) == APAM_OK, "%s",
	    project.err.text);
	/* printf FAKE-BODY | sha256sum */
	ck_assert_str_eq(signature.headers[0].value.p, "9 bytes, ef");
	apam_signature_release(&signature);
}
END_TEST

static void
want_many(int fd, struct scripted_message *m, void *arg)
{
	const struct agent_digest digest = { APAM_HASH_SHA256 };
	struct frame_writer w;
	struct buf items;

	(void)arg;
	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, AGENT_DIGEST, m->frame.id);
	scripted_must(agent_digest_write(&digest, &w));
	scripted_give(fd, &w, NULL, 0);
	buf_free(&items);
}

static void
wants_many(int listener, void *arg)
{
	scripted_serve(listener, want_many, arg);
}

START_TEST(digests_have_an_end)
{
	struct apam_profile *p;

	scripted_start(&agent, wants_many, NULL);
	p = project_get(&project, "p");
	ck_assert_int_ne(sign_url(p, URL), APAM_OK);
}
END_TEST

/* ---- Answers that are wrong ---------------------------------------------- */

enum wrong { INJECTED, FRAMING, BARE_QUERY, NO_ENTRIES, OTHER_TYPE, OTHER_ID };

static void
go_wrong(int fd, struct scripted_message *m, void *arg)
{
	const enum wrong wrong = *(enum wrong *)arg;
	struct apam_header header = { APAM_STR("X-Key"), APAM_STR("v") };
	struct apam_header query = { APAM_STR("a&b"), APAM_STR("c d") };
	struct agent_signed made = { .headers = { &header, 1 },
		.generation = 1,
		.credential = 1,
		.entries = 1 };
	const uint64_t id = m->frame.id;

	if (wrong == INJECTED)
		header.value = APAM_STR("v\r\nX-Other: w");
	if (wrong == FRAMING)
		header.name = APAM_STR("Content-Length");
	if (wrong == BARE_QUERY)
		made.query = (struct agent_headers){ &query, 1 };
	if (wrong == OTHER_TYPE)
		scripted_welcome(fd, AGENT_VERSION_MAX, false);
	if (wrong == OTHER_ID)
		give(fd, id + 100, "of another", 1);
	if (wrong == OTHER_ID)
		give(fd, id, "of this one", 1);
	if (wrong != OTHER_TYPE && wrong != OTHER_ID)
		scripted_sign(fd, id, &made, NULL, 0);
}

static void
goes_wrong(int listener, void *arg)
{
	scripted_serve(listener, go_wrong, arg);
}

static const struct {
	enum wrong wrong;
	enum apam_status status;
	const char *text;
} wrongs[] = {
	{ INJECTED, APAM_E_HEADER, "" },
	{ FRAMING, APAM_E_HEADER, "only the sender" },
	{ BARE_QUERY, APAM_E_HEADER, "not encoded" },
	{ OTHER_TYPE, APAM_E_NETWORK, "broke: the agent speaks another" },
	{ OTHER_ID, APAM_OK, "" },
};

START_TEST(a_wrong_answer_signs_nothing)
{
	enum wrong wrong = wrongs[_i].wrong;
	struct apam_profile *p;

	scripted_start(&agent, goes_wrong, &wrong);
	p = project_get(&project, "p");
	ck_assert_int_eq(sign_url(p, URL), wrongs[_i].status);
	ck_assert_ptr_nonnull(strstr(err.text, wrongs[_i].text));
	if (wrongs[_i].status == APAM_OK)
		ck_assert_str_eq(signature.headers[0].value.p, "of this one");
	else
		ck_assert_uint_eq(signature.header_count, 0);
}
END_TEST

static void
say_nothing(int fd, struct scripted_message *m, void *arg)
{
	(void)fd;
	(void)m;
	(void)arg;
}

static void
says_nothing(int listener, void *arg)
{
	scripted_serve(listener, say_nothing, arg);
}

START_TEST(a_silent_agent_costs_the_deadline)
{
	struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_profile *p;
	int64_t begin;

	scripted_start(&agent, says_nothing, NULL);
	p = project_get(&project, "p");
	request.timeout_ms = 200;
	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	begin = clock_ms();
	ck_assert_int_eq(
	    apam_sign(p, &request, &signature, &project.err), APAM_E_DEADLINE);
	ck_assert_str_eq(project.err.text, "the agent did not answer in time");
	ck_assert_int_ge(clock_ms() - begin, 200);
	ck_assert_int_lt(clock_ms() - begin, 20000);
}
END_TEST

/* ---- Without an agent ---------------------------------------------------- */

START_TEST(require_says_what_to_do)
{
	struct apam_profile *p = project_get(&project, "p");

	project_secret(&project, "secret", "x");
	ck_assert_int_eq(sign_url(p, URL), APAM_E_NETWORK);
	ck_assert_ptr_nonnull(strstr(err.text, "there is no agent at /tmp"));
	ck_assert_ptr_nonnull(strstr(err.text, "start it"));
	ck_assert(!stack_is_open(p->stack));
	/* The next ones do not even look. */
	ck_assert_int_eq(sign_url(p, URL), APAM_E_NETWORK);
}
END_TEST

START_TEST(prefer_signs_here_until_there_is_an_agent)
{
	struct apam_profile *p;

	write_main("prefer");
	project_secret(&project, "secret", "x");
	p = project_get(&project, "p");
	signs(p, OWN);
	ck_assert(!p->stack->withheld);
	scripted_start(&agent, answers, NULL);
	for (int i = 0; i < 500; i++) {
		ck_assert_int_eq(sign_url(p, URL), APAM_OK);
		if (strcmp(signature.headers[0].value.p, OWN) != 0)
			break;
		clock_sleep(20);
	}
	ck_assert_str_eq(signature.headers[0].value.p, "Agent GET " URL);
	scripted_kill(&agent);
	(void)unlink(agent.path);
	signs(p, OWN);
}
END_TEST

START_TEST(prefer_with_an_agent_reads_no_secret)
{
	struct apam_profile *p;

	write_main("prefer");
	scripted_start(&agent, answers, NULL);
	p = project_get(&project, "p");
	signs(p, "Agent GET " URL);
	ck_assert(p->stack->withheld);
	scripted_kill(&agent);
	ck_assert_int_eq(sign_url(p, URL), APAM_E_SECRET);
	ck_assert_ptr_nonnull(strstr(err.text, "cannot sign itself"));
	ck_assert_ptr_nonnull(strstr(err.text, "secret"));
}
END_TEST

/* The new one listens only while the call is under way. */
static void *
start_late(void *arg)
{
	(void)arg;
	clock_sleep(100);
	scripted_start(&agent, answers, NULL);
	return NULL;
}

START_TEST(an_agent_that_is_replaced_is_waited_for)
{
	struct apam_profile *p;
	pthread_t thread;

	scripted_start(&agent, answers, NULL);
	p = project_get(&project, "p");
	signs(p, "Agent GET " URL);
	scripted_kill(&agent);
	(void)unlink(agent.path);
	ck_assert_int_eq(pthread_create(&thread, NULL, start_late, NULL), 0);
	signs(p, "Agent GET " URL);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

/* ---- Threads, forks, descriptors, users ---------------------------------- */

static void *
sign_many(void *arg)
{
	struct apam_profile *p = arg;
	char mine[1024], url[64], value[128];
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_request request = APAM_REQUEST("GET", url);

	s.store = mine;
	s.store_size = sizeof(mine);
	for (int i = 0; i < 200; i++) {
		(void)snprintf(url, sizeof(url), "https://api.example/%lx/%d",
		    (unsigned long)pthread_self(), i);
		(void)snprintf(value, sizeof(value), "Agent GET %s", url);
		if (apam_sign(p, &request, &s, NULL) != APAM_OK ||
		    strcmp(s.headers[0].value.p, value) != 0)
			return arg;
	}
	apam_signature_release(&s);
	return NULL;
}

START_TEST(threads_get_their_own_answers)
{
	pthread_t threads[8];
	struct apam_profile *p;
	void *wrong;

	scripted_start(&agent, answers, NULL);
	p = project_get(&project, "p");
	for (int i = 0; i < 8; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, sign_many, p), 0);
	for (int i = 0; i < 8; i++) {
		ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
		ck_assert_ptr_null(wrong);
	}
}
END_TEST

/* The header says which connection it was: "Connection FD". */
static void
name_connection(int fd, struct scripted_message *m, void *arg)
{
	struct ucred peer;
	socklen_t n = sizeof(peer);
	char text[64];

	(void)arg;
	scripted_must(m->frame.type == AGENT_SIGN);
	scripted_must(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0);
	(void)snprintf(
	    text, sizeof(text), "pid %d uid %u fd %d", peer.pid, peer.uid, fd);
	give(fd, m->frame.id, text, 1ULL << 40);
}

static void
names_connection(int listener, void *arg)
{
	scripted_serve(listener, name_connection, arg);
}

static void
is_of(struct apam_profile *p, pid_t pid, uid_t uid)
{
	char begin[64];

	(void)snprintf(begin, sizeof(begin), "pid %d uid %u ", pid, uid);
	ck_assert_msg(sign_url(p, URL) == APAM_OK, "%s", err.text);
	ck_assert_msg(
	    strncmp(signature.headers[0].value.p, begin, strlen(begin)) == 0,
	    "%s, not %s", signature.headers[0].value.p, begin);
}

START_TEST(a_child_has_a_connection_of_its_own)
{
	struct apam_profile *p;
	int status;
	pid_t child;

	scripted_start(&agent, names_connection, NULL);
	p = project_get(&project, "p");
	is_of(p, getpid(), geteuid());
	child = fork();
	if (child == 0) {
		is_of(p, getpid(), geteuid());
		is_of(p, getpid(), geteuid());
		_exit(0);
	}
	is_of(p, getpid(), geteuid());
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	is_of(p, getpid(), geteuid());
}
END_TEST

START_TEST(another_user_has_a_connection_of_its_own)
{
	struct apam_profile *p;

	if (geteuid() != 0)
		return;
	scripted_start(&agent, names_connection, NULL);
	p = project_get(&project, "p");
	is_of(p, getpid(), 0);
	ck_assert_int_eq(chmod(project.dir, 0755), 0);
	ck_assert_int_eq(seteuid(65534), 0);
	is_of(p, getpid(), 65534);
	ck_assert_int_eq(seteuid(0), 0);
	is_of(p, getpid(), 0);
}
END_TEST

/* A daemon closes all that it finds, and opens others with these numbers. */
START_TEST(closed_descriptors_are_replaced)
{
	struct apam_profile *p;
	int fd;

	scripted_start(&agent, answers, NULL);
	p = project_get(&project, "p");
	signs(p, "Agent GET " URL);
	for (int i = 0; i < 3; i++) {
		for (fd = 3; fd < 64; fd++)
			(void)close(fd);
		while ((fd = open("/dev/null", O_RDWR)) < 20)
			;
		signs(p, "Agent GET " URL);
		for (fd = 3; fd < 20; fd++)
			ck_assert_int_ge(fcntl(fd, F_GETFD), 0);
	}
}
END_TEST

/* ---- Calls that do not wait ---------------------------------------------- */

#define CALLS 5

/* Keep the questions until there are so many, and answer the last one first. */
static void
answer_in_reverse(int fd, struct scripted_message *m, void *arg)
{
	static uint64_t ids[CALLS];
	static int n;

	(void)arg;
	scripted_must(m->frame.type == AGENT_SIGN);
	ids[n++] = m->frame.id;
	while (n == CALLS || (n > 0 && ids[CALLS - 1] != 0)) {
		char text[32];

		n--;
		(void)snprintf(text, sizeof(text), "number %d", n);
		give(fd, ids[n], text, 1ULL << 40);
		if (n == 0)
			ids[CALLS - 1] = 0;
	}
}

static void
answers_in_reverse(int listener, void *arg)
{
	scripted_serve(listener, answer_in_reverse, arg);
}

/* As an event loop does: wait, step. */
static void
turn(struct apam *ctx)
{
	struct pollfd p = { apam_fd(ctx), POLLIN, 0 };
	const int ms = apam_timeout(ctx);

	ck_assert_int_ge(p.fd, 0);
	(void)poll(&p, 1, ms < 0 || ms > 20000 ? 20000 : ms);
	apam_step(ctx);
}

/* True where it has ended, as the number that was asked. */
static bool
has_ended(struct apam_call **call, struct apam_signature *s, int number)
{
	char text[32];

	if (*call != NULL &&
	    apam_call_result(*call, &project.err) == APAM_E_PENDING)
		return false;
	(void)snprintf(text, sizeof(text), "number %d", number);
	ck_assert_uint_eq(s->header_count, 1);
	ck_assert_str_eq(s->headers[0].value.p, text);
	apam_call_cancel(call);
	apam_signature_release(s);
	return true;
}

START_TEST(calls_share_one_connection)
{
	const struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_signature s[CALLS];
	struct apam_call *calls[CALLS];
	bool ended[CALLS] = { false };
	struct apam_profile *p;
	int left = CALLS;

	scripted_start(&agent, answers_in_reverse, NULL);
	p = get_soon("p");
	for (int i = 0; i < CALLS; i++) {
		s[i] = (struct apam_signature)APAM_SIGNATURE_INIT;
		ck_assert_int_eq(apam_sign_start(p, &request, &s[i], &calls[i],
				     &project.err) == APAM_OK,
		    calls[i] == NULL);
	}
	while (left > 0) {
		for (int i = 0; i < CALLS; i++)
			if (!ended[i] && has_ended(&calls[i], &s[i], i)) {
				ended[i] = true;
				left--;
			}
		if (left > 0)
			turn(project.ctx);
	}
}
END_TEST

/* How the call ends. */
static enum apam_status
end_of(struct apam_call *call)
{
	enum apam_status status;

	while (
	    (status = apam_call_result(call, &project.err)) == APAM_E_PENDING)
		turn(project.ctx);
	return status;
}

START_TEST(a_call_has_a_deadline)
{
	struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_call *call;
	struct apam_profile *p;
	enum apam_status status;

	request.timeout_ms = 100;
	scripted_start(&agent, says_nothing, NULL);
	p = get_soon("p");
	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	status = apam_sign_start(p, &request, &signature, &call, &project.err);
	/* The time may be over already. */
	if (status == APAM_E_PENDING)
		status = end_of(call);
	ck_assert_int_eq(status, APAM_E_DEADLINE);
	ck_assert_str_eq(project.err.text, "the agent did not answer in time");
	apam_call_cancel(&call);
}
END_TEST

/* Ends well when it hears of the cancelled question. */
static void
wait_for_cancel(int fd, struct scripted_message *m, void *arg)
{
	static uint64_t id;

	(void)fd;
	(void)arg;
	if (m->frame.type == AGENT_SIGN)
		id = m->frame.id;
	if (m->frame.type == AGENT_CANCEL)
		_exit(m->frame.id == id ? 42 : 1);
}

static void
waits_for_cancel(int listener, void *arg)
{
	scripted_serve(listener, wait_for_cancel, arg);
}

START_TEST(a_cancelled_call_is_told)
{
	const struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_call *call;
	struct apam_profile *p;

	scripted_start(&agent, waits_for_cancel, NULL);
	p = get_soon("p");
	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	ck_assert_int_eq(apam_sign_start(p, &request, &signature, &call, NULL),
	    APAM_E_PENDING);
	/* The greeting comes, and the question goes. */
	for (int i = 0; !project.ctx->served->shared.link.greeted; i++) {
		ck_assert_int_lt(i, 1000);
		turn(project.ctx);
	}
	ck_assert_int_eq(apam_call_result(call, NULL), APAM_E_PENDING);
	apam_call_cancel(&call);
	ck_assert_int_eq(scripted_end(&agent), 42);
}
END_TEST

/* The first agent hears the question and dies; the second one answers. */
static void
die(int fd, struct scripted_message *m, void *arg)
{
	(void)fd;
	(void)m;
	(void)arg;
	_exit(0);
}

static void
dies(int listener, void *arg)
{
	scripted_serve(listener, die, arg);
}

START_TEST(a_call_is_asked_again)
{
	const struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_call *call;
	struct apam_profile *p;
	enum apam_status status;

	scripted_start(&agent, answers, NULL);
	p = get_soon("p");
	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	status = apam_sign_start(p, &request, &signature, &call, NULL);
	/* The answer may be there already. */
	if (status == APAM_E_PENDING)
		status = end_of(call);
	ck_assert_int_eq(status, APAM_OK);
	apam_call_cancel(&call);
	scripted_kill(&agent);
	scripted_start(&agent, dies, NULL);
	ck_assert_int_eq(apam_sign_start(p, &request, &signature, &call, NULL),
	    APAM_E_PENDING);
	while (waitpid(agent.pid, NULL, WNOHANG) == 0) {
		turn(project.ctx);
		ck_assert_int_eq(apam_call_result(call, NULL), APAM_E_PENDING);
	}
	agent.pid = 0;
	scripted_start(&agent, answers, NULL);
	ck_assert_int_eq(end_of(call), APAM_OK);
	ck_assert_str_eq(signature.headers[0].value.p, "Agent GET " URL);
	apam_call_cancel(&call);
	apam_signature_release(&signature);
}
END_TEST

/*
 * Where nothing says why there is no answer, there is no signature, either.
 */
START_TEST(no_answer_is_not_a_signature)
{
	const struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_profile *p = get_soon("p");
	struct apam_call *call = NULL;
	enum apam_status status;

	project.ctx->served->availability.again_at = clock_ms() + 1000000;
	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	if (_i == 0)
		status = apam_sign(p, &request, &signature, &project.err);
	else
		status = apam_sign_start(
		    p, &request, &signature, &call, &project.err);
	ck_assert_int_eq(status, APAM_E_DEADLINE);
	ck_assert_ptr_null(call);
	ck_assert_ptr_null(signature.headers);
}
END_TEST

START_TEST(a_call_without_an_agent_ends)
{
	const struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_profile *p = get_soon("p");
	struct apam_call *call;

	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	ck_assert_int_eq(
	    apam_sign_start(p, &request, &signature, &call, &project.err),
	    APAM_E_NETWORK);
	ck_assert_ptr_null(call);
}
END_TEST

static bool
replays(struct apam_profile *p, const struct apam_signature *s)
{
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = 401 };
	struct apam_judgement judgement = { .size = sizeof(judgement) };

	ck_assert_msg(
	    apam_judge(p, s, &answer, &judgement, &project.err) == APAM_OK,
	    "%s", project.err.text);
	ck_assert_int_eq(judgement.verdict, APAM_VERDICT_REJECTED);
	return judgement.replay;
}

/* ---- Pages --------------------------------------------------------------- */

/* What the agent's page is like. */
struct paging {
	int64_t good_ms, alone_ms; /* 0: longer than a test takes */
	bool query; /* it adds a parameter */
	bool other_serial; /* the agent says another one than it has */
	bool no_memory_file; /* and passes a file of the disk */
	bool writable; /* or one that could be written */
};

static _Atomic uint64_t page_counter;

static int64_t
or_long(int64_t ms)
{
	return ms == 0 ? 1000000 : ms;
}

/* The origin of the profile; the page itself knows none. */
static struct slot *
make_page(const struct paging *paging)
{
	const struct page_facts facts = { .rights = 1 };
	struct slot *slot = slot_new_shared(&page_counter, &facts);
	struct fields headers, query;
	struct slot_content content = { .generation = (1ULL << 40) + 1,
		.credential = 3,
		.entries = 1,
		.good_ms = or_long(paging->good_ms),
		.alone_ms = or_long(paging->alone_ms),
		.headers = &headers,
		.query = &query };

	scripted_must(slot != NULL);
	fields_init(&headers);
	fields_init(&query);
	fields_add_header(
	    &headers, APAM_STR("Authorization"), APAM_STR("Page"));
	if (paging->query)
		fields_add(&query, APAM_STR("org"), APAM_STR("1%2F2"));
	slot_open(slot, &content);
	fields_free(&headers);
	fields_free(&query);
	return slot;
}

static int
page_to_pass(const struct paging *paging, const struct slot *slot)
{
	if (paging->no_memory_file)
		return open("/dev/null", O_RDONLY);
	if (paging->writable)
		return dup(slot_kept_descriptor(slot));
	return slot_descriptor(slot);
}

/*
 * Each signature that is asked for is "Asked N", and comes with a page that says
 * "Page".  A URL that ends in "retire" has that one retired first.
 */
static void
give_page(int fd, struct scripted_message *m, void *arg)
{
	static unsigned asked;
	static struct slot *slot;
	const struct paging *paging = arg;
	struct apam_header header = { APAM_STR("Authorization"), APAM_STR("") };
	struct agent_signed made = { .headers = { &header, 1 },
		.generation = (1ULL << 40) + 1,
		.credential = 3,
		.entries = 1 };
	struct agent_sign sign;
	char text[64];
	int passed = -1;

	if (m->frame.type == AGENT_JUDGED)
		return;
	read_sign(m, &sign);
	if (sign.url.p[sign.url.n - 1] == 'e')
		slot_free(&slot);
	if (slot == NULL)
		slot = make_page(paging);
	(void)snprintf(text, sizeof(text), "Asked %u%s", ++asked,
	    sign.rejected == made.generation ? " anew" : "");
	header.value = apam_str(text);
	made.page = slot_serial(slot) + (paging->other_serial ? 2 : 0);
	if (sign.page != made.page)
		passed = page_to_pass(paging, slot);
	scripted_sign(fd, m->frame.id, &made, &passed, passed >= 0);
	if (passed >= 0)
		(void)close(passed);
}

static void
gives_page(int listener, void *arg)
{
	scripted_serve(listener, give_page, arg);
}

static struct apam_profile *
start_paging(struct paging *paging)
{
	scripted_start(&agent, gives_page, paging);
	return project_get(&project, "p");
}

START_TEST(a_page_signs)
{
	struct paging paging = { .good_ms = 0 };
	struct apam_profile *p = start_paging(&paging);

	signs(p, "Asked 1");
	for (int i = 0; i < 100; i++)
		signs(p, "Page");
	ck_assert_uint_eq(signature.generation, (1ULL << 40) + 1);
	ck_assert_uint_eq(signature.credential, 3);
	ck_assert_ptr_eq(atomic_load(&p->slot), p->page.now);
	/* What is not plain is asked for, and brings no second page. */
	ck_assert_int_eq(sign_url(p, URL "#f"), APAM_OK);
	ck_assert_str_eq(signature.headers[0].value.p, "Asked 2");
	signs(p, "Page");
}
END_TEST

/* It is fresh no more, and nobody can be asked. */
static void
outlive(struct apam_profile *p)
{
	scripted_kill(&agent);
	(void)unlink(agent.path);
	while (slot_is_good(p->page.now))
		clock_sleep(50);
}

START_TEST(a_page_signs_alone)
{
	struct paging paging = { .good_ms = PAGE_FRESH_MS, .query = true };
	const struct apam_request request = APAM_REQUEST("GET", URL "?a=b");
	struct apam_signature owned = APAM_SIGNATURE_INIT;
	struct apam_profile *p = start_paging(&paging);

	signs(p, "Asked 1");
	outlive(p);
	for (int i = 0; i < 3; i++) {
		signs(p, "Page");
		ck_assert_str_eq(signature.url, URL "?org=1%2F2");
	}
	/* In memory of the library's own, and with a query. */
	ck_assert_msg(
	    apam_sign(p, &request, &owned, &err) == APAM_OK, "%s", err.text);
	ck_assert_str_eq(owned.url, URL "?a=b&org=1%2F2");
	ck_assert_uint_eq(owned.generation, (1ULL << 40) + 1);
	apam_signature_release(&owned);
	ck_assert_int_eq(sign_url(p, "https://other.example/"), APAM_E_ORIGIN);
	ck_assert_int_eq(sign_url(p, URL "?org=9"), APAM_E_POLICY);
	ck_assert(!stack_is_open(p->stack));
}
END_TEST

START_TEST(a_page_does_not_sign_alone_for_ever)
{
	struct paging paging = { .good_ms = PAGE_FRESH_MS, .alone_ms = 2500 };
	struct apam_profile *p = start_paging(&paging);

	signs(p, "Asked 1");
	outlive(p);
	for (int i = 0; sign_url(p, URL) == APAM_OK; i++) {
		ck_assert_str_eq(signature.headers[0].value.p, "Page");
		ck_assert_int_lt(i, 1000);
		clock_sleep(20);
	}
	ck_assert_int_eq(err.status, APAM_E_NETWORK);
	ck_assert_ptr_nonnull(strstr(err.text, "there is no agent"));
}
END_TEST

/* A child has the page, and none of its parent's connections. */
START_TEST(a_child_has_the_page)
{
	struct paging paging = { .good_ms = 0 };
	struct apam_profile *p = start_paging(&paging);
	pid_t child;
	int status;

	signs(p, "Asked 1");
	child = fork();
	if (child == 0) {
		signs(p, "Page");
		ck_assert_int_eq(sign_url(p, URL "#f"), APAM_OK);
		signs(p, "Page");
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	signs(p, "Page");
}
END_TEST

START_TEST(a_retired_page_is_replaced)
{
	struct paging paging = { .good_ms = 0 };
	struct apam_profile *p = start_paging(&paging);
	struct slot *slot;
	uint64_t serial;

	signs(p, "Asked 1");
	signs(p, "Page");
	slot = p->page.now;
	serial = p->page.serial;
	ck_assert_int_eq(sign_url(p, "https://api.example/retire#"), APAM_OK);
	ck_assert_str_eq(signature.headers[0].value.p, "Asked 2");
	ck_assert_uint_ne(p->page.serial, serial);
	ck_assert_ptr_eq(p->page.now, slot);
	signs(p, "Page");
}
END_TEST

START_TEST(a_rejection_closes_the_page)
{
	struct paging paging = { .good_ms = 0 };
	struct apam_profile *p = start_paging(&paging);

	signs(p, "Asked 1");
	signs(p, "Page");
	ck_assert(replays(p, &signature));
	signs(p, "Asked 2 anew");
	signs(p, "Page");
}
END_TEST

/* Its slot knows them, so there is another one; readers may have the old one. */
START_TEST(other_origins_have_another_slot)
{
	struct paging paging = { .good_ms = 0 };
	struct apam_profile *p = start_paging(&paging);
	struct slot *slot;

	signs(p, "Asked 1");
	signs(p, "Page");
	slot = p->page.now;
	project_profile(&project, "p",
	    "origins = [ \"https://api.example\", \"https://b.example\" ];\n"
	    "auth = ( { scheme = \"basic-email-key\"; email = \"a@b\";\n"
	    "key = \"file:/nonexistent\"; } );\n");
	for (int i = 0; i < 500; i++) {
		(void)sign_url(p, "https://b.example/x#f");
		if (err.status == APAM_OK)
			break;
		clock_sleep(20);
	}
	ck_assert_int_eq(err.status, APAM_OK);
	ck_assert_ptr_ne(p->page.now, slot);
	ck_assert_uint_eq(p->page.old_count, 1);
	ck_assert_ptr_eq(p->page.old[0], slot);
	ck_assert_int_eq(sign_url(p, "https://b.example/x"), APAM_OK);
	ck_assert_str_eq(signature.headers[0].value.p, "Page");
	signs(p, "Page");
}
END_TEST

static struct paging wrong_pages[] = {
	{ .other_serial = true },
	{ .no_memory_file = true },
	{ .writable = true },
};

START_TEST(a_wrong_page_is_not_used)
{
	struct apam_profile *p;

	p = start_paging(&wrong_pages[_i]);
	signs(p, "Asked 1");
	signs(p, "Asked 2");
	ck_assert_ptr_null(atomic_load(&p->slot));
}
END_TEST

/* ---- Calls of administrators --------------------------------------------- */

static void
call_back(int fd, struct scripted_message *m, void *arg)
{
	struct agent_call call;
	struct agent_result result = { .next = 0 };
	struct frame_writer w;
	struct buf items;

	(void)arg;
	scripted_must(agent_call_read(&call, &m->room, &m->frame) == NULL);
	if (str_equal(call.name, APAM_STR("refuse"))) {
		scripted_fail(fd, m->frame.id, APAM_E_POLICY, "not for you");
		return;
	}
	if (str_equal(call.name, APAM_STR("oddly"))) {
		give(fd, m->frame.id, "a signature", 1);
		return;
	}
	result.text = call.name;
	result.next = call.from + 1;
	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, AGENT_RESULT, m->frame.id);
	scripted_must(agent_result_write(&result, &w));
	scripted_give(fd, &w, NULL, 0);
	buf_free(&items);
}

static void
calls_back(int listener, void *arg)
{
	scripted_serve(listener, call_back, arg);
}

START_TEST(a_call_is_made)
{
	struct agent_call call = { .name = APAM_STR("status") };
	const int64_t deadline = clock_ms() + 120000;
	enum apam_status status;
	struct served_result got;
	struct served *served;

	served_result_init(&got);
	scripted_start(&agent, calls_back, NULL);
	served = project_get(&project, "p")->ctx->served;
	ck_assert_int_eq(served_call_make(served, &call, deadline, false, &got,
			     &status, &err),
	    SERVED_ANSWERED);
	ck_assert_int_eq(status, APAM_OK);
	ck_assert_str_eq(got.result.text.p, "status");
	ck_assert_uint_eq(got.result.next, 1);
	call.from = got.result.next;
	ck_assert_int_eq(served_call_make(served, &call, deadline, false, &got,
			     &status, &err),
	    SERVED_ANSWERED);
	ck_assert_int_eq(status, APAM_OK);
	ck_assert_uint_eq(got.result.next, 2);
	call.name = APAM_STR("refuse");
	ck_assert_int_eq(served_call_make(served, &call, deadline, false, &got,
			     &status, &err),
	    SERVED_ANSWERED);
	ck_assert_int_eq(status, APAM_E_POLICY);
	ck_assert_str_eq(err.text, "not for you");
	call.name = APAM_STR("oddly");
	err = (struct apam_error)APAM_ERROR_INIT;
	ck_assert_int_eq(served_call_make(served, &call, deadline, false, &got,
			     &status, &err),
	    SERVED_ANSWERED);
	ck_assert_int_eq(status, APAM_E_INTERNAL);
	scripted_kill(&agent);
	ck_assert_int_eq(served_call_make(served, &call, clock_ms() + 50, false,
			     &got, &status, NULL),
	    SERVED_AWAY);
	ck_assert_int_eq(status, APAM_E_NETWORK);
	served_result_free(&got);
}
END_TEST

/* ---- Judging ------------------------------------------------------------- */

/* Another generation for each that is rejected; says what it was told. */
static void
mint(int fd, struct scripted_message *m, void *arg)
{
	static uint64_t generation = 1ULL << 40;
	static unsigned told;
	struct agent_judged judged;
	struct agent_sign sign;
	char text[64];

	(void)arg;
	if (m->frame.type == AGENT_JUDGED) {
		scripted_must(
		    agent_judged_read(&judged, &m->room, &m->frame) == NULL);
		scripted_must(judged.generation == generation &&
		    judged.status == 401 &&
		    judged.verdict == APAM_VERDICT_REJECTED &&
		    str_equal(judged.profile, APAM_STR("p")));
		told++;
		return;
	}
	read_sign(m, &sign);
	if (sign.rejected == generation)
		generation++;
	(void)snprintf(text, sizeof(text), "generation %u, told %u",
	    (unsigned)(generation - (1ULL << 40)), told);
	give(fd, m->frame.id, text, generation);
}

static void
mints(int listener, void *arg)
{
	scripted_serve(listener, mint, arg);
}

START_TEST(a_rejection_is_told_once)
{
	struct apam_profile *p;

	scripted_start(&agent, mints, NULL);
	p = project_get(&project, "p");
	signs(p, "generation 0, told 0");
	ck_assert(replays(p, &signature));
	ck_assert(!replays(p, &signature));
	signs(p, "generation 1, told 1");
	ck_assert(replays(p, &signature));
	signs(p, "generation 2, told 2");
}
END_TEST

/* A rejection of what has been replaced is worth another try. */
START_TEST(a_late_rejection_replays)
{
	static char other[1024];
	const struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_signature old = APAM_SIGNATURE_INIT;
	struct apam_profile *p;

	scripted_start(&agent, mints, NULL);
	p = project_get(&project, "p");
	old.store = other;
	old.store_size = sizeof(other);
	ck_assert_int_eq(apam_sign(p, &request, &old, NULL), APAM_OK);
	signs(p, "generation 0, told 0");
	ck_assert(replays(p, &signature));
	signs(p, "generation 1, told 1");
	ck_assert(replays(p, &old));
	signs(p, "generation 1, told 1");
	apam_signature_release(&old);
}
END_TEST

/* An answer is judged though the agent is gone. */
START_TEST(judging_needs_no_agent)
{
	struct apam_profile *p;

	scripted_start(&agent, mints, NULL);
	p = project_get(&project, "p");
	signs(p, "generation 0, told 0");
	scripted_kill(&agent);
	ck_assert(replays(p, &signature));
}
END_TEST

/* ---- The agent's user ------------------------------------------------------ */

static void
answers_as_nobody(int listener, void *arg)
{
	scripted_must(setgid(65534) == 0 && setuid(65534) == 0);
	/* The kernel notes who listens, not who has made the socket. */
	scripted_must(listen(listener, 16) == 0);
	scripted_serve(listener, answer, arg);
}

/* Who listens there; the connection is closed. */
static uid_t
listening_user(void)
{
	const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct ucred peer = { .uid = 0 };
	socklen_t n = sizeof(peer);

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", agent.path);
	if (connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0)
		(void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n);
	(void)close(fd);
	return peer.uid;
}

static void
start_as_nobody(void)
{
	const int64_t deadline = clock_ms() + 120000;

	scripted_start(&agent, answers_as_nobody, NULL);
	while (listening_user() != 65534 && clock_ms() < deadline)
		clock_sleep(5);
}

/* Sign without waiting, turn by turn. */
static void
signs_soon(struct apam_profile *p)
{
	const struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_call *call;
	enum apam_status status;

	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	status = apam_sign_start(p, &request, &signature, &call, &project.err);
	if (status == APAM_E_PENDING)
		status = end_of(call);
	ck_assert_msg(status == APAM_OK, "%s", project.err.text);
	ck_assert_str_eq(signature.headers[0].value.p, "Agent GET " URL);
	apam_call_cancel(&call);
	apam_signature_release(&signature);
}

/* A call that waits, and one that does not. */
START_TEST(the_agents_user_is_looked_up_where_it_matters)
{
	const struct passwd *nobody = getpwuid(65534);
	struct apam_profile *p;

	if (geteuid() != 0 || nobody == NULL)
		return;
	agent_user = nobody->pw_name;
	write_main("require");
	start_as_nobody();
	p = _i == 0 ? project_get(&project, "p") : get_soon("p");
	if (_i == 0)
		signs(p, "Agent GET " URL);
	else
		signs_soon(p);
	ck_assert_uint_eq(p->ctx->served->place.id, 65534);
}
END_TEST

/* What another thread does while a connection of this one is refused. */
static struct apam_profile *beside;

enum apam_status __real_link_connect(struct link *, const struct link_place *,
    const struct agent_hello *, struct apam_error *);
enum apam_status __wrap_link_connect(struct link *, const struct link_place *,
    const struct agent_hello *, struct apam_error *);

enum apam_status
__wrap_link_connect(struct link *link, const struct link_place *place,
    const struct agent_hello *hello, struct apam_error *why)
{
	const enum apam_status status = __real_link_connect(
	    link, place, hello, why);
	struct apam_profile *other = beside;

	beside = NULL;
	if (status == APAM_E_TRUST && other != NULL)
		signs(other, "Agent GET " URL);
	return status;
}

/* Of threads that connect first, each goes on with what one has found. */
START_TEST(the_agents_user_is_found_by_another_thread)
{
	const struct passwd *nobody = getpwuid(65534);

	if (geteuid() != 0 || nobody == NULL)
		return;
	agent_user = nobody->pw_name;
	write_main("require");
	start_as_nobody();
	beside = project_get(&project, "p");
	signs(beside, "Agent GET " URL);
	ck_assert_ptr_null(beside);
}
END_TEST

/* What is there is this user's own, which no account has to be read for. */
START_TEST(the_agents_user_is_not_looked_up_in_vain)
{
	const struct passwd *nobody = getpwuid(65534);
	struct apam_profile *p;

	if (nobody == NULL)
		return;
	agent_user = nobody->pw_name;
	write_main("require");
	scripted_start(&agent, answers, NULL);
	p = _i == 0 ? project_get(&project, "p") : get_soon("p");
	if (_i == 0)
		signs(p, "Agent GET " URL);
	else
		signs_soon(p);
	ck_assert_uint_eq(p->ctx->served->place.id, 0);
}
END_TEST

static void
add_signatures(TCase *tc)
{
	tcase_add_test(tc, the_agent_signs);
	tcase_add_test(tc, a_module_is_loaded_for_an_answer);
	tcase_add_test(tc, another_origin_is_refused_here);
	tcase_add_test(tc, a_refusal_crosses_whole);
	tcase_add_test(tc, a_digest_is_given_and_no_body);
	tcase_add_test(tc, digests_have_an_end);
	tcase_add_loop_test(tc, a_wrong_answer_signs_nothing, 0, ROWS(wrongs));
	tcase_add_test(tc, a_silent_agent_costs_the_deadline);
	tcase_add_test(tc, require_says_what_to_do);
	tcase_add_test(tc, prefer_signs_here_until_there_is_an_agent);
	tcase_add_test(tc, prefer_with_an_agent_reads_no_secret);
	tcase_add_test(tc, an_agent_that_is_replaced_is_waited_for);
	tcase_add_test(tc, threads_get_their_own_answers);
	tcase_add_test(tc, a_child_has_a_connection_of_its_own);
	tcase_add_test(tc, another_user_has_a_connection_of_its_own);
	tcase_add_test(tc, closed_descriptors_are_replaced);
	tcase_add_test(tc, calls_share_one_connection);
	tcase_add_test(tc, a_call_has_a_deadline);
	tcase_add_test(tc, a_cancelled_call_is_told);
	tcase_add_test(tc, a_call_is_asked_again);
	tcase_add_loop_test(tc, no_answer_is_not_a_signature, 0, 2);
	tcase_add_test(tc, a_call_without_an_agent_ends);
}

static void
add_pages(TCase *tc)
{
	tcase_add_test(tc, a_page_signs);
	tcase_add_test(tc, a_page_signs_alone);
	tcase_add_test(tc, a_page_does_not_sign_alone_for_ever);
	tcase_add_test(tc, a_child_has_the_page);
	tcase_add_test(tc, a_retired_page_is_replaced);
	tcase_add_test(tc, a_rejection_closes_the_page);
	tcase_add_test(tc, other_origins_have_another_slot);
	tcase_add_loop_test(tc, a_wrong_page_is_not_used, 0, ROWS(wrong_pages));
}

static void
add_others(TCase *tc)
{
	tcase_add_test(tc, a_call_is_made);
	tcase_add_test(tc, a_rejection_is_told_once);
	tcase_add_test(tc, a_late_rejection_replays);
	tcase_add_test(tc, judging_needs_no_agent);
	tcase_add_loop_test(
	    tc, the_agents_user_is_looked_up_where_it_matters, 0, 2);
	tcase_add_test(tc, the_agents_user_is_found_by_another_thread);
	tcase_add_loop_test(tc, the_agents_user_is_not_looked_up_in_vain, 0, 2);
}

int
main(void)
{
	Suite *suite = suite_create("served");
	TCase *tc = tcase_create("served");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 240);
	add_signatures(tc);
	add_pages(tc);
	add_others(tc);
	/* Tests fork, and a child must not write to Check's file. */
	/* A child that a test forks asserts, and writes to Check's file. */
	return run_suite_apart(suite);
}
