/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/profile/finder.c: profiles found by URL, with the longest path,
 * two alike, broken ones beside good ones, a thousand of them; when files that
 * changed are seen, and that they are not looked at before that; threads and
 * children that find while files change.
 */
#include "base/clock.h"
#include "base/sanitizer.h"
#include "profile/finder.h"
#include "profile/handle.h"
#include "profile/reload.h"
#include "profile/table.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "support/project.h"
#include "support/run.h"

#define API "https://api.example"

static struct project project;

static void
remove_profile(const char *name)
{
	char file[128];

	(void)snprintf(file, sizeof(file), "apam.d/%s.conf", name);
	ck_assert_int_eq(unlink(project_path(&project, file)), 0);
}

static void
setup(void)
{
	project_make(&project);
	project_origin(&project, "zero", "https://zero.example");
	(void)project_get(&project, "zero");
}

static void
teardown(void)
{
	project_remove(&project);
}

static enum apam_status
find(const char *url, struct apam_profile **profile)
{
	/* Neither of them is to stay as it was. */
	*profile = (struct apam_profile *)(void *)&project;
	memset(&project.err, 0x5a, sizeof(project.err));
	project.err.size = sizeof(project.err);
	return apam_profile_find(project.ctx, url, profile, &project.err);
}

/* The name of the profile that is found, or that of the status. */
static const char *
found(const char *url)
{
	struct apam_profile *p;
	enum apam_status status = find(url, &p);

	ck_assert_int_eq(project.err.status, status);
	ck_assert((p != NULL) == (status == APAM_OK));
	return p != NULL ? apam_profile_name(p) : apam_status_name(status);
}

static void
look_at(int64_t check_at, int64_t missed_at)
{
	pthread_mutex_lock(&project.ctx->env.lock);
	project.ctx->finder.check_at = check_at;
	project.ctx->finder.missed_at = missed_at;
	pthread_mutex_unlock(&project.ctx->env.lock);
}

/* A second has passed. */
static void
look_again(void)
{
	look_at(0, INT64_MAX);
}

/* Only for a URL that no profile holds. */
static void
look_when_missed(void)
{
	look_at(INT64_MAX, 0);
}

static void
never_look(void)
{
	look_at(INT64_MAX, INT64_MAX);
}

/* ---- Whose a URL is ---------------------------------------------------- */

/* Listed in an order in which neither the first nor the last always wins. */
static void
write_tree(void)
{
	project_origin(&project, "a-deep", "https://api.example/v1/eyes");
	project_origin(&project, "b-top", "https://api.example");
	project_origin(&project, "c-mid", "https://api.example/v1");
	project_origin(&project, "d-twin", "https://twin.example/x");
	project_origin(&project, "e-twin", "https://twin.example/x");
	project_origin(&project, "f-above", "https://twin.example");
	project_origin(&project, "g-below", "https://twin.example/x/y");
	project_profile(&project, "h-two",
	    "origins = [ \"https://two.example\", \"https://two.example/v1\", "
	    "\"https://other.example:8443\" ];\n"
	    "auth = ( { scheme = \"none\"; } );\n");
	project_origin(&project, "i-one", "https://two.example/v");
	project_profile(&project, "broken",
	    "origins = [ \"https://api.example/v1/eyes/1\" ];\n");
	project_origin(&project, "alone", "https://alone.example");
	project_write(&project, "apam.d/c-mid.conf.bak", "nonsense");
	project_write(&project, "apam.d/-odd.conf", "nonsense");
}

