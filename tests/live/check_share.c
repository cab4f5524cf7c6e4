/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes of one user that share a credential by a file in state_dir: one of
 * them asks the provider, and none waits for one that died.
 */

#include "entry/share.h"
#include "keys/note.h"
#include "profile/handle.h"
#include "profile/stack.h"
#include "support/live.h"
#include "support/opened.h"
#include "support/run.h"

#define PROCESSES 64
#define SHARED "share_credentials = true;"

static struct project p;
static int gate[2]; /* children read from it: all begin when it is closed */

static void
setup(void)
{
	live_make(&p);
	live_profile(&p, SHARED);
	ck_assert_int_eq(pipe(gate), 0);
}

static void
teardown(void)
{
	project_remove(&p);
}

/* ---- Processes ----------------------------------------------------------- */

/* In a child: a context of its own.  Exits 0 where the API takes what it
   signs, else with something that says where it failed. */
static void
sign_and_send(bool send)
{
	struct apam_profile *mine = NULL;
	struct live_signature s;
	int code;

	project_open(&p, 0);
	live_signature_init(&s);
	if (apam_profile_get(p.ctx, "live", &mine, NULL) != APAM_OK)
		_exit(2);
	if (live_sign(mine, &s, NULL) != APAM_OK)
		_exit(3);
	code = send && live_send(&s.s) != 200 ? 4 : 0;
	/* Ends the thread, which may have a note to write. */
	apam_close(&p.ctx);
	_exit(code);
}

static pid_t
begin(bool send)
{
	pid_t pid = fork();
	char c;

	ck_assert_int_ge(pid, 0);
	if (pid != 0)
		return pid;
	alarm(25);
	(void)close(gate[1]);
	if (read(gate[0], &c, 1) != 0)
		_exit(5);
	sign_and_send(send);
	return 0;
}

static void
open_gate(void)
{
	(void)close(gate[1]);
}

static void
end_well(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "a process ended with %x", (unsigned)status);
}

START_TEST(many_processes_make_one_exchange)
{
	pid_t pids[PROCESSES];

	sandbox_tell(
	    "/fault?provider=7signal&path=" TOKEN_PATH "&kind=delay&arg=500");
	for (int i = 0; i < PROCESSES; i++)
		pids[i] = begin(i % 8 == 0);
	open_gate();
	for (int i = 0; i < PROCESSES; i++)
		end_well(pids[i]);
	ck_assert_int_eq(sandbox_mints(), 1);
}
END_TEST

static void
count_check(void *arg, enum key_note_kind kind, const struct key_note *note)
{
	int *count = arg;

	(void)note;
	*count += kind == KEY_NOTE_CHECKED;
}

static int
checks_noted(void)
{
	char state[128];
	int count = 0;

	(void)snprintf(state, sizeof(state), "%s/state", p.dir);
	key_note_each(state, true, count_check, &count);
	return count;
}

/* What it takes over it did not find out, and writes no note of. */
START_TEST(a_late_comer_checks_nothing)
{
	char command[128];
	pid_t first = begin(false), second;

	open_gate();
	end_well(first);
	ck_assert_int_eq(checks_noted(), 1);
	(void)snprintf(
	    command, sizeof(command), "rm %s/state/users/*/checked-*", p.dir);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(pipe(gate), 0);
	second = begin(true);
	open_gate();
	end_well(second);
	ck_assert_int_eq(sandbox_mints(), 1);
	ck_assert_int_eq(checks_noted(), 0);
}
END_TEST

/* It holds the lock while its exchange hangs, and is killed. */
START_TEST(a_killed_process_blocks_nobody)
{
	int64_t up = live_ms() + 60000;
	pid_t first = begin(false), second;

	sandbox_tell(
	    "/fault?provider=7signal&path=" TOKEN_PATH "&kind=hang&count=1");
	open_gate();
	while (sandbox_mints() == 0) {
		ck_assert_int_lt(live_ms(), up);
		sleep_ms(10);
	}
	second = begin(true);
	sleep_ms(300);
	ck_assert_int_eq(waitpid(second, NULL, WNOHANG), 0);
	ck_assert_int_eq(kill(first, SIGKILL), 0);
	(void)waitpid(first, NULL, 0);
	end_well(second);
	ck_assert_int_eq(sandbox_mints(), 2);
	sandbox_tell("/clear");
}
END_TEST

/* One of them acquires, hangs and is stopped; the others go alone, in time. */
START_TEST(a_stopped_process_stops_nobody_else)
{
	pid_t first = begin(false), others[3];

	live_profile(&p, SHARED "deadline = \"8s\";");
	sandbox_tell(
	    "/fault?provider=7signal&path=" TOKEN_PATH "&kind=hang&count=1");
	open_gate();
	while (sandbox_mints() == 0)
		sleep_ms(10);
	ck_assert_int_eq(kill(first, SIGSTOP), 0);
	for (int i = 0; i < 3; i++)
		others[i] = begin(true);
	for (int i = 0; i < 3; i++)
		end_well(others[i]);
	ck_assert_int_eq(sandbox_mints(), 4);
	ck_assert_int_eq(kill(first, SIGKILL), 0);
	(void)waitpid(first, NULL, 0);
	sandbox_tell("/clear");
}
END_TEST

