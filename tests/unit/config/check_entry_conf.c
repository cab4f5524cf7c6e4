/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/entry_conf.c on a parsed tree: what the members that all
 * schemes share come to, and how reading goes on after a problem.  The words
 * of each refusal are in tests/vectors/conf.
 */
#include "config/entry_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/profile_conf.h"
#include "config/syntax.h"
#include "support/demo_options.h"
#include "support/run.h"

static const struct settings settings = { .ttl = 300 };

static struct profile p;
static struct problems all;

static void
setup(void)
{
	memset(&p, 0, sizeof(p));
	problems_init(&all);
}

static void
teardown(void)
{
	for (size_t i = 0; i < p.entry_count; i++)
		option_values_free(&p.entries[i].common);
	option_values_free(&p.values);
	conf_free(&p.conf);
}

static void
read_text(const char *text)
{
	static char file[] = "f";

	p.file = file;
	p.conf = conf_parse("f", apam_str(text), &all);
	ck_assert_msg(p.conf != NULL, "%s: %s", text, all.first.text);
	ck_assert(profile_entries_read(&p, &settings, &all));
}

/* ---- One member ------------------------------------------------------- */

#define TEN "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN

/* What one entry of scheme "s" with this member comes to. */
static const struct {
	const char *member;
	bool ok;
	enum control control;
	int64_t ttl;
	bool fallback;
	const char *method, *target;
} rows[] = {
	{ "", true, CONTROL_SUFFICIENT, 300, false, NULL, NULL },
	{ "control = \"sufficient\";", true, CONTROL_SUFFICIENT, 300, false,
	    NULL, NULL },
	{ "control = \"required\";", true, CONTROL_REQUIRED, 300, false, NULL,
	    NULL },
	{ "control = \"optional\";", true, CONTROL_OPTIONAL, 300, false, NULL,
	    NULL },
	{ "control = \"Required\";", false, CONTROL_SUFFICIENT, 300, false,
	    NULL, NULL },
	{ "control = \"\";", false, CONTROL_SUFFICIENT, 300, false, NULL,
	    NULL },
	{ "ttl = 1;", true, CONTROL_SUFFICIENT, 1, false, NULL, NULL },
	{ "ttl = \"365d\";", true, CONTROL_SUFFICIENT, 365 * 86400, false, NULL,
	    NULL },
	{ "ttl = 0;", false, CONTROL_SUFFICIENT, 300, false, NULL, NULL },
	{ "ttl = \"366d\";", false, CONTROL_SUFFICIENT, 300, false, NULL,
	    NULL },
	{ "keep = \"1s\";", true, CONTROL_SUFFICIENT, 300, false, NULL, NULL },
	{ "keep = 0;", false, CONTROL_SUFFICIENT, 300, false, NULL, NULL },
	{ "keep = \"366d\";", false, CONTROL_SUFFICIENT, 300, false, NULL,
	    NULL },
	{ "fallback_on = [ \"unavailable\" ];", true, CONTROL_SUFFICIENT, 300,
	    true, NULL, NULL },
	{ "fallback_on = [ ];", false, CONTROL_SUFFICIENT, 300, false, NULL,
	    NULL },
	{ "fallback_on = [ \"rejected\", \"unavailable\" ];", false,
	    CONTROL_SUFFICIENT, 300, false, NULL, NULL },
	{ "probe = \"GET /\";", true, CONTROL_SUFFICIENT, 300, false, "GET",
	    "/" },
	{ "probe = \"HEAD /a?b=%20&c\";", true, CONTROL_SUFFICIENT, 300, false,
	    "HEAD", "/a?b=%20&c" },
	{ "probe = \"GET\";", false, CONTROL_SUFFICIENT, 300, false, NULL,
	    NULL },
	{ "probe = \"GET \";", false, CONTROL_SUFFICIENT, 300, false, NULL,
	    NULL },
	{ "probe = \" GET /\";", false, CONTROL_SUFFICIENT, 300, false, NULL,
	    NULL },
	{ "probe = \"GET  /\";", false, CONTROL_SUFFICIENT, 300, false, NULL,
	    NULL },
	{ "probe = \"GET / \";", false, CONTROL_SUFFICIENT, 300, false, NULL,
	    NULL },
	{ "probe = \"get /\";", false, CONTROL_SUFFICIENT, 300, false, NULL,
	    NULL },
	{ "probe = \"POST /\";", false, CONTROL_SUFFICIENT, 300, false, NULL,
	    NULL },
	{ "probe = \"GET /#f\";", false, CONTROL_SUFFICIENT, 300, false, NULL,
	    NULL },
	{ "probe = \"GET /\xc3\xa9\";", false, CONTROL_SUFFICIENT, 300, false,
	    NULL, NULL },
	{ "probe = \"GET /\\\\\";", false, CONTROL_SUFFICIENT, 300, false, NULL,
	    NULL },
	{ "probe = \"GET http://h/\";", false, CONTROL_SUFFICIENT, 300, false,
	    NULL, NULL },
};

