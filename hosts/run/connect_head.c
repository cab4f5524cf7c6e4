/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* memmem */
#include "run/connect_head.h"

#include <string.h>
#include <strings.h>

#define END "\r\n\r\n"
#define METHOD "CONNECT "
#define VERSION " HTTP/1."
#define FIELD "Proxy-Authorization:"
#define BASIC "Basic "

/* Neither its time nor anything else says how much of the text was right. */
static bool
is_same(const char *text, size_t n, const char *wanted)
{
	const size_t length = strlen(wanted);
	unsigned char differs = n != length;

	for (size_t i = 0; i < n && length > 0; i++)
		differs |= (unsigned char)(text[i] ^ wanted[i % length]);
	return differs == 0;
}

/* The value of one line, with its length; NULL: it is another field. */
static const char *
value_of(const char *line, size_t *n)
{
	const size_t name = sizeof(FIELD) - 1, basic = sizeof(BASIC) - 1;

	if (*n < name || strncasecmp(line, FIELD, name) != 0)
		return NULL;
	line += name;
	*n -= name;
	while (*n > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		--*n;
	}
	if (*n < basic || strncasecmp(line, BASIC, basic) != 0)
		return NULL;
	*n -= basic;
	return line + basic;
}

/* True where exactly one field has the token. */
static bool
has_token(const char *line, const char *end, const char *pair)
{
	unsigned good = 0, all = 0;

	while (line < end) {
		const char *next = memmem(
		    line, (size_t)(end - line), "\r\n", 2);
		size_t n = (size_t)((next == NULL ? end : next) - line);
		const char *value = value_of(line, &n);

		all += value != NULL;
		good += value != NULL && is_same(value, n, pair);
		line = next == NULL ? end : next + 2;
	}
	return good == 1 && all == 1;
}

/* "host:port" of the first line; false where it is not as it has to be. */
static bool
read_target(const char *line, size_t n, struct site *site)
{
	char text[SITE_HOST_MAX + 16];
	const char *end = memmem(line, n, VERSION, sizeof(VERSION) - 1);
	size_t target;

	if (end == NULL)
		return false;
	target = (size_t)(end - line);
	if (n - target != sizeof(VERSION) || target >= sizeof(text))
		return false;
	memcpy(text, line, target);
	text[target] = '\0';
	return strlen(text) == target && site_read(text, site);
}

enum head_state
head_read(const char *text, size_t n, const char *pair, struct site *site,
    size_t *used)
{
	const size_t method = sizeof(METHOD) - 1;
	const char *end = memmem(text, n, END, sizeof(END) - 1);
	const char *line;

	if (end == NULL)
		return n < HEAD_MAX ? HEAD_PART : HEAD_BAD;
	*used = (size_t)(end - text) + sizeof(END) - 1;
	line = memmem(text, *used, "\r\n", 2);
	if (strncmp(text, METHOD, method) != 0)
		return HEAD_METHOD;
	if (!read_target(text + method, (size_t)(line - text) - method, site))
		return HEAD_BAD;
	return has_token(line + 2, end, pair) ? HEAD_GOOD : HEAD_STRANGER;
}
