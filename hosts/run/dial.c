/* SPDX-License-Identifier: BSD-2-Clause */
#define _DEFAULT_SOURCE /* getaddrinfo */
#include "run/dial.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "run/base64.h"
#include "run/tunnel.h"

#define SECONDS 30 /* for one address, and for a proxy's answer */
#define ANSWER_MAX 16384

/* ---- The user's proxy ---------------------------------------------------- */

static int
hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, c | 0x20);

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
	char plain[700];
	long n;

	proxy->pair[0] = '\0';
	if (at == NULL)
		return text;
	n = decode(text, (size_t)(at - text), plain, sizeof(plain));
	if (n < 0 ||
	    !base64(plain, (size_t)n, proxy->pair, sizeof(proxy->pair)))
		return NULL;
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

/* ---- Connecting ---------------------------------------------------------- */

static void
set_timeout(int fd, int option, int seconds)
{
	const struct timeval t = { .tv_sec = seconds };

	(void)setsockopt(fd, SOL_SOCKET, option, &t, sizeof(t));
}

int
dial_local(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	(void)snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

static int
dial_address(const struct addrinfo *a)
{
	const int fd = socket(
	    a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);

	if (fd < 0)
		return -1;
	set_timeout(fd, SO_SNDTIMEO, SECONDS); /* holds for connect, too */
	if (connect(fd, a->ai_addr, a->ai_addrlen) == 0) {
		set_timeout(fd, SO_SNDTIMEO, 0);
		return fd;
	}
	(void)close(fd);
	return -1;
}

int
dial_host(const struct site *to, const char **why)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV };
	struct addrinfo *found = NULL;
	char port[8];
	int fd = -1;

	snprintf(port, sizeof(port), "%u", to->port);
	if (getaddrinfo(to->host, port, &hints, &found) != 0) {
		*why = "there is no such host";
		return -1;
	}
	for (const struct addrinfo *a = found; a != NULL && fd < 0;
	     a = a->ai_next)
		fd = dial_address(a);
	freeaddrinfo(found);
	*why = "the host cannot be reached";
	return fd;
}

/* ---- By a proxy ---------------------------------------------------------- */

/*
 * Read an answer's head, byte by byte, so that nothing of what follows it is
 * taken.  True where its status is 2xx.
 */
static bool
read_answer(int fd)
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

static bool
ask_proxy(int fd, const struct dial_proxy *proxy, const struct site *to)
{
	char host[SITE_HOST_MAX + 3], where[SITE_HOST_MAX + 16], text[2048];
	int n;

	site_url_host(to, host);
	snprintf(where, sizeof(where), "%s:%u", host, to->port);
	n = snprintf(text, sizeof(text),
	    "CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s%s%s\r\n", where, where,
	    proxy->pair[0] == '\0' ? "" : "Proxy-Authorization: Basic ",
	    proxy->pair, proxy->pair[0] == '\0' ? "" : "\r\n");
	return n > 0 && (size_t)n < sizeof(text) &&
	    tunnel_write(fd, text, (size_t)n) && read_answer(fd);
}

int
dial_by_proxy(
    const struct dial_proxy *proxy, const struct site *to, const char **why)
{
	const int fd = dial_host(&proxy->at, why);

	if (fd < 0)
		return -1;
	set_timeout(fd, SO_RCVTIMEO, SECONDS);
	if (ask_proxy(fd, proxy, to)) {
		set_timeout(fd, SO_RCVTIMEO, 0);
		return fd;
	}
	(void)close(fd);
	*why = "the proxy of https_proxy does not let it through";
	return -1;
}
