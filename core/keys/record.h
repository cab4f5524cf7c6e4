/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One key of the registry, as an administrator knows it.  It never contains a
 * secret: if a provider replaces the secret of an id, a mark distinguishes the
 * keys (mark.h).
 */
#ifndef CORE_KEYS_RECORD_H
#define CORE_KEYS_RECORD_H

#include <stdbool.h>

#include <apam/apam.h>

#include "keys/mark.h"

#define KEY_TEXT_MAX 255	/* bytes in an id, a description, a reason */
#define KEY_HASH_SIZE 16
#define KEY_REGISTRY_ID 16

/* One key.  Texts are UTF-8 without control characters; "" if not given. */
struct key_record {
	const char *scheme, *id;
	/* of scheme and id; key_set_add makes it */
	unsigned char hash[KEY_HASH_SIZE];
	/* false: it stands for all secrets of this id */
	bool marked;
	unsigned char salt[KEY_SALT_SIZE];
	unsigned char mark[KEY_MARK_SIZE];
	const char *description, *access;
	int64_t created_at;	/* Unix s */
	const char *created_by;
	int64_t archived_at;	/* Unix s; 0: active */
	const char *archived_by, *why;
	uint64_t drops;		/* how often its credentials were dropped */
	struct apam_str source;	/* the text from which it was read, or empty */
};

/* The mark as four hex digits; "" for a record without one. */
void key_mark_text(const struct key_record *record, char to[APAM_MARK_SIZE]);

/* The hash by which an index finds a key; zero if there can be no such key. */
void key_hash(const char *scheme, struct apam_str id,
    unsigned char to[KEY_HASH_SIZE]);

/*
 * NULL if a record may have the text; else what is wrong with it.  In addition,
 * an id must not be empty.
 */
const char *key_text_problem(const char *text);

#endif
