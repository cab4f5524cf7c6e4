/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/profile/origin_index.c: whom a URL belongs to among a few
 * origins, row by row, and among many, held against the rule that compares with
 * each; what a profile in error claims beside them.
 */
#include "profile/handle.h"
#include "profile/origin_index.h"

#include <stdlib.h>
#include <string.h>

#include "support/run.h"

#define PROFILES 4
#define ORIGINS_MAX 16

/* By name in another order than they are added in. */
static char names[PROFILES][2] = { "c", "a", "d", "b" };
static struct apam_profile profiles[PROFILES];
static struct origin_index *index_;

static void
setup(void)
{
	for (int i = 0; i < PROFILES; i++)
		profiles[i].name = names[i];
	index_ = origin_index_new();
	ck_assert_ptr_nonnull(index_);
}

static void
teardown(void)
{
	origin_index_release(&index_);
	ck_assert_ptr_null(index_);
}

static struct apam_profile *
named(char name)
{
	for (int i = 0; i < PROFILES; i++)
		if (names[i][0] == name)
			return &profiles[i];
	return NULL;
}

static struct url
parsed(const char *text)
{
	struct url url;
	const char *why = url_parse(apam_str(text), &url);

	ck_assert_msg(why == NULL, "%s: %s", text, why);
	return url;
}

static void
add(char name, const char *origin)
{
	struct url url = parsed(origin);

	ck_assert(origin_index_add(index_, named(name), &url, 1));
	/* It keeps copies. */
	memset(&url, 0x5a, sizeof(url));
}

/* "PROFILE ORIGIN" each. */
static const char *const tree[] = {
	"a https://api.example",
	"b https://api.example/v1",
	"c https://api.example/v1/eyes",
	"d https://api.example/v1/",
	"a https://api.example:8443/v1",
	"b http://127.0.0.1:8080/",
	"b https://twin.example/x",
	"a https://twin.example/x",
	"d https://twin.example/x",
	"d https://[2001:db8::1]",
	"c https://same.example/x",
	"c https://SAME.example:443/x",
	"a https://deep.example/1/2/3",
};

static const struct {
	const char *url;
	char best; /* or '-' */
	size_t depth;
	char rival; /* or '-' */
} rows[] = {
	/* Another origin, by one thing each. */
	{ "http://api.example/", '-', 0, '-' },
	{ "https://api.example:444/", '-', 0, '-' },
	{ "https://api.exampl/", '-', 0, '-' },
	{ "https://api.example.evil/", '-', 0, '-' },
	{ "https://x.api.example/", '-', 0, '-' },
	{ "https://127.0.0.1:8080/", '-', 0, '-' },
	{ "https://zzz.example/", '-', 0, '-' },
	{ "https://a/", '-', 0, '-' },
	/* The origin, but no path of it. */
	{ "https://api.example:8443/", '-', 0, '-' },
	{ "https://api.example:8443/v", '-', 0, '-' },
	{ "https://api.example:8443/v10", '-', 0, '-' },
	{ "https://api.example:8443/V1", '-', 0, '-' },
	{ "https://deep.example/1/2/33", '-', 0, '-' },
	{ "https://deep.example/1/2", '-', 0, '-' },
	{ "https://deep.example/1/2/x/../3", '-', 0, '-' },
	{ "https://deep.example/1/2/3/%2e%2e/4", '-', 0, '-' },
	{ "https://deep.example/1/2/3/4%2f5", '-', 0, '-' },
	/* The longest. */
	{ "https://api.example", 'a', 1, '-' },
	{ "https://api.example/v", 'a', 1, '-' },
	{ "https://api.example/v10", 'a', 1, '-' },
	{ "https://api.example/v1", 'b', 3, '-' },
	{ "https://api.example/v1?/eyes", 'b', 3, '-' },
	{ "https://api.example/v1/", 'd', 4, '-' },
	{ "https://api.example/v1/eye", 'd', 4, '-' },
	{ "https://api.example/v1/eyess", 'd', 4, '-' },
	{ "https://api.example/v1/eyes", 'c', 8, '-' },
	{ "https://API.example:443/v1/eyes/7", 'c', 8, '-' },
	{ "https://api.example:8443/v1/x", 'a', 3, '-' },
	{ "http://127.0.0.1:8080/x/y", 'b', 1, '-' },
	{ "https://[2001:DB8:0::1]/x", 'd', 1, '-' },
	{ "https://deep.example/1/2/3/4/5/6/7/8/9", 'a', 6, '-' },
	/* What may be read in two ways is never below a path. */
	{ "https://api.example/v1/../v1/eyes", 'a', 1, '-' },
	{ "https://api.example/v1%2feyes", 'a', 1, '-' },
	/* Alike: the first and the last by name. */
	{ "https://twin.example/x/y", 'a', 2, 'd' },
	/* One profile is not a rival of its own. */
	{ "https://same.example/x", 'c', 2, '-' },
};