static const struct {
	const char *url;
	enum apam_status status;
	const char *name; /* or a part of the error's text */
} urls[] = {
	{ "", APAM_E_URL, "" },
	{ "api.example", APAM_E_URL, "" },
	{ "https://user@api.example/", APAM_E_URL, "user info" },
	{ "https://api.example/\n", APAM_E_URL, "" },
	{ "ftp://api.example/", APAM_E_URL, "" },
	{ "http://api.example/", APAM_E_NO_PROFILE, "no profile has" },
	{ "https://api.example:8443/", APAM_E_NO_PROFILE, "no profile has" },
	{ "https://api.example.evil/", APAM_E_NO_PROFILE, "no profile has" },
	{ "https://other.example/", APAM_E_NO_PROFILE, "no profile has" },
	{ "https://twin.example/x", APAM_E_CONFIG,
	    "profiles d-twin and e-twin both claim the URL" },
	{ "https://twin.example/x/z", APAM_E_CONFIG, "both claim" },
	{ "https://twin.example/", APAM_OK, "f-above" },
	{ "https://twin.example/x/y/z", APAM_OK, "g-below" },
	{ "https://api.example", APAM_OK, "b-top" },
	{ "https://api.example/v", APAM_OK, "b-top" },
	{ "https://api.example/v10", APAM_OK, "b-top" },
	{ "https://api.example/v1", APAM_OK, "c-mid" },
	{ "https://API.example:443/v1/", APAM_OK, "c-mid" },
	{ "https://api.example/v1?/eyes", APAM_OK, "c-mid" },
	{ "https://api.example/v1/eye", APAM_OK, "c-mid" },
	{ "https://api.example/v1/eyes", APAM_OK, "a-deep" },
	/* As deep as that is the broken one, which says what is wrong. */
	{ "https://api.example/v1/eyes/1", APAM_E_CONFIG, "auth is missing" },
	/* Two origins of one profile are not rivals. */
	{ "https://two.example/v1/x", APAM_OK, "h-two" },
	{ "https://two.example/v/x", APAM_OK, "i-one" },
	{ "https://other.example:8443/", APAM_OK, "h-two" },
	{ "https://alone.example/#part", APAM_OK, "alone" },
};

static void
is_found(int row)
{
	struct apam_profile *p;
	const char *url = urls[row].url, *name = urls[row].name;
	enum apam_status status;

	status = find(url, &p);
	ck_assert_msg(status == urls[row].status, "%s: %s: %s", url,
	    apam_status_name(status), project.err.text);
	ck_assert_int_eq(project.err.status, status);
	if (status == APAM_OK) {
		ck_assert_msg(strcmp(apam_profile_name(p), name) == 0, "%s: %s",
		    url, apam_profile_name(p));
		return;
	}
	ck_assert_ptr_null(p);
	ck_assert_msg(strstr(project.err.text, name) != NULL, "%s: %s", url,
	    project.err.text);
	ck_assert_int_eq(apam_profile_find(project.ctx, url, &p, NULL), status);
}

START_TEST(the_longest_path_wins)
{
	write_tree();
	is_found(_i);
	never_look();
	is_found(_i);
}
END_TEST

#define MANY 1000

START_TEST(a_thousand_profiles)
{
	char name[32], url[64];

	/* 7 and 1000 have no common factor: each once, in no order. */
	for (int i = 0, n = 0; i < MANY; i++, n = (n + 7) % MANY) {
		(void)snprintf(name, sizeof(name), "p%d", n);
		(void)snprintf(
		    url, sizeof(url), "https://h%d.example/%d", n % 10, n);
		project_origin(&project, name, url);
		if (i % 2 == 0)
			(void)project_get(&project, name);
	}
	for (int n = 0; n < MANY; n += 333) {
		(void)snprintf(name, sizeof(name), "p%d", n);
		(void)snprintf(
		    url, sizeof(url), "https://h%d.example/%d/x", n % 10, n);
		ck_assert_str_eq(found(url), name);
	}
	ck_assert_uint_eq(project.ctx->profile_count, MANY + 1);
}
END_TEST

/* ---- Files that change ------------------------------------------------- */

#define NO_PROFILE "APAM_E_NO_PROFILE"

