/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/api/through_agent.c, core/served/served_fetch.c and the calls
 * that use them: what a program makes of an agent's answers, right and wrong.
 * What apamd answers is in tests/suite/agent/through.sh.
 */
#include <string.h>

#include "agent/row.h"
#include "base/str.h"
#include "support/project.h"
#include "support/run.h"
#include "support/scripted_agent.h"

#define SEED                                                                   \
	"{ scheme = \"basic-email-key\"; email = \"a@b\"; "                    \
	"key = \"file:@/secret\"; }"

static struct project project;
static struct scripted agent;
static struct apam_error err;

static void
write_main(const char *use)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
	    "module_dir = \"%s/modules\";\nprofile_dir = \"%s/apam.d\";\n"
	    "state_dir = \"%s/state\";\naudit = \"off\";\nagent = \"%s\";\n"
	    "agent_socket = \"%s/agent\";\nagent_user = \"no-such-user\";\n",
	    project.dir, project.dir, project.dir, use, project.dir);
	project_write(&project, "apam.conf", text);
}

static void
setup(void)
{
	project_make(&project);
	project_module(&project, "basic-email-key", false);
	write_main("require");
	project_entries(&project, "p", SEED);
	scripted_in(&agent, project.dir);
	err = (struct apam_error)APAM_ERROR_INIT;
}

static void
teardown(void)
{
	scripted_remove(&agent);
	project_remove(&project);
}

/* ---- What the agent answers ---------------------------------------------- */

/* In the child: one answer to each call. */
struct script {
	unsigned rows; /* of each message */
	unsigned messages; /* how many there are; 0: without an end */
	bool stuck; /* the next row is always the same */
	bool broken; /* a row that is not one */
	bool beside; /* something is wrong beside it */
	bool refuse, odd; /* FAILED; another type */
};

static void
put_rows(const struct script *s, const struct agent_call *call,
    struct frame_writer *w)
{
	const struct apam_key_report report = { .state = APAM_KEY_GOOD,
		.checked_at = 1800000000,
		.key_id = "a@b",
		.evidence = "the agent says so" };
	const struct apam_entry_status status = { .key_state = APAM_KEY_GOOD,
		.usable = true,
		.generation = 7,
		.checked_at = 1800000000,
		.evidence = "the agent says so" };
	const struct apam_revoke_report revoked = { .status = APAM_E_POLICY,
		.text = "there is no way",
		.had_credential = true };
	const struct agent_use_row use = { .profile = "p",
		.program = "backup",
		.unit = "nightly.service",
		.user = 33,
		.at = 1800000001 + (int64_t)call->from,
		.count = 9 };

	for (unsigned i = 0; i < s->rows; i++) {
		if (str_equal(call->name, APAM_STR("check")))
			scripted_must(agent_put_report(w, &report));
		else if (str_equal(call->name, APAM_STR("status")))
			scripted_must(agent_put_status(w, &status));
		else if (str_equal(call->name, APAM_STR("revoke")))
			scripted_must(agent_put_revoked(w, &revoked));
		else
			scripted_must(agent_put_use(w, &use));
	}
	if (s->broken)
		scripted_must(agent_row_put(w, APAM_STR("this is not one")));
}

static void
answer(int fd, struct scripted_message *m, void *arg)
{
	const struct script *s = arg;
	struct agent_result result = { .error = APAM_ERROR_INIT };
	struct agent_call call;
	struct frame_writer w;
	struct buf items;

	scripted_must(m->frame.type == AGENT_CALL &&
	    agent_call_read(&call, &m->room, &m->frame) == NULL);
	if (s->refuse) {
		scripted_fail(fd, m->frame.id, APAM_E_POLICY, "not for you");
		return;
	}
	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(
	    &w, &items, s->odd ? AGENT_SIGNED : AGENT_RESULT, m->frame.id);
	put_rows(s, &call, &w);
	if (s->messages == 0 || call.from + 1 < s->messages)
		result.next = s->stuck ? 1 : call.from + 1;
	if (s->beside) {
		result.error.status = APAM_E_CONFIG;
		(void)snprintf(result.error.text, sizeof(result.error.text),
		    "its new files are in error");
		result.error.line = 3;
	}
	scripted_must(agent_result_write(&result, &w));
	scripted_give(fd, &w, NULL, 0);
	buf_free(&items);
}

static void
answers(int listener, void *arg)
{
	scripted_serve(listener, answer, arg);
}

static struct apam_profile *
start(const struct script *script)
{
	static struct script mine;

	mine = *script;
	scripted_start(&agent, answers, &mine);
	return project_get(&project, "p");
}

