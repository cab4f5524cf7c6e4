/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is asked of single records.
 */
#include "keys/record.h"

#include "base/siphash.h"
#include "base/str.h"
#include "base/utf8.h"
#include "config/rules.h"
#include "text/encode.h"

/* ---- Texts ------------------------------------------------------------ */

const char *
key_text_problem(const char *text)
{
	struct apam_str rest = apam_str(text);
	size_t n;

	if (rest.n > KEY_TEXT_MAX)
		return "it is longer than 255 bytes";
	while (rest.n > 0) {
		n = utf8_length(rest);
		if (n == 0)
			return "it is not valid UTF-8";
		if (utf8_plain_length(rest) == 0)
			return "it has a control character";
		rest = str_skip(rest, n);
	}
	return NULL;
}

/* ---- Marks ------------------------------------------------------------ */

void
key_mark_text(const struct key_record *record, char to[APAM_MARK_SIZE])
{
	to[0] = '\0';
	if (record->marked)
		encode_hex(record->mark, KEY_MARK_SIZE, to);
}

/* ---- Hashes ------------------------------------------------------------- */

void
key_hash(
    const char *scheme, struct apam_str id, unsigned char to[KEY_HASH_SIZE])
{
	static const unsigned char key[SIPHASH_SIZE] = "apam key's name";
	char text[SCHEME_NAME_MAX + 1 + KEY_TEXT_MAX + 1];
	size_t n = strlen(scheme) + 1;

	memset(to, 0, KEY_HASH_SIZE);
	if (n > SCHEME_NAME_MAX + 1 || id.n > KEY_TEXT_MAX)
		return;
	memcpy(text, scheme, n);
	memcpy(text + n, id.p, id.n);
	siphash(key, text, n + id.n, to);
}
