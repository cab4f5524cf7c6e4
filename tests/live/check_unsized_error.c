/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last argument of every public call that can fail: one that lacks its size
 * is refused before anything is done, and without one the call answers as with
 * one.
 */
#include <apam/admin.h>

#include "support/clock.h"
#include "support/project.h"
#include "support/run.h"

#define URL "https://api.example/x"

static struct project p;
static struct apam_profile *profile;
static int shown; /* what callbacks were given */

static const struct apam_request request = APAM_REQUEST("GET", URL);
static const struct apam_answer answer = { .size = sizeof(answer),
	.status = 200 };

static void
setup(void)
{
	clock_hasten();
	project_make(&p);
	project_module(&p, "hmac-test", true);
	project_secret(&p, "one", "FAKE-1\n");
	project_secret(&p, "two", "FAKE-2\n");
	project_directory(&p, "state");
	project_entries(&p, "p",
	    "{ scheme = \"hmac-test\"; key_id = \"k1\"; secret = "
	    "\"file:@/one\"; }, { scheme = \"hmac-test\"; key_id = \"k2\"; "
	    "secret = \"file:@/two\"; }");
	profile = project_get(&p, "p");
	shown = 0;
}

static void
teardown(void)
{
	project_remove(&p);
}

/* ---- Calls that show something -------------------------------------------- */

#define SEE(name, type)                                                        \
	static bool see_##name(void *arg, const type *one)                     \
	{                                                                      \
		(void)arg;                                                     \
		(void)one;                                                     \
		shown++;                                                       \
		return true;                                                   \
	}

SEE(profile, struct apam_profile_info)
SEE(key, struct apam_key_info)
SEE(user, struct apam_user_info)
SEE(line, struct apam_audit_info)
SEE(module, struct apam_module_info)
SEE(change, struct apam_registry_change)

static bool
see_piece(void *arg, struct apam_str piece)
{
	(void)arg;
	(void)piece;
	shown++;
	return true;
}

static bool
see_bytes(void *arg, const char *bytes, size_t n)
{
	(void)arg;
	(void)bytes;
	(void)n;
	shown++;
	return true;
}

/* ---- The calls ------------------------------------------------------------ */

#define CALL(name) static enum apam_status call_##name(struct apam_error *err)

CALL(open)
{
	struct apam_open_options options = { .size = sizeof(options),
		.flags = APAM_OPEN_USER };
	struct apam *ctx = NULL;
	enum apam_status status;

	options.config = project_path(&p, "apam.conf");
	status = apam_open(&options, &ctx, err);
	shown += ctx != NULL;
	apam_close(&ctx);
	return status;
}

CALL(profile_get)
{
	struct apam_profile *found = NULL;

	return apam_profile_get(p.ctx, "p", &found, err);
}

CALL(profile_find)
{
	struct apam_profile *found = NULL;

	return apam_profile_find(p.ctx, URL, &found, err);
}

CALL(sign)
{
	struct apam_signature s = APAM_SIGNATURE_INIT;
	const enum apam_status status = apam_sign(profile, &request, &s, err);

	shown += s.header_count > 0;
	apam_signature_release(&s);
	return status;
}

CALL(sign_start)
{
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_call *call = NULL;
	enum apam_status status = apam_sign_start(
	    profile, &request, &s, &call, err);

	shown += s.header_count > 0;
	apam_call_cancel(&call);
	apam_signature_release(&s);
	return status;
}

CALL(body_failure)
{
	const struct apam_signature s = APAM_SIGNATURE_INIT;

	return apam_body_failure(&s, err);
}

CALL(transport)
{
	struct apam_transport transport = { .size = sizeof(transport) };
	const enum apam_status status = apam_transport_get(
	    profile, URL, &transport, err);

	apam_transport_release(&transport);
	return status;
}

CALL(failure)
{
	const struct apam_failure failure = { .size = sizeof(failure) };

	return apam_failure_explain(&failure, err);
}

CALL(judge)
{
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_judgement j = { .size = sizeof(j) };
	enum apam_status status = apam_sign(profile, &request, &s, NULL);

	if (status == APAM_OK)
		status = apam_judge(profile, &s, &answer, &j, err);
	apam_signature_release(&s);
	return status;
}

CALL(verify)
{
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_verify *v = NULL;
	enum apam_status status = apam_sign(profile, &request, &s, NULL);

	if (status == APAM_OK)
		status = apam_verify_start(
		    profile, &request, &s, &answer, &v, err);
	shown += v != NULL;
	apam_signature_release(&s);
	return status;
}

CALL(check)
{
	struct apam_key_report reports[2];
	size_t count = 2;

	return apam_check(
	    profile, 1000, reports, &count, sizeof(*reports), err);
}

CALL(profiles)
{
	return apam_profiles(p.ctx, see_profile, NULL, err);
}

CALL(explain)
{
	return apam_explain(p.ctx, URL, see_profile, NULL, err);
}

CALL(grant)
{
	const struct apam_caller caller = { .size = sizeof(caller) };
	struct apam_grant grant = { .size = sizeof(grant) };

	return apam_profile_grant(profile, &caller, "GET", URL, &grant, err);
}

CALL(status)
{
	struct apam_entry_status entries[2];
	size_t count = 2;

	return apam_profile_status(
	    profile, entries, &count, sizeof(*entries), NULL, err);
}

CALL(metrics)
{
	return apam_agent_metrics(p.ctx, see_piece, NULL, err);
}

CALL(revoke)
{
	struct apam_revoke_report reports[2];
	size_t count = 2;

	return apam_revoke(
	    profile, 1000, reports, &count, sizeof(*reports), err);
}

