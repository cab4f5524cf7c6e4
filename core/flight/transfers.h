/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exchanges that are under way, on one libcurl multi handle: their sockets,
 * which a set of descriptors watches, and the time at which libcurl wants to be
 * called.  It knows of a flight that it has a transfer, and no more; the loop
 * (loop.h) has the rest.
 *
 * All of it belongs to the loop's `work`: libcurl's callbacks, too, run inside
 * these calls alone.
 */
#ifndef CORE_FLIGHT_TRANSFERS_H
#define CORE_FLIGHT_TRANSFERS_H

#include <stdbool.h>
#include <stdint.h>

#include "flight/flight.h"

#define TRANSFERS_SOCKETS_MAX 256

struct transfers {
	CURLM *multi;		/* NULL before the first transfer */
	int set;		/* watches its sockets; the loop's */
	int64_t due;		/* clock_ms; INT64_MAX: never */
	bool unwatched;		/* the set could not take a socket */
	/* libcurl's; kept so that a child after fork can close its copies. */
	struct own_fd sockets[TRANSFERS_SOCKETS_MAX];
};

void transfers_init(struct transfers *t);

/*
 * Begin the transfer of a flight; `set` (pollset.h) watches its sockets, and is
 * the same one until transfers_forget.  False where libcurl or memory is not to
 * be had: nothing has begun.
 */
bool transfers_add(struct transfers *t, int set, struct flight *f);

/*
 * Tell libcurl what has happened to a socket (CURL_CSELECT_...), or with
 * CURL_SOCKET_TIMEOUT and 0 that it is `due`.  False where it had no memory for
 * what follows, or a socket cannot be watched.  libcurl does not say whose it
 * was: that transfer goes on by nothing but its deadline, while the others go on
 * as ever, once libcurl is called again, which is soon `due`.
 */
bool transfers_act(struct transfers *t, curl_socket_t fd, int mask);

/*
 * A flight whose transfer has ended, which libcurl has let go of, and with what
 * result; NULL: none.
 */
struct flight *transfers_ended(struct transfers *t, CURLcode *code);

/* Let go of a flight's transfer before it has ended; none is allowed. */
void transfers_remove(struct transfers *t, const struct flight *f);

/* False where the host has closed a socket of libcurl's. */
bool transfers_are_ours(const struct transfers *t);

/*
 * Close the sockets that are ours, and leave what libcurl has on them behind
 * without touching it.
 */
void transfers_forget(struct transfers *t);

/* Free libcurl's part; no transfer is under way any more. */
void transfers_free(struct transfers *t);

#endif
