/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/admin/revoke.c: what revoking reports of each entry and
 * returns, and that every credential is gone afterwards whatever the provider
 * said: this process's, those that users share, and, by the registry, every
 * process's.
 */
#include <fcntl.h>

#include <apam/admin.h>

#include "admin/keys_change.h"
#include "base/error.h"
#include "profile/handle.h"
#include "support/clock.h"
#include "support/project.h"
#include "support/run.h"
#include "support/unusable.h"

static struct project project;
static struct apam_profile *profile;
static struct apam_error err = APAM_ERROR_INIT;
static struct apam_revoke_report reports[4];

static void
setup(void)
{
	clock_hasten();
	project_make(&project);
	project_module(&project, "return-test", true);
	project_module(&project, "hmac-test", true);
	project_secret(&project, "secret", "FAKEkey\n");
	project_directory(&project, "state");
	memset(&err, 0x5a, sizeof(err));
	err.size = sizeof(err);
	memset(reports, 0x5a, sizeof(reports));
}

static void
teardown(void)
{
	project_remove(&project);
}

/* A profile "p" of the entries. */
static void
use(const char *entries)
{
	char format[2048], text[2048];

	(void)snprintf(format, sizeof(format),
	    "origins = [ \"https://api.example\" ];\n"
	    "share_credentials = true;\nauth = ( %s );\n",
	    entries);
	project_splice(&project, format, text, sizeof(text));
	project_profile(&project, "p", text);
	profile = project_get(&project, "p");
}

#define HMAC(more)                                                             \
	"{ scheme = \"hmac-test\"; key_id = \"k1\"; "                          \
	"secret = \"file:@/secret\"; " more "}"
#define RETURNS(more) "{ scheme = \"return-test\"; " more "}"
#define FAILS RETURNS("revoke = 0; revoke_status = 770; ")

static void
sign(void)
{
	struct apam_signature sig = APAM_SIGNATURE_INIT;
	struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example/");

	ck_assert_msg(apam_sign(profile, &request, &sig, &err) == APAM_OK, "%s",
	    err.text);
	apam_signature_release(&sig);
}

static bool
first_is_usable(void)
{
	struct apam_entry_status status;
	size_t count = 1;

	ck_assert_int_eq(apam_profile_status(profile, &status, &count,
			     sizeof(status), NULL, &err),
	    APAM_OK);
	return status.usable;
}

/* ---- What it returns ---------------------------------------------------- */

static const struct {
	const char *name;
	const char *entries;
	enum apam_status status;
	int entry;
	enum apam_status each[4];
	size_t count;
	const char *result; /* the first one's */
} rows[] = {
	{ "confirmed", RETURNS(""), APAM_OK, -1, { APAM_OK }, 1, "revoked" },
	{ "all confirmed", RETURNS("") ", " RETURNS(""), APAM_OK, -1,
	    { APAM_OK, APAM_OK }, 2, "revoked" },
	{ "no way to revoke", HMAC(""), APAM_E_POLICY, 0, { APAM_E_POLICY }, 1,
	    "impossible" },
	{ "not taken", FAILS, APAM_E_PROVIDER, 0, { APAM_E_PROVIDER }, 1,
	    "not revoked" },
	{ "no such step", RETURNS("revoke = 7; "), APAM_E_ABI, 0,
	    { APAM_E_ABI }, 1, "refused" },
	{ "the second", RETURNS("") ", " HMAC(""), APAM_E_POLICY, 1,
	    { APAM_OK, APAM_E_POLICY }, 2, "revoked" },
	{ "the first of two", RETURNS("") ", " FAILS ", " HMAC(""),
	    APAM_E_PROVIDER, 1, { APAM_OK, APAM_E_PROVIDER, APAM_E_POLICY }, 3,
	    "revoked" },
	{ "the other order", HMAC("") ", " FAILS, APAM_E_POLICY, 0,
	    { APAM_E_POLICY, APAM_E_PROVIDER }, 2, "impossible" },
};

