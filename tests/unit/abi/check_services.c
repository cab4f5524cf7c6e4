/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/abi/services.c as a module sees them: every slot is there and
 * does what module.h says, and none minds a failure before it.
 */
#include "abi/services.h"

#include <stdio.h>
#include <stdlib.h>

#include "abi/op.h"
#include "abi/service_say.h"
#include "abi/signing.h"
#include "base/secmem.h"
#include "base/str.h"
#include "support/refused.h"
#include "support/run.h"
#include "text/lifetime.h"

#define S(literal)                                                             \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

static struct services svc;
static const struct apam_services *s;
static struct op op;
static struct apam_signing out;
static char logged[1024];
static int live;

static void
take(void *arg, enum apam_log_level level, const char *line)
{
	(void)arg;
	(void)snprintf(logged, sizeof(logged), "%d %s", level, line);
}

static const struct log log_to = { take, NULL, APAM_LOG_DEBUG };

static void
setup(void)
{
	live = secmem_live();
	services_init(&svc, "demo", &log_to);
	s = &svc.pub;
	op_init(&op, OP_ACQUIRE, false, NULL);
	signing_init(&out);
	logged[0] = '\0';
}

static void
teardown(void)
{
	secmem_fail_after(-1);
	signing_free(&out);
	op_free(&op);
	ck_assert_int_eq(secmem_live(), live);
}

/* ---- The table -------------------------------------------------------- */

/* Nothing but function pointers follows the size, and none is NULL. */
START_TEST(every_service_is_there)
{
	const char *p = (const char *)s;
	void (*slot)(void);

	ck_assert_uint_eq(s->size, sizeof(*s));
	for (size_t at = offsetof(struct apam_services, log); at < s->size;
	     at += sizeof(slot)) {
		memcpy(&slot, p + at, sizeof(slot));
		ck_assert_msg(slot != NULL, "the slot at %zu", at);
	}
}
END_TEST

START_TEST(a_log_line_has_its_scheme)
{
	apam_logf(s, APAM_LOG_WARNING, "a %d\n", 1);
	ck_assert_str_eq(logged, "2 demo: a 1?");
	services_init(&svc, "demo", NULL);
	logged[0] = '\0';
	apam_logf(s, APAM_LOG_ERROR, "%s", "b");
	ck_assert_str_eq(logged, "");
}
END_TEST

START_TEST(time_and_chance)
{
	unsigned char a[32] = { 0 }, b[32] = { 0 }, none[32] = { 0 };

	ck_assert_int_ge(s->now_ms(s), 1600000000000);
	ck_assert_int_eq(s->random(s, a, sizeof(a)), APAM_OK);
	ck_assert_int_eq(s->random(s, b, sizeof(b)), APAM_OK);
	ck_assert(memcmp(a, b, sizeof(a)) != 0);
	ck_assert(memcmp(a, none, sizeof(a)) != 0);
	/* No more than was asked for. */
	ck_assert_int_eq(s->random(s, none, 0), APAM_OK);
	memset(a, 0, sizeof(a));
	ck_assert_int_eq(s->random(s, a, 8), APAM_OK);
	ck_assert_int_eq(memcmp(a + 8, none, 24), 0);
	ck_assert_int_eq(
	    s->random(s, a, (size_t)INT32_MAX + 1), APAM_E_INTERNAL);
}
END_TEST

static size_t refused_index;
static char refused_text[512];

static void
on_refused(void *arg, const size_t *path, size_t count, const char *text)
{
	ck_assert_ptr_eq(arg, &refused_index);
	ck_assert_uint_eq(count, 1);
	refused_index = path[0];
	(void)snprintf(refused_text, sizeof(refused_text), "%s", text);
}

START_TEST(an_option_is_refused)
{
	char word[1000];

	svc.refuse = on_refused;
	svc.refuse_arg = &refused_index;
	ck_assert_int_eq(
	    apam_refuse_optionf(s, 3, "is %s", "wrong"), APAM_E_CONFIG);
	ck_assert_uint_eq(refused_index, 3);
	ck_assert_str_eq(refused_text, "is wrong");
	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	ck_assert_int_eq(apam_refuse_optionf(s, 4, "%s", word), APAM_E_CONFIG);
	ck_assert_uint_eq(strlen(refused_text), 255);
	/* After `open` nobody listens. */
	svc.refuse = NULL;
	ck_assert_int_eq(apam_refuse_optionf(s, 5, "%s", "a"), APAM_E_CONFIG);
	ck_assert_uint_eq(refused_index, 4);
}
END_TEST

/* ---- Texts ------------------------------------------------------------ */

