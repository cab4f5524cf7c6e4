/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * URLs and origins, row by row from tests/vectors/url, and what a table in a
 * file cannot show: lengths, views, http to loopback.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "support/run.h"
#include "support/vectors.h"
#include "text/url.h"

static struct vector refused[VECTOR_ROWS_MAX], accepted[VECTOR_ROWS_MAX];

static bool
is_cleared(const struct url *url)
{
	static const struct url zero;

	return memcmp(url, &zero, sizeof(zero)) == 0;
}

START_TEST(test_refused)
{
	const struct vector *row = &refused[_i];
	struct url origin, url;
	const char *why;

	ck_assert_uint_eq(row->count, 3);
	ck_assert_ptr_null(url_parse(row->fields[0], &origin));
	memset(&url, 0x5a, sizeof(url));
	why = url_parse(row->fields[1], &url);
	if (why != NULL)
		ck_assert(is_cleared(&url));
	else
		why = url_outside(&origin, &url);
	ck_assert_msg(why != NULL, "refused.txt:%u: accepted: %s", row->line,
	    row->fields[1].p);
	ck_assert_msg(strcmp(why, row->fields[2].p) == 0,
	    "refused.txt:%u: %s: \"%s\", not \"%s\"", row->line,
	    row->fields[1].p, why, row->fields[2].p);
}
END_TEST

static void
compare(const struct vector *row, const char *what, struct apam_str is,
    struct apam_str wanted)
{
	ck_assert_msg(str_equal(is, wanted),
	    "accepted.txt:%u: %s is \"%.*s\", not \"%.*s\"", row->line, what,
	    SARG(is), SARG(wanted));
}

START_TEST(test_accepted)
{
	const struct vector *row = &accepted[_i];
	struct url origin, url;
	const char *why;

	ck_assert_uint_eq(row->count, 6);
	ck_assert_ptr_null(url_parse(row->fields[0], &origin));
	why = url_parse(row->fields[1], &url);
	if (why == NULL)
		why = url_outside(&origin, &url);
	ck_assert_msg(why == NULL, "accepted.txt:%u: %s: %s", row->line,
	    row->fields[1].p, why);
	compare(row, "host", apam_str(url.host), row->fields[2]);
	compare(row, "path", url.path, row->fields[4]);
	compare(row, "query", url.query, row->fields[5]);
	ck_assert_int_eq(url.port, atoi(row->fields[3].p));
	compare(row, "text", url.text,
	    str_cut(row->fields[1], str_find(row->fields[1], '#')));
}
END_TEST

/* A long URL: `n` bytes of path after the origin. */
static const char *
parse_long(size_t n, struct url *url)
{
	static char text[URL_MAX + 100];
	static const char start[] = "https://api.example.com/";
	size_t head = sizeof(start) - 1;

	memset(text, 'a', sizeof(text));
	memcpy(text, start, head);
	return url_parse((struct apam_str){ text, n }, url);
}

START_TEST(test_length)
{
	struct url url;

	ck_assert_ptr_null(parse_long(URL_MAX, &url));
	ck_assert_uint_eq(url.text.n, URL_MAX);
	ck_assert_str_eq(
	    parse_long(URL_MAX + 1, &url), "the URL is longer than 8192 bytes");
	ck_assert(is_cleared(&url));
}
END_TEST

/* Nested escapes of the greatest length end in time and in bounds. */
START_TEST(test_long_escapes)
{
	static char text[URL_MAX + 1] = "https://h/a/%";
	struct url origin, url;
	size_t n = strlen(text);

	ck_assert_ptr_null(url_parse(APAM_STR("https://h/a"), &origin));
	while (n + 2 <= URL_MAX - 2) {
		memcpy(text + n, "25", 2);
		n += 2;
	}
	memcpy(text + n, "2f", 2);
	ck_assert_ptr_null(url_parse((struct apam_str){ text, n + 2 }, &url));
	ck_assert_str_eq(url_outside(&origin, &url),
	    "the path has an encoded slash or backslash");
	memcpy(text + n, "2e", 2);
	ck_assert_ptr_null(url_parse((struct apam_str){ text, n + 2 }, &url));
	ck_assert_str_eq(
	    url_outside(&origin, &url), "the path has a dot segment");
	memcpy(text + n, "61", 2);
	ck_assert_ptr_null(url_parse((struct apam_str){ text, n + 2 }, &url));
	ck_assert_ptr_null(url_outside(&origin, &url));
}
END_TEST

