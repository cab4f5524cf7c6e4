/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/abi/op.c: one step function here does what each row says, legal
 * or not, and the table says what the core makes of it.
 */
#include "abi/op.h"

#include "abi/service_say.h"
#include "abi/services.h"
#include "base/error.h"
#include "base/secmem.h"
#include "base/str.h"
#include "support/no_malloc.h"
#include "support/run.h"
#include "text/lifetime.h"

#define URL "https://api.example/"

/* What the step function does before it returns. */
enum deed {
	NOTHING,
	EXCHANGE,
	BAD_METHOD,
	BAD_URL,
	BAD_HEADER,
	CREDENTIAL,
	EMPTY_CREDENTIAL,
	HUGE_CREDENTIAL,
	HUGE_MEMO,
	KEEP_AND_EXCHANGE,
	READ_AND_DENY,
	WAIT,
	LONG_WAIT,
	SHOW,
	HUGE_SHOW,
	HTTP_SHOW,
	STEERING_SHOW,
	SUCCEED,
	SPEND_AND_EXCHANGE,
	PROBE,
	SPEND,
	KEY_GOOD,
	KEY_ILLEGAL,
	FAIL_NETWORK,
	FAIL_OK,
	FAIL_ILLEGAL
};

static struct services svc;
static enum deed deed;
static int returned;
static unsigned calls;
static struct op op;
static int live;
static char huge[OP_CREDENTIAL_MAX + 1];

/* An exchange, and a memo that there is no memory for. */
static void
keep_in_vain(struct apam_op *pub)
{
	const struct apam_services *s = &svc.pub;

	s->exchange(s, pub, APAM_STR("GET"), APAM_STR(URL), APAM_ENCODING_NONE);
	secmem_fail_after(0);
	s->memo(s, pub, (struct apam_str){ huge, sizeof(huge) / 2 });
}

static void
begin_exchange(struct apam_op *pub, struct apam_str method, struct apam_str url)
{
	svc.pub.exchange(&svc.pub, pub, method, url, APAM_ENCODING_NONE);
}

static void
build(struct apam_op *pub)
{
	const struct apam_services *s = &svc.pub;

	switch (deed) {
	case EXCHANGE:
		begin_exchange(pub, APAM_STR("GET"), APAM_STR(URL));
		return;
	case BAD_METHOD:
		begin_exchange(pub, APAM_STR("G T"), APAM_STR(URL));
		return;
	case BAD_URL:
		begin_exchange(pub, APAM_STR("GET"), APAM_STR("ftp://h/"));
		return;
	case BAD_HEADER:
		begin_exchange(pub, APAM_STR("GET"), APAM_STR(URL));
		s->exchange_header(
		    s, pub, APAM_STR("A"), APAM_STR("b\r\nC: d"));
		return;
	case CREDENTIAL:
		s->credential(s, pub, APAM_STR("FAKEtoken"));
		return;
	case EMPTY_CREDENTIAL:
		s->credential(s, pub, APAM_STR(""));
		return;
	case HUGE_CREDENTIAL:
		s->credential(s, pub, (struct apam_str){ huge, sizeof(huge) });
		return;
	case HUGE_MEMO:
		s->credential(s, pub, APAM_STR("FAKEtoken"));
		s->memo(s, pub, (struct apam_str){ huge, sizeof(huge) });
		return;
	case KEEP_AND_EXCHANGE:
		keep_in_vain(pub);
		return;
	default:
		return;
	}
}

/* The value of the durable option; init_durable sets it. */
static const struct apam_value *durable_place;

static void
use_secret(struct apam_op *pub)
{
	const struct apam_services *s = &svc.pub;
	const struct apam_value value = { .set = 1, .str = APAM_STR("FAKE") };

	switch (deed) {
	case SUCCEED:
		s->successor(s, pub, durable_place, APAM_STR("FAKE-next"));
		return;
	case SPEND_AND_EXCHANGE:
		s->exchange(s, pub, APAM_STR("POST"),
		    APAM_STR("https://login.example/"), APAM_ENCODING_FORM);
		s->spend(s, pub, durable_place);
		return;
	case SPEND:
		s->credential(s, pub, APAM_STR("FAKEtoken"));
		s->spend(s, pub, &value);
		return;
	default:
		return;
	}
}

