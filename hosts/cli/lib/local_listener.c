/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A page without a script and without a link; it is not stored, and says to
 * nobody where the browser was.
 */
#define _GNU_SOURCE /* accept4 */
#include "lib/local_listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/redirect_state.h"

#define PATH "/callback"
#define PAGE_MAX 1024
#define HEAD_MAX 1024
#define JSON "application/json"
#define SEND_MS 5000 /* how long one that does not read is waited for */
#define SILENT_S 30 /* how long one that sends nothing is not seen */
#define ACCEPTED_MAX 64 /* in one turn */

void
local_listener_init(struct local_listener *l)
{
	*l = (struct local_listener){ .fds = { -1, -1 }, .held = -1 };
	for (size_t i = 0; i < LOCAL_CONNECTIONS; i++)
		l->all[i].fd = -1;
}

/* ---- Where to listen ---------------------------------------------------- */

/* Which hosts, in order: the one that must be had comes first. */
struct hosts {
	bool ipv6_first;
	bool both; /* a name may lead to either */
};

/* Take "http://HOST:PORT/PATH" apart. */
static const char *
read_uri(struct local_listener *l, const char *uri, struct hosts *hosts)
{
	static const char *const names[] = { "127.0.0.1", "[::1]",
		"localhost" };
	const char *at, *slash;
	unsigned long port;
	size_t i = 0;
	char *end;

	if (strlen(uri) >= sizeof(l->uri) || strncmp(uri, "http://", 7) != 0)
		return "it does not begin with http://";
	at = uri + 7;
	while (i < 3 && strncmp(at, names[i], strlen(names[i])) != 0)
		i++;
	if (i == 3 || at[strlen(names[i])] != ':')
		return "its host is not 127.0.0.1, [::1] or localhost, with a "
		       "port";
	port = strtoul(at + strlen(names[i]) + 1, &end, 10);
	slash = strchr(at, '/');
	if (slash == NULL || end != slash || port < 1 || port > UINT16_MAX)
		return "it has no port from 1 to 65535, or no path";
	*hosts = (struct hosts){ .ipv6_first = i == 1, .both = i == 2 };
	l->port = (uint16_t)port;
	(void)snprintf(l->uri, sizeof(l->uri), "%s", uri);
	(void)snprintf(l->path, sizeof(l->path), "%s", slash);
	(void)snprintf(
	    l->authority, sizeof(l->authority), "%.*s", (int)(slash - at), at);
	return NULL;
}

static void
make_uri(struct local_listener *l)
{
	(void)snprintf(l->authority, sizeof(l->authority), "127.0.0.1:%u",
	    (unsigned)l->port);
	(void)snprintf(l->path, sizeof(l->path), "%s", PATH);
	(void)snprintf(l->uri, sizeof(l->uri), "http://127.0.0.1:%u%s",
	    (unsigned)l->port, PATH);
}

/* Listen at ::1 or 127.0.0.1; -1 with errno set. */
static int
listen_at(bool ipv6, uint16_t port)
{
	const struct sockaddr_in four = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	const struct sockaddr_in6 six = { .sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	const struct sockaddr *at = ipv6 ? (const void *)&six :
					   (const void *)&four;
	const int fd = socket(ipv6 ? AF_INET6 : AF_INET,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const int yes = 1, silent = SILENT_S;
	int number;

	if (fd < 0)
		return -1;
	/* Else the port cannot be had again a minute long. */
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	/* One that is seen has sent something, and can be read at once. */
	(void)setsockopt(
	    fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &silent, sizeof(silent));
	if (ipv6)
		(void)setsockopt(
		    fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes));
	if (bind(fd, at, ipv6 ? sizeof(six) : sizeof(four)) == 0 &&
	    listen(fd, 16) == 0)
		return fd;
	number = errno;
	(void)close(fd);
	errno = number;
	return -1;
}

/* The port that the system chose; 0 if it cannot be told. */
static uint16_t
port_of(int fd)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t size = sizeof(at);

	if (getsockname(fd, (struct sockaddr *)&at, &size) != 0)
		return 0;
	return ntohs(at.sin_port);
}

/* A machine without IPv6 cannot be led there. */
static bool
is_absent(int number)
{
	return number == EADDRNOTAVAIL || number == EAFNOSUPPORT ||
	    number == EPROTONOSUPPORT;
}

const char *
local_listener_open(
    struct local_listener *l, const char *uri, uint16_t port, int *error)
{
	struct hosts hosts = { .both = false };
	const char *why;

