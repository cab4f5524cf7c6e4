/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/gateway/gateway_addresses.c: a socket that was left is
 * removed, one that answers is not, and each address is named with its option.
 */
#include "gateway/gateway_addresses.c"
#include "gateway/gateway_options.c"

#include <stdlib.h>
#include <sys/stat.h>

#include "support/command_stubs.h"
#include "support/run.h"

#define TEMPLATE "/tmp/apam-addresses-XXXXXX"

static struct gateway_options options;
static char base[sizeof(TEMPLATE)];
static char socket_path[64];
static const char *refused; /* the address that cannot be listened at */

const char *
args_value(const struct args *args, const char *name)
{
	(void)args;
	(void)name;
	return NULL;
}

bool
can_listen(const char *address)
{
	errno = EACCES;
	return refused == NULL || strcmp(address, refused) != 0;
}

static void
setup(void)
{
	memcpy(base, TEMPLATE, sizeof(TEMPLATE));
	ck_assert_ptr_nonnull(mkdtemp(base));
	(void)snprintf(socket_path, sizeof(socket_path), "%s/socket", base);
	options = (struct gateway_options){ .who = GATEWAY_PEER };
	(void)snprintf(
	    options.listen, sizeof(options.listen), "unix:%s", socket_path);
	said[0] = '\0';
}

static void
teardown(void)
{
	(void)unlink(socket_path);
	(void)rmdir(socket_path);
	(void)rmdir(base);
}

/* A socket that listens there. */
static int
listens(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", socket_path);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	return fd;
}

START_TEST(a_socket_that_was_left_is_removed)
{
	(void)close(listens());
	ck_assert_int_eq(gateway_addresses_take(&options), STATUS_DONE);
	ck_assert_int_ne(access(socket_path, F_OK), 0);
	ck_assert_int_eq(gateway_addresses_take(&options), STATUS_DONE);
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(one_that_answers_is_not)
{
	const int fd = listens();

	ck_assert_int_eq(gateway_addresses_take(&options), STATUS_CONFIG);
	ck_assert_ptr_nonnull(strstr(said, "a gateway runs at "));
	ck_assert_int_eq(access(socket_path, F_OK), 0);
	(void)close(fd);
}
END_TEST

START_TEST(what_cannot_be_removed_is_said)
{
	ck_assert_int_eq(mkdir(socket_path, 0700), 0);
	ck_assert_int_eq(gateway_addresses_take(&options), STATUS_CONFIG);
	ck_assert_ptr_nonnull(strstr(said, "cannot remove "));
}
END_TEST

START_TEST(the_option_to_change_is_named)
{
	(void)strcpy(options.listen, "127.0.0.1:80");
	(void)strcpy(options.page_listen, "127.0.0.1:81");
	ck_assert_int_eq(gateway_addresses_take(&options), STATUS_DONE);
	refused = "127.0.0.1:81";
	ck_assert_int_eq(gateway_addresses_take(&options), STATUS_CONFIG);
	ck_assert_str_eq(said,
	    "cannot listen at 127.0.0.1:81: Permission denied; say another "
	    "address with --page");
	refused = "127.0.0.1:80";
	ck_assert_int_eq(gateway_addresses_take(&options), STATUS_CONFIG);
	ck_assert_ptr_nonnull(strstr(said, "with --listen"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("gateway_addresses");
	TCase *tc = tcase_create("gateway_addresses");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_socket_that_was_left_is_removed);
	tcase_add_test(tc, one_that_answers_is_not);
	tcase_add_test(tc, what_cannot_be_removed_is_said);
	tcase_add_test(tc, the_option_to_change_is_named);
	suite_add_tcase(s, tc);
	return run_suite(s);
}
