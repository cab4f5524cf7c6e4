/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The index of the key registry, which programs that sign read in place of its
 * text.  It has all registered keys as records of one size, in the order of a
 * hash of scheme and id.  They are in blocks that each have a checksum, so a
 * program that looks for one key reads only a few blocks, and knows of each
 * whether it is whole.
 *
 * The blocks have 4096 bytes, and numbers have the machine's byte order:
 *	0	the head
 *	from 1	63 records each, of 64 bytes
 *	then	for archived keys, by whom and why, in no block's two
 * Each ends with its number and generation and, in the last 8 bytes, the
 * checksum of everything before, SipHash under the registry's id.  So a block
 * of another index, or in another block's place, is detected.
 *
 * Reading allocates nothing, maps nothing and takes no lock.  Functions that
 * read return 0, a number of errno, or KEY_INDEX_DAMAGED.
 */
#ifndef CORE_KEYS_INDEX_H
#define CORE_KEYS_INDEX_H

#include "keys/record_set.h"

#define KEY_INDEX_BLOCK 4096
#define KEY_INDEX_DAMAGED (-1)
#define KEY_INDEX_MAX ((size_t)1 << 30)	/* bytes */

/* The start of the first block. */
struct key_index_head {
	char magic[8];
	uint32_t order, block_size;
	unsigned char registry[KEY_REGISTRY_ID];
	uint64_t generation;
	uint64_t text_size, text_sum; /* the text from which it was made */
	uint64_t count;		/* keys */
	uint64_t blocks;	/* all blocks of the file */
	uint32_t until[256];	/* keys whose hash starts with i or less */
};

/* One key. */
struct key_index_slot {
	unsigned char hash[KEY_HASH_SIZE];
	unsigned char salt[KEY_SALT_SIZE];
	unsigned char mark[KEY_MARK_SIZE];
	uint8_t marked;		/* 0: it stands for all secrets of its id */
	uint8_t by_size, why_size; /* bytes of the evidence */
	uint8_t unused[3];
	int64_t archived_at;	/* Unix s; 0: active */
	uint64_t drops;
	uint64_t evidence;	/* place in the file; by whom, then why */
};

/* Read the head, and check it and the file's size. */
int key_index_read(int fd, struct key_index_head *head);

/*
 * Call `each` for every key with this scheme and id, until it returns false.
 * The slot is valid only during the call.
 */
int key_index_find(int fd, const struct key_index_head *head,
    const unsigned char hash[KEY_HASH_SIZE],
    bool (*each)(void *arg, const struct key_index_slot *slot), void *arg);

/* Call `each` for all keys, in order, until it returns false. */
int key_index_walk(int fd, const struct key_index_head *head,
    bool (*each)(void *arg, const struct key_index_slot *slot), void *arg);

/* Who archived a key, and why: texts with a NUL, or "". */
int key_index_evidence(int fd, const struct key_index_head *head,
    const struct key_index_slot *slot, char by[KEY_TEXT_MAX + 1],
    char why[KEY_TEXT_MAX + 1]);

/* Read all of it, to check it. */
int key_index_check(int fd, const struct key_index_head *head);

/*
 * Write the index of a set to an empty buffer of KEY_INDEX_MAX bytes.  `text`
 * describes the set's text.  False if memory runs out.
 */
bool key_index_make(struct key_set *set, const struct key_text *text,
    struct buf *to);

#endif
