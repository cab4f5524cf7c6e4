/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/gateway/gateway_options.c: what `apam gateway` is asked for,
 * which options do not go together, and what follows from them.
 */
#include "gateway/gateway_options.c"

#include "support/command_stubs.h"
#include "support/run.h"

static struct gateway_options options;

/* The options as words: "listen=80", NULL at the end. */
#define MOST 5
static const char *const *asked;

const char *
args_value(const struct args *args, const char *name)
{
	const size_t n = strlen(name);

	(void)args;
	for (size_t i = 0; i < MOST && asked[i] != NULL; i++)
		if (strncmp(asked[i], name, n) == 0 && asked[i][n] == '=')
			return asked[i] + n + 1;
	return NULL;
}

static int
read_options(const char *const words[], const char *config, bool own)
{
	const struct cli cli = { .options = { .config = config,
				     .flags = own ? APAM_OPEN_USER : 0 } };
	const struct args args = { .word_count = 0 };

	asked = words;
	said[0] = '\0';
	return gateway_options_read(&options, &cli, &args);
}

#define LONG_50 "/a/path/that/is/as/long/as/fifty/characters/are/xx"
#define LONG_150 LONG_50 LONG_50 LONG_50

static const struct {
	const char *words[MOST];
	const char *wrong; /* how what is said begins */
} refused[] = {
	{ { "dir=/d", "listen=0.0.0.0:80" }, "--listen takes" },
	{ { "dir=/d", "listen=192.0.2.1:80" }, "--listen takes" },
	{ { "dir=/d", "listen=localhost:80" }, "--listen takes" },
	{ { "dir=/d", "listen=unix:relative" }, "--listen takes" },
	{ { "dir=/d", "listen=[::]:80" }, "--listen takes" },
	{ { "dir=/d", "listen=unix:" LONG_150 "/socket" },
	    "the socket's path is too long" },
	{ { "dir=" LONG_150 }, "the socket's path is too long" },
	{ { "dir=/d", "workers=0" }, "--workers takes" },
	{ { "dir=/d", "workers=65" }, "--workers takes" },
	{ { "dir=/d", "workers=" }, "--workers takes" },
	{ { "dir=/d", "workers=2x" }, "--workers takes" },
	{ { "dir=/d", "workers=-1" }, "--workers takes" },
	{ { "dir=/d", "workers=18446744073709551617" }, "--workers takes" },
	{ { "dir=/d", "who=token" }, "--who takes" },
	{ { "dir=/d", "who=sockets" }, "--who takes" },
	{ { "dir=/d", "listen=80", "who=all" }, "--who takes" },
	{ { "dir=/d", "page=unix:/x" }, "--page takes" },
	{ { "dir=/d", "page=10.0.0.1:80" }, "--page takes" },
	{ { "dir=/d", "listen=80", "page=127.0.0.1:80" }, "--page names" },
};

START_TEST(what_cannot_be_is_refused)
{
	ck_assert_int_eq(
	    read_options(refused[_i].words, NULL, false), STATUS_USAGE);
	ck_assert_msg(
	    strncmp(said, refused[_i].wrong, strlen(refused[_i].wrong)) == 0,
	    "%s: %s", refused[_i].wrong, said);
}
END_TEST

static const struct {
	const char *words[MOST];
	const char *listen, *socket, *page;
	enum gateway_who who;
	bool page_token;
} rows[] = {
	{ { "dir=/d" }, "unix:/d/socket", "/d/socket", NULL, GATEWAY_PEER,
	    false },
	{ { "dir=/d", "page=81" }, "unix:/d/socket", "/d/socket",
	    "127.0.0.1:81", GATEWAY_PEER, true },
	{ { "dir=/d", "listen=80" }, "127.0.0.1:80", NULL, "127.0.0.1:80",
	    GATEWAY_TOKEN, true },
	{ { "dir=/d", "listen=[::1]:80", "who=token", "page=127.0.0.2:81" },
	    "[::1]:80", NULL, "127.0.0.2:81", GATEWAY_TOKEN, true },
	{ { "dir=/d", "listen=80", "who=sockets" }, "127.0.0.1:80", NULL,
	    "127.0.0.1:80", GATEWAY_SOCKETS, false },
};