START_TEST(a_text_is_built)
{
	struct apam_text *t = s->text_new(s, 1);

	ck_assert_uint_eq(s->text_view(s, t).n, 0);
	s->text_put(s, t, APAM_WRITING_PLAIN, APAM_STR("a:"));
	s->text_put(s, t, APAM_WRITING_BASE64, APAM_STR("\xfb\xff"));
	s->text_put(s, t, APAM_WRITING_PLAIN, APAM_STR(":"));
	s->text_put(s, t, APAM_WRITING_FORM, APAM_STR("a b~*"));
	s->text_put(s, t, APAM_WRITING_PLAIN, APAM_STR(":"));
	s->text_put(s, t, APAM_WRITING_PERCENT, APAM_STR("a b~*"));
	ck_assert_str_eq(s->text_view(s, t).p, "a:+/8=:a+b%7E*:a%20b~%2A");
	s->text_free(s, &t);
	ck_assert_ptr_null(t);
	s->text_free(s, &t);
	s->text_free(s, NULL);
}
END_TEST

static const struct {
	int32_t writing;
	const char *plain, *written;
} writings[] = {
	{ APAM_WRITING_BASE64, "\xfb\xff", "+/8=" },
	{ APAM_WRITING_BASE64, "a", "YQ==" },
	{ APAM_WRITING_BASE64, "", "" },
	{ APAM_WRITING_BASE64URL, "\xfb\xff", "-_8" },
	{ APAM_WRITING_HEX, "\x01\xaf", "01af" },
	{ APAM_WRITING_PERCENT, "a b~*", "a%20b~%2A" },
	{ APAM_WRITING_FORM, "a b~*", "a+b%7E*" },
};

START_TEST(a_writing_is_read_back)
{
	struct apam_text *t = s->text_new(s, _i % 2);

	s->text_put(s, t, writings[_i].writing, apam_str(writings[_i].plain));
	ck_assert_str_eq(s->text_view(s, t).p, writings[_i].written);
	s->text_free(s, &t);
	t = s->text_new(s, 1);
	s->text_put(s, t, APAM_WRITING_PLAIN, APAM_STR("x"));
	ck_assert_int_eq(s->text_read(s, t, writings[_i].writing,
			     apam_str(writings[_i].written)),
	    APAM_OK);
	ck_assert_str_eq(s->text_view(s, t).p + 1, writings[_i].plain);
	s->text_free(s, &t);
}
END_TEST

static const struct {
	int32_t writing;
	const char *text;
} misspelt[] = {
	{ APAM_WRITING_BASE64, "YQ=" },
	{ APAM_WRITING_BASE64, "YQ" },
	{ APAM_WRITING_BASE64, "=QY=" },
	{ APAM_WRITING_BASE64, "YR==" },
	{ APAM_WRITING_BASE64, "Y===" },
	{ APAM_WRITING_BASE64, "-_8=" },
	{ APAM_WRITING_BASE64URL, "+/8" },
	{ APAM_WRITING_BASE64URL, "YQ==" },
	{ APAM_WRITING_HEX, "0" },
	{ APAM_WRITING_HEX, "0g" },
	{ APAM_WRITING_PERCENT, "%" },
	{ APAM_WRITING_PERCENT, "a%2" },
	{ APAM_WRITING_PERCENT, "%zz" },
	{ APAM_WRITING_FORM, "a+%2" },
	{ APAM_WRITING_PLAIN, "a" },
	{ APAM_WRITING_JSON, "\"a\"" },
	{ -1, "a" },
	{ 99, "a" },
};

START_TEST(what_is_not_so_written_is_not_read)
{
	struct apam_text *t = s->text_new(s, 1);

	s->text_put(s, t, APAM_WRITING_PLAIN, APAM_STR("x"));
	ck_assert_int_eq(s->text_read(s, t, misspelt[_i].writing,
			     apam_str(misspelt[_i].text)),
	    APAM_E_USAGE);
	ck_assert_str_eq(s->text_view(s, t).p, "x");
	s->text_free(s, &t);
}
END_TEST

START_TEST(numbers_and_json_are_written)
{
	struct apam_text *t = s->text_new(s, 0);

	s->text_put_number(s, t, 0);
	s->text_put_number(s, t, -42);
	s->text_put_number(s, t, INT64_MIN);
	s->text_put_number(s, t, INT64_MAX);
	ck_assert_str_eq(s->text_view(s, t).p,
	    "0-42-92233720368547758089223372036854775807");
	s->text_free(s, &t);
	t = s->text_new(s, 0);
	s->text_put(s, t, APAM_WRITING_JSON, APAM_STR("a\"b\\\n"));
	ck_assert_str_eq(s->text_view(s, t).p, "\"a\\\"b\\\\\\u000a\"");
	/* No such writing: the text fails. */
	s->text_put(s, t, 99, APAM_STR("a"));
	ck_assert_uint_eq(s->text_view(s, t).n, 0);
	s->text_free(s, &t);
}
END_TEST

START_TEST(no_text_is_fine)
{
	s->text_put(s, NULL, APAM_WRITING_PLAIN, APAM_STR("a"));
	s->text_put(s, NULL, APAM_WRITING_BASE64, APAM_STR("a"));
	s->text_put(s, NULL, APAM_WRITING_FORM, APAM_STR("a"));
	s->text_put(s, NULL, APAM_WRITING_PERCENT, APAM_STR("a"));
	ck_assert_uint_eq(s->text_view(s, NULL).n, 0);
}
END_TEST

