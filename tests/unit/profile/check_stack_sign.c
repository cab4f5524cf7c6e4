/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/profile/stack_sign.c: one table of every control word, status and
 * fallback, held against the rule and then against real stacks of modules that
 * return what they are told (after OpenPAM's pam_return); and stacks of one to
 * three entries, for what the rule alone does not show.
 */
#include "profile/stack_sign.h"

#include "base/error.h"
#include "base/secmem.h"
#include "support/project.h"
#include "support/run.h"

/* ---- The rule --------------------------------------------------------- */

/*
 * What follows from a status, a letter for each of the columns: sufficient,
 * sufficient with fallback_on = [ "unavailable" ], required, the same with
 * fallback, optional, the same with fallback.  D done, N next, S skip,
 * R refuse.
 */
static const struct rule {
	enum apam_status status;
	const char *steps;
} rules[] = {
	{ APAM_OK, "DDNNNN" },
	{ APAM_E_USAGE, "RRRRRR" },
	{ APAM_E_NO_PROFILE, "RRRRRR" },
	{ APAM_E_CONFIG, "RRRRRR" },
	{ APAM_E_TRUST, "RRRRRR" },
	{ APAM_E_SECRET, "RRRRRR" },
	{ APAM_E_MODULE, "RRRRRR" },
	{ APAM_E_ACCESS, "RRRRRR" },
	{ APAM_E_NETWORK, "RSRRSS" },
	{ APAM_E_DEADLINE, "RSRRSS" },
	{ APAM_E_PROVIDER, "RSRRSS" },
	{ APAM_E_THROTTLED, "RSRRSS" },
	{ APAM_E_PENDING, "RRRRRR" },
	{ APAM_E_UNKNOWN, "RSRRSS" },
	{ APAM_E_URL, "RRRRSS" },
	{ APAM_E_ORIGIN, "RRRRSS" },
	{ APAM_E_HEADER, "RRRRSS" },
	{ APAM_E_POLICY, "RRRRSS" },
	{ APAM_E_DENIED, "RRRRSS" },
	{ APAM_E_NOT_AUTHENTIC, "RRRRSS" },
	{ APAM_E_EXPIRED, "SSRRSS" },
	{ APAM_E_ARCHIVED, "SSRRSS" },
	{ APAM_E_REVOKED, "SSRRSS" },
	{ APAM_E_REJECTED, "SSRRSS" },
	{ APAM_E_LOGIN, "SSRRSS" },
	{ APAM_E_INTERNAL, "RRRRRR" },
	{ APAM_E_MEMORY, "RRRRRR" },
	{ APAM_E_ABI, "RRRRRR" },
};

/* No members of the enum, in each class and beyond. */
static const int illegal[] = { -1, -1280, 1, 2, 0xff, 0x102, 0x1ff, 0x205,
	0x2ff, 0x306, 0x3ff, 0x406, 0x4ff, 0x505, 0x506, 0x5ff, 0x603, 0x6ff,
	0x700, 0x1500, 0x10000, 0x10300, 99999 };

static const enum control controls[] = { CONTROL_SUFFICIENT, CONTROL_REQUIRED,
	CONTROL_OPTIONAL };
static const char *const control_words[] = { "sufficient", "required",
	"optional" };

static enum stack_step
step_of(char letter)
{
	switch (letter) {
	case 'D':
		return STACK_DONE;
	case 'N':
		return STACK_NEXT;
	case 'S':
		return STACK_SKIP;
	default:
		ck_assert_int_eq(letter, 'R');
		return STACK_REFUSE;
	}
}

START_TEST(every_control_word_and_status)
{
	const struct rule *row = &rules[_i];

	ck_assert_uint_eq(strlen(row->steps), 6);
	for (int i = 0; i < 6; i++)
		ck_assert_msg(stack_decide(controls[i / 2], i % 2 == 1,
				  row->status) == step_of(row->steps[i]),
		    "%s, %s%s: not %c", apam_status_name(row->status),
		    control_words[i / 2], i % 2 ? ", fallback" : "",
		    row->steps[i]);
}
END_TEST

/* The table above has every member of the enum, each once. */
START_TEST(no_status_is_left_out)
{
	int known = 0;

	for (int n = -70000; n < 70000; n++)
		known += status_is_known((enum apam_status)n) ? 1 : 0;
	ck_assert_int_eq(known, ROWS(rules));
	for (int i = 0; i < ROWS(rules); i++) {
		ck_assert(status_is_known(rules[i].status));
		ck_assert(i == 0 || rules[i - 1].status < rules[i].status);
	}
}
END_TEST

START_TEST(an_illegal_status_is_refused)
{
	const enum apam_status status = (enum apam_status)illegal[_i];

	ck_assert(!status_is_known(status));
	for (int i = 0; i < 6; i++)
		ck_assert_msg(stack_decide(controls[i / 2], i % 2 == 1,
				  status) == STACK_REFUSE,
		    "%d, %s", illegal[_i], control_words[i / 2]);
}
END_TEST

START_TEST(an_unknown_control_word_is_refused)
{
	static const int words[] = { -1, 3, 4, 99 };

	for (int i = 0; i < ROWS(words); i++)
		for (int f = 0; f < 2; f++)
			ck_assert_int_eq(stack_decide((enum control)words[i],
					     f == 1, rules[_i].status),
			    STACK_REFUSE);
}
END_TEST

/* ---- Real stacks ------------------------------------------------------ */

#define URL "https://api.example/"
#define HEAD "origins = [ \"https://api.example\" ];\nauth = ("

static struct project project;
static struct apam_profile *profile;
static struct apam_signature sig;
static int live;

static void
setup(void)
{
	project_make(&project);
	project_module(&project, "return-test", true);
	project_module(&project, "old-test", true);
	sig = (struct apam_signature)APAM_SIGNATURE_INIT;
	live = secmem_live();
}

/* Whatever a test did, nothing is left. */
static void
teardown(void)
{
	apam_signature_release(&sig);
	project_remove(&project);
	ck_assert_int_eq(secmem_live(), live);
}

static enum apam_status
sign_with(const char *entries)
{
	struct apam_request request = APAM_REQUEST("GET", URL);
	char text[2048];

	(void)snprintf(text, sizeof(text), HEAD "%s);\n", entries);
	project_profile(&project, "p", text);
	profile = project_get(&project, "p");
	return apam_sign(profile, &request, &sig, &project.err);
}

/* A failure gives nothing out. */
static void
is_empty(const char *name)
{
	ck_assert_msg(sig.url == NULL && sig.headers == NULL &&
		sig.header_count == 0 && sig.entries == 0 && sig.owned == NULL,
	    "%s: something was signed", name);
}

/*
 * What an entry of the table does before one that always contributes: with
 * the rule's letter, which entries contributed and who is named in the error.
 */
static void
holds_in_a_stack(enum apam_status status, int column, char letter)
{
	static const unsigned entries[] = { ['D'] = 1, ['N'] = 3, ['S'] = 2 };
	const char *word = control_words[column / 2];
	enum apam_status is;
	char text[512];

	(void)snprintf(text, sizeof(text),
	    "{ scheme = \"return-test\"; control = \"%s\"; sign = %d; %s },"
	    "{ scheme = \"old-test\"; key_id = \"k\"; }",
	    word, (int)status,
	    column % 2 ? "fallback_on = [ \"unavailable\" ];" : "");
	is = sign_with(text);
	if (letter == 'R') {
		ck_assert_msg(is == status, "%s, %s: %s: %s",
		    apam_status_name(status), word, apam_status_name(is),
		    project.err.text);
		ck_assert_int_eq(project.err.entry, 0);
		ck_assert_str_eq(project.err.profile, "p");
		is_empty(word);
		return;
	}
	ck_assert_msg(is == APAM_OK, "%s, %s: %s", apam_status_name(status),
	    word, project.err.text);
	ck_assert_int_eq(project.err.status, APAM_OK);
	ck_assert_msg(sig.entries == entries[(int)letter], "%s, %s: %#x",
	    apam_status_name(status), word, sig.entries);
	ck_assert_uint_eq(sig.header_count, letter == 'N' ? 2 : 1);
}

START_TEST(the_rule_holds_in_real_stacks)
{
	const struct rule *row = &rules[_i / 6];

	holds_in_a_stack(row->status, _i % 6, row->steps[_i % 6]);
}
END_TEST

#define RETURN "{ scheme = \"return-test\"; "
#define STUB "{ scheme = \"old-test\"; key_id = \"k\"; "
#define SUFFICIENT "}"
#define REQUIRED "control = \"required\"; }"
#define OPTIONAL "control = \"optional\"; }"
#define FALLBACK "fallback_on = [ \"unavailable\" ]; "
#define FAILS_WITH(status) "acquire = 0; acquire_status = " status "; "
#define NETWORK "768"
#define PROVIDER "770"
#define POLICY "1027"
#define ARCHIVED "1281"
#define REVOKED "1282"

static const struct stack_row {
	const char *name;
	const char *entries;
	enum apam_status status;
	unsigned contributed;
	int entry; /* in the error */
	const char *text; /* a piece of it */
} stacks[] = {
	{ "one sufficient", RETURN SUFFICIENT, APAM_OK, 1, -1, "" },
	{ "one required", RETURN REQUIRED, APAM_OK, 1, -1, "" },
	{ "one optional", RETURN OPTIONAL, APAM_OK, 1, -1, "" },
	{ "one that fails", RETURN FAILS_WITH(PROVIDER) SUFFICIENT,
	    APAM_E_PROVIDER, 0, 0, "return-test says so" },
	{ "one optional that fails", RETURN FAILS_WITH(PROVIDER) OPTIONAL,
	    APAM_E_PROVIDER, 0, 0, "return-test says so" },
	{ "one that is revoked", RETURN FAILS_WITH(REVOKED) SUFFICIENT,
	    APAM_E_REJECTED, 0, 0, "return-test says so" },
	{ "the second is not asked", RETURN SUFFICIENT "," STUB SUFFICIENT,
	    APAM_OK, 1, -1, "" },
	{ "nor when it would fail",
	    STUB SUFFICIENT "," RETURN FAILS_WITH(REVOKED) REQUIRED, APAM_OK, 1,
	    -1, "" },
	{ "a standby for a revoked key",
	    RETURN FAILS_WITH(REVOKED) SUFFICIENT "," STUB SUFFICIENT, APAM_OK,
	    2, -1, "" },
	{ "a standby for an archived key",
	    RETURN FAILS_WITH(ARCHIVED) SUFFICIENT "," STUB SUFFICIENT, APAM_OK,
	    2, -1, "" },
	{ "no standby for a provider that is down",
	    RETURN FAILS_WITH(NETWORK) SUFFICIENT "," STUB SUFFICIENT,
	    APAM_E_NETWORK, 0, 0, "return-test says so" },
	{ "unless it is asked for",
	    RETURN FAILS_WITH(NETWORK) FALLBACK SUFFICIENT "," STUB SUFFICIENT,
	    APAM_OK, 2, -1, "" },
	{ "all are dead: the last one's error",
	    RETURN FAILS_WITH(REVOKED) SUFFICIENT
	    "," RETURN FAILS_WITH(ARCHIVED) SUFFICIENT,
	    APAM_E_ARCHIVED, 0, 1, "return-test says so" },
	{ "policy goes before the exchange",
	    RETURN "prepare = 1027; " FAILS_WITH(REVOKED) SUFFICIENT,
	    APAM_E_POLICY, 0, 0, "return-test says so" },
	{ "policy is not a reason for a standby",
	    RETURN "prepare = 1027; " SUFFICIENT "," STUB SUFFICIENT,
	    APAM_E_POLICY, 0, 0, "return-test says so" },
	{ "required and sufficient", STUB REQUIRED "," RETURN SUFFICIENT,
	    APAM_OK, 3, -1, "" },
	{ "required fails first",
	    RETURN FAILS_WITH(REVOKED) REQUIRED "," STUB SUFFICIENT,
	    APAM_E_REJECTED, 0, 0, "return-test says so" },
	{ "sufficient fails after required",
	    STUB REQUIRED "," RETURN FAILS_WITH(PROVIDER) SUFFICIENT,
	    APAM_E_PROVIDER, 0, 1, "return-test says so" },
	{ "required does not stand in for a dead sufficient",
	    RETURN FAILS_WITH(REVOKED) SUFFICIENT "," STUB REQUIRED,
	    APAM_E_REJECTED, 0, 0, "return-test says so" },
	{ "nor does optional",
	    RETURN FAILS_WITH(REVOKED) SUFFICIENT "," STUB OPTIONAL,
	    APAM_E_REJECTED, 0, 0, "return-test says so" },
	{ "required after a dead sufficient and its standby",
	    RETURN FAILS_WITH(REVOKED) SUFFICIENT "," STUB REQUIRED
						  "," RETURN SUFFICIENT,
	    APAM_OK, 6, -1, "" },
	{ "required fails between",
	    RETURN FAILS_WITH(REVOKED) SUFFICIENT "," RETURN FAILS_WITH(NETWORK)
		REQUIRED "," STUB SUFFICIENT,
	    APAM_E_NETWORK, 0, 1, "return-test says so" },
	{ "optional is left out",
	    RETURN FAILS_WITH(NETWORK) OPTIONAL "," STUB REQUIRED, APAM_OK, 2,
	    -1, "" },
	{ "optional after sufficient is not asked",
	    STUB SUFFICIENT "," RETURN OPTIONAL, APAM_OK, 1, -1, "" },
	{ "optional and required contribute", STUB OPTIONAL "," RETURN REQUIRED,
	    APAM_OK, 3, -1, "" },
	{ "nothing but optional, none contributes",
	    RETURN FAILS_WITH(NETWORK) OPTIONAL "," RETURN FAILS_WITH(POLICY)
		OPTIONAL,
	    APAM_E_POLICY, 0, 1, "return-test says so" },
	{ "optional does not hide a fault",
	    RETURN "acquire = 7; " OPTIONAL "," STUB REQUIRED, APAM_E_ABI, 0, 0,
	    "illegal step" },
	{ "the same header twice", RETURN REQUIRED "," RETURN REQUIRED,
	    APAM_E_CONFIG, 0, 1,
	    "two entries of the profile set the same header" },
	{ "the same header, but the first was skipped",
	    RETURN FAILS_WITH(REVOKED) SUFFICIENT "," RETURN SUFFICIENT,
	    APAM_OK, 2, -1, "" },
	{ "the same header in an optional one",
	    RETURN REQUIRED "," RETURN OPTIONAL, APAM_E_CONFIG, 0, 1,
	    "two entries" },
};

START_TEST(a_stack_of_entries)
{
	const struct stack_row *row = &stacks[_i];
	enum apam_status status = sign_with(row->entries);

	ck_assert_msg(status == row->status, "%s: %s: %s", row->name,
	    apam_status_name(status), project.err.text);
	ck_assert_msg(
	    sig.entries == row->contributed, "%s: %#x", row->name, sig.entries);
	ck_assert_msg(project.err.entry == row->entry, "%s: entry %d",
	    row->name, project.err.entry);
	ck_assert_msg(strstr(project.err.text, row->text) != NULL, "%s: %s",
	    row->name, project.err.text);
	ck_assert_str_eq(project.err.profile, status == APAM_OK ? "" : "p");
	if (status != APAM_OK)
		is_empty(row->name);
	else
		ck_assert_uint_gt(sig.generation, 0);
}
END_TEST

/* ---- What no module may do -------------------------------------------- */

static const struct illegal_row {
	const char *name;
	const char *options;
	const char *text;
} broken[] = {
	{ "step 6", "acquire = 7; ", "illegal step" },
	{ "step -1", "acquire = -1; ", "illegal step" },
	{ "a step like a status", "acquire = 1282; ", "illegal step" },
	{ "done without a credential", "silent = true; ",
	    "finished without a credential" },
	{ "failed without a word", "silent = true; acquire = 0; ",
	    "failed without saying why" },
	{ "failed with APAM_OK", "acquire = 0; acquire_status = 0; ",
	    "return-test says so" },
	{ "failed with a number of a class",
	    "acquire = 0; "
	    "acquire_status = 1290; ",
	    "return-test says so" },
	{ "failed with any number", "acquire = 0; acquire_status = -7; ",
	    "return-test says so" },
	{ "an exchange that was not built", "acquire = 2; ",
	    "asked for an exchange and built none" },
	{ "prepare: a number of a class", "prepare = 1290; ",
	    "illegal status" },
	{ "prepare: 1", "prepare = 1; ", "illegal status" },
	{ "sign: a number of a class", "sign = 1290; ", "illegal status" },
	{ "sign: -1", "sign = -1; ", "illegal status" },
	{ "sign: 99999", "sign = 99999; ", "illegal status" },
};

/* With a standby, so that nothing but refusal leads here. */
START_TEST(an_illegal_value_is_refused)
{
	const struct illegal_row *row = &broken[_i / 3];
	enum apam_status status;
	char text[512];

	(void)snprintf(text, sizeof(text),
	    RETURN "%s" FALLBACK "control = \"%s\"; }," STUB SUFFICIENT,
	    row->options, control_words[_i % 3]);
	status = sign_with(text);
	ck_assert_msg(status == APAM_E_ABI, "%s, %s: %s: %s", row->name,
	    control_words[_i % 3], apam_status_name(status), project.err.text);
	ck_assert_msg(strstr(project.err.text, row->text) != NULL, "%s: %s",
	    row->name, project.err.text);
	ck_assert_int_eq(project.err.entry, 0);
	is_empty(row->name);
}
END_TEST

/* A module that says the word and does not act on it. */
static const struct silent_row {
	const char *options;
	const char *text;
} silent[] = {
	{ "silent = true; sign = 1282; ", "finished without a credential" },
	{ "silent = true; prepare = 1282; ", "illegal status" },
	{ "silent = true; prepare = 1027; ", "illegal status" },
};

START_TEST(a_status_without_a_word_is_refused)
{
	char text[512];

	(void)snprintf(text, sizeof(text), RETURN "%s}," STUB SUFFICIENT,
	    silent[_i].options);
	ck_assert_int_eq(sign_with(text), APAM_E_ABI);
	ck_assert_msg(strstr(project.err.text, silent[_i].text) != NULL, "%s",
	    project.err.text);
	is_empty(silent[_i].options);
}
END_TEST

/* ---- Opening ---------------------------------------------------------- */

static const struct open_row {
	const char *name;
	const char *entries;
	enum apam_status status;
	unsigned line;
	const char *text;
} opens[] = {
	{ "a module that is not there",
	    STUB SUFFICIENT ",\n{ scheme = \"absent\"; }", APAM_E_MODULE, 3,
	    "there is no scheme absent" },
	{ "an option that is not known",
	    STUB SUFFICIENT ",\n" RETURN "\nsgin = 1; }", APAM_E_CONFIG, 4,
	    "sgin" },
	{ "open refuses an option", RETURN "\nopen = 512; }", APAM_E_CONFIG, 3,
	    "open: says so" },
	{ "open has no memory", RETURN "open = 1537; }", APAM_E_MEMORY, 2,
	    "does not open: out of memory" },
	{ "open returns an illegal number", RETURN "open = 7; }", APAM_E_ABI, 2,
	    "does not open: a module broke its contract" },
	{ "open returns a status it may not", RETURN "open = 1282; }",
	    APAM_E_ABI, 2, "does not open: a module broke its contract" },
	{ "open fails without a word", RETURN "silent = true; open = 512; }",
	    APAM_E_CONFIG, 2, "does not open" },
};

START_TEST(a_profile_opens_whole_or_not)
{
	const struct open_row *row = &opens[_i];
	enum apam_status status = sign_with(row->entries);

	ck_assert_msg(status == row->status, "%s: %s: %s", row->name,
	    apam_status_name(status), project.err.text);
	ck_assert_msg(strstr(project.err.text, row->text) != NULL, "%s: %s",
	    row->name, project.err.text);
	ck_assert_msg(project.err.line == row->line, "%s: line %u", row->name,
	    project.err.line);
	ck_assert(strstr(project.err.file, "/apam.d/p.conf") != NULL);
	ck_assert_str_eq(project.err.profile, "p");
	is_empty(row->name);
}
END_TEST

/* Other profiles go on, and the broken one may be tried again. */
START_TEST(one_broken_profile_disturbs_no_other)
{
	struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_profile *other;

	project_profile(&project, "other", HEAD STUB SUFFICIENT ");\n");
	ck_assert_int_eq(sign_with("{ scheme = \"absent\"; }"), APAM_E_MODULE);
	other = project_get(&project, "other");
	ck_assert_int_eq(
	    apam_sign(other, &request, &sig, &project.err), APAM_OK);
	apam_signature_release(&sig);
	ck_assert_int_eq(
	    apam_sign(profile, &request, &sig, NULL), APAM_E_MODULE);
}
END_TEST

/* The latch: a permanent answer is not asked for again and again. */
START_TEST(a_dead_key_stays_dead)
{
	struct apam_request request = APAM_REQUEST("GET", URL);

	ck_assert_int_eq(
	    sign_with(RETURN FAILS_WITH(REVOKED) SUFFICIENT), APAM_E_REJECTED);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(
		    apam_sign(profile, &request, &sig, &project.err),
		    APAM_E_REJECTED);
		ck_assert_int_eq(project.err.entry, 0);
	}
}
END_TEST

