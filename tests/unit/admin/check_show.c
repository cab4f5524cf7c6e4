/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/admin/show.c and module_list.c: profiles and modules listed in
 * order, the broken ones with what is wrong with them, an end to it when the
 * caller has enough, and for each profile whether it would sign a URL and why
 * not.
 */
#include <apam/admin.h>
#include <apam/module.h>

#include "support/project.h"
#include "support/run.h"

static struct project project;
static struct apam_error err = APAM_ERROR_INIT;

/* What `each` was told: a line each. */
static char seen[8192];
static int calls;
static int enough; /* calls after which `each` has */

#define RETURNS(more) "auth = ( { scheme = \"return-test\"; " more "} );\n"

static void
setup(void)
{
	project_make(&project);
	project_module(&project, "return-test", true);
	project_profile(&project, "zero",
	    "origins = [ \"https://zero.example\" ];\n" RETURNS(""));
	(void)project_get(&project, "zero");
	ck_assert_int_eq(unlink(project_path(&project, "apam.d/zero.conf")), 0);
	seen[0] = '\0';
	calls = 0;
	enough = 100;
	memset(&err, 0x5a, sizeof(err));
	err.size = sizeof(err);
}

static void
teardown(void)
{
	project_remove(&project);
}

static void
write_profile(const char *name, const char *origin)
{
	char text[512];

	(void)snprintf(
	    text, sizeof(text), "origins = [ \"%s\" ];\n" RETURNS(""), origin);
	project_profile(&project, name, text);
}

static bool
told(void *arg, const char *name, const char *why)
{
	size_t n = strlen(seen);

	ck_assert_ptr_eq(arg, &calls);
	(void)snprintf(seen + n, sizeof(seen) - n, "%s: %s\n", name,
	    why == NULL ? "-" : why);
	return ++calls < enough;
}

static bool
each_profile(void *arg, const struct apam_profile_info *info)
{
	const struct apam_error *why = info->why;
	char file[128];

	(void)snprintf(
	    file, sizeof(file), "%s/apam.d/%s.conf", project.dir, info->name);
	ck_assert_str_eq(info->file, file);
	/* What is in error has no more than its name, file and origins. */
	ck_assert(info->entry_count > 0 || why != NULL);
	ck_assert_int_eq(info->timeout_ms == 0, info->entry_count == 0);
	if (why != NULL)
		ck_assert_str_eq(why->profile, info->name);
	return told(arg, info->name, why == NULL ? NULL : why->text);
}

static bool
each_answer(void *arg, const struct apam_profile_info *info)
{
	const char *why = info->why == NULL ? NULL : info->why->text;

	ck_assert_uint_eq(info->size, sizeof(*info));
	ck_assert_ptr_nonnull(strstr(info->file, info->name));
	return told(arg, info->name, why);
}

static bool
each_module(void *arg, const struct apam_module_info *info)
{
	ck_assert_uint_eq(info->size, sizeof(*info));
	ck_assert_int_eq(info->module == NULL, info->why != NULL);
	if (info->module != NULL)
		ck_assert_str_eq(info->module->scheme, info->scheme);
	return told(
	    arg, info->scheme, info->why == NULL ? NULL : info->why->text);
}

/* Line `i` of what was seen begins with `line`. */
static void
saw(int i, const char *line)
{
	const char *at = seen;

	for (int n = 0; n < i && at != NULL; n++) {
		at = strchr(at, '\n');
		at = at == NULL ? NULL : at + 1;
	}
	ck_assert_msg(at != NULL && strncmp(at, line, strlen(line)) == 0,
	    "line %d is not %s in:\n%s", i, line, seen);
}

/* ---- Profiles ----------------------------------------------------------- */

static enum apam_status
list(void)
{
	return apam_profiles(project.ctx, each_profile, &calls, &err);
}

static enum apam_status
explain(const char *url)
{
	return apam_explain(project.ctx, url, each_answer, &calls, &err);
}

START_TEST(no_profiles)
{
	ck_assert_int_eq(list(), APAM_OK);
	ck_assert_int_eq(err.status, APAM_OK);
	ck_assert_int_eq(calls, 0);
}
END_TEST

START_TEST(a_directory_that_cannot_be_read)
{
	char dir[128];

	(void)snprintf(dir, sizeof(dir), "%s/apam.d", project.dir);
	ck_assert_int_eq(chmod(dir, 0722), 0);
	ck_assert_int_eq(list(), APAM_E_TRUST);
	ck_assert_int_eq(err.status, APAM_E_TRUST);
	ck_assert_int_eq(rmdir(dir), 0);
	ck_assert_int_eq(list(), APAM_E_CONFIG);
	ck_assert_int_eq(apam_profiles(project.ctx, each_profile, &calls, NULL),
	    APAM_E_CONFIG);
	ck_assert_int_eq(explain("https://zero.example/"), APAM_E_CONFIG);
	ck_assert_int_eq(calls, 0);
}
END_TEST

