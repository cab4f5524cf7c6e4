/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/print.c: everything that can happen to a file is a change,
 * and nothing else is.
 */
#include "file/print.h"

#include <fcntl.h>
#include <time.h>

#include "support/project.h"
#include "support/run.h"
#include "support/volume.h"

static struct project p;
static struct file_prints w;

/* Times are kept by the kernel's tick: let one pass. */
static void
tick(void)
{
	const struct timespec t = { 0, 20000000 };

	(void)nanosleep(&t, NULL);
}

static void
setup(void)
{
	project_make(&p);
	memset(&w, 0, sizeof(w));
	project_write(&p, "a", "one");
	project_write(&p, "b", "two");
	tick();
	file_prints_add(&w, project_path(&p, "a"));
	file_prints_add(&w, project_path(&p, "b"));
	file_prints_add(&w, project_path(&p, "absent"));
}

static void
teardown(void)
{
	file_prints_free(&w);
	ck_assert_ptr_null(w.files);
	ck_assert_uint_eq(w.count, 0);
	file_prints_free(&w);
	project_remove(&p);
}

/* ---- What may happen ----------------------------------------------------- */

static void
rewrite(void)
{
	project_write(&p, "a", "ONE");
}

static void
rewrite_the_same(void)
{
	project_write(&p, "b", "two");
}

static void
grow(void)
{
	project_write(&p, "b", "two and more");
}

static void
empty(void)
{
	project_write(&p, "a", "");
}

static void delete (void)
{
	ck_assert_int_eq(unlink(project_path(&p, "a")), 0);
}

static void
rename_over(void)
{
	char from[sizeof(p.path)];

	project_write(&p, "new", "one");
	(void)snprintf(from, sizeof(from), "%s", project_path(&p, "new"));
	ck_assert_int_eq(rename(from, project_path(&p, "a")), 0);
}

static void
change_mode(void)
{
	ck_assert_int_eq(chmod(project_path(&p, "b"), 0600), 0);
}

static void
appear(void)
{
	project_write(&p, "absent", "");
}

/* Size and modification time as before: the inode's own time tells. */
static void
rewrite_and_hide(void)
{
	struct timespec times[2];
	struct stat st;

	ck_assert_int_eq(stat(project_path(&p, "a"), &st), 0);
	rewrite();
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	ck_assert_int_eq(
	    utimensat(AT_FDCWD, project_path(&p, "a"), times, 0), 0);
}

static void
become_a_link(void)
{
	char to[sizeof(p.path)];

	delete ();
	(void)snprintf(to, sizeof(to), "%s", project_path(&p, "b"));
	ck_assert_int_eq(symlink(to, project_path(&p, "a")), 0);
}

static void
become_a_directory(void)
{
	delete ();
	project_directory(&p, "a");
}

static const struct {
	const char *name;
	void (*happen)(void);
} changes[] = {
	{ "rewritten in place", rewrite },
	{ "rewritten with the same", rewrite_the_same },
	{ "grown", grow },
	{ "emptied", empty },
	{ "deleted", delete },
	{ "replaced by rename", rename_over },
	{ "another mode", change_mode },
	{ "an absent one appears", appear },
	{ "rewritten, its time set back", rewrite_and_hide },
	{ "a link in its place", become_a_link },
	{ "a directory in its place", become_a_directory },
};

/* As a volume of Kubernetes' moves; the text is as long as before. */
START_TEST(a_link_on_the_way_is_replaced)
{
	char path[sizeof(p.path)];
	struct volume v;

	(void)snprintf(path, sizeof(path), "%s", project_path(&p, "volume"));
	volume_make(&v, path, 0600);
	volume_put(&v, "token", "one");
	file_prints_free(&w);
	file_prints_add(&w, project_path(&p, "volume/token"));
	ck_assert(!file_prints_changed(&w));
	volume_put(&v, "token", "two");
	ck_assert(file_prints_changed(&w));
	volume_close(&v);
}
END_TEST

START_TEST(a_change_is_seen)
{
	ck_assert(!file_prints_changed(&w));
	changes[_i].happen();
	ck_assert_msg(
	    file_prints_changed(&w), "%s: not seen", changes[_i].name);
	/* Until it is noted anew. */
	ck_assert(file_prints_changed(&w));
	file_prints_free(&w);
	tick();
	file_prints_add(&w, project_path(&p, "a"));
	file_prints_add(&w, project_path(&p, "b"));
	file_prints_add(&w, project_path(&p, "absent"));
	ck_assert_msg(
	    !file_prints_changed(&w), "%s: seen again", changes[_i].name);
}
END_TEST

START_TEST(no_change_is_none)
{
	char line[16];
	FILE *f;

	for (int i = 0; i < 3; i++) {
		f = fopen(project_path(&p, "a"), "r");
		ck_assert_ptr_nonnull(f);
		ck_assert_ptr_nonnull(fgets(line, sizeof(line), f));
		ck_assert_int_eq(fclose(f), 0);
		project_write(&p, "other", "three");
		ck_assert(!file_prints_changed(&w));
		tick();
	}
}
END_TEST

START_TEST(nothing_watched_never_changes)
{
	struct file_prints none = { 0 };

	ck_assert(!file_prints_changed(&none));
	file_prints_free(&none);
}
END_TEST

START_TEST(a_file_that_was_not_noted_counts_as_changed)
{
	w.failed = true;
	ck_assert(file_prints_changed(&w));
}
END_TEST

/* A copy has the states of then, not those of now. */
START_TEST(a_copy_sees_the_same_change)
{
	struct file_prints copy = { 0 }, failed = { .failed = true };

	file_prints_copy(&copy, &w);
	ck_assert_uint_eq(copy.count, w.count);
	ck_assert(!file_prints_changed(&copy));
	file_prints_free(&copy);
	rewrite();
	file_prints_copy(&copy, &w);
	ck_assert(file_prints_changed(&copy));
	file_prints_free(&copy);
	file_prints_copy(&copy, &failed);
	ck_assert(file_prints_changed(&copy));
	file_prints_free(&copy);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("watch");
	TCase *tc = tcase_create("watch");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_change_is_seen, 0, ROWS(changes));
	tcase_add_test(tc, a_link_on_the_way_is_replaced);
	tcase_add_test(tc, no_change_is_none);
	tcase_add_test(tc, nothing_watched_never_changes);
	tcase_add_test(tc, a_copy_sees_the_same_change);
	tcase_add_test(tc, a_file_that_was_not_noted_counts_as_changed);
	return run_suite(suite);
}
