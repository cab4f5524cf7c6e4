/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/registry_change.c on real files and processes: edits that
 * refuse, texts that programs do not use, writers side by side, and writers
 * that are killed.
 */
#define _GNU_SOURCE
#include "keys/registry_change.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "keys/reading.h"
#include "keys/registry.h"
#include "support/fail_alloc.h"
#include "support/registry_tests.h"
#include "support/run.h"

#define WRITERS 8
#define WRITES 20
#define KILLS 500
#define FIRST_KILLS 60

/* Changes that a writer makes while a reader waits, each half done but the last. */
static int changes_left;
void __wrap_clock_sleep(int64_t ms);
void __real_clock_sleep(int64_t ms);

/* ---- Edits --------------------------------------------------------------- */

START_TEST(a_change_is_seen)
{
	struct key_view before, after;
	struct key_counter counter;
	struct key_set set;
	uint64_t value;

	make_registry();
	ck_assert(key_counter_init(&counter));
	look(&counter, &before);
	ck_assert(counter.attached && !counter.blind);
	value = atomic_load(counter.value);
	ck_assert(!key_view_changed(&registry, &before.print));
	change("two");
	ck_assert_uint_eq(atomic_load(counter.value), value + 1);
	ck_assert(key_view_changed(&registry, &before.print));
	look(&counter, &after);
	ck_assert_uint_eq(after.counter, value + 1);
	ck_assert_uint_eq(after.head.count, 2);
	ck_assert_uint_eq(after.head.generation, before.head.generation + 1);
	ck_assert_uint_eq(
	    atomic_load(counter.generation), after.head.generation);
	read_ok(&set);
	ck_assert_uint_eq(set.count, 2);
	ck_assert_str_eq(set.records[1].id, "two");
	key_set_free(&set);
	ck_assert(!key_view_changed(&registry, &after.print));
	key_counter_free(&counter);
}
END_TEST

START_TEST(what_is_not_wanted_leaves_all_as_it_was)
{
	struct apam_error err = APAM_ERROR_INIT;
	char bad[] = "a\nb";

	make_registry();
	ck_assert_int_eq(
	    key_registry_change(&registry, refuse, bad, &err), APAM_E_USAGE);
	keys_are("registry/keys", one);
	ck_assert_int_eq(
	    key_registry_change(&registry, add, bad, &err), APAM_E_INTERNAL);
	ck_assert_ptr_nonnull(strstr(err.text, "unreadable"));
	keys_are("registry/keys", one);
	bad[0] = '\0';
	ck_assert_int_eq(
	    key_registry_change(&registry, add, bad, NULL), APAM_E_INTERNAL);
	keys_are("registry/keys", one);
	change("two");
	ck_assert_uint_eq(count(), 2);
}
END_TEST

/*
 * Who wants what is done already is told so: it must then be true of all,
 * though who did it was killed before it told them.
 */
START_TEST(what_is_done_already_is_told)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct key_counter counter;
	char id[] = "two";
	uint64_t value, before;

	make_registry();
	before = generation();
	fall_behind(_i);
	ck_assert(key_counter_init(&counter));
	(void)key_view_follow(&registry, &counter, NULL);
	value = atomic_load(counter.value);
	ck_assert_int_eq(
	    key_registry_change(&registry, refuse, id, &err), APAM_E_USAGE);
	ck_assert_uint_gt(atomic_load(counter.value), value);
	ck_assert_uint_eq(generation(), before + 1);
	ck_assert_uint_eq(count(), 2);
	key_counter_free(&counter);
}
END_TEST

START_TEST(what_is_done_already_is_waited_for)
{
	struct apam_error err = APAM_ERROR_INIT;
	char id[] = "two";
	int64_t start;

	make_registry();
	ck_assert_int_eq(unlink(below("index/counter")), 0);
	start = clock_ms();
	ck_assert_int_eq(
	    key_registry_change(&registry, refuse, id, &err), APAM_E_USAGE);
	ck_assert_int_ge(clock_ms() - start, KEYS_LOOK_MS);
}
END_TEST