static void
ask(struct apam_op *pub)
{
	const struct apam_services *s = &svc.pub;
	struct apam_prompt prompt = { .size = sizeof(prompt),
		.text = APAM_STR("open it"),
		.url = APAM_STR("https://login.example/") };

	switch (deed) {
	case WAIT:
		s->wait(s, pub, 3600);
		return;
	case LONG_WAIT:
		s->wait(s, pub, 3601);
		return;
	case HUGE_SHOW:
		prompt.code = (struct apam_str){ huge, sizeof(huge) };
		s->show(s, pub, &prompt);
		return;
	case HTTP_SHOW:
		prompt.url = APAM_STR("http://login.example/");
		s->show(s, pub, &prompt);
		return;
	case STEERING_SHOW:
		prompt.code = APAM_STR("\033[2J");
		s->show(s, pub, &prompt);
		return;
	case SHOW:
		s->show(s, pub, &prompt);
		return;
	case PROBE:
		s->exchange_probe(s, pub);
		return;
	default:
		return;
	}
}

/* In parentheses: Check has a macro of that name. */
static void
say(struct apam_op *pub)
{
	const struct apam_services *s = &svc.pub;
	struct apam_json value;

	switch (deed) {
	case KEY_GOOD:
		(void)apam_key_statef(s, pub, APAM_KEY_GOOD, "because %d", 1);
		return;
	case KEY_ILLEGAL:
		(void)apam_key_statef(s, pub,
		    (enum apam_key_state)(APAM_KEY_REJECTED + 1), "%s", "");
		return;
	case READ_AND_DENY:
		no_malloc = true;
		(void)s->json(s, pub->response, "/error", &value, NULL);
		no_malloc = false;
		(void)apam_key_statef(
		    s, pub, APAM_KEY_REJECTED, "%s", "nothing");
		return;
	case FAIL_NETWORK:
		(void)apam_failf(s, pub, APAM_E_NETWORK, "it says %s", "so");
		return;
	case FAIL_OK:
		(void)apam_failf(s, pub, APAM_OK, "it says %s", "so");
		return;
	case FAIL_ILLEGAL:
		(void)apam_failf(
		    s, pub, (enum apam_status)0x50a, "it says %s", "so");
		return;
	default:
		return;
	}
}

static int32_t
do_deed(void *state, struct apam_op *pub)
{
	ck_assert_ptr_eq(state, &deed);
	ck_assert_uint_eq(pub->phase, calls);
	calls++;
	pub->phase = calls;
	build(pub);
	ask(pub);
	use_secret(pub);
	say(pub);
	return returned;
}

static const struct apam_module module = {
	.acquire = do_deed,
	.check = do_deed,
	.revoke = do_deed,
	.login = do_deed,
};

static void
setup(void)
{
	live = secmem_live();
	services_init(&svc, "demo", NULL);
	memset(huge, 'a', sizeof(huge));
	calls = 0;
}

static void
teardown(void)
{
	op_free(&op);
	ck_assert_int_eq(secmem_live(), live);
}

/* ---- What a step comes to --------------------------------------------- */

