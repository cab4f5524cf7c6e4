/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/durable/durable_turn.c: how a turn ends, in which order files
 * are written, and what is left where a write fails.
 */
#define _GNU_SOURCE
#include "durable/durable_turn.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/secmem.h"
#include "durable/durable_mark.h"
#include "support/call_trace.h"
#include "support/store.h"

static struct durable_turn turn;
static struct apam_error err;

static void
make_store(void)
{
	store_make();
	turn = (struct durable_turn)DURABLE_TURN_NONE;
	err = (struct apam_error)APAM_ERROR_INIT;
	trace_left = -1;
	store_login("first");
	trace_begin();
}

static void
remove_store(void)
{
	trace_left = -1;
	durable_turn_end(&turn);
	store_remove();
	ck_assert_int_eq(secmem_live(), 0);
}

static void
ok(enum apam_status status)
{
	ck_assert_msg(status == APAM_OK, "%s", err.text);
}

static void
refused(enum apam_status status, enum apam_status expected, const char *text)
{
	ck_assert_int_eq(status, expected);
	ck_assert_msg(
	    strstr(err.text, text) != NULL, "'%s' is not '%s'", err.text, text);
	err = (struct apam_error)APAM_ERROR_INIT;
}

static void
spend(void)
{
	store_begin(&turn);
	ok(durable_turn_admit(&turn, &store_claim, &err));
	ok(durable_turn_spend(&turn, store_origin, &err));
}

static bool
exists(const char *name)
{
	return access(store_path("secrets", name), F_OK) == 0;
}

/* ---- How a turn ends ---------------------------------------------------- */

START_TEST(a_successor_takes_its_place)
{
	spend();
	store_holds("first", 1, DURABLE_SPENDING);
	ok(durable_turn_succeed(&turn, APAM_STR("second"), NULL, &err));
	store_holds("second", 2, DURABLE_READY);
	ck_assert_int_eq(durable_mark_read(&store), 2);
	ck_assert(!exists("demo.next") && !exists("demo.new"));
	/* In the same turn, as a module may that exchanges twice. */
	ok(durable_turn_spend(&turn, store_origin, &err));
	ok(durable_turn_succeed(&turn, APAM_STR("third"), NULL, &err));
	store_holds("third", 3, DURABLE_READY);
}
END_TEST

START_TEST(the_same_secret_keeps_its_generation)
{
	spend();
	ok(durable_turn_succeed(&turn, APAM_STR("first"), NULL, &err));
	store_holds("first", 1, DURABLE_READY);
	ck_assert(!exists("demo.next"));
}
END_TEST

START_TEST(what_was_not_taken_stays)
{
	spend();
	ok(durable_turn_keep(&turn, NULL, &err));
	store_holds("first", 1, DURABLE_READY);
	ck_assert(!exists("demo.next"));
	/* Once more, without having spent: nothing is written. */
	trace_begin();
	ok(durable_turn_keep(&turn, NULL, &err));
	ck_assert_str_eq(trace, "");
}
END_TEST

START_TEST(what_may_have_been_taken_is_sent_again)
{
	for (int i = 1; i <= 3; i++) {
		spend();
		ck_assert_int_eq(turn.record.is.sendings, i);
		durable_turn_leave(&turn);
		durable_turn_end(&turn);
		store_holds("first", 1, DURABLE_SPENDING);
		ck_assert(!exists("demo.next"));
	}
	spend();
	ok(durable_turn_succeed(&turn, APAM_STR("second"), NULL, &err));
	store_holds("second", 2, DURABLE_READY);
}
END_TEST

/* ---- What came along ------------------------------------------------------ */

static void
lives(int64_t from, int64_t until)
{
	const struct durable_life *is = &turn.record.is.life;

	ck_assert_int_eq(is->from, from);
	ck_assert_int_eq(is->until, until);
}