CALL(login)
{
	struct apam_login *login = NULL;
	const enum apam_status status = apam_login_start(
	    profile, NULL, &login, err);

	shown += login != NULL;
	apam_login_cancel(&login);
	return status;
}

CALL(logout)
{
	struct apam_logout_report report = { .size = sizeof(report) };

	return apam_logout(profile, NULL, &report, err);
}

CALL(keys)
{
	return apam_keys(p.ctx, see_key, NULL, NULL, err);
}

CALL(keys_of)
{
	return apam_keys_of(p.ctx, "k1", see_key, NULL, NULL, err);
}

static struct apam_key_name
k1(void)
{
	return (struct apam_key_name){ .size = sizeof(struct apam_key_name),
		.id = "k1" };
}

CALL(add)
{
	const struct apam_key_name name = k1();

	return apam_key_add(p.ctx, &name, NULL, NULL, err);
}

CALL(describe)
{
	const struct apam_key_name name = k1();

	return apam_key_describe(p.ctx, &name, "a key", NULL, err);
}

CALL(archive)
{
	const struct apam_key_name name = k1();

	return apam_key_archive(p.ctx, &name, NULL, err);
}

CALL(restore)
{
	const struct apam_key_name name = k1();

	return apam_key_restore(p.ctx, &name, err);
}

CALL(standby)
{
	unsigned entry;

	return apam_key_standby(profile, &entry, err);
}

CALL(rotate)
{
	struct apam_key_rotation rotation = { .size = sizeof(rotation) };
	const enum apam_status status = apam_key_rotate(
	    profile, NULL, &rotation, err);

	shown += rotation.fresh[0] != '\0';
	return status;
}

CALL(user_add)
{
	return apam_user_add(p.ctx, geteuid(), err);
}

CALL(users)
{
	return apam_users(p.ctx, see_user, NULL, err);
}

CALL(audit_lines)
{
	return apam_audit_lines(p.ctx, see_line, NULL, err);
}

CALL(registry_check)
{
	return apam_registry_check(p.ctx, err);
}

CALL(backup)
{
	return apam_registry_backup(p.ctx, see_bytes, NULL, err);
}

static const struct apam_registry_text in_place = { .size = sizeof(in_place) };

CALL(compare)
{
	struct apam_registry_outlook outlook = { .size = sizeof(outlook) };

	return apam_registry_compare(
	    p.ctx, &in_place, see_change, NULL, &outlook, err);
}

CALL(recover)
{
	const struct apam_registry_outlook outlook = { .size = sizeof(
							   outlook) };

	return apam_registry_recover(p.ctx, &in_place, &outlook, err);
}

CALL(module)
{
	const struct apam_module *module = NULL;

	return apam_module_get(p.ctx, "hmac-test", &module, err);
}

CALL(modules)
{
	return apam_modules(p.ctx, see_module, NULL, err);
}

CALL(lint)
{
	struct apam_open_options options = { .size = sizeof(options),
		.flags = APAM_OPEN_USER };

	options.config = project_path(&p, "apam.conf");
	return apam_lint(&options, NULL, NULL, err);
}

CALL(store)
{
	const struct apam_open_options options = { .size = sizeof(options),
		.flags = APAM_OPEN_USER };
	const struct apam_secret_file file = { .size = sizeof(file),
		.path = project_path(&p, "stored"),
		.secret = APAM_STR("FAKEstored"),
		.owner = -1,
		.group = -1 };

	return apam_secret_store(&options, &file, err);
}

#define ROW(name)                                                              \
	{                                                                      \
#name, call_##name                                             \
	}

static const struct {
	const char *name;
	enum apam_status (*call)(struct apam_error *err);
} rows[] = { ROW(open), ROW(profile_get), ROW(profile_find), ROW(sign),
	ROW(sign_start), ROW(body_failure), ROW(transport), ROW(failure),
	ROW(judge), ROW(verify), ROW(check), ROW(profiles), ROW(explain),
	ROW(grant), ROW(status), ROW(metrics), ROW(revoke), ROW(login),
	ROW(logout), ROW(keys), ROW(keys_of), ROW(add), ROW(describe),
	ROW(archive), ROW(restore), ROW(standby), ROW(rotate), ROW(user_add),
	ROW(users), ROW(audit_lines), ROW(registry_check), ROW(backup),
	ROW(compare), ROW(recover), ROW(module), ROW(modules), ROW(lint),
	ROW(store) };

START_TEST(one_without_its_size_is_refused)
{
	struct apam_error none = { .size = 0 };

	ck_assert_msg(
	    rows[_i].call(&none) == APAM_E_USAGE, "%s", rows[_i].name);
	ck_assert_msg(shown == 0, "%s: did something", rows[_i].name);
	ck_assert_int_ne(access(project_path(&p, "state/registry"), F_OK), 0);
	ck_assert_int_ne(access(project_path(&p, "stored"), F_OK), 0);
}
END_TEST

START_TEST(without_one_the_answer_is_the_same)
{
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status with;

	with = rows[_i].call(&err);
	ck_assert_msg(err.status == with, "%s: %s: %s", rows[_i].name,
	    apam_status_name(with), err.text);
	teardown();
	setup();
	ck_assert_msg(rows[_i].call(NULL) == with, "%s", rows[_i].name);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("unsized_error");
	TCase *tc = tcase_create("unsized_error");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, one_without_its_size_is_refused, 0, ROWS(rows));
	tcase_add_loop_test(
	    tc, without_one_the_answer_is_the_same, 0, ROWS(rows));
	return run_suite(suite);
}
