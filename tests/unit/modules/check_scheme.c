/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scheme.h beside the core's own rules, of which it is a copy for modules: both
 * must say the same of every name.
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
	return run_suite(suite);
}
