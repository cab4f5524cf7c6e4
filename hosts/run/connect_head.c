/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* memmem */
#include "run/connect_head.h"

#include <string.h>
#include <strings.h>

#define END "\r\n\r\n"
#define METHOD "CONNECT "
#define WHOLE " https://"
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

/* The site of " https://host[:port]/... HTTP/1.1", which follows a method. */
static bool
read_whole(const char *from, size_t n, struct site *site)
{
	const size_t scheme = sizeof(WHOLE) - 1;
	const char *host = from + scheme, *end;
	size_t length;

	if (n < scheme || memcmp(from, WHOLE, scheme) != 0)
		return false;
	end = memchr(host, ' ', n - scheme);
	if (end == NULL || n - (size_t)(end - from) != sizeof(VERSION) ||
	    memcmp(end, VERSION, sizeof(VERSION) - 1) != 0)
		return false;
	length = strcspn(host, "/?# ");
	return host[length] != '\0' && site_read_usual(host, length, site);
}

/* What the first line, of `n` bytes, asks for. */
static enum head_state
read_line(const char *line, size_t n, struct site *site)
{
	const size_t method = sizeof(METHOD) - 1;
	const size_t word = strcspn(line, " \r");

	if (n >= method && memcmp(line, METHOD, method) == 0)
		return read_target(line + method, n - method, site) ?
		    HEAD_GOOD :
		    HEAD_BAD;
	return word > 0 && word < n && read_whole(line + word, n - word, site) ?
	    HEAD_WHOLE :
	    HEAD_METHOD;
}

enum head_state
head_read(const char *text, size_t n, const char *pair, struct site *site,
    size_t *used)
{
	const char *end = memmem(text, n, END, sizeof(END) - 1);
	enum head_state state;
	const char *line;

	if (end == NULL)
		return n < HEAD_MAX ? HEAD_PART : HEAD_BAD;
	*used = (size_t)(end - text) + sizeof(END) - 1;
	line = memmem(text, *used, "\r\n", 2);
	state = read_line(text, (size_t)(line - text), site);
	if (state != HEAD_GOOD && state != HEAD_WHOLE)
		return state;
	return has_token(line + 2, end, pair) ? state : HEAD_STRANGER;
}