START_TEST(it_waits_for_what_came_along)
{
	const int64_t now = clock_ms();
	const struct durable_life life = durable_life_of(now, now + 60000),
				  over = durable_life_of(now - 2, now - 1);

	spend();
	ck_assert_int_eq(durable_turn_wait(&turn), 0);
	ok(durable_turn_succeed(&turn, APAM_STR("second"), &life, &err));
	lives(now, now + 60000);
	ck_assert_int_eq(durable_turn_wait(&turn), 0);
	durable_turn_end(&turn);
	spend();
	durable_turn_leave(&turn);
	durable_turn_end(&turn);
	/* What is on the disk says so, too. */
	store_begin(&turn);
	ck_assert_int_gt(durable_turn_wait(&turn), 50000);
	ck_assert_int_le(durable_turn_wait(&turn), 60000);
	/* An answer that brings none leaves it; one that does has its own. */
	ok(durable_turn_spend(&turn, store_origin, &err));
	ok(durable_turn_keep(&turn, NULL, &err));
	lives(now, now + 60000);
	ok(durable_turn_spend(&turn, store_origin, &err));
	ok(durable_turn_keep(&turn, &over, &err));
	lives(now - 2, now - 1);
	ok(durable_turn_spend(&turn, store_origin, &err));
	ck_assert_int_eq(durable_turn_wait(&turn), 0);
}
END_TEST

/* As where a module makes another exchange of what the first one brought. */
START_TEST(a_life_may_come_later)
{
	const int64_t now = clock_ms();
	const struct durable_life life = durable_life_of(now, now + 60000);

	spend();
	ok(durable_turn_succeed(&turn, APAM_STR("second"), NULL, &err));
	lives(0, 0);
	ok(durable_turn_keep(&turn, &life, &err));
	lives(now, now + 60000);
	store_holds("second", 2, DURABLE_READY);
	durable_turn_end(&turn);
	/* It does not say how the sending ended that another began. */
	spend();
	durable_turn_end(&turn);
	store_begin(&turn);
	ok(durable_turn_keep(&turn, &life, &err));
	store_holds("second", 2, DURABLE_SPENDING);
}
END_TEST

/* Also where the successor waits to be stored. */
START_TEST(a_life_is_stored_with_it)
{
	const int64_t now = clock_ms();
	const struct durable_life life = durable_life_of(now, now + 60000);

	spend();
	trace_left = 0;
	trace_failing = 100;
	refused(durable_turn_succeed(&turn, APAM_STR("second"), NULL, &err),
	    APAM_E_SECRET, "No space left");
	ok(durable_turn_keep(&turn, &life, &err));
	trace_left = -1;
	store_holds("first", 1, DURABLE_SPENDING);
	ok(durable_turn_store(&turn, &err));
	store_holds("second", 2, DURABLE_READY);
	lives(now, now + 60000);
}
END_TEST

START_TEST(what_is_refused_needs_a_login)
{
	spend();
	ck_assert(durable_turn_refuse(&turn, "gone\nfor good"));
	store_holds("first", 1, DURABLE_LOGIN);
	durable_turn_end(&turn);
	store_begin(&turn);
	refused(durable_turn_admit(&turn, &store_claim, &err), APAM_E_LOGIN,
	    "somebody has to log in again: gone?for good");
	durable_turn_end(&turn);
	store_login("anew");
	store_holds("anew", 2, DURABLE_READY);
	spend();
}
END_TEST

/* As where the lock was lost: what was refused is not what is there now. */
START_TEST(a_later_one_is_not_refused)
{
	struct durable_turn other;

	spend();
	ck_assert_int_eq(unlink(store_path("secrets", "demo.lock")), 0);
	store_begin(&other);
	ok(durable_turn_succeed(&other, APAM_STR("second"), NULL, &err));
	durable_turn_end(&other);
	ck_assert(!durable_turn_refuse(&turn, "gone"));
	store_holds("second", 2, DURABLE_READY);
}
END_TEST

START_TEST(a_logout_removes_the_secret)
{
	store_begin(&turn);
	ok(durable_turn_forget(&turn, "logged out by root", &err));
	store_holds("", 1, DURABLE_LOGIN);
	refused(durable_turn_admit(&turn, &store_claim, &err), APAM_E_LOGIN,
	    "logged out by root");
	durable_turn_end(&turn);
	store_login("anew");
	store_holds("anew", 2, DURABLE_READY);
}
END_TEST

