/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/abi/loader.c on modules that were built to be right, older,
 * newer or wrong in one thing: what loads, what is refused and with which
 * words, and that nothing of a file runs before it is believed.
 */
#include "abi/loader.h"

#include <pthread.h>

#include "base/str.h"
#include "crypto/digest.h"
#include "support/project.h"
#include "support/run.h"

#define TRACE "APAM_TEST_CONSTRUCTOR"
#define TEN "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN

static struct project project;
static struct modules modules;
static char module_dir[512];
static char main_file[] = "/etc/apam.conf";
static struct module_pin pins[2];
static struct settings settings;
static struct apam_error err = APAM_ERROR_INIT;

static void
setup(void)
{
	project_make(&project);
	modules_init(&modules);
	(void)snprintf(module_dir, sizeof(module_dir), "%s",
	    project_path(&project, "modules"));
	settings = (struct settings){ .file = main_file,
		.user = true,
		.module_dir = module_dir,
		.pins = pins };
	err = (struct apam_error)APAM_ERROR_INIT;
	(void)unsetenv(TRACE);
}

static void
teardown(void)
{
	modules_free(&modules);
	project_remove(&project);
}

static struct module *
get(const char *scheme)
{
	err = (struct apam_error)APAM_ERROR_INIT;
	return modules_get(&modules, &settings, scheme, &err);
}

static void
loads(const char *scheme)
{
	struct module *m = get(scheme);

	ck_assert_msg(m != NULL, "%s: %s", scheme, err.text);
	ck_assert_str_eq(m->abi.scheme, scheme);
	ck_assert_int_eq(err.status, APAM_OK);
}

/* Refused, with a text that has `text` and an error that names the file. */
static void
refused(const char *scheme, enum apam_status status, const char *text)
{
	char file[600];

	(void)snprintf(file, sizeof(file), "%s/%s.so", module_dir, scheme);
	ck_assert_msg(get(scheme) == NULL, "%s: loaded", scheme);
	ck_assert_msg(err.status == status, "%s: %s: %s", scheme,
	    apam_status_name(err.status), err.text);
	ck_assert_msg(
	    strstr(err.text, text) != NULL, "%s: %s", scheme, err.text);
	ck_assert_str_eq(err.file, file);
}

/* ---- Names ------------------------------------------------------------ */

static const struct {
	const char *name;
	bool ok;
} names[] = {
	{ "a", true },
	{ "0", true },
	{ "oauth2-client-credentials", true },
	{ "a-", true },
	{ "a--b", true },
	{ SIXTY "1234", true },
	{ SIXTY "12345", false },
	{ "", false },
	{ "-a", false },
	{ "A", false },
	{ "a_b", false },
	{ "a.b", false },
	{ ".", false },
	{ "..", false },
	{ "a.so", false },
	{ "a/b", false },
	{ "/a", false },
	{ "../modules/hmac-test", false },
	{ "a b", false },
	{ "a\n", false },
	{ "a\\b", false },
	{ "caf\xc3\xa9", false },
};

START_TEST(a_name_is_no_path)
{
	ck_assert_msg(module_name_ok(names[_i].name) == names[_i].ok, "'%s'",
	    names[_i].name);
	if (names[_i].ok)
		return;
	ck_assert_ptr_null(get(names[_i].name));
	ck_assert_int_eq(err.status, APAM_E_MODULE);
	ck_assert_str_eq(err.text,
	    "a scheme's name has only lower-case letters, digits and '-'");
}
END_TEST

/* The file is there; its name alone keeps it from being loaded. */
START_TEST(a_bad_name_hides_a_good_file)
{
	project_copy(
	    &project, "tests/modules/hmac-test.so", "modules/Hmac-test.so");
	ck_assert_ptr_null(get("Hmac-test"));
	ck_assert_int_eq(err.status, APAM_E_MODULE);
}
END_TEST

/* ---- What loads ------------------------------------------------------- */

static const struct {
	const char *scheme;
	bool test;
	size_t options;
	const char *second; /* option */
} good[] = {
	{ "basic-email-key", false, 5, "key" },
	{ "hmac-test", true, 3, "secret" },
	{ "return-test", true, 18, "open" },
	{ "old-test", true, 2, "second" },
	{ "newer-test", true, 2, "second" },
};

START_TEST(a_right_module_loads)
{
	struct module *m;

	project_module(&project, good[_i].scheme, good[_i].test);
	loads(good[_i].scheme);
	m = get(good[_i].scheme);
	ck_assert_uint_eq(m->options.count, good[_i].options);
	ck_assert_str_eq(option_at(&m->options, 1)->name, good[_i].second);
	ck_assert(m->abi.sign != NULL);
	ck_assert_uint_ge(m->abi.size, sizeof(struct apam_module));
}
END_TEST

