/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An OpenSSL that has nothing for apam: it is told to use algorithms of FIPS
 * 140 alone, and has no provider of them.
 */
#ifndef TESTS_NO_HASH_H
#define TESTS_NO_HASH_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* From now on in this process, which has not hashed anything yet. */
static inline void
no_hash(void)
{
	static const char text[] = "openssl_conf = all\n"
				   "[all]\n"
				   "alg_section = algorithms\n"
				   "[algorithms]\n"
				   "default_properties = fips=yes\n";
	char file[64] = "/tmp/apam-openssl-XXXXXX";
	const int fd = mkstemp(file);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	/* It goes with the process. */
	ck_assert_int_eq(unlink(file), 0);
	(void)snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
	ck_assert_int_eq(setenv("OPENSSL_CONF", file, 1), 0);
}

#endif
