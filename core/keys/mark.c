/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hash of texts that no other texts have: each is set off by its length.
 */
#include "keys/mark.h"

#include <string.h>

#include "base/buf.h"
#include "text/digest.h"

/* A text with its length before it: no two sets of texts hash the same. */
static void
put_text(struct digest *digest, struct apam_str text)
{
	digest_put_number(digest, text.n);
	digest_put(digest, text.p, text.n);
}

void
key_mark(struct apam_str scheme, struct apam_str id, struct apam_str secret,
    const unsigned char salt[KEY_SALT_SIZE], unsigned char mark[KEY_MARK_SIZE])
{
	unsigned char hash[DIGEST_SIZE];
	struct digest digest;

	digest_begin(&digest);
	digest_put(&digest, salt, KEY_SALT_SIZE);
	put_text(&digest, scheme);
	put_text(&digest, id);
	put_text(&digest, secret);
	digest_end(&digest, hash);
	memcpy(mark, hash, KEY_MARK_SIZE);
	wipe(hash, sizeof(hash));
}