/* ---- Calls --------------------------------------------------------------- */

static enum apam_status
check(struct apam_profile *p, struct apam_key_report *report, size_t *count)
{
	*count = 1;
	return apam_check(p, 120000, report, count, sizeof(*report), &err);
}

START_TEST(a_check_is_the_agents)
{
	struct apam_key_report report;
	size_t count;
	struct apam_profile *p = start(
	    &(struct script){ .rows = 1, .messages = 1 });

	ck_assert_int_eq(check(p, &report, &count), APAM_OK);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(report.state, APAM_KEY_GOOD);
	ck_assert_str_eq(report.key_id, "a@b");
	ck_assert_str_eq(report.evidence, "the agent says so");
	/* No secret was needed for that: there is none. */
	ck_assert_int_ne(access(project_path(&project, "secret"), F_OK), 0);
}
END_TEST

START_TEST(a_status_is_the_agents)
{
	struct apam_error reload = APAM_ERROR_INIT;
	struct apam_entry_status status;
	size_t count = 1;
	struct apam_profile *p = start(
	    &(struct script){ .rows = 1, .messages = 1, .beside = true });

	ck_assert_int_eq(apam_profile_status(
			     p, &status, &count, sizeof(status), &reload, &err),
	    APAM_OK);
	ck_assert_uint_eq(count, 1);
	ck_assert(status.usable);
	ck_assert_uint_eq(status.generation, 7);
	ck_assert_int_eq(reload.status, APAM_E_CONFIG);
	ck_assert_str_eq(reload.text, "its new files are in error");
	ck_assert_uint_eq(reload.line, 3);
	ck_assert_int_eq(apam_profile_status(p, NULL, &(size_t){ 0 },
			     sizeof(status), NULL, &err),
	    APAM_OK);
}
END_TEST

START_TEST(a_revocation_is_the_agents)
{
	struct apam_revoke_report report;
	size_t count = 1;
	struct apam_profile *p = start(
	    &(struct script){ .rows = 1, .messages = 1, .beside = true });

	ck_assert_int_eq(
	    apam_revoke(p, 120000, &report, &count, sizeof(report), &err),
	    APAM_E_CONFIG);
	ck_assert_str_eq(err.text, "its new files are in error");
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(report.result, "impossible");
	ck_assert_str_eq(report.text, "there is no way");
}
END_TEST

/* ---- Wrong answers ------------------------------------------------------- */

static const struct {
	const char *name;
	struct script script;
	enum apam_status status;
	const char *text;
} wrongs[] = {
	{ "a refusal", { .refuse = true }, APAM_E_POLICY, "not for you" },
	{ "another type", { .odd = true, .messages = 1 }, APAM_E_INTERNAL,
	    "the agent's answer is of a type that was not asked for" },
	{ "a broken row", { .rows = 1, .messages = 1, .broken = true },
	    APAM_E_INTERNAL,
	    "the agent's answer is malformed: an item has flags that are not "
	    "known" },
	{ "no end", { .rows = 0, .stuck = true }, APAM_E_INTERNAL,
	    "the agent's answer is malformed: its rows have no end" },
	{ "too many rows", { .rows = APAM_ENTRIES_MAX + 1, .messages = 1 },
	    APAM_E_INTERNAL,
	    "the agent's answer is malformed: there are more entries than a "
	    "profile can have" },
	{ "too many messages", { .rows = 1 }, APAM_E_INTERNAL,
	    "the agent's answer is malformed: there are more entries than a "
	    "profile can have" },
};

START_TEST(a_wrong_answer_is_none)
{
	struct apam_key_report report;
	struct apam_entry_status status;
	struct apam_revoke_report revoked;
	size_t count;
	struct apam_profile *p = start(&wrongs[_i].script);

	ck_assert_int_eq(check(p, &report, &count), wrongs[_i].status);
	ck_assert_str_eq(err.text, wrongs[_i].text);
	count = 1;
	ck_assert_int_eq(
	    apam_profile_status(p, &status, &count, sizeof(status), NULL, &err),
	    wrongs[_i].status);
	ck_assert_uint_eq(count, 0);
	ck_assert_str_eq(err.text, wrongs[_i].text);
	count = 1;
	ck_assert_int_eq(
	    apam_revoke(p, 120000, &revoked, &count, sizeof(revoked), &err),
	    wrongs[_i].status);
	ck_assert_str_eq(err.text, wrongs[_i].text);
	ck_assert_str_eq(err.profile, "p");
}
END_TEST

