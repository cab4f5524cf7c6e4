/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/profile_conf.c and core/config/entry_conf.c on files:
 * names, values and their defaults, drafts, trust, and the examples as they are
 * shipped. What is refused, and with which words, is in tests/vectors/conf.
 */
#include "config/profile_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "config/entry_conf.h"
#include "support/demo_options.h"
#include "support/run.h"

#define ORIGIN "origins = [ \"https://h.example\" ];\n"
#define ENTRY "auth = ( { scheme = \"demo\"; secret = \"env:KEY\"; } );\n"

static const struct settings settings = {
	.user = true,
	.ca_file = "/settings/ca.pem",
	.proxy = "http://settings.example",
	.deadline = 30,
	.ttl = 300,
	.body_max = 5000,
};

static char path[64];
static struct problems all;

static void
make_path(void)
{
	int fd;

	(void)snprintf(path, sizeof(path), "/tmp/apam-profile-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	(void)close(fd);
	all = (struct problems){ 0 };
}

static void
remove_path(void)
{
	(void)unlink(path);
}

static void
write_file(const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static struct profile *
read_text(const char *text)
{
	struct profile *p;

	write_file(text);
	p = profile_new("demo", path, &settings, &all);
	ck_assert_msg(p != NULL, "line %u: %s", all.first.line, all.first.text);
	return p;
}

/* ---- Names ------------------------------------------------------------ */

#define TEN "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN

static const struct {
	const char *name;
	bool ok;
} names[] = {
	{ "a", true },
	{ "7signal", true },
	{ "A.b_c-D", true },
	{ "a..b", true },
	{ SIXTY "1234", true },
	{ SIXTY "12345", false },
	{ "", false },
	{ ".", false },
	{ "..", false },
	{ ".hidden", false },
	{ "-x", false },
	{ "_x", false },
	{ "a/b", false },
	{ "../a", false },
	{ "a b", false },
	{ "a\n", false },
	{ "caf\xc3\xa9", false },
};

START_TEST(a_name_is_no_path)
{
	ck_assert_msg(profile_name_ok(names[_i].name) == names[_i].ok, "%s",
	    names[_i].name);
	if (names[_i].ok)
		return;
	ck_assert_ptr_null(profile_new(names[_i].name, path, &settings, &all));
	ck_assert_int_eq(all.first.status, APAM_E_CONFIG);
}
END_TEST

/* ---- Values ----------------------------------------------------------- */

START_TEST(what_is_unsaid_comes_from_the_settings)
{
	struct profile *p = read_text(ORIGIN ENTRY);

	ck_assert_str_eq(p->name, "demo");
	ck_assert_str_eq(p->file, path);
	ck_assert_str_eq(p->description, "");
	ck_assert(!p->allow_http);
	ck_assert_uint_eq(p->http_address_count, 0);
	ck_assert(!p->share_credentials);
	ck_assert_int_eq(p->agent, AGENT_OFF);
	ck_assert_str_eq(p->ca_file, "/settings/ca.pem");
	ck_assert_str_eq(p->proxy, "http://settings.example");
	ck_assert_int_eq(p->deadline, 30);
	ck_assert_int_eq(p->body_max, 5000);
	ck_assert_uint_eq(p->entry_count, 1);
	ck_assert_str_eq(p->entries[0].scheme, "demo");
	ck_assert_int_eq(p->entries[0].control, CONTROL_SUFFICIENT);
	ck_assert_int_eq(p->entries[0].ttl, 300);
	ck_assert_ptr_null(p->entries[0].probe_method);
	ck_assert(!p->entries[0].fallback_unavailable);
	ck_assert_uint_eq(p->entries[0].line, 2);
	profile_free(&p);
	ck_assert_ptr_null(p);
	profile_free(&p);
}
END_TEST

START_TEST(what_is_said_counts)
{
	struct profile *p = read_text(
	    "description = \"d\"; allow_http = true; "
	    "http_addresses = [ \"10.0.0.1\", \"FE80::0:1\" ]; "
	    "share_credentials = true; agent = \"prefer\"; ca_file = \"/own\";"
	    "proxy = \"http://own.example\"; deadline = \"1m\";"
	    "limits = { body = 1024; };" ORIGIN
	    "auth = ( { scheme = \"a\"; control = \"required\"; ttl = \"1h\";"
	    " probe = \"GET /x?y=1\"; fallback_on = [ \"unavailable\" ]; },\n"
	    " { scheme = \"b\"; control = \"optional\"; probe = \"HEAD /\"; }"
	    ");");

	ck_assert_str_eq(p->description, "d");
	ck_assert(p->allow_http);
	ck_assert_uint_eq(p->http_address_count, 2);
	ck_assert_str_eq(p->http_addresses[0].p, "10.0.0.1");
	ck_assert_str_eq(p->http_addresses[1].p, "[fe80::1]");
	ck_assert(p->share_credentials);
	ck_assert_int_eq(p->agent, AGENT_PREFER);
	ck_assert_str_eq(p->ca_file, "/own");
	ck_assert_str_eq(p->proxy, "http://own.example");
	ck_assert_int_eq(p->deadline, 60);
	ck_assert_int_eq(p->body_max, 1024);
	ck_assert_int_eq(p->entries[0].control, CONTROL_REQUIRED);
	ck_assert_int_eq(p->entries[0].ttl, 3600);
	ck_assert_str_eq(p->entries[0].probe_method, "GET");
	ck_assert_str_eq(p->entries[0].probe_target, "/x?y=1");
	ck_assert(p->entries[0].fallback_unavailable);
	ck_assert_int_eq(p->entries[1].control, CONTROL_OPTIONAL);
	ck_assert_str_eq(p->entries[1].probe_method, "HEAD");
	ck_assert_str_eq(p->entries[1].probe_target, "/");
	ck_assert_uint_eq(p->entries[1].line, 3);
	profile_free(&p);
}
END_TEST

static const struct {
	const char *origin, *text, *path;
} origins[] = {
	{ "https://h.example", "https://h.example", "/" },
	{ "https://h.example/", "https://h.example", "/" },
	{ "https://h.example/a", "https://h.example/a", "/a" },
	{ "https://h.example/a/b/", "https://h.example/a/b/", "/a/b/" },
	{ "https://H.example:443/", "https://H.example:443", "/" },
};

START_TEST(an_origin_has_one_spelling)
{
	char text[256];
	struct profile *p;

	(void)snprintf(text, sizeof(text), "origins = [ \"%s\" ];\n" ENTRY,
	    origins[_i].origin);
	p = read_text(text);
	ck_assert_uint_eq(p->origin_count, 1);
	ck_assert_str_eq(p->origin_texts[0], origins[_i].text);
	ck_assert_str_eq(p->origins[0].host, "h.example");
	ck_assert_uint_eq(p->origins[0].port, 443);
	ck_assert_msg(str_equal(p->origins[0].path, apam_str(origins[_i].path)),
	    "%s: %.*s", origins[_i].origin, SARG(p->origins[0].path));
	profile_free(&p);
}
END_TEST

START_TEST(a_module_s_options_are_read_later)
{
	struct option_values values = { 0 };
	struct profile *p = read_text(
	    ORIGIN "auth = ( { scheme = \"demo\";\n secret = \"env:KEY\";\n"
		   " ttl = \"1h\"; count = 9; } );");

	ck_assert_msg(profile_entry_options(p, 0, &demo_table, &values, &all),
	    "%s", all.first.text);
	ck_assert(
	    str_equal(values.values[DEMO_SECRET].str, APAM_STR("env:KEY")));
	ck_assert_int_eq(values.values[DEMO_COUNT].num, 9);
	ck_assert_uint_eq(values.lines[DEMO_SECRET], 3);
	option_values_free(&values);
	profile_free(&p);
}
END_TEST

/* ---- Problems --------------------------------------------------------- */

START_TEST(a_draft_goes_on_after_a_problem)
{
	struct option_values values = { 0 };
	struct profile *p;

	write_file("deadline = 0;" ORIGIN
		   "auth = ( { scheme = \"demo\"; ttl = 0; cuont = 1; } );");
	ck_assert_ptr_null(profile_new("demo", path, &settings, &all));
	ck_assert_uint_eq(all.count, 2);
	all = (struct problems){ 0 };
	p = profile_draft("demo", path, &settings, &all);
	ck_assert_ptr_nonnull(p);
	ck_assert_uint_eq(all.count, 2);
	/* Adds its own alone: the bad ttl is not reported again. */
	ck_assert(!profile_entry_options(p, 0, &demo_table, &values, &all));
	ck_assert_uint_eq(all.count, 4);
	option_values_free(&values);
	profile_free(&p);
}
END_TEST

START_TEST(a_file_must_be_trusted)
{
	write_file(ORIGIN ENTRY);
	ck_assert_int_eq(chmod(path, 0666), 0);
	ck_assert_ptr_null(profile_new("demo", path, &settings, &all));
	ck_assert_int_eq(all.first.status, APAM_E_TRUST);
	ck_assert_str_eq(all.first.file, path);
}
END_TEST

static const char *const examples[] = { "7signal", "xysense", "seed" };

/* The source tree may be anybody's, so a trusted copy is read. */
START_TEST(an_example_is_right)
{
	char command[256];
	struct profile *p;

	(void)snprintf(command, sizeof(command), "cat etc/examples/%s.conf >%s",
	    examples[_i], path);
	ck_assert_int_eq(system(command), 0);
	p = profile_new(examples[_i], path, &settings, &all);
	ck_assert_msg(p != NULL, "%s, line %u: %s", examples[_i],
	    all.first.line, all.first.text);
	for (size_t i = 0; i < p->entry_count; i++)
		ck_assert_msg(p->entries[i].scheme != NULL, "%s", examples[_i]);
	profile_free(&p);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("profile");
	TCase *tc = tcase_create("profile");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, make_path, remove_path);
	tcase_add_loop_test(tc, a_name_is_no_path, 0, ROWS(names));
	tcase_add_test(tc, what_is_unsaid_comes_from_the_settings);
	tcase_add_test(tc, what_is_said_counts);
	tcase_add_loop_test(tc, an_origin_has_one_spelling, 0, ROWS(origins));
	tcase_add_test(tc, a_module_s_options_are_read_later);
	tcase_add_test(tc, a_draft_goes_on_after_a_problem);
	tcase_add_test(tc, a_file_must_be_trusted);
	tcase_add_loop_test(tc, an_example_is_right, 0, ROWS(examples));
	return run_suite(suite);
}
