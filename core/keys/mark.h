/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which of several secrets of one id a key has: 16 bits of a salted hash.  So
 * few that of a weak secret nothing worth guessing is given away, and one in
 * 65536 new secrets is taken for the old one, which fails closed.
 */
#ifndef CORE_KEY_MARK_H
#define CORE_KEY_MARK_H

#include <apam/apam.h>

#define KEY_SALT_SIZE 16
#define KEY_MARK_SIZE 2

/* A key as an entry has it. */
struct key_identity {
	const char *scheme, *id;
	struct apam_str secret;	/* as entry_key_secret makes it, or empty */
};

/*
 * The mark that a key's secret has with this salt: the first bytes of the
 * SHA-256 of the salt and scheme, id and secret, each after its length in eight
 * bytes, the least first.  Errors, in *err, which is not NULL, and with `mark`
 * zero: MEMORY, INTERNAL and TRUST, as crypto/openssl.h has them.
 */
enum apam_status key_mark(const struct key_identity *key,
    const unsigned char salt[KEY_SALT_SIZE], unsigned char mark[KEY_MARK_SIZE],
    struct apam_error *err);

#endif
