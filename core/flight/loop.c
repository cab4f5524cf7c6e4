/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loop: flights on a libcurl multi handle, driven by readiness.
 */
#define _GNU_SOURCE
#include "flight/loop.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "file/secret_ahead.h"
#include "flight/login_run.h"
#include "flight/moves.h"
#include "flight/pollset.h"
#include "http/curl_fd.h"

#define EVENTS_MAX 16
#define CONNECTIONS_MAX 8L
#define WITHOUT_MS 50 /* a pause where there are none */

void
loop_init(struct loop *loop, pthread_mutex_t *lock,
    const struct loop_listener *listener, bool threaded)
{
	memset(loop, 0, sizeof(*loop));
	pthread_mutex_init(&loop->work, NULL);
	loop->lock = lock;
	loop->listener = listener;
	pthread_cond_init(&loop->submitted, NULL);
	loop->set = -1;
	loop->other = (struct own_fd)OWN_FD_NONE;
	loop->wake.in.fd = loop->wake.out.fd = -1;
	for (int i = 0; i < LOOP_SOCKETS_MAX; i++)
		loop->sockets[i].fd = -1;
	loop->curl_due = INT64_MAX;
	loop->threaded = threaded;
}

/* ---- libcurl's callbacks, with `work` held ------------------------------ */

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
{
	struct loop *loop = arg;
	bool in = what == CURL_POLL_IN || what == CURL_POLL_INOUT;
	bool out = what == CURL_POLL_OUT || what == CURL_POLL_INOUT;

	(void)easy;
	(void)unused;
	/* The resolver's end, which libcurl has open to other programs. */
	if (what != CURL_POLL_REMOVE)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return pollset_watch(loop->set, fd, in, out) ? 0 : -1;
}

static int
on_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct loop *loop = arg;

	(void)multi;
	loop->curl_due = timeout_ms < 0 ? INT64_MAX : clock_ms() + timeout_ms;
	return 0;
}

/* Sockets are kept so that a child after fork can close its copies. */
static curl_socket_t
on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct loop *loop = arg;
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);

	(void)purpose;
	for (int i = 0; fd >= 0 && i < LOOP_SOCKETS_MAX; i++)
		if (loop->sockets[i].fd < 0) {
			loop->sockets[i] = own_fd_of(fd);
			return fd;
		}
	if (fd >= 0)
		close(fd);
	return CURL_SOCKET_BAD;
}

static int
on_close(void *arg, curl_socket_t fd)
{
	struct loop *loop = arg;

	for (int i = 0; i < LOOP_SOCKETS_MAX; i++)
		if (loop->sockets[i].fd == fd)
			own_fd_close(&loop->sockets[i]);
	return 0;
}

/* ---- Flights ------------------------------------------------------------ */

static void follow(struct loop *loop, struct flight *f, enum flight_wait wait);

