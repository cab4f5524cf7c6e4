/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/view.c: what stands in the place of an index, of the
 * witness or of their directory, and each call of the system that fails in
 * turn.  There is one rule for all: where a registry was, a program is never
 * told that there is none.
 */
#define _GNU_SOURCE
#include "keys/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/fail_call.h"
#include "support/registry.h"
#include "support/run.h"

#define OTHER_UID 65534
#define CALLS_MAX 60

static char base[64];
static struct key_registry registry = { base, true, NULL };
static struct key_view view;
static struct key_counter counter;
static struct apam_error err = APAM_ERROR_INIT;

static const char text[] =
    "{ \"apam\": \"keys 1\", \"keys\": [ { \"scheme\": \"demo\", \"id\": \"me\", "
    "\"archived\": 1700000000, \"archived_by\": \"root\" } ] }";

/* ---- A registry -------------------------------------------------------- */

static const char *
at(const char *name)
{
	static char paths[2][128];
	static unsigned turn;
	char *path = paths[turn++ % 2];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", base, name);
	return path;
}

static void
make_base(void)
{
	(void)snprintf(base, sizeof(base), "/tmp/apam-view-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	ck_assert_int_eq(chmod(base, 0755), 0);
	ck_assert(key_counter_init(&counter));
}

static void
setup(void)
{
	make_base();
	registry_put(base, text);
}

static void
teardown(void)
{
	char command[128];

	calls_left = -1;
	key_counter_free(&counter);
	registry_forget(base);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	ck_assert_int_eq(system(command), 0);
}

static enum apam_status
open_view(void)
{
	memset(&err, 0, sizeof(err));
	err.size = sizeof(err);
	return key_view_open(&registry, &counter, &view, &err);
}

static int
next_descriptor(void)
{
	const int fd = dup(0);

	ck_assert_int_eq(close(fd), 0);
	return fd;
}

/* ---- What is there ----------------------------------------------------- */

/* By path, and on the way that a counter is followed: both say the same. */
static bool
is_changed(const struct file_print *print)
{
	const bool changed = key_view_changed(&registry, print);
	struct key_counter followed;

	ck_assert(key_counter_init(&followed));
	ck_assert(key_view_follow(&registry, &followed, print) == changed);
	key_counter_free(&followed);
	return changed;
}

START_TEST(an_index_is_opened)
{
	ck_assert_msg(open_view() == APAM_OK, "%s", err.text);
	ck_assert_int_ge(view.fd, 0);
	ck_assert_uint_eq(view.head.count, 1);
	ck_assert_uint_eq(view.head.generation, 1);
	ck_assert_uint_eq(view.owner, geteuid());
	ck_assert_uint_ne(view.counter, 0);
	ck_assert(!is_changed(&view.print));
	key_view_close(&view);
	ck_assert_int_eq(view.fd, -1);
	key_view_close(&view);
	ck_assert_int_eq(key_view_open(&registry, NULL, &view, &err), APAM_OK);
	ck_assert_uint_eq(view.counter, 0);
	key_view_close(&view);
}
END_TEST

START_TEST(where_nothing_is_there_is_none)
{
	const struct file_print none = { .inode = 0 };
	static const char *const names[] = { "index", "registry",
		"registry.known" };

	ck_assert_int_eq(open_view(), APAM_OK);
	ck_assert_int_eq(view.fd, -1);
	ck_assert_int_eq(memcmp(&view.print, &none, sizeof(none)), 0);
	ck_assert(!is_changed(&none));
	for (int i = 0; i < ROWS(names); i++) {
		ck_assert_int_eq(mkdir(at(names[i]), 0755), 0);
		ck_assert(is_changed(&none));
		ck_assert_int_eq(rmdir(at(names[i])), 0);
	}
	ck_assert_int_eq(rmdir(base), 0);
	ck_assert_int_eq(open_view(), APAM_OK);
	ck_assert_int_eq(view.fd, -1);
	ck_assert_int_eq(mkdir(base, 0755), 0);
}
END_TEST

static void
rewrite(const char *name, off_t size)
{
	ck_assert_int_eq(truncate(at(name), size), 0);
}

static off_t
size_of(const char *name)
{
	struct stat st;

	ck_assert_int_eq(stat(at(name), &st), 0);
	return st.st_size;
}

static void
be_gone(const char *name)
{
	ck_assert_int_eq(rename(at(name), at("moved")), 0);
}

static void
be_fifo(const char *name)
{
	be_gone(name);
	ck_assert_int_eq(mkfifo(at(name), 0644), 0);
}

static void
be_directory(const char *name)
{
	be_gone(name);
	ck_assert_int_eq(mkdir(at(name), 0755), 0);
}

static void
be_link(const char *name)
{
	be_gone(name);
	ck_assert_int_eq(symlink(at("moved"), at(name)), 0);
}

static void
be_empty(const char *name)
{
	rewrite(name, 0);
}

static void
be_cut(const char *name)
{
	rewrite(name, size_of(name) - 1);
}

static void
be_half(const char *name)
{
	rewrite(name, KEY_INDEX_BLOCK / 2);
}

static void
be_long(const char *name)
{
	rewrite(name, size_of(name) + 1);
}

static void
be_long_by_a_block(const char *name)
{
	rewrite(name, size_of(name) + KEY_INDEX_BLOCK);
}

static void
be_writable(const char *name)
{
	ck_assert_int_eq(chmod(at(name), 0777), 0);
}

/* Rows that need another user are those of writable ones for who is not root.
 */
static void
be_others(const char *name)
{
	if (geteuid() != 0)
		be_writable(name);
	else
		ck_assert_int_eq(chown(at(name), OTHER_UID, OTHER_UID), 0);
}

static const struct {
	const char *name;
	void (*be)(const char *name);
	enum apam_status status;
	const char *why;
} kinds[] = {
	{ "index/keys", be_gone, APAM_E_CONFIG, "is missing" },
	{ "index/keys", be_fifo, APAM_E_CONFIG, "regular file" },
	{ "index/keys", be_directory, APAM_E_CONFIG, "regular file" },
	{ "index/keys", be_link, APAM_E_CONFIG, "regular file" },
	{ "index/keys", be_empty, APAM_E_CONFIG, "is damaged" },
	{ "index/keys", be_half, APAM_E_CONFIG, "is damaged" },
	{ "index/keys", be_cut, APAM_E_CONFIG, "is damaged" },
	{ "index/keys", be_long, APAM_E_CONFIG, "is damaged" },
	{ "index/keys", be_long_by_a_block, APAM_E_CONFIG, "is damaged" },
	{ "index/keys", be_writable, APAM_E_TRUST, "by others" },
	{ "index/keys", be_others, APAM_E_TRUST, "" },
	{ "index", be_gone, APAM_E_CONFIG, "is missing" },
	{ "index", be_fifo, APAM_E_CONFIG, "must be a directory" },
	{ "index", be_directory, APAM_E_CONFIG, "is missing" },
	{ "index", be_link, APAM_E_CONFIG, "must be a directory" },
	{ "index", be_writable, APAM_E_TRUST, "by others" },
	{ "index", be_others, APAM_E_TRUST, "" },
};

START_TEST(what_is_no_index_is_no_knowledge)
{
	const int next = next_descriptor();

	kinds[_i].be(kinds[_i].name);
	ck_assert_msg(open_view() == kinds[_i].status, "%d: %s", _i, err.text);
	ck_assert_int_eq(view.fd, -1);
	ck_assert_msg(
	    strstr(err.text, kinds[_i].why) != NULL, "%d: %s", _i, err.text);
	ck_assert_int_eq(next_descriptor(), next);
}
END_TEST

/* The index is gone: whatever stands for the witness says that it was there. */
static void (*const witnesses[])(const char *name) = { be_fifo, be_directory,
	be_link, be_empty, be_cut, be_long, be_writable, be_others };

START_TEST(any_witness_is_one)
{
	be_gone("index");
	ck_assert_int_eq(rename(at("moved"), at("index.moved")), 0);
	ck_assert_int_eq(rename(at("registry"), at("registry.moved")), 0);
	witnesses[_i]("registry.known");
	ck_assert_int_eq(open_view(), APAM_E_CONFIG);
	ck_assert_int_eq(view.fd, -1);
}
END_TEST

START_TEST(an_index_that_is_older_than_announced_is_none)
{
	struct key_segment *segment;
	const int index = registry_open(base, "index");

	segment = registry_segment(index);
	ck_assert_ptr_nonnull(segment);
	atomic_store(&segment->generation, 2);
	ck_assert_int_eq(open_view(), APAM_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "is older"));
	ck_assert_int_eq(view.fd, -1);
	atomic_store(&segment->generation, 1);
	ck_assert_int_eq(open_view(), APAM_OK);
	key_view_close(&view);
	key_segment_detach(segment);
	ck_assert_int_eq(close(index), 0);
}
END_TEST

