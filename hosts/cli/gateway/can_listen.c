/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether an address can be listened at. */
#include "can_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define TRIES 20 /* as long as nginx tries */
#define BETWEEN_NS (100 * 1000 * 1000L)

union address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
	struct sockaddr_un local;
};

/* A port, in the network's byte order; 0: it is none. */
static in_port_t
port_of(const char *text)
{
	const size_t n = strspn(text, "0123456789");
	const unsigned long port = strtoul(text, NULL, 10);

	return n == 0 || n > 5 || text[n] != '\0' || port > 65535 ?
	    0 :
	    htons((in_port_t)port);
}

static socklen_t
parse_local(const char *path, union address *to)
{
	const size_t n = strlen(path);

	if (n == 0 || n >= sizeof(to->local.sun_path))
		return 0;
	to->local.sun_family = AF_UNIX;
	memcpy(to->local.sun_path, path, n + 1);
	return sizeof(to->local);
}

/* How long it is; 0: it is not an address. */
static socklen_t
parse(const char *text, union address *to)
{
	const char *colon = strrchr(text, ':');
	char host[INET_ADDRSTRLEN];

	memset(to, 0, sizeof(*to));
	if (strncmp(text, "unix:", 5) == 0)
		return parse_local(text + 5, to);
	if (colon == NULL || port_of(colon + 1) == 0)
		return 0;
	if (strncmp(text, "[::1]:", 6) == 0) {
		to->six.sin6_family = AF_INET6;
		to->six.sin6_addr = in6addr_loopback;
		to->six.sin6_port = port_of(colon + 1);
		return sizeof(to->six);
	}
	if ((size_t)(colon - text) >= sizeof(host))
		return 0;
	(void)snprintf(host, sizeof(host), "%.*s", (int)(colon - text), text);
	to->four.sin_family = AF_INET;
	to->four.sin_port = port_of(colon + 1);
	return inet_pton(AF_INET, host, &to->four.sin_addr) == 1 ?
	    sizeof(to->four) :
	    0;
}

/* 0, or why not, of errno. */
static int
try(const union address *at, socklen_t n)
{
	const int fd = socket(at->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int yes = 1;
	int failed = 0;

	/* Connections that have ended there are not in the way, as for nginx. */
	if (fd < 0 ||
	    (at->any.sa_family != AF_UNIX &&
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) !=
		    0) ||
	    bind(fd, &at->any, n) != 0)
		failed = errno;
	if (fd >= 0)
		(void)close(fd);
	if (failed == 0 && at->any.sa_family == AF_UNIX)
		(void)unlink(at->local.sun_path);
	return failed;
}

bool
can_listen(const char *address)
{
	const struct timespec between = { .tv_nsec = BETWEEN_NS };
	union address at;
	const socklen_t n = parse(address, &at);
	int failed = n == 0 ? EINVAL : try(&at, n);

	for (int i = 1; i < TRIES && failed == EADDRINUSE; i++) {
		(void)nanosleep(&between, NULL);
		failed = try(&at, n);
	}
	errno = failed;
	return failed == 0;
}