START_TEST(no_directory_no_profile)
{
	ck_assert_str_eq(found("https://zero.example/"), "zero");
	ck_assert_int_eq(chmod(project_path(&project, "apam.d"), 0777), 0);
	look_again();
	ck_assert_str_eq(found("https://zero.example/"), "APAM_E_TRUST");
	/* What is not to be trusted is not answered from memory. */
	never_look();
	ck_assert_str_eq(found("https://zero.example/"), "APAM_E_TRUST");
	ck_assert_int_eq(chmod(project_path(&project, "apam.d"), 0700), 0);
	ck_assert_str_eq(found("https://zero.example/"), "zero");
}
END_TEST

/* Nothing is read of a directory that is not there any more. */
START_TEST(no_look_before_its_time)
{
	char to[sizeof(project.path)];

	ck_assert_str_eq(found("https://zero.example/"), "zero");
	(void)snprintf(to, sizeof(to), "%s", project_path(&project, "moved"));
	ck_assert_int_eq(rename(project_path(&project, "apam.d"), to), 0);
	never_look();
	ck_assert_str_eq(found("https://zero.example/"), "zero");
	ck_assert_str_eq(found("https://nobody.example/"), NO_PROFILE);
	look_again();
	ck_assert_str_eq(found("https://zero.example/"), "APAM_E_CONFIG");
}
END_TEST

/* Times are set by a look, and in the next second or so. */
START_TEST(a_look_sets_the_time_of_the_next)
{
	const struct finder *f = &project.ctx->finder;
	int64_t now = clock_ms();

	ck_assert_str_eq(found("https://zero.example/"), "zero");
	ck_assert_int_gt(f->check_at, now);
	ck_assert_int_le(f->check_at, clock_ms() + 1100);
	ck_assert_int_eq(f->missed_at, 0);
	ck_assert(!f->looking);
	look_when_missed();
	ck_assert_str_eq(found("https://nobody.example/"), NO_PROFILE);
	ck_assert_int_gt(f->missed_at, now);
	ck_assert_int_le(f->missed_at, clock_ms() + 1100);
	ck_assert_int_eq(f->check_at, INT64_MAX);
	ck_assert(!f->looking);
}
END_TEST

/* One find looks once, even where it finds nothing. */
START_TEST(a_url_is_not_missed_after_a_look)
{
	ck_assert_str_eq(found("https://nobody.example/"), NO_PROFILE);
	ck_assert_int_eq(project.ctx->finder.missed_at, 0);
	look_at(0, 0);
	ck_assert_str_eq(found("https://nobody.example/"), NO_PROFILE);
	ck_assert_int_eq(project.ctx->finder.missed_at, 0);
}
END_TEST

START_TEST(another_thread_looks)
{
	ck_assert_str_eq(found("https://zero.example/"), "zero");
	remove_profile("zero");
	look_at(0, 0);
	project.ctx->finder.looking = true;
	ck_assert_str_eq(found("https://zero.example/"), "zero");
	ck_assert_str_eq(found("https://nobody.example/"), NO_PROFILE);
	project.ctx->finder.looking = false;
	ck_assert_str_eq(found("https://zero.example/"), NO_PROFILE);
}
END_TEST

/* What there was, what changes, and who is found before and after a look. */
static const struct {
	const char *what;
	const char *before[2]; /* origins of a and b; NULL: no file */
	const char *after[2];
	const char *found, *then;
} changes[] = {
	{ "gone", { API, NULL }, { NULL, NULL }, "a", NO_PROFILE },
	{ "gone, to the one above", { API, API "/v1" }, { API, NULL }, "b",
	    "a" },
	{ "more specific", { API, NULL }, { API, API "/v1" }, "a", "b" },
	{ "even more", { API "/v1", API }, { API "/v1", API "/v1/x" }, "a",
	    "b" },
	{ "a rival", { API, NULL }, { API, API }, "a", "APAM_E_CONFIG" },
	{ "no rival", { API, API }, { API, NULL }, "APAM_E_CONFIG", "a" },
	{ "moved", { API, NULL }, { "https://b.example", NULL }, "a",
	    NO_PROFILE },
	{ "exchanged", { API, "https://b.example" },
	    { "https://b.example", API }, "a", "b" },
	{ "in error", { API, NULL }, { "https://", NULL }, "a", "a" },
	{ "new in error", { API, NULL }, { API, "https://" }, "a", "a" },
	{ "an origin in error", { API, NULL }, { API "/*", NULL }, "a", "a" },
	{ "new, and an origin in error", { API, NULL }, { API, API "/v1/*" },
	    "a", "APAM_E_CONFIG" },
	{ "the same", { API, API "/v1" }, { API, API "/v1" }, "b", "b" },
};