START_TEST(a_failed_text_stays_empty)
{
	struct apam_text *t = s->text_new(s, 1);
	char *big = malloc(1024 * 1024 + 1);

	ck_assert_ptr_nonnull(big);
	memset(big, 'a', 1024 * 1024 + 1);
	s->text_put(
	    s, t, APAM_WRITING_PLAIN, (struct apam_str){ big, 1024 * 1024 });
	ck_assert_uint_eq(s->text_view(s, t).n, 1024 * 1024);
	s->text_put(s, t, APAM_WRITING_PLAIN, APAM_STR("a"));
	ck_assert_uint_eq(s->text_view(s, t).n, 0);
	s->text_put(s, t, APAM_WRITING_PLAIN, APAM_STR("a"));
	s->text_put(s, t, APAM_WRITING_BASE64, APAM_STR("a"));
	ck_assert_uint_eq(s->text_view(s, t).n, 0);
	s->text_free(s, &t);
	free(big);
}
END_TEST

/* A text that has more put into it than fits. */
static struct apam_text *
failed_text(void)
{
	static const char block[1024 * 1024] = { 'a' };
	struct apam_text *t = s->text_new(s, 1);

	s->text_put(s, t, APAM_WRITING_PLAIN, APAM_STR("a"));
	s->text_put(s, t, APAM_WRITING_PLAIN,
	    (struct apam_str){ block, sizeof(block) });
	return t;
}

/* No header, body, field or text is made of less than was meant. */
START_TEST(what_a_failed_text_is_given_to_fails)
{
	struct apam_text *bad = failed_text(), *t;
	const struct apam_str view = s->text_view(s, bad);
	const struct apam_str parts[] = { APAM_STR("a"), view };
	unsigned char digest[APAM_HASH_MAX];
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_json value;
	size_t n;

	for (int32_t w = APAM_WRITING_PLAIN; w <= APAM_WRITING_JSON; w++) {
		t = s->text_new(s, 0);
		s->text_put(s, t, APAM_WRITING_PLAIN, APAM_STR("before"));
		s->text_put(s, t, w, view);
		s->text_put(s, t, APAM_WRITING_PLAIN, APAM_STR("after"));
		ck_assert_uint_eq(s->text_view(s, t).n, 0);
		s->text_free(s, &t);
	}
	t = s->text_new(s, 0);
	ck_assert_int_eq(
	    s->text_read(s, t, APAM_WRITING_HEX, view), APAM_E_MEMORY);
	s->text_free(s, &t);
	ck_assert_int_eq(s->digest(s, APAM_HASH_SHA256, parts, 2, digest, &n),
	    APAM_E_MEMORY);
	ck_assert_int_eq(
	    s->json_of(s, view, "/a", &value, NULL), APAM_E_MEMORY);
	s->sign_header(s, &out, APAM_STR("X-A"), view);
	ck_assert_int_ne(signing_check(&out, &err), APAM_OK);
	signing_free(&out);
	signing_init(&out);
	s->sign_cookie(s, &out, APAM_STR("a"), view);
	ck_assert_int_ne(signing_check(&out, &err), APAM_OK);
	signing_free(&out);
	signing_init(&out);
	s->sign_query(s, &out, APAM_STR("a"), view);
	ck_assert_int_ne(signing_check(&out, &err), APAM_OK);
	s->text_free(s, &bad);
}
END_TEST

/* The same of no text, for which there was no memory. */
START_TEST(an_exchange_has_no_body_of_a_failed_text)
{
	static const int32_t encodings[] = { APAM_ENCODING_FORM,
		APAM_ENCODING_JSON, APAM_ENCODING_RAW };
	const struct apam_str none = s->text_view(s, NULL);

	for (size_t i = 0; i < ROWS(encodings); i++) {
		s->exchange(s, &op.pub, APAM_STR("POST"),
		    APAM_STR("https://a.example/"), encodings[i]);
		if (encodings[i] == APAM_ENCODING_RAW)
			s->exchange_body(
			    s, &op.pub, APAM_STR("text/plain"), none);
		else
			s->exchange_field(s, &op.pub, APAM_STR("a"), none);
		ck_assert(op.exchange.body.failed);
		ck_assert(op.exchange.body.no_memory);
	}
}
END_TEST

START_TEST(equal_means_equal)
{
	ck_assert(s->equal(s, APAM_STR("abc"), APAM_STR("abc")));
	ck_assert(!s->equal(s, APAM_STR("abc"), APAM_STR("abd")));
	ck_assert(!s->equal(s, APAM_STR("abc"), APAM_STR("ab")));
	ck_assert(!s->equal(s, APAM_STR("a"), APAM_STR("")));
	ck_assert(s->equal(s, APAM_STR(""), (struct apam_str){ NULL, 0 }));
}
END_TEST

/* ---- Operations ------------------------------------------------------- */

static void
present(const char *file, const char *key_file, struct apam_str passphrase)
{
	const struct apam_certificate certificate = {
		.size = sizeof(certificate),
		.file = apam_str(file),
		.key_file = apam_str(key_file),
		.passphrase = passphrase,
	};

	s->exchange_certificate(s, &op.pub, &certificate);
}