static void
write_several(void)
{
	write_profile("c", "https://c.example");
	write_profile("a", "https://a.example");
	project_profile(&project, "b", "origins = 1;\n" RETURNS(""));
	project_profile(&project, "d",
	    "origins = [ \"https://d.example\" ];\n"
	    "auth = ( { scheme = \"absent\"; } );\n");
	project_profile(&project, "e",
	    "origins = [ \"https://e.example\" ];\n" RETURNS("open = 512; "));
	write_profile("f", "https://f.example");
}

START_TEST(broken_profiles_are_among_the_others)
{
	write_several();
	ck_assert_int_eq(list(), APAM_OK);
	saw(0, "a: -\n");
	saw(1, "b: origins: must be ");
	saw(2, "c: -\n");
	saw(3, "d: ");
	saw(4, "e: open: says so");
	saw(5, "f: -\n");
	ck_assert_int_eq(calls, 6);
}
END_TEST

/* After each of them, the broken ones, too. */
START_TEST(each_may_have_enough)
{
	write_several();
	enough = _i;
	ck_assert_int_eq(list(), APAM_OK);
	ck_assert_int_eq(calls, _i);
	calls = 0;
	ck_assert_int_eq(explain("https://a.example/"), APAM_OK);
	ck_assert_int_eq(calls, _i);
}
END_TEST

/* ---- One profile -------------------------------------------------------- */

static void
has_all_entries(const struct apam_profile_info *info)
{
	const struct apam_entry_info *const *e = info->entries;

	ck_assert_uint_eq(info->entry_count, 3);
	ck_assert_str_eq(e[0]->control, "optional");
	ck_assert_str_eq(e[1]->control, "required");
	ck_assert_str_eq(e[2]->control, "sufficient");
	ck_assert_str_eq(e[0]->probe, "");
	ck_assert_str_eq(e[2]->probe, "GET /x/me");
	for (int i = 0; i < 3; i++) {
		ck_assert_uint_eq(e[i]->size, sizeof(*e[i]));
		ck_assert_str_eq(e[i]->scheme, "return-test");
		ck_assert_int_eq(e[i]->state, APAM_KEY_UNKNOWN);
	}
}

static bool
is_full(void *arg, const struct apam_profile_info *info)
{
	ck_assert_ptr_eq(arg, &calls);
	calls++;
	ck_assert_str_eq(info->name, "full");
	ck_assert_str_eq(
	    info->file, project_path(&project, "apam.d/full.conf"));
	ck_assert_str_eq(info->description, "all there is");
	ck_assert_str_eq(info->ca_file, "/etc/passwd");
	ck_assert_str_eq(info->proxy, "http://127.0.0.1:3128");
	ck_assert_uint_eq(info->origin_count, 2);
	ck_assert_str_eq(info->origins[0], "http://127.0.0.1:81/x");
	ck_assert_str_eq(info->origins[1], "https://two.example");
	ck_assert_int_eq(info->timeout_ms, 7000);
	ck_assert(info->allow_http);
	ck_assert_uint_eq(info->http_address_count, 2);
	ck_assert_str_eq(info->http_addresses[0], "169.254.169.254");
	ck_assert_str_eq(info->http_addresses[1], "[fd00:ec2::254]");
	ck_assert_uint_eq(info->run_count, 2);
	ck_assert_str_eq(info->run_names[0], "FULL_KEY");
	ck_assert_str_eq(info->run_values[0], "placeholder");
	ck_assert_str_eq(info->run_values[1], "2");
	has_all_entries(info);
	(void)snprintf(seen, sizeof(seen), "%s", info->entries[0]->key_id);
	return false;
}

static bool
is_bare(void *arg, const struct apam_profile_info *info)
{
	(void)arg;
	calls++;
	ck_assert_str_eq(info->description, "");
	ck_assert_ptr_null(info->ca_file);
	ck_assert_ptr_null(info->proxy);
	ck_assert_uint_eq(info->origin_count, 1);
	ck_assert_int_eq(info->timeout_ms, 30000);
	ck_assert(!info->allow_http);
	ck_assert_uint_eq(info->http_address_count, 0);
	ck_assert_uint_eq(info->run_count, 0);
	ck_assert_str_eq(info->entries[0]->control, "sufficient");
	ck_assert_str_eq(info->entries[0]->key_id, "");
	return true;
}

