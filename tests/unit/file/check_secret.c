/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/secret.c and the readers below it, on real files,
 * variables, programs and, where the kernel allows, keys.
 */
#include "file/secret.h"

#include <keyutils.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "support/run.h"

#define FAKE "s3cret-FAKE"

static char base[64];
static struct buf secret;
static struct apam_error err = APAM_ERROR_INIT;

static void
set_up(void)
{
	(void)snprintf(base, sizeof(base), "/tmp/apam-secret-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	buf_init(&secret, SECRET_MAX);
	err = (struct apam_error)APAM_ERROR_INIT;
}

static void
tear_down(void)
{
	char command[128];

	buf_free(&secret);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	ck_assert_int_eq(system(command), 0);
}

/* Make a file of `n` bytes in the base directory; returns "prefix:path". */
static const char *
make_file(const char *prefix, mode_t mode, const char *text, size_t n)
{
	static char ref[256];
	const char *path;
	FILE *f;

	(void)snprintf(ref, sizeof(ref), "%s:%s/f", prefix, base);
	path = strchr(ref, ':') + 1;
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, n, f), n);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(path, mode), 0);
	return ref;
}

static enum apam_status
read_form(const char *ref, enum secret_form form)
{
	const struct secret_terms terms = { .form = form, .user = true };

	return secret_ref_read(apam_str(ref), &terms, &secret, &err);
}

static enum apam_status
read_ref(const char *ref)
{
	return read_form(ref, SECRET_LINE);
}

/* Expect this status and a piece of its text, and no secret anywhere. */
static void
refused(const char *ref, enum apam_status status, const char *text)
{
	ck_assert_int_ne(read_ref(ref), APAM_OK);
	ck_assert_msg(err.status == status, "%s: %s", ref, err.text);
	ck_assert_msg(strstr(err.text, text) != NULL, "%s: %s", ref, err.text);
	ck_assert_ptr_null(strstr(err.text, FAKE));
	ck_assert_uint_eq(buf_view(&secret).n, 0);
	err = (struct apam_error)APAM_ERROR_INIT;
}

/* ---- References ------------------------------------------------------- */

static const struct {
	const char *ref;
	const char *why; /* a piece of it; NULL: fine */
} refs[] = {
	{ "file:/etc/apam.d/secrets/x", NULL },
	{ "file:/x", NULL },
	{ "world-readable:/var/run/secrets/x", NULL },
	{ "env:API_KEY", NULL },
	{ "env:_x9", NULL },
	{ "exec:/usr/bin/pass", NULL },
	{ "exec:/usr/bin/pass show  a b", NULL },
	{ "credential:api-key.txt", NULL },
	{ "keyring:apam:demo key", NULL },
	{ "", "not the secret itself" },
	{ FAKE, "not the secret itself" },
	{ "file", "not the secret itself" },
	{ "File:/x", "not the secret itself" },
	{ " file:/x", "not the secret itself" },
	{ "vault:x", "not the secret itself" },
	{ "https://h/x", "not the secret itself" },
	{ "file:", "write file:" },
	{ "file:x", "write file:" },
	{ "file:/", "write file:" },
	{ "file:/x/", "write file:" },
	{ "file:/a/../x", "write file:" },
	{ "file:~/x", "write file:" },
	{ "file:/x\n", "write file:" },
	{ "world-readable:", "write world-readable:" },
	{ "world-readable:x", "write world-readable:" },
	{ "world-readable:/x/", "write world-readable:" },
	{ "world_readable:/x", "not the secret itself" },
	{ "env:", "write env:" },
	{ "env:1X", "write env:" },
	{ "env:A-B", "write env:" },
	{ "env:$A", "write env:" },
	{ "env:A=B", "write env:" },
	{ "env:A B", "write env:" },
	{ "exec:", "write exec:" },
	{ "exec: /bin/x", "write exec:" },
	{ "exec:pass show x", "write exec:" },
	{ "exec:./x", "write exec:" },
	{ "exec:/bin/", "write exec:" },
	{ "exec:/bin/x\ty", "write exec:" },
	{ "credential:", "write credential:" },
	{ "credential:a/b", "write credential:" },
	{ "credential:/a", "write credential:" },
	{ "credential:.", "write credential:" },
	{ "credential:..", "write credential:" },
	{ "credential:a\x7f", "write credential:" },
	{ "keyring:", "write keyring:" },
	{ "keyring:a\nb", "write keyring:" },
};

