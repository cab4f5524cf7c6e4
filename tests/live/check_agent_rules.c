/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of rules once more, through a real agent: real users with real
 * groups, and in real services where root can make them, ask for signatures.
 * What the agent decides is what the rules say, and what apam_profile_grant and
 * `apam explain --as` say of the same caller, to the word.
 *
 * The same again with an agent that has no SO_PEERPIDFD, so that each program
 * has to prove which process it is.
 */
#define _GNU_SOURCE /* setresuid */
#include <stdio.h>

#include "support/agent_process.h"
#include "support/allow_table.h"
#include "support/cgroup.h"
#include "support/run.h"
#include "text/unit_name.h"

#define URL "https://api.example"
#define NOBODYS 61999 /* a group that no rule has */

static struct project project;
static struct agent_process agent;

/* ---- The profile ------------------------------------------------------- */

static void
put_ids(FILE *f, const char *name, const uint32_t *ids, size_t count)
{
	if (count == 0)
		return;
	fprintf(f, " %s = [", name);
	for (size_t i = 0; i < count; i++)
		fprintf(f, "%s \"%u\"", i > 0 ? "," : "", ids[i]);
	fprintf(f, " ];");
}

static void
put_texts(FILE *f, const char *name, const struct apam_str *all, size_t count)
{
	if (count == 0)
		return;
	fprintf(f, " %s = [", name);
	for (size_t i = 0; i < count; i++)
		fprintf(f, "%s \"%.*s\"", i > 0 ? "," : "", (int)all[i].n,
		    all[i].p);
	fprintf(f, " ];");
}

/* The rules of the table, for a scheme that signs each request. */
static void
write_profile(void)
{
	FILE *f = fopen(project_path(&project, "apam.d/p.conf"), "w");

	ck_assert_ptr_nonnull(f);
	fprintf(f,
	    "origins = [ \"" URL "\" ];\n"
	    "auth = ( { scheme = \"hmac-test\"; key_id = \"k1\"; "
	    "secret = \"file:%s/secret\"; } );\nallow = (",
	    project.dir);
	for (size_t i = 0; i < allow.count; i++) {
		const struct allow_rule *r = &rules[i];

		fprintf(f, "%s\n  {", i > 0 ? "," : "");
		put_ids(f, "users", r->users, r->user_count);
		put_ids(f, "groups", r->groups, r->group_count);
		put_texts(f, "units", r->units, r->unit_count);
		put_texts(f, "methods", r->methods, r->method_count);
		put_texts(f, "paths", r->paths, r->path_count);
		fprintf(f, " give = \"%s\"; }", apam_give_name(r->give));
	}
	fprintf(f, " );\n");
	ck_assert_int_eq(fclose(f), 0);
}

/* ---- A program of somebody's ------------------------------------------- */

struct asked {
	enum apam_status status;
	char text[APAM_TEXT_SIZE];
};

/* The group of processes for the row's service; false: none can be made. */
static bool
make_unit(const struct row *row, char *group, size_t size)
{
	char name[128];

	(void)snprintf(name, sizeof(name), "apamtest#.slice/%s", row->unit);
	cgroup_name(group, size, name);
	return cgroup_make(group);
}

/* The other groups; the effective one is theirs, or nobody's, by turns. */
static bool
become(const struct row *row, const char *group)
{
	gid_t groups[3] = { 0 };
	const struct caller is = caller_of(row);
	gid_t first = NOBODYS;

	for (size_t i = 0; i < is.group_count; i++)
		groups[i] = is.groups[i];
	if (is.group_count > 0 && row->path[1] == 'v')
		first = groups[0];
	return (group[0] == '\0' || cgroup_put(group, 0)) &&
	    setgroups(is.group_count, groups) == 0 &&
	    setresgid(first, first, first) == 0 &&
	    setresuid(row->user, row->user, row->user) == 0;
}

static void
sign_as(const struct row *row, const char *group, int to)
{
	struct apam_open_options options = { .size = sizeof(options) };
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_profile *profile = NULL;
	struct apam_request request;
	struct asked asked = { APAM_E_INTERNAL, "cannot become somebody" };
	struct apam *ctx = NULL;
	char url[256], config[128];

	(void)snprintf(url, sizeof(url), URL "%s", row->path);
	(void)snprintf(config, sizeof(config), "%s/apam.conf", project.dir);
	options.config = config;
	request = (struct apam_request)APAM_REQUEST(row->method, url);
	if (become(row, group)) {
		asked.status = apam_open(&options, &ctx, &err);
		if (asked.status == APAM_OK)
			asked.status = apam_profile_get(
			    ctx, "p", &profile, &err);
		if (asked.status == APAM_OK)
			asked.status = apam_sign(
			    profile, &request, &signature, &err);
		(void)snprintf(asked.text, sizeof(asked.text), "%s", err.text);
		apam_signature_release(&signature);
		apam_close(&ctx);
	}
	_exit(write(to, &asked, sizeof(asked)) != sizeof(asked));
}

