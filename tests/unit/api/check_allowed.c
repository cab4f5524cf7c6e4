/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/api/allowed.c, by apam_sign in a process that may change its
 * user: the rules of a profile hold for what the process is at each call, for
 * its effective user, all of its groups and its service; they hold also where a
 * signature was made a moment ago; and a child is its own process.  Where the
 * host sends for somebody else, they hold for that caller.
 */
#define _GNU_SOURCE /* setresgid, unshare */
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/sign.h"
#include "base/str.h"
#include "support/project.h"
#include "support/run.h"

#define URL "https://api.example"
#define OTHER 64001 /* a user and a group that nobody has */
#define GROUP 64002

static struct project project;
static struct apam_profile *profile;
static struct apam_error err = APAM_ERROR_INIT;

#define KEY                                                                    \
	"origins = [ \"" URL "\" ];\n"                                         \
	"auth = ( { scheme = \"api-key\"; header = \"X-Key\"; "                \
	"key = \"file:@/secret\"; } );\n"
#define HMAC                                                                   \
	"origins = [ \"" URL "\" ];\n"                                         \
	"auth = ( { scheme = \"hmac-test\"; key_id = \"k1\"; "                 \
	"secret = \"file:@/secret\"; } );\n"

/* Write the profile and get it; '%' in the rules is this process's user. */
static void
use(const char *rest, const char *rules)
{
	char format[2048], text[2048];
	size_t n = (size_t)snprintf(format, sizeof(format), "%s", rest);

	for (; *rules != '\0'; rules++)
		n += (size_t)(*rules == '%' ?
			snprintf(format + n, sizeof(format) - n, "%lu",
			    (unsigned long)geteuid()) :
			snprintf(format + n, sizeof(format) - n, "%c", *rules));
	project_splice(&project, format, text, sizeof(text));
	project_profile(&project, "p", text);
	profile = project_get(&project, "p");
}

static void
setup(void)
{
	project_make(&project);
	project_module(&project, "api-key", false);
	project_module(&project, "hmac-test", true);
	project_secret(&project, "secret", "FAKEkey\n");
	/* Another user of these tests sees that its files have not changed. */
	ck_assert_int_eq(chmod(project.dir, 0755), 0);
	ck_assert_int_eq(chmod(project_path(&project, "apam.d"), 0755), 0);
}

static void
teardown(void)
{
	project_remove(&project);
}

static enum apam_status
sign_for(const struct apam_caller *caller, const char *method, const char *path)
{
	char url[256], store[2048];
	struct apam_signature sig = APAM_SIGNATURE_INIT;
	struct apam_request request = APAM_REQUEST(method, url);
	enum apam_status status;

	request.caller = caller;
	(void)snprintf(url, sizeof(url), "%s%s", URL, path);
	sig.store = store;
	sig.store_size = sizeof(store);
	status = apam_sign(profile, &request, &sig, &err);
	ck_assert_int_eq(err.status, status);
	if (status != APAM_OK)
		ck_assert_uint_eq(sig.header_count, 0);
	apam_signature_release(&sig);
	return status;
}

static enum apam_status
sign(const char *method, const char *path)
{
	return sign_for(NULL, method, path);
}

/* The same three times: the last two would come from the slot. */
static void
signs(void)
{
	for (int i = 0; i < 3; i++)
		ck_assert_msg(sign("GET", "/v1/x") == APAM_OK, "%s", err.text);
}

static void
is_refused(const char *text)
{
	ck_assert_int_eq(sign("GET", "/v1/x"), APAM_E_POLICY);
	ck_assert_msg(strstr(err.text, text) != NULL, "%s", err.text);
	ck_assert_msg(
	    strstr(err.file, "/apam.d/p.conf") != NULL, "%s", err.file);
	ck_assert_uint_gt(err.line, 0);
	ck_assert_str_eq(err.profile, "p");
}

/* ---- Users ------------------------------------------------------------ */

START_TEST(the_user_of_a_rule_signs)
{
	use(KEY, "allow = ( { users = [ \"%\" ]; give = \"secret\"; } );\n");
	signs();
}
END_TEST

START_TEST(another_user_does_not)
{
	use(KEY,
	    "allow = ( { users = [ \"64001\" ]; give = \"secret\"; } );\n");
	is_refused("no rule for user ");
	is_refused("nor for its groups or unit: add one to the profile");
}
END_TEST

START_TEST(nothing_does_not_sign)
{
	use(KEY, "allow = ( { users = [ \"%\" ]; give = \"nothing\"; } );\n");
	is_refused("nothing to send itself (rule 1 (line 3))");
}
END_TEST

/* ---- Requests --------------------------------------------------------- */