	*error = 0;
	l->port = port;
	why = uri == NULL ? NULL : read_uri(l, uri, &hosts);
	if (why != NULL)
		return why;
	l->fds[0] = listen_at(hosts.ipv6_first, l->port);
	*error = errno;
	if (l->fds[0] < 0)
		return "the port cannot be had";
	if (l->port == 0)
		l->port = port_of(l->fds[0]);
	l->fds[1] = listen_at(!hosts.ipv6_first, l->port);
	*error = errno;
	/* Whoever has the other one would be asked in our place. */
	if (l->fds[1] < 0 && hosts.both && !is_absent(errno))
		return "the port cannot be had";
	if (uri == NULL)
		make_uri(l);
	*error = 0;
	return NULL;
}

void
local_listener_admit(
    struct local_listener *l, const char *path, const char *authorization)
{
	l->authorization = authorization;
	(void)snprintf(l->path, sizeof(l->path), "%s", path);
	(void)snprintf(
	    l->uri, sizeof(l->uri), "http://%s%s", l->authority, path);
}

void
local_listener_expect(struct local_listener *l, const char *page)
{
	(void)snprintf(
	    l->page, sizeof(l->page), "%s", page == NULL ? "" : page);
}

/* ---- Connections -------------------------------------------------------- */

static void
drop(struct local_connection *c)
{
	if (c->fd >= 0)
		(void)close(c->fd);
	free(c->bytes);
	*c = (struct local_connection){ .fd = -1 };
}

/* What does not go out at once is waited for a short while. */
static void
send_all(int fd, struct apam_str bytes)
{
	struct pollfd out = { fd, POLLOUT, 0 };
	ssize_t n;

	while (bytes.n > 0) {
		n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return;
		bytes.p += n > 0 ? n : 0;
		bytes.n -= n > 0 ? (size_t)n : 0;
		if (bytes.n > 0 && poll(&out, 1, SEND_MS) <= 0)
			return;
	}
}

/* Send an answer. */
static void
send_answer(int fd, const char *status, const char *more, const char *type,
    struct apam_str body)
{
	char head[HEAD_MAX];
	const int n = snprintf(head, sizeof(head),
	    "HTTP/1.1 %s\r\n"
	    "Content-Type: %s\r\n"
	    "Content-Length: %zu\r\n"
	    "Cache-Control: no-store\r\n"
	    "Referrer-Policy: no-referrer\r\n"
	    "Content-Security-Policy: default-src 'none'; style-src "
	    "'unsafe-inline'; frame-ancestors 'none'\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "%sConnection: close\r\n\r\n",
	    status, type, body.n, more);

	send_all(fd, (struct apam_str){ head, (size_t)n });
	send_all(fd, body);
	(void)shutdown(fd, SHUT_WR);
}

/* Send a page. */
static void
send_page(int fd, const char *status, const char *more, const char *title,
    const char *text)
{
	char body[PAGE_MAX];
	int n;

	n = snprintf(body, sizeof(body),
	    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" content=\"width=device-width\">"
	    "<meta name=\"color-scheme\" content=\"light dark\">"
	    "<title>%s - apam</title><body style=\"font: 1.1em/1.5 "
	    "sans-serif; max-width: 32em; margin: 15vh auto; padding: 0 2em\">"
	    "<p style=\"opacity: .6\">apam</p>"
	    "<h1 style=\"font-size: 1.6em\">%s</h1><p>%s</p></body></html>\n",
	    title, title, text);
	send_answer(fd, status, more, "text/html; charset=utf-8",
	    (struct apam_str){ body, (size_t)n });
}

/* What a program is told that gets no keys. */
static void
refuse_program(struct local_connection *c, enum local_request what)
{
	const char *status = "400 Bad Request", *more = "";

	if (what == LOCAL_METHOD) {
		status = "405 Method Not Allowed";
		more = "Allow: GET\r\n";
	} else if (what == LOCAL_STRANGER)
		status = "401 Unauthorized";
	else if (what == LOCAL_ELSEWHERE)
		status = "404 Not Found";
	send_answer(c->fd, status, more, JSON, APAM_STR("{}\n"));
	drop(c);
}

static void
refuse(struct local_connection *c, enum local_request what)
{
	if (what == LOCAL_METHOD)
		send_page(c->fd, "405 Method Not Allowed", "Allow: GET\r\n",
		    "This is not a page to send to",
		    "This address takes a GET alone.");
	else if (what == LOCAL_ELSEWHERE)
		send_page(c->fd, "404 Not Found", "", "There is nothing here",
		    "This is not the way back from the login that apam waits "
		    "for. Log in on the page that apam named.");
	else
		send_page(c->fd, "400 Bad Request", "",
		    "This request is damaged",
		    "apam does not understand this request.");
	drop(c);
}

/* Read what there is; GOOD with *target set if it is the one waited for. */
static enum local_request
read_more(struct local_listener *l, struct local_connection *c,
    struct apam_str *target)
{
	const struct local_place place = { l->path, l->authority,
		l->authorization };
	const ssize_t n = recv(
	    c->fd, c->bytes + c->n, LOCAL_REQUEST_MAX - c->n, 0);