static void
write_both(const char *const origins[2])
{
	static const char *const names[] = { "a", "b" };
	char file[32];

	for (int i = 0; i < 2; i++) {
		(void)snprintf(file, sizeof(file), "apam.d/%s.conf", names[i]);
		(void)unlink(project_path(&project, file));
		if (origins[i] != NULL)
			project_origin(&project, names[i], origins[i]);
	}
}

START_TEST(a_change_is_seen_when_it_is_looked_for)
{
	const char *name;

	write_both(changes[_i].before);
	name = found(API "/v1/x");
	ck_assert_msg(strcmp(name, changes[_i].found) == 0, "%s: %s first",
	    changes[_i].what, name);
	write_both(changes[_i].after);
	never_look();
	name = found(API "/v1/x");
	ck_assert_msg(strcmp(name, changes[_i].found) == 0, "%s: %s too soon",
	    changes[_i].what, name);
	look_again();
	name = found(API "/v1/x");
	ck_assert_msg(strcmp(name, changes[_i].then) == 0, "%s: %s then",
	    changes[_i].what, name);
}
END_TEST

/* The first and the last by name, as they are listed. */
START_TEST(rivals_are_named)
{
	project_origin(&project, "c", API);
	project_origin(&project, "a", API "/");
	ck_assert_str_eq(found(API "/"), "APAM_E_CONFIG");
	ck_assert_str_eq(project.err.text,
	    "profiles a and c both claim the URL; name one, or give one of "
	    "them an origin with a longer path");
	project_origin(&project, "b", API);
	project_origin(&project, "d", API);
	look_again();
	ck_assert_str_eq(found(API "/"), "APAM_E_CONFIG");
	ck_assert_ptr_nonnull(strstr(project.err.text, "profiles a and d "));
}
END_TEST

START_TEST(what_is_missed_is_looked_for_at_once)
{
	ck_assert_str_eq(found(API "/"), NO_PROFILE);
	project_origin(&project, "a", API);
	never_look();
	ck_assert_str_eq(found(API "/"), NO_PROFILE);
	look_when_missed();
	ck_assert_str_eq(found(API "/"), "a");
	/* An origin that has changed, though its file was looked at just now. */
	project_origin(&project, "a", "https://other.example");
	look_when_missed();
	ck_assert_str_eq(found("https://other.example/"), "a");
	ck_assert_str_eq(found(API "/"), NO_PROFILE);
	/* Not again in this second. */
	project_origin(&project, "a", API);
	look_at(INT64_MAX, clock_ms() + 60000);
	ck_assert_str_eq(found(API "/"), NO_PROFILE);
	look_when_missed();
	ck_assert_str_eq(found(API "/"), "a");
}
END_TEST

START_TEST(a_broken_one_is_found_once_it_is_right)
{
	project_profile(&project, "a", "origins = 1;\n");
	ck_assert_str_eq(found(API "/"), NO_PROFILE);
	ck_assert_int_eq(project.err.file[0], '\0');
	project_origin(&project, "a", API);
	look_again();
	ck_assert_str_eq(found(API "/"), "a");
}
END_TEST

