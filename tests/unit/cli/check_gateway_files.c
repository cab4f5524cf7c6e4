/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/gateway/gateway_files.c: whose the directory has to be, which
 * files are written, that they are for this user alone, and what is said where
 * they cannot be.
 */
#include "gateway/gateway_files.c"
#include "gateway/gateway_options.c"
#include "gateway/nginx_conf.c"
#include "gateway/nginx_http.c"
#include "lib/outfile.c"

#include "support/command_stubs.h"
#include "support/run.h"

#define TEMPLATE "/tmp/apam-files-XXXXXX"

static struct gateway_options options;
static char base[sizeof(TEMPLATE)];
static char token[GATEWAY_TOKEN_SIZE];

const char *
args_value(const struct args *args, const char *name)
{
	(void)args;
	(void)name;
	return NULL;
}

static void
setup(void)
{
	options = (struct gateway_options){ .listen = "127.0.0.1:80",
		.who = GATEWAY_TOKEN };
	memcpy(base, TEMPLATE, sizeof(TEMPLATE));
	ck_assert_ptr_nonnull(mkdtemp(base));
	(void)snprintf(options.dir, sizeof(options.dir), "%s/gateway", base);
	said[0] = '\0';
}

static void
teardown(void)
{
	static const char *const names[] = { "token", "page-token", "page.html",
		"nginx.conf" };
	char path[GATEWAY_FILE_SIZE];

	(void)chmod(options.dir, 0700);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		gateway_file(path, &options, names[i]);
		(void)unlink(path);
		(void)rmdir(path);
	}
	(void)rmdir(options.dir);
	(void)unlink(options.dir);
	ck_assert_msg(rmdir(base) == 0, "something is left in %s", base);
}