/* ---- Texts that programs do not use -------------------------------------- */

static void
begin_anew(void)
{
	registry_forget(base);
	ck_assert_int_eq(unlink(below("index/keys")), 0);
	ck_assert_int_eq(rmdir(below("index")), 0);
	ck_assert_int_eq(unlink(below("registry.known")), 0);
	(void)unlink(below("registry/keys"));
	(void)rmdir(below("registry"));
}

START_TEST(a_registry_that_is_gone_is_missed)
{
	make_registry();
	ck_assert_int_eq(unlink(below("registry/keys")), 0);
	not_read(APAM_E_CONFIG, "is missing, and programs use the index");
	not_changed(APAM_E_CONFIG, "`apam keys recover FILE`");
	ck_assert_int_eq(access(below("registry/keys"), F_OK), -1);
	ck_assert_int_eq(rmdir(below("registry")), 0);
	not_read(APAM_E_CONFIG, "is missing, and programs use the index");
	not_changed(APAM_E_CONFIG, "`apam keys recover FILE`");
	ck_assert_int_eq(access(below("registry"), F_OK), -1);
	/* A person may begin anew. */
	begin_anew();
	ck_assert_uint_eq(count(), 0);
	change("first");
	ck_assert_uint_eq(count(), 1);
}
END_TEST

static void
copy_text(const char *from, const char *to)
{
	char bytes[4096];

	read_file(from, bytes, sizeof(bytes));
	write_file(to, bytes);
}

/* A change, of which the index alone is there: a writer's renames are two. */
static void
half_change(const char *id)
{
	copy_text("registry/keys", "before");
	change(id);
	copy_text("registry/keys", "newest");
	copy_text("before", "registry/keys");
}

static void
put_older(void)
{
	half_change("two");
}

static void
edit_text(void)
{
	char bytes[4096], *id;

	read_file("registry/keys", bytes, sizeof(bytes));
	id = strstr(bytes, "one");
	ck_assert_ptr_nonnull(id);
	*id = 'O';
	write_file("registry/keys", bytes);
}

static void
put_others(void)
{
	char bytes[4096], *id;

	read_file("registry/keys", bytes, sizeof(bytes));
	id = strstr(bytes, "0707");
	ck_assert_ptr_nonnull(id);
	*id = '1';
	write_file("registry/keys", bytes);
}

static void
write_by_hand(void)
{
	write_file("registry/keys", one);
}

static void
lose_index(void)
{
	ck_assert_int_eq(unlink(below("index/keys")), 0);
	ck_assert_int_eq(unlink(below("registry.known")), 0);
}

void
__wrap_clock_sleep(int64_t ms)
{
	static bool writes;
	char id[16];

	if (changes_left == 0 || writes) {
		__real_clock_sleep(ms);
		return;
	}
	writes = true;
	copy_text("newest", "registry/keys");
	(void)snprintf(id, sizeof(id), "more%d", changes_left);
	if (--changes_left > 0)
		half_change(id);
	writes = false;
}

/* It looks more often than at an old copy that nobody writes. */
START_TEST(a_reader_waits_for_a_busy_writer)
{
	make_registry();
	put_older();
	changes_left = 20;
	ck_assert_uint_eq(count(), 21);
	ck_assert_int_eq(changes_left, 0);
}
END_TEST

static const struct {
	const char *name;
	void (*put)(void);
	const char *text;
} misfits[] = {
	{ "older", put_older, "has generation 1, and programs use 2" },
	{ "edited", edit_text, "was changed by hand" },
	{ "other", put_others, "belongs to another registry" },
	{ "by hand", write_by_hand, "was put there by hand" },
	{ "index lost", lose_index, "was put there by hand" },
};