/* It takes a second, and no help of the test's. */
START_TEST(within_a_second_or_so)
{
	const struct timespec pause = { 0, 20000000 };
	int64_t ends;

	project_origin(&project, "a", API);
	ck_assert_str_eq(found(API "/v1"), "a");
	project_origin(&project, "b", API "/v1");
	ends = clock_ms() + 20000;
	while (strcmp(found(API "/v1"), "b") != 0) {
		ck_assert_int_lt(clock_ms(), ends);
		(void)nanosleep(&pause, NULL);
	}
}
END_TEST

/* No descriptor to look with: an error, and no profile in another's place. */
START_TEST(without_a_descriptor)
{
	struct rlimit limit, none;

	project_origin(&project, "a", API);
	ck_assert_str_eq(found(API "/"), "a");
	look_again();
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_str_eq(found(API "/"), "APAM_E_MEMORY");
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_str_eq(found(API "/"), "a");
}
END_TEST

/* Nor is a profile left out that there is no memory or descriptor for. */
START_TEST(an_index_without_a_descriptor)
{
	struct origin_index *index = NULL;
	struct rlimit limit, none;
	struct directory list;

	project_origin(&project, "a", API);
	ck_assert_int_eq(table_list(project.ctx, &list, NULL), APAM_OK);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_eq(finder_index(project.ctx, &list, &index, &project.err),
	    APAM_E_MEMORY);
	ck_assert_ptr_null(index);
	ck_assert_int_eq(project.err.status, APAM_E_MEMORY);
	ck_assert_int_eq(
	    finder_index(project.ctx, &list, &index, NULL), APAM_E_MEMORY);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(
	    finder_index(project.ctx, &list, &index, NULL), APAM_OK);
	origin_index_release(&index);
	directory_free(&list);
}
END_TEST

/* ---- Files in error ------------------------------------------------------ */

#define IN_ERROR "origins = [ \"" API "/v1\" ];\nauth = \n"
#define ANOTHER "https://another.example"

/* True where the error is that of the profile's file. */
static void
is_refused(const char *url, const char *name, unsigned line)
{
	struct apam_profile *p;
	char end[32];

	(void)snprintf(end, sizeof(end), "/%s.conf", name);
	ck_assert_int_eq(find(url, &p), APAM_E_CONFIG);
	ck_assert_ptr_null(p);
	ck_assert_str_eq(project.err.profile, name);
	ck_assert_ptr_nonnull(strstr(project.err.file, end));
	ck_assert_uint_eq(project.err.line, line);
}

/* It is found with the next call, whoever looks at the files, and when. */
START_TEST(one_in_error_until_it_is_mended)
{
	project_profile(&project, "a", IN_ERROR);
	is_refused(API "/v1/x", "a", 3);
	never_look();
	is_refused(API "/v1/x", "a", 3);
	ck_assert_str_eq(found(API "/v"), NO_PROFILE);
	project_origin(&project, "a", API "/v1");
	ck_assert_str_eq(found(API "/v1/x"), "a");
	/* And where it is for something else from now on. */
	project_profile(&project, "b", IN_ERROR);
	remove_profile("a");
	look_again();
	is_refused(API "/v1/x", "b", 3);
	never_look();
	project_origin(&project, "b", ANOTHER);
	ck_assert_str_eq(found(API "/v1/x"), NO_PROFILE);
	ck_assert_str_eq(found(ANOTHER "/v1/x"), "b");
}
END_TEST

