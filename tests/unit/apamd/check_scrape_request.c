/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/agent/scrape_request.c.
 */
#include "agent/scrape_request.h"

#include <string.h>

#include "support/run.h"

#define GET "GET /metrics HTTP/1.1\r\n"
#define END "\r\n\r\n"

static const struct {
	const char *text;
	enum scrape_request what;
} rows[] = {
	{ GET "Host: 127.0.0.1:9469" END, SCRAPE_GOOD },
	{ GET "host:\t[::1] " END, SCRAPE_GOOD },
	{ GET "Host: localhost\r\nAccept: */*" END "more", SCRAPE_GOOD },
	{ "GET /metrics HTTP/1.0" END, SCRAPE_GOOD },
	{ "", SCRAPE_MORE },
	{ GET "Host: localhost\r\n", SCRAPE_MORE },
	{ "GET /metrics HTTP/1.1\n\n", SCRAPE_MORE },
	{ "POST /metrics HTTP/1.1" END, SCRAPE_METHOD },
	{ "get /metrics HTTP/1.1" END, SCRAPE_METHOD },
	{ "GET / HTTP/1.1" END, SCRAPE_ELSEWHERE },
	{ "GET /metrics?a HTTP/1.1" END, SCRAPE_ELSEWHERE },
	{ "GET http://localhost/metrics HTTP/1.1" END, SCRAPE_ELSEWHERE },
	{ "GET /metrics" END, SCRAPE_BAD },
	{ "GET /metrics HTTP/2" END, SCRAPE_BAD },
	{ "GET  /metrics HTTP/1.1" END, SCRAPE_BAD },
	{ GET "Host: attacker.example" END, SCRAPE_BAD },
	{ GET "Host: localhost.attacker.example" END, SCRAPE_BAD },
	{ GET "Host: localhost:" END, SCRAPE_BAD },
	{ GET "Host: localhost:80a" END, SCRAPE_BAD },
	{ GET "Host: " END, SCRAPE_BAD },
	{ GET "Host: localhost\r\nHost: localhost" END, SCRAPE_BAD },
	{ GET "Content-Length: 0" END, SCRAPE_BAD },
	{ GET "transfer-encoding: chunked" END, SCRAPE_BAD },
	{ GET "Accept" END, SCRAPE_BAD },
	{ GET ": x" END, SCRAPE_BAD },
	{ GET "Accept : x" END, SCRAPE_BAD },
	{ GET " folded: x" END, SCRAPE_BAD },
	{ GET "A: \x01" END, SCRAPE_BAD },
};

START_TEST(a_request_is_one_of_these)
{
	ck_assert_msg(
	    scrape_request_read(apam_str(rows[_i].text)) == rows[_i].what, "%s",
	    rows[_i].text);
}
END_TEST

START_TEST(a_head_without_an_end_is_bad)
{
	static char text[SCRAPE_REQUEST_MAX];
	struct apam_str bytes = { text, sizeof(text) };

	memset(text, 'a', sizeof(text));
	ck_assert_int_eq(scrape_request_read(bytes), SCRAPE_BAD);
	bytes.n--;
	ck_assert_int_eq(scrape_request_read(bytes), SCRAPE_MORE);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scrape_request");
	TCase *tests = tcase_create("scrape_request");

	tcase_add_loop_test(tests, a_request_is_one_of_these, 0, ROWS(rows));
	tcase_add_test(tests, a_head_without_an_end_is_bad);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