START_TEST(a_login_makes_a_new_family)
{
	struct durable_copy one, two;

	ok(durable_read(&store, &one, &err));
	store_login("anew");
	ok(durable_read(&store, &two, &err));
	ck_assert(!str_equal(one.is.family, two.is.family));
	durable_copy_free(&one);
	durable_copy_free(&two);
}
END_TEST

START_TEST(a_bad_successor_is_the_modules_fault)
{
	static const char large[DURABLE_SECRET_MAX + 1];

	spend();
	refused(durable_turn_succeed(&turn, APAM_STR(""), NULL, &err),
	    APAM_E_ABI, "empty");
	refused(durable_turn_succeed(&turn,
		    (struct apam_str){ large, sizeof(large) }, NULL, &err),
	    APAM_E_ABI, "larger");
	store_holds("first", 1, DURABLE_SPENDING);
}
END_TEST

/* ---- What is not sent ---------------------------------------------------- */

START_TEST(nothing_is_sent_before_a_login)
{
	store.name = "other";
	store_begin(&turn);
	refused(durable_turn_admit(&turn, &store_claim, &err), APAM_E_LOGIN,
	    "no secret yet");
	ok(durable_turn_forget(&turn, "logged out", &err));
	ck_assert(!exists("other"));
}
END_TEST

START_TEST(what_belongs_elsewhere_is_not_sent)
{
	struct durable_claim claim = store_claim;

	store_begin(&turn);
	claim.scheme = APAM_STR("other");
	refused(durable_turn_admit(&turn, &claim, &err), APAM_E_SECRET,
	    "another scheme");
	claim = store_claim;
	claim.machine = APAM_STR("00");
	refused(durable_turn_admit(&turn, &claim, &err), APAM_E_SECRET,
	    "another machine");
	claim = store_claim;
	claim.bound = APAM_STR("bound client_id abcd\n"
			       "bound token_url https://x\n");
	refused(durable_turn_admit(&turn, &claim, &err), APAM_E_SECRET,
	    "another client_id");
	claim.bound = APAM_STR("bound client_id abc\n"
			       "bound token_url https://y\n");
	refused(durable_turn_admit(&turn, &claim, &err), APAM_E_SECRET,
	    "another token_url");
	claim.bound = APAM_STR("bound client_id abc\n");
	refused(durable_turn_admit(&turn, &claim, &err), APAM_E_SECRET,
	    "another token_url");
	claim.bound = APAM_STR("bound client_id abc\n"
			       "bound token_url https://x\n"
			       "bound z 1\n");
	refused(durable_turn_admit(&turn, &claim, &err), APAM_E_SECRET,
	    "another z");
	refused(durable_turn_spend(
		    &turn, APAM_STR("https://idp.example.net"), &err),
	    APAM_E_SECRET, "another origin");
	store_holds("first", 1, DURABLE_READY);
}
END_TEST

static void
copy_file(const char *from, const char *to)
{
	char command[4096], first[1024];

	(void)snprintf(first, sizeof(first), "%s", store_path("secrets", from));
	(void)snprintf(command, sizeof(command), "cp -p '%s' '%s'", first,
	    store_path("secrets", to));
	ck_assert_int_eq(system(command), 0);
}

START_TEST(an_older_record_is_not_sent)
{
	copy_file("demo", "backup");
	spend();
	ok(durable_turn_succeed(&turn, APAM_STR("second"), NULL, &err));
	durable_turn_end(&turn);
	copy_file("demo", "later");
	copy_file("backup", "demo");
	store_begin(&turn);
	refused(durable_turn_admit(&turn, &store_claim, &err), APAM_E_LOGIN,
	    "older than the last one");
	durable_turn_end(&turn);
	copy_file("later", "demo");
	spend();
	durable_turn_end(&turn);
	/* A login is later than all of them. */
	copy_file("backup", "demo");
	store_login("anew");
	store_holds("anew", 3, DURABLE_READY);
}
END_TEST

START_TEST(without_a_mark_a_record_is_believed)
{
	char path[1024];

	(void)snprintf(
	    path, sizeof(path), "%s", store_path("users", "secret-demo"));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(durable_mark_read(&store), 0);
	spend();
	ok(durable_turn_succeed(&turn, APAM_STR("second"), NULL, &err));
	ck_assert_int_eq(durable_mark_read(&store), 2);
}
END_TEST

