/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys for tests, made of hexadecimal digits.
 */
#ifndef TESTS_TEST_KEYS_H
#define TESTS_TEST_KEYS_H

#include <check.h>

#include "crypto/key_use.h"
#include "text/encode.h"

/* Bytes of hexadecimal digits, in memory of the caller's. */
static inline struct apam_str
from_hex(const char *hex, unsigned char *to, size_t size)
{
	const size_t n = strlen(hex) / 2;

	ck_assert_uint_le(n, size);
	ck_assert(decode_hex(apam_str(hex), to, n));
	return (struct apam_str){ (const char *)to, n };
}

static inline struct apam_key *
symmetric_key(struct apam_str bytes)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_key *key;

	ck_assert_msg(key_of_bytes(APAM_STR(""), bytes, &key, &err) == APAM_OK,
	    "%s", err.text);
	return key;
}

/* Compare bytes with hexadecimal digits. */
static inline void
is_hex(const unsigned char *bytes, size_t n, const char *hex, const char *what)
{
	char got[2 * APAM_SIGNATURE_MAX + 1];

	encode_hex(bytes, n, got);
	ck_assert_msg(strcmp(got, hex) == 0, "%s: %s", what, got);
}

#endif