START_TEST(a_module_is_loaded_once)
{
	struct module *first, *second;

	project_module(&project, "hmac-test", true);
	project_module(&project, "old-test", true);
	first = get("hmac-test");
	second = get("old-test");
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_nonnull(second);
	ck_assert_int_eq(
	    unlink(project_path(&project, "modules/hmac-test.so")), 0);
	ck_assert_ptr_eq(get("hmac-test"), first);
	ck_assert_ptr_eq(get("old-test"), second);
}
END_TEST

static void *
get_beside(void *arg)
{
	(void)arg;
	return modules_get(&modules, &settings, "hmac-test", NULL);
}

START_TEST(threads_get_the_same_module)
{
	pthread_t threads[8];
	void *found[8];

	project_module(&project, "hmac-test", true);
	for (int i = 0; i < ROWS(threads); i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, get_beside, NULL), 0);
	for (int i = 0; i < ROWS(threads); i++)
		ck_assert_int_eq(pthread_join(threads[i], &found[i]), 0);
	ck_assert_ptr_nonnull(found[0]);
	for (int i = 1; i < ROWS(threads); i++)
		ck_assert_ptr_eq(found[i], found[0]);
}
END_TEST

/* ---- What is wrong in one thing --------------------------------------- */

#define SLOT(name)                                                             \
	"mandatory slot " name " is missing: expected a function, found NULL"

static const struct {
	const char *scheme, *text;
} bad[] = {
	{ "bad-magic",
	    "magic is wrong: expected 0x4d415041, found 0x21444142" },
	{ "bad-major", "ABI major is wrong: expected 1, found 2" },
	{ "bad-size", "size is wrong: expected " },
	{ "bad-scheme",
	    "scheme is wrong: expected bad-scheme, found another-scheme" },
	{ "bad-no-open", SLOT("open") },
	{ "bad-no-close", SLOT("close") },
	{ "bad-no-acquire", SLOT("acquire") },
	{ "bad-no-sign", SLOT("sign") },
	{ "bad-no-judge", SLOT("judge") },
	{ "bad-options", "option type is wrong: expected 13, found 99" },
	{ "bad-symbol", "does not export apam_module_1" },
};

/* Others load before and after a bad one, which stays bad. */
START_TEST(a_wrong_module_is_refused)
{
	project_module(&project, bad[_i].scheme, true);
	project_module(&project, "hmac-test", true);
	project_module(&project, "old-test", true);
	loads("hmac-test");
	refused(bad[_i].scheme, APAM_E_MODULE, bad[_i].text);
	loads("old-test");
	refused(bad[_i].scheme, APAM_E_MODULE, bad[_i].text);
	loads("hmac-test");
}
END_TEST

/* There is no file to name: the directory, and the nearest of its names. */
static void
absent(const char *scheme, const char *end)
{
	char text[600];

	(void)snprintf(text, sizeof(text),
	    "there is no scheme %s: %s has no such module%s", scheme,
	    module_dir, end);
	ck_assert_ptr_null(get(scheme));
	ck_assert_int_eq(err.status, APAM_E_MODULE);
	ck_assert_str_eq(err.text, text);
	ck_assert_str_eq(err.file, "");
}

START_TEST(an_absent_module_is_refused)
{
	absent("absent", "");
	project_module(&project, "hmac-test", true);
	absent("absent", "");
	absent("hmca-test", "; did you mean hmac-test?");
}
END_TEST

static const struct {
	const char *name, *text;
} junk[] = {
	{ "empty", "" },
	{ "words", "not an ELF file\n" },
	{ "script", "#!/bin/sh\nexit 0\n" },
	{ "the first bytes of one", "\x7f\x45LF\x02\x01\x01" },
};

START_TEST(what_is_no_shared_object_is_refused)
{
	project_write(&project, "modules/junk.so", junk[_i].text);
	project_module(&project, "hmac-test", true);
	refused("junk", APAM_E_MODULE, "the module does not load: ");
	loads("hmac-test");
}
END_TEST

START_TEST(a_directory_is_no_module)
{
	project_directory(&project, "modules/folder.so");
	refused("folder", APAM_E_MODULE, "is not a regular file");
}
END_TEST

/* ---- Trust ------------------------------------------------------------ */

static const struct {
	const char *name;
	mode_t file, directory;
	bool ok;
} modes[] = {
	{ "usual", 0644, 0755, true },
	{ "only mine", 0600, 0700, true },
	{ "file for its group", 0664, 0755, false },
	{ "file for others", 0646, 0755, false },
	{ "directory for its group", 0644, 0775, false },
	{ "directory for others", 0644, 0757, false },
};

START_TEST(what_others_can_write_is_refused)
{
	const char *file;

	project_copy(&project, "tests/modules/bad-constructor.so",
	    "modules/bad-constructor.so");
	file = project_path(&project, "modules/bad-constructor.so");
	ck_assert_int_eq(chmod(file, modes[_i].file), 0);
	ck_assert_int_eq(chmod(module_dir, modes[_i].directory), 0);
	if (modes[_i].ok) {
		loads("bad-constructor");
		ck_assert_ptr_nonnull(getenv(TRACE));
		return;
	}
	refused("bad-constructor", APAM_E_TRUST, "can be changed by others");
	ck_assert_msg(getenv(TRACE) == NULL, "%s: ran", modes[_i].name);
}
END_TEST