static const struct {
	const char *name;
	enum op_kind kind;
	enum deed deed;
	int returned;
	enum apam_step step;
	enum apam_status status;
	const char *text;
} rows[] = {
	{ "acquired", OP_ACQUIRE, CREDENTIAL, 1, APAM_STEP_DONE, APAM_OK, "" },
	{ "nothing acquired", OP_ACQUIRE, NOTHING, 1, APAM_STEP_FAILED,
	    APAM_E_ABI, "the module finished without a credential" },
	{ "an empty one", OP_ACQUIRE, EMPTY_CREDENTIAL, 1, APAM_STEP_FAILED,
	    APAM_E_ABI, "the module finished without a credential" },
	{ "one too large", OP_ACQUIRE, HUGE_CREDENTIAL, 1, APAM_STEP_FAILED,
	    APAM_E_PROVIDER, "the credential is too large" },
	{ "a memo too large", OP_ACQUIRE, HUGE_MEMO, 1, APAM_STEP_FAILED,
	    APAM_E_PROVIDER, "the credential is too large" },
	{ "a state instead", OP_ACQUIRE, KEY_GOOD, 1, APAM_STEP_FAILED,
	    APAM_E_ABI, "the module finished without a credential" },
	{ "checked", OP_CHECK, KEY_GOOD, 1, APAM_STEP_DONE, APAM_OK, "" },
	{ "nothing found", OP_CHECK, NOTHING, 1, APAM_STEP_FAILED, APAM_E_ABI,
	    "the module finished without a key state" },
	{ "an illegal state", OP_CHECK, KEY_ILLEGAL, 1, APAM_STEP_FAILED,
	    APAM_E_ABI, "the module finished without a key state" },
	{ "a credential instead", OP_CHECK, CREDENTIAL, 1, APAM_STEP_FAILED,
	    APAM_E_ABI, "the module finished without a key state" },
	{ "revoked", OP_REVOKE, NOTHING, 1, APAM_STEP_DONE, APAM_OK, "" },
	{ "an exchange", OP_ACQUIRE, EXCHANGE, 2, APAM_STEP_EXCHANGE, APAM_OK,
	    "" },
	{ "none built", OP_CHECK, NOTHING, 2, APAM_STEP_FAILED, APAM_E_ABI,
	    "the module asked for an exchange and built none" },
	{ "a bad method", OP_REVOKE, BAD_METHOD, 2, APAM_STEP_FAILED,
	    APAM_E_CONFIG,
	    "the exchange cannot be sent: the method is not an HTTP method" },
	{ "a bad URL", OP_ACQUIRE, BAD_URL, 2, APAM_STEP_FAILED, APAM_E_CONFIG,
	    "the exchange cannot be sent: " },
	{ "a bad header", OP_ACQUIRE, BAD_HEADER, 2, APAM_STEP_FAILED,
	    APAM_E_CONFIG, "the exchange cannot be sent: a header's value" },
	{ "failed", OP_ACQUIRE, FAIL_NETWORK, 0, APAM_STEP_FAILED,
	    APAM_E_NETWORK, "it says so" },
	{ "failed without a word", OP_CHECK, NOTHING, 0, APAM_STEP_FAILED,
	    APAM_E_ABI, "the module failed without saying why" },
	{ "failed well", OP_ACQUIRE, FAIL_OK, 0, APAM_STEP_FAILED, APAM_E_ABI,
	    "it says so" },
	{ "failed illegally", OP_ACQUIRE, FAIL_ILLEGAL, 0, APAM_STEP_FAILED,
	    APAM_E_ABI, "it says so" },
	{ "a wait of no time", OP_ACQUIRE, NOTHING, 3, APAM_STEP_FAILED,
	    APAM_E_ABI, "the module waits for no time" },
	{ "a wait", OP_CHECK, WAIT, 3, APAM_STEP_WAIT, APAM_OK, "" },
	{ "too long a wait", OP_LOGIN, LONG_WAIT, 3, APAM_STEP_FAILED,
	    APAM_E_ABI, "the module waits for no time" },
	{ "a prompt outside of a login", OP_ACQUIRE, SHOW, 4, APAM_STEP_FAILED,
	    APAM_E_ABI,
	    "the module wants to tell a person something outside of a login" },
	{ "a prompt", OP_LOGIN, SHOW, 4, APAM_STEP_SHOW, APAM_OK, "" },
	{ "a redirect", OP_LOGIN, SHOW, 5, APAM_STEP_REDIRECT, APAM_OK, "" },
	{ "an empty prompt", OP_LOGIN, NOTHING, 4, APAM_STEP_FAILED, APAM_E_ABI,
	    "the module wants to tell nothing" },
	{ "a prompt too long", OP_LOGIN, HUGE_SHOW, 4, APAM_STEP_FAILED,
	    APAM_E_PROVIDER, "what the module wants to tell is too long" },
	{ "a probe that is not there", OP_CHECK, PROBE, 2, APAM_STEP_FAILED,
	    APAM_E_ABI,
	    "the module asked for a probe, and the entry has none" },
	{ "a secret that is not durable", OP_ACQUIRE, SPEND, 1,
	    APAM_STEP_FAILED, APAM_E_ABI, "the module spends a secret" },
	{ "a question", OP_LOGIN, SHOW, 6, APAM_STEP_CONFIRM, APAM_OK, "" },
	{ "a question outside of a login", OP_REVOKE, SHOW, 6, APAM_STEP_FAILED,
	    APAM_E_ABI, "the module wants to tell a person something outside" },
	{ "a prompt with control characters", OP_LOGIN, STEERING_SHOW, 4,
	    APAM_STEP_FAILED, APAM_E_PROVIDER,
	    "what the module wants to tell has control characters" },
	{ "a prompt for http", OP_LOGIN, HTTP_SHOW, 5, APAM_STEP_FAILED,
	    APAM_E_PROVIDER, "the address that a person is to open is not" },
	{ "a login without a secret", OP_LOGIN, NOTHING, 1, APAM_STEP_FAILED,
	    APAM_E_ABI, "the module finished without a secret" },
	{ "step 7", OP_LOGIN, CREDENTIAL, 7, APAM_STEP_FAILED, APAM_E_ABI,
	    "the module returned an illegal step" },
	{ "step -1", OP_REVOKE, NOTHING, -1, APAM_STEP_FAILED, APAM_E_ABI,
	    "the module returned an illegal step" },
	{ "a status for a step", OP_CHECK, KEY_GOOD, APAM_E_REVOKED,
	    APAM_STEP_FAILED, APAM_E_ABI,
	    "the module returned an illegal step" },
};