START_TEST(another_index_is_seen)
{
	struct file_print print;
	struct timespec times[2] = { { 0, UTIME_OMIT }, { 1, 2 } };

	ck_assert_int_eq(open_view(), APAM_OK);
	key_view_close(&view);
	print = view.print;
	ck_assert(!is_changed(&print));
	ck_assert_int_eq(utimensat(AT_FDCWD, at("index/keys"), times, 0), 0);
	ck_assert(is_changed(&print));
	ck_assert_int_eq(open_view(), APAM_OK);
	key_view_close(&view);
	print = view.print;
	be_gone("index/keys");
	ck_assert(is_changed(&print));
}
END_TEST

/* ---- Failures ---------------------------------------------------------- */

static const int numbers[] = { EIO, ENOMEM, EMFILE, ENFILE, EACCES };

/* Never OK without an index; no memory or descriptor is said as such. */
START_TEST(each_call_that_fails_is_no_knowledge)
{
	const int next = next_descriptor();
	enum apam_status status;
	int refused = 0, i;
	bool failed;

	call_error = numbers[_i];
	for (i = 0; i < CALLS_MAX; i++) {
		calls_left = i;
		status = open_view();
		failed = call_failed();
		if (status == APAM_OK) {
			ck_assert_msg(view.fd >= 0, "call %d", i);
			ck_assert_uint_eq(view.head.count, 1);
		} else {
			ck_assert_int_eq(view.fd, -1);
			refused++;
		}
		key_view_close(&view);
		ck_assert_int_eq(next_descriptor(), next);
		if (!failed)
			break;
	}
	ck_assert_int_lt(i, CALLS_MAX);
	ck_assert_int_ge(refused, 5);
}
END_TEST