START_TEST(another_text_is_taken_when_it_is_asked_for)
{
	uint64_t before;
	char text[4096];

	make_registry();
	before = generation();
	misfits[_i].put();
	read_file("registry/keys", text, sizeof(text));
	if (misfits[_i].put != lose_index) {
		not_read(APAM_E_CONFIG, misfits[_i].text);
		before = generation();
	}
	not_changed(APAM_E_CONFIG, misfits[_i].text);
	not_changed(APAM_E_CONFIG, "`apam keys recover` shows w");
	file_is("registry/keys", text);
	recover();
	ck_assert_uint_eq(generation(), before + 1);
	ck_assert_uint_eq(count(), 1);
	change("three");
	ck_assert_uint_eq(count(), 2);
	ck_assert_int_eq(key_registry_check(&registry, NULL), APAM_OK);
}
END_TEST

/* ---- Many writers -------------------------------------------------------- */

/* Add a key, however long the others hold the lock. */
static bool
add_at_last(char *id)
{
	enum apam_status status;

	do
		status = key_registry_change(&registry, add, id, NULL);
	while (status == APAM_E_DEADLINE);
	return status == APAM_OK;
}

/* In a child: add keys of its own.  An exit status. */
static int
write_many(int writer)
{
	char id[32];

	for (int i = 0; i < WRITES; i++) {
		(void)snprintf(id, sizeof(id), "%d-%d", writer, i);
		if (!add_at_last(id))
			return 1;
	}
	return 0;
}

/* Each writer's keys are there, once and in the order of writing. */
static void
check_many(void)
{
	int next[WRITERS] = { 0 }, writer, i;
	struct key_set set;

	read_ok(&set);
	ck_assert_uint_eq(set.count, 1 + WRITERS * WRITES);
	for (size_t n = 1; n < set.count; n++) {
		ck_assert_int_eq(
		    sscanf(set.records[n].id, "%d-%d", &writer, &i), 2);
		ck_assert_int_eq(i, next[writer]++);
	}
	key_set_free(&set);
}

START_TEST(many_writers_lose_nothing)
{
	int running = WRITERS, status;
	size_t last = 0, now;
	pid_t pid;

	make_registry();
	for (int i = 0; i < WRITERS; i++) {
		pid = fork();
		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			_exit(write_many(i));
	}
	while (running > 0) {
		now = count();
		ck_assert_uint_ge(now, last);
		last = now;
		if (waitpid(-1, &status, WNOHANG) <= 0)
			continue;
		ck_assert_int_eq(status, 0);
		running--;
	}
	check_many();
}
END_TEST

