/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/known.c: what is written is read, and whatever else is
 * there is something, never nothing.
 */
#define _GNU_SOURCE
#include "keys/known.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/run.h"

#define NAME "registry.known"

static char base[64];
static int state;
static struct key_known known;
static const struct key_text text = { .generation = 9, .registry = { 1, 2 } };

static void
setup(void)
{
	(void)snprintf(base, sizeof(base), "/tmp/apam-known-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	state = open(base, O_RDONLY | O_DIRECTORY);
	ck_assert_int_ge(state, 0);
}

static void
teardown(void)
{
	char command[128];

	(void)close(state);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	ck_assert_int_eq(system(command), 0);
}

static enum key_known_kind
kind(void)
{
	ck_assert_int_eq(key_known_read(state, &known), 0);
	return known.kind;
}

START_TEST(what_is_written_is_read)
{
	struct stat before, after;

	ck_assert_int_eq(kind(), KEY_KNOWN_NOTHING);
	ck_assert(key_known_write(state, &text));
	ck_assert_int_eq(kind(), KEY_KNOWN_WHOLE);
	ck_assert_uint_eq(known.generation, 9);
	ck_assert_mem_eq(known.registry, text.registry, KEY_REGISTRY_ID);
	/* Once more: nothing in state_dir is seen to change. */
	ck_assert_int_eq(fstat(state, &before), 0);
	ck_assert(key_known_write(state, &text));
	ck_assert_int_eq(fstat(state, &after), 0);
	ck_assert_int_eq(before.st_ctim.tv_nsec, after.st_ctim.tv_nsec);
	ck_assert_int_eq(fstatat(state, NAME, &after, 0), 0);
	ck_assert_uint_eq(after.st_mode, S_IFREG | 0644);
	ck_assert_int_eq(after.st_size, 40);
}
END_TEST

START_TEST(each_byte_counts)
{
	const int at = _i;
	unsigned char byte;
	int fd;

	ck_assert(key_known_write(state, &text));
	fd = openat(state, NAME, O_RDWR);
	ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
	byte ^= 1;
	ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(kind(), KEY_KNOWN_SOMETHING);
	ck_assert(key_known_write(state, &text));
	ck_assert_int_eq(kind(), KEY_KNOWN_WHOLE);
}
END_TEST

START_TEST(what_cannot_be_read_is_something)
{
	struct rlimit limit, none;

	ck_assert(key_known_write(state, &text));
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_eq(key_known_read(state, &known), EMFILE);
	ck_assert_int_eq(known.kind, KEY_KNOWN_SOMETHING);
	ck_assert(!key_known_write(state, &text));
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(unlinkat(state, NAME, 0), 0);
	ck_assert_int_eq(symlinkat("nowhere", state, NAME), 0);
	ck_assert_int_eq(kind(), KEY_KNOWN_SOMETHING);
	ck_assert(!key_known_write(state, &text));
	ck_assert_int_eq(unlinkat(state, NAME, 0), 0);
	ck_assert_int_eq(mkdirat(state, NAME, 0755), 0);
	ck_assert_int_eq(kind(), KEY_KNOWN_SOMETHING);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_known");
	TCase *tc = tcase_create("key_known");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_is_written_is_read);
	tcase_add_loop_test(tc, each_byte_counts, 0, 40);
	tcase_add_test(tc, what_cannot_be_read_is_something);
	return run_suite(suite);
}
