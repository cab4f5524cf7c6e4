/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Transfers on a libcurl multi handle, driven by readiness.
 */
#define _GNU_SOURCE /* SOCK_CLOEXEC */
#include "flight/transfers.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "flight/pollset.h"
#include "http/curl_fd.h"

#define CONNECTIONS_MAX 8L
#define AGAIN_MS 50 /* after libcurl had no memory */

void
transfers_init(struct transfers *t)
{
	memset(t, 0, sizeof(*t));
	t->set = -1;
	t->due = INT64_MAX;
	for (int i = 0; i < TRANSFERS_SOCKETS_MAX; i++)
		t->sockets[i].fd = -1;
}

/* ---- libcurl's callbacks -------------------------------------------------- */

/*
 * What cannot be watched is told by transfers_act: from an error here libcurl
 * would end the transfers of all flights.
 */
static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
{
	struct transfers *t = arg;
	bool in = what == CURL_POLL_IN || what == CURL_POLL_INOUT;
	bool out = what == CURL_POLL_OUT || what == CURL_POLL_INOUT;

	(void)easy;
	(void)unused;
	/* The resolver's end, which libcurl has open to other programs. */
	if (what != CURL_POLL_REMOVE)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (!pollset_watch(t->set, fd, in, out))
		t->unwatched = true;
	return 0;
}

static int
on_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct transfers *t = arg;

	(void)multi;
	t->due = timeout_ms < 0 ? INT64_MAX : clock_ms() + timeout_ms;
	return 0;
}

static curl_socket_t
on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfers *t = arg;
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);

	(void)purpose;
	for (int i = 0; fd >= 0 && i < TRANSFERS_SOCKETS_MAX; i++)
		if (t->sockets[i].fd < 0) {
			t->sockets[i] = own_fd_of(fd);
			return fd;
		}
	if (fd >= 0)
		close(fd);
	return CURL_SOCKET_BAD;
}

static int
on_close(void *arg, curl_socket_t fd)
{
	struct transfers *t = arg;

	for (int i = 0; i < TRANSFERS_SOCKETS_MAX; i++)
		if (t->sockets[i].fd == fd)
			own_fd_close(&t->sockets[i]);
	return 0;
}

/* ---- Beginning ------------------------------------------------------------ */

static bool
make_multi(struct transfers *t, const struct curl_api *curl)
{
	CURLMcode c = CURLM_OK;

	if (t->multi != NULL)
		return true;
	t->multi = curl->multi_init();
	if (t->multi == NULL)
		return false;
	curl_fd_seal(curl, t->multi);
	c |= curl->multi_setopt(t->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	c |= curl->multi_setopt(t->multi, CURLMOPT_SOCKETDATA, t);
	c |= curl->multi_setopt(t->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	c |= curl->multi_setopt(t->multi, CURLMOPT_TIMERDATA, t);
	c |= curl->multi_setopt(
	    t->multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_MAX);
	/* No exchange joins another one's connection by HTTP/2. */
	c |= curl->multi_setopt(
	    t->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	return c == CURLM_OK;
}

bool
transfers_add(struct transfers *t, int set, struct flight *f)
{
	const struct curl_api *curl = curl_api();
	CURL *easy = f->transfer.easy;
	CURLcode c = CURLE_OK;

	t->set = set;
	if (curl == NULL || set < 0 || !make_multi(t, curl))
		return false;
	c |= curl->easy_setopt(easy, CURLOPT_PRIVATE, f);
	c |= curl->easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	c |= curl->easy_setopt(easy, CURLOPT_OPENSOCKETDATA, t);
	c |= curl->easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
	c |= curl->easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, t);
	return c == CURLE_OK &&
	    curl->multi_add_handle(t->multi, easy) == CURLM_OK;
}

/* ---- Under way ------------------------------------------------------------ */

bool
transfers_act(struct transfers *t, curl_socket_t fd, int mask)
{
	int running;
	CURLMcode c;

	if (t->multi == NULL)
		return true;
	if (fd == CURL_SOCKET_TIMEOUT)
		t->due = INT64_MAX;
	t->unwatched = false;
	c = curl_api()->multi_socket_action(t->multi, fd, mask, &running);
	if (c == CURLM_OK && !t->unwatched)
		return true;
	/* After an error libcurl has not said when it wants to be called. */
	t->due = clock_ms() + AGAIN_MS;
	return false;
}

struct flight *
transfers_ended(struct transfers *t, CURLcode *code)
{
	const struct curl_api *curl;
	void *flight = NULL;
	CURLMsg *message;
	int left;

	if (t->multi == NULL)
		return NULL;
	/* CURLMSG_DONE, which is the only kind that there is. */
	curl = curl_api();
	message = curl->multi_info_read(t->multi, &left);
	if (message == NULL)
		return NULL;
	*code = message->data.result;
	(void)curl->easy_getinfo(
	    message->easy_handle, CURLINFO_PRIVATE, &flight);
	(void)curl->multi_remove_handle(t->multi, message->easy_handle);
	return flight;
}

/*
 * libcurl closes the socket of a transfer that is still connecting without
 * on_close: without this, the loop would take it for one that the host closed.
 */
void
transfers_remove(struct transfers *t, const struct flight *f)
{
	bool was_ours[TRANSFERS_SOCKETS_MAX];

	if (f->transfer.easy == NULL || t->multi == NULL)
		return;
	for (int i = 0; i < TRANSFERS_SOCKETS_MAX; i++)
		was_ours[i] = own_fd_is_ours(&t->sockets[i]);
	(void)curl_api()->multi_remove_handle(t->multi, f->transfer.easy);
	for (int i = 0; i < TRANSFERS_SOCKETS_MAX; i++)
		if (was_ours[i] && !own_fd_is_ours(&t->sockets[i]))
			t->sockets[i].fd = -1;
}

/* ---- The end -------------------------------------------------------------- */

bool
transfers_are_ours(const struct transfers *t)
{
	for (int i = 0; i < TRANSFERS_SOCKETS_MAX; i++)
		if (t->sockets[i].fd >= 0 && !own_fd_is_ours(&t->sockets[i]))
			return false;
	return true;
}

void
transfers_forget(struct transfers *t)
{
	for (int i = 0; i < TRANSFERS_SOCKETS_MAX; i++)
		own_fd_close(&t->sockets[i]);
	t->multi = NULL;
	t->due = INT64_MAX;
}

void
transfers_free(struct transfers *t)
{
	if (t->multi != NULL)
		(void)curl_api()->multi_cleanup(t->multi);
	transfers_forget(t);
}
