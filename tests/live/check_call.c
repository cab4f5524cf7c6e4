/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/call.c: nothing that a module's prepare, sign or judge
 * returns is believed before it is checked.  The slots are put in place here,
 * into the core's copy of a module, so that they can do anything.
 */
#include "base/clock.h"
#include "base/error.h"
#include "base/secmem.h"
#include "base/str.h"
#include "entry/entry.h"
#include "profile/handle.h"
#include "profile/stack.h"
#include "support/judged.h"
#include "support/opened.h"
#include "support/project.h"
#include "support/run.h"

static struct project project;
static struct entry *entry;
static struct credential *credential;
static struct request request;
static struct apam_signing out;
static struct apam_error err = APAM_ERROR_INIT;
static int live;

static void
make_credential(void)
{
	struct buf secret;

	buf_init(&secret, 1024);
	buf_put(&secret, APAM_STR("FAKEkey"));
	credential = credential_new(&secret, 1, clock_ms(), 60);
	ck_assert_ptr_nonnull(credential);
}

static void
setup(void)
{
	static const struct apam_header sent = { { "X-Sent", 6 }, { "1", 1 } };
	struct apam_request from = APAM_REQUEST("GET", "https://api.example/x");
	struct apam_profile *p;

	from.headers = &sent;
	from.header_count = 1;
	live = secmem_live();
	project_make(&project);
	project_module(&project, "return-test", true);
	project_profile(&project, "p",
	    "origins = [ \"https://api.example\" ];\n"
	    "auth = ( { scheme = \"return-test\"; } );\n");
	p = project_get(&project, "p");
	entry = &opened(p)->entries[0];
	make_credential();
	signing_init(&out);
	ck_assert_int_eq(
	    request_init(&request, &from, p->stack->profile, &err), APAM_OK);
	error_clear(&err);
}

static void
teardown(void)
{
	signing_free(&out);
	request_free(&request);
	credential_release(&credential);
	project_remove(&project);
	ck_assert_int_eq(secmem_live(), live);
}

/* ---- Slots -------------------------------------------------------------- */

enum act {
	NOTHING = 0,
	HEADER = 1,
	QUERY = 2,
	COVERS = 4,
	BAD_HEADER = 8,
	REFUSE = 16, /* with POLICY */
	REFUSE_BADLY = 32, /* with a status that is none */
	BAD_COVERS = 64,
	REFUSE_TWICE = 128
};

/* What a slot is to do and to return. */
static unsigned act;
static int returned;
static int calls;

static enum apam_status
do_it(struct apam_signing *to)
{
	const struct apam_services *svc = &entry->services.pub;

	calls++;
	if (act & HEADER)
		svc->sign_header(
		    svc, to, APAM_STR("X-Key"), credential->view.secret);
	if (act & QUERY)
		svc->sign_query(svc, to, APAM_STR("a b"), APAM_STR("c&d"));
	if (act & COVERS)
		svc->sign_covers(svc, to, APAM_STR("X-Sent"));
	if (act & BAD_HEADER)
		svc->sign_header(
		    svc, to, APAM_STR("X-Bad"), APAM_STR("a\r\nX-B: c"));
	if (act & BAD_COVERS)
		svc->sign_covers(svc, to, APAM_STR("X Bad"));
	if (act & REFUSE)
		(void)apam_refusef(
		    svc, to, APAM_E_POLICY, "not on %s", "Sunday");
	if (act & REFUSE_TWICE)
		(void)apam_refusef(svc, to, APAM_E_DENIED, "never");
	if (act & REFUSE_BADLY)
		(void)apam_refusef(
		    svc, to, (enum apam_status)7, "no such status");
	return (enum apam_status)returned;
}

static int32_t
fake_prepare(
    void *state, const struct apam_request_view *view, struct apam_signing *to)
{
	ck_assert_ptr_eq(state, entry->state);
	ck_assert_ptr_eq(view, &request.view);
	return do_it(to);
}

static int32_t
fake_sign(void *state, const struct apam_credential_view *c,
    const struct apam_request_view *view, struct apam_signing *to)
{
	ck_assert_ptr_eq(state, entry->state);
	ck_assert_ptr_eq(c, &credential->view);
	ck_assert_ptr_nonnull(view->body);
	return do_it(to);
}

static void
put_slots(unsigned acts, int status)
{
	act = acts;
	returned = status;
	calls = 0;
	entry->module->abi.prepare = fake_prepare;
	entry->module->abi.sign = fake_sign;
	entry->needs_prepare = true;
}

/* ---- Signing ------------------------------------------------------------ */

