/* SPDX-License-Identifier: BSD-2-Clause */
#include "carried.h"

#include <stdint.h>
#include <string.h>

#define BASIC_MAX 512 /* bytes, decoded */

static bool
is_text(ngx_str_t given, ngx_str_t text)
{
	uint64_t differ = 0, a, b;
	size_t i = 0;

	if (given.len != text.len || text.len == 0)
		return false;
	for (; i + sizeof(a) <= text.len; i += sizeof(a)) {
		memcpy(&a, given.data + i, sizeof(a));
		memcpy(&b, text.data + i, sizeof(b));
		differ |= a ^ b;
	}
	for (; i < text.len; i++)
		differ |= given.data[i] ^ text.data[i];
	return differ == 0;
}

static bool
skip_word(ngx_str_t *s, ngx_str_t word)
{
	if (s->len <= word.len)
		return false;
	if (memcmp(s->data, word.data, word.len) != 0 && /* as most write it */
	    strncasecmp((char *)s->data, (char *)word.data, word.len) != 0)
		return false;
	s->data += word.len;
	s->len -= word.len;
	while (s->len > 0 && s->data[0] == ' ') {
		s->data++;
		s->len--;
	}
	return true;
}

/* Any user name, and the text as the password. */
static bool
is_password(ngx_str_t encoded, ngx_str_t text)
{
	u_char bytes[BASIC_MAX], *colon;
	ngx_str_t plain = { 0, bytes };
	bool is = false;

	if (ngx_base64_decoded_length(encoded.len) > sizeof(bytes) ||
	    ngx_decode_base64(&plain, &encoded) != NGX_OK)
		return false;
	colon = ngx_strlchr(plain.data, plain.data + plain.len, ':');
	if (colon != NULL) {
		plain.len -= (size_t)(colon + 1 - plain.data);
		plain.data = colon + 1;
		is = is_text(plain, text);
	}
	explicit_bzero(bytes, sizeof(bytes));
	return is;
}

/* By length and first letter, which most values are told apart by. */
static bool
may_carry(ngx_str_t value, ngx_str_t text)
{
	return value.len == text.len ||
	    (value.len > text.len && (value.data[0] | 0x20) == 'b');
}

bool
carried(ngx_str_t value, ngx_str_t text)
{
	if (!may_carry(value, text))
		return false;
	if (is_text(value, text))
		return true;
	if (skip_word(&value, TEXT("Bearer ")))
		return is_text(value, text);
	return skip_word(&value, TEXT("Basic ")) && is_password(value, text);
}
