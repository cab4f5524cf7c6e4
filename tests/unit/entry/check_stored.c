/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/stored.c: which option's secret it is, what it belongs
 * to, and what stands for it in place of its bytes.
 */
#include "entry/stored.h"

#include "base/clock.h"
#include "base/secmem.h"
#include "support/store.h"

enum { OPT_URL, OPT_TOKEN, OPT_CLIENT, OPT_ISSUER, OPT_OTHER, OPT_COUNT };

static const struct apam_option options[OPT_COUNT] = {
	[OPT_URL] = { .name = "token_url",
	    .type = APAM_OPT_URL,
	    .flags = APAM_OPT_BINDS },
	[OPT_TOKEN] = { .name = "token",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_DURABLE },
	[OPT_CLIENT] = { .name = "client_id",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_KEY_ID },
	[OPT_ISSUER] = { .name = "issuer",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_BINDS },
	[OPT_OTHER] = { .name = "other", .type = APAM_OPT_STRING },
};
static const struct option_table table = { options, sizeof(options[0]),
	OPT_COUNT };

static struct apam_value values[OPT_COUNT];
static const struct option_values all = { .values = values,
	.count = OPT_COUNT };
static struct stored stored;
static struct stored_base base;
static struct file_prints watch;

static void
set(size_t i, const char *text)
{
	values[i].set = 1;
	values[i].str = apam_str(text);
}

static void
setup(void)
{
	store_make();
	base = (struct stored_base){ store.state_dir, store.user };
	memset(values, 0, sizeof(values));
	set(OPT_URL, "https://x");
	set(OPT_TOKEN, "store:demo");
	set(OPT_CLIENT, "abc");
	set(OPT_OTHER, "no");
	stored = (struct stored){ .option = 0 };
	watch = (struct file_prints){ .count = 0 };
}

static void
teardown(void)
{
	stored_free(&stored);
	file_prints_free(&watch);
	store_remove();
	ck_assert_int_eq(secmem_live(), 0);
}

static void
find(void)
{
	stored_free(&stored);
	ck_assert(stored_find(&stored, &table, &all, &base, &watch));
}

START_TEST(it_is_found)
{
	find();
	ck_assert(stored_is(&stored));
	ck_assert_str_eq(stored.name, "demo");
	ck_assert_uint_eq(stored.option, OPT_TOKEN);
	ck_assert_str_eq(
	    stored_claim(&stored, "rotating").scheme.p, "rotating");
	ck_assert_str_eq(stored_place(&stored, &base).name, "demo");
}
END_TEST

START_TEST(another_kind_is_not_one)
{
	set(OPT_TOKEN, "file:/store:demo");
	find();
	ck_assert(!stored_is(&stored));
	ck_assert_str_eq(stored.identity, "");
	ck_assert_uint_eq(watch.count, 0);
	values[OPT_TOKEN].set = 0;
	find();
	ck_assert(!stored_is(&stored));
}
END_TEST

/* In the order of names, and only what is set. */
START_TEST(it_belongs_to_what_binds)
{
	find();
	ck_assert_str_eq(buf_view(&stored.bound).p,
	    "bound client_id abc\nbound token_url https://x\n");
	set(OPT_ISSUER, "https://i");
	find();
	ck_assert_str_eq(buf_view(&stored.bound).p,
	    "bound client_id abc\nbound issuer https://i\n"
	    "bound token_url https://x\n");
}
END_TEST

/* A rotation changes nothing of what stands for it; a login does. */
START_TEST(its_family_stands_for_it)
{
	struct apam_error err = APAM_ERROR_INIT;
	char before[STORED_IDENTITY_SIZE];
	struct durable_turn turn;

	find();
	ck_assert_str_eq(stored.identity, "store:demo ");
	store_login("first");
	find();
	ck_assert_uint_eq(strlen(stored.identity), 11 + DURABLE_FAMILY_SIZE);
	(void)snprintf(before, sizeof(before), "%s", stored.identity);
	store_begin(&turn);
	ck_assert_int_eq(durable_turn_spend(&turn, store_origin, &err), 0);
	ck_assert_int_eq(
	    durable_turn_succeed(&turn, APAM_STR("second"), NULL, &err), 0);
	durable_turn_end(&turn);
	find();
	ck_assert_str_eq(stored.identity, before);
	store_login("anew");
	find();
	ck_assert_str_ne(stored.identity, before);
}
END_TEST

START_TEST(a_login_is_noticed)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct durable_turn turn;

	find();
	ck_assert_uint_eq(watch.count, 1);
	ck_assert(!file_prints_changed(&watch));
	store_login("first");
	ck_assert(file_prints_changed(&watch));
	file_prints_free(&watch);
	find();
	store_begin(&turn);
	ck_assert_int_eq(durable_turn_spend(&turn, store_origin, &err), 0);
	ck_assert_int_eq(
	    durable_turn_succeed(&turn, APAM_STR("second"), NULL, &err), 0);
	ck_assert(!file_prints_changed(&watch));
	ck_assert_int_eq(durable_turn_forget(&turn, "logged out", &err), 0);
	durable_turn_end(&turn);
	ck_assert(file_prints_changed(&watch));
}
END_TEST

static void
news_are(bool sound, const char *text)
{
	const struct profile_entry conf = { .scheme = "rotating" };
	struct stored_news news;

	stored_look(&stored, &base, &conf, &news);
	ck_assert_msg(strstr(news.text, text) != NULL, "%s", news.text);
	ck_assert_int_eq(news.sound, sound);
	ck_assert_int_eq(news.since > 0, strstr(text, "no secret yet") == NULL);
}

START_TEST(people_are_told_how_it_is)
{
	find();
	news_are(false, "store:demo has no secret yet; somebody has to log");
	store_login("first");
	/* The tests' claim is of no machine. */
	(void)snprintf(stored.machine, sizeof(stored.machine), "-");
	news_are(true, "store:demo, generation 1");
	set(OPT_CLIENT, "other");
	find();
	(void)snprintf(stored.machine, sizeof(stored.machine), "-");
	news_are(false, "belongs to another client_id");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("stored");
	TCase *tc = tcase_create("stored");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, it_is_found);
	tcase_add_test(tc, another_kind_is_not_one);
	tcase_add_test(tc, it_belongs_to_what_binds);
	tcase_add_test(tc, its_family_stands_for_it);
	tcase_add_test(tc, a_login_is_noticed);
	tcase_add_test(tc, people_are_told_how_it_is);
	return run_suite(suite);
}
