/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each answer ends its connection (RFC 9112, 9.6).  The answer is made whole
 * before any of it is sent, so that it is of one moment.
 */
#define _GNU_SOURCE /* accept4 */
#include "agent/scrape.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/handover.h"
#include "agent/metrics.h"
#include "agent/passed.h"
#include "base/clock.h"
#include "base/shortage.h"

#define BACKLOG 16
#define HEAD_MAX 512

void
scrape_init(struct scrape *s)
{
	*s = (struct scrape){ .listener.fd = -1 };
	for (size_t i = 0; i < SCRAPE_CONNECTIONS; i++) {
		s->all[i].watch.fd = -1;
		s->all[i].scrape = s;
		buf_init_plain(&s->all[i].answer, METRICS_TEXT_MAX + HEAD_MAX);
	}
}

/* ---- One connection ----------------------------------------------------- */

static void
end(struct scrape_connection *c)
{
	const int fd = loop_remove(c->scrape->loop, &c->watch);

	if (fd >= 0)
		(void)close(fd);
	buf_free(&c->answer);
	c->got = c->sent = 0;
}

static const char *
status_of(enum scrape_request what)
{
	switch (what) {
	case SCRAPE_GOOD:
		return "200 OK";
	case SCRAPE_METHOD:
		return "405 Method Not Allowed\r\nAllow: GET";
	case SCRAPE_ELSEWHERE:
		return "404 Not Found";
	default:
		return "400 Bad Request";
	}
}

static void
put_head(struct buf *to, const char *status, size_t length)
{
	char head[HEAD_MAX];
	const int n = snprintf(head, sizeof(head),
	    "HTTP/1.0 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
	    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
	    "Connection: close\r\n\r\n",
	    status, METRICS_TYPE, length);

	buf_put(to, (struct apam_str){ head, (size_t)n });
}

static void
make_answer(struct scrape_connection *c, enum scrape_request what)
{
	struct scrape *s = c->scrape;
	struct buf text;

	buf_init_plain(&text, METRICS_TEXT_MAX);
	if (what != SCRAPE_GOOD)
		put_head(&c->answer, status_of(what), 0);
	else if (s->tell(s->arg, &text)) {
		put_head(&c->answer, status_of(what), text.n);
		buf_put(&c->answer, buf_view(&text));
	} else
		put_head(&c->answer, "503 Service Unavailable", 0);
	buf_free(&text);
}