static const char full[] =
    "origins = [ \"http://127.0.0.1:81/x\", \"https://two.example\" ];\n"
    "description = \"all there is\";\nca_file = \"/etc/passwd\";\n"
    "proxy = \"http://127.0.0.1:3128\";\ndeadline = 7;\n"
    "allow_http = true;\n"
    "http_addresses = [ \"169.254.169.254\", \"fd00:ec2::254\" ];\n"
    "run = { environment = { FULL_KEY = \"placeholder\"; OTHER = 2; }; };\n"
    "auth = (\n"
    "{ scheme = \"return-test\"; control = \"optional\"; key_id = \"k0\"; },\n"
    "{ scheme = \"return-test\"; control = \"required\"; },\n"
    "{ scheme = \"return-test\"; probe = \"GET /x/me\"; } );\n";

START_TEST(a_profile_is_shown_whole)
{
	struct apam_profile *p;

	project_profile(&project, "full", full);
	p = project_get(&project, "full");
	apam_profile_show(p, is_full, &calls);
	ck_assert_int_eq(calls, 1);
	/* The module names the key, and showing loads none. */
	ck_assert_str_eq(seen, "");
	ck_assert_int_eq(list(), APAM_OK);
	saw(0, "full: -\n");
	apam_profile_show(p, is_full, &calls);
	ck_assert_int_eq(calls, 3);
	ck_assert_str_eq(seen, "k0");
}
END_TEST

START_TEST(a_bare_profile_has_the_defaults)
{
	write_profile("bare", "https://bare.example");
	apam_profile_show(project_get(&project, "bare"), is_bare, &calls);
	ck_assert_int_eq(calls, 1);
}
END_TEST

/* ---- Explaining --------------------------------------------------------- */

static const char *const no_urls[] = { "", "a.example", "https://",
	"https://user@a.example/", "https://a.example/\r\n",
	"https://a.example:0/" };

START_TEST(no_url_nothing_to_explain)
{
	write_several();
	ck_assert_msg(explain(no_urls[_i]) == APAM_E_URL, "%s", no_urls[_i]);
	ck_assert_str_ne(err.text, "");
	ck_assert_int_eq(calls, 0);
}
END_TEST

#define LONGER "another profile has an origin with a longer path"
#define ALIKE "another profile claims the URL in the same way"
#define HOST "the host differs"
#define PORT "the port differs"
#define PATH "the path "
#define CHOSEN "-\n"

static const char *const reasoned[] = { "deep", "flat", "odd", "port", "twin",
	"twin2" };

/* The reasons of those, in order. */
static const struct {
	const char *url;
	const char *why[6];
} reasons[] = {
	{ "https://none.example/", { HOST, HOST, HOST, HOST, HOST, HOST } },
	{ "http://a.example/x",
	    { "the scheme ", "the scheme ", "the scheme ", "the scheme ",
		"the scheme ", "the scheme " } },
	{ "https://a.example:444/", { PORT, PORT, HOST, PORT, HOST, HOST } },
	{ "https://a.example/x/y", { CHOSEN, LONGER, HOST, PORT, HOST, HOST } },
	{ "https://a.example/x", { CHOSEN, LONGER, HOST, PORT, HOST, HOST } },
	{ "https://a.example/xy", { PATH, CHOSEN, HOST, PORT, HOST, HOST } },
	{ "https://a.example:8443/", { PORT, PORT, HOST, CHOSEN, HOST, HOST } },
	/* The one that is chosen is opened. */
	{ "https://odd.example/",
	    { HOST, HOST, "open: says so\n", HOST, HOST, HOST } },
	/* One with a shorter path is not like two with a longer one. */
	{ "https://twin.example/x",
	    { HOST, HOST, LONGER, HOST, ALIKE, ALIKE } },
};

START_TEST(each_profile_has_its_reason)
{
	char line[128];

	write_profile("twin2", "https://twin.example/x");
	write_profile("twin", "https://twin.example/x");
	write_profile("port", "https://a.example:8443");
	write_profile("flat", "https://a.example");
	write_profile("deep", "https://a.example/x");
	project_profile(&project, "odd",
	    "origins = [ \"https://odd.example\", \"https://twin.example\" ];\n" RETURNS(
		"open = 512; "));
	project_profile(&project, "bad", "origins = 1;\n" RETURNS(""));
	ck_assert_int_eq(explain(reasons[_i].url), APAM_OK);
	ck_assert_int_eq(err.status, APAM_OK);
	ck_assert_int_eq(calls, 7);
	saw(0, "bad: origins: must be ");
	for (int i = 0; i < 6; i++) {
		(void)snprintf(line, sizeof(line), "%s: %s", reasoned[i],
		    reasons[_i].why[i]);
		saw(i + 1, line);
	}
}
END_TEST

static struct apam_entry_info chosen[3];

