/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/http/exchange_log.c: what is told of an exchange, that nothing
 * is where nobody reads it, and that no secret is anywhere in it.
 */
#include "http/exchange_log.h"

#include <stdio.h>
#include <string.h>

#include "base/secmem.h"
#include "support/run.h"

static char lines[4096];

static void
take(void *arg, enum apam_log_level level, const char *line)
{
	(void)arg;
	ck_assert_int_eq(level, APAM_LOG_DEBUG);
	ck_assert_uint_lt(strlen(lines) + strlen(line) + 2, sizeof(lines));
	strcat(strcat(lines, line), "\n");
}

static struct log log_to = { .write = take, .level = APAM_LOG_DEBUG };
static const struct exchange_of of = { &log_to, "demo", 2 };

static void
setup(void)
{
	lines[0] = '\0';
	log_to.level = APAM_LOG_DEBUG;
}

static void
send(const char *url)
{
	struct exchange x;

	exchange_init(&x);
	exchange_begin(&x, APAM_STR("POST"), apam_str(url), APAM_ENCODING_FORM);
	exchange_add(&x, APAM_STR("client_secret"), APAM_STR("CANARY"));
	fields_add_header(
	    &x.headers, APAM_STR("Authorization"), APAM_STR("Basic CANARY"));
	ck_assert_ptr_null(exchange_finish(&x, &(struct reach){ 0 }));
	exchange_log_sent(&of, &x);
	exchange_free(&x);
}

START_TEST(what_is_sent_is_told)
{
	send("https://a.example:8443/token?key=CANARY");
	ck_assert_str_eq(lines,
	    "demo: entry 2: > POST https://a.example:8443/token?***, 20 bytes, "
	    "headers: Authorization, Content-Type, Accept\n");
}
END_TEST

static void
answer(size_t headers)
{
	const struct apam_header one = { APAM_STR("X-Name"),
		APAM_STR("CANARY") };
	struct apam_header all[200];
	struct response r;

	for (size_t i = 0; i < headers; i++)
		all[i] = one;
	response_view(&r, 200, all, headers, APAM_STR("{\"t\":\"CANARY\"}"));
	exchange_log_answer(&of, &r, 17);
	response_free(&r);
}

START_TEST(what_comes_is_told)
{
	answer(2);
	answer(0);
	exchange_log_failure(&of, "nobody there", 3);
	ck_assert_str_eq(lines,
	    "demo: entry 2: < 200, 14 bytes, after 17 ms, headers: X-Name, "
	    "X-Name\n"
	    "demo: entry 2: < 200, 14 bytes, after 17 ms, headers: none\n"
	    "demo: entry 2: < no answer after 3 ms: nobody there\n");
}
END_TEST

START_TEST(many_names_are_cut)
{
	answer(200);
	ck_assert_ptr_nonnull(strstr(lines, "X-Name, ...\n"));
	ck_assert_uint_lt(strlen(lines), 300);
}
END_TEST

START_TEST(nobody_is_told_who_does_not_ask)
{
	log_to.level = APAM_LOG_INFO;
	send("https://a.example/");
	answer(2);
	exchange_log_failure(&of, "nobody there", 3);
	ck_assert_str_eq(lines, "");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("exchange_log");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, what_is_sent_is_told);
	tcase_add_test(tc, what_comes_is_told);
	tcase_add_test(tc, many_names_are_cut);
	tcase_add_test(tc, nobody_is_told_who_does_not_ask);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
