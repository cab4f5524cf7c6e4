/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/key_option.c: a key in a file becomes a handle, in groups
 * too; the module does not see the text, which fingerprints and marks are made
 * of all the same; and what is not a key is told with its line.
 */
#include "entry/key_option.h"

#include "base/secmem.h"
#include "base/str.h"
#include "config/option_same.h"
#include "config/syntax.h"
#include "crypto/key.h"
#include "entry/fingerprint.h"
#include "support/key_cases.h"
#include "support/project.h"
#include "support/run.h"

enum { FIRST, PLACE, TEXT, BYTES, OPTIONS };

static const struct apam_option members[] = {
	{ .name = "key", .type = APAM_OPT_KEY },
};

static const struct apam_option options[] = {
	[FIRST] = { .name = "first", .type = APAM_OPT_KEY },
	[PLACE] = { .name = "places",
	    .type = APAM_OPT_GROUPS,
	    .members = members,
	    .member_count = 1 },
	[TEXT] = { .name = "text",
	    .type = APAM_OPT_KEY,
	    .flags = APAM_OPT_SYMMETRIC },
	[BYTES] = { .name = "bytes",
	    .type = APAM_OPT_KEY,
	    .flags = APAM_OPT_SYMMETRIC | APAM_OPT_BINARY },
};

static const struct option_table table = { options, sizeof(options[0]),
	OPTIONS };

static const struct key_terms terms = { .user = true, .may_wait = true };

/* One reading of an entry's options. */
struct reading {
	struct option_values values;
	struct secrets secrets;
	struct conf *conf;
};

static struct project project;
static struct problems all;
static struct reading now;
static char text[KEY_CASE_MAX];
static int live;

static void
forget(struct reading *r)
{
	secrets_free(&r->secrets);
	option_values_free(&r->values);
	conf_free(&r->conf);
}

static void
setup(void)
{
	live = secmem_live();
	project_make(&project);
	problems_init(&all);
	memset(&now, 0, sizeof(now));
}

static void
teardown(void)
{
	secmem_fail_after(-1);
	forget(&now);
	project_remove(&project);
	ck_assert_int_eq(secmem_live(), live);
}

/* Store a case's file as a secret. */
static void
store(const char *name, const char *folder, const char *wanted)
{
	struct key_cases cases;
	int i = 0;

	key_cases_find(&cases, folder);
	while (strcmp(key_case_name(&cases, i), wanted) != 0)
		ck_assert_int_lt(++i, cases.count);
	(void)key_case_read(&cases, i, "input", text);
	key_cases_free(&cases);
	project_secret(&project, name, text);
}

/* Take options as in a file, and read the secrets. */
static bool
take(struct reading *r, const char *written)
{
	const struct option_source source = {
		.file = "test", .what = "the entry", .problems = &all
	};
	char spliced[1024];

	project_splice(&project, written, spliced, sizeof(spliced));
	r->conf = conf_parse("test", apam_str(spliced), &all);
	ck_assert_msg(r->conf != NULL, "%s", all.first.text);
	ck_assert_msg(option_read(config_root_setting(&r->conf->tree), &source,
			  &table, &r->values),
	    "%s", all.first.text);
	return secrets_read(
	    &r->secrets, &table, &r->values, "test", true, &all);
}

#define TWO "first = \"file:@/one\";\nplaces = ( { key = \"file:@/two\"; } );"

static void
is_key(const struct apam_value *value, int32_t kind, bool is_private)
{
	ck_assert_ptr_nonnull(value->key);
	ck_assert_uint_eq(value->str.n, 0);
	ck_assert_int_eq(value->key->kind, kind);
	ck_assert_int_eq(value->key->is_private, is_private);
}

