/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread for each connection, with calls that wait: a run has few of them, and
 * nothing that one waits for keeps another.
 */
#define _GNU_SOURCE /* accept4 */
#include "run/front.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "run/base64.h"
#include "run/connect_head.h"
#include "run/gate.h"
#include "run/tunnel.h"

#define TUNNELS_MAX 1024
#define STRANGERS_MAX 64
#define HEAD_SECONDS 30

struct connection {
	const struct front *front;
	int fd;
	bool is_stranger;
	struct connection *newer, *older; /* strangers */
};

static atomic_int tunnels;

/* ---- Strangers ----------------------------------------------------------- */

/*
 * Those who have not said the token yet.  Every user of this machine can connect,
 * so that they are few: the oldest one ends where there are more, and who knows
 * the token says it at once.
 */
static struct {
	pthread_mutex_t lock;
	struct connection *newest, *oldest;
	unsigned count;
} strangers = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* With the lock held. */
static void
unlist(struct connection *c)
{
	if (c->newer != NULL)
		c->newer->older = c->older;
	else
		strangers.newest = c->older;
	if (c->older != NULL)
		c->older->newer = c->newer;
	else
		strangers.oldest = c->newer;
	strangers.count--;
	c->is_stranger = false;
}

static void
enlist(struct connection *c)
{
	struct connection *oldest;

	pthread_mutex_lock(&strangers.lock);
	oldest = strangers.oldest;
	if (strangers.count == STRANGERS_MAX) {
		/* Its own thread closes it. */
		(void)shutdown(oldest->fd, SHUT_RDWR);
		unlist(oldest);
	}
	c->is_stranger = true;
	c->older = strangers.newest;
	if (c->older != NULL)
		c->older->newer = c;
	else
		strangers.oldest = c;
	strangers.newest = c;
	strangers.count++;
	pthread_mutex_unlock(&strangers.lock);
}

/* It has said what it wants, or has ended. */
static void
delist(struct connection *c)
{
	pthread_mutex_lock(&strangers.lock);
	if (c->is_stranger)
		unlist(c);
	pthread_mutex_unlock(&strangers.lock);
}

/* ---- Answers ------------------------------------------------------------- */

static void
refuse(int fd, const char *status, const char *more, const char *why)
{
	char text[512];

	snprintf(text, sizeof(text),
	    "HTTP/1.1 %s\r\nConnection: close\r\nContent-Type: text/plain\r\n"
	    "%sContent-Length: %zu\r\n\r\napam run: %s\n",
	    status, more, strlen(why) + 11, why);

	(void)tunnel_write(fd, text, strlen(text));
}

static void
refuse_head(int fd, enum head_state state)
{
	switch (state) {
	case HEAD_METHOD:
		refuse(fd, "405 Method Not Allowed", "Allow: CONNECT\r\n",
		    "this proxy is for https alone");
		break;
	case HEAD_STRANGER:
		refuse(fd, "407 Proxy Authentication Required",
		    "Proxy-Authenticate: Basic realm=\"apam run\"\r\n",
		    "the proxy's URL has a user and a password, which are to be "
		    "sent");
		break;
	default:
		refuse(fd, "400 Bad Request", "", "that is not CONNECT");
		break;
	}
}

/* ---- One connection ------------------------------------------------------ */

/* The gateway's socket for a request with the whole URL; -1, as below. */
static int
dial_whole(const struct front *front, const struct site *to, const char **why)
{
	const size_t i = sites_find(front->sites, to->host, to->port);
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];

	*why = "no profile signs for this host: a client that sends the whole "
	       "URL has to use CONNECT for it";
	if (i == front->sites->count)
		return -1;
	*why = "the gateway of this run has ended";
	snprintf(path, sizeof(path), "%s" GATE_WHOLE, front->sockets[i]);
	return dial_local(path);
}

/* Where a site leads; -1, and *why says why not. */
static int
dial(const struct front *front, const struct site *to, const char **why)
{
	const size_t i = sites_find(front->sites, to->host, to->port);

	if (i < front->sites->count) {
		*why = "the gateway of this run has ended";
		return dial_local(front->sockets[i]);
	}
	if (front->proxy.at.host[0] == '\0' ||
	    front->goes_direct(front->arg, to->host))
		return dial_host(to, why);
	return dial_by_proxy(&front->proxy, to, why);
}

