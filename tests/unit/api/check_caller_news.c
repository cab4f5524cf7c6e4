/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/api/caller_news.c: the audit log has for whom a gateway's process
 * signed and for whom it did not, and nothing of its own requests.
 */
#include "api/caller_news.h"

#include <apam/admin.h>
#include <string.h>
#include <unistd.h>

#include "support/audit_lines.h"
#include "support/project.h"
#include "support/run.h"

#define URL "https://api.example.com/v1"
#define OTHER 64001
#define ANOTHER 64002

static struct project project;
static struct apam_profile *profile;

static void
setup(void)
{
	char text[1024];

	project_make(&project);
	project_module(&project, "api-key", false);
	project_directory(&project, "state");
	project_secret(&project, "secret", "FAKEkey");
	project_splice(&project,
	    "origins = [ \"https://api.example.com\" ];\n"
	    "allow = ( { users = [ \"64001\" ]; give = \"nothing\"; } );\n"
	    "auth = ( { scheme = \"api-key\"; header = \"X-Key\"; "
	    "key_id = \"k\"; key = \"file:@/secret\"; } );\n",
	    text, sizeof(text));
	project_profile(&project, "p", text);
	profile = project_get(&project, "p");
}

static void
teardown(void)
{
	project_remove(&project);
}

/* How many lines of the log have both texts. */
static int
lines_with(const char *text, const char *also)
{
	return audit_lines_with(&project, text, also);
}

static enum apam_status
sign_for(const struct apam_caller *caller)
{
	struct apam_signature sig = APAM_SIGNATURE_INIT;
	struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;

	request.caller = caller;
	status = apam_sign(profile, &request, &sig, &err);
	apam_signature_release(&sig);
	return status;
}

static enum apam_status
sign_for_user(unsigned long uid)
{
	const struct apam_caller caller = {
		.size = sizeof(caller), .uid = uid, .unit = "backup.service"
	};

	return sign_for(&caller);
}

START_TEST(a_use_is_told_once_with_its_caller)
{
	ck_assert_int_eq(sign_for_user(OTHER), APAM_OK);
	ck_assert_int_eq(sign_for_user(OTHER), APAM_OK);
	ck_assert_int_eq(lines_with("\"APAM_EVENT\":\"used\"",
			     "\"APAM_FOR_UID\":\"64001\",\"APAM_FOR_UNIT\":"
			     "\"backup.service\""),
	    1);
	ck_assert_int_eq(lines_with("FAKEkey", ""), 0);
}
END_TEST

/* "USER UNIT SIGNER_UID" of each that the list of keys has. */
static bool
list_uses(void *arg, const struct apam_key_info *key)
{
	char *to = arg;
	size_t n = strlen(to);

	ck_assert_int_ne(key->used_at, 0);
	for (size_t i = 0; i < key->use_count; i++) {
		const struct apam_key_use *use = key->uses[i];

		ck_assert_str_eq(use->signer, key->used_by);
		ck_assert_int_ge(use->at, 1700000000);
		n += (size_t)snprintf(to + n, 256 - n, "%lu %s %lu\n", use->uid,
		    use->unit, use->signer_uid);
	}
	return true;
}

/* The list of keys has whom it was for, as this process says. */
START_TEST(a_use_is_noted_with_its_caller)
{
	struct apam_caller caller = { .size = sizeof(caller), .uid = OTHER };
	char text[256] = "", want[256];

	ck_assert_int_eq(sign_for(&caller), APAM_OK);
	ck_assert_int_eq(
	    apam_keys(project.ctx, list_uses, text, NULL, NULL), APAM_OK);
	(void)snprintf(
	    want, sizeof(want), "64001  %lu\n", (unsigned long)geteuid());
	ck_assert_str_eq(text, want);
	/* A service of the same user is another one, in the same minute. */
	ck_assert_int_eq(sign_for_user(OTHER), APAM_OK);
	text[0] = '\0';
	ck_assert_int_eq(
	    apam_keys(project.ctx, list_uses, text, NULL, NULL), APAM_OK);
	ck_assert_ptr_nonnull(strstr(text, "64001 backup.service "));
	ck_assert_ptr_nonnull(strstr(text, "64001  "));
}
END_TEST

/* Each user has a line of his own, though the profile and reason are one. */
START_TEST(a_refusal_is_told_with_its_caller)
{
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(sign_for_user(ANOTHER), APAM_E_POLICY);
		ck_assert_int_eq(sign_for_user(ANOTHER + 1), APAM_E_POLICY);
	}
	ck_assert_int_eq(lines_with("\"APAM_EVENT\":\"refused\"",
			     "\"APAM_FOR_UID\":\"64002\""),
	    1);
	ck_assert_int_eq(lines_with("\"APAM_EVENT\":\"refused\"",
			     "\"APAM_FOR_UID\":\"64003\""),
	    1);
	ck_assert_int_eq(lines_with("\"APAM_EVENT\":\"used\"", ""), 0);
}
END_TEST

START_TEST(nothing_is_told_of_this_process)
{
	const struct apam_caller self = {
		.size = sizeof(self), .uid = geteuid(), .own = 1
	};

	(void)sign_for(NULL);
	(void)sign_for(&self);
	ck_assert_int_eq(lines_with("APAM_FOR_UID", ""), 0);
	ck_assert_ptr_null(project.ctx->news);
}
END_TEST

START_TEST(what_cannot_be_a_caller_is_told_as_before)
{
	const struct apam_caller none = { .size = 0, .uid = OTHER };

	ck_assert_int_eq(sign_for(&none), APAM_E_USAGE);
	ck_assert_int_eq(lines_with("APAM_FOR_UID", ""), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("caller_news");
	TCase *tc = tcase_create("caller_news");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_use_is_told_once_with_its_caller);
	tcase_add_test(tc, a_use_is_noted_with_its_caller);
	tcase_add_test(tc, a_refusal_is_told_with_its_caller);
	tcase_add_test(tc, nothing_is_told_of_this_process);
	tcase_add_test(tc, what_cannot_be_a_caller_is_told_as_before);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