/* What worked goes on, and what came with the mistake is refused. */
START_TEST(a_mistake_in_one_that_works)
{
	struct apam_profile *p;

	project_origin(&project, "a", API);
	ck_assert_str_eq(found(API "/v1/x"), "a");
	project_profile(&project, "a",
	    "origins = [ \"" API "\", \"" ANOTHER "\" ];\nauth = 1;\n");
	look_again();
	ck_assert_str_eq(found(API "/v1/x"), "a");
	is_refused(ANOTHER "/", "a", 2);
	remove_profile("a");
	ck_assert_int_eq(apam_profile_get(project.ctx, "a", &p, NULL), APAM_OK);
	profile_look_soon(p);
	ck_assert_ptr_null(profile_follow(p, 0, NULL));
	look_again();
	ck_assert_str_eq(found(ANOTHER "/"), NO_PROFILE);
	/* One that came back in error has what its file says. */
	project_profile(&project, "a", IN_ERROR);
	look_again();
	ck_assert_str_eq(found(API "/"), NO_PROFILE);
	is_refused(API "/v1/x", "a", 3);
}
END_TEST

/* Others may have written it: it takes nothing, and what it is for is not known. */
START_TEST(a_file_that_is_not_believed)
{
	struct apam_profile *p;

	project_origin(&project, "a", API);
	project_profile(&project, "b", IN_ERROR);
	project_origin(&project, "c", ANOTHER);
	ck_assert_int_eq(
	    chmod(project_path(&project, "apam.d/b.conf"), 0666), 0);
	ck_assert_int_eq(
	    chmod(project_path(&project, "apam.d/c.conf"), 0660), 0);
	ck_assert_str_eq(found(API "/v1/x"), "a");
	ck_assert_int_eq(find(ANOTHER "/", &p), APAM_E_NO_PROFILE);
	ck_assert_ptr_nonnull(
	    strstr(project.err.text, "it may be for profile b, "));
	ck_assert_int_eq(
	    chmod(project_path(&project, "apam.d/b.conf"), 0600), 0);
	look_again();
	is_refused(API "/v1/x", "b", 3);
	ck_assert_int_eq(find(ANOTHER "/", &p), APAM_E_NO_PROFILE);
	ck_assert_ptr_nonnull(
	    strstr(project.err.text, "it may be for profile c, "));
}
END_TEST

/* ---- Threads and children ---------------------------------------------- */

#define FINDERS 3

static _Atomic bool stop;

/* What each finder found of two URLs that change hands. */
struct finds {
	long a, b, other, none, wrong;
};

static void
find_below(struct finds *n)
{
	struct apam_profile *p;

	if (apam_profile_find(project.ctx, API "/v1/x", &p, NULL) != APAM_OK)
		n->wrong++;
	else if (strcmp(apam_profile_name(p), "a") == 0)
		n->a++;
	else
		n->b++;
}

static void
find_elsewhere(struct finds *n)
{
	struct apam_profile *p;
	enum apam_status status = apam_profile_find(
	    project.ctx, "https://other.example/", &p, NULL);

	if (status == APAM_E_NO_PROFILE)
		n->none++;
	else if (status != APAM_OK || strcmp(apam_profile_name(p), "b") != 0)
		n->wrong++;
	else
		n->other++;
}

static void *
find_on(void *arg)
{
	while (!atomic_load(&stop)) {
		find_below(arg);
		find_elsewhere(arg);
	}
	return NULL;
}

/* The one that moves: below a's origin, elsewhere, not there. */
static void
change(int i)
{
	static const char *const origins[] = { API "/v1",
		"https://other.example" };

	if (i % 3 == 2)
		remove_profile("b");
	else
		project_origin(&project, "b", origins[i % 3]);
	look_at(0, i % 2 == 0 ? 0 : INT64_MAX);
}

START_TEST(threads_find_while_files_change)
{
	const struct timespec pause = { 0, 3000000 };
	struct finds n[FINDERS] = { { 0 } }, all = { 0 };
	pthread_t threads[FINDERS];

	project_origin(&project, "a", API);
	atomic_store(&stop, false);
	for (int i = 0; i < FINDERS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, find_on, &n[i]), 0);
	for (int i = 0; i < 300; i++) {
		change(i);
		(void)nanosleep(&pause, NULL);
	}
	atomic_store(&stop, true);
	for (int i = 0; i < FINDERS; i++) {
		(void)pthread_join(threads[i], NULL);
		all.a += n[i].a;
		all.b += n[i].b;
		all.other += n[i].other;
		all.none += n[i].none;
		all.wrong += n[i].wrong;
	}
	ck_assert_int_eq(all.wrong, 0);
	ck_assert(all.a > 0 && all.b > 0 && all.other > 0 && all.none > 0);
	look_again();
	ck_assert_str_eq(found(API "/v1/x"), "a");
}
END_TEST

