/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Header fields.
 */

#include "text/header.h"

#include "base/str.h"

/* tchar, RFC 9110, 5.6.2. */
bool
header_is_token_char(char c)
{
	return str_is_alnum(c) || str_is_one_of(c, "!#$%&'*+-.^_`|~");
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
	return !str_has_control(value) && str_trim(value).n == value.n;
}

bool
header_is_framing(struct apam_str name)
{
	static const char *const framing[] = { "Connection", "Content-Length",
		"Expect", "Host", "HTTP2-Settings", "Keep-Alive",
		"Proxy-Authorization", "Proxy-Connection", "TE", "Trailer",
		"Transfer-Encoding", "Upgrade" };

	for (size_t i = 0; i < sizeof(framing) / sizeof(framing[0]); i++)
		if (str_equal_nocase(name, apam_str(framing[i])))
			return true;
	return false;
}

struct apam_str
header_find(
    const struct apam_header *headers, size_t count, struct apam_str name)
{
	for (size_t i = 0; i < count; i++) {
		if (str_equal_nocase(headers[i].name, name))
			return headers[i].value;
	}
	return (struct apam_str){ NULL, 0 };
}