START_TEST(a_step_is_checked)
{
	enum apam_step step;

	deed = rows[_i].deed;
	returned = rows[_i].returned;
	op_init(&op, rows[_i].kind, false, NULL);
	step = op_step(&op, &module, &deed, NULL);
	ck_assert_uint_eq(calls, 1);
	ck_assert_msg(
	    step == rows[_i].step, "%s: step %d", rows[_i].name, (int)step);
	ck_assert_msg(op.error.status == rows[_i].status, "%s: %s",
	    rows[_i].name, apam_status_name(op.error.status));
	ck_assert_msg(
	    strncmp(op.error.text, rows[_i].text, strlen(rows[_i].text)) == 0,
	    "%s: %s", rows[_i].name, op.error.text);
}
END_TEST

START_TEST(an_absent_slot_is_not_called)
{
	static const struct apam_module none;
	static const enum op_kind kinds[] = { OP_ACQUIRE, OP_CHECK, OP_REVOKE,
		OP_LOGIN, (enum op_kind)4 };

	for (int i = 0; i < ROWS(kinds); i++) {
		op_init(&op, kinds[i], false, NULL);
		ck_assert_int_eq(
		    op_step(&op, i == 4 ? &module : &none, &deed, NULL),
		    APAM_STEP_FAILED);
		ck_assert_int_eq(op.error.status, APAM_E_ABI);
		op_free(&op);
	}
	ck_assert_uint_eq(calls, 0);
	op_init(&op, OP_CHECK, false, NULL);
}
END_TEST

/* ---- One step after the other ----------------------------------------- */

START_TEST(exchanges_come_to_an_end)
{
	struct response r;

	response_view(&r, 200, NULL, 0, APAM_STR(""));
	deed = EXCHANGE;
	returned = APAM_STEP_EXCHANGE;
	op_init(&op, OP_ACQUIRE, false, NULL);
	for (int i = 0; i < OP_STEPS_MAX; i++)
		ck_assert_int_eq(
		    op_step(&op, &module, &deed, i == 0 ? NULL : &r),
		    APAM_STEP_EXCHANGE);
	ck_assert_int_eq(op_step(&op, &module, &deed, &r), APAM_STEP_FAILED);
	ck_assert_str_eq(
	    op.error.text, "the module asks for too many exchanges");
	response_free(&r);
}
END_TEST