static TCase *
stacks_case(void)
{
	TCase *tc = tcase_create("stacks");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(
	    tc, the_rule_holds_in_real_stacks, 0, 6 * ROWS(rules));
	tcase_add_loop_test(tc, a_stack_of_entries, 0, ROWS(stacks));
	tcase_add_loop_test(
	    tc, an_illegal_value_is_refused, 0, 3 * ROWS(broken));
	tcase_add_loop_test(
	    tc, a_status_without_a_word_is_refused, 0, ROWS(silent));
	tcase_add_loop_test(tc, a_profile_opens_whole_or_not, 0, ROWS(opens));
	tcase_add_test(tc, one_broken_profile_disturbs_no_other);
	tcase_add_test(tc, a_dead_key_stays_dead);
	return tc;
}

int
main(void)
{
	Suite *suite = suite_create("stack");
	TCase *tc = tcase_create("rule");

	tcase_add_loop_test(tc, every_control_word_and_status, 0, ROWS(rules));
	tcase_add_test(tc, no_status_is_left_out);
	tcase_add_loop_test(tc, an_illegal_status_is_refused, 0, ROWS(illegal));
	tcase_add_loop_test(
	    tc, an_unknown_control_word_is_refused, 0, ROWS(rules));
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, stacks_case());
	return run_suite(suite);
}