/* False when the connection is done with. */
static bool
send_answer(struct scrape_connection *c)
{
	const size_t left = c->answer.n - c->sent;
	const ssize_t n = send(c->watch.fd, c->answer.p + c->sent, left,
	    MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	c->sent += (size_t)n;
	return c->sent < c->answer.n;
}

/* False when the other side has ended, or broke. */
static bool
receive(struct scrape_connection *c)
{
	enum scrape_request what;
	const ssize_t n = recv(c->watch.fd, c->request + c->got,
	    SCRAPE_REQUEST_MAX - c->got, MSG_DONTWAIT);

	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	c->got += (size_t)n;
	what = scrape_request_read((struct apam_str){ c->request, c->got });
	if (what == SCRAPE_MORE)
		return true;
	make_answer(c, what);
	if (c->answer.n == 0)
		return false;
	loop_change(c->scrape->loop, &c->watch, WATCH_OUT);
	return true;
}

static void
on_ready(struct watch *watch, unsigned events)
{
	struct scrape_connection *c =
	    (struct scrape_connection *)(void *)((char *)watch -
		offsetof(struct scrape_connection, watch));
	bool on = true;

	if (c->answer.n == 0 && (events & (WATCH_IN | WATCH_BROKEN)) != 0)
		on = receive(c);
	if (on && c->answer.n > 0)
		on = send_answer(c);
	if (!on)
		end(c);
}

/* One that is free, or the oldest one, which is ended. */
static struct scrape_connection *
make_place(struct scrape *s)
{
	struct scrape_connection *oldest = &s->all[0];

	for (size_t i = 0; i < SCRAPE_CONNECTIONS; i++) {
		if (s->all[i].watch.fd < 0)
			return &s->all[i];
		if (s->all[i].since < oldest->since)
			oldest = &s->all[i];
	}
	end(oldest);
	return oldest;
}

/* There is no room: scrapers wait in the queue, and are not asked for at once. */
static void
rest(struct scrape *s)
{
	loop_change(s->loop, &s->listener, 0);
	s->rests_until = clock_ms() + SCRAPE_REST_MS;
}

static void
on_scraper(struct watch *watch, unsigned events)
{
	struct scrape *s = (struct scrape *)(void *)((char *)watch -
	    offsetof(struct scrape, listener));
	struct scrape_connection *c;
	const int fd = accept4(
	    watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0 && is_shortage(errno))
		rest(s);
	if (fd < 0)
		return;
	c = make_place(s);
	c->since = clock_ms();
	c->watch.fd = fd;
	c->watch.ready = on_ready;
	if (loop_add(s->loop, &c->watch, WATCH_IN))
		return;
	c->watch.fd = -1;
	(void)close(fd);
}

/* ---- Time --------------------------------------------------------------- */

/* Its time is over, and nothing of it waits for us. */
static bool
is_over(const struct scrape_connection *c, int64_t now)
{
	return c->watch.fd >= 0 && now - c->since >= SCRAPE_MS &&
	    (loop_look(&c->watch) & c->watch.events) == 0;
}

int
scrape_due(const struct scrape *s)
{
	int64_t first = s->rests_until == 0 ? INT64_MAX : s->rests_until;

	for (size_t i = 0; i < SCRAPE_CONNECTIONS; i++)
		if (s->all[i].watch.fd >= 0 &&
		    s->all[i].since + SCRAPE_MS < first)
			first = s->all[i].since + SCRAPE_MS;
	return first == INT64_MAX ? -1 : clock_left(first);
}

void
scrape_tick(struct scrape *s)
{
	for (size_t i = 0; i < SCRAPE_CONNECTIONS; i++)
		if (s->all[i].watch.fd >= 0 && is_over(&s->all[i], clock_ms()))
			end(&s->all[i]);
	if (s->rests_until == 0 || clock_ms() < s->rests_until)
		return;
	loop_change(s->loop, &s->listener, WATCH_IN);
	s->rests_until = 0;
}

/* ---- Where to listen ---------------------------------------------------- */

static bool
fits(void *unused, int fd, const char *name)
{
	int type = 0;
	socklen_t size = sizeof(type);

	(void)unused;
	return strcmp(name, "metrics") == 0 &&
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
	    type == SOCK_STREAM;
}

/* A listening socket at an address; -1 with errno set. */
static int
listen_at(const struct sockaddr *at, socklen_t size)
{
	const int fd = socket(
	    at->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const int yes = 1;
	int number;

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, at, size) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	number = errno;
	(void)close(fd);
	errno = number;
	return -1;
}

/* What is there, if it is a socket. */
static void
remove_socket(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(path);
}

static int
listen_at_path(struct scrape *s, const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd, number;

	if (strlen(path) >= sizeof(at.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	remove_socket(path);
	fd = listen_at((struct sockaddr *)&at, sizeof(at));
	if (fd >= 0 && chmod(path, 0666) == 0) {
		(void)snprintf(s->path, sizeof(s->path), "%s", path);
		return fd;
	}
	number = errno;
	if (fd >= 0)
		(void)close(fd);
	remove_socket(path);
	errno = number;
	return -1;
}

/* 127.0.0.1:PORT or [::1]:PORT; EINVAL where it is something else. */
static int
listen_at_port(const char *where)
{
	struct sockaddr_in four = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	const bool is_six = strncmp(where, "[::1]:", 6) == 0;
	const char *port = where + (is_six ? 6 : 10);
	unsigned long number;
	char *rest;

	errno = EINVAL;
	if ((!is_six && strncmp(where, "127.0.0.1:", 10) != 0) ||
	    port[0] < '1' || port[0] > '9')
		return -1;
	number = strtoul(port, &rest, 10);
	if (*rest != '\0' || number > UINT16_MAX)
		return -1;
	four.sin_port = six.sin6_port = htons((uint16_t)number);
	return is_six ? listen_at((struct sockaddr *)&six, sizeof(six)) :
			listen_at((struct sockaddr *)&four, sizeof(four));
}

/* Of the agent that served before; -1: it did not listen there. */
static int
take_handed(struct scrape *s, const char *where)
{
	char name[PASSED_NAME_SIZE];
	int fd;

	(void)snprintf(name, sizeof(name), HANDED_METRICS "%s", where);
	fd = passed_take_named(name);
	if (fd >= 0 && where[0] == '/')
		(void)snprintf(s->path, sizeof(s->path), "%s", where);
	return fd;
}

static int
listen_there(struct scrape *s, const char *where)
{
	const int fd = take_handed(s, where);

	if (fd >= 0)
		return fd;
	return where[0] == '/' ? listen_at_path(s, where) :
				 listen_at_port(where);
}

const char *
scrape_open(struct scrape *s, const char *where, int *error)
{
	int fd;

	*error = 0;
	fd = where == NULL ? passed_take(fits, NULL) : listen_there(s, where);
	if (fd < 0 && where == NULL)
		return NULL;
	if (fd < 0 && errno == EINVAL)
		return "--metrics needs an absolute path, 127.0.0.1:PORT or "
		       "[::1]:PORT";
	*error = errno;
	if (fd < 0)
		return "the socket for metrics cannot be opened";
	s->listener.fd = fd;
	s->listener.ready = on_scraper;
	if (loop_add(s->loop, &s->listener, WATCH_IN))
		return NULL;
	*error = errno;
	return "the socket for metrics cannot be watched";
}

void
scrape_leave(struct scrape *s)
{
	s->path[0] = '\0';
}

void
scrape_close(struct scrape *s)
{
	int fd;

	for (size_t i = 0; i < SCRAPE_CONNECTIONS; i++)
		if (s->all[i].watch.fd >= 0)
			end(&s->all[i]);
	if (s->listener.fd < 0)
		return;
	fd = loop_remove(s->loop, &s->listener);
	(void)close(fd);
	if (s->path[0] != '\0')
		(void)unlink(s->path);
}