/* What a file has; "": it is not there. */
static const char *
file(const char *name)
{
	static char text[2048];
	char path[GATEWAY_FILE_SIZE];
	struct stat st;
	FILE *from;

	memset(text, 0, sizeof(text));
	gateway_file(path, &options, name);
	from = fopen(path, "r");
	if (from == NULL)
		return text;
	ck_assert_int_eq(fstat(fileno(from), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_uint_gt(fread(text, 1, sizeof(text) - 1, from), 0);
	(void)fclose(from);
	return text;
}

START_TEST(the_directory_is_this_users_alone)
{
	struct stat st;

	ck_assert_int_eq(gateway_directory_make(options.dir), STATUS_DONE);
	ck_assert_int_eq(stat(options.dir, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0700);
	ck_assert_int_eq(gateway_directory_make(options.dir), STATUS_DONE);
	ck_assert_str_eq(said, "");
	ck_assert_int_eq(chmod(options.dir, 0710), 0);
	ck_assert_int_eq(gateway_directory_make(options.dir), STATUS_CONFIG);
	ck_assert_ptr_nonnull(strstr(said, "chmod 700"));
}
END_TEST

START_TEST(a_link_is_not_a_directory)
{
	ck_assert_int_eq(symlink(base, options.dir), 0);
	ck_assert_int_eq(gateway_directory_make(options.dir), STATUS_CONFIG);
	ck_assert_ptr_nonnull(strstr(said, "of this user's alone"));
}
END_TEST

START_TEST(a_directory_that_cannot_be_made_is_said)
{
	ck_assert_int_eq(
	    gateway_directory_make("/nonexistent/gateway"), STATUS_CONFIG);
	ck_assert_str_eq(said,
	    "cannot make /nonexistent/gateway: No such file or directory");
}
END_TEST

START_TEST(a_port_has_two_tokens_which_differ)
{
	char first[GATEWAY_TOKEN_SIZE];

	ck_assert_int_eq(gateway_directory_make(options.dir), STATUS_DONE);
	ck_assert_int_eq(gateway_tokens_write(&options, token), STATUS_DONE);
	ck_assert_uint_eq(strlen(token), 48);
	ck_assert_uint_eq(strspn(token, "0123456789abcdef"), 48);
	ck_assert_int_eq(strncmp(file("page-token"), token, 48), 0);
	ck_assert_uint_eq(strlen(file("token")), 49);
	ck_assert_int_ne(strncmp(file("token"), token, 48), 0);
	ck_assert_ptr_nonnull(
	    strstr(file("page.html"), "http://127.0.0.1:80/-/apam/#"));
	ck_assert_ptr_nonnull(strstr(file("page.html"), token));
	memcpy(first, token, sizeof(first));
	ck_assert_int_eq(gateway_tokens_write(&options, token), STATUS_DONE);
	ck_assert_str_ne(first, token); /* each run has its own */
}
END_TEST

START_TEST(the_kernel_knows_who_looks_as_well)
{
	options.who = GATEWAY_SOCKETS;
	ck_assert_int_eq(gateway_directory_make(options.dir), STATUS_DONE);
	ck_assert_int_eq(gateway_tokens_write(&options, token), STATUS_DONE);
	ck_assert_str_eq(token, "");
	ck_assert_str_eq(file("token"), "");
	ck_assert_str_eq(file("page-token"), "");
	ck_assert_ptr_nonnull(
	    strstr(file("page.html"), "url=http://127.0.0.1:80/-/apam/\""));
}
END_TEST

START_TEST(a_socket_without_a_page_needs_no_file)
{
	(void)strcpy(options.listen, "unix:/x");
	options.who = GATEWAY_PEER;
	ck_assert_int_eq(gateway_directory_make(options.dir), STATUS_DONE);
	ck_assert_int_eq(gateway_tokens_write(&options, token), STATUS_DONE);
	ck_assert_int_eq(rmdir(options.dir), 0); /* it is empty */
}
END_TEST

static const char *const written[] = { "token", "page-token", "page.html",
	"nginx.conf" };

/* A directory that stands where the file has to be. */
START_TEST(a_file_that_cannot_be_written_is_said)
{
	char path[GATEWAY_FILE_SIZE];
	int code;

	ck_assert_int_eq(gateway_directory_make(options.dir), STATUS_DONE);
	gateway_file(path, &options, written[_i]);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	code = gateway_tokens_write(&options, token);
	if (code == STATUS_DONE)
		code = gateway_conf_write(&options, "daemon off;\n");
	ck_assert_int_eq(code, STATUS_CONFIG);
	ck_assert_ptr_nonnull(strstr(said, path));
	ck_assert_ptr_nonnull(strstr(said, "Is a directory"));
}
END_TEST

START_TEST(the_configuration_is_replaced)
{
	const struct nginx_conf conf = { .module = "/m.so",
		.dir = options.dir,
		.listen = "127.0.0.1:80",
		.workers = 1 };
	char *text = gateway_conf_text(&conf);

	ck_assert_ptr_nonnull(text);
	ck_assert_ptr_nonnull(strstr(text, "load_module /m.so;"));
	ck_assert_int_eq(gateway_directory_make(options.dir), STATUS_DONE);
	ck_assert_int_eq(gateway_conf_write(&options, text), STATUS_DONE);
	ck_assert_int_eq(strncmp(file("nginx.conf"), text, 2047), 0);
	ck_assert_int_eq(gateway_conf_write(&options, "next"), STATUS_DONE);
	ck_assert_str_eq(file("nginx.conf"), "next");
	free(text);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("gateway_files");
	TCase *tc = tcase_create("gateway_files");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_directory_is_this_users_alone);
	tcase_add_test(tc, a_link_is_not_a_directory);
	tcase_add_test(tc, a_directory_that_cannot_be_made_is_said);
	tcase_add_test(tc, a_port_has_two_tokens_which_differ);
	tcase_add_test(tc, the_kernel_knows_who_looks_as_well);
	tcase_add_test(tc, a_socket_without_a_page_needs_no_file);
	tcase_add_loop_test(
	    tc, a_file_that_cannot_be_written_is_said, 0, ROWS(written));
	tcase_add_test(tc, the_configuration_is_replaced);
	suite_add_tcase(s, tc);
	return run_suite(s);
}
