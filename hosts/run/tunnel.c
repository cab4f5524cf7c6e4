/* SPDX-License-Identifier: BSD-2-Clause */
#include "run/tunnel.h"

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK 65536 /* bytes */

bool
tunnel_write(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		const ssize_t wrote = send(fd, bytes, n, MSG_NOSIGNAL);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return false;
		bytes += wrote;
		n -= (size_t)wrote;
	}
	return true;
}

struct way {
	int from, to;
};

/* Until one end has ended; what failed ends both ways. */
static void
copy(const struct way *way)
{
	char bytes[CHUNK];
	ssize_t n;

	do {
		n = recv(way->from, bytes, sizeof(bytes), 0);
	} while ((n < 0 && errno == EINTR) ||
	    (n > 0 && tunnel_write(way->to, bytes, (size_t)n)));
	(void)shutdown(way->to, SHUT_WR);
	if (n == 0)
		return;
	(void)shutdown(way->from, SHUT_RDWR);
	(void)shutdown(way->to, SHUT_RDWR);
}

static void *
copy_back(void *arg)
{
	copy(arg);
	return NULL;
}

/*
 * A thread for each way, since a way that waits for a slow reader must not keep
 * the other one from moving.
 */
void
tunnel_run(int a, int b)
{
	struct way there = { a, b }, back = { b, a };
	pthread_t thread;

	if (pthread_create(&thread, NULL, copy_back, &back) != 0)
		return;
	copy(&there);
	(void)pthread_join(thread, NULL);
}
