/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames: what the agent and its clients send each other
 * (doc/agent-protocol.md).
 *
 * A message is a type, an id, and items; it travels in one packet of a
 * SOCK_SEQPACKET socket or, where it is long, in up to FRAME_PARTS_MAX of them,
 * which follow each other.  The greeting and its answer share their packet with
 * what follows them (link.h).  All numbers are little endian.
 *
 *	head	4 size of the frame, 2 version, 2 type, 8 id, 4 flags, 4 zero
 *	items	2 tag, 2 flags, 4 length, that many bytes, 1 to 8 zero bytes up
 *		to a multiple of 8
 *
 * So a NUL follows the bytes of each item.  A long message is cut where a frame
 * is full, at a multiple of 8, whatever items stand there.
 *
 * Reading allocates nothing but where a message has several parts, and believes
 * nothing: what is not exactly as above is refused.  Writing goes to a buffer
 * of the caller's; who owns a buffer wipes it, for messages hold credentials.
 */
#ifndef CORE_AGENT_FRAME_H
#define CORE_AGENT_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum {
	FRAME_HEAD = 24,	/* bytes */
	FRAME_MAX = 65536,	/* bytes of one frame with its head */
	FRAME_PARTS_MAX = 16,	/* frames of one message */
	FRAME_ITEM_HEAD = 8	/* bytes */
};

/* Bytes of all items of a message: less than 1 MiB. */
#define FRAME_ITEMS_MAX ((size_t)FRAME_PARTS_MAX * (FRAME_MAX - FRAME_HEAD))

/*
 * The version of the head and of the messages that begin and refuse a
 * connection.  No later version changes these.
 */
#define FRAME_FIRST_VERSION 1
/* bytes of WELCOME's packet at most, whatever else is in it */
#define FRAME_WELCOME_MAX 4096

/* Of a frame. */
enum frame_flag {
	FRAME_MORE = 0x1	/* the message goes on in the next frame */
};

/* Of an item. */
enum frame_item_flag {
	/* who does not know the tag refuses the message */
	FRAME_CRITICAL = 0x1
};

/* ---- Reading ------------------------------------------------------------- */

/* A message.  `items` is the receiver's memory, aligned to nothing. */
struct frame {
	uint64_t id;		/* of the request; an answer has the same */
	uint16_t version;
	uint16_t type;		/* enum agent_type (agent/message.h) */
	struct apam_str items;
};

struct frame_item {
	uint16_t tag;
	bool critical;
	struct apam_str bytes;	/* a NUL follows them, which does not count */
};

/* The parts of one message that have come so far; one for each connection. */
struct frame_parts {
	uint16_t version;	/* that both sides agreed on */
	unsigned count;		/* parts that have come; 0: none */
	struct frame first;	/* of them, without items */
	struct buf items;	/* of all of them */
};

/* None have come, of FRAME_FIRST_VERSION; allocates nothing. */
void frame_parts_init(struct frame_parts *parts);
/* Wipe and free; none have come. */
void frame_parts_free(struct frame_parts *parts);

/*
 * Take the first frame off *packet, which is what was received and may hold more
 * than one.  What says a wrong size is taken as a whole, for frame_take to refuse.
 */
struct apam_str frame_first(struct apam_str *packet);

/*
 * Take one frame, of any length.  *message is set, and its
 * items are not looked at: it is whole where *whole is true, and then lives
 * until the next call or as long as `frame`, whichever ends first.  NULL, or
 * what is wrong, a static text; then the connection is of no more use.
 */
const char *frame_take(struct frame_parts *parts, struct apam_str frame,
    struct frame *message, bool *whole);

/*
 * Take the first item off *rest, which is `items` of a message at first.  False
 * at the end, and where *wrong is set, to a static text; it is NULL before.
 */
bool frame_next(
    struct apam_str *rest, struct frame_item *item, const char **wrong);

/* The number that the 8 bytes of an item are. */
uint64_t frame_number(struct apam_str bytes);

/* ---- Writing ------------------------------------------------------------- */

/* A message that is being made. */
struct frame_writer {
	uint64_t id;
	uint16_t version;	/* FRAME_FIRST_VERSION unless it is changed */
	uint16_t type;
	struct buf *items;
};

/*
 * Begin a message in `items`, an initialised buffer of any cap, which is
 * emptied.  It is the caller's, who frees it.
 */
void frame_begin(struct frame_writer *writer, struct buf *items, uint16_t type,
    uint64_t id);

/*
 * Add an item: its flags are of enum frame_item_flag, its bytes not those of
 * the buffer.  What has no room makes the buffer fail.
 */
void frame_put(struct frame_writer *writer, uint16_t tag, unsigned flags,
    struct apam_str bytes);
/* One of 8 bytes. */
void frame_put_number(
    struct frame_writer *writer, uint16_t tag, uint64_t number);
/* One whose bytes are `count` pieces, one behind the other. */
void frame_put_pieces(struct frame_writer *writer, uint16_t tag,
    unsigned flags, const struct apam_str *pieces, size_t count);

/* True where an item of n bytes would still fit into the message. */
bool frame_has_room(const struct frame_writer *writer, size_t n);

/* How many frames the message is, at least one; 0 where its buffer failed. */
unsigned frame_count(const struct frame_writer *writer);

/* One frame as it is sent: the head, then these bytes. */
struct frame_part {
	char head[FRAME_HEAD];
	struct apam_str items;	/* of the writer's buffer, until it changes */
};

/* The part `i`, which is less than frame_count. */
void frame_part(
    const struct frame_writer *writer, unsigned i, struct frame_part *part);

#endif