START_TEST(many_make_one_registry)
{
	pid_t pids[WRITERS];
	int status;
	char id[32];

	for (int i = 0; i < WRITERS; i++) {
		pids[i] = fork();
		ck_assert_int_ge(pids[i], 0);
		if (pids[i] != 0)
			continue;
		(void)snprintf(id, sizeof(id), "%d", i);
		_exit(key_registry_change(&registry, add, id, NULL) == APAM_OK ?
			0 :
			1);
	}
	for (int i = 0; i < WRITERS; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_uint_eq(count(), WRITERS);
}
END_TEST

/* ---- Writers that are killed --------------------------------------------- */

/*
 * The n-th change, by turns: add a key, archive it, restore it.  The first
 * record counts them, so that a reader can tell what must be there.
 */
static enum apam_status
turn(void *arg, struct key_set *set, struct apam_error *err)
{
	const uint64_t n = ++set->records[0].drops;
	char id[32];

	*(uint64_t *)arg = n;
	(void)snprintf(id, sizeof(id), "key-%llu", (unsigned long long)n);
	if (n % 3 == 1)
		return add(id, set, err);
	set->records[set->count - 1].archived_at = n % 3 == 2 ? 1 : 0;
	set->records[set->count - 1].why = n % 3 == 2 ? "killed" : "";
	return APAM_OK;
}

static void
check_turn(uint64_t low, uint64_t *now)
{
	struct key_set set;

	read_ok(&set);
	*now = set.records[0].drops;
	ck_assert_msg(*now == low || *now == low + 1, "%llu, not %llu",
	    (unsigned long long)*now, (unsigned long long)low);
	ck_assert_uint_eq(set.count, 1 + (*now + 2) / 3);
	ck_assert_int_eq(set.records[set.count - 1].archived_at, *now % 3 == 2);
	key_set_free(&set);
}

/* In a child: change it until killed, and tell of each that was done. */
static void
turn_on(int said)
{
	uint64_t n;

	while (key_registry_change(&registry, turn, &n, NULL) == APAM_OK) {
		if (write(said, &n, sizeof(n)) != (ssize_t)sizeof(n))
			_exit(2);
	}
	_exit(1);
}

/* In a child: make the registry, and tell of it. */
static void
make_first(int said)
{
	const uint64_t n = 1;
	char id[] = "one";

	(void)key_registry_change(&registry, add, id, NULL);
	_exit(write(said, &n, sizeof(n)) == (ssize_t)sizeof(n) ? 0 : 2);
}

/* Start one; what it tells is read from *told. */
static pid_t
start_one(void (*run)(int said), int *told)
{
	int said[2];
	pid_t pid;

	ck_assert_int_eq(pipe(said), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		run(said[1]);
	ck_assert_int_eq(close(said[1]), 0);
	*told = said[0];
	return pid;
}

/* The next change that it tells of. */
static uint64_t
next_told(int told)
{
	uint64_t n;

	ck_assert_int_eq(read(told, &n, sizeof(n)), sizeof(n));
	return n;
}

/*
 * Kill it within so many us, often much sooner.  What it told last comes into
 * *last.  Returns how it ended.
 */
static int
kill_one(pid_t pid, int told, int64_t within_us, uint64_t *last)
{
	const int64_t us = random() % ((within_us >> random() % 8) + 1);
	const struct timespec t = { us / 1000000, us % 1000000 * 1000 };
	uint64_t n;
	int status;

	(void)nanosleep(&t, NULL);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	while (read(told, &n, sizeof(n)) == (ssize_t)sizeof(n))
		*last = n;
	ck_assert_int_eq(close(told), 0);
	return status;
}

/* Whether both kinds of kills were seen, or so many that they never will be. */
static bool
enough(int kills, int kind, int wanted)
{
	return (kills >= wanted && kind > 0 && kind < kills) ||
	    kills >= 10 * wanted;
}

START_TEST(a_killed_writer_leaves_before_or_after)
{
	int after = 0, kills, told;
	int64_t start, took;
	uint64_t now = 0;

	make_registry();
	start = clock_ms();
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(
		    key_registry_change(&registry, turn, &now, NULL), APAM_OK);
	took = (clock_ms() - start + 1) * 1000 / 10;
	srandom(1);
	for (kills = 0; !enough(kills, after, KILLS); kills++) {
		const pid_t pid = start_one(turn_on, &told);
		uint64_t last = next_told(told);

		ck_assert_int_eq(kill_one(pid, told, took, &last), SIGKILL);
		check_turn(last, &now);
		after += now > last;
	}
	/* Some died between the change and telling of it, some before. */
	ck_assert_int_lt(after, kills);
	ck_assert_int_gt(after, 0);
	change("last");
	ck_assert_int_eq(access(below("registry/keys.new"), F_OK), -1);
}
END_TEST

/* How long it takes to start one that makes the registry and ends, in us. */
static int64_t
time_to_make(void)
{
	const int64_t start = clock_ms();
	int told;
	const pid_t pid = start_one(make_first, &told);
	uint64_t last = next_told(told);

	(void)kill_one(pid, told, 0, &last);
	remove_base();
	make_base();
	return (clock_ms() - start + 1) * 1000;
}

START_TEST(a_killed_maker_leaves_none_or_a_whole)
{
	const int64_t took = time_to_make();
	int made = 0, kills, told;
	uint64_t last;

	srandom(2);
	for (kills = 0; !enough(kills, made, FIRST_KILLS); kills++) {
		const pid_t pid = start_one(make_first, &told);

		(void)kill_one(pid, told, took, &last);
		ck_assert_uint_le(count(), 1);
		if (access(below("registry"), F_OK) != 0)
			continue;
		made++;
		ck_assert_int_eq(access(below("index/counter"), F_OK), 0);
		remove_base();
		make_base();
	}
	change("end");
	ck_assert_int_gt(made, 0);
	ck_assert_int_lt(made, kills);
}
END_TEST

/* ---- Texts from elsewhere ---------------------------------------------- */

static const struct {
	const char *text; /* NULL: the one in place */
	const char *why; /* NULL: it is taken */
} given[] = {
	{ NULL, NULL },
	{ "{ \"apam\": \"keys 1\", \"keys\": [\n] }\n", NULL },
	{ "", "this is not the text of a key registry: it is empty" },
	{ "{\n}", "is missing" },
};

START_TEST(a_text_that_is_given_is_read_strictly)
{
	const struct apam_str text = apam_str(
	    given[_i].text == NULL ? "" : given[_i].text);
	struct apam_error err = APAM_ERROR_INIT;
	struct key_set set;
	enum apam_status status;

	make_registry();
	status = key_registry_take(&registry,
	    given[_i].text == NULL ? NULL : &text, "backup", &set, &err);
	ck_assert_int_eq(
	    status, given[_i].why == NULL ? APAM_OK : APAM_E_CONFIG);
	if (given[_i].why != NULL) {
		ck_assert_ptr_nonnull(strstr(err.text, given[_i].why));
		ck_assert_str_eq(err.file, "backup");
	}
	ck_assert_uint_eq(set.count, given[_i].text == NULL ? 1 : 0);
	key_set_free(&set);
	keys_are("registry/keys", one);
}
END_TEST

START_TEST(memory_that_runs_out_changes_nothing)
{
	const struct apam_str text = apam_str(one);
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	char two[] = "two";
	struct key_set set;
	int n;

	make_registry();
	for (n = 0;; n++) {
		allocations_left = n;
		status = key_registry_change(&registry, add, two, &err);
		if (!allocation_failed())
			break;
		ck_assert_int_eq(status, APAM_E_MEMORY);
		keys_are("registry/keys", one);
		ck_assert_uint_eq(count(), 1);
	}
	ck_assert_int_eq(status, APAM_OK);
	ck_assert_uint_eq(count(), 2);
	ck_assert_int_ge(n, 10);
	allocations_left = 0;
	ck_assert_int_eq(
	    key_registry_take(&registry, &text, "backup", &set, &err),
	    APAM_E_MEMORY);
	ck_assert(allocation_failed());
	ck_assert_str_eq(err.text, "out of memory");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("registry_change");
	TCase *tc = tcase_create("all");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, make_base, remove_base);
	tcase_add_test(tc, a_change_is_seen);
	tcase_add_test(tc, what_is_not_wanted_leaves_all_as_it_was);
	tcase_add_loop_test(tc, what_is_done_already_is_told, 0, 3);
	tcase_add_test(tc, what_is_done_already_is_waited_for);
	tcase_add_test(tc, a_registry_that_is_gone_is_missed);
	tcase_add_test(tc, a_reader_waits_for_a_busy_writer);
	tcase_add_loop_test(
	    tc, another_text_is_taken_when_it_is_asked_for, 0, ROWS(misfits));
	tcase_add_test(tc, many_writers_lose_nothing);
	tcase_add_test(tc, many_make_one_registry);
	tcase_add_test(tc, a_killed_writer_leaves_before_or_after);
	tcase_add_test(tc, a_killed_maker_leaves_none_or_a_whole);
	tcase_add_loop_test(
	    tc, a_text_that_is_given_is_read_strictly, 0, ROWS(given));
	tcase_add_test(tc, memory_that_runs_out_changes_nothing);
	return run_suite(suite);
}