static const struct row {
	const char *name;
	unsigned act;
	int returned;
	enum apam_status prepare, sign;
	const char *text; /* of the error of sign */
} rows[] = {
	{ "nothing", NOTHING, 0, APAM_OK, APAM_E_ABI,
	    "the module signed without adding anything" },
	{ "names alone", COVERS, 0, APAM_OK, APAM_E_ABI,
	    "the module signed without adding anything" },
	{ "a header", HEADER, 0, APAM_OK, APAM_OK, "" },
	{ "a parameter", QUERY, 0, APAM_OK, APAM_OK, "" },
	{ "all", HEADER | QUERY | COVERS, 0, APAM_OK, APAM_OK, "" },
	{ "a header that injects", HEADER | BAD_HEADER, 0, APAM_E_HEADER,
	    APAM_E_HEADER, "" },
	{ "a name that is none", HEADER | BAD_COVERS, 0, APAM_E_HEADER,
	    APAM_E_HEADER, "" },
	{ "refused", REFUSE, APAM_E_POLICY, APAM_E_POLICY, APAM_E_POLICY,
	    "not on Sunday" },
	{ "refused after a header", HEADER | REFUSE, APAM_E_POLICY,
	    APAM_E_POLICY, APAM_E_POLICY, "not on Sunday" },
	{ "refused and signed", HEADER | REFUSE, 0, APAM_E_ABI, APAM_E_ABI,
	    "the module refused the request and then signed it" },
	{ "refused and another status", REFUSE, APAM_E_DENIED, APAM_E_ABI,
	    APAM_E_ABI, "the module returned an illegal status" },
	{ "refused twice, the first", REFUSE | REFUSE_TWICE, APAM_E_POLICY,
	    APAM_E_POLICY, APAM_E_POLICY, "not on Sunday" },
	{ "refused twice, the second", REFUSE | REFUSE_TWICE, APAM_E_DENIED,
	    APAM_E_ABI, APAM_E_ABI, "the module returned an illegal status" },
	{ "no memory", NOTHING, APAM_E_MEMORY, APAM_E_MEMORY, APAM_E_MEMORY,
	    "out of memory" },
	{ "no memory after a header", HEADER, APAM_E_MEMORY, APAM_E_MEMORY,
	    APAM_E_MEMORY, "out of memory" },
	{ "a status without a word", HEADER, APAM_E_POLICY, APAM_E_ABI,
	    APAM_E_ABI, "the module returned an illegal status" },
	{ "pending", HEADER, APAM_E_PENDING, APAM_E_ABI, APAM_E_ABI,
	    "the module returned an illegal status" },
	{ "no status", HEADER, 7, APAM_E_ABI, APAM_E_ABI,
	    "the module returned an illegal status" },
	{ "less than none", HEADER, -1, APAM_E_ABI, APAM_E_ABI,
	    "the module returned an illegal status" },
	{ "refused with no status", REFUSE_BADLY, 7, APAM_E_ABI, APAM_E_ABI,
	    "the module returned an illegal status" },
	{ "refused with no status, and signed", HEADER | REFUSE_BADLY, 0,
	    APAM_E_ABI, APAM_E_ABI, "" },
};

static void
shows(const char *url)
{
	ck_assert_msg(str_equal(request.view.url, apam_str(url)), "%.*s",
	    SARG(request.view.url));
}

/* A parameter is in the request at once, where all was well. */
static void
has_query(const struct row *row, enum apam_status status)
{
	shows(status == APAM_OK && row->act & QUERY ?
		"https://api.example/x?a%20b=c%26d" :
		"https://api.example/x");
}

START_TEST(what_sign_returns_is_checked)
{
	enum apam_status status;

	put_slots(rows[_i].act, rows[_i].returned);
	status = entry_sign(entry, credential, &request, &out, &err);
	ck_assert_msg(status == rows[_i].sign, "%s: %s: %s", rows[_i].name,
	    apam_status_name(status), err.text);
	ck_assert_int_eq(err.status, status);
	if (rows[_i].text[0] != '\0')
		ck_assert_str_eq(err.text, rows[_i].text);
	ck_assert_int_eq(calls, 1);
	has_query(&rows[_i], status);
}
END_TEST

START_TEST(what_prepare_returns_is_checked)
{
	enum apam_status status;

	put_slots(rows[_i].act, rows[_i].returned);
	status = entry_prepare(entry, &request, &out, &err);
	ck_assert_msg(status == rows[_i].prepare, "%s: %s: %s", rows[_i].name,
	    apam_status_name(status), err.text);
	ck_assert_int_eq(err.status, status);
	has_query(&rows[_i], status);
	/* Without a need for it there is no call. */
	entry->needs_prepare = false;
	ck_assert_int_eq(entry_prepare(entry, &request, &out, NULL), APAM_OK);
	ck_assert_int_eq(calls, 1);
}
END_TEST

/* Each parameter once: what is there already is not added again. */
START_TEST(a_parameter_is_not_added_twice)
{
	put_slots(QUERY, 0);
	ck_assert_int_eq(entry_prepare(entry, &request, &out, &err), APAM_OK);
	put_slots(QUERY | HEADER, 0);
	ck_assert_int_eq(
	    entry_sign(entry, credential, &request, &out, &err), APAM_E_POLICY);
	ck_assert_str_eq(err.text,
	    "the URL has a parameter a%20b, which the scheme adds: leave it "
	    "out");
	shows("https://api.example/x?a%20b=c%26d");
}
END_TEST

