/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lifetimes in every shape that a provider was seen to send, and some that
 * none should.  The JSON is parsed for real: what a number looks like after
 * that is part of the test.
 */
#include <string.h>

#include "support/no_malloc.h"
#include "support/run.h"
#include "text/encode.h"
#include "text/json.h"
#include "text/lifetime.h"

#define UNSTATED LIFETIME_UNSTATED
#define MAX LIFETIME_MAX

static const struct shape {
	const char *json;
	int64_t seconds;
} shapes[] = {
	{ "{}", UNSTATED },
	{ "{\"expires_in\":null}", UNSTATED },
	{ "{\"expires_in\":true}", UNSTATED },
	{ "{\"expires_in\":false}", UNSTATED },
	{ "{\"expires_in\":[3600]}", UNSTATED },
	{ "{\"expires_in\":{\"seconds\":3600}}", UNSTATED },
	{ "{\"expires_in\":[]}", UNSTATED },
	{ "{\"expires_in\":\"\"}", UNSTATED },
	{ "{\"expires_in\":\" 3600\"}", UNSTATED },
	{ "{\"expires_in\":\"3600 \"}", UNSTATED },
	{ "{\"expires_in\":\"3600s\"}", UNSTATED },
	{ "{\"expires_in\":\"1h\"}", UNSTATED },
	{ "{\"expires_in\":\"3600.9\"}", UNSTATED },
	{ "{\"expires_in\":\"-1\"}", UNSTATED },
	{ "{\"expires_in\":\"+1\"}", UNSTATED },
	{ "{\"expires_in\":\"never\"}", UNSTATED },
	{ "{\"expires_in\":0}", UNSTATED },
	{ "{\"expires_in\":-0}", UNSTATED },
	{ "{\"expires_in\":-1}", UNSTATED },
	{ "{\"expires_in\":-9223372036854775808}", UNSTATED },
	{ "{\"expires_in\":-99999999999999999999}", UNSTATED },
	{ "{\"expires_in\":0.9}", UNSTATED },
	{ "{\"expires_in\":-0.1}", UNSTATED },
	{ "{\"expires_in\":-1e300}", UNSTATED },
	{ "{\"expires_in\":\"0\"}", UNSTATED },
	{ "{\"expires_in\":1}", 1 },
	{ "{\"expires_in\":3600}", 3600 },
	{ "{\"expires_in\":3600.9}", 3600 },
	{ "{\"expires_in\":3.6e3}", 3600 },
	{ "{\"expires_in\":\"3600\"}", 3600 },
	{ "{\"expires_in\":\"03600\"}", 3600 },
	{ "{\"expires_in\":315360000}", MAX },
	{ "{\"expires_in\":315360001}", MAX },
	{ "{\"expires_in\":\"315360001\"}", MAX },
	{ "{\"expires_in\":9223372036854775807}", MAX },
	{ "{\"expires_in\":9223372036854775808}", MAX },
	{ "{\"expires_in\":99999999999999999999999999999999}", MAX },
	{ "{\"expires_in\":\"99999999999999999999999999999999\"}", MAX },
	{ "{\"expires_in\":1e18}", MAX },
	{ "{\"expires_in\":1e300}", MAX },
	{ "{\"id\":99999999999999999999,\"expires_in\":3600}", 3600 },
};

START_TEST(test_shape)
{
	const struct shape *row = &shapes[_i];
	struct json *json;
	const char *why = json_new(apam_str(row->json), &json);
	int64_t seconds;

	ck_assert_msg(why == NULL, "%s: %s", row->json, why);
	seconds = lifetime_from_json(json_at(json, "/expires_in"));
	ck_assert_msg(
	    seconds == row->seconds, "%s: %lld", row->json, (long long)seconds);
	json_free(&json);
}
END_TEST

/* A real that no double holds makes the JSON itself an error. */
START_TEST(test_overflowing_real)
{
	struct json *json;

	ck_assert_str_eq(json_new(APAM_STR("{\"expires_in\":1e400}"), &json),
	    "the JSON has a number that is too large");
	ck_assert_ptr_null(json);
}
END_TEST

/* Append a part of a JWT. */
static void
put_part(struct buf *jwt, const char *json)
{
	size_t before = jwt->n;

	encode_base64(jwt, apam_str(json));
	for (size_t i = before; i < jwt->n; i++) {
		if (jwt->p[i] == '+')
			jwt->p[i] = '-';
		if (jwt->p[i] == '/')
			jwt->p[i] = '_';
	}
	while (jwt->n > before && jwt->p[jwt->n - 1] == '=')
		buf_truncate(jwt, jwt->n - 1);
}

static void
make_jwt(struct buf *jwt, const char *header, const char *payload)
{
	buf_init(jwt, 200000);
	put_part(jwt, header);
	buf_put_char(jwt, '.');
	put_part(jwt, payload);
	buf_put(jwt, APAM_STR(".c2ln"));
}

#define HEADER "{\"alg\":\"none\"}"