/* Have a program of the row's ask; `group` may be "". */
static struct asked
ask(const struct row *row, const char *group)
{
	struct asked asked;
	int ends[2], status = -1;
	pid_t child;

	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0)
		sign_as(row, group, ends[1]);
	(void)close(ends[1]);
	ck_assert_int_eq(read(ends[0], &asked, sizeof(asked)), sizeof(asked));
	(void)close(ends[0]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	return asked;
}

/* ---- What is said of it ------------------------------------------------ */

/* What apam_profile_grant says; `unit`: what the row's program is really of. */
static struct apam_grant
grant_of(const struct row *row, const char *unit)
{
	struct apam_grant grant = { .size = sizeof(grant) };
	const struct caller is = caller_of(row);
	unsigned long groups[4] = { NOBODYS };
	const struct apam_caller who = { .size = sizeof(who),
		.uid = row->user,
		.gids = groups,
		.gid_count = is.group_count + 1,
		.unit = unit[0] == '\0' ? NULL : unit };
	struct apam_error err = APAM_ERROR_INIT;
	char url[256];

	for (size_t i = 0; i < is.group_count; i++)
		groups[i + 1] = is.groups[i];
	(void)snprintf(url, sizeof(url), URL "%s", row->path);
	ck_assert_msg(apam_profile_grant(project_get(&project, "p"), &who,
			  row->method, url, &grant, &err) == APAM_OK,
	    "%s", err.text);
	return grant;
}

/* The exit status of `apam explain --as`. */
static int
explained(const struct row *row, const char *unit)
{
	char command[1024], apam[512];
	int status;

	project_built("apam", apam, sizeof(apam));
	(void)snprintf(command, sizeof(command),
	    "'%s' -c '%s/apam.conf' explain --as %u %s %s %s '" URL
	    "%s' >/dev/null 2>&1",
	    apam, project.dir, row->user, unit[0] == '\0' ? "" : "--unit", unit,
	    row->method, row->path);
	status = system(command);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
compare(const struct row *row, const struct asked *asked, const char *unit)
{
	const struct apam_grant grant = grant_of(row, unit);
	const bool given = row->rule != 0 && row->give > APAM_GIVE_NOTHING;

	ck_assert_msg(asked->status == (given ? APAM_OK : APAM_E_POLICY),
	    "user %u, unit \"%s\", %s %s: %d, %s", row->user, row->unit,
	    row->method, row->path, asked->status, asked->text);
	ck_assert_uint_eq(grant.rule, row->rule);
	ck_assert_int_eq(grant.given, row->rule != 0);
	ck_assert_int_eq(grant.give, row->give);
	ck_assert_str_eq(asked->text, grant.why_not);
	if (row->groups[0] == 0)
		ck_assert_int_eq(explained(row, unit), given ? 0 : 1);
}

/* ---- Tests ------------------------------------------------------------- */

/* All rows with one agent: to start it for each takes longer than to ask it. */
static void
try_all(const char *program)
{
	char group[128] = "";
	unsigned tried = 0, services = 0;

	agent_program(&project, program);
	agent_start(&agent, "agent");
	for (int i = 0; i < ROWS(rows); i++) {
		const struct row *row = &rows[i];
		const struct apam_str unit = apam_str(row->unit);
		struct asked asked;

		if (row->method[0] == '\0')
			continue;
		if (unit.n > 0 && !make_unit(row, group, sizeof(group)))
			continue;
		asked = ask(row, unit.n > 0 ? group : "");
		/* What systemd would not call a service is none. */
		compare(row, &asked,
		    unit_name_problem(unit) == NULL ? row->unit : "");
		if (unit.n > 0)
			cgroup_remove(group);
		services += unit.n > 0;
		tried++;
	}
	printf("%u rows, %u of them with a service\n", tried, services);
	ck_assert_uint_ge(tried, 80);
	agent_stop(&agent);
}

static void
setup(void)
{
	agent_make(&agent, &project, "");
	project_module(&project, "hmac-test", true);
	agent_secret(&agent, "secret", "FAKE-secret-of-the-rules\n");
	write_profile();
}

static void
teardown(void)
{
	agent_remove(&agent);
}

START_TEST(the_agent_decides_by_the_rules)
{
	try_all("apamd");
}
END_TEST

START_TEST(a_program_proves_its_service)
{
	try_all("tests/apamd/apamd-unproven");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent_rules");
	TCase *tc = tcase_create("agent_rules");

	if (geteuid() != 0) {
		printf("only root can be several users: nothing is tried\n");
		return 0;
	}
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, the_agent_decides_by_the_rules);
	tcase_add_test(tc, a_program_proves_its_service);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