/* ---- Keys ---------------------------------------------------------------- */

struct seen {
	unsigned keys;
	size_t uses;
	char program[64], unit[64], evidence[64];
	int64_t used_at, first, last;
};

static bool
see(void *arg, const struct apam_key_info *key)
{
	struct seen *seen = arg;

	seen->keys++;
	seen->uses = key->use_count;
	seen->used_at = key->used_at;
	(void)snprintf(
	    seen->evidence, sizeof(seen->evidence), "%s", key->evidence);
	if (key->use_count == 0)
		return true;
	(void)snprintf(
	    seen->program, sizeof(seen->program), "%s", key->uses[0]->program);
	(void)snprintf(
	    seen->unit, sizeof(seen->unit), "%s", key->uses[0]->unit);
	seen->first = key->uses[0]->at;
	seen->last = key->uses[key->use_count - 1]->at;
	return true;
}

START_TEST(keys_have_the_agents_uses)
{
	struct apam_error partial = APAM_ERROR_INIT;
	struct seen seen = { .keys = 0 };

	(void)start(&(struct script){ .rows = 2, .messages = 3 });
	ck_assert_int_eq(
	    apam_keys(project.ctx, see, &seen, &partial, &err), APAM_OK);
	ck_assert_int_eq(partial.status, APAM_OK);
	ck_assert_uint_eq(seen.keys, 1);
	ck_assert_uint_eq(seen.uses, 6);
	ck_assert_str_eq(seen.program, "backup");
	ck_assert_str_eq(seen.unit, "nightly.service");
	ck_assert_str_eq(seen.evidence, "the agent says so");
	/* The last one first. */
	ck_assert_int_eq(seen.first, 1800000003);
	ck_assert_int_eq(seen.last, 1800000001);
	ck_assert_int_eq(seen.used_at, 1800000003);
}
END_TEST

/* Keys are listed without an agent, and that it is not there is said. */
START_TEST(keys_are_there_without_an_agent)
{
	struct apam_error partial = APAM_ERROR_INIT;
	struct seen seen = { .keys = 0 };

	(void)project_get(&project, "p");
	ck_assert_int_eq(
	    apam_keys(project.ctx, see, &seen, &partial, &err), APAM_OK);
	ck_assert_uint_eq(seen.keys, 1);
	ck_assert_uint_eq(seen.uses, 0);
	ck_assert_int_eq(partial.status, APAM_E_NETWORK);
}
END_TEST

/* ---- No agent ------------------------------------------------------------ */

START_TEST(there_is_no_agent)
{
	struct apam_key_report report;
	struct apam_profile *p = project_get(&project, "p");
	size_t count;

	ck_assert_int_eq(check(p, &report, &count), APAM_E_NETWORK);
	ck_assert_ptr_nonnull(strstr(err.text, "there is no agent at"));
}
END_TEST

START_TEST(one_that_prefers_an_agent_does_it_itself)
{
	struct apam_entry_status status;
	struct apam_profile *p;
	size_t count = 1;

	write_main("prefer");
	project_secret(&project, "secret", "x");
	p = project_get(&project, "p");
	ck_assert_int_eq(
	    apam_profile_status(p, &status, &count, sizeof(status), NULL, &err),
	    APAM_OK);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(status.scheme, "basic-email-key");
}
END_TEST

START_TEST(one_that_prefers_an_agent_may_have_no_secret)
{
	struct apam_entry_status status;
	struct apam_profile *p;
	size_t count = 1;

	write_main("prefer");
	p = project_get(&project, "p");
	ck_assert_int_eq(
	    apam_profile_status(p, &status, &count, sizeof(status), NULL, &err),
	    APAM_E_SECRET);
	ck_assert_ptr_nonnull(strstr(err.text,
	    "there is no agent, and this program cannot sign itself: "));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("through_agent");
	TCase *tcase = tcase_create("through_agent");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 240);
	tcase_add_test(tcase, a_check_is_the_agents);
	tcase_add_test(tcase, a_status_is_the_agents);
	tcase_add_test(tcase, a_revocation_is_the_agents);
	tcase_add_loop_test(tcase, a_wrong_answer_is_none, 0, ROWS(wrongs));
	tcase_add_test(tcase, keys_have_the_agents_uses);
	tcase_add_test(tcase, keys_are_there_without_an_agent);
	tcase_add_test(tcase, there_is_no_agent);
	tcase_add_test(tcase, one_that_prefers_an_agent_does_it_itself);
	tcase_add_test(tcase, one_that_prefers_an_agent_may_have_no_secret);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
