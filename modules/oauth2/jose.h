/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON Web Signatures in their compact form (RFC 7515, 7.1), as assertions are
 * written: a header, claims, and a signature by a key that is not seen.
 *
 * Nothing is read or verified here.  Encryption and the JSON forms are not
 * there.  All texts may hold secrets.
 */
#ifndef OAUTH2_JOSE_H
#define OAUTH2_JOSE_H

#include <apam/scheme.h>

/* An algorithm, RFC 7518, 3.1, RFC 8037, 3.1, RFC 9864, 2.2. */
struct jose_algorithm {
	const char *name;	/* in `alg` */
	int32_t kind;		/* enum apam_key_kind of its keys */
	int32_t signature;	/* enum apam_algorithm; 0: an HMAC */
	int32_t hash;		/* enum apam_hash of the HMAC */
};

/* Their names, as an option of type CHOICE has them; ends in NULL. */
extern const char *const jose_algorithm_names[];

/* The one with this index in the names. */
const struct jose_algorithm *jose_algorithm_at(size_t i);

/*
 * The one that is used for a kind of key where nothing else is said: HS256,
 * ES256, ES384, ES512, EdDSA or RS256.
 */
const struct jose_algorithm *jose_algorithm_of(int32_t kind);

/* One flat JSON object that is being written.  A failure is remembered. */
struct jose_object {
	const struct apam_services *svc;
	struct apam_text *text;
	bool has_members;
};

/* Begin an empty one.  Free it with jose_object_free. */
void jose_object_begin(
    struct jose_object *object, const struct apam_services *svc);
/* Add a member.  `name` is ASCII without quotes or backslashes. */
void jose_object_string(
    struct jose_object *object, struct apam_str name, struct apam_str value);
void jose_object_number(
    struct jose_object *object, struct apam_str name, int64_t value);
/* End it.  Its text, until it is freed. */
struct apam_str jose_object_end(struct jose_object *object);
void jose_object_free(struct jose_object *object);

/* Append the SHA-256 of `bytes` in base64url.  Returns as digest does. */
int32_t jose_put_sha256(const struct apam_services *svc, struct apam_str bytes,
    struct apam_text *to);

#define JOSE_RANDOM_MAX 32 /* bytes */

/*
 * Append `size` random bytes, JOSE_RANDOM_MAX at most, in base64url.  Returns
 * as random does.
 */
int32_t jose_put_random(const struct apam_services *svc, size_t size,
    struct apam_text *to);

/*
 * Append header and payload, which may be any bytes, and their signature with
 * `key`, in the compact form.  Returns APAM_OK, or as key_sign and hmac do.
 */
int32_t jose_compact(const struct apam_services *svc,
    const struct apam_key *key, const struct jose_algorithm *algorithm,
    struct apam_str header, struct apam_str payload, struct apam_text *to);

/*
 * Append the thumbprint of a key (RFC 7638) in base64url.  Returns APAM_OK, or
 * as key_jwk and digest do.
 */
int32_t jose_thumbprint(const struct apam_services *svc,
    const struct apam_key *key, struct apam_text *to);

/*
 * Append the SHA-256 of the first certificate in a PEM text (RFC 7468, 5) in
 * base64url, as x5t#S256 has it (RFC 7515, 4.1.8).  Returns APAM_OK, USAGE
 * where there is no certificate, MEMORY, or as digest does.
 */
int32_t jose_certificate_thumbprint(const struct apam_services *svc,
    struct apam_str pem, struct apam_text *to);

#endif
