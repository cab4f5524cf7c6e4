/* SPDX-License-Identifier: BSD-2-Clause */
#include "run/dial_proxy.h"

#include <string.h>
#include <sys/socket.h>

#include "run/base64.h"

#define ANSWER_MAX 16384 /* bytes */

/* ---- What https_proxy says ------------------------------------------------ */

static int
hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = strchr(digits, c | 0x20);

	return at == NULL ? -1 : (int)(at - digits);
}

/* Undo percent-encoding; how many bytes that are, or -1. */
static long
decode(const char *from, size_t n, char *to, size_t room)
{
	size_t made = 0;

	for (size_t i = 0; i < n; i++) {
		int c = (unsigned char)from[i];

		if (c == '%') {
			if (n - i < 3 || hex(from[i + 1]) < 0 ||
			    hex(from[i + 2]) < 0)
				return -1;
			c = hex(from[i + 1]) << 4 | hex(from[i + 2]);
			i += 2;
		}
		if (made == room)
			return -1;
		to[made++] = (char)c;
	}
	return (long)made;
}

/* Take "user:password" in front of an '@'; what follows it, or NULL. */
static const char *
take_pair(const char *text, struct dial_proxy *proxy)
{
	const char *at = strchr(text, '@');
	char plain[DIAL_PAIR_MAX];
	long n;

	proxy->pair[0] = '\0';
	if (at == NULL)
		return text;
	n = decode(text, (size_t)(at - text), plain, sizeof(plain));
	if (n < 0)
		return NULL;
	base64(plain, (size_t)n, proxy->pair);
	return at + 1;
}

bool
dial_proxy_read(const char *text, struct dial_proxy *proxy)
{
	char site[SITE_HOST_MAX + 16];
	const char *from = text;
	size_t n;

	*proxy = (struct dial_proxy){ .pair = "" };
	if (text[0] == '\0')
		return true;
	if (strncmp(from, "http://", 7) == 0)
		from += 7;
	else if (strstr(from, "://") != NULL)
		return false;
	from = take_pair(from, proxy);
	if (from == NULL)
		return false;
	n = strcspn(from, "/");
	if (n + 4 > sizeof(site))
		return false;
	memcpy(site, from, n);
	site[n] = '\0';
	if (site_read(site, &proxy->at))
		return true;
	strcpy(site + n, ":80");
	return site_read(site, &proxy->at);
}

/* ---- What it answers ------------------------------------------------------ */

bool
dial_proxy_answer(int fd)
{
	char head[ANSWER_MAX];
	size_t n = 0;

	while (n < sizeof(head) && recv(fd, head + n, 1, 0) == 1) {
		n++;
		if (n >= 4 && memcmp(head + n - 4, "\r\n\r\n", 4) == 0)
			return strncmp(head, "HTTP/1.", 7) == 0 && n > 12 &&
			    head[9] == '2';
	}
	return false;
}
