/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads "Name: value", RFC 9110, 5.1 and 5.5.  It is stricter than curl: no
 * "Name;", no "@FILE", and no header that says the destination or the length of
 * a request.  A Host would carry the credential to another site on the same
 * server; a Content-Length or Transfer-Encoding could split the request in two.
 */
#include "lib/header_arg.h"

#include <apam/apam.h>

/* RFC 9110, 5.6.2. */
static bool
token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static struct apam_str
trim(const char *text)
{
	struct apam_str s;

	s.p = text + strspn(text, " \t");
	s.n = strlen(s.p);
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

bool
has_control(struct apam_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

const char *
header_arg(const char *text, struct apam_header *header)
{
	size_t n = 0;

	while (token_char(text[n]))
		n++;
	if (n == 0 || text[n] != ':')
		return "write a header as 'Name: value'";
	header->name = (struct apam_str){ text, n };
	header->value = trim(text + n + 1);
	if (has_control(header->value))
		return "a header must not have control characters";
	if (header->value.n == 0)
		return "a header needs a value";
	if (apam_header_is_framing(header->name))
		return "Host, Content-Length and others that say a request's "
		       "destination or length are set by apam";
	return NULL;
}
