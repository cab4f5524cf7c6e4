/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scheme.h beside the core's own rules, of which it is a copy for modules: both
 * must say the same of every name.  And what it does for a module's slots.
 */
#include <apam/scheme.h>

#include "support/drive.h"
#include "support/run.h"
#include "text/header.h"

static const char *const names[] = { "Authorization", "X-Api-Key", "a",
	"A1-_.~", "!#$%&'*+-.^_`|~", "Host", "host", "CONNECTION",
	"Content-Length", "Expect", "HTTP2-Settings", "Keep-Alive",
	"Proxy-Authorization", "Proxy-Connection", "TE", "Trailer",
	"Transfer-Encoding", "Upgrade", "Content-Type", "Hosts", "", "a b",
	"a:", "a\"b", "a(b)", "a,b", "a/b", "a;b", "a<b>", "a=b", "a?b", "a@b",
	"a[b]", "a\\b", "a{b}", "a\tb", "a\x7f", "\xc3\xa9" };

START_TEST(names_agree)
{
	struct apam_str name = apam_str(names[_i]);

	ck_assert_msg(
	    scheme_is_token(name) == header_name_ok(name), "\"%s\"", names[_i]);
	ck_assert_msg((scheme_header_name_bad(name) == NULL) ==
		(header_name_ok(name) && !header_is_framing(name)),
	    "\"%s\"", names[_i]);
}
END_TEST

/* Any byte, as the core's own functions see it. */
START_TEST(bytes_agree)
{
	const char c = (char)_i;
	struct apam_str one = { &c, 1 };

	ck_assert(scheme_is_token(one) == header_is_token_char(c));
	ck_assert(scheme_has_control(one) == str_has_control(one));
	ck_assert(scheme_lower(c) == str_lower(c));
	ck_assert(scheme_hex_digit(c) == str_hex(c));
}
END_TEST

static const struct {
	const char *text;
	bool pointer;
} pointers[] = {
	{ "", true },
	{ "/", true },
	{ "/a/0/b", true },
	{ "/a~0b~1", true },
	{ "a", false },
	{ "/~", false },
	{ "/~2", false },
	{ "/a~", false },
};

START_TEST(knows_pointers)
{
	ck_assert(scheme_is_pointer(apam_str(pointers[_i].text)) ==
	    pointers[_i].pointer);
}
END_TEST

/* ---- What the probe proves -------------------------------------------- */

static const struct {
	const char *probe, *memo, *answer;
	enum apam_verdict verdict;
	enum apam_key_state state;
	const char *evidence;
} proofs[] = {
	{ "GET /", "", "200\n\n[]", APAM_VERDICT_ACCEPTED, APAM_KEY_GOOD,
	    "probe: why" },
	{ "GET /", "", "200\n\n", APAM_VERDICT_ACCEPTED, APAM_KEY_UNKNOWN,
	    "probe: an empty answer" },
	{ "HEAD /", "", "200\n\n", APAM_VERDICT_ACCEPTED, APAM_KEY_GOOD,
	    "probe: why" },
	{ "GET /", "", "204\n\n", APAM_VERDICT_ACCEPTED, APAM_KEY_GOOD,
	    "probe: why" },
	{ "GET /", "", "401\n\n", APAM_VERDICT_REJECTED, APAM_KEY_REVOKED,
	    "probe: why" },
	{ "GET /", "", "302\n\n", APAM_VERDICT_SUSPECT, APAM_KEY_REVOKED,
	    "probe: why" },
	{ "GET /", "", "401\n\n", APAM_VERDICT_SUSPECT, APAM_KEY_UNKNOWN,
	    "probe: why" },
	{ "GET /", "", "403\n\n", APAM_VERDICT_FORBIDDEN, APAM_KEY_UNKNOWN,
	    "probe: why" },
	{ "GET /", "", "500\n\n", APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN,
	    "probe: why" },
	/* After a mint, it can refute and not put in doubt. */
	{ "GET /", "minted", "500\n\n", APAM_VERDICT_UNKNOWN, APAM_KEY_GOOD,
	    "minted; probe: why" },
	{ "GET /", "minted", "200\n\n", APAM_VERDICT_ACCEPTED, APAM_KEY_GOOD,
	    "minted; probe: an empty answer" },
	{ "GET /", "minted", "401\n\n", APAM_VERDICT_REJECTED, APAM_KEY_REVOKED,
	    "minted; probe: why" },
};