/* The exchange of the step before is not sent twice. */
START_TEST(an_exchange_is_asked_for_anew)
{
	struct response r;

	response_view(&r, 200, NULL, 0, APAM_STR(""));
	deed = EXCHANGE;
	returned = APAM_STEP_EXCHANGE;
	op_init(&op, OP_ACQUIRE, false, NULL);
	ck_assert_int_eq(
	    op_step(&op, &module, &deed, NULL), APAM_STEP_EXCHANGE);
	deed = NOTHING;
	ck_assert_int_eq(op_step(&op, &module, &deed, &r), APAM_STEP_FAILED);
	ck_assert_int_eq(op.error.status, APAM_E_ABI);
	response_free(&r);
}
END_TEST

static int32_t
remember(void *state, struct apam_op *pub)
{
	const struct response *r = state;

	if (calls++ == 0) {
		ck_assert_ptr_null(pub->response);
		ck_assert_uint_eq(pub->memo.n, 0);
		svc.pub.memo(&svc.pub, pub, APAM_STR("first"));
		svc.pub.memo(&svc.pub, pub, APAM_STR("memo"));
		svc.pub.exchange(&svc.pub, pub, APAM_STR("GET"), APAM_STR(URL),
		    APAM_ENCODING_NONE);
		return APAM_STEP_EXCHANGE;
	}
	ck_assert_ptr_eq(pub->response, &r->pub);
	ck_assert_str_eq(pub->memo.p, "memo");
	svc.pub.credential(&svc.pub, pub, APAM_STR("FAKEfirst"));
	svc.pub.credential(&svc.pub, pub, APAM_STR("FAKEtoken"));
	svc.pub.lifetime(&svc.pub, pub, 60);
	return APAM_STEP_DONE;
}

START_TEST(a_memo_is_kept_between_steps)
{
	const struct apam_module remembers = { .acquire = remember };
	struct response r;

	response_view(&r, 200, NULL, 0, APAM_STR(""));
	op_init(&op, OP_ACQUIRE, false, NULL);
	ck_assert_int_eq(op.lifetime, LIFETIME_UNSTATED);
	ck_assert_uint_eq(op.pub.size, sizeof(op.pub));
	ck_assert_int_eq(
	    op_step(&op, &remembers, &r, NULL), APAM_STEP_EXCHANGE);
	ck_assert_str_eq(buf_view(&op.exchange.url).p, URL);
	ck_assert_int_eq(op_step(&op, &remembers, &r, &r), APAM_STEP_DONE);
	ck_assert_str_eq(buf_view(&op.credential).p, "FAKEtoken");
	ck_assert_int_eq(op.lifetime, 60);
	response_free(&r);
}
END_TEST

/* What a module was given back it may keep again, whole or in part. */
static int32_t
keep_again(void *state, struct apam_op *pub)
{
	const struct apam_str *part = state;
	struct apam_str all;

	if (calls++ == 0)
		svc.pub.memo(&svc.pub, pub, APAM_STR("FAKEmemo"));
	all = pub->memo;
	ck_assert_str_eq(all.p, "FAKEmemo");
	svc.pub.memo(&svc.pub, pub, (struct apam_str){ all.p + part->n, 4 });
	ck_assert_str_eq(pub->memo.p, part->p);
	svc.pub.memo(&svc.pub, pub, APAM_STR("FAKEmemo"));
	svc.pub.memo(&svc.pub, pub, pub->memo);
	ck_assert_str_eq(pub->memo.p, "FAKEmemo");
	svc.pub.exchange(
	    &svc.pub, pub, APAM_STR("GET"), APAM_STR(URL), APAM_ENCODING_NONE);
	return APAM_STEP_EXCHANGE;
}

static const struct {
	struct apam_str part; /* its text, and where it begins */
} parts[] = { { { "FAKE", 0 } }, { { "Emem", 3 } }, { { "memo", 4 } } };

START_TEST(a_memo_may_be_kept_again)
{
	const struct apam_module keeps = { .acquire = keep_again };
	struct apam_str part = parts[_i].part;
	struct response r;

	response_view(&r, 200, NULL, 0, APAM_STR(""));
	op_init(&op, OP_ACQUIRE, false, NULL);
	ck_assert_int_eq(op_step(&op, &keeps, &part, NULL), APAM_STEP_EXCHANGE);
	ck_assert_int_eq(op_step(&op, &keeps, &part, &r), APAM_STEP_EXCHANGE);
	ck_assert_str_eq(buf_view(&op.memo).p, "FAKEmemo");
	response_free(&r);
}
END_TEST