static const struct {
	const char *method, *path;
	bool allowed;
} requests[] = {
	{ "GET", "/v1/x", true },
	{ "GET", "/v1/x?a=/../b", true },
	{ "GET", "/v1/x#../..", true },
	{ "POST", "/v1/x", false },
	{ "get", "/v1/x", false },
	{ "GET", "/v2/x", false },
	{ "GET", "", false },
	{ "GET", "/v1/../v2/x", false },
	{ "GET", "/v1/%2e%2e/v2/x", false },
	{ "GET", "/v1/..;/v2/x", false },
	{ "GET", "/v1//x", false },
	{ "GET", "/v2/x?/v1/x", false },
};

START_TEST(a_request_fits_or_not)
{
	use(HMAC,
	    "allow = ( { users = [ \"%\" ]; methods = [ \"GET\" ];\n"
	    "paths = [ \"/v1/*\" ]; give = \"signature\"; } );\n");
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(sign("GET", "/v1/first"), APAM_OK);
		ck_assert_msg(sign(requests[_i].method, requests[_i].path) ==
			(requests[_i].allowed ? APAM_OK : APAM_E_POLICY),
		    "%s %s: %s", requests[_i].method, requests[_i].path,
		    err.text);
	}
}
END_TEST

/* What does not block is bound as well. */
START_TEST(calls_that_do_not_wait_are_bound)
{
	struct apam_open_options options = { .size = sizeof(options),
		.flags = APAM_OPEN_USER | APAM_OPEN_NO_THREAD };
	struct apam_request request = APAM_REQUEST("GET", URL "/");
	struct apam_signature sig = APAM_SIGNATURE_INIT;
	struct apam_call *call = NULL;
	struct apam *ctx;
	char config[128];

	use(KEY,
	    "allow = ( { users = [ \"64001\" ]; give = \"secret\"; } );\n");
	(void)snprintf(config, sizeof(config), "%s/apam.conf", project.dir);
	options.config = config;
	ck_assert_int_eq(apam_open(&options, &ctx, &err), APAM_OK);
	ck_assert_int_eq(apam_profile_get(ctx, "p", &profile, &err), APAM_OK);
	ck_assert_int_eq(apam_sign_start(profile, &request, &sig, &call, &err),
	    APAM_E_POLICY);
	ck_assert_ptr_null(call);
	apam_close(&ctx);
}
END_TEST

/* ---- Changes ---------------------------------------------------------- */

/* A rule that is written while the slot is open shuts it. */
START_TEST(a_new_rule_holds_for_cached_signatures)
{
	use(KEY, "");
	signs();
	use(KEY,
	    "allow = ( { users = [ \"64001\" ]; give = \"secret\"; } );\n");
	for (int i = 0; i < 300 && sign("GET", "/v1/x") == APAM_OK; i++)
		(void)usleep(10000);
	is_refused("no rule for user ");
	use(KEY, "");
	for (int i = 0; i < 300 && sign("GET", "/v1/x") != APAM_OK; i++)
		(void)usleep(10000);
	signs();
}
END_TEST

/* ---- As root, who can be somebody else -------------------------------- */

START_TEST(the_effective_user_counts_at_each_call)
{
	use(KEY, "allow = ( { users = [ \"%\" ]; give = \"secret\"; } );\n");
	signs();
	ck_assert_int_eq(seteuid(OTHER), 0);
	is_refused("no rule for user 64001");
	ck_assert_int_eq(seteuid(0), 0);
	signs();
}
END_TEST

START_TEST(all_groups_count)
{
	const gid_t groups[] = { 64003, GROUP };

	use(KEY,
	    "allow = ( { groups = [ \"64002\" ]; give = \"secret\"; } );\n");
	ck_assert_int_eq(setgroups(0, NULL), 0);
	is_refused("no rule for user ");
	ck_assert_int_eq(setgroups(2, groups), 0);
	signs();
	ck_assert_int_eq(setgroups(1, groups), 0);
	is_refused("no rule for user ");
	ck_assert_int_eq(setegid(GROUP), 0);
	signs();
	ck_assert_int_eq(setegid(0), 0);
	/* The real group is not one that a set-gid program has gained. */
	ck_assert_int_eq(setresgid(GROUP, 0, 0), 0);
	is_refused("no rule for user ");
}
END_TEST