START_TEST(an_exchange_is_built)
{
	s->exchange_header(s, &op.pub, APAM_STR("Lost"), APAM_STR("before"));
	s->exchange(s, &op.pub, APAM_STR("POST"), APAM_STR("https://h/t"),
	    APAM_ENCODING_FORM);
	s->exchange_header(s, &op.pub, APAM_STR("X-A"), APAM_STR("b"));
	s->exchange_field(s, &op.pub, APAM_STR("c"), APAM_STR("d"));
	present("/lost", "/lost.key", APAM_STR(""));
	present("/cert.pem", "/key.pem", APAM_STR(""));
	ck_assert_str_eq(op.exchange.method, "POST");
	ck_assert_str_eq(buf_view(&op.exchange.url).p, "https://h/t");
	ck_assert_str_eq(buf_view(&op.exchange.body).p, "c=d");
	ck_assert_str_eq(buf_view(&op.exchange.certificate).p, "/cert.pem");
	ck_assert_str_eq(buf_view(&op.exchange.key).p, "/key.pem");
	ck_assert_uint_eq(op.exchange.headers.count, 1);
}
END_TEST

START_TEST(an_exchange_goes_by_a_socket)
{
	const struct apam_str bytes = { "\0\1", 2 };

	s->exchange(s, &op.pub, APAM_STR("POST"), APAM_STR("http://h/"),
	    APAM_ENCODING_RAW);
	s->exchange_query(s, &op.pub, APAM_STR("a b"), APAM_STR("&"));
	s->exchange_body(s, &op.pub, APAM_STR("x/y"), bytes);
	s->exchange_socket(s, &op.pub, APAM_STR("/run/lost.sock"));
	s->exchange_socket(s, &op.pub, APAM_STR("/run/a.sock"));
	s->exchange_http2(s, &op.pub);
	ck_assert_str_eq(buf_view(&op.exchange.url).p, "http://h/?a%20b=%26");
	ck_assert(str_equal(buf_view(&op.exchange.body), bytes));
	ck_assert_str_eq(buf_view(&op.exchange.type).p, "x/y");
	ck_assert_str_eq(buf_view(&op.exchange.socket).p, "/run/a.sock");
	ck_assert(op.exchange.http2);
	/* Nothing of it stays for the next. */
	s->exchange(s, &op.pub, APAM_STR("GET"), APAM_STR("https://h/"),
	    APAM_ENCODING_NONE);
	ck_assert_str_eq(buf_view(&op.exchange.url).p, "https://h/");
	ck_assert_uint_eq(op.exchange.socket.n, 0);
	ck_assert(!op.exchange.http2);
}
END_TEST

START_TEST(a_passphrase_is_of_its_exchange)
{
	const struct apam_str cut = { "FAKE\0FAKE", 9 };

	s->exchange(s, &op.pub, APAM_STR("POST"), APAM_STR("https://h/t"),
	    APAM_ENCODING_FORM);
	present("/cert.pem", "/key.pem", APAM_STR("FAKE lost"));
	present("/cert.pem", "/key.pem", APAM_STR("FAKE"));
	ck_assert_str_eq(buf_view(&op.exchange.passphrase).p, "FAKE");
	s->exchange(s, &op.pub, APAM_STR("POST"), APAM_STR("https://h/t"),
	    APAM_ENCODING_FORM);
	ck_assert_uint_eq(op.exchange.passphrase.n, 0);
	ck_assert_ptr_null(op.exchange.refused);
	present("/cert.pem", "/key.pem", cut);
	ck_assert_ptr_nonnull(op.exchange.refused);
}
END_TEST

START_TEST(a_lifetime_is_stated)
{
	ck_assert_int_eq(op.lifetime, LIFETIME_UNSTATED);
	s->lifetime(s, &op.pub, 60);
	ck_assert_int_eq(op.lifetime, 60);
	s->lifetime(s, &op.pub, APAM_FOREVER);
	ck_assert(op.lifetime == APAM_FOREVER);
	/* In the past is not a life, and not "never stated". */
	s->lifetime(s, &op.pub, -1);
	ck_assert_int_eq(op.lifetime, 0);
	/* Without a response there is nothing to read. */
	s->lifetime_json(s, &op.pub, "/expires_in");
	ck_assert_int_eq(op.lifetime, 0);
}
END_TEST

static const struct apam_header json_type = { S("Content-Type"),
	S("application/json") };

START_TEST(a_lifetime_is_read)
{
	struct response r;

	response_view(&r, 200, &json_type, 1,
	    APAM_STR("{\"a\":{\"e\":\"3600\"},\"b\":true}"));
	op.pub.response = &r.pub;
	s->lifetime_json(s, &op.pub, "/a/e");
	ck_assert_int_eq(op.lifetime, 3600);
	s->lifetime_json(s, &op.pub, "/absent");
	ck_assert_int_eq(op.lifetime, LIFETIME_UNSTATED);
	op.pub.response = NULL;
	response_free(&r);
}
END_TEST