START_TEST(the_probe_proves)
{
	struct services svc;
	struct answer answer;
	struct op op;

	services_init(&svc, "test", NULL);
	op_init(&op, OP_CHECK, false, NULL);
	answer_read(&answer, apam_str(proofs[_i].answer));
	op.pub.probe = apam_str(proofs[_i].probe);
	op.pub.memo = apam_str(proofs[_i].memo);
	op.pub.response = &answer.response.pub;
	ck_assert_int_eq(
	    scheme_probe_done(&svc.pub, &op.pub, proofs[_i].verdict, "why"),
	    APAM_STEP_DONE);
	ck_assert_int_eq(op.key_state, proofs[_i].state);
	ck_assert_str_eq(op.evidence, proofs[_i].evidence);
	answer_free(&answer);
	op_free(&op);
}
END_TEST

/* ---- Slots ------------------------------------------------------------ */

START_TEST(an_entry_has_services_and_options)
{
	const struct apam_value values[] = { { .num = 1 }, { .num = 2 } };
	const struct apam_options options = { sizeof(options),
		sizeof(values[0]), ROWS(values), values };
	const struct scheme_entry *e;
	struct services svc;
	void *state = NULL;

	services_init(&svc, "test", NULL);
	ck_assert_int_eq(scheme_open(&svc.pub, &options, &state), APAM_OK);
	e = state;
	ck_assert_ptr_eq(e->svc, &svc.pub);
	ck_assert_ptr_eq(e->options, &options);
	ck_assert_ptr_eq(scheme_option(e, 1), &values[1]);
	scheme_close(state);
}
END_TEST

START_TEST(bytes_are_kept_for_ever)
{
	struct services svc;
	struct op op;

	services_init(&svc, "test", NULL);
	op_init(&op, OP_ACQUIRE, false, NULL);
	ck_assert_int_eq(
	    scheme_keep_for_ever(&svc.pub, &op.pub, APAM_STR("not-a-secret")),
	    APAM_STEP_DONE);
	ck_assert(
	    scheme_same(buf_view(&op.credential), APAM_STR("not-a-secret")));
	ck_assert(op.lifetime == APAM_FOREVER);
	op_free(&op);
}
END_TEST

static const struct {
	const char *text;
	enum apam_step step;
} texts[] = {
	{ "not-a-secret", APAM_STEP_DONE },
	/* As where memory ran out. */
	{ "", APAM_STEP_FAILED },
};

START_TEST(a_text_is_kept_unless_it_is_empty)
{
	struct services svc;
	struct apam_text *text;
	struct op op;

	services_init(&svc, "test", NULL);
	op_init(&op, OP_ACQUIRE, false, NULL);
	text = svc.pub.text_new(&svc.pub, 1);
	svc.pub.text_put(
	    &svc.pub, text, APAM_WRITING_PLAIN, apam_str(texts[_i].text));
	ck_assert_int_eq(
	    scheme_keep_text_for_ever(&svc.pub, &op.pub, text), texts[_i].step);
	ck_assert(
	    scheme_same(buf_view(&op.credential), apam_str(texts[_i].text)));
	ck_assert_int_eq(op.error.status,
	    texts[_i].step == APAM_STEP_DONE ? APAM_OK : APAM_E_MEMORY);
	svc.pub.text_free(&svc.pub, &text);
	op_free(&op);
}
END_TEST

#define JSON "200\nContent-Type: application/json\n\n"

static const struct {
	const char *answer, *string;
} strings[] = {
	{ JSON "{\"a\": \"b\"}", "b" },
	{ JSON "{\"a\": \"\"}", "" },
	{ JSON "{\"a\": 1}", "" },
	{ JSON "{\"b\": \"a\"}", "" },
	{ JSON "{\"a\": \"b\"", "" },
	{ "200\nContent-Type: text/html\n\n{\"a\": \"b\"}", "" },
};

START_TEST(a_string_of_an_answer)
{
	struct services svc;
	struct answer answer;

	services_init(&svc, "test", NULL);
	answer_read(&answer, apam_str(strings[_i].answer));
	ck_assert(scheme_same(
	    scheme_json_string(&svc.pub, &answer.response.pub, "/a"),
	    apam_str(strings[_i].string)));
	answer_free(&answer);
}
END_TEST

/* ---- The check by the probe ------------------------------------------- */

static int32_t acquired;
static unsigned acquires;

static int32_t
acquire(void *state, struct apam_op *op)
{
	(void)op;
	ck_assert_ptr_eq(state, &acquired);
	acquires++;
	return acquired;
}

static int32_t
judge(void *state, const struct apam_response *r, const char **reason)
{
	ck_assert_ptr_eq(state, &acquired);
	ck_assert_int_eq(r->status, 200);
	*reason = "its own rule";
	return APAM_VERDICT_REJECTED;
}