/* A text may be appended to itself, by any of the ways, while it grows. */
static const int32_t writings[] = { APAM_WRITING_PLAIN, APAM_WRITING_BASE64,
	APAM_WRITING_FORM, APAM_WRITING_PERCENT };

START_TEST(a_text_may_be_put_into_itself)
{
	const struct apam_services *s = &svc.pub;
	struct apam_text *text = s->text_new(s, 1);
	struct apam_str view;
	size_t n;

	for (size_t i = 0; i < 4000; i++)
		s->text_put(s, text, APAM_WRITING_PLAIN, APAM_STR("a"));
	n = s->text_view(s, text).n;
	s->text_put(s, text, writings[_i], s->text_view(s, text));
	view = s->text_view(s, text);
	ck_assert_uint_gt(view.n, n);
	for (size_t i = 0; _i != 1 && i < view.n; i++)
		ck_assert_int_eq(view.p[i], 'a');
	for (size_t i = n; _i == 1 && i + 4 < view.n; i += 4)
		ck_assert_int_eq(memcmp(view.p + i, "YWFh", 4), 0);
	s->text_free(s, &text);
}
END_TEST

START_TEST(a_check_says_why)
{
	const struct apam_credential_view view = { .size = sizeof(view) };

	deed = KEY_GOOD;
	returned = APAM_STEP_DONE;
	op_init(&op, OP_CHECK, false, &view);
	ck_assert_ptr_eq(op.pub.credential, &view);
	ck_assert_int_eq(op_step(&op, &module, &deed, NULL), APAM_STEP_DONE);
	ck_assert_int_eq(op.key_state, APAM_KEY_GOOD);
	ck_assert_str_eq(op.evidence, "because 1");
}
END_TEST

static const enum deed needy[] = { EXCHANGE, CREDENTIAL };

START_TEST(memory_may_be_short)
{
	deed = needy[_i];
	returned = deed == EXCHANGE ? APAM_STEP_EXCHANGE : APAM_STEP_DONE;
	op_init(&op, OP_ACQUIRE, false, NULL);
	secmem_fail_after(0);
	ck_assert_int_eq(op_step(&op, &module, &deed, NULL), APAM_STEP_FAILED);
	secmem_fail_after(-1);
	ck_assert_msg(op.error.status == APAM_E_MEMORY, "%s", op.error.text);
}
END_TEST

/* Nothing was kept for the next step, so there is none. */
START_TEST(what_could_not_be_kept_ends_it)
{
	deed = KEEP_AND_EXCHANGE;
	returned = APAM_STEP_EXCHANGE;
	op_init(&op, OP_ACQUIRE, false, NULL);
	ck_assert_int_eq(op_step(&op, &module, &deed, NULL), APAM_STEP_FAILED);
	secmem_fail_after(-1);
	ck_assert_msg(op.error.status == APAM_E_MEMORY, "%s", op.error.text);
}
END_TEST

/* An answer that no memory was there to read is evidence of nothing. */
START_TEST(an_answer_that_was_not_read_says_nothing)
{
	const struct apam_header json = { APAM_STR("Content-Type"),
		APAM_STR("application/json") };
	struct response r;

	response_view(&r, 200, &json, 1, APAM_STR("{\"error\":\"denied\"}"));
	deed = READ_AND_DENY;
	returned = APAM_STEP_DONE;
	op_init(&op, OP_CHECK, false, NULL);
	ck_assert_int_eq(op_step(&op, &module, &deed, &r), APAM_STEP_FAILED);
	response_free(&r);
	ck_assert_msg(op.error.status == APAM_E_MEMORY, "%s", op.error.text);
}
END_TEST

/* ---- The durable secret -------------------------------------------------- */