START_TEST(a_reference_is_no_secret)
{
	const char *why = secret_ref_check(apam_str(refs[_i].ref));

	if (refs[_i].why == NULL) {
		ck_assert_msg(why == NULL, "%s: %s", refs[_i].ref, why);
		return;
	}
	ck_assert_msg(why != NULL && strstr(why, refs[_i].why) != NULL,
	    "%s: %s", refs[_i].ref, why == NULL ? "fine" : why);
	refused(refs[_i].ref, APAM_E_SECRET, refs[_i].why);
}
END_TEST

START_TEST(a_name_has_a_length)
{
	char ref[400] = "keyring:";

	memset(ref + 8, 'x', 256);
	ck_assert_ptr_nonnull(secret_ref_check(apam_str(ref)));
	ref[8 + 255] = '\0';
	ck_assert_ptr_null(secret_ref_check(apam_str(ref)));
	ck_assert_ptr_nonnull(secret_ref_check(APAM_STR("file:/a\0b")));
	ck_assert_ptr_nonnull(secret_ref_check(APAM_STR("env:A\0")));
}
END_TEST

/* ---- What was read ---------------------------------------------------- */

static const struct {
	const char *name;
	struct apam_str text;
	const char *secret; /* NULL: refused */
	const char *why;
} contents[] = {
	{ "plain", { FAKE, 11 }, FAKE, NULL },
	{ "newline", { FAKE "\n", 12 }, FAKE, NULL },
	{ "return and newline", { FAKE "\r\n", 13 }, FAKE, NULL },
	{ "spaces stay", { " " FAKE " \n", 14 }, " " FAKE " ", NULL },
	{ "utf-8", { "p\xc3\xa4ss", 5 }, "p\xc3\xa4ss", NULL },
	{ "empty", { "", 0 }, NULL, "is empty" },
	{ "a newline", { "\n", 1 }, NULL, "is empty" },
	{ "return and newline alone", { "\r\n", 2 }, NULL, "is empty" },
	{ "a return", { FAKE "\r", 12 }, NULL, "control character" },
	{ "two newlines", { FAKE "\n\n", 13 }, NULL, "control character" },
	{ "two lines", { FAKE "\nx\n", 14 }, NULL, "control character" },
	{ "tab", { FAKE "\tx", 13 }, NULL, "control character" },
	{ "nul", { FAKE "\0x", 13 }, NULL, "control character" },
	{ "a byte order mark", { "\xef\xbb\xbf" FAKE, 14 }, NULL,
	    "byte order mark" },
	{ "one and a newline", { "\xef\xbb\xbf\n", 4 }, NULL,
	    "byte order mark" },
	{ "one behind", { FAKE "\xef\xbb\xbf", 14 }, FAKE "\xef\xbb\xbf",
	    NULL },
	{ "delete", { FAKE "\x7f", 12 }, NULL, "control character" },
};

START_TEST(a_secret_is_one_line)
{
	const char *ref = make_file(
	    "file", 0600, contents[_i].text.p, contents[_i].text.n);

	if (contents[_i].secret == NULL) {
		refused(ref, APAM_E_SECRET, contents[_i].why);
		return;
	}
	ck_assert_msg(
	    read_ref(ref) == APAM_OK, "%s: %s", contents[_i].name, err.text);
	ck_assert_msg(
	    str_equal(buf_view(&secret), apam_str(contents[_i].secret)), "%s",
	    contents[_i].name);
}
END_TEST

static const struct {
	const char *name;
	enum secret_form form;
	struct apam_str text;
	struct apam_str secret; /* empty: refused */
	const char *why;
} forms[] = {
	{ "two lines", SECRET_LINES, { "a\nb\n", 4 }, { "a\nb", 3 }, NULL },
	{ "returns", SECRET_LINES, { "a\r\n\tb\r\n", 7 }, { "a\r\n\tb", 5 },
	    NULL },
	{ "lines of none", SECRET_LINES, { "\n\n\n", 3 }, { "\n\n", 2 }, NULL },
	{ "one line", SECRET_LINES, { FAKE, 11 }, { FAKE, 11 }, NULL },
	{ "an escape", SECRET_LINES, { "a\n\x1b", 3 }, { NULL, 0 },
	    "has a control character" },
	{ "a NUL", SECRET_LINES, { "a\0b", 3 }, { NULL, 0 },
	    "has a control character" },
	{ "a byte order mark", SECRET_LINES,
	    { "\xef\xbb\xbf"
	      "a",
		4 },
	    { NULL, 0 }, "byte order mark" },
	{ "no lines", SECRET_LINES, { "\n", 1 }, { NULL, 0 }, "is empty" },
	{ "bytes", SECRET_BINARY, { "\0\1\xff\r\n", 5 }, { "\0\1\xff\r\n", 5 },
	    NULL },
	{ "a newline", SECRET_BINARY, { "\n", 1 }, { "\n", 1 }, NULL },
	{ "a mark", SECRET_BINARY, { "\xef\xbb\xbf", 3 }, { "\xef\xbb\xbf", 3 },
	    NULL },
	{ "no bytes", SECRET_BINARY, { "", 0 }, { NULL, 0 }, "is empty" },
};

