/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/http/reach.c: a URL or a socket is reached only where the
 * module's table, the entry's values and the profile all say so.
 */
#include "http/reach.h"

#include "base/str.h"
#include "support/run.h"

enum { LOCAL, PLAIN, SOCKET, NAME, GROUP, MORE, OPTIONS };

static const struct apam_option members[] = {
	{ .name = "url", .type = APAM_OPT_URL, .flags = APAM_OPT_LOCAL_HTTP },
	{ .name = "socket", .type = APAM_OPT_PATH },
};

static const struct apam_option options[OPTIONS] = {
	[LOCAL] = { .name = "local",
	    .type = APAM_OPT_URL,
	    .flags = APAM_OPT_LOCAL_HTTP },
	[PLAIN] = { .name = "plain", .type = APAM_OPT_URL },
	[SOCKET] = { .name = "socket", .type = APAM_OPT_PATH },
	[NAME] = { .name = "name", .type = APAM_OPT_STRING },
	[GROUP] = { .name = "group",
	    .type = APAM_OPT_GROUP,
	    .members = members,
	    .member_count = 2 },
	[MORE] = { .name = "more",
	    .type = APAM_OPT_GROUPS,
	    .members = members,
	    .member_count = 2 },
};

#define SET(text)                                                              \
	{                                                                      \
		.set = true, .str = { text, sizeof(text) - 1 }                 \
	}

static const struct apam_value in_group[] = { SET("http://10.0.0.1"),
	SET("/run/group.sock") };
static const struct apam_value in_groups[] = { SET("http://10.0.0.2/x"),
	{ .set = false }, { .set = false }, SET("/run/groups.sock") };

static const struct apam_value values[OPTIONS] = {
	[LOCAL] = SET("http://169.254.169.254/latest"),
	[PLAIN] = SET("http://169.254.1.1"),
	[SOCKET] = SET("/run/a.sock"),
	[NAME] = SET("/run/name.sock"),
	[GROUP] = { .set = true, .members = in_group },
	[MORE] = { .set = true, .members = in_groups, .count = 2 },
};

static const struct apam_str addresses[] = { { "169.254.169.254", 15 },
	{ "169.254.1.1", 11 }, { "10.0.0.1", 8 }, { "10.0.0.2", 8 },
	{ "127.0.0.1", 9 } };

static struct reach
reach_of(bool allow_http)
{
	return (struct reach){ .allow_http = allow_http,
		.addresses = addresses,
		.address_count = ROWS(addresses),
		.options = { options, sizeof(options[0]), OPTIONS },
		.values = values };
}

#define CLEAR "http sends credentials in the clear: use https"
#define LOOPBACK "http to a loopback address needs allow_http = true"
#define LISTED                                                                 \
	"http to an address of the local network needs that address in "       \
	"http_addresses"

static const struct {
	const char *url, *why; /* NULL: reached */
} urls[] = {
	{ "https://anywhere.example/", NULL },
	{ "http://169.254.169.254/latest", NULL },
	{ "http://169.254.169.254/latest/api/token?a=b", NULL },
	{ "http://10.0.0.1/any", NULL },
	{ "http://10.0.0.2/x/y", NULL },
	/* Not below the option's value. */
	{ "http://169.254.169.254/latest2", CLEAR },
	{ "http://169.254.169.254/", CLEAR },
	{ "http://169.254.169.254/latest/../x", CLEAR },
	{ "http://169.254.169.254:8080/latest", CLEAR },
	{ "http://169.254.169.254.example.com/latest", CLEAR },
	{ "http://10.0.0.2/y", CLEAR },
	/* The option does not say that it may be http. */
	{ "http://169.254.1.1/", CLEAR },
	{ "http://127.0.0.1/", LOOPBACK },
	{ "http://anywhere.example/", CLEAR },
};

START_TEST(a_url_is_reached)
{
	const struct reach reach = reach_of(false);
	struct url url;
	const char *why;

	ck_assert_ptr_null(url_parse(apam_str(urls[_i].url), &url));
	why = reach_url(&reach, &url);
	ck_assert_msg((why == NULL) == (urls[_i].why == NULL) &&
		(why == NULL || strcmp(why, urls[_i].why) == 0),
	    "%s: %s", urls[_i].url, why == NULL ? "reached" : why);
}
END_TEST

/* The profile must list the address, as well. */
START_TEST(a_profile_has_a_say)
{
	struct reach reach = reach_of(true);
	struct url url;

	reach.address_count = 0;
	ck_assert_ptr_null(
	    url_parse(APAM_STR("http://169.254.169.254/latest"), &url));
	ck_assert_str_eq(reach_url(&reach, &url), LISTED);
	ck_assert_ptr_null(url_parse(APAM_STR("http://127.0.0.9/"), &url));
	ck_assert_ptr_null(reach_url(&reach, &url));
}
END_TEST

START_TEST(without_options_https_alone_is_reached)
{
	const struct reach none = { 0 };
	struct url url;

	ck_assert_ptr_null(url_parse(APAM_STR("https://h/"), &url));
	ck_assert_ptr_null(reach_url(&none, &url));
	ck_assert_ptr_null(url_parse(APAM_STR("http://10.0.0.1/"), &url));
	ck_assert_str_eq(reach_url(&none, &url), CLEAR);
	ck_assert_ptr_nonnull(reach_socket(&none, APAM_STR("/run/a.sock")));
}
END_TEST

static const struct {
	const char *path;
	bool reached;
} sockets[] = {
	{ "/run/a.sock", true },
	{ "/run/group.sock", true },
	{ "/run/groups.sock", true },
	{ "/run/a.sock/", false },
	{ "/run/a.soc", false },
	{ "/run/name.sock", false },
	{ "/run/other.sock", false },
	{ "", false },
};

START_TEST(a_socket_is_reached)
{
	const struct reach reach = reach_of(false);
	const char *why = reach_socket(&reach, apam_str(sockets[_i].path));

	ck_assert_msg((why == NULL) == sockets[_i].reached, "%s: %s",
	    sockets[_i].path, why == NULL ? "reached" : why);
	if (why != NULL)
		ck_assert_str_eq(why,
		    "the socket is not the value of an option of type path");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("reach");
	TCase *tc = tcase_create("reach");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_url_is_reached, 0, ROWS(urls));
	tcase_add_test(tc, a_profile_has_a_say);
	tcase_add_test(tc, without_options_https_alone_is_reached);
	tcase_add_loop_test(tc, a_socket_is_reached, 0, ROWS(sockets));
	return run_suite(suite);
}