static bool
is(const struct claimant *of, char name)
{
	return of == NULL ? name == '-' :
			    of->name[0] == name && of->profile == named(name);
}

static void
is_chosen(const char *what, const struct choice *c, char best, char rival)
{
	ck_assert_msg(is(c->best, best), "%s: %s", what,
	    c->best == NULL ? "-" : c->best->name);
	ck_assert_msg(is(c->rival, rival), "%s: rival %s", what,
	    c->rival == NULL ? "-" : c->rival->name);
}

START_TEST(whose_a_url_is)
{
	struct url url = parsed(rows[_i].url);
	struct choice c;

	for (int i = 0; i < ROWS(tree); i++)
		add(tree[i][0], tree[i] + 2);
	origin_index_sort(index_);
	c = origin_index_choose(index_, &url);
	is_chosen(rows[_i].url, &c, rows[_i].best, rows[_i].rival);
	ck_assert_msg(
	    c.depth == rows[_i].depth, "%s: depth %zu", rows[_i].url, c.depth);
}
END_TEST

START_TEST(an_empty_one_holds_nothing)
{
	struct url url = parsed("https://api.example/");
	struct choice c;

	origin_index_sort(index_);
	c = origin_index_choose(index_, &url);
	is_chosen("empty", &c, '-', '-');
	/* Nor does a profile without an origin. */
	ck_assert(origin_index_add(index_, &profiles[0], NULL, 0));
	origin_index_sort(index_);
	c = origin_index_choose(index_, &url);
	is_chosen("no origin", &c, '-', '-');
}
END_TEST

START_TEST(it_lives_while_it_is_held)
{
	struct origin_index *other = origin_index_hold(index_);
	struct url url = parsed("https://api.example/");
	struct choice c;

	add('a', "https://api.example");
	origin_index_sort(index_);
	origin_index_release(&other);
	ck_assert_ptr_null(other);
	c = origin_index_choose(index_, &url);
	is_chosen("held", &c, 'a', '-');
	origin_index_release(&other);
}
END_TEST

/* The longest path there is, in the origin and in the URL. */
START_TEST(a_path_of_the_greatest_length)
{
	static char text[URL_MAX + 1];
	size_t head = strlen("https://h.example");
	struct url url;
	struct choice c;

	memset(text, '/', URL_MAX);
	memcpy(text, "https://h.example", head);
	add('a', text);
	origin_index_sort(index_);
	url = parsed(text);
	c = origin_index_choose(index_, &url);
	is_chosen("whole", &c, 'a', '-');
	ck_assert_uint_eq(c.depth, URL_MAX - head);
	text[URL_MAX - 1] = '\0';
	url = parsed(text);
	c = origin_index_choose(index_, &url);
	is_chosen("one less", &c, '-', '-');
}
END_TEST

/* ---- Files in error ----------------------------------------------------- */

static void
claim(const char *name, const char *origin)
{
	struct url url = parsed(origin);
	char own[32];

	(void)snprintf(own, sizeof(own), "%s", name);
	ck_assert(origin_index_claim(index_, own, &url, 1));
	memset(own, 0x5a, sizeof(own));
}

/* Who is in error is in capitals. */
static const struct {
	const char *url, *best, *rival;
} claims[] = {
	{ "https://api.example/v1/x", "ERR", NULL },
	{ "https://api.example/v", "a", NULL },
	/* It is as good as any other. */
	{ "https://twin.example/", "ERR", "a" },
	/* What works of a profile goes before what its file claims now. */
	{ "https://both.example/", "a", NULL },
	{ "https://both.example/new/x", "a!", NULL },
};

static void
is_claimant(const char *url, const struct claimant *c, const char *name)
{
	const bool claims_only = name != NULL && strcmp(name, "a") != 0;

	if (name == NULL) {
		ck_assert_msg(c == NULL, "%s", url);
		return;
	}
	ck_assert_msg(c != NULL, "%s", url);
	ck_assert_int_eq(strncmp(c->name, name, strlen(c->name)), 0);
	ck_assert_msg((c->profile == NULL) == claims_only, "%s", url);
}

