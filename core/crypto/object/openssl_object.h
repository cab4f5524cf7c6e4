/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What MODULEDIR/internal/crypto.so exports: the few things that apam does with
 * OpenSSL 3.  Nothing of OpenSSL's own types crosses this border.
 *
 * Each function that fails fills in *failure, whose text is then the cause as
 * OpenSSL names it, and leaves OpenSSL's queue of errors, which is the host's,
 * as it was.
 *
 * `place` is any number; threads that run side by side should have different
 * ones (base/thread_number.h), since each keeps contexts of OpenSSL's there.
 */
#ifndef CORE_CRYPTO_OBJECT_OPENSSL_OBJECT_H
#define CORE_CRYPTO_OBJECT_OPENSSL_OBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include <apam/module.h>

#include "file/internal.h"

/* The last of enum apam_key_kind, and of enum apam_algorithm. */
#define KEY_KIND_LAST APAM_KIND_EC_P521
#define KEY_ALGORITHM_LAST APAM_ALG_ES512_DER

#define CRYPTO_NONCE_SIZE 12	/* AES-256-GCM */
#define CRYPTO_TAG_SIZE 16

struct crypto_failure {
	/*
	 * MEMORY; POLICY, where openssl.cnf leaves no provider that has the
	 * algorithm; USAGE, where that is said; INTERNAL.
	 */
	enum apam_status status;
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

/* The bytes of a message, in parts that follow one another. */
struct crypto_message {
	const struct apam_str *parts;
	size_t count;
};

/* Which number of a key is which. */
enum crypto_number {
	CRYPTO_N = 0,	/* RSA: RFC 8017, 3.2, in its order */
	CRYPTO_E = 1,
	CRYPTO_D = 2,
	CRYPTO_P = 3,
	CRYPTO_Q = 4,
	CRYPTO_DP = 5,
	CRYPTO_DQ = 6,
	CRYPTO_QI = 7,
	CRYPTO_X = 0,	/* EC: the point and, in D, the scalar */
	CRYPTO_Y = 1,	/* Ed25519: X is its 32 bytes, D the seed */
	CRYPTO_NUMBERS = 8
};

#define CRYPTO_KEY_MAX 65536 /* bytes of a key, as text or decoded */
#define CRYPTO_PUBLIC_MAX 2200 /* of a public one: RSA of 16384 bits */

/*
 * An asymmetric key in numbers: octets, the most significant first, without
 * zeros in front where it is RSA.  What is not there is empty.  A private key
 * has D; RSA has all from P on, or none of them; a private key of a curve may
 * lack its point.
 */
struct crypto_numbers {
	int32_t kind;		/* an enum apam_key_kind */
	struct apam_str at[CRYPTO_NUMBERS];
};

/* Where OpenSSL is to look for a key. */
struct crypto_store {
	const char *uri;
	struct apam_str pin;	/* empty: it is not asked for */
	/*
	 * 0: the process that called `start`; in a child of it, another
	 * number for each child: there all providers are loaded anew, because
	 * a connection to a device is the parent's.
	 */
	unsigned child;
};

/* A public key in DER. */
struct crypto_public {
	unsigned char der[CRYPTO_PUBLIC_MAX];
	size_t n;
};

struct crypto_object {
	struct internal_head head;

	/* First of all, and once: is this OpenSSL one that will do? */
	bool (*start)(struct crypto_failure *failure);

	/*
	 * A hash under way, by an enum apam_hash that is one; NULL on failure.
	 * `hash_end` frees it, wiped, and so does each that fails.  `to` has
	 * room for as many bytes as the hash has; *n is how many these are.
	 */
	void *(*hash_new)(int32_t hash, struct crypto_failure *failure);
	bool (*hash_put)(void *hash, const void *bytes, size_t n,
	    struct crypto_failure *failure);
	bool (*hash_end)(void *hash, unsigned char *to, size_t *n,
	    struct crypto_failure *failure);
	/* The hash of a message. */
	bool (*hash)(int32_t hash, const struct crypto_message *message,
	    unsigned place, unsigned char *to, size_t *n,
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

	/*
	 * A key, for many threads at once; NULL on failure.  `key_free`, which
	 * takes NULL, wipes it with all that was made for it.
	 *
	 * key_of_bytes: for HMAC.  The bytes are borrowed until it is freed.
	 * key_of_numbers: USAGE, where they are not a key, or its public numbers
	 * are not those of its private one.
	 */
	void *(*key_of_bytes)(
	    struct apam_str bytes, struct crypto_failure *failure);
	void *(*key_of_numbers)(const struct crypto_numbers *numbers,
	    struct crypto_failure *failure);
	void *(*key_generate)(int32_t kind, struct crypto_failure *failure);
	/*
	 * key_of_store: a private key that stays where it is.  It is for
	 * `sign`, one call at a time, and has no numbers.  `public` gets its
	 * SubjectPublicKeyInfo (RFC 5280, 4.1).  USAGE: there is none that apam
	 * uses, or more than one.
	 */
	void *(*key_of_store)(const struct crypto_store *store,
	    struct crypto_public *public, struct crypto_failure *failure);
	void (*key_free)(void *key);
	/*
	 * One of its public numbers: as long as its curve says, or without
	 * zeros in front.  `to` has room for `size` bytes, *n is how many.
	 */
	bool (*key_number)(const void *key, enum crypto_number which,
	    unsigned char *to, size_t size, size_t *n,
	    struct crypto_failure *failure);
	/*
	 * One of all its numbers, the private ones among them, in the same
	 * form; D of a curve is as long as the curve says.  USAGE: it is not
	 * there.
	 */
	bool (*key_private)(const void *key, enum crypto_number which,
	    unsigned char *to, size_t size, size_t *n,
	    struct crypto_failure *failure);
	/* HMAC (RFC 2104), as `hash` has it. */
	bool (*hmac)(void *key, int32_t hash,
	    const struct crypto_message *message, unsigned place,
	    unsigned char *to, size_t *n, struct crypto_failure *failure);
	/*
	 * Sign, by an enum apam_algorithm that fits the key, which has a
	 * private part.  `to` has room for APAM_SIGNATURE_MAX bytes; *n is how
	 * many it has.  A signature of ECDSA is in DER, whatever the algorithm
	 * says; a message for EdDSA is in one part.
	 */
	bool (*sign)(void *key, int32_t algorithm,
	    const struct crypto_message *message, unsigned place,
	    unsigned char *to, size_t *n, struct crypto_failure *failure);
	/* Is that signature, in the same form, right? */
	bool (*verify)(void *key, int32_t algorithm,
	    const struct crypto_message *message, struct apam_str signature,
	    unsigned place, bool *right, struct crypto_failure *failure);
};

/* Found by its name, by internal_load. */
extern const struct crypto_object apam_internal;

#endif
