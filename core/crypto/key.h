/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys that may be used and are not seen: struct apam_key of module.h.
 *
 * A key is constant, counted, and used by any number of threads at once.
 * Symmetric bytes lie in locked memory, once; the numbers of the others are
 * OpenSSL's, or those of a device that OpenSSL speaks to (crypto/store_key.h).
 * What is here is wiped when the last reference is dropped.
 *
 * Errors, in *err, which is not NULL: MEMORY, INTERNAL and TRUST as openssl has
 * them (openssl.h); POLICY, where openssl.cnf leaves no provider that has the
 * algorithm; USAGE, where that is said.
 */
#ifndef CORE_CRYPTO_KEY_H
#define CORE_CRYPTO_KEY_H

#include <stdatomic.h>

#include "base/buf.h"
#include "crypto/object/openssl_object.h"

#define KEY_BYTES_MAX 65536	/* of a symmetric key */
#define KEY_RSA_BITS_LEAST 2048
#define KEY_RSA_BITS_MOST 16384

/*
 * What signs in place of the object, where the private part stays elsewhere
 * (crypto/store_key.h): as `sign` of struct crypto_object, into
 * APAM_SIGNATURE_MAX bytes.
 */
struct key_signer {
	enum apam_status (*sign)(struct key_signer *signer, int32_t algorithm,
	    const struct crypto_message *message, unsigned char *to, size_t *n,
	    struct apam_error *err);
	void (*free)(struct key_signer *signer);
};

struct apam_key {
	atomic_uint held;
	int32_t kind;		/* an enum apam_key_kind */
	bool is_private;	/* symmetric: true */
	uint64_t number;	/* no other key of this process had it */
	/*
	 * The text of an option that it was made of, or empty; it is the
	 * entry's, and as secret as the key.
	 */
	struct apam_str written;
	struct buf bytes;	/* symmetric */
	const struct crypto_object *crypto; /* NULL: the agent has the key */
	void *object;		/* crypto's */
	/* NULL: its private part is in the object, which else is public. */
	struct key_signer *signer;
};

/*
 * A symmetric key of these two, one after the other.  USAGE: they are empty, or
 * longer than KEY_BYTES_MAX.
 */
enum apam_status key_of_bytes(struct apam_str prefix, struct apam_str bytes,
    struct apam_key **key, struct apam_error *err);

/*
 * A key of this kind that the agent has: it stands for the other in questions
 * about its kind, and nothing can be done with it.  NULL without memory.
 */
struct apam_key *key_withheld(int32_t kind);

/* APAM_OK, or POLICY: it is withheld.  What uses a key asks first. */
enum apam_status key_at_hand(const struct apam_key *key,
    struct apam_error *err);

/*
 * An asymmetric key of its numbers.  USAGE: they are not a key, or one that is
 * too weak or too long; the text says which.
 */
enum apam_status key_of_numbers(const struct crypto_numbers *numbers,
    struct apam_key **key, struct apam_error *err);

/* A new key of this kind.  USAGE: it is not a kind. */
enum apam_status key_generate(
    int32_t kind, struct apam_key **key, struct apam_error *err);

/* Add a reference; returns `key`. */
struct apam_key *key_hold(struct apam_key *key);
/* Drop a reference and set *key, which may be NULL, to NULL. */
void key_drop(struct apam_key **key);

#endif
