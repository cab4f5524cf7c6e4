/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hash of several texts.  Each is preceded by its length, so that no other
 * texts have the same hash.
 */
#include "keys/mark.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "crypto/digest.h"

/* Put a text with its length: no two lists of texts hash the same. */
static void
put_part(struct digest *digest, struct apam_str text)
{
	digest_put_number(digest, text.n);
	digest_put(digest, text.p, text.n);
}

enum apam_status
key_mark(const struct key_identity *key,
    const unsigned char salt[KEY_SALT_SIZE], unsigned char mark[KEY_MARK_SIZE],
    struct apam_error *err)
{
	unsigned char hash[DIGEST_SIZE];
	enum apam_status status;
	struct digest digest;

	digest_begin(&digest, err);
	digest_put(&digest, salt, KEY_SALT_SIZE);
	put_part(&digest, apam_str(key->scheme));
	put_part(&digest, apam_str(key->id));
	put_part(&digest, key->secret);
	status = digest_end(&digest, hash);
	memcpy(mark, hash, KEY_MARK_SIZE);
	wipe(hash, sizeof(hash));
	return status;
}