static bool
keep_entries(void *arg, const struct apam_profile_info *info)
{
	(void)arg;
	if (info->why != NULL)
		return true;
	ck_assert_uint_eq(info->entry_count, 3);
	ck_assert_int_eq(info->admission, APAM_OK);
	for (int i = 0; i < 3; i++)
		chosen[i] = *info->entries[i];
	return true;
}

START_TEST(archived_keys_are_named)
{
	static const struct apam_key_name name = { .size = sizeof(name),
		.id = "old" };

	project_directory(&project, "state");
	project_profile(&project, "stack",
	    "origins = [ \"https://stack.example\" ];\n"
	    "auth = ( { scheme = \"return-test\"; key_id = \"old\"; },\n"
	    "  { scheme = \"return-test\"; key_id = \"new\"; },\n"
	    "  { scheme = \"return-test\"; } );\n");
	ck_assert_msg(apam_key_archive(
			  project.ctx, &name, "lost laptop", &err) == APAM_OK,
	    "%s", err.text);
	ck_assert_int_eq(apam_explain(project.ctx, "https://stack.example/",
			     keep_entries, NULL, &err),
	    APAM_OK);
	ck_assert_int_eq(chosen[0].state, APAM_KEY_ARCHIVED);
	ck_assert_msg(strncmp(chosen[0].evidence, "archived by ", 12) == 0,
	    "%s", chosen[0].evidence);
	ck_assert_ptr_nonnull(strstr(chosen[0].evidence, " at 20"));
	ck_assert_ptr_nonnull(strstr(chosen[0].evidence, "Z: lost laptop"));
	for (int i = 1; i < 3; i++) {
		ck_assert_int_eq(chosen[i].state, APAM_KEY_UNKNOWN);
		ck_assert_str_eq(chosen[i].evidence, "");
	}
}
END_TEST

/* ---- Modules ------------------------------------------------------------ */

START_TEST(modules_are_listed_with_what_is_wrong)
{
	project_module(&project, "bad-magic", true);
	project_module(&project, "hmac-test", true);
	project_write(&project, "modules/a-text.so", "no module\n");
	project_write(&project, "modules/.hidden.so", "no module\n");
	project_write(&project, "modules/Upper.so", "no module\n");
	project_write(&project, "modules/hmac-test.so.1", "no module\n");
	ck_assert_int_eq(
	    apam_modules(project.ctx, each_module, &calls, &err), APAM_OK);
	ck_assert_int_eq(calls, 4);
	saw(0, "a-text: ");
	saw(1, "bad-magic: ");
	saw(2, "hmac-test: -\n");
	saw(3, "return-test: -\n");
	calls = 0;
	enough = 2;
	ck_assert_int_eq(
	    apam_modules(project.ctx, each_module, &calls, NULL), APAM_OK);
	ck_assert_int_eq(calls, 2);
}
END_TEST

static const struct {
	const char *scheme;
	enum apam_status status;
} schemes[] = {
	{ "", APAM_E_MODULE },
	{ "absent", APAM_E_MODULE },
	{ "../modules/return-test", APAM_E_MODULE },
	{ "bad-magic", APAM_E_MODULE },
	{ "return-test.so", APAM_E_MODULE },
	{ "Return-Test", APAM_E_MODULE },
	{ "return-test", APAM_OK },
};

START_TEST(a_module_by_its_scheme)
{
	const char *scheme = schemes[_i].scheme;
	const struct apam_module *m = NULL, *again;
	enum apam_status status;

	project_module(&project, "bad-magic", true);
	status = apam_module_get(project.ctx, scheme, &m, &err);
	ck_assert_msg(status == schemes[_i].status, "%s: %s", scheme,
	    apam_status_name(status));
	ck_assert_int_eq(err.status, status);
	ck_assert_int_eq(m != NULL, status == APAM_OK);
	ck_assert_int_eq(
	    apam_module_get(project.ctx, scheme, &again, NULL), status);
	ck_assert_ptr_eq(again, m);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("info");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, no_profiles);
	tcase_add_test(t, a_directory_that_cannot_be_read);
	tcase_add_test(t, broken_profiles_are_among_the_others);
	tcase_add_loop_test(t, each_may_have_enough, 1, 6);
	tcase_add_test(t, a_profile_is_shown_whole);
	tcase_add_test(t, a_bare_profile_has_the_defaults);
	tcase_add_loop_test(t, no_url_nothing_to_explain, 0, ROWS(no_urls));
	tcase_add_test(t, archived_keys_are_named);
	tcase_add_loop_test(t, each_profile_has_its_reason, 0, ROWS(reasons));
	tcase_add_test(t, modules_are_listed_with_what_is_wrong);
	tcase_add_loop_test(t, a_module_by_its_scheme, 0, ROWS(schemes));
	suite_add_tcase(s, t);
	return run_suite(s);
}
