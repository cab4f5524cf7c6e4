/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goes out to one client.  A message is sent at once; what its socket does
 * not take is kept, up to a limit, and sent when the client has read.  Nothing
 * here waits.
 */
#ifndef HOSTS_AGENT_OUTGOING_H
#define HOSTS_AGENT_OUTGOING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/frame.h"

/*
 * Bytes that are kept for one client: as many of the longest answers as it can
 * ask for at once (connection.c), for then it is not heard before it has read.
 */
#define OUTGOING_MAX (8 * 1024 * 1024)

struct packet;

struct outgoing {
	struct packet *first, **last; /* what is kept */
	size_t bytes;		/* of it */
	int64_t since;		/* clock_ms: the client has read nothing since */
	struct buf *held;	/* a message for the next one's packet; or NULL */
};

void outgoing_init(struct outgoing *out);
/* Wipe and free what is kept. */
void outgoing_free(struct outgoing *out);

static inline bool
outgoing_is_kept(const struct outgoing *out)
{
	return out->first != NULL;
}

/*
 * Send a message in its frames, with a descriptor beside the first of them, or
 * -1; it stays the caller's.  False where the connection is of no more use: the
 * client is gone, has left too much unread, or there is no memory.
 */
bool outgoing_send(struct outgoing *out, int socket,
    const struct frame_writer *message, int descriptor);

/*
 * Have the next message, of one frame and without a descriptor, wait in `held`
 * for the one after it, and go out in that one's packet.
 */
void outgoing_hold(struct outgoing *out, struct buf *held);

/* There is none after it: send what waits.  False as outgoing_send. */
bool outgoing_release(struct outgoing *out, int socket);

/* Send what is kept, as far as the socket takes it.  False as above. */
bool outgoing_flush(struct outgoing *out, int socket);

#endif