/* How a child that does this ended: 0, where that held. */
static int
child_ends(void (*run)(void))
{
	int status = -1;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		run();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static void
run_as_other(void)
{
	if (setgid(OTHER) != 0 || setuid(OTHER) != 0)
		_exit(1);
	if (sign("GET", "/v1/x") != APAM_E_POLICY)
		_exit(2);
	if (strstr(err.text, "user 64001") == NULL)
		_exit(3);
}

START_TEST(a_child_is_who_it_is)
{
	use(KEY, "allow = ( { users = [ \"%\" ]; give = \"secret\"; } );\n");
	signs();
	ck_assert_int_eq(child_ends(run_as_other), 0);
	signs();
}
END_TEST

static const char *unit;

/* In a service, as far as this process can see. */
static void
run_in_unit(void)
{
	char own[64];

	project_write(&project, "cgroup", unit);
	(void)snprintf(own, sizeof(own), "/proc/%ld/cgroup", (long)getpid());
	if (unshare(CLONE_NEWNS) != 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount(project_path(&project, "cgroup"), own, NULL, MS_BIND, NULL) !=
		0)
		_exit(77);
	_exit(sign("GET", "/v1/x") == APAM_OK ? 1 : 2);
}

static const struct {
	const char *cgroup;
	int end;
} units[] = {
	{ "0::/system.slice/backup.service\n", 1 },
	{ "0::/system.slice/backup.service/sub\n", 1 },
	{ "0::/system.slice/other.service\n", 2 },
	{ "0::/user.slice/backup.service\n", 2 },
	{ "", 2 },
};

START_TEST(the_service_counts)
{
	int status;

	unit = units[_i].cgroup;
	use(KEY,
	    "allow = ( { units = [ \"backup.service\" ]; give = \"secret\"; } "
	    ");\n");
	is_refused("no rule for user ");
	status = child_ends(run_in_unit);
	ck_assert(WIFEXITED(status));
	/* Where root may not mount, there is nothing to be seen. */
	if (WEXITSTATUS(status) != 77)
		ck_assert_int_eq(WEXITSTATUS(status), units[_i].end);
}
END_TEST

/* ---- Somebody else ---------------------------------------------------- */

/* What a gateway sends: the rules are about the caller, not about it. */
static const struct {
	const char *rules;
	unsigned long uid, gid;
	const char *unit, *path;
	enum apam_status status;
} others[] = {
	{ "users = [ \"64001\" ]; give = \"nothing\";", OTHER, 1, NULL, "/v1/x",
	    APAM_OK },
	{ "users = [ \"64001\" ]; give = \"secret\";", OTHER, 1, NULL, "/v1/x",
	    APAM_OK },
	{ "users = [ \"64001\" ]; give = \"secret\";", 64003, OTHER, NULL,
	    "/v1/x", APAM_E_POLICY },
	{ "users = [ \"%\" ]; give = \"secret\";", OTHER, 1, NULL, "/v1/x",
	    APAM_E_POLICY },
	{ "groups = [ \"64002\" ]; give = \"nothing\";", OTHER, GROUP, NULL,
	    "/v1/x", APAM_OK },
	{ "units = [ \"a.service\" ]; give = \"nothing\";", OTHER, 1,
	    "a.service", "/v1/x", APAM_OK },
	{ "units = [ \"a.service\" ]; give = \"nothing\";", OTHER, 1, NULL,
	    "/v1/x", APAM_E_POLICY },
	{ "users = [ \"64001\" ]; paths = [ \"/v1/*\" ]; give = \"nothing\";",
	    OTHER, 1, NULL, "/v1/x", APAM_OK },
	{ "users = [ \"64001\" ]; paths = [ \"/v1/*\" ]; give = \"nothing\";",
	    OTHER, 1, NULL, "/v2/x", APAM_E_POLICY },
	{ "users = [ \"64001\" ]; give = \"nothing\";", UINT32_MAX, 1, NULL,
	    "/v1/x", APAM_E_USAGE },
	{ NULL, 0, 0, NULL, "/v1/x", APAM_OK },
	{ NULL, OTHER, 0, NULL, "/v1/x", APAM_E_POLICY },
};

START_TEST(rules_are_about_the_caller)
{
	const unsigned long gids[] = { others[_i].gid };
	const struct apam_caller caller = { .size = sizeof(caller),
		.uid = others[_i].uid,
		.gids = gids,
		.gid_count = 1,
		.unit = others[_i].unit };
	char rules[256] = "";

	if (others[_i].rules != NULL)
		(void)snprintf(rules, sizeof(rules), "allow = ( { %s } );\n",
		    others[_i].rules);
	use(KEY, rules);
	/* What this process may do opens no slot for others. */
	(void)sign("GET", "/v1/x");
	for (int i = 0; i < 3; i++)
		ck_assert_msg(sign_for(&caller, "GET", others[_i].path) ==
			others[_i].status,
		    "%d: %s", _i, err.text);
}
END_TEST

/* How a call that does not wait ends, and whether it goes the short way. */
static enum apam_status
start_for(const struct apam_caller *caller, const char *path, bool *is_short)
{
	_Alignas(struct apam_header) char store[2048];
	char url[256];
	struct apam_signature sig = APAM_SIGNATURE_INIT;
	struct apam_request request = APAM_REQUEST("GET", url);
	struct apam_call *call = NULL;
	enum apam_status status;

	request.caller = caller;
	(void)snprintf(url, sizeof(url), "%s%s", URL, path);
	sig.store = store;
	sig.store_size = sizeof(store);
	status = apam_sign_start(profile, &request, &sig, &call, &err);
	for (int i = 0; i < 100 && status == APAM_E_PENDING; i++) {
		apam_step(project.ctx);
		status = apam_call_result(call, &err);
	}
	apam_call_cancel(&call);
	apam_signature_release(&sig);
	*is_short = sign_short(profile, &request, &sig);
	apam_signature_release(&sig);
	return status;
}

/* Open without a thread; the profile has these rules, or none. */
static void
use_without_thread(const char *rules)
{
	struct apam_open_options options = { .size = sizeof(options),
		.flags = APAM_OPEN_USER | APAM_OPEN_NO_THREAD };
	char config[128], text[256] = "";

	if (rules != NULL)
		(void)snprintf(
		    text, sizeof(text), "allow = ( { %s } );\n", rules);
	use(KEY, text);
	apam_close(&project.ctx);
	(void)snprintf(config, sizeof(config), "%s/apam.conf", project.dir);
	options.config = config;
	ck_assert_int_eq(apam_open(&options, &project.ctx, &err), APAM_OK);
	profile = project_get(&project, "p");
}

START_TEST(they_are_where_nothing_waits)
{
	const unsigned long gids[] = { others[_i].gid };
	const struct apam_caller caller = { .size = sizeof(caller),
		.uid = others[_i].uid,
		.gids = gids,
		.gid_count = 1,
		.unit = others[_i].unit };
	bool is_short;

	use_without_thread(others[_i].rules);
	(void)start_for(NULL, "/v1/x", &is_short);
	for (int i = 0; i < 3; i++)
		ck_assert_msg(start_for(&caller, others[_i].path, &is_short) ==
			others[_i].status,
		    "%d: %s", _i, err.text);
	ck_assert(!is_short || others[_i].rules == NULL);
}
END_TEST

/* A gateway signs for its own user as for itself. */
START_TEST(who_needs_no_rule_is_signed_for_from_the_slot)
{
	struct apam_caller caller = { .size = sizeof(caller) };
	bool is_short = false;

	use_without_thread(NULL);
	caller.uid = geteuid();
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(start_for(&caller, "/", &is_short), APAM_OK);
	ck_assert(is_short);
	caller.uid = OTHER;
	ck_assert_int_eq(start_for(&caller, "/", &is_short), APAM_E_POLICY);
	ck_assert(!is_short);
	caller.size = 0;
	ck_assert_int_eq(start_for(&caller, "/", &is_short), APAM_E_USAGE);
}
END_TEST

START_TEST(without_rules_only_root_and_we)
{
	struct apam_caller caller = { .size = sizeof(caller), .uid = OTHER };

	use(KEY, "");
	ck_assert_int_eq(sign_for(&caller, "GET", "/"), APAM_E_POLICY);
	ck_assert_str_eq(err.text,
	    "the profile has no rules (allow), and so is not for user 64001: "
	    "write one that names that user");
	caller.uid = geteuid();
	ck_assert_int_eq(sign_for(&caller, "GET", "/"), APAM_OK);
	caller.size = 0;
	ck_assert_int_eq(sign_for(&caller, "GET", "/"), APAM_E_USAGE);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("allowed");
	TCase *tc = tcase_create("allowed");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_user_of_a_rule_signs);
	tcase_add_test(tc, another_user_does_not);
	tcase_add_test(tc, nothing_does_not_sign);
	tcase_add_loop_test(tc, a_request_fits_or_not, 0, ROWS(requests));
	tcase_add_test(tc, calls_that_do_not_wait_are_bound);
	tcase_add_test(tc, a_new_rule_holds_for_cached_signatures);
	tcase_add_loop_test(tc, rules_are_about_the_caller, 0, ROWS(others));
	tcase_add_loop_test(tc, they_are_where_nothing_waits, 0, ROWS(others));
	tcase_add_test(tc, who_needs_no_rule_is_signed_for_from_the_slot);
	tcase_add_test(tc, without_rules_only_root_and_we);
	if (geteuid() == 0) {
		tcase_add_test(tc, the_effective_user_counts_at_each_call);
		tcase_add_test(tc, all_groups_count);
		tcase_add_test(tc, a_child_is_who_it_is);
		tcase_add_loop_test(tc, the_service_counts, 0, ROWS(units));
	}
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