static const struct {
	const char *probe;
	enum apam_step acquired, step;
	enum apam_key_state state;
	const char *evidence;
} begins[] = {
	{ "", APAM_STEP_DONE, APAM_STEP_DONE, APAM_KEY_UNKNOWN,
	    "no probe is configured to ask the provider" },
	{ "GET /", APAM_STEP_DONE, APAM_STEP_EXCHANGE, APAM_KEY_UNKNOWN, "" },
	{ "", APAM_STEP_FAILED, APAM_STEP_FAILED, APAM_KEY_UNKNOWN, "" },
	{ "GET /", APAM_STEP_FAILED, APAM_STEP_FAILED, APAM_KEY_UNKNOWN, "" },
	/* A scheme with an exchange has a check of another kind. */
	{ "GET /", APAM_STEP_EXCHANGE, APAM_STEP_FAILED, APAM_KEY_UNKNOWN, "" },
};

START_TEST(a_check_begins_with_the_credential)
{
	struct services svc;
	struct op op;

	acquires = 0;
	acquired = begins[_i].acquired;
	services_init(&svc, "test", NULL);
	op_init(&op, OP_CHECK, false, NULL);
	op.pub.probe = apam_str(begins[_i].probe);
	ck_assert_int_eq(
	    scheme_check_by_probe(&svc.pub, &op.pub, &acquired, acquire, judge),
	    begins[_i].step);
	ck_assert_uint_eq(acquires, 1);
	ck_assert(op.probes == (begins[_i].step == APAM_STEP_EXCHANGE));
	ck_assert(op.has_key_state == (begins[_i].step == APAM_STEP_DONE));
	ck_assert_int_eq(op.key_state, begins[_i].state);
	ck_assert_str_eq(op.evidence, begins[_i].evidence);
	op_free(&op);
}
END_TEST

static const struct {
	const char *answer;
	bool own; /* rules */
	enum apam_key_state state;
	const char *evidence;
} ends[] = {
	{ JSON "[]", false, APAM_KEY_GOOD, "probe: the API answered" },
	{ "401\n\n", false, APAM_KEY_REVOKED,
	    "probe: the API answered 401: the credential is not accepted" },
	{ "200\n\n<html>", false, APAM_KEY_UNKNOWN,
	    "probe: an HTML page where JSON was expected" },
	{ JSON "[]", true, APAM_KEY_REVOKED, "probe: its own rule" },
};

START_TEST(a_check_ends_with_the_probe)
{
	struct services svc;
	struct answer answer;
	struct op op;

	acquires = 0;
	services_init(&svc, "test", NULL);
	op_init(&op, OP_CHECK, false, NULL);
	answer_read(&answer, apam_str(ends[_i].answer));
	op.pub.probe = APAM_STR("GET /");
	op.pub.phase = SCHEME_PHASE_PROBE;
	op.pub.response = &answer.response.pub;
	ck_assert_int_eq(scheme_check_by_probe(&svc.pub, &op.pub, &acquired,
			     acquire, ends[_i].own ? judge : NULL),
	    APAM_STEP_DONE);
	ck_assert_uint_eq(acquires, 0);
	ck_assert_int_eq(op.key_state, ends[_i].state);
	ck_assert_str_eq(op.evidence, ends[_i].evidence);
	answer_free(&answer);
	op_free(&op);
}
END_TEST

/* As a slot: the same as scheme_judge. */
START_TEST(an_answer_is_judged)
{
	const char *reason = NULL, *same = NULL;
	struct apam_answer_view view = { .size = sizeof(view) };
	struct scheme_entry e = { NULL, NULL };
	struct services svc;
	struct answer answer;

	services_init(&svc, "test", NULL);
	e.svc = &svc.pub;
	answer_read(&answer, apam_str(ends[_i].answer));
	view.response = &answer.response.pub;
	ck_assert_int_eq(scheme_judge_answer(&e, &view, NULL, &reason),
	    scheme_judge(&svc.pub, &answer.response.pub, &same));
	ck_assert_ptr_nonnull(reason);
	ck_assert_str_eq(reason, same);
	answer_free(&answer);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scheme");
	TCase *tc = tcase_create("rules");

	tcase_add_loop_test(tc, names_agree, 0, ROWS(names));
	tcase_add_loop_test(tc, bytes_agree, 0, 256);
	tcase_add_loop_test(tc, knows_pointers, 0, ROWS(pointers));
	tcase_add_loop_test(tc, the_probe_proves, 0, ROWS(proofs));
	suite_add_tcase(suite, tc);
	tc = tcase_create("slots");
	tcase_add_test(tc, an_entry_has_services_and_options);
	tcase_add_test(tc, bytes_are_kept_for_ever);
	tcase_add_loop_test(
	    tc, a_text_is_kept_unless_it_is_empty, 0, ROWS(texts));
	tcase_add_loop_test(tc, a_string_of_an_answer, 0, ROWS(strings));
	tcase_add_loop_test(
	    tc, a_check_begins_with_the_credential, 0, ROWS(begins));
	tcase_add_loop_test(tc, a_check_ends_with_the_probe, 0, ROWS(ends));
	tcase_add_loop_test(tc, an_answer_is_judged, 0, ROWS(ends));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