START_TEST(a_symbolic_link_is_refused)
{
	char target[128];

	project_copy(&project, "tests/modules/bad-constructor.so", "real.so");
	(void)snprintf(target, sizeof(target), "%s/real.so", project.dir);
	ck_assert_int_eq(
	    symlink(
		target, project_path(&project, "modules/bad-constructor.so")),
	    0);
	refused("bad-constructor", APAM_E_TRUST, "is a symbolic link");
	ck_assert_ptr_null(getenv(TRACE));
}
END_TEST

START_TEST(a_linked_directory_is_refused)
{
	project_module(&project, "bad-constructor", true);
	ck_assert_int_eq(
	    symlink(module_dir, project_path(&project, "link")), 0);
	(void)snprintf(module_dir, sizeof(module_dir), "%s/link", project.dir);
	refused("bad-constructor", APAM_E_TRUST, "is a symbolic link");
	ck_assert_ptr_null(getenv(TRACE));
}
END_TEST

/* ---- Pins ------------------------------------------------------------- */

/* Pin the scheme to the file as it now is, with one bit changed if `wrong`. */
static void
pin(size_t i, const char *scheme, const char *file, bool wrong)
{
	FILE *f = fopen(project_path(&project, file), "r");

	ck_assert_ptr_nonnull(f);
	pins[i].scheme = apam_str(scheme);
	ck_assert_int_eq(digest_file(fileno(f), pins[i].sha256, &err), APAM_OK);
	pins[i].sha256[31] ^= wrong ? 1 : 0;
	ck_assert_int_eq(fclose(f), 0);
	settings.pin_count = i + 1;
}

START_TEST(a_pinned_module_loads)
{
	project_module(&project, "bad-constructor", true);
	pin(0, "bad-constructor", "modules/bad-constructor.so", false);
	loads("bad-constructor");
	ck_assert_str_eq(getenv(TRACE), "ran");
}
END_TEST

START_TEST(another_file_than_the_pinned_one_never_runs)
{
	project_module(&project, "bad-constructor", true);
	pin(0, "bad-constructor", "modules/bad-constructor.so", true);
	refused("bad-constructor", APAM_E_MODULE,
	    "not the one pinned in /etc/apam.conf: its sha256 differs");
	ck_assert_ptr_null(getenv(TRACE));
	/* The right pin beside it does not help. */
	pin(1, "bad-constructor", "modules/bad-constructor.so", false);
	refused("bad-constructor", APAM_E_MODULE, "its sha256 differs");
	ck_assert_ptr_null(getenv(TRACE));
}
END_TEST

START_TEST(a_pin_is_for_its_scheme_alone)
{
	project_module(&project, "hmac-test", true);
	project_module(&project, "old-test", true);
	pin(0, "hmac-test", "modules/hmac-test.so", true);
	pin(1, "hmac-test-2", "modules/old-test.so", true);
	loads("old-test");
	refused("hmac-test", APAM_E_MODULE, "its sha256 differs");
}
END_TEST

START_TEST(a_path_has_a_length)
{
	static char dir[5000];

	memset(dir, 'x', sizeof(dir) - 1);
	dir[0] = '/';
	settings.module_dir = dir;
	ck_assert_ptr_null(get("hmac-test"));
	ck_assert_int_eq(err.status, APAM_E_CONFIG);
	ck_assert_str_eq(err.text, "the path of the module is too long");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("modules");
	TCase *tc = tcase_create("modules");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_name_is_no_path, 0, ROWS(names));
	tcase_add_test(tc, a_bad_name_hides_a_good_file);
	tcase_add_loop_test(tc, a_right_module_loads, 0, ROWS(good));
	tcase_add_test(tc, a_module_is_loaded_once);
	tcase_add_test(tc, threads_get_the_same_module);
	tcase_add_loop_test(tc, a_wrong_module_is_refused, 0, ROWS(bad));
	tcase_add_test(tc, an_absent_module_is_refused);
	tcase_add_loop_test(
	    tc, what_is_no_shared_object_is_refused, 0, ROWS(junk));
	tcase_add_test(tc, a_directory_is_no_module);
	tcase_add_loop_test(
	    tc, what_others_can_write_is_refused, 0, ROWS(modes));
	tcase_add_test(tc, a_symbolic_link_is_refused);
	tcase_add_test(tc, a_linked_directory_is_refused);
	tcase_add_test(tc, a_pinned_module_loads);
	tcase_add_test(tc, another_file_than_the_pinned_one_never_runs);
	tcase_add_test(tc, a_pin_is_for_its_scheme_alone);
	tcase_add_test(tc, a_path_has_a_length);
	return run_suite(suite);
}
