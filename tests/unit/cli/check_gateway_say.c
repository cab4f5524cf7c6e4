/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/gateway/gateway_say.c: how a gateway is called and looked at,
 * for each way to know who calls, and that a token is shown on a terminal alone.
 */
#define _GNU_SOURCE /* posix_openpt */
#include "gateway/gateway_options.c"
#include "gateway/gateway_say.c"

#include <fcntl.h>
#include <termios.h>

#include "support/run.h"

void
complain(const char *format, ...)
{
	(void)format;
}

char *
session_path(const char *named)
{
	return strdup(named);
}

const char *
args_value(const struct args *args, const char *name)
{
	(void)args;
	(void)name;
	return NULL;
}

static char crm[] = "crm", authority[] = "api.example:8443",
	    url[] = "https://api.example:8443";
static struct gateway_origin origins[] = {
	{ .profile = crm,
	    .origin = url,
	    .authority = authority,
	    .by_path = true },
	{ .profile = crm, .origin = authority, .authority = authority },
};

/* Three texts that are said, for each way. */
static const struct {
	struct gateway_options options;
	const char *token;
	const char *says[3];
} rows[] = {
	{ { .dir = "/d", .listen = "unix:/d/socket" }, "",
	    { "to look at it in a browser, start it with --page PORT\n",
		"  curl --unix-socket /d/socket http://localhost/crm/PATH\n",
		"  curl --unix-socket /d/socket "
		"http://api.example:8443/PATH\n" } },
	{ { .dir = "/d",
	      .listen = "unix:/d/socket",
	      .page_listen = "127.0.0.1:81" },
	    "s3cr3t",
	    { "look at it:\n  xdg-open /d/page.html\ncall it:\n",
		"  /crm/ is https://api.example:8443/\n",
		"apam gateway on unix:/d/socket:\n" } },
	{ { .dir = "/d", .listen = "127.0.0.1:80", .who = GATEWAY_TOKEN },
	    "s3cr3t",
	    { "look at it:\n  xdg-open /d/page.html\ncall it:\n",
		"  curl -H \"Authorization: Bearer $(cat /d/token)\" "
		"http://127.0.0.1:80/crm/PATH\n",
		"  http_proxy=http://apam:$(cat /d/token)@127.0.0.1:80 "
		"curl http://api.example:8443/PATH\n" } },
	{ { .dir = "/d", .listen = "127.0.0.1:80", .who = GATEWAY_SOCKETS }, "",
	    { "look at it:\n  http://127.0.0.1:80/-/apam/\n",
		"  curl http://127.0.0.1:80/crm/PATH\n",
		"  http_proxy=http://127.0.0.1:80 "
		"curl http://api.example:8443/PATH\n" } },
};

/* What is said, which the caller frees. */
static char *
say(size_t row, size_t count)
{
	const struct nginx_conf conf = { .origins = origins, .count = count };
	FILE *to = tmpfile();
	char *text = calloc(1, 4096);

	ck_assert(to != NULL && text != NULL);
	gateway_say(&rows[row].options, &conf, rows[row].token, to);
	rewind(to);
	ck_assert_uint_gt(fread(text, 1, 4095, to), 0);
	(void)fclose(to);
	return text;
}

START_TEST(how_it_is_called_is_said)
{
	char *text = say((size_t)_i, 2);

	for (size_t i = 0; i < 3; i++)
		ck_assert_msg(strstr(text, rows[_i].says[i]) != NULL,
		    "row %d: \"%s\" is not in:\n%s", _i, rows[_i].says[i],
		    text);
	ck_assert_ptr_null(strstr(text, "s3cr3t"));
	free(text);
}
END_TEST

START_TEST(where_no_profile_is_left_it_says_so)
{
	char *text = say((size_t)_i, 0);

	ck_assert_ptr_nonnull(strstr(text, "  no profile is left\n"));
	ck_assert_ptr_null(strstr(text, "call it"));
	free(text);
}
END_TEST

/* Read from a terminal until a text is there. */
static void
wait_for(int terminal, const char *text)
{
	char all[4096] = "";
	size_t n = 0;
	ssize_t got;

	while (strstr(all, text) == NULL) {
		got = read(terminal, all + n, sizeof(all) - 1 - n);
		ck_assert_msg(got > 0, "\"%s\" is not in:\n%s", text, all);
		n += (size_t)got;
		all[n] = '\0';
	}
}

START_TEST(a_terminal_is_shown_the_token)
{
	const struct nginx_conf conf = { .origins = origins, .count = 1 };
	const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
	FILE *to;

	ck_assert_int_ge(terminal, 0);
	ck_assert_int_eq(grantpt(terminal), 0);
	ck_assert_int_eq(unlockpt(terminal), 0);
	to = fopen(ptsname(terminal), "r+");
	ck_assert_ptr_nonnull(to);
	gateway_say(&rows[1].options, &conf, rows[1].token, to);
	wait_for(terminal, "  http://127.0.0.1:81/-/apam/#s3cr3t\r\n");
	(void)fclose(to);
	(void)close(terminal);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("gateway_say");
	TCase *tc = tcase_create("gateway_say");

	tcase_add_loop_test(tc, how_it_is_called_is_said, 0, ROWS(rows));
	tcase_add_loop_test(
	    tc, where_no_profile_is_left_it_says_so, 0, ROWS(rows));
	tcase_add_test(tc, a_terminal_is_shown_the_token);
	suite_add_tcase(s, tc);
	return run_suite(s);
}
