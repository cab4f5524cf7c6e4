/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/key_option.c in a whole profile: a module signs with a key
 * that it does not see, and marks in the registry are made of the key's text.
 */
#include "entry/key_option.h"

#include "abi/service_say.h"
#include "admin/keys_change.h"
#include "keys/stands.h"
#include "profile/handle.h"
#include "profile/stack.h"
#include "support/key_cases.h"
#include "support/opened.h"
#include "support/project.h"
#include "support/run.h"

static struct project project;

static void
setup(void)
{
	project_make(&project);
}

static void
teardown(void)
{
	project_remove(&project);
}

/* ---- A module that signs with it ---------------------------------------- */

/* Store the key of a case as a secret. */
static void
store_key(const char *name, const char *wanted)
{
	static char text[KEY_CASE_MAX];
	struct key_cases cases;
	int i = 0;

	key_cases_find(&cases, "tests/vectors/key/valid");
	while (strcmp(key_case_name(&cases, i), wanted) != 0)
		ck_assert_int_lt(++i, cases.count);
	(void)key_case_read(&cases, i, "input", text);
	key_cases_free(&cases);
	project_secret(&project, name, text);
}
START_TEST(a_module_signs_with_it)
{
	struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example/a");
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_profile *profile;

	project_module(&project, "key-test", true);
	store_key("one", "jwk-p256");
	project_entries(&project, "p",
	    "{ scheme = \"key-test\"; key_id = \"k1\"; "
	    "sign = { key = \"file:@/one\"; }; }");
	profile = project_get(&project, "p");
	ck_assert_msg(apam_sign(profile, &request, &signature, &err) == APAM_OK,
	    "%s", err.text);
	ck_assert_uint_eq(signature.header_count, 1);
	ck_assert_msg(
	    strncmp(signature.headers[0].value.p,
		"Key-Test alg=ES256,jwk={\"crv\":\"P-256\",", 38) == 0,
	    "%s", signature.headers[0].value.p);
	apam_signature_release(&signature);
}
END_TEST

/* ---- Marks --------------------------------------------------------------- */

/* True where the registry's record stands for the key of this text. */
static bool
is_marked(const char *scheme, struct apam_str secret)
{
	const struct key_registry registry = key_registry_of(&project.ctx->env);
	struct key_identity key = { scheme, "k1", { NULL, 0 } };
	struct apam_error err = APAM_ERROR_INIT;
	struct key_set set = { 0 };
	struct buf made;
	bool is;

	buf_init(&made, KEY_CASE_MAX + 8);
	for (int i = 0; i < 8; i++) {
		const char byte = (char)((uint64_t)secret.n >> (8 * i));

		buf_put(&made, (struct apam_str){ &byte, 1 });
	}
	buf_put(&made, secret);
	key.secret = buf_view(&made);
	ck_assert_int_eq(key_registry_read(&registry, &set, &err), APAM_OK);
	ck_assert_uint_eq(set.count, 1);
	ck_assert(set.records[0].marked);
	is = key_record_stands(&set.records[0],
		 &(struct key_asked){ .key = key }) == KEY_STANDS;
	key_set_free(&set);
	buf_free(&made);
	return is;
}

static const struct {
	const char *scheme, *option, *end;
} marked[] = {
	{ "key-test", "sign = { key", " };" },
	{ "hmac-test", "secret", "" },
};

/* A profile of that name, whose key k1 is in a file of that name. */
static struct apam_profile *
use(int row, const char *name)
{
	char entry[256];

	(void)snprintf(entry, sizeof(entry),
	    "{ scheme = \"%s\"; key_id = \"k1\"; %s = \"file:@/%s\";%s }",
	    marked[row].scheme, marked[row].option, name, marked[row].end);
	project_entries(&project, name, entry);
	return project_get(&project, name);
}

/* A mark is made of the text, though no module sees it. */
START_TEST(a_mark_is_of_the_text)
{
	static const char jwk[] = "{\"kty\":\"oct\",\"k\":\"RkFLRWtleQ\"}";
	static const char other[] = "{\"kty\":\"oct\",\"k\":\"RkFLRQ\"}";
	const struct apam_key_name name = { sizeof(name), "k1", NULL, NULL };
	struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example/a");
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_profile *one;

	project_module(&project, marked[_i].scheme, true);
	project_directory(&project, "state");
	project_secret(&project, "one", jwk);
	project_secret(&project, "two", other);
	one = use(_i, "one");
	ck_assert_msg(
	    apam_key_add(project.ctx, &name, "a key", "read", &err) == APAM_OK,
	    "%s", err.text);
	ck_assert(is_marked(marked[_i].scheme, apam_str(jwk)));
	ck_assert(!is_marked(marked[_i].scheme, apam_str(other)));
	ck_assert(!is_marked(marked[_i].scheme, APAM_STR("")));
	ck_assert_msg(
	    apam_key_archive(project.ctx, &name, "lost", &err) == APAM_OK, "%s",
	    err.text);
	ck_assert_int_eq(
	    apam_sign(one, &request, &signature, &err), APAM_E_ARCHIVED);
	/* Another key of that id is not archived. */
	ck_assert_msg(
	    apam_sign(use(_i, "two"), &request, &signature, &err) == APAM_OK,
	    "%s", err.text);
	apam_signature_release(&signature);
}
END_TEST

/* What a module is told of the key by others, it cannot tell on. */
START_TEST(no_text_of_the_module_shows_it)
{
	static const char key[] = "FAKEkeyFAKEkey";
	const struct entry *e;
	char to[SERVICE_MESSAGE_MAX];

	project_module(&project, "hmac-test", true);
	project_secret(&project, "one", key);
	e = &opened(use(1, "one"))->entries[0];
	service_message(&e->services.pub,
	    APAM_STR("the provider says that FAKEkeyFAKEkey is wrong"), to,
	    sizeof(to));
	ck_assert_msg(strstr(to, key) == NULL, "%s", to);
	ck_assert_ptr_nonnull(strstr(to, "the provider says that *"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_option_live");
	TCase *tc = tcase_create("key_option_live");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_module_signs_with_it);
	tcase_add_loop_test(tc, a_mark_is_of_the_text, 0, ROWS(marked));
	tcase_add_test(tc, no_text_of_the_module_shows_it);
	return run_suite(suite);
}