START_TEST(each_key_has_a_handle)
{
	store("one", "tests/vectors/key/valid", "pkcs8-rsa");
	store("two", "tests/vectors/key/valid", "public-ed25519");
	ck_assert_msg(take(&now, TWO), "%s", all.first.text);
	ck_assert(now.secrets.sources[0].key);
	ck_assert_msg(key_options_make(&now.secrets, &terms, "test", &all),
	    "%s", all.first.text);
	is_key(&now.values.values[FIRST], APAM_KIND_RSA, true);
	is_key(&now.values.values[PLACE].members[0], APAM_KIND_ED25519, false);
	ck_assert_uint_eq(all.count, 0);
	secrets_free(&now.secrets);
	ck_assert_ptr_null(now.values.values[FIRST].key);
}
END_TEST

/* The same with and without handles; another one with another key. */
START_TEST(fingerprints_are_of_the_text)
{
	unsigned char before[FINGERPRINT_SIZE], after[FINGERPRINT_SIZE],
	    changed[FINGERPRINT_SIZE];
	struct apam_error err = APAM_ERROR_INIT;
	struct reading then = { .conf = NULL };

	store("one", "tests/vectors/key/valid", "sec1-p256");
	store("two", "tests/vectors/key/valid", "jwk-p384");
	ck_assert(take(&then, TWO));
	ck_assert_int_eq(
	    fingerprint_of("s", &table, &then.values, before, &err), APAM_OK);
	ck_assert(key_options_make(&then.secrets, &terms, "test", &all));
	ck_assert_int_eq(
	    fingerprint_of("s", &table, &then.values, after, &err), APAM_OK);
	ck_assert_mem_eq(before, after, sizeof(before));
	ck_assert(take(&now, TWO));
	ck_assert(option_values_same(&table, &now.values, &then.values));
	forget(&now);
	/* In a group. */
	store("two", "tests/vectors/key/valid", "jwk-p256");
	ck_assert(take(&now, TWO));
	ck_assert(key_options_make(&now.secrets, &terms, "test", &all));
	ck_assert(!option_values_same(&table, &now.values, &then.values));
	ck_assert_int_eq(
	    fingerprint_of("s", &table, &now.values, changed, &err), APAM_OK);
	ck_assert_mem_ne(changed, after, sizeof(after));
	forget(&then);
}
END_TEST

/* What lint says. */
static const struct {
	const char *name, *why;
} wrong[] = {
	{ "encrypted",
	    "first: the key is encrypted: decrypt it with openssl pkey -in "
	    "FILE, for apam asks nobody for its passphrase" },
	{ "rsa-1024",
	    "first: the RSA key has 1024 bits: it must have 2048 to 16384" },
	{ "a-word",
	    "first: the secret is not a key: neither PEM, which begins with a "
	    "line -----BEGIN ...-----, nor a JWK" },
	{ "certificate", "first: it has blocks of PEM, but no key" },
};

START_TEST(what_is_not_a_key_is_told)
{
	store("one", "tests/vectors/key/invalid", wrong[_i].name);
	store("two", "tests/vectors/key/valid", "public-p256");
	ck_assert(take(&now, TWO));
	ck_assert(!key_options_make(&now.secrets, &terms, "test", &all));
	ck_assert_int_eq(all.first.status, APAM_E_SECRET);
	ck_assert_str_eq(all.first.file, "test");
	ck_assert_uint_eq(all.first.line, 1);
	ck_assert_str_eq(all.first.text, wrong[_i].why);
	ck_assert_uint_eq(all.count, 1);
	ck_assert_ptr_null(now.values.values[FIRST].key);
}
END_TEST

/* ---- In an OpenSSL store ------------------------------------------------ */

#define ELSEWHERE "first = \"openssl-store:file:@/one pin=file:@/pin\";"

