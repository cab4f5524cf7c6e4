/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What MODULEDIR/internal/crypto.so exports: the few things that apam does with
 * OpenSSL 3.  Nothing of OpenSSL's own types crosses this border.
 *
 * Each function that fails fills in *failure, whose text is then the cause as
 * OpenSSL names it, and leaves OpenSSL's queue of errors, which is the host's,
 * as it was.
 */
#ifndef CORE_CRYPTO_OBJECT_OPENSSL_OBJECT_H
#define CORE_CRYPTO_OBJECT_OPENSSL_OBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "file/internal.h"

#define CRYPTO_HASH_SIZE 32	/* SHA-256 */
#define CRYPTO_NONCE_SIZE 12	/* AES-256-GCM */
#define CRYPTO_TAG_SIZE 16

struct crypto_failure {
	enum apam_status status; /* MEMORY or INTERNAL */
	char text[256];
};

/* Bytes to be sealed or opened, in place; all is borrowed. */
struct crypto_sealing {
	/* The key is HKDF-SHA256 (RFC 5869) of these three. */
	struct apam_str secret, salt, info;
	struct apam_str covered; /* what the tag covers beside the bytes */
	unsigned char *bytes;
	size_t n;
	unsigned char *nonce;	/* CRYPTO_NONCE_SIZE */
	unsigned char *tag;	/* CRYPTO_TAG_SIZE */
};

struct crypto_object {
	struct internal_head head;

	/* First of all, and once: is this OpenSSL one that will do? */
	bool (*start)(struct crypto_failure *failure);

	/*
	 * A SHA-256 under way, NULL on failure.  `hash_end` frees it, wiped,
	 * and so does each that fails.
	 */
	void *(*hash_new)(struct crypto_failure *failure);
	bool (*hash_put)(void *hash, const void *bytes, size_t n,
	    struct crypto_failure *failure);
	bool (*hash_end)(void *hash, unsigned char to[CRYPTO_HASH_SIZE],
	    struct crypto_failure *failure);

	/*
	 * AES-256-GCM.  Sealing draws a nonce of its own, as FIPS 140 asks for,
	 * and gives it and the tag.  Opening sets *right; where the tag is not
	 * right, or opening fails, the bytes are wiped.
	 */
	bool (*seal)(const struct crypto_sealing *sealing,
	    struct crypto_failure *failure);
	bool (*open)(const struct crypto_sealing *sealing, bool *right,
	    struct crypto_failure *failure);
};

/* Found by its name, by internal_load. */
extern const struct crypto_object apam_internal;

#endif