	*target = (struct apam_str){ "", 0 };
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		drop(c);
		return LOCAL_MORE;
	}
	c->n += n > 0 ? (size_t)n : 0;
	return local_request_read(
	    (struct apam_str){ c->bytes, c->n }, &place, target);
}

/*
 * True with `url` set if this is the answer: a login takes one, and it has the
 * state of the page that the browser was sent to.
 */
static bool
take_answer(const struct local_listener *l, struct apam_str target, char *url,
    size_t size)
{
	int n;

	if (l->held >= 0 || (l->page[0] == '\0' && l->authorization == NULL))
		return false;
	n = snprintf(
	    url, size, "http://%s%.*s", l->authority, (int)target.n, target.p);
	return n > 0 && (size_t)n < size &&
	    (l->authorization != NULL || redirect_state_same(l->page, url));
}

/* True if this one brought the answer. */
static bool
serve(struct local_listener *l, int i, char *url, size_t size)
{
	struct local_connection *c = &l->all[i];
	struct apam_str target;
	enum local_request what;

	if (c->fd < 0 || i == l->held)
		return false;
	what = read_more(l, c, &target);
	if (what == LOCAL_MORE)
		return false;
	if (what == LOCAL_GOOD && !take_answer(l, target, url, size))
		what = LOCAL_ELSEWHERE;
	if (what != LOCAL_GOOD) {
		if (l->authorization != NULL)
			refuse_program(c, what);
		else
			refuse(c, what);
		return false;
	}
	l->held = i;
	return true;
}

/* Accept one connection; its place, or -1. */
static int
accept_one(struct local_listener *l, int fd)
{
	const int taken = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct local_connection *c;
	size_t i;

	if (taken < 0) {
		if (errno != EAGAIN)
			(void)usleep(10000); /* it may fail for a while */
		return -1;
	}
	/* The one that brought the answer stays. */
	if ((int)l->next == l->held)
		l->next = (l->next + 1) % LOCAL_CONNECTIONS;
	i = l->next;
	l->next = (i + 1) % LOCAL_CONNECTIONS;
	c = &l->all[i];
	drop(c);
	c->fd = taken;
	c->bytes = malloc(LOCAL_REQUEST_MAX);
	if (c->bytes == NULL)
		drop(c);
	return (int)i;
}

/*
 * Each is read before the next one, which may take its place; and there is an
 * end to them, however many come.  True if one brought the answer.
 */
static bool
accept_some(struct local_listener *l, int fd, char *url, size_t size)
{
	bool came = false;
	int i = 0;

	for (size_t n = 0; !came && i >= 0 && n < ACCEPTED_MAX; n++) {
		i = accept_one(l, fd);
		came = i >= 0 && serve(l, i, url, size);
	}
	return came;
}

size_t
local_listener_polls(const struct local_listener *l, struct pollfd *to)
{
	size_t n = 0;

	for (size_t i = 0; i < 2; i++)
		if (l->fds[i] >= 0)
			to[n++] = (struct pollfd){ l->fds[i], POLLIN, 0 };
	for (int i = 0; i < LOCAL_CONNECTIONS; i++)
		if (l->all[i].fd >= 0 && i != l->held)
			to[n++] = (struct pollfd){ l->all[i].fd, POLLIN, 0 };
	return n;
}

bool
local_listener_serve(struct local_listener *l, char *url, size_t size)
{
	bool came = false;

	for (int i = 0; !came && i < LOCAL_CONNECTIONS; i++)
		came = serve(l, i, url, size);
	for (size_t i = 0; !came && i < 2; i++)
		came = l->fds[i] >= 0 && accept_some(l, l->fds[i], url, size);
	return came;
}

void
local_listener_tell(
    struct local_listener *l, bool ok, const char *title, const char *text)
{
	if (l->held < 0)
		return;
	send_page(l->all[l->held].fd, ok ? "200 OK" : "400 Bad Request", "",
	    title, text);
	drop(&l->all[l->held]);
	l->held = -1;
}

void
local_listener_answer(
    struct local_listener *l, const char *status, struct apam_str body)
{
	if (l->held < 0)
		return;
	send_answer(l->all[l->held].fd, status, "", JSON, body);
	drop(&l->all[l->held]);
	l->held = -1;
}

void
local_listener_close(struct local_listener *l)
{
	for (size_t i = 0; i < LOCAL_CONNECTIONS; i++)
		drop(&l->all[i]);
	for (size_t i = 0; i < 2; i++)
		if (l->fds[i] >= 0)
			(void)close(l->fds[i]);
	local_listener_init(l);
}