/* ---- The lock ------------------------------------------------------------ */

START_TEST(there_is_one_turn_at_a_time)
{
	struct durable_turn other;

	spend();
	ck_assert_int_eq(
	    durable_turn_begin(&other, &store, &err), DURABLE_BUSY);
	ck_assert_int_eq(other.lock.fd, -1);
	ok(durable_turn_keep(&turn, NULL, &err));
	durable_turn_end(&turn);
	store_begin(&other);
	durable_turn_end(&other);
}
END_TEST

/* The child closes its copy: that does not unlock. */
START_TEST(a_child_does_not_unlock)
{
	struct durable_turn other;
	int status;
	pid_t child;

	spend();
	child = fork();
	if (child == 0) {
		durable_turn_end(&turn);
		_exit(durable_turn_begin(&other, &store, &err) == DURABLE_BUSY ?
			0 :
			1);
	}
	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(
	    durable_turn_begin(&other, &store, &err), DURABLE_BUSY);
	ok(durable_turn_succeed(&turn, APAM_STR("second"), NULL, &err));
}
END_TEST

/* A host that closes all descriptors takes the lock from us. */
START_TEST(a_closed_lock_is_taken_again)
{
	spend();
	ck_assert_int_eq(close(turn.lock.fd), 0);
	ok(durable_turn_succeed(&turn, APAM_STR("second"), NULL, &err));
	store_holds("second", 2, DURABLE_READY);
	ck_assert_int_ge(turn.lock.fd, 0);
}
END_TEST

START_TEST(who_got_a_closed_lock_goes_first)
{
	struct durable_turn other;

	spend();
	/* Something else has its number now. */
	ck_assert_int_eq(dup2(STDERR_FILENO, turn.lock.fd), turn.lock.fd);
	store_begin(&other);
	refused(durable_turn_succeed(&turn, APAM_STR("second"), NULL, &err),
	    APAM_E_SECRET, "cannot be written");
	ck_assert_uint_eq(turn.unstored.n, 6);
	ok(durable_turn_succeed(&other, APAM_STR("others"), NULL, &err));
	durable_turn_end(&other);
	refused(durable_turn_store(&turn, &err), APAM_E_SECRET,
	    "another program stored");
	ck_assert_uint_eq(turn.unstored.n, 0);
	store_holds("others", 2, DURABLE_READY);
}
END_TEST

/* What another program wrote while the lock was not ours stays. */
START_TEST(no_older_record_takes_a_newer_ones_place)
{
	struct durable_turn other;

	spend();
	ck_assert_int_eq(close(turn.lock.fd), 0);
	store_begin(&other);
	ok(durable_turn_spend(&other, store_origin, &err));
	ok(durable_turn_succeed(&other, APAM_STR("others"), NULL, &err));
	durable_turn_end(&other);
	refused(durable_turn_keep(&turn, NULL, &err), APAM_E_SECRET, "written");
	/* Also where it is tried once more. */
	turn.spending = true;
	refused(durable_turn_keep(&turn, NULL, &err), APAM_E_SECRET, "written");
	store_holds("others", 2, DURABLE_READY);
}
END_TEST

START_TEST(a_logout_meanwhile_stays)
{
	struct durable_turn other;

	spend();
	ck_assert_int_eq(close(turn.lock.fd), 0);
	store_begin(&other);
	ok(durable_turn_forget(&other, "logged out", &err));
	durable_turn_end(&other);
	refused(durable_turn_keep(&turn, NULL, &err), APAM_E_SECRET, "written");
	store_holds("", 1, DURABLE_LOGIN);
}
END_TEST

START_TEST(what_was_spent_meanwhile_is_not_spent_again)
{
	struct durable_turn other;

	store_begin(&turn);
	ck_assert_int_eq(close(turn.lock.fd), 0);
	store_begin(&other);
	ok(durable_turn_spend(&other, store_origin, &err));
	ok(durable_turn_succeed(&other, APAM_STR("others"), NULL, &err));
	durable_turn_end(&other);
	refused(durable_turn_spend(&turn, store_origin, &err), APAM_E_SECRET,
	    "written");
	ck_assert(!turn.spending && !exists("demo.next"));
	store_holds("others", 2, DURABLE_READY);
}
END_TEST