/* ---- Static headers ----------------------------------------------------- */

static const struct {
	const char *name;
	unsigned act;
	int returned;
	enum apam_status status;
} renders[] = {
	{ "a header", HEADER, 0, APAM_OK },
	{ "nothing", NOTHING, 0, APAM_E_ABI },
	{ "a parameter", QUERY, 0, APAM_OK },
	{ "a parameter, too", HEADER | QUERY, 0, APAM_OK },
	{ "a name, too", HEADER | COVERS, 0, APAM_E_ABI },
	{ "a header that injects", BAD_HEADER, 0, APAM_E_HEADER },
	{ "a refusal", REFUSE, APAM_E_POLICY, APAM_E_POLICY },
	{ "a status without a word", HEADER, APAM_E_POLICY, APAM_E_ABI },
};

START_TEST(a_static_signature_covers_nothing)
{
	put_slots(renders[_i].act, renders[_i].returned);
	entry->module->abi.traits |= APAM_TRAIT_STATIC;
	ck_assert_msg(
	    entry_render(entry, credential, &err) == renders[_i].status,
	    "%s: %s", renders[_i].name, err.text);
	ck_assert_int_eq(err.status, renders[_i].status);
	ck_assert_int_eq(calls, 1);
}
END_TEST

START_TEST(static_headers_are_made_once)
{
	const struct apam_header *h;

	put_slots(HEADER, 0);
	entry->module->abi.traits |= APAM_TRAIT_STATIC;
	ck_assert_int_eq(entry_render(entry, credential, &err), APAM_OK);
	for (int i = 0; i < 3; i++) {
		signing_free(&out);
		signing_init(&out);
		ck_assert_int_eq(
		    entry_sign(entry, credential, &request, &out, &err),
		    APAM_OK);
		ck_assert_uint_eq(out.headers.count, 1);
		h = fields_array(&out.headers);
		ck_assert_str_eq(h->name.p, "X-Key");
		ck_assert_str_eq(h->value.p, "FAKEkey");
	}
	ck_assert_int_eq(calls, 1);
}
END_TEST

START_TEST(other_headers_are_not_made_ahead)
{
	put_slots(HEADER, 0);
	ck_assert_int_eq(entry_render(entry, credential, &err), APAM_OK);
	ck_assert_int_eq(calls, 0);
	ck_assert_uint_eq(credential->rendered.headers.count, 0);
}
END_TEST

/* ---- Judging ------------------------------------------------------------ */

static const char *given;

static int32_t
fake_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out_, const char **reason)
{
	const struct apam_response *r = answer->response;

	(void)out_;

	ck_assert_ptr_eq(state, entry->state);
	ck_assert_uint_eq(r->status, 401);
	/* No leftover of an earlier call. */
	ck_assert_ptr_null(*reason);
	if (given != NULL)
		*reason = given;
	return (enum apam_verdict)returned;
}

static const struct {
	int returned;
	const char *reason;
	bool legal;
} judgements[] = {
	{ -1, "why", false },
	{ 7, "why", false },
	{ 1000, "why", false },
	{ 1, NULL, false },
	{ 2, NULL, false },
	{ 7, NULL, false },
	{ 6, NULL, false },
	{ 6, "why", true },
	{ 0, "why", true },
	{ 1, "why", true },
	{ 2, "why", true },
	{ 3, "", true },
	{ 4, "why", true },
	{ 5, "why", true },
};

START_TEST(what_judge_returns_is_checked)
{
	const char *reason = "of an earlier call";
	struct response r;
	enum apam_verdict verdict;

	entry->module->abi.judge = fake_judge;
	returned = judgements[_i].returned;
	given = judgements[_i].reason;
	response_view(&r, 401, NULL, 0, APAM_STR(""));
	verdict = judged(entry, &r, &reason);
	response_free(&r);
	ck_assert_int_eq((int)verdict, judgements[_i].legal ? returned : 0);
	ck_assert_str_eq(reason,
	    judgements[_i].legal ? given :
				   "the module returned an illegal verdict");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("entry_sign");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, what_sign_returns_is_checked, 0, ROWS(rows));
	tcase_add_loop_test(t, what_prepare_returns_is_checked, 0, ROWS(rows));
	tcase_add_test(t, a_parameter_is_not_added_twice);
	tcase_add_loop_test(
	    t, a_static_signature_covers_nothing, 0, ROWS(renders));
	tcase_add_test(t, static_headers_are_made_once);
	tcase_add_test(t, other_headers_are_not_made_ahead);
	tcase_add_loop_test(
	    t, what_judge_returns_is_checked, 0, ROWS(judgements));
	suite_add_tcase(s, t);
	return run_suite(s);
}