static const struct {
	int state;
	bool legal;
} states[] = {
	{ APAM_KEY_UNKNOWN, true },
	{ APAM_KEY_GOOD, true },
	{ APAM_KEY_REVOKED, true },
	{ APAM_KEY_REJECTED, true },
	{ APAM_KEY_REJECTED + 1, false },
	{ -1, false },
};

START_TEST(a_key_state_is_noted)
{
	char word[1000];

	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	ck_assert_int_eq(
	    apam_key_statef(s, &op.pub, (enum apam_key_state)states[_i].state,
		"it %s", "is"),
	    APAM_STEP_DONE);
	ck_assert(op.has_key_state == states[_i].legal);
	ck_assert_str_eq(op.evidence, "it is");
	(void)apam_key_statef(s, &op.pub, APAM_KEY_GOOD, "%s", word);
	ck_assert_uint_eq(strlen(op.evidence), 255);
}
END_TEST

static const struct {
	int given;
	enum apam_status kept;
} failures[] = {
	{ APAM_E_REVOKED, APAM_E_REVOKED },
	{ APAM_E_THROTTLED, APAM_E_THROTTLED },
	{ APAM_E_USAGE, APAM_E_USAGE },
	{ APAM_OK, APAM_E_ABI },
	{ -1, APAM_E_ABI },
	{ 0x505, APAM_E_ABI },
	{ 0x700, APAM_E_ABI },
	{ 99999, APAM_E_ABI },
};

START_TEST(a_failure_is_noted)
{
	const enum apam_status given = (enum apam_status)failures[_i].given;

	ck_assert_int_eq(
	    apam_failf(s, &op.pub, given, "a %s", "b"), APAM_STEP_FAILED);
	ck_assert_int_eq(op.error.status, failures[_i].kept);
	ck_assert_str_eq(op.error.text, "a b");
	/* The first one counts. */
	(void)apam_failf(s, &op.pub, APAM_E_NETWORK, "%s", "c");
	ck_assert_int_eq(op.error.status, failures[_i].kept);
	ck_assert_int_eq(
	    apam_refusef(s, &out, given, "a %s", "b"), failures[_i].kept);
	ck_assert_int_eq(out.error.status, failures[_i].kept);
	ck_assert_str_eq(out.error.text, "a b");
}
END_TEST

/* ---- Responses -------------------------------------------------------- */

START_TEST(json_is_read)
{
	struct apam_json value;
	struct response r;
	const char *why = "unset";

	response_view(&r, 200, &json_type, 1, APAM_STR("{\"a\":[\"b\",2]}"));
	ck_assert(s->json(s, &r.pub, "/a/0", &value, &why) == APAM_OK);
	ck_assert_int_eq(value.type, APAM_JSON_STRING);
	ck_assert_str_eq(value.str.p, "b");
	ck_assert_ptr_null(why);
	ck_assert(s->json(s, &r.pub, "/a/1", &value, NULL) == APAM_OK);
	ck_assert_int_eq(value.num, 2);
	ck_assert(s->json(s, &r.pub, "", &value, NULL) == APAM_OK);
	ck_assert_int_eq(value.type, APAM_JSON_OBJECT);
	ck_assert(s->json(s, &r.pub, "/c", &value, NULL) == APAM_OK);
	ck_assert_int_eq(value.type, APAM_JSON_ABSENT);
	response_free(&r);
	response_view(&r, 200, NULL, 0, APAM_STR("{}"));
	memset(&value, 0x5a, sizeof(value));
	ck_assert(s->json(s, &r.pub, "", &value, &why) != APAM_OK);
	ck_assert_str_eq(why, "the content type is not JSON");
	ck_assert_int_eq(value.type, APAM_JSON_ABSENT);
	ck_assert(s->json(s, &r.pub, "", &value, NULL) != APAM_OK);
	response_free(&r);
}
END_TEST

/* Strings outlive the JSON, in the text that was given. */
START_TEST(any_json_is_read)
{
	const struct apam_str json = APAM_STR("{\"a\":\"FAKE\",\"b\":[2]}");
	struct apam_text *t = s->text_new(s, 1);
	struct apam_json value;

	s->text_put(s, t, APAM_WRITING_PLAIN, APAM_STR("x"));
	ck_assert_int_eq(s->json_of(s, json, "/a", &value, t), APAM_OK);
	ck_assert_int_eq(value.type, APAM_JSON_STRING);
	ck_assert_str_eq(value.str.p, "FAKE");
	ck_assert_str_eq(s->text_view(s, t).p, "xFAKE");
	ck_assert_int_eq(s->json_of(s, json, "/b/0", &value, t), APAM_OK);
	ck_assert_int_eq(value.num, 2);
	ck_assert_int_eq(s->json_of(s, json, "/c", &value, t), APAM_OK);
	ck_assert_int_eq(value.type, APAM_JSON_ABSENT);
	ck_assert_int_eq(
	    s->json_of(s, APAM_STR("{"), "/a", &value, t), APAM_E_PROVIDER);
	s->text_free(s, &t);
}
END_TEST