/* The view ends where its length says, whatever follows. */
START_TEST(test_no_read_beyond)
{
	static const char text[] = "https://api.example.com:8443/a?b#c";
	struct url url;

	for (size_t n = 0; n < sizeof(text); n++) {
		char *copy = malloc(n == 0 ? 1 : n);

		ck_assert_ptr_nonnull(copy);
		memcpy(copy, text, n);
		(void)url_parse((struct apam_str){ copy, n }, &url);
		free(copy);
	}
	ck_assert_ptr_null(url_parse((struct apam_str){ text, 27 }, &url));
	ck_assert_int_eq(url.port, 844);
	ck_assert_ptr_nonnull(url_parse((struct apam_str){ NULL, 0 }, &url));
}
END_TEST

/* No byte but those of RFC 3986 gets into a path or query. */
START_TEST(test_every_byte)
{
	static const char fine[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789"
				   "-._~!$&'()*+,;=:@/?#";
	char path[] = "https://h/?", query[] = "https://h/?*";
	struct url url;
	bool ok;

	for (int c = 0; c < 256; c++) {
		path[10] = (char)c;
		query[11] = (char)c;
		ok = url_parse((struct apam_str){ path, 11 }, &url) == NULL;
		ck_assert_msg(ok == (c != 0 && strchr(fine, c) != NULL),
		    "byte %d in a path", c);
		ok = url_parse((struct apam_str){ query, 12 }, &url) == NULL;
		ck_assert_msg(ok ==
			(c == '[' || c == ']' ||
			    (c != 0 && strchr(fine, c) != NULL)),
		    "byte %d in a query", c);
	}
}
END_TEST

#define CLEAR "http sends credentials in the clear: use https"
#define LOOPBACK "http to a loopback address needs allow_http = true"

static const struct insecure {
	const char *url;
	const char *without, *with; /* allow_http */
	bool loopback;
} insecures[] = {
	{ "https://api.example.com", NULL, NULL, false },
	{ "https://127.0.0.1", NULL, NULL, true },
	{ "http://api.example.com", CLEAR, CLEAR, false },
	{ "http://localhost", CLEAR, CLEAR, false },
	{ "http://localhost.localdomain", CLEAR, CLEAR, false },
	{ "http://127.0.0.1.example.com", CLEAR, CLEAR, false },
	{ "http://126.255.255.255", CLEAR, CLEAR, false },
	{ "http://128.0.0.1", CLEAR, CLEAR, false },
	{ "http://0.0.0.0", CLEAR, CLEAR, false },
	{ "http://192.168.0.1", CLEAR, CLEAR, false },
	{ "http://[::]", CLEAR, CLEAR, false },
	{ "http://[::2]", CLEAR, CLEAR, false },
	{ "http://[::ffff:127.0.0.1]", CLEAR, CLEAR, false },
	{ "http://[fe80::1]", CLEAR, CLEAR, false },
	{ "http://127.0.0.1", LOOPBACK, NULL, true },
	{ "http://127.0.0.1:8080", LOOPBACK, NULL, true },
	{ "http://127.255.255.255", LOOPBACK, NULL, true },
	{ "http://[::1]", LOOPBACK, NULL, true },
	{ "http://[::0:1]:8080", LOOPBACK, NULL, true },
};

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

START_TEST(test_insecure)
{
	const struct insecure *row = &insecures[_i];
	struct url url;

	ck_assert_ptr_null(url_parse(apam_str(row->url), &url));
	ck_assert_msg(
	    same_text(url_insecure(&url, false), row->without), "%s", row->url);
	ck_assert_msg(
	    same_text(url_insecure(&url, true), row->with), "%s", row->url);
	ck_assert_msg(url.loopback == row->loopback, "%s", row->url);
}
END_TEST

#define LISTED                                                                 \
	"http to an address of the local network needs that address in "       \
	"http_addresses"

static const struct apam_str listed[] = { { "169.254.169.254", 15 },
	{ "[fd00:ec2::254]", 15 }, { "127.0.0.5", 9 } };

static const struct {
	const char *url, *why; /* NULL: allowed */
	bool nearby;
} locals[] = {
	{ "http://169.254.169.254/latest", NULL, true },
	{ "http://169.254.169.254:8080", NULL, true },
	{ "https://169.254.169.254", NULL, true },
	{ "http://[fd00:ec2:0:0::254]", NULL, true },
	{ "http://127.0.0.5", NULL, false },
	{ "http://127.0.0.6", LOOPBACK, false },
	{ "http://169.254.0.0", LISTED, true },
	{ "http://169.254.255.255", LISTED, true },
	{ "http://169.253.255.255", CLEAR, false },
	{ "http://169.255.0.0", CLEAR, false },
	{ "http://10.0.0.0", LISTED, true },
	{ "http://10.255.255.255", LISTED, true },
	{ "http://9.255.255.255", CLEAR, false },
	{ "http://11.0.0.0", CLEAR, false },
	{ "http://172.16.0.0", LISTED, true },
	{ "http://172.31.255.255", LISTED, true },
	{ "http://172.15.255.255", CLEAR, false },
	{ "http://172.32.0.0", CLEAR, false },
	{ "http://192.168.0.0", LISTED, true },
	{ "http://192.168.255.255", LISTED, true },
	{ "http://192.167.255.255", CLEAR, false },
	{ "http://192.169.0.0", CLEAR, false },
	{ "http://[fe80::1]", LISTED, true },
	{ "http://[febf:ffff::]", LISTED, true },
	{ "http://[fe7f::1]", CLEAR, false },
	{ "http://[fec0::1]", CLEAR, false },
	{ "http://[fc00::1]", LISTED, true },
	{ "http://[fdff::1]", LISTED, true },
	{ "http://[fbff::1]", CLEAR, false },
	{ "http://[fe00::1]", CLEAR, false },
	{ "http://[::ffff:169.254.169.254]", CLEAR, false },
	{ "http://[::ffff:10.0.0.1]", CLEAR, false },
	{ "http://169.254.169.254.example.com", CLEAR, false },
	{ "http://metadata.google.internal", CLEAR, false },
	{ "http://100.100.100.200", CLEAR, false },
	{ "http://0.0.0.0", CLEAR, false },
};

START_TEST(test_local_network)
{
	struct url url;
	const char *why;

	ck_assert_ptr_null(url_parse(apam_str(locals[_i].url), &url));
	why = url_insecure_listed(&url, false, listed, ROWS(listed));
	ck_assert_msg(same_text(why, locals[_i].why), "%s: %s", locals[_i].url,
	    why == NULL ? "allowed" : why);
	ck_assert_msg(url.nearby == locals[_i].nearby, "%s", locals[_i].url);
	/* Without the list nothing of it is allowed. */
	why = url_insecure(&url, true);
	ck_assert_msg(
	    (why == NULL) == (url.https || url.loopback), "%s", locals[_i].url);
}
END_TEST

static const struct {
	const char *text, *host; /* NULL: refused */
} addresses[] = {
	{ "169.254.169.254", "169.254.169.254" },
	{ "10.1.2.3", "10.1.2.3" },
	{ "127.0.0.1", "127.0.0.1" },
	{ "::1", "[::1]" },
	{ "FD00:EC2::254", "[fd00:ec2::254]" },
	{ "fd00:ec2:0:0:0:0:0:254", "[fd00:ec2::254]" },
	{ "fe80::1", "[fe80::1]" },
	{ "", NULL },
	{ "8.8.8.8", NULL },
	{ "2001:db8::1", NULL },
	{ "0.0.0.0", NULL },
	{ "::", NULL },
	{ "::ffff:10.0.0.1", NULL },
	{ "localhost", NULL },
	{ "dead.beef", NULL },
	{ "10.0.0.1/8", NULL },
	{ "10.0.0.0/8", NULL },
	{ "10.0.0.1:80", NULL },
	{ "[::1]", NULL },
	{ "fe80::1%eth0", NULL },
	{ "10.1", NULL },
	{ "010.0.0.1", NULL },
	{ "10.0.0.1.", NULL },
	{ "fd00:ec2:0:0:0:0:0:254:0:0:0:0:0:0:0:0:0:0:0:0:0", NULL },
};

START_TEST(test_address)
{
	char host[URL_HOST_MAX + 1] = "";
	const char *why = url_address(apam_str(addresses[_i].text), host);

	ck_assert_msg((why == NULL) == (addresses[_i].host != NULL), "%s",
	    addresses[_i].text);
	if (why == NULL)
		ck_assert_str_eq(host, addresses[_i].host);
}
END_TEST

/* What leads to this machine by its text, and so never to a proxy. */
static const struct {
	const char *url;
	bool local;
} places[] = {
	{ "https://127.0.0.1", true },
	{ "http://127.255.255.254:8080/a", true },
	{ "https://[::1]:8443", true },
	{ "https://[::ffff:127.0.0.1]", true },
	{ "https://[::ffff:7f00:1]", true },
	{ "https://0.0.0.0", true },
	{ "https://[::]", true },
	{ "https://localhost", true },
	{ "https://LocalHost:8443/", true },
	{ "https://api.localhost", true },
	{ "https://a.b.LOCALHOST", true },
	{ "https://notlocalhost", false },
	{ "https://localhost.example.com", false },
	{ "https://127.0.0.1.example.com", false },
	{ "https://128.0.0.1", false },
	{ "https://[::ffff:128.0.0.1]", false },
	{ "https://[::2]", false },
	{ "https://api.example.com", false },
};

START_TEST(a_local_host_is_known)
{
	struct url url;

	ck_assert_ptr_null(url_parse(apam_str(places[_i].url), &url));
	ck_assert_msg(
	    url_is_local(&url) == places[_i].local, "%s", places[_i].url);
}
END_TEST

static const struct {
	const char *url, *origin;
} origins[] = {
	{ "https://api.example", "https://api.example" },
	{ "https://api.example/", "https://api.example" },
	{ "HTTPS://API.Example:443/v1?x=//y#z", "HTTPS://API.Example:443" },
	{ "https://api.example?x", "https://api.example" },
	{ "https://api.example#x", "https://api.example" },
	{ "http://[::1]:8080/a", "http://[::1]:8080" },
};

static const struct {
	const char *url, *origin;
} spellings[] = {
	{ "https://API.example.com/a?b", "https://api.example.com" },
	{ "https://api.example.com:443", "https://api.example.com" },
	{ "https://api.example.com:80/", "https://api.example.com:80" },
	{ "http://127.0.0.1:80/", "http://127.0.0.1" },
	{ "http://127.0.0.1:8443/", "http://127.0.0.1:8443" },
	{ "https://[2001:DB8::1]:65535/x", "https://[2001:db8::1]:65535" },
};

START_TEST(an_origin_is_written_in_one_way)
{
	char text[URL_ORIGIN_SIZE];
	struct url url;

	ck_assert_ptr_null(url_parse(apam_str(spellings[_i].url), &url));
	url_origin(url.https, url.host, url.port, text);
	ck_assert_str_eq(text, spellings[_i].origin);
}
END_TEST

START_TEST(the_origin_ends_before_the_path)
{
	struct url url;

	ck_assert_ptr_null(url_parse(apam_str(origins[_i].url), &url));
	ck_assert_msg(str_equal(url.origin, apam_str(origins[_i].origin)),
	    "%s: \"%.*s\"", origins[_i].url, SARG(url.origin));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("url");
	TCase *tc = tcase_create("url");
	int bad = vectors_read("tests/vectors/url/refused.txt", refused);
	int good = vectors_read("tests/vectors/url/accepted.txt", accepted);
	int status;

	if (bad == 0 || good == 0)
		return 1;
	tcase_add_loop_test(tc, test_refused, 0, bad);
	tcase_add_loop_test(tc, test_accepted, 0, good);
	tcase_add_test(tc, test_length);
	tcase_add_test(tc, test_long_escapes);
	tcase_add_test(tc, test_no_read_beyond);
	tcase_add_test(tc, test_every_byte);
	tcase_add_loop_test(tc, test_insecure, 0, ROWS(insecures));
	tcase_add_loop_test(tc, test_local_network, 0, ROWS(locals));
	tcase_add_loop_test(tc, test_address, 0, ROWS(addresses));
	tcase_add_loop_test(tc, a_local_host_is_known, 0, ROWS(places));
	tcase_add_loop_test(
	    tc, an_origin_is_written_in_one_way, 0, ROWS(spellings));
	tcase_add_loop_test(
	    tc, the_origin_ends_before_the_path, 0, ROWS(origins));
	suite_add_tcase(suite, tc);
	status = run_suite(suite);
	vectors_free(refused, bad);
	vectors_free(accepted, good);
	return status;
}