START_TEST(each_entry_is_revoked)
{
	enum apam_status status;
	size_t count = 4;

	use(rows[_i].entries);
	sign();
	ck_assert(first_is_usable());
	status = apam_revoke(
	    profile, 0, reports, &count, sizeof(*reports), &err);
	ck_assert_msg(status == rows[_i].status, "%s: %s: %s", rows[_i].name,
	    apam_status_name(status), err.text);
	ck_assert_int_eq(err.status, status);
	ck_assert_int_eq(err.entry, rows[_i].entry);
	ck_assert_str_eq(err.profile, status == APAM_OK ? "" : "p");
	ck_assert_uint_eq(count, rows[_i].count);
	ck_assert_msg(strcmp(reports[0].result, rows[_i].result) == 0, "%s: %s",
	    rows[_i].name, reports[0].result);
	for (size_t i = 0; i < count; i++) {
		ck_assert_uint_eq(reports[i].entry, i);
		ck_assert_msg(reports[i].status == rows[_i].each[i], "%s: %zu",
		    rows[_i].name, i);
		ck_assert_int_eq(
		    reports[i].text[0] == '\0', reports[i].status == APAM_OK);
		ck_assert_msg(reports[i].drop_status == APAM_OK, "%s",
		    reports[i].drop_text);
		ck_assert_str_eq(reports[i].drop_text, "");
	}
	/* Whatever the provider says. */
	ck_assert_msg(!first_is_usable(), "%s", rows[_i].name);
}
END_TEST

START_TEST(only_what_there_is_room_for_is_reported)
{
	size_t count = 1;

	use(RETURNS("key_id = \"a\"; ") ", " RETURNS("key_id = \"b\"; "));
	ck_assert_int_eq(
	    apam_revoke(profile, 0, reports, &count, sizeof(*reports), &err),
	    APAM_OK);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(reports[0].key_id, "a");
	ck_assert_str_eq(reports[0].scheme, "return-test");
	ck_assert_int_eq(reports[1].key_id[0], 0x5a);
	count = 0;
	ck_assert_int_eq(
	    apam_revoke(profile, 0, NULL, &count, 0, NULL), APAM_OK);
	ck_assert_uint_eq(count, 2);
}
END_TEST

START_TEST(there_is_something_to_revoke_or_not)
{
	size_t count = 1;

	use(RETURNS(""));
	ck_assert_int_eq(
	    apam_revoke(profile, 0, reports, &count, sizeof(*reports), &err),
	    APAM_OK);
	ck_assert(!reports[0].had_credential);
	ck_assert_str_eq(reports[0].result, "nothing");
	sign();
	count = 1;
	ck_assert_int_eq(
	    apam_revoke(profile, 0, reports, &count, sizeof(*reports), &err),
	    APAM_OK);
	ck_assert(reports[0].had_credential);
}
END_TEST

START_TEST(an_unusable_profile)
{
	size_t count = 4;

	use(unusable[_i].entries);
	ck_assert_int_eq(
	    apam_revoke(profile, 0, reports, &count, sizeof(*reports), &err),
	    unusable[_i].status);
	ck_assert_int_eq(err.status, unusable[_i].status);
	ck_assert_str_eq(err.profile, "p");
	ck_assert_uint_eq(count, 0);
}
END_TEST

/* ---- What is gone ------------------------------------------------------- */

static uint64_t
drops(const char *id)
{
	const struct key_registry registry = key_registry_of(&project.ctx->env);
	struct key_set set;
	uint64_t n = 0;

	ck_assert_int_eq(key_registry_read(&registry, &set, NULL), APAM_OK);
	for (size_t i = 0; i < set.count; i++)
		if (strcmp(set.records[i].id, id) == 0)
			n += set.records[i].drops;
	key_set_free(&set);
	return n;
}

START_TEST(every_process_is_told)
{
	size_t count = 0;

	use(HMAC("") ", " RETURNS("key_id = \"r\"; "));
	ck_assert_uint_eq(drops("k1"), 0);
	ck_assert_int_eq(
	    apam_revoke(profile, 0, NULL, &count, 0, &err), APAM_E_POLICY);
	ck_assert_uint_eq(drops("k1"), 1);
	ck_assert_uint_eq(drops("r"), 1);
	count = 0;
	ck_assert_int_eq(
	    apam_revoke(profile, 0, NULL, &count, 0, &err), APAM_E_POLICY);
	ck_assert_uint_eq(drops("k1"), 2);
}
END_TEST

