/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/gateway/nginx_conf.c: which upstream, location and names an
 * origin becomes, and what cannot be written into a file of nginx's.
 */
#include "gateway/nginx_conf.c"
#include "gateway/nginx_http.c"

#include "support/run.h"

static struct nginx_conf conf;

static void
setup(void)
{
	conf = (struct nginx_conf){ .module = "/lib/module.so",
		.dir = "/run/gateway",
		.listen = "unix:/run/gateway/socket" };
}

static void
teardown(void)
{
	nginx_conf_free(&conf);
}

static void
add(const char *name, const char *const *origins, size_t count)
{
	const struct apam_profile_info info = { .size = sizeof(info),
		.name = name,
		.origins = origins,
		.origin_count = count };

	ck_assert(nginx_conf_add(&conf, &info));
}

static const struct {
	const char *origin, *bare, *host, *authority, *address;
	bool https;
} rows[] = {
	{ "https://api.example", "https://api.example", "api.example",
	    "api.example", "api.example:443", true },
	{ "https://api.example:443/v1", "https://api.example", "api.example",
	    "api.example", "api.example:443", true },
	{ "https://api.example:8443/v1/x?", "https://api.example:8443",
	    "api.example", "api.example:8443", "api.example:8443", true },
	{ "http://127.0.0.1:80", "http://127.0.0.1", "127.0.0.1", "127.0.0.1",
	    "127.0.0.1:80", false },
	{ "http://127.0.0.1:443", "http://127.0.0.1:443", "127.0.0.1",
	    "127.0.0.1:443", "127.0.0.1:443", false },
	{ "https://[::1]:8443", "https://[::1]:8443", "[::1]", "[::1]:8443",
	    "[::1]:8443", true },
	{ "https://[::1]", "https://[::1]", "[::1]", "[::1]", "[::1]:443",
	    true },
};

START_TEST(an_origin_is_taken_apart)
{
	const struct gateway_origin *o;

	add("p", &rows[_i].origin, 1);
	ck_assert_uint_eq(conf.count, 1);
	o = &conf.origins[0];
	ck_assert_str_eq(o->profile, "p");
	ck_assert_str_eq(o->origin, rows[_i].bare);
	ck_assert_str_eq(o->host, rows[_i].host);
	ck_assert_str_eq(o->authority, rows[_i].authority);
	ck_assert_str_eq(o->address, rows[_i].address);
	ck_assert(o->https == rows[_i].https);
	ck_assert(o->by_path);
}
END_TEST

static const char *const several[] = { "https://a.example/v1",
	"https://a.example/v2", "https://b.example" };

START_TEST(paths_of_one_host_are_one)
{
	add("p", several, 3);
	ck_assert_uint_eq(conf.count, 2);
	ck_assert(conf.origins[0].by_path);
	ck_assert(!conf.origins[1].by_path);
}
END_TEST

START_TEST(the_next_origin_takes_the_path)
{
	add("p", several, 3);
	add("q", several, 1);
	nginx_conf_drop(&conf, 0);
	ck_assert_uint_eq(conf.count, 2);
	ck_assert_str_eq(conf.origins[0].host, "b.example");
	ck_assert(conf.origins[0].by_path);
	nginx_conf_drop(&conf, 0);
	ck_assert_str_eq(conf.origins[0].profile, "q");
	nginx_conf_drop(&conf, 0);
	ck_assert_uint_eq(conf.count, 0);
}
END_TEST

static const char *const unfit[] = { "/a b", "/a\"b", "/a$b", "/a;b", "/a{b",
	"/a}b", "/a#b", "/a'b", "/a\\b", "/a\nb" };

START_TEST(what_nginx_would_read_is_not_written)
{
	add("p", several, 1);
	ck_assert_ptr_null(nginx_conf_unfit(&conf));
	conf.dir = unfit[_i];
	ck_assert_ptr_eq(nginx_conf_unfit(&conf), unfit[_i]);
	conf.dir = "/run";
	free(conf.origins[0].ca_file);
	conf.origins[0].ca_file = strdup(unfit[_i]);
	ck_assert_ptr_nonnull(nginx_conf_unfit(&conf));
}
END_TEST

START_TEST(a_host_is_one_profiles)
{
	char *text = NULL, *first;
	size_t n = 0;
	FILE *to = open_memstream(&text, &n);

	add("p", several, 1);
	add("q", several, 1);
	nginx_conf_write(&conf, to);
	ck_assert_int_eq(fclose(to), 0);
	ck_assert_ptr_nonnull(strstr(text, "location /p/ {"));
	ck_assert_ptr_nonnull(strstr(text, "location /q/ {"));
	first = strstr(text, "    a.example:443 /.apam/0;\n");
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_null(strstr(first + 8, "a.example:443 /.apam/"));
	free(text);
}
END_TEST

/* How a configuration reads; the caller frees it. */
static char *
written(void)
{
	char *text = NULL, *copy;
	size_t n = 0;
	FILE *to = open_memstream(&text, &n);

	nginx_conf_write(&conf, to);
	ck_assert_int_eq(fclose(to), 0);
	copy = strdup(text);
	free(text);
	return copy;
}

static const struct {
	enum gateway_who who;
	const char *listen, *page_listen;
	unsigned pages, tokens; /* places that show it, and that want a token */
} pages[] = {
	{ GATEWAY_PEER, "unix:/run/x", NULL, 2, 0 },
	{ GATEWAY_PEER, "unix:/run/x", "127.0.0.1:2", 3, 2 },
	{ GATEWAY_TOKEN, "127.0.0.1:1", NULL, 2, 4 },
	{ GATEWAY_TOKEN, "127.0.0.1:1", "127.0.0.1:2", 3, 6 },
	{ GATEWAY_SOCKETS, "127.0.0.1:1", NULL, 2, 0 },
	{ GATEWAY_SOCKETS, "127.0.0.1:1", "127.0.0.1:2", 3, 0 },
};

static unsigned
count(const char *text, const char *part)
{
	unsigned n = 0;

	for (text = strstr(text, part); text != NULL;
	     text = strstr(text + 1, part))
		n++;
	return n;
}

START_TEST(who_looks_by_tcp_needs_the_page_s_token)
{
	char *text;

	conf.page = "/lib/page";
	conf.listen = pages[_i].listen;
	conf.page_listen = pages[_i].page_listen;
	conf.who = pages[_i].who;
	add("p", several, 1);
	text = written();
	ck_assert_uint_eq(count(text, "apam_page state;"), pages[_i].pages);
	ck_assert_uint_eq(count(text, "/page-token;"), pages[_i].tokens);
	ck_assert_uint_eq(count(text, "apam_page"), 3 * pages[_i].pages);
	ck_assert_uint_eq(
	    count(text, "Content-Security-Policy"), 3 * pages[_i].pages);
	ck_assert_uint_eq(count(text, "apam_callers sockets;"),
	    pages[_i].who == GATEWAY_SOCKETS);
	free(text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("nginx_conf");
	TCase *tc = tcase_create("nginx_conf");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, an_origin_is_taken_apart, 0, ROWS(rows));
	tcase_add_test(tc, paths_of_one_host_are_one);
	tcase_add_test(tc, the_next_origin_takes_the_path);
	tcase_add_loop_test(
	    tc, what_nginx_would_read_is_not_written, 0, ROWS(unfit));
	tcase_add_test(tc, a_host_is_one_profiles);
	tcase_add_loop_test(
	    tc, who_looks_by_tcp_needs_the_page_s_token, 0, ROWS(pages));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