static void
ck_assert_text(const char *member, const char *got, const char *want)
{
	if (want == NULL) {
		ck_assert_msg(got == NULL, "%s: %s", member, got);
		return;
	}
	ck_assert_msg(got != NULL && strcmp(got, want) == 0, "%s: %s", member,
	    got == NULL ? "none" : got);
}

START_TEST(a_member_comes_to_this)
{
	const char *member = rows[_i].member;
	const struct profile_entry *e;
	char text[256];

	(void)snprintf(
	    text, sizeof(text), "auth = (\n{ scheme = \"s\";\n%s } );", member);
	read_text(text);
	ck_assert_uint_eq(p.entry_count, 1);
	e = &p.entries[0];
	ck_assert_msg(
	    (all.count == 0) == rows[_i].ok, "%s: %s", member, all.first.text);
	ck_assert_uint_eq(all.first.line, rows[_i].ok ? 0 : 3);
	ck_assert_str_eq(e->scheme, "s");
	ck_assert_int_eq(e->control, rows[_i].control);
	ck_assert_int_eq(e->ttl, rows[_i].ttl);
	if (rows[_i].ok)
		ck_assert_int_eq(e->fallback_unavailable, rows[_i].fallback);
	ck_assert_text(member, e->probe_method, rows[_i].method);
	ck_assert_text(member, e->probe_target, rows[_i].target);
}
END_TEST

START_TEST(secrets_are_kept_as_long_as_it_says)
{
	read_text("auth = ( { scheme = \"s\"; keep = \"10m\"; }, "
		  "{ scheme = \"s\"; } );");
	ck_assert_int_eq(p.entries[0].keep, 600);
	ck_assert_int_eq(p.entries[1].keep, 0);
}
END_TEST

static const struct {
	const char *member;
	bool ok, strict, set;
} reuses[] = {
	{ "", true, false, false },
	{ "reuse = \"grace\";", true, false, true },
	{ "reuse = \"strict\";", true, true, true },
	{ "reuse = \"Strict\";", false, false, false },
	{ "reuse = true;", false, false, false },
};

START_TEST(reuse_is_read)
{
	char text[128];

	(void)snprintf(text, sizeof(text), "auth = ( { scheme = \"s\"; %s } );",
	    reuses[_i].member);
	read_text(text);
	ck_assert_msg((all.count == 0) == reuses[_i].ok, "%s: %s",
	    reuses[_i].member, all.first.text);
	ck_assert_int_eq(p.entries[0].reuse_strict, reuses[_i].strict);
	ck_assert_int_eq(p.entries[0].reuse_line > 0, reuses[_i].set);
}
END_TEST

/* What is said of revocation, and what the rest then is. */
static const struct {
	const char *members;
	bool ok;
	enum revocation_check check;
	int64_t every, ttl;
	bool deny;
} revocations[] = {
	{ "", true, CHECK_ON_REJECT, 0, 3600, false },
	{ "revocation_check = \"on_reject\";", true, CHECK_ON_REJECT, 0, 3600,
	    false },
	{ "revocation_check = \"never\";", true, CHECK_NEVER, 0, 3600, false },
	{ "revocation_check = \"5m\";", true, CHECK_PERIODIC, 300, 3600,
	    false },
	{ "revocation_check = \"1s\"; revocation_ttl = 0; "
	  "on_unknown = \"deny\";",
	    true, CHECK_PERIODIC, 1, 0, true },
	{ "revocation_ttl = \"365d\"; on_unknown = \"allow\";", true,
	    CHECK_ON_REJECT, 0, 365 * 86400, false },
	{ "revocation_check = \"0s\";", false, CHECK_PERIODIC, 0, 3600, false },
	{ "revocation_check = \"366d\";", false, CHECK_PERIODIC, 0, 3600,
	    false },
	{ "revocation_check = \"often\";", false, CHECK_PERIODIC, 0, 3600,
	    false },
	{ "revocation_check = \"Never\";", false, CHECK_PERIODIC, 0, 3600,
	    false },
	{ "revocation_check = 300;", false, CHECK_ON_REJECT, 0, 3600, false },
	{ "revocation_ttl = \"-1s\";", false, CHECK_ON_REJECT, 0, 3600, false },
	{ "revocation_ttl = \"366d\";", false, CHECK_ON_REJECT, 0, 3600,
	    false },
	{ "on_unknown = \"refuse\";", false, CHECK_ON_REJECT, 0, 3600, false },
	{ "on_unknown = true;", false, CHECK_ON_REJECT, 0, 3600, false },
};