/* Another context, as another process would be, and its own credential. */
static uint64_t
generation_of(struct apam_profile *p)
{
	struct apam_signature sig = APAM_SIGNATURE_INIT;
	struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example/");
	uint64_t generation;

	ck_assert_msg(
	    apam_sign(p, &request, &sig, &err) == APAM_OK, "%s", err.text);
	generation = sig.generation;
	apam_signature_release(&sig);
	return generation;
}

START_TEST(every_process_drops_its_own)
{
	struct apam_profile *other;
	struct apam *first;
	uint64_t before;
	size_t count = 0;

	use(RETURNS(""));
	first = project.ctx;
	other = profile;
	before = generation_of(other);
	ck_assert_uint_eq(generation_of(other), before);
	project.ctx = NULL;
	profile = project_get(&project, "p");
	ck_assert_int_eq(
	    apam_revoke(profile, 0, NULL, &count, 0, &err), APAM_OK);
	ck_assert_uint_gt(generation_of(other), before);
	/* Once for each. */
	before = generation_of(other);
	ck_assert_uint_eq(generation_of(other), before);
	apam_close(&first);
}
END_TEST

START_TEST(the_registry_cannot_be_written)
{
	size_t count = 1;

	use(RETURNS(""));
	sign();
	ck_assert_int_eq(chmod(project_path(&project, "state"), 0777), 0);
	ck_assert_int_eq(
	    apam_revoke(profile, 0, reports, &count, sizeof(*reports), &err),
	    APAM_OK);
	ck_assert_int_eq(reports[0].drop_status, APAM_E_TRUST);
	ck_assert_str_ne(reports[0].drop_text, "");
	ck_assert_int_eq(reports[0].status, APAM_OK);
	ck_assert(!first_is_usable());
}
END_TEST

/* Make a file that a user of that number shares. */
static void
share(unsigned uid, const char *name)
{
	char path[96];

	(void)snprintf(path, sizeof(path), "state/users/%u", uid);
	(void)mkdir(project_path(&project, "state/users"), 0755);
	(void)mkdir(project_path(&project, path), 0700);
	ck_assert_int_eq(chown(project.path, uid, (gid_t)-1), 0);
	(void)snprintf(path, sizeof(path), "state/users/%u/%s", uid, name);
	project_write(&project, path, "sealed");
}

static bool
is_shared(unsigned uid, const char *name)
{
	char path[96];

	(void)snprintf(path, sizeof(path), "state/users/%u/%s", uid, name);
	return access(project_path(&project, path), F_OK) == 0;
}

START_TEST(what_users_share_is_removed)
{
	const unsigned me = geteuid(), other = me == 0 ? 4123 : me;
	size_t count = 0;

	use(RETURNS("") ", " RETURNS(""));
	share(me, "p.0");
	share(other, "p.0");
	share(other, "p.1");
	share(other, "p.2");
	share(other, "pp.0");
	share(other, "p.0.lock");
	ck_assert_int_eq(
	    apam_revoke(profile, 0, NULL, &count, 0, &err), APAM_OK);
	ck_assert(!is_shared(me, "p.0"));
	ck_assert(!is_shared(other, "p.0"));
	ck_assert(!is_shared(other, "p.1"));
	ck_assert(is_shared(other, "p.2"));
	ck_assert(is_shared(other, "pp.0"));
	ck_assert(is_shared(other, "p.0.lock"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("revoke");
	TCase *t = tcase_create("core");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, each_entry_is_revoked, 0, ROWS(rows));
	tcase_add_test(t, only_what_there_is_room_for_is_reported);
	tcase_add_test(t, there_is_something_to_revoke_or_not);
	tcase_add_loop_test(t, an_unusable_profile, 0, ROWS(unusable));
	tcase_add_test(t, every_process_is_told);
	tcase_add_test(t, every_process_drops_its_own);
	tcase_add_test(t, the_registry_cannot_be_written);
	tcase_add_test(t, what_users_share_is_removed);
	suite_add_tcase(s, t);
	return run_suite(s);
}