/* What stands for it has neither the PIN nor the private part. */
START_TEST(a_key_may_stay_in_a_store)
{
	store("one", "tests/vectors/key/valid", "pkcs8-p256");
	project_secret(&project, "pin", "FAKE-pin");
	ck_assert_msg(take(&now, ELSEWHERE), "%s", all.first.text);
	ck_assert(now.secrets.some_elsewhere && now.secrets.various);
	ck_assert_msg(key_options_make(&now.secrets, &terms, "test", &all),
	    "%s", all.first.text);
	is_key(&now.values.values[FIRST], APAM_KIND_EC_P256, true);
	ck_assert_ptr_nonnull(now.values.values[FIRST].key->signer);
	ck_assert_ptr_nonnull(
	    strstr(buf_view(&now.secrets.all[0]).p, "\"kty\":\"EC\""));
	ck_assert_ptr_null(strstr(buf_view(&now.secrets.all[0]).p, "FAKE-pin"));
	ck_assert_ptr_null(strstr(buf_view(&now.secrets.all[0]).p, "\"d\""));
}
END_TEST

static void
is_refused(
    const struct key_terms *with, enum apam_status status, const char *why)
{
	ck_assert(take(&now, ELSEWHERE));
	ck_assert(!key_options_make(&now.secrets, with, "test", &all));
	ck_assert_int_eq(all.first.status, status);
	ck_assert_msg(
	    strstr(all.first.text, why) != NULL, "%s", all.first.text);
	ck_assert_ptr_null(now.values.values[FIRST].key);
}

/* An event loop would stand still while a device works. */
START_TEST(who_may_not_wait_has_no_such_key)
{
	const struct key_terms hurried = { .user = true, .may_wait = false };

	store("one", "tests/vectors/key/valid", "pkcs8-p256");
	project_secret(&project, "pin", "FAKE-pin");
	is_refused(&hurried, APAM_E_CONFIG, "APAM_OPEN_NO_THREAD");
}
END_TEST

START_TEST(a_key_that_is_not_there_is_told)
{
	project_secret(&project, "pin", "FAKE-pin");
	is_refused(&terms, APAM_E_SECRET, "does not exist");
}
END_TEST

/* Only what signs: no module may see, or compute an HMAC with, such a secret. */
START_TEST(a_symmetric_key_is_in_no_store)
{
	const struct option_source source = {
		.file = "test", .what = "the entry", .problems = &all
	};

	now.conf = conf_parse(
	    "test", APAM_STR("text = \"openssl-store:handle:1\";"), &all);
	ck_assert(!option_read(config_root_setting(&now.conf->tree), &source,
	    &table, &now.values));
	ck_assert_ptr_nonnull(
	    strstr(all.first.text, "do not leave an OpenSSL store"));
}
END_TEST

/* ---- The secret itself is the key --------------------------------------- */

#define ITSELF "text = \"file:@/text\"; bytes = \"file:@/bytes\";"

static void
is_bytes(const struct apam_value *value, const char *bytes)
{
	is_key(value, APAM_KIND_SYMMETRIC, true);
	ck_assert_str_eq(buf_view(&value->key->bytes).p, bytes);
}

START_TEST(a_secret_is_a_key_itself)
{
	unsigned char before[FINGERPRINT_SIZE], after[FINGERPRINT_SIZE];
	struct apam_error err = APAM_ERROR_INIT;
	struct reading then = { .conf = NULL };

	project_secret(&project, "text", "FAKE key\n");
	project_secret(&project, "bytes", "FAKE\nbytes\n");
	ck_assert_msg(take(&then, ITSELF), "%s", all.first.text);
	ck_assert(key_options_make(&then.secrets, &terms, "test", &all));
	is_bytes(&then.values.values[TEXT], "FAKE key");
	is_bytes(&then.values.values[BYTES], "FAKE\nbytes\n");
	ck_assert_uint_eq(all.count, 0);
	ck_assert_int_eq(
	    fingerprint_of("s", &table, &then.values, before, &err), APAM_OK);
	project_secret(&project, "bytes", "FAKE\nbytes");
	ck_assert(take(&now, ITSELF));
	ck_assert(key_options_make(&now.secrets, &terms, "test", &all));
	ck_assert(!option_values_same(&table, &now.values, &then.values));
	ck_assert_int_eq(
	    fingerprint_of("s", &table, &now.values, after, &err), APAM_OK);
	ck_assert_mem_ne(before, after, sizeof(after));
	forget(&then);
}
END_TEST