static bool
make_multi(struct loop *loop, const struct curl_api *curl)
{
	CURLMcode c = CURLM_OK;

	if (loop->multi != NULL)
		return true;
	loop->multi = curl->multi_init();
	if (loop->multi == NULL)
		return false;
	curl_fd_seal(curl, loop->multi);
	c |= curl->multi_setopt(
	    loop->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	c |= curl->multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
	c |= curl->multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	c |= curl->multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
	c |= curl->multi_setopt(
	    loop->multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_MAX);
	/* No exchange joins another one's connection by HTTP/2. */
	c |= curl->multi_setopt(
	    loop->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	return c == CURLM_OK;
}

static bool
add_transfer(struct loop *loop, struct flight *f)
{
	const struct curl_api *curl = curl_api();
	CURL *easy = f->transfer.easy;
	CURLcode c = CURLE_OK;

	if (curl == NULL || loop->set < 0 || !make_multi(loop, curl))
		return false;
	c |= curl->easy_setopt(easy, CURLOPT_PRIVATE, f);
	c |= curl->easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	c |= curl->easy_setopt(easy, CURLOPT_OPENSOCKETDATA, loop);
	c |= curl->easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
	c |= curl->easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, loop);
	return c == CURLE_OK &&
	    curl->multi_add_handle(loop->multi, easy) == CURLM_OK;
}

static void
take_out(struct loop *loop, struct flight *f)
{
	struct flight **at = &loop->flying;

	while (*at != NULL && *at != f)
		at = &(*at)->next;
	if (*at == f)
		*at = f->next;
}

/* ---- Programs of secrets ------------------------------------------------- */

/* The output that a flight waits for, or -1. */
static int
program_fd(const struct flight *f)
{
	const struct secret_exec *x = flight_program(f);

	return x == NULL ? -1 : secret_exec_fd(x);
}

static void
watch_program(struct loop *loop, struct flight *f)
{
	const int fd = program_fd(f);
	const int64_t soon = clock_ms() + WITHOUT_MS;

	if (fd >= 0 && !pollset_watch(loop->set, fd, true, false) &&
	    f->wake_at > soon)
		f->wake_at = soon;
}

/*
 * Go on with a flight that slept.  Its program's output is not watched any
 * more when it is closed: a child of the host's may have a copy of it.
 */
static void
wake(struct loop *loop, struct flight *f)
{
	const int fd = program_fd(f);

	if (fd >= 0)
		(void)pollset_watch(loop->set, fd, false, false);
	follow(loop, f, flight_woken(f));
}

/* True where the descriptor is a program's. */
static bool
wake_program(struct loop *loop, int fd)
{
	struct flight *f = loop->flying;

	while (f != NULL && program_fd(f) != fd)
		f = f->next;
	if (f != NULL)
		wake(loop, f);
	return f != NULL;
}

static bool
programs_are_ours(const struct loop *loop)
{
	for (const struct flight *f = loop->flying; f != NULL; f = f->next)
		if (flight_program(f) != NULL &&
		    !secret_exec_is_ours(flight_program(f)))
			return false;
	return true;
}

/* Those that no flight waits for. */
static void
move_ahead(struct loop *loop)
{
	int fd;

	if (loop->ahead == NULL)
		return;
	if (secret_ahead_go_on(loop->ahead))
		loop->landings++;
	for (size_t i = 0;
	     (fd = secret_ahead_fd(loop->ahead, i)) != SECRET_AHEAD_NONE; i++)
		if (fd >= 0)
			(void)pollset_watch(loop->set, fd, true, false);
}

static bool
is_ahead(const struct loop *loop, int wanted)
{
	int fd = -1;

	if (loop->ahead == NULL)
		return false;
	for (size_t i = 0; fd != SECRET_AHEAD_NONE && fd != wanted; i++)
		fd = secret_ahead_fd(loop->ahead, i);
	return fd == wanted;
}

/* ---- Moving -------------------------------------------------------------- */

/* Do what a flight says it waits for. */
static void
follow(struct loop *loop, struct flight *f, enum flight_wait wait)
{
	/* What fails to start may be followed by another, such as a probe. */
	while (wait == FLIGHT_TRANSFER && !add_transfer(loop, f))
		wait = flight_transferred(f, CURLE_OUT_OF_MEMORY);
	f->wait = wait;
	if (f->goal != FLIGHT_STORE)
		loop->listener->waits(f, wait);
	if (wait == FLIGHT_PROGRAM)
		watch_program(loop, f);
	if (wait == FLIGHT_SLEEP || wait == FLIGHT_PROGRAM ||
	    wait == FLIGHT_PERSON)
		return;
	f->wake_at = INT64_MAX;
	if (wait != FLIGHT_LANDED)
		return;
	if (f->goal != FLIGHT_STORE) {
		loop->listener->landed(f);
		loop->landings++;
		if (flight_stays(f))
			return;
	}
	take_out(loop, f);
	flight_free(&f);
}

static void
start_submitted(struct loop *loop)
{
	struct flight *f, *next;

	pthread_mutex_lock(loop->lock);
	f = loop->inbox;
	loop->inbox = NULL;
	pthread_mutex_unlock(loop->lock);
	for (; f != NULL; f = next) {
		next = f->next;
		f->next = loop->flying;
		loop->flying = f;
		if (!f->started)
			f->wait = flight_start(f);
		follow(loop, f, f->wait);
	}
}

/* When it can go on, if nothing else happens. */
static int64_t
due_of(const struct flight *f)
{
	return login_run_is_answered(f) ? 0 : f->wake_at;
}

static void
wake_sleepers(struct loop *loop)
{
	int64_t now = clock_ms();
	struct flight *next;

	for (struct flight *f = loop->flying; f != NULL; f = next) {
		next = f->next;
		if (due_of(f) <= now)
			wake(loop, f);
	}
}

static void
end_transfers(struct loop *loop)
{
	const struct curl_api *curl = curl_api();
	CURLMsg *message;
	int left;

	while (loop->multi != NULL &&
	    (message = curl->multi_info_read(loop->multi, &left)) != NULL) {
		CURL *easy = message->easy_handle;
		CURLcode code = message->data.result;
		void *flight = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		(void)curl->easy_getinfo(easy, CURLINFO_PRIVATE, &flight);
		(void)curl->multi_remove_handle(loop->multi, easy);
		follow(loop, flight, flight_transferred(flight, code));
	}
}

static void
act(struct loop *loop, curl_socket_t fd, int mask)
{
	int running;

	if (loop->multi != NULL && !atomic_load(&loop->retired))
		(void)curl_api()->multi_socket_action(
		    loop->multi, fd, mask, &running);
}

static void
move(struct loop *loop)
{
	if (atomic_load(&loop->retired))
		return;
	start_submitted(loop);
	wake_sleepers(loop);
	move_ahead(loop);
	if (loop->curl_due <= clock_ms()) {
		loop->curl_due = INT64_MAX;
		act(loop, CURL_SOCKET_TIMEOUT, 0);
	}
	end_transfers(loop);
}

static int64_t
next_due(const struct loop *loop)
{
	int64_t due = loop->curl_due;

	if (loop->ahead != NULL && secret_ahead_due(loop->ahead) < due)
		due = secret_ahead_due(loop->ahead);
	for (const struct flight *f = loop->flying; f != NULL; f = f->next)
		if (due_of(f) < due)
			due = due_of(f);
	return due;
}

static int
until(int64_t due)
{
	return due == INT64_MAX ? -1 : clock_left(due);
}

int
loop_timeout(struct loop *loop)
{
	bool submitted;
	int ms;

	pthread_mutex_lock(&loop->work);
	pthread_mutex_lock(loop->lock);
	submitted = loop->inbox != NULL;
	pthread_mutex_unlock(loop->lock);
	ms = submitted || loop->other_came ? 0 : until(next_due(loop));
	pthread_mutex_unlock(&loop->work);
	return ms;
}

/* ---- Descriptors --------------------------------------------------------- */

static void
watch_other(struct loop *loop)
{
	if (loop->set >= 0 && own_fd_is_ours(&loop->other))
		(void)pollset_watch(
		    loop->set, loop->other.fd, true, loop->other_out);
}

bool
loop_open(struct loop *loop)
{
	if (loop->set >= 0)
		return true;
	loop->set = pollset_new();
	if (loop->set >= 0 && wakeup_open(&loop->wake) &&
	    pollset_watch(loop->set, loop->wake.in.fd, true, false)) {
		watch_other(loop);
		return true;
	}
	if (loop->set >= 0)
		close(loop->set);
	loop->set = -1;
	wakeup_close(&loop->wake);
	return false;
}

static bool
set_is_ours(const struct loop *loop)
{
	return wakeup_is_ours(&loop->wake) &&
	    pollset_has(loop->set, loop->wake.in.fd);
}

/* libcurl's sockets, which are touched under `work` alone. */
static bool
sockets_are_ours(const struct loop *loop)
{
	for (int i = 0; i < LOOP_SOCKETS_MAX; i++)
		if (loop->sockets[i].fd >= 0 &&
		    !own_fd_is_ours(&loop->sockets[i]))
			return false;
	return true;
}

/*
 * Close those that are ours, and give up what libcurl has on them.  A set that
 * cannot be told from another's stays open: one descriptor is lost.
 */
static void
let_go_of_descriptors(struct loop *loop)
{
	for (int i = 0; i < LOOP_SOCKETS_MAX; i++)
		own_fd_close(&loop->sockets[i]);
	if (loop->set >= 0 && set_is_ours(loop))
		close(loop->set);
	loop->set = -1;
	wakeup_close(&loop->wake);
	loop->multi = NULL;
	loop->curl_due = INT64_MAX;
}

/* ---- Where the host has closed some -------------------------------------- */

/* Land, or go on with, what was under way on them. */
static void
cut_off(struct loop *loop)
{
	struct flight *next;

	for (struct flight *f = loop->flying; f != NULL; f = next) {
		next = f->next;
		if (f->transfer.easy != NULL ||
		    (flight_program(f) != NULL &&
			!secret_exec_is_ours(flight_program(f))))
			follow(loop, f, flight_cut_off(f));
		else if (flight_program(f) != NULL)
			watch_program(loop, f);
	}
}

/* Make anew what is not ours any more; true where that was so. */
static bool
mend(struct loop *loop)
{
	bool lost;

	if (atomic_load(&loop->retired))
		return false;
	lost = !sockets_are_ours(loop) || !programs_are_ours(loop);
	pthread_mutex_lock(loop->lock);
	lost = lost || (loop->set >= 0 && !set_is_ours(loop));
	if (lost) {
		let_go_of_descriptors(loop);
		(void)loop_open(loop);
	}
	pthread_mutex_unlock(loop->lock);
	if (lost)
		cut_off(loop);
	return lost;
}

/* ---- Turning ------------------------------------------------------------- */

static void
handle(struct loop *loop, const struct pollset_event *event)
{
	int mask = 0;

	if (event->fd == loop->wake.in.fd) {
		wakeup_clear(&loop->wake);
		return;
	}
	if (event->fd == loop->other.fd) {
		loop->other_came = true;
		(void)pollset_watch(loop->set, event->fd, false, false);
		return;
	}
	if (wake_program(loop, event->fd) || is_ahead(loop, event->fd))
		return;
	mask |= event->in ? CURL_CSELECT_IN : 0;
	mask |= event->out ? CURL_CSELECT_OUT : 0;
	mask |= event->broken ? CURL_CSELECT_ERR : 0;
	act(loop, event->fd, mask);
}

/* Wait for events; without a set, a little, for there may be one then. */
static int
wait_for_events(int set, struct pollset_event *events, int ms)
{
	if (set >= 0)
		return pollset_wait(set, events, EVENTS_MAX, ms);
	(void)poll(NULL, 0, ms < 0 || ms > WITHOUT_MS ? WITHOUT_MS : ms);
	return 0;
}

void
loop_turn(struct loop *loop, int wait_ms)
{
	struct pollset_event events[EVENTS_MAX];
	int n, ms, set;

	pthread_mutex_lock(&loop->work);
	(void)mend(loop);
	move(loop);
	ms = until(next_due(loop));
	set = loop->set;
	pthread_mutex_unlock(&loop->work);
	if (wait_ms >= 0 && (ms < 0 || ms > wait_ms))
		ms = wait_ms;
	n = wait_for_events(set, events, ms);
	pthread_mutex_lock(&loop->work);
	if (mend(loop))
		n = 0;
	for (int i = 0; i < n; i++)
		handle(loop, &events[i]);
	move(loop);
	pthread_mutex_unlock(&loop->work);
}

void
loop_watch(struct loop *loop, const struct own_fd *other, bool out)
{
	pthread_mutex_lock(&loop->work);
	loop->other = *other;
	loop->other_out = out;
	loop->other_came = false;
	pthread_mutex_lock(loop->lock);
	watch_other(loop);
	pthread_mutex_unlock(loop->lock);
	pthread_mutex_unlock(&loop->work);
}

void
loop_put(struct loop *loop, struct flight *f)
{
	f->next = loop->inbox;
	loop->inbox = f;
}

int
loop_descriptor(struct loop *loop)
{
	int set;

	pthread_mutex_lock(&loop->work);
	(void)mend(loop);
	pthread_mutex_lock(loop->lock);
	set = loop_open(loop) ? loop->set : -1;
	pthread_mutex_unlock(loop->lock);
	pthread_mutex_unlock(&loop->work);
	return set;
}

/* `given_up`: libcurl is not to be called for it. */
static void
drop(struct loop *loop, struct flight *f, bool given_up)
{
	if (given_up)
		http_give_up(&f->transfer);
	else if (f->transfer.easy != NULL && loop->multi != NULL)
		(void)curl_api()->multi_remove_handle(
		    loop->multi, f->transfer.easy);
	flight_free(&f);
}

static void
drop_all(struct loop *loop, struct flight *list, bool given_up)
{
	struct flight *next;

	for (struct flight *f = list; f != NULL; f = next) {
		next = f->next;
		drop(loop, f, given_up);
	}
}

/* Take the flight of a login out of a list; NULL: it is not there. */
static struct flight *
take_login(struct flight **at, const struct login *login)
{
	struct flight *f;

	while (*at != NULL && (*at)->login != login)
		at = &(*at)->next;
	f = *at;
	if (f != NULL)
		*at = f->next;
	return f;
}

void
loop_cancel(struct loop *loop, const struct login *login)
{
	struct flight *f;

	pthread_mutex_lock(&loop->work);
	pthread_mutex_lock(loop->lock);
	f = take_login(&loop->inbox, login);
	pthread_mutex_unlock(loop->lock);
	if (f == NULL)
		f = take_login(&loop->flying, login);
	if (f != NULL)
		drop(loop, f, mend(loop) || atomic_load(&loop->retired));
	pthread_mutex_unlock(&loop->work);
}

bool
loop_is_spending(const struct loop *loop)
{
	for (const struct flight *f = loop->flying; f != NULL; f = f->next)
		if (flight_is_spending(f))
			return true;
	return false;
}

static bool
is_spending(struct loop *loop)
{
	bool is;

	pthread_mutex_lock(&loop->work);
	is = !atomic_load(&loop->retired) && loop_is_spending(loop);
	pthread_mutex_unlock(&loop->work);
	return is;
}

void
loop_finish(struct loop *loop, int ms)
{
	const int64_t until = clock_ms() + ms;

	while (is_spending(loop) && clock_ms() < until)
		loop_turn(loop, (int)(until - clock_ms()));
}

void
loop_store(struct loop *loop)
{
	for (struct flight *f = loop->flying; f != NULL; f = f->next)
		if (f->goal == FLIGHT_STORE)
			(void)flight_woken(f);
}

void
loop_free(struct loop *loop)
{
	const bool lost = atomic_load(&loop->retired) ||
	    !sockets_are_ours(loop) || (loop->set >= 0 && !set_is_ours(loop));

	loop_store(loop);
	drop_all(loop, loop->inbox, lost);
	drop_all(loop, loop->flying, lost);
	if (loop->multi != NULL && !lost)
		(void)curl_api()->multi_cleanup(loop->multi);
	let_go_of_descriptors(loop);
	pthread_cond_destroy(&loop->submitted);
	pthread_mutex_destroy(&loop->work);
}

void
loop_abandon(struct loop *loop)
{
	/* Those in the inbox may have been launched already. */
	drop_all(loop, loop->inbox, true);
	drop_all(loop, loop->flying, true);
	let_go_of_descriptors(loop);
	loop_init(loop, loop->lock, loop->listener, loop->threaded);
}