START_TEST(what_follows_from_them)
{
	const char *socket, *page;

	ck_assert_int_eq(
	    read_options(rows[_i].words, NULL, false), STATUS_DONE);
	socket = gateway_options_socket(&options);
	page = gateway_options_page(&options);
	ck_assert_str_eq(said, "");
	ck_assert_str_eq(options.dir, "/d");
	ck_assert_str_eq(options.listen, rows[_i].listen);
	ck_assert_pstr_eq(socket, rows[_i].socket);
	ck_assert_pstr_eq(page, rows[_i].page);
	ck_assert_int_eq(options.who, rows[_i].who);
	ck_assert(gateway_options_page_token(&options) == rows[_i].page_token);
	ck_assert_uint_eq(options.workers, 1);
	ck_assert_str_eq(options.config, "");
}
END_TEST

START_TEST(workers_are_counted)
{
	const char *const words[] = { "dir=/d", "workers=64", NULL };

	ck_assert_int_eq(read_options(words, NULL, false), STATUS_DONE);
	ck_assert_uint_eq(options.workers, 64);
}
END_TEST

/* Somebody's directory is his; root's is the system's, whatever is said. */
START_TEST(without_a_directory_it_is_the_users)
{
	const char *const none[] = { NULL };
	const bool root = geteuid() == 0;

	(void)setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
	ck_assert_int_eq(read_options(none, NULL, false), STATUS_DONE);
	ck_assert_str_eq(options.dir,
	    root ? "/run/apam-gateway" : "/run/user/1/apam-gateway");
	(void)setenv("XDG_RUNTIME_DIR", "relative", 1);
	ck_assert_int_eq(
	    read_options(none, NULL, false), root ? STATUS_DONE : STATUS_USAGE);
	(void)unsetenv("XDG_RUNTIME_DIR");
	ck_assert_int_eq(
	    read_options(none, NULL, false), root ? STATUS_DONE : STATUS_USAGE);
}
END_TEST

START_TEST(a_path_that_is_too_long_is_refused)
{
	const char *words[] = { "listen=80", NULL, NULL };
	char path[GATEWAY_PATH_SIZE + 8] = "dir=/";

	memset(path + 5, 'x', sizeof(path) - 6);
	path[sizeof(path) - 1] = '\0';
	words[1] = path;
	ck_assert_int_eq(read_options(words, NULL, false), STATUS_USAGE);
	ck_assert_str_eq(
	    said, "the directory's path cannot be used: File name too long");
	words[1] = "dir=/d";
	ck_assert_int_eq(read_options(words, path + 4, false), STATUS_USAGE);
	ck_assert_str_eq(said,
	    "the configuration's path cannot be used: File name too long");
}
END_TEST

START_TEST(the_main_file_is_named_or_of_the_environment)
{
	const char *const words[] = { "dir=/d", NULL };

	(void)setenv("APAM_CONFIG", "/of/environment", 1);
	ck_assert_int_eq(read_options(words, "/named", true), STATUS_DONE);
	ck_assert_str_eq(options.config, "/named");
	ck_assert(options.user);
	ck_assert_int_eq(read_options(words, NULL, false), STATUS_DONE);
	ck_assert_str_eq(options.config, "/of/environment");
	ck_assert(!options.user);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("gateway_options");
	TCase *tc = tcase_create("gateway_options");

	(void)unsetenv("APAM_CONFIG");
	tcase_add_loop_test(tc, what_cannot_be_is_refused, 0, ROWS(refused));
	tcase_add_loop_test(tc, what_follows_from_them, 0, ROWS(rows));
	tcase_add_test(tc, workers_are_counted);
	tcase_add_test(tc, without_a_directory_it_is_the_users);
	tcase_add_test(tc, a_path_that_is_too_long_is_refused);
	tcase_add_test(tc, the_main_file_is_named_or_of_the_environment);
	suite_add_tcase(s, tc);
	return run_suite(s);
}
