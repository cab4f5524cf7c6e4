/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Distinguishes several secrets of one id by 16 bits of a salted hash.  These
 * are so few that they reveal nothing useful even about a weak secret; one of
 * 65536 new secrets is taken for the old one, which fails closed.
 */
#ifndef CORE_KEYS_MARK_H
#define CORE_KEYS_MARK_H

#include <apam/apam.h>

#define KEY_SALT_SIZE 16
#define KEY_MARK_SIZE 2

/* A key as an entry has it. */
struct key_identity {
	const char *scheme, *id;
	struct apam_str secret;	/* made by entry_key_secret, or empty */
};

/*
 * The mark of a key's secret with this salt: the first bytes of the SHA-256 of
 * the salt and scheme, id and secret, each after its length in eight bytes,
 * little-endian.  Errors are in *err, which is not NULL, and `mark` is zero
 * then: MEMORY, INTERNAL and TRUST, as in crypto/openssl.h.
 */
enum apam_status key_mark(const struct key_identity *key,
    const unsigned char salt[KEY_SALT_SIZE], unsigned char mark[KEY_MARK_SIZE],
    struct apam_error *err);

#endif
