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

#include "run/tunnel.h"

#define SECONDS 30 /* for one address, and for a proxy's answer */

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

static bool
ask_proxy(int fd, const struct dial_proxy *proxy, const struct site *to)
{
	char host[SITE_HOST_MAX + 3], where[SITE_HOST_MAX + 16], text[2048];

	site_url_host(to, host);
	snprintf(where, sizeof(where), "%s:%u", host, to->port);
	snprintf(text, sizeof(text),
	    "CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s%s%s\r\n", where, where,
	    proxy->pair[0] == '\0' ? "" : "Proxy-Authorization: Basic ",
	    proxy->pair, proxy->pair[0] == '\0' ? "" : "\r\n");
	return tunnel_write(fd, text, strlen(text)) && dial_proxy_answer(fd);
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