START_TEST(revocation_is_read)
{
	const char *members = revocations[_i].members;
	const struct profile_entry *e;
	char text[256];

	(void)snprintf(
	    text, sizeof(text), "auth = ( { scheme = \"s\"; %s } );", members);
	read_text(text);
	e = &p.entries[0];
	ck_assert_msg((all.count == 0) == revocations[_i].ok, "%s: %s", members,
	    all.first.text);
	if (!revocations[_i].ok)
		return;
	ck_assert_int_eq(e->revocation_check, revocations[_i].check);
	ck_assert_int_eq(e->check_every, revocations[_i].every);
	ck_assert_int_eq(e->revocation_ttl, revocations[_i].ttl);
	ck_assert_int_eq(e->deny_unknown, revocations[_i].deny);
}
END_TEST

static const struct {
	const char *text;
	bool ok;
} schemes[] = {
	{ "scheme = \"a\";", true },
	{ "scheme = \"" SIXTY "1234\";", true },
	{ "scheme = \"" SIXTY "12345\";", false },
	{ "scheme = \"../a\";", false },
	{ "scheme = \"a.so\";", false },
	{ "scheme = \"-a\";", false },
	{ "scheme = \"\";", false },
	{ "scheme = 7;", false },
	{ "", false },
};

START_TEST(a_bad_scheme_is_none)
{
	char text[256];

	(void)snprintf(
	    text, sizeof(text), "auth = ( { %s } );", schemes[_i].text);
	read_text(text);
	ck_assert_msg((p.entries[0].scheme != NULL) == schemes[_i].ok, "%s",
	    schemes[_i].text);
	ck_assert_uint_eq(all.count, schemes[_i].ok ? 0 : 1);
}
END_TEST

/* ---- The list --------------------------------------------------------- */

static const struct {
	const char *text;
	unsigned line;
	size_t entries;
	unsigned problems;
} lists[] = {
	{ "", 0, 0, 1 },
	{ "Auth = ( { scheme = \"s\"; } );", 0, 0, 1 },
	{ "\nauth = ( );", 2, 0, 1 },
	{ "\nauth = [ ];", 2, 0, 1 },
	{ "\nauth = { scheme = \"s\"; };", 2, 0, 1 },
	{ "\nauth = \"s\";", 2, 0, 1 },
	{ "auth = (\n\"s\",\n{ scheme = \"s\"; } );", 0, 1, 1 },
	{ "auth = (\n{ },\n{ scheme = 1; },\n{ ttl = 0; } );", 2, 3, 4 },
	{ "auth = ( { scheme = \"a\"; }, { scheme = \"b\"; } );", 0, 2, 0 },
	{ "auth = ( { scheme = \"a\"; unheard = 1; } );", 0, 1, 0 },
};

START_TEST(a_list_is_read_to_its_end)
{
	read_text(lists[_i].text);
	ck_assert_msg(p.entry_count == lists[_i].entries, "%s: %zu entries",
	    lists[_i].text, p.entry_count);
	ck_assert_msg(all.count == lists[_i].problems, "%s: %u problems",
	    lists[_i].text, all.count);
	if (lists[_i].line != 0)
		ck_assert_msg(all.first.line == lists[_i].line, "%s: line %u",
		    lists[_i].text, all.first.line);
}
END_TEST

static const int counts[] = { 1, APAM_ENTRIES_MAX, APAM_ENTRIES_MAX + 1 };

START_TEST(entries_have_a_limit)
{
	char text[2048] = "auth = ( ";

	for (int i = 0; i < counts[_i]; i++)
		(void)sprintf(text + strlen(text), "%s{ scheme = \"s%d\"; }",
		    i == 0 ? "" : ",\n", i);
	(void)strcat(text, " );");
	read_text(text);
	if (counts[_i] > APAM_ENTRIES_MAX) {
		ck_assert_uint_eq(p.entry_count, 0);
		ck_assert_uint_eq(all.count, 1);
		return;
	}
	ck_assert_uint_eq(p.entry_count, counts[_i]);
	for (int i = 0; i < counts[_i]; i++) {
		ck_assert_int_eq(atoi(p.entries[i].scheme + 1), i);
		ck_assert_uint_eq(p.entries[i].line, i + 1);
	}
}
END_TEST