static const struct apam_option secret_options[] = {
	{ .name = "token",
	    .help = "-",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_DURABLE },
	{ .name = "other", .help = "-", .type = APAM_OPT_SECRET },
};
static const struct apam_value secret_values[] = {
	{ .set = 1, .str = { "", 0 } },
	{ .set = 1, .str = { "FAKEother", 9 } },
};

/* An op of an entry whose first option is in the store, or is not. */
static void
init_durable(bool stored)
{
	op_init(&op, OP_ACQUIRE, false, NULL);
	op.reach.options = (struct option_table){ secret_options,
		sizeof(secret_options[0]), 2 };
	op.reach.values = secret_values;
	if (stored)
		op.durable.value = &secret_values[0];
	durable_place = &secret_values[0];
	op.durable.secret = APAM_STR("FAKE-refresh");
}

START_TEST(a_durable_secret_is_as_it_is_now)
{
	const struct apam_services *s = &svc.pub;

	init_durable(true);
	ck_assert(str_equal(s->secret(s, &op.pub, &secret_values[0]),
	    APAM_STR("FAKE-refresh")));
	ck_assert(str_equal(
	    s->secret(s, &op.pub, &secret_values[1]), APAM_STR("FAKEother")));
	s->spend(s, &op.pub, &secret_values[0]);
	s->successor(s, &op.pub, &secret_values[0], APAM_STR("FAKE-next"));
	ck_assert_ptr_null(op.misuse);
	ck_assert(op.durable.spends && op.durable.succeeds);
	ck_assert(
	    str_equal(buf_view(&op.durable.successor), APAM_STR("FAKE-next")));
	/* Neither is shown in what the module says, as within its step. */
	service_say_without(&op.durable);
	(void)(s->fail)(s, &op.pub, APAM_E_DENIED,
	    APAM_STR("not FAKE-refresh, and not FAKE-next"));
	ck_assert_str_eq(op.error.text, "not ************, and not *********");
	/* The next step begins anew, and ends that. */
	deed = CREDENTIAL;
	returned = APAM_STEP_DONE;
	error_clear(&op.error);
	ck_assert_int_eq(op_step(&op, &module, &deed, NULL), APAM_STEP_DONE);
	ck_assert(!op.durable.spends && !op.durable.succeeds);
	ck_assert_uint_eq(op.durable.successor.n, 0);
	(void)(s->fail)(s, &op.pub, APAM_E_DENIED, APAM_STR("FAKE-refresh"));
	ck_assert_str_eq(op.error.text, "FAKE-refresh");
}
END_TEST

/* What a login keeps is on hand at once, all or none. */
START_TEST(a_login_keeps_facts)
{
	const struct apam_services *s = &svc.pub;
	const struct apam_str name = APAM_STR("issuer");

	init_durable(true);
	op.kind = OP_LOGIN;
	op.durable.facts = APAM_STR("fact issuer old\nhidden client FAKE-c\n");
	ck_assert(str_equal(s->fact(s, &op.pub, name), APAM_STR("old")));
	s->keep_fact(s, &op.pub, name, APAM_STR("https://as.example"), 0);
	ck_assert(str_equal(
	    s->fact(s, &op.pub, name), APAM_STR("https://as.example")));
	ck_assert(str_equal(
	    s->fact(s, &op.pub, APAM_STR("client")), APAM_STR("FAKE-c")));
	ck_assert_uint_eq(s->fact(s, &op.pub, APAM_STR("none")).n, 0);
	ck_assert(str_equal(buf_view(&op.durable.kept),
	    APAM_STR("fact issuer https://as.example\n")));
	ck_assert_ptr_null(op.misuse);
	s->keep_fact(s, &op.pub, name, APAM_STR("https://as.example"), 0);
	ck_assert_str_eq(op.misuse,
	    "the module keeps a fact outside of a login, twice or without a "
	    "name");
}
END_TEST

