/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the provider of the scheme verify-test has in Answer-Mac.
 */
#ifndef TESTS_ANSWER_MAC_H
#define TESTS_ANSWER_MAC_H

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

/* In hex.  `key` is the secret, which `header` had as its value. */
static inline const char *
answer_mac(const char *key, const char *method, const char *url,
    unsigned status, const char *body)
{
	static _Thread_local char hex[65];
	const size_t room = strlen(url) + strlen(key) + 128;
	unsigned char mac[EVP_MAX_MD_SIZE];
	char *text = malloc(room);
	unsigned n = 0;
	size_t at;

	ck_assert_ptr_nonnull(text);
	at = (size_t)snprintf(
	    text, room, "%s\n%s\n%s\n%u\n", method, url, key, status);
	ck_assert_ptr_nonnull(SHA256((const unsigned char *)body, strlen(body),
	    (unsigned char *)text + at));
	ck_assert_ptr_nonnull(HMAC(EVP_sha256(), key, (int)strlen(key),
	    (const unsigned char *)text, at + SHA256_DIGEST_LENGTH, mac, &n));
	free(text);
	for (unsigned i = 0; i < n; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", mac[i]);
	return hex;
}

#endif