/* ---- The lock, held by this process -------------------------------------- */

static char logged[2048];

static void
note_line(void *arg, enum apam_log_level level, const char *line)
{
	size_t n = strlen(logged);

	(void)arg;
	(void)level;
	(void)snprintf(logged + n, sizeof(logged) - n, "%s\n", line);
}

/* A context whose warnings are in `logged`; the lock of its entry is held. */
static int
open_and_lock(struct apam_profile **profile)
{
	struct apam_open_options options = { .size = sizeof(options),
		.flags = APAM_OPEN_USER,
		.log = note_line,
		.log_level = 2 };
	int lock;

	logged[0] = '\0';
	options.config = project_path(&p, "apam.conf");
	ck_assert_int_eq(apam_open(&options, &p.ctx, NULL), APAM_OK);
	ck_assert_int_eq(
	    apam_profile_get(p.ctx, "live", profile, NULL), APAM_OK);
	lock = share_try_lock(&opened(*profile)->entries[0]);
	ck_assert_int_ge(lock, 0);
	return lock;
}

static void
must_say(const char *where, const char *text)
{
	ck_assert_msg(strstr(where, text) != NULL, "not %s: %s", text, where);
}

START_TEST(one_that_holds_the_lock_too_long_is_named)
{
	struct apam_profile *profile;
	char text[64];
	int lock;

	live_profile(&p, SHARED "deadline = \"2s\";");
	lock = open_and_lock(&profile);
	ck_assert_int_eq(live_try(profile), APAM_OK);
	ck_assert_int_eq(sandbox_mints(), 1);
	(void)snprintf(
	    text, sizeof(text), "process %d (check_share)", (int)getpid());
	must_say(logged, text);
	(void)close(lock);
}
END_TEST

/* Whose time is over before that is told what it waited for. */
START_TEST(who_gives_up_waiting_is_told_for_whom)
{
	struct apam_request request = APAM_REQUEST("GET", live_url());
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_profile *profile;
	int lock = open_and_lock(&profile);

	request.timeout_ms = 500;
	ck_assert_int_eq(
	    apam_sign(profile, &request, &s, &p.err), APAM_E_DEADLINE);
	must_say(p.err.text, "another process acquires the shared credential");
	(void)close(lock);
}
END_TEST

START_TEST(the_same_without_blocking)
{
	struct apam_request request = APAM_REQUEST("GET", live_url());
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_profile *profile;
	struct apam_call *call;
	struct apam *driven;
	int lock = open_and_lock(&profile);

	driven = p.ctx;
	project_open(&p, APAM_OPEN_NO_THREAD);
	ck_assert_int_eq(
	    apam_profile_get(p.ctx, "live", &profile, NULL), APAM_OK);
	request.timeout_ms = 500;
	ck_assert_int_eq(apam_sign_start(profile, &request, &s, &call, NULL),
	    APAM_E_PENDING);
	while (apam_call_result(call, &p.err) == APAM_E_PENDING) {
		apam_step(p.ctx);
		sleep_ms(5);
	}
	ck_assert_int_eq(p.err.status, APAM_E_DEADLINE);
	must_say(p.err.text, "another process acquires the shared credential");
	apam_call_cancel(&call);
	(void)close(lock);
	apam_close(&driven);
}
END_TEST

/* ---- Two contexts, as two processes -------------------------------------- */

struct two_processes {
	struct apam *ctx[2];
	struct apam_profile *profile[2];
};

static void
pair_make(struct two_processes *pair)
{
	for (int i = 0; i < 2; i++) {
		p.ctx = NULL;
		pair->profile[i] = project_get(&p, "live");
		pair->ctx[i] = p.ctx;
	}
	p.ctx = NULL;
}

static void
pair_end(struct two_processes *pair)
{
	apam_close(&pair->ctx[0]);
	apam_close(&pair->ctx[1]);
}

static bool
same_token(const struct live_signature *a, const struct live_signature *b)
{
	struct apam_str x = a->s.headers[0].value, y = b->s.headers[0].value;

	return x.n == y.n && memcmp(x.p, y.p, x.n) == 0;
}

START_TEST(a_rejected_one_is_replaced_by_one_and_taken_by_the_other)
{
	struct apam_judgement judgement = { .size = sizeof(judgement) };
	struct live_signature a, b;
	struct two_processes pair;

	pair_make(&pair);
	live_must_sign(pair.profile[0], &a);
	live_must_sign(pair.profile[1], &b);
	ck_assert(same_token(&a, &b));
	ck_assert_int_eq(sandbox_mints(), 1);

	sandbox_tell("/expire?provider=7signal");
	live_judge(pair.profile[0], &a.s, 401, &judgement);
	live_must_sign(pair.profile[0], &a);
	ck_assert_int_eq(sandbox_mints(), 2);
	ck_assert_int_eq(live_send(&a.s), 200);

	ck_assert_int_eq(live_send(&b.s), 401);
	live_judge(pair.profile[1], &b.s, 401, &judgement);
	live_must_sign(pair.profile[1], &b);
	ck_assert(same_token(&a, &b));
	ck_assert_int_eq(sandbox_mints(), 2);
	apam_signature_release(&a.s);
	apam_signature_release(&b.s);
	pair_end(&pair);
}
END_TEST