/* ---- The order of writes -------------------------------------------------- */

START_TEST(it_is_synced_before_it_is_sent)
{
	spend();
	trace_event("send", "first");
	ok(durable_turn_succeed(&turn, APAM_STR("second"), NULL, &err));
	trace_event("use", "second");
	ck_assert_str_eq(trace,
	    "room demo.next; "
	    "write demo.new; sync demo.new; rename demo.new demo; sync /; "
	    "send first; "
	    "write demo.next; cut demo.next; sync demo.next; "
	    "rename demo.next demo; sync /; "
	    "write secret-demo.new; sync secret-demo.new; "
	    "rename secret-demo.new secret-demo; sync /; "
	    "use second; ");
}
END_TEST

/* Where it fails at any step, nothing has been sent and nothing is lost. */
START_TEST(spending_fails_whole)
{
	int calls;

	for (calls = 0;; calls++) {
		store_begin(&turn);
		trace_left = calls;
		trace_failing = 1;
		if (durable_turn_spend(&turn, store_origin, &err) == APAM_OK)
			break;
		trace_left = -1;
		ck_assert(!turn.spending && !exists("demo.next"));
		refused(APAM_E_SECRET, APAM_E_SECRET, "No space left");
		durable_turn_end(&turn);
		store_begin(&turn);
		ck_assert(str_equal(turn.record.is.secret, APAM_STR("first")));
		durable_turn_end(&turn);
	}
	ck_assert_int_eq(calls, 5);
}
END_TEST

/* Where storing fails at any step, the successor is kept, and stored later. */
START_TEST(no_successor_is_lost)
{
	char name[32];
	int64_t generation = 1;
	int calls;

	for (calls = 0;; calls++) {
		(void)snprintf(name, sizeof(name), "after-%d", calls);
		spend();
		trace_left = calls;
		trace_failing = 1;
		if (durable_turn_succeed(&turn, apam_str(name), NULL, &err) ==
		    APAM_OK)
			break;
		trace_left = -1;
		refused(APAM_E_SECRET, APAM_E_SECRET, "cannot be written");
		ck_assert(str_equal(buf_view(&turn.unstored), apam_str(name)));
		ok(durable_turn_store(&turn, &err));
		store_holds(name, ++generation, DURABLE_READY);
		ck_assert_int_eq(turn.record.is.generation, generation);
		ck_assert_uint_eq(turn.unstored.n, 0);
		durable_turn_end(&turn);
	}
	ck_assert_int_eq(calls, 5);
}
END_TEST

/* Nothing more is spent while there is one. */
START_TEST(an_unstored_one_comes_first)
{
	spend();
	trace_left = 0;
	trace_failing = 100;
	refused(durable_turn_succeed(&turn, APAM_STR("second"), NULL, &err),
	    APAM_E_SECRET, "No space left");
	refused(durable_turn_spend(&turn, store_origin, &err), APAM_E_SECRET,
	    "cannot be written");
	trace_left = -1;
	ok(durable_turn_spend(&turn, store_origin, &err));
	store_holds("second", 2, DURABLE_SPENDING);
}
END_TEST

static void
is_one_of(const char *before, const char *after)
{
	struct durable_copy copy;

	ok(durable_read(&store, &copy, &err));
	ck_assert(copy.there);
	if (str_equal(copy.is.secret, apam_str(before)))
		ck_assert_int_eq(copy.is.state, DURABLE_SPENDING);
	else
		ck_assert(str_equal(copy.is.secret, apam_str(after)));
	durable_copy_free(&copy);
}

