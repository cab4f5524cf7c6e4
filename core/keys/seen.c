/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A mark of a secret with a salt of its own.
 */
#include "keys/seen.h"

#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "base/str.h"

static void
put_hex(char *to, const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)snprintf(to + 2 * i, 3, "%02x", bytes[i]);
}

bool
seen_make(const struct key_identity *key, char to[SEEN_TEXT])
{
	unsigned char salt[KEY_SALT_SIZE], mark[KEY_MARK_SIZE];
	struct apam_error why = { .entry = -1 };

	to[0] = '\0';
	if (!random_bytes(salt, sizeof(salt)) ||
	    key_mark(key, salt, mark, &why) != APAM_OK)
		return false;
	put_hex(to, salt, sizeof(salt));
	put_hex(to + 2 * sizeof(salt), mark, sizeof(mark));
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
	struct apam_error why = { .entry = -1 };
	char own[2 * KEY_MARK_SIZE + 1];

	if (seen[0] == '\0' || !seen_ok(seen))
		return false;
	for (size_t i = 0; i < sizeof(salt); i++)
		salt[i] = (unsigned char)(str_hex(seen[2 * i]) * 16 +
		    str_hex(seen[2 * i + 1]));
	if (key_mark(key, salt, mark, &why) != APAM_OK)
		return false;
	put_hex(own, mark, sizeof(mark));
	return strcmp(own, seen + 2 * sizeof(salt)) == 0;
}