/* Taken over late in its life, it is not replaced before its time. */
START_TEST(a_late_comer_does_not_refresh)
{
	struct apam_entry_status status;
	struct two_processes pair;

	sandbox_tell("/life?provider=7signal&seconds=10");
	pair_make(&pair);
	ck_assert_int_eq(live_try(pair.profile[0]), APAM_OK);
	sleep_ms(5500);
	ck_assert_int_eq(live_try(pair.profile[1]), APAM_OK);
	live_status(pair.profile[1], &status, NULL);
	ck_assert_int_ge(status.refresh_in, 0);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(live_try(pair.profile[1]), APAM_OK);
	sleep_ms(200);
	ck_assert_int_eq(sandbox_mints(), 1);
	pair_end(&pair);
}
END_TEST

/* One refreshes ahead; the other then takes what that made. */
START_TEST(refreshes_are_shared)
{
	int64_t ends = live_ms() + 5000;
	struct two_processes pair;

	sandbox_tell("/life?provider=7signal&seconds=2");
	pair_make(&pair);
	while (live_ms() < ends) {
		ck_assert_int_eq(live_try(pair.profile[0]), APAM_OK);
		ck_assert_int_eq(live_try(pair.profile[1]), APAM_OK);
		sleep_ms(5);
	}
	/* At 1.35 to 1.62 s each: 4 in 5 s, or 8 if they did not share. */
	ck_assert_int_ge(sandbox_mints(), 2);
	ck_assert_int_le(sandbox_mints(), 5);
	pair_end(&pair);
}
END_TEST

START_TEST(a_profile_that_does_not_share_does_not)
{
	struct two_processes pair;

	live_profile(&p, "");
	pair_make(&pair);
	ck_assert_int_eq(live_try(pair.profile[0]), APAM_OK);
	ck_assert_int_eq(live_try(pair.profile[1]), APAM_OK);
	ck_assert_int_eq(sandbox_mints(), 2);
	pair_end(&pair);
}
END_TEST

/* ---- state_dir ----------------------------------------------------------- */

static const struct {
	const char *name;
	int mode; /* 0: there is none */
} directories[] = {
	{ "others may write it", 0777 },
	{ "its group may write it", 0770 },
	{ "a file", -1 },
};

START_TEST(a_state_dir_of_no_use_costs_an_exchange_and_no_signature)
{
	struct two_processes pair;

	/* Else the key registry, which cannot be believed there, refuses. */
	live_profile_as(&p, "live", SHARED, "on_unknown = \"allow\";");
	project_path(&p, "state");
	if (directories[_i].mode < 0) {
		ck_assert_int_eq(rmdir(p.path), 0);
		project_write(&p, "state", "");
	} else {
		ck_assert_int_eq(
		    chmod(p.path, (mode_t)directories[_i].mode), 0);
	}
	pair_make(&pair);
	for (int i = 0; i < 2; i++)
		ck_assert_msg(live_try(pair.profile[i]) == APAM_OK, "%s",
		    directories[_i].name);
	ck_assert_msg(sandbox_mints() == 2, "%s: shared all the same",
	    directories[_i].name);
	pair_end(&pair);
}
END_TEST

static Suite *
share_suite(void)
{
	Suite *suite = suite_create("share");
	TCase *tc = tcase_create("share");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	suite_add_tcase(suite, tc);
	tcase_add_test(tc, many_processes_make_one_exchange);
	tcase_add_test(tc, a_late_comer_checks_nothing);
	tcase_add_test(tc, a_killed_process_blocks_nobody);
	tcase_add_test(tc, a_stopped_process_stops_nobody_else);
	tcase_add_test(tc, one_that_holds_the_lock_too_long_is_named);
	tcase_add_test(tc, who_gives_up_waiting_is_told_for_whom);
	tcase_add_test(tc, the_same_without_blocking);
	tcase_add_test(
	    tc, a_rejected_one_is_replaced_by_one_and_taken_by_the_other);
	tcase_add_test(tc, a_late_comer_does_not_refresh);
	tcase_add_test(tc, refreshes_are_shared);
	tcase_add_test(tc, a_profile_that_does_not_share_does_not);
	tcase_add_loop_test(tc,
	    a_state_dir_of_no_use_costs_an_exchange_and_no_signature, 0,
	    ROWS(directories));
	return suite;
}

int
main(void)
{
	int failed;

	sandbox_start();
	failed = run_suite(share_suite());
	sandbox_stop();
	return failed;
}
