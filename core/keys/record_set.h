/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets of keys in memory: adding to them, and their order in the index.
 */
#ifndef CORE_RECORD_SET_H
#define CORE_RECORD_SET_H

#include "base/arena.h"
#include "base/buf.h"
#include "file/print.h"
#include "keys/record.h"

#define KEY_RECORDS_MAX 400000

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

/* Free; fine on an empty set. */
void key_set_free(struct key_set *set);

#endif
