/* SPDX-License-Identifier: BSD-2-Clause */
#include "carried.h"

#include <string.h>

#define BASIC_MAX 512 /* bytes, decoded */

static bool
is_text(ngx_str_t given, ngx_str_t text)
{
	u_char differ = 0;

	if (given.len != text.len || text.len == 0)
		return false;
	for (size_t i = 0; i < text.len; i++)
		differ |= given.data[i] ^ text.data[i];
	return differ == 0;
}

static bool
skip_word(ngx_str_t *s, const char *word)
{
	const size_t n = strlen(word);

	if (s->len <= n || strncasecmp((char *)s->data, word, n) != 0)
		return false;
	s->data += n;
	s->len -= n;
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

bool
carried(ngx_str_t value, ngx_str_t text)
{
	if (value.len < text.len)
		return false;
	if (is_text(value, text))
		return true;
	if (skip_word(&value, "Basic "))
		return is_password(value, text);
	return skip_word(&value, "Bearer ") && is_text(value, text);
}
