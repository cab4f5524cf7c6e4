/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/trust.c on the way to a secret, which may lead through
 * symbolic links: each of them, and each directory, is held to the rule, and a
 * link that is replaced meanwhile gives the old secret or the new one.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/error.h"
#include "file/trust.h"
#include "support/run.h"
#include "support/volume.h"

#define OTHER_UID 65534
#define SWAPS 1000

static char base[64];
static bool user; /* user mode, where the tests are not run by root */
static struct buf got;

static void
set_up(void)
{
	user = geteuid() != 0;
	(void)snprintf(base, sizeof(base), "/tmp/apam-links-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	ck_assert_int_eq(chmod(base, 0755), 0);
	buf_init(&got, 65536);
}

static void
tear_down(void)
{
	char command[128];

	buf_free(&got);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	ck_assert_int_eq(system(command), 0);
}

static const char *
below(const char *name)
{
	static char path[1024];

	(void)snprintf(path, sizeof(path), "%s/%s", base, name);
	return path;
}

static void
directory(const char *name, mode_t mode)
{
	ck_assert_int_eq(mkdir(below(name), 0700), 0);
	ck_assert_int_eq(chmod(below(name), mode), 0);
}

static void
file(const char *name, mode_t mode)
{
	FILE *f = fopen(below(name), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs("x", f), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(below(name), mode), 0);
}

/* A link; '@' at the begin of the target is the base directory. */
static void
link_to(const char *target, const char *name)
{
	char whole[1024];

	(void)snprintf(whole, sizeof(whole), "%s%s",
	    target[0] == '@' ? base : "", target + (target[0] == '@'));
	ck_assert_int_eq(symlink(whole, below(name)), 0);
}

static void
give_away(const char *name)
{
	ck_assert_int_eq(lchown(below(name), OTHER_UID, OTHER_UID), 0);
}

/* Read a secret into `got`, emptied before. */
static enum apam_status
read_secret(const char *path, enum trust_kind kind, struct apam_error *err)
{
	buf_free(&got);
	buf_init(&got, 65536);
	error_clear(err);
	return trust_read(path, kind, user, &got, err);
}

/* ---- What a way may look like ------------------------------------------- */

static void
plain_link(void)
{
	link_to("d/f", "l");
}

static void
absolute_link(void)
{
	link_to("@/d/f", "l");
}

static void
link_of_a_link(void)
{
	link_to("m", "l");
	link_to("@/d/../d/./f", "m");
}

static void
linked_directory(void)
{
	link_to("d", "e");
	link_to("e//f", "l");
}

/* ".." is the directory above the real one, not above the link. */
static void
above_a_linked_directory(void)
{
	directory("d/deep", 0755);
	link_to("d/deep", "e");
	link_to("e/../f", "l");
}

static void
above_the_root(void)
{
	link_to("../../../../../..@", "up");
	ck_assert_int_eq(unlink(below("up")), 0);
	char target[128];

	(void)snprintf(target, sizeof(target), "/../../..%s/d/f", base);
	ck_assert_int_eq(symlink(target, below("l")), 0);
}

static void
names_with_dots(void)
{
	directory("..2026_1", 0755);
	file("..2026_1/f", 0600);
	link_to("..2026_1", "..data");
	link_to("..data/f", "l");
}

static void
out_of_a_sticky_directory(void)
{
	directory("s", user ? 0755 : 01777);
	link_to("../d/f", "s/l");
	link_to("s/l", "l");
}

/* "l", and a chain of this many links that it leads to. */
static void
links(int count)
{
	char from[16], to[16];

	for (int i = 1; i <= count; i++) {
		(void)snprintf(from, sizeof(from), "l%d", i);
		(void)snprintf(to, sizeof(to), "l%d", i + 1);
		link_to(i == count ? "d/f" : to, from);
	}
	link_to("l1", "l");
}

static void
as_many_links_as_linux_follows(void)
{
	links(39);
}

static const struct {
	const char *name;
	void (*make)(void);
} ways[] = {
	{ "a link", plain_link },
	{ "an absolute link", absolute_link },
	{ "a link of a link", link_of_a_link },
	{ "a linked directory", linked_directory },
	{ "above a linked directory", above_a_linked_directory },
	{ "above the root", above_the_root },
	{ "names with dots", names_with_dots },
	{ "out of a sticky directory", out_of_a_sticky_directory },
	{ "forty links", as_many_links_as_linux_follows },
};

START_TEST(a_way_leads_to_a_secret)
{
	struct apam_error err = APAM_ERROR_INIT;
	const enum trust_kind others[] = { TRUST_FILE, TRUST_CREDENTIAL,
		TRUST_PROGRAM };

	directory("d", 0755);
	file("d/f", 0600);
	ways[_i].make();
	ck_assert_msg(read_secret(below("l"), TRUST_SECRET, &err) == APAM_OK,
	    "%s: %s", ways[_i].name, err.text);
	ck_assert_str_eq(buf_view(&got).p, "x");
	ck_assert_msg(
	    read_secret(below("l"), TRUST_READABLE_SECRET, &err) == APAM_OK,
	    "%s: %s", ways[_i].name, err.text);
	/* What is not a secret is not reached by a link. */
	for (size_t i = 0; i < ROWS(others); i++) {
		ck_assert_int_eq(
		    read_secret(below("l"), others[i], &err), APAM_E_TRUST);
		ck_assert_ptr_nonnull(
		    strstr(err.text, "is a symbolic link; write the real"));
	}
}
END_TEST

/* ---- What a way may not look like --------------------------------------- */

static void
to_an_open_file(void)
{
	link_to("d/f", "l");
	ck_assert_int_eq(chmod(below("d/f"), 0644), 0);
}

static void
to_a_file_that_others_write(void)
{
	link_to("d/f", "l");
	ck_assert_int_eq(chmod(below("d/f"), 0622), 0);
}

static void
through_an_open_directory(void)
{
	link_to("d/f", "l");
	ck_assert_int_eq(chmod(below("d"), 0777), 0);
}

static void
through_a_groups_directory(void)
{
	link_to("d/f", "l");
	ck_assert_int_eq(chmod(below("d"), 0775), 0);
}

/* Out again at once, but others may have chosen where that is. */
static void
in_and_out_of_an_open_directory(void)
{
	directory("open", 0777);
	link_to("open/../d/f", "l");
}

static void
from_an_open_directory(void)
{
	directory("open", 0777);
	link_to("@/d/f", "open/l");
	link_to("open/l", "l");
}

static void
in_a_circle(void)
{
	link_to("m", "l");
	link_to("l", "m");
}

static void
to_itself(void)
{
	link_to("l", "l");
}

static void
down_for_ever(void)
{
	link_to("l/l", "l");
}

static void
up_and_down(void)
{
	link_to("d/../l", "l");
}

static void
more_links_than_linux_follows(void)
{
	links(40);
}

static void
to_a_long_path(void)
{
	char target[505], command[640];

	memset(target, 'x', sizeof(target) - 1);
	for (size_t i = 100; i < sizeof(target) - 1; i += 101)
		target[i] = '/';
	target[sizeof(target) - 1] = '\0';
	(void)snprintf(
	    command, sizeof(command), "mkdir -p '%s/%s'", base, target);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(symlink(target, below("l")), 0);
}

static void
to_a_longer_path(void)
{
	char target[800];

	memset(target, 'x', sizeof(target) - 1);
	target[sizeof(target) - 1] = '\0';
	ck_assert_int_eq(symlink(target, below("l")), 0);
}

static void
to_nothing(void)
{
	link_to("d/nothing", "l");
}

static void
through_nothing(void)
{
	link_to("nothing/f", "l");
}

static void
through_a_file(void)
{
	link_to("d/f/f", "l");
}

static void
to_a_directory(void)
{
	link_to("d", "l");
}

static void
to_the_root(void)
{
	link_to("/", "l");
}

static void
up_to_a_directory(void)
{
	link_to("d/..", "l");
}

static void
to_a_fifo(void)
{
	ck_assert_int_eq(mkfifo(below("fifo"), 0600), 0);
	link_to("fifo", "l");
}

static void
with_a_newline(void)
{
	link_to("d\n", "l");
}

/* These need root, who can give things away. */
static void
by_anothers_link(void)
{
	link_to("d/f", "l");
	give_away("l");
}

static void
by_anothers_second_link(void)
{
	names_with_dots();
	give_away("..data");
}

static void
by_anothers_link_in_a_sticky_directory(void)
{
	directory("s", 01777);
	link_to("../d/f", "s/l");
	give_away("s/l");
	link_to("s/l", "l");
}

static void
through_anothers_directory(void)
{
	link_to("d/f", "l");
	give_away("d");
}

static void
to_anothers_file(void)
{
	link_to("d/f", "l");
	give_away("d/f");
}

/* As if somebody had put it there before. */
static void
to_anothers_file_below_tmp(void)
{
	directory("tmp", 01777);
	file("tmp/f", 0600);
	give_away("tmp/f");
	link_to("tmp/f", "l");
}

static const struct {
	const char *name;
	void (*make)(void);
	enum apam_status status;
	const char *text;
	bool by_root;
} wrongs[] = {
	{ "an open file", to_an_open_file, APAM_E_TRUST,
	    "/d/f is a secret that others have access to; if that is meant, "
	    "write world-readable: in place of file:, else chmod o= /",
	    false },
	{ "a file that others write", to_a_file_that_others_write, APAM_E_TRUST,
	    "/d/f can be changed by others; chmod g-w,o= /", false },
	{ "an open directory", through_an_open_directory, APAM_E_TRUST,
	    "/d can be changed by others; chmod go-w /", false },
	{ "a group's directory", through_a_groups_directory, APAM_E_TRUST,
	    "/d can be changed by others; chmod go-w /", false },
	{ "in and out", in_and_out_of_an_open_directory, APAM_E_TRUST,
	    "/open can be changed by others", false },
	{ "from an open directory", from_an_open_directory, APAM_E_TRUST,
	    "/open can be changed by others", false },
	{ "a circle", in_a_circle, APAM_E_TRUST, "lead in a circle?", false },
	{ "itself", to_itself, APAM_E_TRUST, "lead in a circle?", false },
	{ "down for ever", down_for_ever, APAM_E_TRUST, "in a circle?", false },
	{ "up and down", up_and_down, APAM_E_TRUST, "in a circle?", false },
	{ "too many", more_links_than_linux_follows, APAM_E_TRUST,
	    "more than 40 symbolic links", false },
	{ "too long", to_a_long_path, APAM_E_TRUST, "longer than 511 bytes",
	    false },
	{ "longer", to_a_longer_path, APAM_E_TRUST, "longer than 511 bytes",
	    false },
	{ "nothing", to_nothing, APAM_E_CONFIG,
	    "/d/nothing does not exist; symbolic links lead there from /tmp/",
	    false },
	{ "through nothing", through_nothing, APAM_E_CONFIG,
	    "/nothing does not exist; symbolic links lead there from /tmp/",
	    false },
	{ "through a file", through_a_file, APAM_E_CONFIG,
	    "/d/f is not a directory", false },
	{ "a directory", to_a_directory, APAM_E_CONFIG,
	    "/d is not a regular file", false },
	{ "the root", to_the_root, APAM_E_CONFIG, "/ is not a regular file",
	    false },
	{ "up to a directory", up_to_a_directory, APAM_E_CONFIG,
	    " is not a regular file", false },
	{ "a fifo", to_a_fifo, APAM_E_CONFIG, "/fifo is not a regular file",
	    false },
	{ "a newline", with_a_newline, APAM_E_TRUST, "control character",
	    false },
	{ "another's link", by_anothers_link, APAM_E_TRUST,
	    "/l is a symbolic link that does not belong to root; chown -h "
	    "root /",
	    true },
	{ "another's second link", by_anothers_second_link, APAM_E_TRUST,
	    "/..data is a symbolic link that does not belong to root", true },
	{ "in a sticky directory", by_anothers_link_in_a_sticky_directory,
	    APAM_E_TRUST, "/s/l is a symbolic link that does not belong",
	    true },
	{ "another's directory", through_anothers_directory, APAM_E_TRUST,
	    "/d does not belong to root", true },
	{ "another's file", to_anothers_file, APAM_E_TRUST,
	    "/d/f does not belong to root; chown root /", true },
	{ "below /tmp", to_anothers_file_below_tmp, APAM_E_TRUST,
	    "/tmp/f does not belong to root", true },
};

START_TEST(a_way_is_refused)
{
	struct apam_error err = APAM_ERROR_INIT;

	if (wrongs[_i].by_root && user)
		return;
	directory("d", 0755);
	file("d/f", 0600);
	wrongs[_i].make();
	ck_assert_msg(
	    read_secret(below("l"), TRUST_SECRET, &err) == wrongs[_i].status,
	    "%s: %d, %s", wrongs[_i].name, err.status, err.text);
	ck_assert_msg(strstr(err.text, wrongs[_i].text) != NULL, "%s: %s",
	    wrongs[_i].name, err.text);
	ck_assert_uint_eq(buf_view(&got).n, 0);
}
END_TEST

START_TEST(others_may_read_and_not_write)
{
	struct apam_error err = APAM_ERROR_INIT;

	directory("d", 0755);
	file("d/f", 0644);
	link_to("d/f", "l");
	ck_assert_int_eq(
	    read_secret(below("l"), TRUST_READABLE_SECRET, &err), APAM_OK);
	ck_assert_int_eq(chmod(below("d/f"), 0646), 0);
	ck_assert_int_eq(
	    read_secret(below("l"), TRUST_READABLE_SECRET, &err), APAM_E_TRUST);
	ck_assert_ptr_nonnull(strstr(err.text, "/d/f can be changed by"));
}
END_TEST

/* ---- As another user ---------------------------------------------------- */

/* A user trusts his own links and root's, and no third user's. */
START_TEST(a_user_has_links_of_his_own)
{
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status his, roots, third;

	if (user)
		return;
	directory("d", 0711);
	file("d/f", 0600);
	give_away("d/f");
	link_to("d/f", "his");
	give_away("his");
	link_to("d/f", "roots");
	link_to("d/f", "third");
	ck_assert_int_eq(lchown(below("third"), OTHER_UID - 1, 0), 0);
	user = true;
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	his = read_secret(below("his"), TRUST_SECRET, &err);
	roots = read_secret(below("roots"), TRUST_SECRET, &err);
	third = read_secret(below("third"), TRUST_SECRET, &err);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(his, APAM_OK);
	ck_assert_int_eq(roots, APAM_OK);
	ck_assert_int_eq(third, APAM_E_TRUST);
	ck_assert_ptr_nonnull(strstr(err.text,
	    "/third is a symbolic link that belongs neither to root nor to "
	    "this user; chown -h root /"));
}
END_TEST

/* As Kubernetes gives a file to a pod's fsGroup: 0640, root's and its. */
START_TEST(a_group_reads_a_volume)
{
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	struct volume v;

	if (user)
		return;
	volume_make(&v, below("v"), 0640);
	volume_put(&v, "token", "x");
	ck_assert_int_eq(fchownat(v.dir, "..2026_1/token", 0, 2000, 0), 0);
	ck_assert_int_eq(setegid(2000), 0);
	ck_assert_int_eq(seteuid(OTHER_UID), 0);
	status = read_secret(below("v/token"), TRUST_SECRET, &err);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(setegid(0), 0);
	ck_assert_msg(status == APAM_OK, "%s", err.text);
	volume_close(&v);
}
END_TEST

/* ---- What moves --------------------------------------------------------- */

START_TEST(an_open_secret_stays_whole)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct volume v;
	char text[8];
	int fd;

	volume_make(&v, below("v"), 0600);
	volume_put(&v, "token", "old");
	fd = trust_open(below("v/token"), TRUST_SECRET, user, &err);
	ck_assert_msg(fd >= 0, "%s", err.text);
	volume_put(&v, "token", "new");
	ck_assert_int_eq(read(fd, text, sizeof(text)), 3);
	ck_assert_int_eq(memcmp(text, "old", 3), 0);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(
	    read_secret(below("v/token"), TRUST_SECRET, &err), APAM_OK);
	ck_assert_str_eq(buf_view(&got).p, "new");
	volume_close(&v);
}
END_TEST

