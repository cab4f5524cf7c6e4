/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A signal that wakes the thread that waits for in.fd to be readable.  It is a
 * pair of sockets rather than an eventfd, to be told from what is the host's;
 * and what is sent to a socket cannot end up in a file.
 */
#ifndef CORE_FLIGHT_WAKEUP_H
#define CORE_FLIGHT_WAKEUP_H

#include <stdbool.h>

#include "base/own_fd.h"

struct wakeup {
	struct own_fd in, out;
};

/* False, with nothing open, if there are no descriptors. */
bool wakeup_open(struct wakeup *wake);
bool wakeup_is_ours(const struct wakeup *wake);
/* Both leave alone a descriptor that is not ours. */
void wakeup_send(const struct wakeup *wake);
void wakeup_clear(const struct wakeup *wake);
/* Close what is ours of it; it may be closed already. */
void wakeup_close(struct wakeup *wake);

#endif
