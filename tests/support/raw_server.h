/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server on loopback that sends whatever it is told, HTTP or not, over TCP or
 * TLS, to test clients that must survive anything.  It serves one connection
 * after the other, with the same answer, and closes each.  The sandbox is the
 * friendly server.
 */
#ifndef TESTS_RAW_SERVER_H
#define TESTS_RAW_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <check.h>
#include <openssl/ssl.h>

struct raw_answer {
	const char *head; /* bytes, then `more` so many `times`, then `tail` */
	size_t head_size; /* 0: `head` is a text */
	const char *more;
	size_t times;
	const char *tail;
	bool at_once; /* before the request is read */
	bool silent; /* no answer until the client closes */
	int pause_ms; /* before each `more` */
};

/* The answer for a path. */
struct raw_route {
	const char *path; /* NULL ends the list */
	struct raw_answer answer;
};

struct raw_server {
	int fd;
	uint16_t port;
	pthread_t thread;
	struct raw_answer answer;
	const struct raw_route *routes; /* they replace `answer`; or NULL */
	SSL_CTX *tls; /* or NULL */
	atomic_bool stop;
	atomic_int hits; /* connections */
	char request[8192]; /* the last one, as far as it was read */
	size_t request_size;
};

struct raw_connection {
	int fd;
	SSL *tls;
};

static inline bool
raw_send(const struct raw_connection *c, const char *p, size_t n)
{
	ssize_t sent;

	while (n > 0) {
		sent = c->tls != NULL ? SSL_write(c->tls, p, (int)n) :
					send(c->fd, p, n, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		p += sent;
		n -= (size_t)sent;
	}
	return true;
}

/* Read the head and as many bytes as Content-Length says, or to the end. */
static inline void
raw_receive(struct raw_server *s, const struct raw_connection *c)
{
	size_t n = 0, room = sizeof(s->request) - 1;
	const char *end, *length;
	ssize_t got = 1;

	s->request[0] = '\0';
	s->request_size = 0;
	while (got > 0 && n < room) {
		end = strstr(s->request, "\r\n\r\n");
		length = strstr(s->request, "Content-Length: ");
		if (end != NULL &&
		    (length == NULL ||
			(size_t)(s->request + n - (end + 4)) >=
			    strtoul(length + 16, NULL, 10)))
			return;
		got = c->tls != NULL ?
		    SSL_read(c->tls, s->request + n, (int)(room - n)) :
		    recv(c->fd, s->request + n, room - n, 0);
		n += got > 0 ? (size_t)got : 0;
		s->request[n] = '\0';
		s->request_size = n;
	}
}

/* Wait until the client closes, or until the test ends. */
static inline void
raw_keep_silent(struct raw_server *s, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	for (int i = 0; i < 200 && !atomic_load(&s->stop); i++)
		if (poll(&p, 1, 50) != 0)
			return;
}

/* The answer for the path in the request line, or else the general one. */
static inline const struct raw_answer *
raw_choose(const struct raw_server *s)
{
	const char *path = strchr(s->request, ' ');
	const struct raw_route *r = s->routes;
	size_t n;

	for (; path != NULL && r != NULL && r->path != NULL; r++) {
		n = strlen(r->path);
		if (strncmp(path + 1, r->path, n) == 0 && path[n + 1] == ' ')
			return &r->answer;
	}
	return &s->answer;
}

static inline void
raw_reply(struct raw_server *s, const struct raw_connection *c)
{
	const struct raw_answer *a = &s->answer;
	bool ok;

	if (!a->at_once) {
		raw_receive(s, c);
		a = raw_choose(s);
	}
	if (a->silent) {
		raw_keep_silent(s, c->fd);
		return;
	}
	ok = raw_send(
	    c, a->head, a->head_size > 0 ? a->head_size : strlen(a->head));
	for (size_t i = 0; ok && i < a->times; i++) {
		if (a->pause_ms > 0)
			(void)poll(NULL, 0, a->pause_ms);
		ok = !atomic_load(&s->stop) &&
		    raw_send(c, a->more, strlen(a->more));
	}
	if (ok && a->tail != NULL)
		(void)raw_send(c, a->tail, strlen(a->tail));
}

/* For SSL_CTX_set_alpn_select_cb: choose HTTP/2 if the client offers it. */
static inline int
raw_prefer_http2(SSL *ssl, const unsigned char **out, unsigned char *n,
    const unsigned char *in, unsigned int in_n, void *arg)
{
	static const unsigned char wanted[] = "\x02h2\x08http/1.1";
	unsigned char *chosen;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&chosen, n, wanted, sizeof(wanted) - 1, in,
		in_n) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static inline void *
raw_run(void *arg)
{
	struct raw_server *s = arg;
	struct raw_connection c;

	while ((c.fd = accept(s->fd, NULL, NULL)) >= 0) {
		atomic_fetch_add(&s->hits, 1);
		c.tls = s->tls == NULL ? NULL : SSL_new(s->tls);
		if (c.tls != NULL)
			(void)SSL_set_fd(c.tls, c.fd);
		if (c.tls == NULL || SSL_accept(c.tls) == 1)
			raw_reply(s, &c);
		if (c.tls != NULL)
			(void)SSL_shutdown(c.tls);
		SSL_free(c.tls);
		(void)shutdown(c.fd, SHUT_WR);
		(void)close(c.fd);
	}
	return NULL;
}

/* Bind a socket to a free port of loopback. */
static inline int
raw_bind(uint16_t *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, size), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

/* Serve on a bound socket. */
static inline void
raw_start_on(struct raw_server *s)
{
	ck_assert_int_eq(listen(s->fd, 128), 0);
	ck_assert_int_eq(pthread_create(&s->thread, NULL, raw_run, s), 0);
}

/* Start the server, which takes over `tls`. */
static inline void
raw_start(struct raw_server *s, const struct raw_answer *answer, SSL_CTX *tls)
{
	memset(s, 0, sizeof(*s));
	s->answer = *answer;
	s->tls = tls;
	s->fd = raw_bind(&s->port);
	raw_start_on(s);
}

/* Start it on a Unix socket, to which everybody may connect. */
static inline void
raw_start_unix(
    struct raw_server *s, const struct raw_answer *answer, const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	memset(s, 0, sizeof(*s));
	s->answer = *answer;
	s->port = 80; /* for URLs */
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(s->fd, 0);
	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	ck_assert_int_eq(bind(s->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(chmod(path, 0777), 0);
	raw_start_on(s);
}

/* Stop the server; it need not have been started. */
static inline void
raw_stop(struct raw_server *s)
{
	if (s->fd <= 0)
		return;
	atomic_store(&s->stop, true);
	(void)shutdown(s->fd, SHUT_RDWR);
	ck_assert_int_eq(pthread_join(s->thread, NULL), 0);
	(void)close(s->fd);
	SSL_CTX_free(s->tls);
	s->fd = 0;
}

#endif