/* What a client has sent first. */
struct head {
	char text[HEAD_MAX];
	size_t n, used; /* all; and up to the head's end */
	struct site site;
	enum head_state state;
};

/* Read a head, and what came behind it; one that is not good is answered. */
static void
read_head(const struct connection *c, struct head *h)
{
	const struct timeval limit = { .tv_sec = HEAD_SECONDS },
			     none = { .tv_sec = 0 };

	(void)setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	h->n = 0;
	h->state = HEAD_PART;
	while (h->state == HEAD_PART) {
		const ssize_t got = recv(
		    c->fd, h->text + h->n, HEAD_MAX - h->n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return;
		h->n += (size_t)got;
		h->state = head_read(
		    h->text, h->n, c->front->pair, &h->site, &h->used);
	}
	(void)setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof(none));
	if (h->state != HEAD_GOOD && h->state != HEAD_WHOLE)
		refuse_head(c->fd, h->state);
}

/* To where it leads, until one end has ended. */
static void
lead(const struct connection *c, const struct head *h)
{
	static const char good[] =
	    "HTTP/1.1 200 Connection established\r\n\r\n";
	const bool whole = h->state == HEAD_WHOLE;
	/* The gateway gets a whole URL as it came. */
	const size_t used = whole ? 0 : h->used;
	const char *why = "";
	const int there = whole ? dial_whole(c->front, &h->site, &why) :
				  dial(c->front, &h->site, &why);

	if (there < 0) {
		refuse(c->fd, "502 Bad Gateway", "", why);
		return;
	}
	if ((whole || tunnel_write(c->fd, good, sizeof(good) - 1)) &&
	    tunnel_write(there, h->text + used, h->n - used))
		tunnel_run(c->fd, there);
	(void)close(there);
}

static void
refuse_crowd(int fd)
{
	refuse(fd, "503 Service Unavailable", "",
	    "there are too many connections");
}

static void
serve(struct connection *c)
{
	struct head head;

	read_head(c, &head);
	delist(c);
	if (head.state != HEAD_GOOD && head.state != HEAD_WHOLE)
		return;
	if (atomic_fetch_add(&tunnels, 1) < TUNNELS_MAX)
		lead(c, &head);
	else
		refuse_crowd(c->fd);
	atomic_fetch_sub(&tunnels, 1);
}

static void *
serve_thread(void *arg)
{
	struct connection *c = arg;

	serve(c);
	(void)close(c->fd);
	free(c);
	return NULL;
}

/* ---- Listening ----------------------------------------------------------- */

static bool
start_thread(void *(*run)(void *), void *arg)
{
	pthread_attr_t detached;
	pthread_t thread;
	bool ok;

	if (pthread_attr_init(&detached) != 0)
		return false;
	(void)pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	(void)pthread_attr_setstacksize(&detached, 256 * 1024);
	ok = pthread_create(&thread, &detached, run, arg) == 0;
	(void)pthread_attr_destroy(&detached);
	return ok;
}

static void
take(const struct front *front, int fd)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (c != NULL) {
		c->front = front;
		c->fd = fd;
		enlist(c);
		if (start_thread(serve_thread, c))
			return;
		delist(c);
	}
	free(c);
	refuse_crowd(fd);
	(void)close(fd);
}

static void *
listen_thread(void *arg)
{
	const struct front *front = arg;
	int fd;

	for (;;) {
		fd = accept4(front->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			take(front, fd);
		else if (errno == EBADF || errno == EINVAL)
			return NULL;
		else
			(void)usleep(10000); /* it may fail for a while */
	}
}

static bool
make_token(struct front *front)
{
	unsigned char random[16];
	char plain[sizeof("apam:") + 2 * sizeof(random)];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return false;
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(front->token + 2 * i, 3, "%02x", random[i]);
	snprintf(plain, sizeof(plain), "apam:%s", front->token);
	base64(plain, strlen(plain), front->pair);
	return true;
}

bool
front_open(struct front *front)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof(at);

	front->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (front->listener < 0 || !make_token(front) ||
	    bind(front->listener, (struct sockaddr *)&at, n) != 0 ||
	    listen(front->listener, SOMAXCONN) != 0 ||
	    getsockname(front->listener, (struct sockaddr *)&at, &n) != 0)
		return false;
	front->port = ntohs(at.sin_port);
	return true;
}

bool
front_start(struct front *front)
{
	return start_thread(listen_thread, front);
}