/* Killed before any of the calls: the record is whole, and one of the two. */
START_TEST(a_killed_program_leaves_a_whole_record)
{
	char before[32], after[32];
	int status, calls = 0;
	pid_t child;

	do {
		(void)snprintf(before, sizeof(before), "before-%d", calls);
		(void)snprintf(after, sizeof(after), "after-%d", calls);
		store_login(before);
		child = fork();
		if (child == 0) {
			spend();
			trace_left = calls;
			trace_kills = true;
			ok(durable_turn_succeed(
			    &turn, apam_str(after), NULL, &err));
			_exit(0);
		}
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		is_one_of(before, after);
		calls++;
	} while (WIFSIGNALED(status));
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(calls, 10);
	is_one_of("", after);
}
END_TEST

/* Without memory nothing is sent, and nothing is lost that was kept. */
START_TEST(memory_may_be_short)
{
	bool spent = false, stored = false;
	int n;

	for (n = 0; n < 20 && !spent; n++) {
		store_begin(&turn);
		secmem_fail_after(n);
		spent = durable_turn_spend(&turn, store_origin, &err) ==
		    APAM_OK;
		secmem_fail_after(-1);
		ck_assert_int_eq(turn.spending, spent);
		if (!spent)
			durable_turn_end(&turn);
		err = (struct apam_error)APAM_ERROR_INIT;
	}
	ck_assert(spent && n > 1);
	for (n = 0; n < 20 && !stored; n++) {
		secmem_fail_after(n);
		stored = durable_turn_succeed(
			     &turn, APAM_STR("second"), NULL, &err) == APAM_OK;
		secmem_fail_after(-1);
		if (!stored)
			store_holds("first", 1, DURABLE_SPENDING);
		err = (struct apam_error)APAM_ERROR_INIT;
	}
	ck_assert(stored && n > 1);
	store_holds("second", 2, DURABLE_READY);
}
END_TEST

START_TEST(a_limit_on_files_ends_nobody)
{
	struct rlimit limit, small;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = limit;
	small.rlim_cur = 4096;
	store_begin(&turn);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	refused(durable_turn_spend(&turn, store_origin, &err), APAM_E_SECRET,
	    "is not sent: File too large");
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	store_holds("first", 1, DURABLE_READY);
	ok(durable_turn_spend(&turn, store_origin, &err));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("durable_turn");
	TCase *tc = tcase_create("durable_turn");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, make_store, remove_store);
	tcase_add_test(tc, a_successor_takes_its_place);
	tcase_add_test(tc, the_same_secret_keeps_its_generation);
	tcase_add_test(tc, what_was_not_taken_stays);
	tcase_add_test(tc, what_may_have_been_taken_is_sent_again);
	tcase_add_test(tc, it_waits_for_what_came_along);
	tcase_add_test(tc, a_life_may_come_later);
	tcase_add_test(tc, a_life_is_stored_with_it);
	tcase_add_test(tc, what_is_refused_needs_a_login);
	tcase_add_test(tc, a_later_one_is_not_refused);
	tcase_add_test(tc, a_logout_removes_the_secret);
	tcase_add_test(tc, a_login_makes_a_new_family);
	tcase_add_test(tc, a_bad_successor_is_the_modules_fault);
	tcase_add_test(tc, nothing_is_sent_before_a_login);
	tcase_add_test(tc, what_belongs_elsewhere_is_not_sent);
	tcase_add_test(tc, an_older_record_is_not_sent);
	tcase_add_test(tc, without_a_mark_a_record_is_believed);
	tcase_add_test(tc, there_is_one_turn_at_a_time);
	tcase_add_test(tc, a_child_does_not_unlock);
	tcase_add_test(tc, a_closed_lock_is_taken_again);
	tcase_add_test(tc, who_got_a_closed_lock_goes_first);
	tcase_add_test(tc, no_older_record_takes_a_newer_ones_place);
	tcase_add_test(tc, a_logout_meanwhile_stays);
	tcase_add_test(tc, what_was_spent_meanwhile_is_not_spent_again);
	tcase_add_test(tc, it_is_synced_before_it_is_sent);
	tcase_add_test(tc, spending_fails_whole);
	tcase_add_test(tc, no_successor_is_lost);
	tcase_add_test(tc, an_unstored_one_comes_first);
	tcase_add_test(tc, a_killed_program_leaves_a_whole_record);
	tcase_add_test(tc, memory_may_be_short);
	tcase_add_test(tc, a_limit_on_files_ends_nobody);
	return run_suite(suite);
}