/* A provider's text cannot make another line of the record. */
START_TEST(a_fact_that_cannot_be_kept_ends_the_login)
{
	const struct apam_services *s = &svc.pub;

	init_durable(true);
	op.kind = OP_LOGIN;
	s->keep_fact(
	    s, &op.pub, APAM_STR("issuer"), APAM_STR("https://x\nsecret 1"), 0);
	ck_assert_ptr_null(op.misuse);
	ck_assert(op.durable.unfit);
	/* Before the person has logged in. */
	deed = SHOW;
	returned = APAM_STEP_SHOW;
	ck_assert_int_eq(op_step(&op, &module, &deed, NULL), APAM_STEP_FAILED);
	ck_assert_int_eq(op.error.status, APAM_E_PROVIDER);
	deed = SUCCEED;
	returned = APAM_STEP_DONE;
	ck_assert_int_eq(op_step(&op, &module, &deed, NULL), APAM_STEP_FAILED);
	ck_assert_int_eq(op.error.status, APAM_E_PROVIDER);
}
END_TEST

START_TEST(who_may_spend_and_succeed)
{
	init_durable(true);
	op.kind = OP_LOGIN;
	deed = SUCCEED;
	returned = APAM_STEP_DONE;
	ck_assert_int_eq(op_step(&op, &module, &deed, NULL), APAM_STEP_DONE);
	returned = APAM_STEP_WAIT;
	ck_assert_int_eq(op_step(&op, &module, &deed, NULL), APAM_STEP_FAILED);
	ck_assert_str_eq(op.error.text,
	    "the module has a successor in a revocation, or before a login is "
	    "done");
	error_clear(&op.error);
	op.kind = OP_REVOKE;
	returned = APAM_STEP_DONE;
	ck_assert_int_eq(op_step(&op, &module, &deed, NULL), APAM_STEP_FAILED);
	error_clear(&op.error);
	deed = SPEND_AND_EXCHANGE;
	returned = APAM_STEP_EXCHANGE;
	ck_assert_int_eq(op_step(&op, &module, &deed, NULL), APAM_STEP_FAILED);
	ck_assert_str_eq(op.error.text,
	    "the module spends a secret in a login or a revocation");
	error_clear(&op.error);
	op.kind = OP_ACQUIRE;
	ck_assert_int_eq(
	    op_step(&op, &module, &deed, NULL), APAM_STEP_EXCHANGE);
}
END_TEST

START_TEST(what_is_in_no_store_is_not_replaced)
{
	const struct apam_services *s = &svc.pub;

	init_durable(false);
	s->spend(s, &op.pub, &secret_values[0]);
	s->successor(s, &op.pub, &secret_values[0], APAM_STR(""));
	ck_assert(!op.durable.spends && !op.durable.unkept);
	s->successor(s, &op.pub, &secret_values[0], APAM_STR("FAKE-next"));
	ck_assert(!op.durable.succeeds && op.durable.unkept);
	ck_assert_ptr_null(op.misuse);
	s->successor(s, &op.pub, &secret_values[1], APAM_STR("FAKE-next"));
	ck_assert_str_eq(
	    op.misuse, "the module replaces a secret that is not durable");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("op");
	TCase *tc = tcase_create("op");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_step_is_checked, 0, ROWS(rows));
	tcase_add_test(tc, an_absent_slot_is_not_called);
	tcase_add_test(tc, exchanges_come_to_an_end);
	tcase_add_test(tc, what_could_not_be_kept_ends_it);
	tcase_add_test(tc, an_answer_that_was_not_read_says_nothing);
	tcase_add_test(tc, an_exchange_is_asked_for_anew);
	tcase_add_test(tc, a_memo_is_kept_between_steps);
	tcase_add_loop_test(tc, a_memo_may_be_kept_again, 0, ROWS(parts));
	tcase_add_loop_test(
	    tc, a_text_may_be_put_into_itself, 0, ROWS(writings));
	tcase_add_test(tc, a_check_says_why);
	tcase_add_test(tc, a_durable_secret_is_as_it_is_now);
	tcase_add_test(tc, a_login_keeps_facts);
	tcase_add_test(tc, a_fact_that_cannot_be_kept_ends_the_login);
	tcase_add_test(tc, who_may_spend_and_succeed);
	tcase_add_test(tc, what_is_in_no_store_is_not_replaced);
	tcase_add_loop_test(tc, memory_may_be_short, 0, ROWS(needy));
	return run_suite(suite);
}
