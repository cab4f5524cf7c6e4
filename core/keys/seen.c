/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A mark of a secret, with its own salt.
 */
#include "keys/seen.h"

#include <string.h>

#include "base/random.h"
#include "base/str.h"
#include "text/encode.h"

bool
seen_make(const struct key_identity *key, char to[SEEN_TEXT])
{
	unsigned char salt[KEY_SALT_SIZE], mark[KEY_MARK_SIZE];
	struct apam_error why = APAM_ERROR_INIT;

	to[0] = '\0';
	if (!random_bytes(salt, sizeof(salt)) ||
	    key_mark(key, salt, mark, &why) != APAM_OK)
		return false;
	encode_hex(salt, sizeof(salt), to);
	encode_hex(mark, sizeof(mark), to + 2 * sizeof(salt));
	return true;
}

bool
seen_ok(const char *seen)
{
	size_t n = strlen(seen);

	return n == 0 ||
	    (n == SEEN_TEXT - 1 && strspn(seen, "0123456789abcdef") == n);
}

bool
seen_is_of(const struct key_identity *key, const char *seen)
{
	unsigned char salt[KEY_SALT_SIZE], mark[KEY_MARK_SIZE];
	struct apam_error why = APAM_ERROR_INIT;
	char own[2 * KEY_MARK_SIZE + 1];

	if (seen[0] == '\0' || !seen_ok(seen))
		return false;
	if (!decode_hex((struct apam_str){ seen, 2 * sizeof(salt) }, salt,
		sizeof(salt)) ||
	    key_mark(key, salt, mark, &why) != APAM_OK)
		return false;
	encode_hex(mark, sizeof(mark), own);
	return strcmp(own, seen + 2 * sizeof(salt)) == 0;
}