START_TEST(headers_and_challenges_are_read)
{
	static const struct apam_header headers[] = {
		{ S("WWW-Authenticate"), S("Basic realm=\"a\"") },
		{ S("www-authenticate"), S("Bearer error=\"invalid_token\"") },
		{ S("X-A"), S("b") },
	};
	struct response r;
	char text[8];

	response_view(&r, 401, headers, 3, APAM_STR(""));
	ck_assert_str_eq(s->header(s, &r.pub, "x-a").p, "b");
	ck_assert_uint_eq(s->header(s, &r.pub, "X-B").n, 0);
	ck_assert(s->challenge(s, &r.pub, 0, text, sizeof(text)));
	ck_assert_str_eq(text, "Basic");
	ck_assert(s->challenge(s, &r.pub, 1, text, sizeof(text)));
	ck_assert_str_eq(text, "Bearer");
	ck_assert(!s->challenge(s, &r.pub, 2, text, sizeof(text)));
	ck_assert(
	    s->challenge_parameter(s, &r.pub, 1, "error", text, sizeof(text)));
	ck_assert_str_eq(text, "invalid");
	ck_assert(
	    !s->challenge_parameter(s, &r.pub, 0, "error", text, sizeof(text)));
	response_free(&r);
}
END_TEST

/* ---- Signing ---------------------------------------------------------- */

START_TEST(a_signature_is_built)
{
	s->sign_header(
	    s, &out, APAM_STR("Authorization"), APAM_STR("Bearer FAKE"));
	s->sign_query(s, &out, APAM_STR("a b"), APAM_STR("c&d=e"));
	s->sign_covers(s, &out, APAM_STR("Host"));
	ck_assert_ptr_null(signing_refused(&out));
	ck_assert_str_eq(fields_array(&out.headers)[0].value.p, "Bearer FAKE");
	ck_assert_str_eq(fields_array(&out.query)[0].name.p, "a%20b");
	ck_assert_str_eq(fields_array(&out.query)[0].value.p, "c%26d%3De");
	ck_assert_str_eq(fields_array(&out.covers)[0].name.p, "Host");
}
END_TEST

START_TEST(a_bad_header_is_refused)
{
	s->sign_header(
	    s, &out, APAM_STR("Authorization"), APAM_STR("a\r\nb: c"));
	ck_assert_ptr_nonnull(signing_refused(&out));
	ck_assert(!signing_contributed(&out));
}
END_TEST

/* What is left of a text that found no memory. */
START_TEST(the_senders_headers_are_refused)
{
	static const char *const names[] = { "Host", "content-length",
		"Transfer-Encoding", "Connection", "TE", "Upgrade" };

	for (int i = 0; i < ROWS(names); i++) {
		signing_free(&out);
		signing_init(&out);
		s->sign_header(s, &out, apam_str(names[i]), APAM_STR("a"));
		ck_assert_str_eq(signing_refused(&out),
		    "the module set a header that only the sender may set");
		ck_assert(!signing_contributed(&out));
	}
}
END_TEST

static const struct {
	const char *name, *value;
	bool legal;
} cookies[] = {
	{ "session", "FAKE", true },
	{ "session", "a=b/c+d", true },
	{ "se ssion", "FAKE", false },
	{ "", "FAKE", false },
	{ "session", "", false },
	{ "session", "a b", false },
	{ "session", "a;b", false },
	{ "session", "a,b", false },
	{ "session", "\"a\"", false },
	{ "session", "a\\b", false },
	{ "session", "a\nb", false },
	{ "session", "\xc3\xa4", false },
};

START_TEST(a_cookie_has_its_characters)
{
	s->sign_cookie(
	    s, &out, apam_str(cookies[_i].name), apam_str(cookies[_i].value));
	ck_assert((signing_refused(&out) == NULL) == cookies[_i].legal);
	ck_assert(signing_contributed(&out) == cookies[_i].legal);
}
END_TEST

START_TEST(a_header_that_is_not_sent_is_not_covered)
{
	static const struct apam_header sent = { S("X-Sent"), S("1") };
	const struct apam_request_view request = {
		.size = sizeof(request), .headers = &sent, .header_count = 1
	};

	out.request = &request;
	s->sign_covers(s, &out, APAM_STR("x-sent"));
	ck_assert_int_eq(out.error.status, APAM_OK);
	s->sign_covers(s, &out, APAM_STR("X-Other"));
	ck_assert_int_eq(out.error.status, APAM_E_ABI);
	ck_assert_ptr_nonnull(strstr(out.error.text, "X-Other"));
}
END_TEST

START_TEST(nothing_is_a_signature_where_it_is_said)
{
	ck_assert(!signing_contributed(&out));
	s->sign_nothing(s, &out);
	ck_assert(signing_contributed(&out));
}
END_TEST

