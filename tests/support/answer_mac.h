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

/* What it signs, and in *n its bytes; to be freed. */
static inline char *
answer_text(const char *head, const char *body, size_t *n)
{
	const size_t head_n = strlen(head);
	char *text = malloc(head_n + SHA256_DIGEST_LENGTH);

	ck_assert_ptr_nonnull(text);
	memcpy(text, head, head_n);
	ck_assert_ptr_nonnull(SHA256((const unsigned char *)body, strlen(body),
	    (unsigned char *)text + head_n));
	*n = head_n + SHA256_DIGEST_LENGTH;
	return text;
}

/* In hex, by this secret, whatever the head says. */
static inline const char *
answer_mac_by(const char *key, const char *head, const char *body)
{
	static _Thread_local char hex[65];
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	size_t text_n;
	char *text = answer_text(head, body, &text_n);

	ck_assert_ptr_nonnull(HMAC(EVP_sha256(), key, (int)strlen(key),
	    (const unsigned char *)text, text_n, mac, &n));
	free(text);
	for (unsigned i = 0; i < n; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", mac[i]);
	return hex;
}

/* In hex.  `key` is the secret, which `header` had as its value. */
static inline const char *
answer_mac(const char *key, const char *method, const char *url,
    unsigned status, const char *body)
{
	const size_t room = strlen(method) + strlen(url) + strlen(key) + 32;
	char *head = malloc(room);
	const char *hex;

	ck_assert_ptr_nonnull(head);
	(void)snprintf(
	    head, room, "%s\n%s\n%s\n%u\n", method, url, key, status);
	hex = answer_mac_by(key, head, body);
	free(head);
	return hex;
}

#endif
