/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Structs as items of a message (agent/frame.h), by a table that says which
 * member is which item.
 */
#ifndef CORE_AGENT_LAYOUT_H
#define CORE_AGENT_LAYOUT_H

#include "agent/frame.h"
#include "agent/lists.h"

/* What a member is, and how the bytes of its item are. */
enum layout_kind {
	LAYOUT_NUMBER,		/* uint64_t or int64_t: 8 bytes */
	LAYOUT_TEXT,		/* struct apam_str without a NUL */
	LAYOUT_BYTES,		/* struct apam_str of `max` bytes, or none */
	LAYOUT_BLOB,		/* struct apam_str of any bytes, `max` at most;
				   CRITICAL */
	/* Members of public structs. */
	LAYOUT_UNSIGNED,	/* unsigned or an enum: as a number */
	LAYOUT_STATUS,		/* enum apam_status; one that this library does
				   not know is read as another of its class */
	LAYOUT_BOOL,		/* as a number, 1 */
	LAYOUT_CALLER,		/* const struct caller *: its user, how many
				   groups, and these, in 4 bytes each, then its
				   unit (unit_name.h) or nothing; CRITICAL */
	LAYOUT_CHARS,		/* char[max] with a NUL: what is read is cut to
				   that, and made plain (utf8.h) */
	/* An item for each element. */
	LAYOUT_HEADERS,		/* struct agent_headers: name, NUL, value */
	LAYOUT_QUERY,		/* the same */
	LAYOUT_ANSWER,		/* the same, headers of an answer */
	LAYOUT_TEXTS,		/* struct agent_texts */
	LAYOUT_DIGESTS,		/* struct agent_digests: the hash in one byte,
				   then the digest */
	LAYOUT_ROWS		/* whatever; the member is not touched */
};

struct layout_field {
	uint16_t tag;		/* less than LAYOUT_TAGS */
	enum layout_kind kind;
	size_t at;		/* offset of the member */
	/* The greatest number; the most bytes of a text; 0: any. */
	uint64_t max;
	bool required;		/* a number is not 0, a text is not empty */
};

#define LAYOUT_TAGS 64

struct layout {
	size_t size;		/* of the struct */
	const struct layout_field *fields;
	size_t count;
};

/*
 * Add an item for each member that is not 0 or empty.  False where one is not
 * as its field says, or there is no room.
 */
bool layout_write(const struct layout *layout, const void *from,
    struct frame_writer *to);

/*
 * Fill in the struct `to` from items; what is not there is zero.  NULL, or what
 * is wrong.  `room` may be NULL where no field is a list or a caller;
 * LAYOUT_TEXTS occurs once.
 */
const char *layout_read(const struct layout *layout, void *to,
    struct agent_room *room, struct apam_str items);

#endif