START_TEST(a_secret_has_a_form)
{
	const char *ref = make_file(
	    "file", 0600, forms[_i].text.p, forms[_i].text.n);
	const enum apam_status status = read_form(ref, forms[_i].form);

	if (forms[_i].why != NULL) {
		ck_assert_msg(status == APAM_E_SECRET, "%s", forms[_i].name);
		ck_assert_msg(strstr(err.text, forms[_i].why) != NULL, "%s: %s",
		    forms[_i].name, err.text);
		return;
	}
	ck_assert_msg(status == APAM_OK, "%s: %s", forms[_i].name, err.text);
	ck_assert_msg(str_equal(buf_view(&secret), forms[_i].secret), "%s",
	    forms[_i].name);
}
END_TEST

START_TEST(a_secret_has_a_size)
{
	char *text = malloc(SECRET_MAX + 1);

	ck_assert_ptr_nonnull(text);
	memset(text, 'x', SECRET_MAX + 1);
	ck_assert_int_eq(
	    read_ref(make_file("file", 0600, text, SECRET_MAX)), APAM_OK);
	ck_assert_uint_eq(secret.n, SECRET_MAX);
	buf_free(&secret);
	buf_init(&secret, SECRET_MAX);
	refused(make_file("file", 0600, text, SECRET_MAX + 1), APAM_E_SECRET,
	    "larger than 65536 bytes");
	free(text);
}
END_TEST

/* ---- Files, variables, credentials ------------------------------------ */

START_TEST(a_secret_file_is_private)
{
	refused(make_file("file", 0644, FAKE, 11), APAM_E_TRUST, "chmod o=");
	refused(make_file("file", 0660, FAKE, 11), APAM_E_TRUST, "chmod go-w");
	refused("file:/nowhere/x", APAM_E_SECRET, "/nowhere does not exist");
	refused("file:/tmp", APAM_E_SECRET, "not a regular file");
	ck_assert_int_eq(read_ref(make_file("file", 0640, FAKE, 11)), APAM_OK);
}
END_TEST

/* "world-readable:" lets others read and nobody else write. */
START_TEST(others_read_where_the_profile_says_so)
{
	static const struct {
		mode_t mode;
		const char *why; /* NULL: read */
	} rows[] = { { 0600, NULL }, { 0644, NULL }, { 0444, NULL },
		{ 0604, NULL }, { 0664, "chmod go-w" }, { 0646, "chmod go-w" },
		{ 0666, "chmod go-w" } };
	const char *ref;

	for (size_t i = 0; i < ROWS(rows); i++) {
		ref = make_file("world-readable", rows[i].mode, FAKE, 11);
		if (rows[i].why != NULL) {
			refused(ref, APAM_E_TRUST, rows[i].why);
			continue;
		}
		ck_assert_msg(read_ref(ref) == APAM_OK, "%o: %s",
		    (unsigned)rows[i].mode, err.text);
		ck_assert_str_eq(buf_view(&secret).p, FAKE);
		buf_free(&secret);
		buf_init(&secret, SECRET_MAX);
	}
	refused(make_file("file", 0644, FAKE, 11), APAM_E_TRUST, "chmod o=");
}
END_TEST

