/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding the key that an administrator means.  One id may stand for several
 * keys, with other schemes or other secrets, and each command takes only some
 * of them.
 */
#ifndef CORE_ADMIN_KEY_LOOKUP_H
#define CORE_ADMIN_KEY_LOOKUP_H

#include <apam/admin.h>

#include "admin/profile_keys.h"

/* The keys that a command takes. */
enum key_wanted {
	KEY_WANTED_NEW,		/* not registered yet */
	KEY_WANTED_LIVE,	/* registered and active, or not registered */
	KEY_WANTED_ARCHIVED,
	KEY_WANTED_REGISTERED	/* active or archived */
};

/* True if only registered keys are wanted: no profile need be read. */
static inline bool
key_wanted_is_record(enum key_wanted wanted)
{
	return wanted == KEY_WANTED_ARCHIVED || wanted == KEY_WANTED_REGISTERED;
}

struct key_question {
	const struct apam_key_name *name;
	enum key_wanted wanted;
	struct key_set *set;
	struct named_keys *named;
};

/* A record, or else a key that is not registered. */
struct key_choice {
	struct key_record *record;
	struct named_key *named; /* NULL: no profile names it */
};

/* NULL if the name is valid; else the text for APAM_E_USAGE. */
const char *key_name_problem(const struct apam_key_name *name);

/*
 * True if a record stands for the key.  A key whose secret cannot be read
 * counts as registered if any record could be its own.
 */
bool key_is_registered(const struct key_set *set, struct named_key *key);

/*
 * Find the one key that is meant.  Keys that are not registered count as one if
 * they have the same scheme (KEY_WANTED_NEW) or the same secret (else).  With a
 * scheme, and no mark, an unknown id is a key, too: with NEW, and with LIVE if
 * a profile cannot be read, as that one may name it.  Errors: USAGE, with what
 * there is instead.
 */
enum apam_status key_choose(const struct key_question *question,
    struct key_choice *choice, struct apam_error *err);

#endif