START_TEST(a_parameter_has_a_name_and_is_one_of_few)
{
	s->sign_query(s, &out, APAM_STR(""), APAM_STR("b"));
	ck_assert_ptr_nonnull(signing_refused(&out));
	signing_free(&out);
	signing_init(&out);
	s->sign_query(s, &out, APAM_STR("a"), APAM_STR("b"));
	s->sign_query_default(s, &out, APAM_STR("c"), APAM_STR("d"));
	ck_assert_uint_eq(out.query_defaults, 2);
	for (int i = 2; i < SIGNING_QUERY_MAX; i++)
		s->sign_query(s, &out, APAM_STR("a"), APAM_STR("b"));
	ck_assert_ptr_null(signing_refused(&out));
	s->sign_query_default(s, &out, APAM_STR("a"), APAM_STR("b"));
	ck_assert_ptr_nonnull(signing_refused(&out));
	ck_assert_uint_eq(out.query_defaults, 2);
}
END_TEST

/* ---- Secrets ----------------------------------------------------------- */

static void
mask_present(void *arg, struct apam_str text, char *to, size_t n)
{
	services_mask(apam_str(arg), text, to, n);
}

/* Whatever a module says, its entry's secrets are not in it. */
START_TEST(secrets_are_masked_in_texts)
{
	static char present[] = "FAKEpresent";
	struct buf secrets[3];
	char word[300];

	for (size_t i = 0; i < 3; i++)
		buf_init(&secrets[i], 64);
	buf_put(&secrets[0], APAM_STR("FAKEsecret"));
	buf_put(&secrets[1], APAM_STR("FAKEother"));
	/* A short one is in ordinary words, too. */
	buf_put(&secrets[2], APAM_STR("it"));
	svc.secrets = secrets;
	svc.secret_count = 3;
	svc.mask = mask_present;
	svc.mask_arg = present;
	apam_logf(s, APAM_LOG_ERROR, "with FAKEsecret and FAKEother");
	ck_assert_str_eq(logged, "1 demo: with ********** and *********");
	apam_logf(s, APAM_LOG_ERROR, "with FAKEpresent");
	ck_assert_str_eq(logged, "1 demo: with ***********");
	(void)apam_failf(s, &op.pub, APAM_E_PROVIDER, "it is FAKEsecret");
	ck_assert_str_eq(op.error.text, "it is **********");
	(void)apam_key_statef(s, &op.pub, APAM_KEY_GOOD, "FAKEsecret");
	ck_assert_str_eq(op.evidence, "**********");
	/* One that is cut off at the end of the text, too. */
	memset(word, 'x', 250);
	(void)snprintf(word + 250, sizeof(word) - 250, "FAKEsecret");
	s->log(s, APAM_LOG_ERROR, apam_str(word));
	ck_assert_ptr_null(strstr(logged, "FAKE"));
	(void)apam_refusef(s, &out, APAM_E_POLICY, "FAKEsecretFAKEsecret");
	ck_assert_str_eq(out.error.text, "********************");
	svc.refuse = on_refused;
	svc.refuse_arg = &refused_index;
	(void)apam_refuse_optionf(s, 0, "FAKEother, FAKEsecre");
	ck_assert_str_eq(refused_text, "*********, FAKEsecre");
	for (size_t i = 0; i < 3; i++)
		buf_free(&secrets[i]);
}
END_TEST

/* A durable secret is not among those, and may be replaced meanwhile. */
START_TEST(durable_secrets_are_masked_while_they_are_used)
{
	struct op_durable durable = { .secret = APAM_STR("FAKEdurable"),
		.facts = APAM_STR("fact a shown-fact\nhidden b FAKEold\n") };

	buf_init(&durable.successor, 64);
	buf_init(&durable.kept, 64);
	service_say_without(&durable);
	buf_put(&durable.successor, APAM_STR("FAKEnext"));
	buf_put(&durable.kept, APAM_STR("hidden b FAKEclient\n"));
	apam_logf(s, APAM_LOG_ERROR, "FAKEdurable, then FAKEnext");
	ck_assert_str_eq(logged, "1 demo: ***********, then ********");
	apam_logf(s, APAM_LOG_ERROR, "shown-fact, FAKEold1, FAKEclient");
	ck_assert_str_eq(logged, "1 demo: shown-fact, *******1, **********");
	service_say_without(NULL);
	apam_logf(s, APAM_LOG_ERROR, "FAKEdurable");
	ck_assert_str_eq(logged, "1 demo: FAKEdurable");
	buf_free(&durable.successor);
	buf_free(&durable.kept);
}
END_TEST

/* One that was read anew is not what its value still holds. */
START_TEST(a_secret_is_the_present_one)
{
	const struct apam_value values[] = { { .str = APAM_STR("old") },
		{ .str = APAM_STR("plain") } };
	const struct apam_value *const places[] = { &values[0] };
	struct buf now;

	ck_assert(
	    str_equal(s->secret(s, &op.pub, &values[0]), APAM_STR("old")));
	buf_init(&now, 64);
	buf_put(&now, APAM_STR("new"));
	op.secrets = &now;
	op.places = places;
	op.secret_count = 1;
	ck_assert(
	    str_equal(s->secret(s, &op.pub, &values[0]), APAM_STR("new")));
	ck_assert(
	    str_equal(s->secret(s, &op.pub, &values[1]), APAM_STR("plain")));
	op.secret_count = 0;
	buf_free(&now);
}
END_TEST

