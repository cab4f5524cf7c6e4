/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of suspended connections and the thread that watches it: every
 * ten milliseconds while somebody waits, not at all while nobody does.
 * POLLRDHUP, which tells that a client has gone, is Linux's.
 */
#define _GNU_SOURCE
#include "parking.h"
#include "request.h"

#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <time.h>

#define PLACES 8192
#define TICK_NS 10000000L

struct place {
	struct MHD_Connection *connection;
	int fd;
	int64_t wake_ms; /* -1: until emptied */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t arrived = PTHREAD_COND_INITIALIZER;
static pthread_t timer;
static struct place places[PLACES];
static size_t used;
static bool closed = true;

static bool
client_gone(int fd)
{
	struct pollfd poller = { fd, POLLRDHUP, 0 };

	return poll(&poller, 1, 0) == 1;
}

static bool
due(const struct place *place, int64_t now)
{
	if (closed || (place->wake_ms >= 0 && place->wake_ms <= now))
		return true;
	return client_gone(place->fd);
}

static void
wake_due(void)
{
	int64_t now = now_ms();

	for (size_t i = used; i-- > 0;) {
		if (!due(&places[i], now))
			continue;
		MHD_resume_connection(places[i].connection);
		places[i] = places[--used];
	}
}

static void *
watch(void *unused)
{
	const struct timespec tick = { 0, TICK_NS };

	(void)unused;
	pthread_mutex_lock(&lock);
	while (!closed || used) {
		if (!used)
			pthread_cond_wait(&arrived, &lock);
		wake_due();
		pthread_mutex_unlock(&lock);
		nanosleep(&tick, NULL);
		pthread_mutex_lock(&lock);
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

bool
parking_open(void)
{
	closed = false;
	return pthread_create(&timer, NULL, watch, NULL) == 0;
}

bool
parking_park(struct MHD_Connection *connection, int64_t delay_ms)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	bool room;

	pthread_mutex_lock(&lock);
	room = info && !closed && used < PLACES;
	if (room) {
		MHD_suspend_connection(connection);
		places[used++] = (struct place){ connection, info->connect_fd,
			delay_ms < 0 ? -1 : now_ms() + delay_ms };
		pthread_cond_signal(&arrived);
	}
	pthread_mutex_unlock(&lock);
	return room;
}

void
parking_empty(void)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < used; i++) {
		if (places[i].wake_ms < 0)
			places[i].wake_ms = 0;
	}
	pthread_mutex_unlock(&lock);
}

void
parking_close(void)
{
	pthread_mutex_lock(&lock);
	closed = true;
	pthread_cond_signal(&arrived);
	pthread_mutex_unlock(&lock);
	pthread_join(timer, NULL);
}
