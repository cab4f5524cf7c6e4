/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which key an administrator means: one id may stand for several, of other
 * schemes or with other secrets, and each command is for some of them only.
 */
#ifndef CORE_KEY_CHOICE_H
#define CORE_KEY_CHOICE_H

#include <apam/admin.h>

#include "admin/profile_keys.h"

/* What a command is for. */
enum key_wanted {
	KEY_WANTED_NEW,		/* not registered yet */
	KEY_WANTED_LIVE,	/* registered and active, or not registered */
	KEY_WANTED_ARCHIVED,
	KEY_WANTED_REGISTERED	/* active or archived */
};

/* True where only what is registered will do: no profile need be read. */
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
	struct named_key *named; /* NULL: named by no profile */
};

/* NULL where the name is one; else APAM_E_USAGE's text. */
const char *key_name_problem(const struct apam_key_name *name);

/*
 * True where a record stands for it.  One whose secret cannot be read is taken
 * for a key that is registered, if there is any that it could be.
 */
bool key_is_registered(const struct key_set *set, struct named_key *key);

/*
 * The one key that is meant.  Of keys that are not registered those of one
 * scheme count as one with KEY_WANTED_NEW, else those with the same secret.
 * With a scheme, and no mark, an id that nobody knows is a key, too: with NEW,
 * and with LIVE where a profile cannot be read, which may name it.  Errors:
 * USAGE, with what there is instead.
 */
enum apam_status key_choose(const struct key_question *question,
    struct key_choice *choice, struct apam_error *err);

#endif