/* The counter announced a later generation than the index has. */
static void
announce_later(void)
{
	const int index = registry_open(base, "index");
	struct key_segment *segment = registry_segment(index);

	ck_assert_ptr_nonnull(segment);
	atomic_store(&segment->generation, 2);
	key_segment_detach(segment);
	ck_assert_int_eq(close(index), 0);
}

/* registry.known has a later generation than the index. */
static void
know_later(void)
{
	const int state = open(base, O_RDONLY | O_DIRECTORY);
	struct key_text later = { .generation = 2 };

	ck_assert_int_eq(open_view(), APAM_OK);
	memcpy(later.registry, view.head.registry, KEY_REGISTRY_ID);
	key_view_close(&view);
	ck_assert(key_known_write(state, &later));
	ck_assert_int_eq(close(state), 0);
}

static void (*const witnesses_of_later[])(
    void) = { announce_later, know_later };
static const int lacks[] = { ENOMEM, EMFILE, ENFILE };

/*
 * What tells an old copy may be what cannot be read, for want of a descriptor or
 * of memory: the copy is not used, and no page takes the counter's place that
 * would announce the copy.
 */
START_TEST(an_old_copy_is_never_used_for_a_lack)
{
	const int index = registry_open(base, "index");
	enum apam_status status;
	bool failed = true;
	int i;

	witnesses_of_later[_i % 2]();
	call_error = lacks[_i / 2];
	for (i = 0; failed && i < CALLS_MAX; i++) {
		key_counter_free(&counter);
		ck_assert(key_counter_init(&counter));
		calls_left = i;
		status = open_view();
		failed = call_failed();
		ck_assert_msg(status != APAM_OK, "call %d", i);
		ck_assert_int_eq(view.fd, -1);
		calls_left = i;
		ck_assert_msg(!key_counter_is_lost(index), "call %d", i);
		(void)call_failed();
	}
	ck_assert_int_lt(i, CALLS_MAX);
	ck_assert_ptr_nonnull(strstr(err.text, "is older"));
	ck_assert_int_eq(close(index), 0);
}
END_TEST

START_TEST(a_failure_is_called_what_it_is)
{
	static const struct {
		int number;
		enum apam_status status;
		const char *why;
	} rows[] = {
		{ KEY_INDEX_DAMAGED, APAM_E_CONFIG, "a checksum does not fit" },
		{ ENOMEM, APAM_E_MEMORY, "out of descriptors or memory" },
		{ EMFILE, APAM_E_MEMORY, "out of descriptors or memory" },
		{ EIO, APAM_E_CONFIG, "error 5 of the system" },
	};

	for (int i = 0; i < ROWS(rows); i++) {
		memset(&err, 0, sizeof(err));
		err.size = sizeof(err);
		ck_assert_int_eq(
		    key_view_refuse(&registry, rows[i].number, &err),
		    rows[i].status);
		ck_assert_ptr_nonnull(strstr(err.text, rows[i].why));
		ck_assert_str_eq(err.file, at("index/keys"));
	}
}
END_TEST

START_TEST(a_counter_follows_or_is_blind)
{
	(void)key_view_follow(&registry, &counter, NULL);
	ck_assert(counter.attached && !counter.blind);
	call_error = EMFILE;
	calls_left = 0;
	(void)key_view_follow(&registry, &counter, NULL);
	ck_assert(call_failed());
	ck_assert(counter.blind);
	(void)key_view_follow(&registry, &counter, NULL);
	ck_assert(!counter.blind);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_view");
	TCase *none = tcase_create("none"), *tc = tcase_create("all");

	tcase_add_checked_fixture(none, make_base, teardown);
	tcase_add_test(none, where_nothing_is_there_is_none);
	suite_add_tcase(suite, none);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, an_index_is_opened);
	tcase_add_loop_test(
	    tc, what_is_no_index_is_no_knowledge, 0, ROWS(kinds));
	tcase_add_loop_test(tc, any_witness_is_one, 0, ROWS(witnesses));
	tcase_add_test(tc, an_index_that_is_older_than_announced_is_none);
	tcase_add_test(tc, another_index_is_seen);
	tcase_add_loop_test(
	    tc, each_call_that_fails_is_no_knowledge, 0, ROWS(numbers));
	tcase_add_loop_test(tc, an_old_copy_is_never_used_for_a_lack, 0,
	    ROWS(witnesses_of_later) * ROWS(lacks));
	tcase_add_test(tc, a_failure_is_called_what_it_is);
	tcase_add_test(tc, a_counter_follows_or_is_blind);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
