/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Header fields.
 */

#include "text/header.h"

#include "base/str.h"

/* The characters of tchar, RFC 9110, 5.6.2, a bit each: of 32 to 63 and so on. */
static const uint32_t tchars[8] = { 0, 0x03ff6cfa, 0xc7fffffe, 0x57ffffff };

bool
header_is_token_char(char c)
{
	const unsigned char byte = (unsigned char)c;

	return (tchars[byte / 32] >> (byte % 32) & 1) != 0;
}

bool
header_name_ok(struct apam_str name)
{
	for (size_t i = 0; i < name.n; i++) {
		if (!header_is_token_char(name.p[i]))
			return false;
	}
	return name.n > 0;
}

bool
header_value_ok(struct apam_str value)
{
	/* A tab is a control character. */
	return !str_has_control(value) &&
	    (value.n == 0 ||
		(value.p[0] != ' ' && value.p[value.n - 1] != ' '));
}

#define NAME(literal)                                                          \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

bool
header_is_framing(struct apam_str name)
{
	static const struct apam_str framing[] = { NAME("Connection"),
		NAME("Content-Length"), NAME("Expect"), NAME("Host"),
		NAME("HTTP2-Settings"), NAME("Keep-Alive"),
		NAME("Proxy-Authorization"), NAME("Proxy-Connection"),
		NAME("TE"), NAME("Trailer"), NAME("Transfer-Encoding"),
		NAME("Upgrade") };

	for (size_t i = 0; i < sizeof(framing) / sizeof(framing[0]); i++)
		if (name.n == framing[i].n &&
		    str_equal_nocase(name, framing[i]))
			return true;
	return false;
}

struct apam_str
header_find(
    const struct apam_header *headers, size_t count, struct apam_str name)
{
	for (size_t i = 0; i < count; i++) {
		if (headers[i].name.n == name.n &&
		    str_equal_nocase(headers[i].name, name))
			return headers[i].value;
	}
	return (struct apam_str){ NULL, 0 };
}