struct swapping {
	struct volume volume;
	_Atomic(bool) over;
};

static void *
swap_on(void *arg)
{
	struct swapping *s = arg;
	static char text[2][40001];

	memset(text[0], 'a', 40000);
	memset(text[1], 'b', 40000);
	for (int i = 0; i < SWAPS; i++)
		volume_put(&s->volume, "token", text[i % 2]);
	atomic_store(&s->over, true);
	return NULL;
}

/* All of one letter. */
static void
is_whole(struct apam_str secret)
{
	ck_assert_uint_eq(secret.n, 40000);
	ck_assert_int_eq(memcmp(secret.p, secret.p + 1, secret.n - 1), 0);
}

START_TEST(a_swap_gives_the_old_or_the_new_one)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct swapping s = { .over = false };
	unsigned reads[2] = { 0, 0 };
	char path[1024];
	pthread_t thread;

	(void)snprintf(path, sizeof(path), "%s", below("v/token"));
	volume_make(&s.volume, below("v"), 0600);
	volume_put(&s.volume, "token", "");
	ck_assert_int_eq(pthread_create(&thread, NULL, swap_on, &s), 0);
	while (!atomic_load(&s.over)) {
		ck_assert_msg(read_secret(path, TRUST_SECRET, &err) == APAM_OK,
		    "%s", err.text);
		if (got.n == 0)
			continue; /* the first one */
		is_whole(buf_view(&got));
		reads[buf_view(&got).p[0] == 'b']++;
	}
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_msg(reads[0] > 0 && reads[1] > 0,
	    "%u of the one, %u of the "
	    "other",
	    reads[0], reads[1]);
	volume_close(&s.volume);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("links");
	TCase *tc = tcase_create("links");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, a_way_leads_to_a_secret, 0, ROWS(ways));
	tcase_add_loop_test(tc, a_way_is_refused, 0, ROWS(wrongs));
	tcase_add_test(tc, others_may_read_and_not_write);
	tcase_add_test(tc, a_user_has_links_of_his_own);
	tcase_add_test(tc, a_group_reads_a_volume);
	tcase_add_test(tc, an_open_secret_stays_whole);
	tcase_add_test(tc, a_swap_gives_the_old_or_the_new_one);
	return run_suite(suite);
}