static const struct claims {
	const char *header, *payload;
	int64_t exp;
} claims[] = {
	{ HEADER, "", UNSTATED },
	{ HEADER, "{}", UNSTATED },
	{ HEADER, "[]", UNSTATED },
	{ HEADER, "1", UNSTATED },
	{ HEADER, "no json", UNSTATED },
	{ HEADER, "{\"exp\":1700000000} ", 1700000000 },
	{ HEADER, "{\"exp\":1700000000}x", UNSTATED },
	{ HEADER, "{\"exp\":1,\"exp\":2}", UNSTATED },
	{ HEADER, "{\"exp\":null}", UNSTATED },
	{ HEADER, "{\"exp\":\"1700000000\"}", UNSTATED },
	{ HEADER, "{\"exp\":true}", UNSTATED },
	{ HEADER, "{\"exp\":[1700000000]}", UNSTATED },
	{ HEADER, "{\"a\":{\"exp\":1700000000}}", UNSTATED },
	{ HEADER, "{\"Exp\":1700000000}", UNSTATED },
	{ "", "{\"exp\":1700000000}", UNSTATED },
	{ "no json", "{\"exp\":1700000000}", UNSTATED },
	{ "[]", "{\"exp\":1700000000}", UNSTATED },
	{ HEADER, "{\"exp\":1700000000}", 1700000000 },
	{ HEADER, "{\"exp\":1700000000.7}", 1700000000 },
	{ HEADER, "{\"iat\":1,\"exp\":2,\"x\":\"\\u00e4\"}", 2 },
	{ HEADER, "{\"exp\":0}", 0 },
	{ HEADER, "{\"exp\":-5}", 0 },
	{ HEADER, "{\"exp\":1e300}", INT64_MAX },
	{ HEADER, "{\"exp\":99999999999999999999}", INT64_MAX },
};

START_TEST(test_jwt)
{
	const struct claims *row = &claims[_i];
	struct buf jwt;
	int64_t exp;

	make_jwt(&jwt, row->header, row->payload);
	exp = lifetime_jwt_exp(buf_view(&jwt));
	ck_assert_msg(exp == row->exp, "%s . %s: %lld", row->header,
	    row->payload, (long long)exp);
	buf_free(&jwt);
}
END_TEST

/* RFC 7519, 3.1: exp is 1300819380. */
#define RFC_HEADER "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
#define RFC_PAYLOAD                                                            \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl" \
	"LmNvbS9pc19yb290Ijp0cnVlfQ"
#define RFC_SIGNATURE "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

static const struct token {
	const char *text;
	int64_t exp;
} tokens[] = {
	{ "", UNSTATED },
	{ ".", UNSTATED },
	{ "..", UNSTATED },
	{ "...", UNSTATED },
	{ "opaque-fake-token", UNSTATED },
	{ "a.b.c", UNSTATED },
	{ RFC_HEADER "." RFC_PAYLOAD, UNSTATED },
	{ RFC_PAYLOAD "." RFC_SIGNATURE, UNSTATED },
	{ RFC_HEADER "." RFC_PAYLOAD "." RFC_SIGNATURE ".", UNSTATED },
	{ RFC_HEADER "." RFC_PAYLOAD ".x.y", UNSTATED },
	{ RFC_HEADER "." RFC_PAYLOAD "==." RFC_SIGNATURE, UNSTATED },
	{ RFC_HEADER ". " RFC_PAYLOAD "." RFC_SIGNATURE, UNSTATED },
	{ RFC_HEADER "!." RFC_PAYLOAD "." RFC_SIGNATURE, UNSTATED },
	{ "." RFC_PAYLOAD "." RFC_SIGNATURE, UNSTATED },
	{ RFC_HEADER "." RFC_PAYLOAD "." RFC_SIGNATURE, 1300819380 },
	{ RFC_HEADER "." RFC_PAYLOAD ".", 1300819380 },
};

START_TEST(test_token)
{
	const struct token *row = &tokens[_i];
	int64_t exp = lifetime_jwt_exp(apam_str(row->text));

	ck_assert_msg(exp == row->exp, "%s: %lld", row->text, (long long)exp);
}
END_TEST

START_TEST(test_huge_jwt)
{
	static char payload[70000];
	struct buf jwt;

	memset(payload, ' ', sizeof(payload) - 1);
	memcpy(payload, "{\"exp\":5}", 9);
	make_jwt(&jwt, HEADER, payload);
	ck_assert_int_eq(lifetime_jwt_exp(buf_view(&jwt)), UNSTATED);
	buf_free(&jwt);
	payload[65536] = '\0';
	make_jwt(&jwt, HEADER, payload);
	ck_assert_int_eq(lifetime_jwt_exp(buf_view(&jwt)), 5);
	buf_free(&jwt);
}
END_TEST

#define NOW 1700000000