START_TEST(a_key_of_several_lines_is_refused)
{
	project_secret(&project, "text", "FAKE\nkey\n");
	ck_assert(!take(&now, "text = \"file:@/text\";"));
	ck_assert_int_eq(all.first.status, APAM_E_SECRET);
	ck_assert_uint_eq(all.first.line, 1);
	ck_assert_msg(
	    strstr(all.first.text, "line") != NULL, "%s", all.first.text);
}
END_TEST

static const struct {
	const char *option, *secret, *warning;
} odd[] = {
	{ "text", "{\"kty\":\"oct\",\"k\":\"RkFLRQ\"}",
	    "text: the secret looks like a key in PEM or as JWK, and is the key "
	    "itself, letter by letter: is that intended?" },
	{ "bytes",
	    "-----BEGIN PRIVATE KEY-----\nRkFLRQ==\n"
	    "-----END PRIVATE KEY-----\n",
	    "bytes: the secret looks like a key in PEM or as JWK, and is the "
	    "key itself, letter by letter: is that intended?" },
	{ "text", "'FAKE'\n",
	    "text: the secret stands in quotes, which is taken as part of it: is "
	    "that intended?" },
};

static bool
keep_warning(void *arg, const struct apam_error *problem)
{
	ck_assert_int_eq(problem->status, APAM_OK);
	ck_assert_uint_eq(problem->line, 1);
	(void)snprintf(arg, KEY_CASE_MAX, "%s", problem->text);
	return true;
}

/* It is a key all the same. */
START_TEST(what_is_odd_is_warned_of)
{
	char line[64];

	(void)snprintf(
	    line, sizeof(line), "%s = \"file:@/odd\";", odd[_i].option);
	project_secret(&project, "odd", odd[_i].secret);
	all.each = keep_warning;
	all.arg = text;
	text[0] = '\0';
	ck_assert(take(&now, line));
	ck_assert(key_options_make(&now.secrets, &terms, "test", &all));
	ck_assert_str_eq(text, odd[_i].warning);
}
END_TEST

START_TEST(memory_that_runs_out_is_told)
{
	bool ok = false;

	store("one", "tests/vectors/key/valid", "pkcs8-p256");
	store("two", "tests/vectors/key/valid", "jwk-ed25519");
	project_secret(&project, "text", "FAKE key\n");
	project_secret(&project, "bytes", "FAKE bytes\n");
	for (int n = 0; !ok; n++) {
		problems_init(&all);
		ck_assert(take(&now, TWO ITSELF));
		secmem_fail_after(n);
		ok = key_options_make(&now.secrets, &terms, "test", &all);
		secmem_fail_after(-1);
		ck_assert(ok || all.first.status == APAM_E_MEMORY);
		forget(&now);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_option");
	TCase *tc = tcase_create("key_option");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, each_key_has_a_handle);
	tcase_add_test(tc, fingerprints_are_of_the_text);
	tcase_add_loop_test(tc, what_is_not_a_key_is_told, 0, ROWS(wrong));
	tcase_add_test(tc, a_key_may_stay_in_a_store);
	tcase_add_test(tc, who_may_not_wait_has_no_such_key);
	tcase_add_test(tc, a_key_that_is_not_there_is_told);
	tcase_add_test(tc, a_symmetric_key_is_in_no_store);
	tcase_add_test(tc, a_secret_is_a_key_itself);
	tcase_add_test(tc, a_key_of_several_lines_is_refused);
	tcase_add_loop_test(tc, what_is_odd_is_warned_of, 0, ROWS(odd));
	tcase_add_test(tc, memory_that_runs_out_is_told);
	return run_suite(suite);
}