START_TEST(one_in_error_claims)
{
	struct url url = parsed(claims[_i].url);
	struct choice c;

	add('a', "https://api.example");
	add('a', "https://twin.example");
	add('a', "https://both.example");
	claim("ERR", "https://api.example/v1");
	claim("ERR", "https://twin.example");
	claim("a", "https://both.example");
	claim("a", "https://both.example/new");
	origin_index_sort(index_);
	c = origin_index_choose(index_, &url);
	is_claimant(claims[_i].url, c.best, claims[_i].best);
	is_claimant(claims[_i].url, c.rival, claims[_i].rival);
}
END_TEST

START_TEST(what_cannot_be_read_is_noted)
{
	char name[] = "first";

	ck_assert_ptr_null(origin_index_unread(index_));
	ck_assert(origin_index_add_unread(index_, name));
	ck_assert(origin_index_add_unread(index_, "second"));
	memset(name, 0x5a, sizeof(name) - 1);
	ck_assert_str_eq(origin_index_unread(index_), "first");
}
END_TEST

/* ---- Against the plain rule -------------------------------------------- */

static struct {
	char text[64];
	struct url url;
	char profile;
} origins[ORIGINS_MAX];

/* A URL of few parts, so that many are alike or one above the other. */
static void
make_url(char *to, size_t size)
{
	static const char *const hosts[] = { "a.example", "a.example",
		"a.example", "a.example:444", "b.example", "a.example.b" };
	static const char *const parts[] = { "", "", "/", "/v", "/v", "/v1",
		"/v1/", "/a", "//", "/.", "/%2e", "/%2F" };

	(void)snprintf(to, size, "https://%s%s%s", hosts[rand() % 6],
	    parts[rand() % 9], parts[rand() % 12]);
}

/* Names, '-' for none. */
struct plain_choice {
	char best;
	size_t depth;
	char rival;
};

/* What comparing with every origin says, in the order of the names. */
static struct plain_choice
plainly(const struct url *url, int count)
{
	struct plain_choice c = { '-', 0, '-' };

	for (char name = 'a'; name <= 'd'; name++)
		for (int i = 0; i < count; i++) {
			size_t n = origins[i].url.path.n;

			if (origins[i].profile != name || n < c.depth ||
			    url_outside(&origins[i].url, url) != NULL)
				continue;
			if (c.best == '-' || n > c.depth)
				c = (struct plain_choice){ name, n, '-' };
			else if (c.best != name)
				c.rival = name;
		}
	return c;
}

static void
make_origins(int count)
{
	origin_index_release(&index_);
	index_ = origin_index_new();
	for (int i = 0; i < count; i++) {
		make_url(origins[i].text, sizeof(origins[i].text));
		origins[i].url = parsed(origins[i].text);
		origins[i].profile = (char)('a' + rand() % PROFILES);
		add(origins[i].profile, origins[i].text);
	}
	origin_index_sort(index_);
}

START_TEST(as_if_compared_with_each)
{
	char text[64];
	int hits = 0, rivals = 0;

	srand(1);
	for (int round = 0; round < 20000; round++) {
		int count = round % (ORIGINS_MAX + 1);
		struct plain_choice wanted;
		struct choice c;
		struct url url;

		make_origins(count);
		make_url(text, sizeof(text));
		url = parsed(text);
		c = origin_index_choose(index_, &url);
		wanted = plainly(&url, count);
		ck_assert_msg(is(c.best, wanted.best) &&
			c.depth == wanted.depth && is(c.rival, wanted.rival),
		    "round %d: %s", round, text);
		hits += c.best != NULL;
		rivals += c.rival != NULL;
	}
	/* It was worth it. */
	ck_assert_int_gt(hits, 2000);
	ck_assert_int_gt(rivals, 100);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("profile_index");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, whose_a_url_is, 0, ROWS(rows));
	tcase_add_test(t, an_empty_one_holds_nothing);
	tcase_add_test(t, it_lives_while_it_is_held);
	tcase_add_loop_test(t, one_in_error_claims, 0, ROWS(claims));
	tcase_add_test(t, what_cannot_be_read_is_noted);
	tcase_add_test(t, a_path_of_the_greatest_length);
	tcase_add_test(t, as_if_compared_with_each);
	suite_add_tcase(s, t);
	return run_suite(s);
}