static const struct choice {
	const char *name;
	int64_t stated;
	const char *payload; /* NULL: the token is opaque */
	int64_t now, ttl, seconds;
} choices[] = {
	{ "stated", 3600, NULL, NOW, 900, 3600 },
	{ "stated before exp", 10, "{\"exp\":1700003600}", NOW, 900, 10 },
	{ "exp before stated", 86400, "{\"exp\":1700003600}", NOW, 900, 3600 },
	{ "stated, exp past", 86400, "{\"exp\":1}", NOW, 900, 0 },
	{ "stated, exp far", 10, "{\"exp\":1e300}", NOW, 900, 10 },
	{ "stated, JWT without exp", 10, "{}", NOW, 900, 10 },
	{ "use once", 0, "{\"exp\":1700003600}", NOW, 900, 0 },
	{ "stated is cut", MAX + 1, NULL, NOW, 900, MAX },
	{ "for ever", APAM_FOREVER, NULL, NOW, 900, APAM_FOREVER },
	{ "exp", UNSTATED, "{\"exp\":1700003600}", NOW, 900, 3600 },
	{ "exp now", UNSTATED, "{\"exp\":1700000000}", NOW, 900, 0 },
	{ "exp past", UNSTATED, "{\"exp\":1}", NOW, 900, 0 },
	{ "exp negative", UNSTATED, "{\"exp\":-7}", NOW, 900, 0 },
	{ "exp far", UNSTATED, "{\"exp\":1e300}", NOW, 900, MAX },
	{ "exp, odd clock", UNSTATED, "{\"exp\":9}", INT64_MIN, 900, MAX },
	{ "exp, late clock", UNSTATED, "{\"exp\":9}", INT64_MAX, 900, 0 },
	{ "ttl", UNSTATED, NULL, NOW, 900, 900 },
	{ "ttl, JWT without exp", UNSTATED, "{}", NOW, 900, 900 },
	{ "ttl for ever", UNSTATED, NULL, NOW, APAM_FOREVER, APAM_FOREVER },
	{ "ttl is cut", UNSTATED, NULL, NOW, MAX + 1, MAX },
};

START_TEST(test_choose)
{
	const struct choice *row = &choices[_i];
	struct apam_str token = APAM_STR("opaque");
	struct buf jwt = { 0 };
	int64_t seconds;

	if (row->payload != NULL) {
		make_jwt(&jwt, HEADER, row->payload);
		token = buf_view(&jwt);
	}
	seconds = lifetime_choose(
	    row->stated, token, row->now, row->now, row->ttl);
	ck_assert_msg(
	    seconds == row->seconds, "%s: %lld", row->name, (long long)seconds);
	buf_free(&jwt);
}
END_TEST

static const int64_t margins[][2] = {
	{ INT64_MIN, 0 },
	{ -1, 0 },
	{ 0, 0 },
	{ 1, 100 },
	{ 10, 1000 },
	{ 599, 59900 },
	{ 600, 60000 },
	{ 601, 60000 },
	{ 86400, 60000 },
	{ APAM_FOREVER, 60000 },
};

START_TEST(test_margin)
{
	ck_assert_int_eq(lifetime_margin_ms(margins[_i][0]), margins[_i][1]);
}
END_TEST

/* A token that was not read may say less than what came beside it. */
START_TEST(without_memory_nothing_is_chosen)
{
	struct buf jwt = { 0 };
	int64_t seconds;

	make_jwt(&jwt, HEADER, "{\"exp\":9}");
	no_malloc = true;
	seconds = lifetime_choose(60, buf_view(&jwt), 0, 0, 900);
	no_malloc = false;
	ck_assert_int_eq(seconds, LIFETIME_UNREAD);
	ck_assert_int_eq(lifetime_choose(60, buf_view(&jwt), 0, 0, 900), 9);
	buf_free(&jwt);
}
END_TEST

/* An exchange takes its time, within which the token may end. */
START_TEST(what_ended_under_way_is_used_once)
{
	struct buf jwt = { 0 };

	make_jwt(&jwt, HEADER, "{\"exp\":100}");
	ck_assert_int_eq(lifetime_choose(60, buf_view(&jwt), 90, 99, 900), 10);
	ck_assert_int_eq(lifetime_choose(60, buf_view(&jwt), 90, 100, 900), 0);
	ck_assert_int_eq(
	    lifetime_choose(UNSTATED, buf_view(&jwt), 90, 120, 900), 0);
	ck_assert_int_eq(lifetime_choose(5, buf_view(&jwt), 90, 94, 900), 5);
	buf_free(&jwt);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("lifetime");
	TCase *tc = tcase_create("lifetime");

	tcase_add_loop_test(tc, test_shape, 0, ROWS(shapes));
	tcase_add_test(tc, test_overflowing_real);
	tcase_add_loop_test(tc, test_jwt, 0, ROWS(claims));
	tcase_add_loop_test(tc, test_token, 0, ROWS(tokens));
	tcase_add_test(tc, test_huge_jwt);
	tcase_add_loop_test(tc, test_choose, 0, ROWS(choices));
	tcase_add_test(tc, what_ended_under_way_is_used_once);
	tcase_add_test(tc, without_memory_nothing_is_chosen);
	tcase_add_loop_test(tc, test_margin, 0, ROWS(margins));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
