/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets of keys in memory: adding keys, and their order in the index.
 */
#ifndef CORE_KEYS_RECORD_SET_H
#define CORE_KEYS_RECORD_SET_H

#include "base/arena.h"
#include "base/buf.h"
#include "file/print.h"
#include "keys/record.h"

#define KEY_RECORDS_MAX 400000

/* What a text says about itself, and its size and checksum. */
struct key_text {
	unsigned char registry[KEY_REGISTRY_ID]; /* random; of one registry */
	uint64_t generation;	/* counts changes from 1; 0: not given */
	uint64_t size, sum;	/* in bytes; the checksum */
};

/* A record in the index's order. */
struct key_sorted {
	uint64_t prefix;	/* the first eight bytes of its hash */
	struct key_record *record;
};

struct key_set {
	struct key_text is;
	struct arena arena;	/* owns the texts */
	char *texts;		/* room for the next one */
	size_t texts_left;	/* bytes */
	struct key_record *records;
	size_t count, room;
	struct key_sorted *sorted; /* key_set_sort's, or NULL */
	struct key_record *before; /* as they were read */
	size_t before_count;
	/* the text that it was read from, if it is kept */
	struct buf text;
	struct file_print from;	/* the file that contained the text */
};

/*
 * Add a copy of a record with its texts, and return it; NULL if there is no
 * memory or room.  Records may move, so pointers to earlier ones become
 * invalid.  Two with the same scheme and id need different marks: if they are
 * equal, try another salt.
 */
struct key_record *key_set_add(struct key_set *set,
    const struct key_record *record);

/* The same for a record whose texts the set already owns. */
struct key_record *key_set_append(struct key_set *set,
    const struct key_record *record);

/* A copy of a text that lives as long as the set; NULL if memory runs out. */
const char *key_set_text(struct key_set *set, struct apam_str text);

/*
 * Its records sorted by hash, then mark, then place, in an array that the set
 * owns until a record is added.  NULL if memory runs out.  The members that
 * identify a record must not be changed.
 */
const struct key_sorted *key_set_sort(struct key_set *set);

/*
 * Look for a key that is there twice: *at is the place of the second, or
 * `count` if there is none.  False if memory runs out.
 */
bool key_set_find_twice(struct key_set *set, size_t *at);

/* Free the set; it may be empty. */
void key_set_free(struct key_set *set);

#endif