START_TEST(a_variable_is_read)
{
	ck_assert_int_eq(setenv("APAM_TEST_KEY", FAKE, 1), 0);
	ck_assert_int_eq(read_ref("env:APAM_TEST_KEY"), APAM_OK);
	ck_assert_str_eq(buf_view(&secret).p, FAKE);
	buf_free(&secret);
	buf_init(&secret, 4);
	refused("env:APAM_TEST_KEY", APAM_E_SECRET, "larger than 4 bytes");
	ck_assert_int_eq(setenv("APAM_TEST_KEY", "", 1), 0);
	refused("env:APAM_TEST_KEY", APAM_E_SECRET, "is empty");
	ck_assert_int_eq(unsetenv("APAM_TEST_KEY"), 0);
	refused("env:APAM_TEST_KEY", APAM_E_SECRET, "no such variable");
}
END_TEST

START_TEST(a_credential_is_read)
{
	(void)make_file("file", 0400, FAKE "\n", 12);
	ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", base, 1), 0);
	ck_assert_int_eq(read_ref("credential:f"), APAM_OK);
	ck_assert_str_eq(buf_view(&secret).p, FAKE);
	buf_free(&secret);
	buf_init(&secret, SECRET_MAX);
	refused("credential:g", APAM_E_SECRET, "does not exist");
	ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", "tmp", 1), 0);
	refused("credential:f", APAM_E_SECRET, "not absolute");
	ck_assert_int_eq(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	refused("credential:f", APAM_E_SECRET, "LoadCredential=");
}
END_TEST

START_TEST(a_key_is_read)
{
	static const char name[] = "apam-test-key";
	const key_serial_t key = add_key(
	    "user", name, FAKE, strlen(FAKE), KEY_SPEC_PROCESS_KEYRING);

	refused("keyring:apam-test-nowhere", APAM_E_SECRET, "is not in");
	if (key < 0 || keyctl_join_session_keyring("apam-test") < 0 ||
	    keyctl_link(key, KEY_SPEC_SESSION_KEYRING) < 0)
		return; /* no keyrings here, as in most containers */
	ck_assert_msg(
	    read_ref("keyring:apam-test-key") == APAM_OK, "%s", err.text);
	ck_assert_str_eq(buf_view(&secret).p, FAKE);
	buf_free(&secret);
	buf_init(&secret, 4);
	refused("keyring:apam-test-key", APAM_E_SECRET, "larger than 4");
}
END_TEST

/* ---- Programs --------------------------------------------------------- */

/* Run a shell script as "exec:PATH arguments". */
static const char *
script(const char *body, const char *arguments)
{
	static char ref[512];
	char text[512];
	const char *file;

	(void)snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", body);
	file = make_file("exec", 0755, text, strlen(text));
	(void)snprintf(ref, sizeof(ref), "%s%s", file, arguments);
	return ref;
}

/* file/secret_exec.c has a check of its own. */
START_TEST(a_program_is_run)
{
	ck_assert_msg(read_ref(script("echo \"$1\"", " " FAKE)) == APAM_OK,
	    "%s", err.text);
	ck_assert_str_eq(buf_view(&secret).p, FAKE);
}
END_TEST

START_TEST(a_program_that_fails_gives_nothing)
{
	refused(script("echo " FAKE "; exit 3", " --password=" FAKE),
	    APAM_E_SECRET, "exit status 3");
	refused(script("true", " --password=" FAKE), APAM_E_SECRET, "is empty");
	refused(script("echo a; echo b", ""), APAM_E_SECRET, "control");
	refused(script("yes | head -c 70000", ""), APAM_E_SECRET,
	    "more than 65536 bytes");
	refused("exec:/nowhere/x", APAM_E_SECRET, "/nowhere does not exist");
	refused(make_file("exec", 0644, "x", 1), APAM_E_SECRET, "chmod +x");
	refused(make_file("exec", 0777, "x", 1), APAM_E_TRUST, "chmod go-w");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("secret_ref");
	TCase *tc = tcase_create("secret_ref");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, a_reference_is_no_secret, 0, ROWS(refs));
	tcase_add_test(tc, a_name_has_a_length);
	tcase_add_loop_test(tc, a_secret_is_one_line, 0, ROWS(contents));
	tcase_add_loop_test(tc, a_secret_has_a_form, 0, ROWS(forms));
	tcase_add_test(tc, a_secret_has_a_size);
	tcase_add_test(tc, a_secret_file_is_private);
	tcase_add_test(tc, others_read_where_the_profile_says_so);
	tcase_add_test(tc, a_variable_is_read);
	tcase_add_test(tc, a_credential_is_read);
	tcase_add_test(tc, a_key_is_read);
	tcase_add_test(tc, a_program_is_run);
	tcase_add_test(tc, a_program_that_fails_gives_nothing);
	return run_suite(suite);
}
