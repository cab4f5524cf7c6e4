/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The members that a key has in the registry's text, as a table for the reader
 * and the writer.
 */
#ifndef CORE_KEYS_RECORD_MEMBERS_H
#define CORE_KEYS_RECORD_MEMBERS_H

#include <stddef.h>

#include "keys/record.h"

#define KEY_REGISTRY_VERSION "keys 1"

enum key_member_kind {
	KEY_MEMBER_TEXT, /* a const char * */
	KEY_MEMBER_TIME, /* an int64_t */
	KEY_MEMBER_COUNT, /* a uint64_t */
	KEY_MEMBER_BYTES /* `size` bytes, as hex digits */
};

struct key_member {
	const char *name;
	enum key_member_kind kind;
	size_t at; /* in struct key_record */
	size_t size;
	const char *problem;
};

#define KEY_MEMBERS 12

/* In the order in which they are written. */
extern const struct key_member key_members[KEY_MEMBERS];

/* The place of a member in a record. */
static inline void *
key_member_in(struct key_record *record, const struct key_member *member)
{
	return (char *)record + member->at;
}

static inline const void *
key_member_of(const struct key_record *record, const struct key_member *member)
{
	return (const char *)record + member->at;
}

#endif