/* ---- The module's members --------------------------------------------- */

START_TEST(each_reading_leaves_the_other_s_members)
{
	struct option_values values = { 0 };

	read_text("auth = ( { scheme = \"demo\"; ttl = 5;\n"
		  "secret = \"env:KEY\"; count = 7; } );");
	ck_assert_uint_eq(all.count, 0);
	ck_assert(profile_entry_options(&p, 0, &demo_table, &values, &all));
	ck_assert_int_eq(values.values[DEMO_COUNT].num, 7);
	ck_assert_uint_eq(values.lines[DEMO_COUNT], 2);
	option_values_free(&values);
}
END_TEST

START_TEST(what_neither_knows_is_refused)
{
	struct option_values values = { 0 };

	read_text("auth = ( { scheme = \"demo\"; secret = \"env:KEY\";\n"
		  "contol = \"required\"; } );");
	ck_assert_uint_eq(all.count, 0);
	ck_assert(!profile_entry_options(&p, 0, &demo_table, &values, &all));
	ck_assert_uint_eq(all.first.line, 2);
	ck_assert_ptr_nonnull(strstr(all.first.text, "did you mean control?"));
	option_values_free(&values);
}
END_TEST

START_TEST(http_is_allowed_by_the_profile)
{
	struct option_values values = { 0 };

	read_text("auth = ( { scheme = \"demo\"; secret = \"env:KEY\";\n"
		  "url = \"http://127.0.0.1/\"; } );");
	p.allow_http = _i == 1;
	ck_assert_int_eq(
	    profile_entry_options(&p, 0, &demo_table, &values, &all), _i == 1);
	option_values_free(&values);
}
END_TEST

/* The option and the profile must both say that it may be http. */
static const struct {
	unsigned flags;
	const char *addresses, *url;
	bool ok;
} local_urls[] = {
	{ APAM_OPT_LOCAL_HTTP, "169.254.169.254", "http://169.254.169.254/a",
	    true },
	{ APAM_OPT_LOCAL_HTTP, "127.0.0.1", "http://127.0.0.1:80", true },
	{ APAM_OPT_LOCAL_HTTP, "127.0.0.1", "http://127.0.0.2", false },
	{ APAM_OPT_LOCAL_HTTP, "10.0.0.1", "http://169.254.169.254/", false },
	{ APAM_OPT_LOCAL_HTTP, "169.254.169.254", "http://h.example/", false },
	{ 0, "169.254.169.254", "http://169.254.169.254/a", false },
	{ 0, "127.0.0.1", "http://127.0.0.1/", false },
};

START_TEST(http_may_go_to_an_address_that_both_name)
{
	const struct apam_option option = { .name = "url",
		.type = APAM_OPT_URL,
		.flags = local_urls[_i].flags };
	const struct option_table table = { &option, sizeof(option), 1 };
	struct apam_str address = apam_str(local_urls[_i].addresses);
	struct option_values values = { 0 };
	char text[256];

	(void)snprintf(text, sizeof(text),
	    "auth = ( { scheme = \"demo\"; url = \"%s\"; } );",
	    local_urls[_i].url);
	read_text(text);
	p.http_addresses = &address;
	p.http_address_count = 1;
	ck_assert_msg(profile_entry_options(&p, 0, &table, &values, &all) ==
		local_urls[_i].ok,
	    "%s: %s", local_urls[_i].url, all.first.text);
	option_values_free(&values);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("profile_entry");
	TCase *tc = tcase_create("profile_entry");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, revocation_is_read, 0, ROWS(revocations));
	tcase_add_test(tc, secrets_are_kept_as_long_as_it_says);
	tcase_add_loop_test(
	    tc, reuse_is_read, 0, (int)(sizeof(reuses) / sizeof(reuses[0])));
	tcase_add_loop_test(tc, a_member_comes_to_this, 0, ROWS(rows));
	tcase_add_loop_test(tc, a_bad_scheme_is_none, 0, ROWS(schemes));
	tcase_add_loop_test(tc, a_list_is_read_to_its_end, 0, ROWS(lists));
	tcase_add_loop_test(tc, entries_have_a_limit, 0, ROWS(counts));
	tcase_add_test(tc, each_reading_leaves_the_other_s_members);
	tcase_add_test(tc, what_neither_knows_is_refused);
	tcase_add_loop_test(tc, http_is_allowed_by_the_profile, 0, 2);
	tcase_add_loop_test(
	    tc, http_may_go_to_an_address_that_both_name, 0, ROWS(local_urls));
	return run_suite(suite);
}
