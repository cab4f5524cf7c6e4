/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key registry as text: which keys an administrator knows of, and which
 * of them are archived.  JSON, one key a line, written and read without any
 * file (registry.h has those), by administrators' programs alone: others
 * read the index (index.h).  apam-registry(5) describes it:
 *
 *	{ "apam": "keys 1", "registry": "...", "generation": 7, "keys": [
 *	{ "scheme": "...", "id": "...", ... },
 *	...
 *	] }
 *
 * A member that is empty or 0 is left out; keys keep their order.
 *
 * Never a secret: where a provider replaces the secret under one id, keys are
 * told apart by a mark (mark.h).
 */
#ifndef CORE_KEY_RECORD_H
#define CORE_KEY_RECORD_H

#include <stdbool.h>

#include <apam/apam.h>

#include "base/arena.h"
#include "base/buf.h"
#include "file/print.h"
#include "keys/mark.h"

#define KEY_TEXT_MAX 255	/* bytes of an id, a description, a reason */
#define KEY_HASH_SIZE 16
#define KEY_REGISTRY_ID 16
#define KEY_RECORDS_MAX 400000
#define KEY_FILE_MAX ((size_t)256 * 1024 * 1024)

/* One key.  Texts are UTF-8 without control characters; "" where not given. */
struct key_record {
	const char *scheme, *id;
	unsigned char hash[KEY_HASH_SIZE]; /* of both; key_set_add makes it */
	bool marked;		/* false: it stands for any secret of this id */
	unsigned char salt[KEY_SALT_SIZE];
	unsigned char mark[KEY_MARK_SIZE];
	const char *description, *access;
	int64_t created_at;	/* Unix s */
	const char *created_by;
	int64_t archived_at;	/* Unix s; 0: active */
	const char *archived_by, *why;
	uint64_t drops;		/* how often its credentials were dropped */
	struct apam_str source;	/* where it was read from, or empty */
};

/* What a text says of itself, and what it is. */
struct key_text {
	unsigned char registry[KEY_REGISTRY_ID]; /* random, of one registry */
	uint64_t generation;	/* counts its changes, from 1; 0: not said */
	uint64_t size, sum;	/* bytes, and their checksum */
};

/* One in the order of an index. */
struct key_sorted {
	uint64_t prefix;	/* of its hash: its first eight bytes */
	struct key_record *record;
};

struct key_set {
	struct key_text is;
	struct arena arena;	/* owns the texts */
	char *texts;		/* where the next goes */
	size_t texts_left;	/* bytes */
	struct key_record *records;
	size_t count, room;
	struct key_sorted *sorted; /* key_set_sort's, or NULL */
	struct key_record *before; /* as they were read */
	size_t before_count;
	struct buf text;	/* that it was read from, where it is kept */
	struct file_print from;	/* of the file that this was in */
};

/* The mark as four hex digits; "" for a record without one. */
void key_mark_text(const struct key_record *record, char to[APAM_MARK_SIZE]);

/* What an index knows a key by; zero where there can be no such key. */
void key_hash(const char *scheme, struct apam_str id,
    unsigned char to[KEY_HASH_SIZE]);

/* What functions here return for lack of memory, to be compared by address. */
extern const char key_no_memory[];

/*
 * Read the registry's text, strictly: any name that is not known, any value of
 * the wrong type, a key that is there twice is an error.  NULL and *set is the
 * caller's to free, or what is wrong, static text, and *set is empty; *line is
 * then where, 0: not known.  The text must live as long as the set, which may
 * own it as set->text.
 */
const char *key_set_read(struct apam_str text, struct key_set *set,
    unsigned *line);

/*
 * Write it to an empty buffer: as it was read, but for what was changed since.
 * Sets size and checksum in set->is.  False without memory, or where the
 * buffer's `max`, KEY_FILE_MAX, is too little.
 */
bool key_set_write(struct key_set *set, struct buf *to);

/*
 * What keeps the set, as it was changed, from being read again: NULL, nothing;
 * else static text, or key_no_memory.
 */
const char *key_set_problem(struct key_set *set);

/* ---- Sets (record_set.c) --------------------------------------------------- */

/*
 * Add a copy of a record, texts and all, and return it; NULL without memory or
 * room.  Records may move: pointers to earlier ones are then good no more.  Two
 * of one scheme and id need marks that differ: where they do not, try another
 * salt.
 */
struct key_record *key_set_add(struct key_set *set,
    const struct key_record *record);

/* The same of one whose texts are the set's already, but that is not in it. */
struct key_record *key_set_append(struct key_set *set,
    const struct key_record *record);

/* A copy of a text that lives as long as the set; NULL without memory. */
const char *key_set_text(struct key_set *set, struct apam_str text);

/*
 * Its records by hash, then mark, then place: an array that is the set's until
 * one is added.  NULL without memory.  What a record is found by must not be
 * changed.
 */
const struct key_sorted *key_set_sort(struct key_set *set);

/*
 * Look for a key that is there twice: *at is the place of the later, or `count`
 * where there is none.  False without memory.
 */
bool key_set_find_twice(struct key_set *set, size_t *at);

/*
 * NULL where the text may be in a record; else what is wrong with it.  An id
 * must not be empty, either.
 */
const char *key_text_problem(const char *text);

/* Free; fine on an empty set. */
void key_set_free(struct key_set *set);

#endif
