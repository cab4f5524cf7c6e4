/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What module.h says of keys.
 */
#ifndef CORE_CRYPTO_KEY_WORDS_H
#define CORE_CRYPTO_KEY_WORDS_H

#include <apam/module.h>

#ifndef APAM_SIGNATURE_MAX
struct apam_key;
enum apam_hash {
	APAM_HASH_SHA256 = 1,
	APAM_HASH_SHA384 = 2,
	APAM_HASH_SHA512 = 3,
	APAM_HASH_SHA512_256 = 4,
	APAM_HASH_SHA1 = 5,	/* where OpenSSL still allows it */
	APAM_HASH_MD5 = 6	/* the same */
};
#define APAM_HASH_MAX 64	/* bytes of the longest digest */

/* What a key is. */
enum apam_key_kind {
	APAM_KIND_SYMMETRIC = 1,	/* bytes, for HMAC */
	APAM_KIND_EC_P256 = 2,
	APAM_KIND_EC_P384 = 3,
	APAM_KIND_ED25519 = 4,
	APAM_KIND_RSA = 5	/* of 2048 bits or more */
};

/* The names are those of RFC 7518 and RFC 8037. */
enum apam_algorithm {
	APAM_ALG_ES256 = 1,	/* r and s, 64 bytes */
	APAM_ALG_ES256_DER = 2,	/* as X9.62 has it, at most 72 bytes */
	APAM_ALG_ES384 = 3,
	APAM_ALG_ES384_DER = 4,
	APAM_ALG_EDDSA = 5,	/* Ed25519 */
	APAM_ALG_RS256 = 6,
	APAM_ALG_RS384 = 7,
	APAM_ALG_RS512 = 8,
	APAM_ALG_PS256 = 9,	/* the salt is as long as the digest */
	APAM_ALG_PS384 = 10,
	APAM_ALG_PS512 = 11
};
#define APAM_SIGNATURE_MAX 2048	/* bytes of the longest: RSA of 16384 bits */

/* How bytes are written as text. */
enum apam_writing {
	APAM_WRITING_PLAIN = 0,	/* as they are */
	APAM_WRITING_BASE64 = 1, /* standard, padded: RFC 4648, 4 */
	APAM_WRITING_BASE64URL = 2, /* not padded: RFC 4648, 5 */
	APAM_WRITING_HEX = 3,	/* lower case */
	APAM_WRITING_PERCENT = 4, /* only unreserved left: RFC 3986, 2.3 */
	APAM_WRITING_FORM = 5,	/* RFC 6749, appendix B */
	APAM_WRITING_JSON = 6	/* a string with its quotes: RFC 8259, 7 */
};

/* What `key_make` makes a key of. */
struct apam_key_source {
	size_t size;
	int32_t kind;		/* SYMMETRIC; EC_P256: a private scalar, big
				   endian; 0: PEM or JWK, which say it */
	int32_t writing;	/* of `bytes`: PLAIN, HEX, BASE64, BASE64URL */
	struct apam_str prefix;	/* SYMMETRIC: stands before the bytes */
	struct apam_str bytes;
	const struct apam_key *key; /* in place of bytes: those of this one */
	/*
	 * NULL, or the credential that `bytes` lie in: the core keeps the key
	 * with it, and makes it no second time while that credential lives.
	 */
	const struct apam_credential_view *credential;
};

#endif

#endif