/* In the child: 0 where it finds what has changed since. */
static int
find_in_child(void)
{
	struct apam_profile *p;

	alarm(20);
	look_again();
	if (apam_profile_find(project.ctx, API "/", &p, NULL) != APAM_OK)
		return 1;
	return strcmp(apam_profile_name(p), "a") == 0 ? 0 : 2;
}

static void
child_finds(void)
{
	pid_t pid = fork();
	int status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(find_in_child());
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status), "ended by %d", WTERMSIG(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}

/* The thread that looks is not there in the child. */
START_TEST(a_fork_while_somebody_looks)
{
	project_origin(&project, "b", API);
	ck_assert_str_eq(found(API "/"), "b");
	remove_profile("b");
	project_origin(&project, "a", API);
	project.ctx->finder.looking = true;
	child_finds();
	ck_assert(project.ctx->finder.looking);
	project.ctx->finder.looking = false;
	ck_assert_str_eq(found(API "/"), "b");
}
END_TEST

/*
 * The sanitizers' own allocators do not survive a fork while another thread
 * allocates (before GCC 14).
 */
#ifndef SANITIZED
static void *
look_on(void *arg)
{
	struct apam_profile *p;

	while (!atomic_load(&stop)) {
		look_at(0, 0);
		if (apam_profile_find(project.ctx, API "/", &p, NULL) !=
		    APAM_OK)
			return NULL;
	}
	return arg;
}

START_TEST(forks_at_any_moment)
{
	pthread_t thread;
	void *whole = NULL;

	project_origin(&project, "a", API);
	atomic_store(&stop, false);
	ck_assert_int_eq(pthread_create(&thread, NULL, look_on, &whole), 0);
	for (int i = 0; i < 200; i++)
		child_finds();
	atomic_store(&stop, true);
	(void)pthread_join(thread, &whole);
	ck_assert_ptr_nonnull(whole);
}
END_TEST
#endif

static void
add_change_tests(TCase *t)
{
	tcase_add_test(t, no_directory_no_profile);
	tcase_add_test(t, no_look_before_its_time);
	tcase_add_test(t, one_in_error_until_it_is_mended);
	tcase_add_test(t, a_mistake_in_one_that_works);
	tcase_add_test(t, a_file_that_is_not_believed);
	tcase_add_test(t, a_look_sets_the_time_of_the_next);
	tcase_add_test(t, a_url_is_not_missed_after_a_look);
	tcase_add_test(t, another_thread_looks);
	tcase_add_loop_test(
	    t, a_change_is_seen_when_it_is_looked_for, 0, ROWS(changes));
	tcase_add_test(t, rivals_are_named);
	tcase_add_test(t, what_is_missed_is_looked_for_at_once);
	tcase_add_test(t, a_broken_one_is_found_once_it_is_right);
	tcase_add_test(t, within_a_second_or_so);
	tcase_add_test(t, without_a_descriptor);
	tcase_add_test(t, an_index_without_a_descriptor);
}

int
main(void)
{
	Suite *s = suite_create("find");
	TCase *t = tcase_create("core");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, the_longest_path_wins, 0, ROWS(urls));
	tcase_add_test(t, a_thousand_profiles);
	add_change_tests(t);
	tcase_add_test(t, threads_find_while_files_change);
	tcase_add_test(t, a_fork_while_somebody_looks);
#ifndef SANITIZED
	tcase_add_test(t, forks_at_any_moment);
#endif
	suite_add_tcase(s, t);
	return run_suite(s);
}