START_TEST(an_empty_header_is_no_signature)
{
	s->sign_header(s, &out, APAM_STR("Authorization"), APAM_STR(""));
	ck_assert_int_eq(out.error.status, APAM_E_ABI);
	ck_assert_str_eq(
	    out.error.text, "the module signed with an empty header");
}
END_TEST

START_TEST(a_header_may_find_no_memory)
{
	struct apam_text *t = s->text_new(s, 1);
	struct apam_error err;

	secmem_fail_after(0);
	s->text_put(s, t, APAM_WRITING_PLAIN, APAM_STR("Bearer FAKE"));
	secmem_fail_after(-1);
	s->sign_header(s, &out, APAM_STR("Authorization"), s->text_view(s, t));
	ck_assert_int_eq(out.error.status, APAM_OK);
	ck_assert_int_eq(signing_check(&out, &err), APAM_E_MEMORY);
	s->text_free(s, &t);
}
END_TEST

START_TEST(a_parameter_may_find_no_memory)
{
	secmem_fail_after(0);
	s->sign_query(s, &out, APAM_STR("a"), APAM_STR("b"));
	secmem_fail_after(-1);
	ck_assert_ptr_nonnull(signing_refused(&out));
	ck_assert(!signing_contributed(&out));
	ck_assert_int_eq(signing_check(&out, NULL), APAM_E_MEMORY);
}
END_TEST

START_TEST(a_body_has_a_digest)
{
	const struct apam_body unknown = { .kind = APAM_BODY_UNKNOWN };
	const struct apam_body abc = { .kind = APAM_BODY_BYTES,
		.bytes = S("abc") };
	unsigned char digest[APAM_HASH_MAX];
	size_t n;

	ck_assert_int_eq(
	    s->body_digest(s, APAM_HASH_SHA256, &abc, digest, &n), APAM_OK);
	ck_assert_uint_eq(n, 32);
	/* FIPS 180-2, B.1 */
	ck_assert_int_eq(memcmp(digest, "\xba\x78\x16\xbf", 4), 0);
	ck_assert_int_eq(
	    s->body_digest(s, APAM_HASH_SHA256, &unknown, digest, &n),
	    APAM_E_USAGE);
}
END_TEST

static void
add_signature_tests(TCase *tc)
{
	tcase_add_test(tc, a_signature_is_built);
	tcase_add_test(tc, a_bad_header_is_refused);
	tcase_add_test(tc, the_senders_headers_are_refused);
	tcase_add_loop_test(tc, a_cookie_has_its_characters, 0, ROWS(cookies));
	tcase_add_test(tc, a_header_that_is_not_sent_is_not_covered);
	tcase_add_test(tc, nothing_is_a_signature_where_it_is_said);
	tcase_add_test(tc, a_parameter_has_a_name_and_is_one_of_few);
}

int
main(void)
{
	Suite *suite = suite_create("services");
	TCase *tc = tcase_create("services");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, every_service_is_there);
	tcase_add_test(tc, a_log_line_has_its_scheme);
	tcase_add_test(tc, time_and_chance);
	tcase_add_test(tc, an_option_is_refused);
	tcase_add_test(tc, a_text_is_built);
	tcase_add_loop_test(tc, a_writing_is_read_back, 0, ROWS(writings));
	tcase_add_loop_test(
	    tc, what_is_not_so_written_is_not_read, 0, ROWS(misspelt));
	tcase_add_test(tc, numbers_and_json_are_written);
	tcase_add_test(tc, no_text_is_fine);
	tcase_add_test(tc, a_failed_text_stays_empty);
	tcase_add_test(tc, what_a_failed_text_is_given_to_fails);
	tcase_add_test(tc, an_exchange_has_no_body_of_a_failed_text);
	tcase_add_test(tc, equal_means_equal);
	tcase_add_test(tc, an_exchange_is_built);
	tcase_add_test(tc, an_exchange_goes_by_a_socket);
	tcase_add_test(tc, a_passphrase_is_of_its_exchange);
	tcase_add_test(tc, a_lifetime_is_stated);
	tcase_add_test(tc, a_lifetime_is_read);
	tcase_add_loop_test(tc, a_key_state_is_noted, 0, ROWS(states));
	tcase_add_loop_test(tc, a_failure_is_noted, 0, ROWS(failures));
	tcase_add_test(tc, json_is_read);
	tcase_add_test(tc, any_json_is_read);
	tcase_add_test(tc, headers_and_challenges_are_read);
	add_signature_tests(tc);
	tcase_add_test(tc, secrets_are_masked_in_texts);
	tcase_add_test(tc, durable_secrets_are_masked_while_they_are_used);
	tcase_add_test(tc, a_secret_is_the_present_one);
	tcase_add_test(tc, an_empty_header_is_no_signature);
	tcase_add_test(tc, a_header_may_find_no_memory);
	tcase_add_test(tc, a_parameter_may_find_no_memory);
	tcase_add_test(tc, a_body_has_a_digest);
	return run_suite(suite);
}
