/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key registry as text: which keys an administrator knows of, and which
 * of them are archived.  JSON, one key a line, written and read without any
 * file (key_registry.h has those).  apam-registry(5) describes it:
 *
 *	{ "apam": "keys 1", "keys": [
 *	{ "scheme": "...", "id": "...", ... },
 *	...
 *	] }
 *
 * A member that is empty or 0 is left out; keys keep their order.
 *
 * Never a secret: where a provider replaces the secret under one id, keys are
 * told apart by a mark (key_mark.h).
 */
#ifndef CORE_KEY_RECORD_H
#define CORE_KEY_RECORD_H

#include <stdbool.h>

#include <apam/apam.h>

#include "arena.h"
#include "buf.h"
#include "key_mark.h"

#define KEY_TEXT_MAX 255	/* bytes of an id, a description, a reason */
#define KEY_RECORDS_MAX 65536
#define KEY_FILE_MAX (32 * 1024 * 1024)

/* One key.  Texts are UTF-8 without control characters; "" where not given. */
struct key_record {
	const char *scheme, *id;
	bool marked;		/* false: it stands for any secret of this id */
	unsigned char salt[KEY_SALT_SIZE];
	unsigned char mark[KEY_MARK_SIZE];
	const char *description, *access;
	int64_t created_at;	/* Unix s */
	const char *created_by;
	int64_t archived_at;	/* Unix s; 0: active */
	const char *archived_by, *why;
	uint64_t drops;		/* how often its credentials were dropped */
};

struct key_set {
	struct arena arena;	/* owns the texts */
	struct key_record *records;
	size_t count, room;
};

/* The mark as four hex digits; "" for a record without one. */
void key_mark_text(const struct key_record *record, char to[KEY_MARK_TEXT]);

/*
 * Read the registry's text, strictly: any name that is not known, any value of
 * the wrong type, a key that is there twice is an error.  NULL and *set is the
 * caller's to free, or what is wrong, static text, and *set is empty; *line is
 * then where, 0: not known.
 */
const char *key_set_read(struct apam_str text, struct key_set *set,
    unsigned *line);

/*
 * Write it to an empty buffer.  False without memory, or where the buffer's
 * `max`, KEY_FILE_MAX, is too little.
 */
bool key_set_write(const struct key_set *set, struct buf *to);

/*
 * Add a copy of a record, texts and all, and return it; NULL without memory or
 * room.  Records may move: pointers to earlier ones are then good no more.  Two
 * of one scheme and id need marks that differ: where they do not, try another
 * salt.
 */
struct key_record *key_set_add(struct key_set *set,
    const struct key_record *record);

/*
 * NULL where the text may be in a record; else what is wrong with it.  An id
 * must not be empty, either.
 */
const char *key_text_problem(const char *text);

/* Free; fine on an empty set. */
void key_set_free(struct key_set *set);

#endif
