/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What notes (note.h) say about keys, and which to trust.  Findings about a key
 * count if this user's own programs or root's noted them; other users' findings
 * are quoted as theirs.  A note of a use counts if its user may read the key's
 * secret.  If there is none, that means "never" only if all users who may use
 * the key could have noted it, and this user could read it.
 */
#ifndef CORE_KEYS_USE_H
#define CORE_KEYS_USE_H

#include "keys/note.h"
#include "keys/secret_readers.h"

/* All notes that this user may read. */
struct key_notes {
	struct noted *all;	/* sorted by key */
	size_t count, room;
	bool failed;		/* memory ran out: some are missing */
};

/*
 * Read and later free them.  If memory runs out some are missing, and `failed`
 * is set.
 */
void key_notes_read(struct key_notes *notes, const char *state_dir, bool user);
void key_notes_free(struct key_notes *notes);

/* The use of one key. */
struct key_use {
	int64_t used_at, checked_at; /* 0: not noted */
	unsigned long used_uid;
	char used_by[PROGRAM_NAME_SIZE];
	enum apam_key_state state;
	char evidence[KEY_NOTE_QUOTE];
};

struct key_used {
	const char *scheme, *id, *mark;
	/* notes without a mark belong to this key, too */
	bool alone;
	const struct key_readers *readers; /* NULL: no profile names it */
};

/* Fill in *use.  False, with nothing in it, if there is no note of the key. */
bool key_use_find(const struct key_notes *notes, const struct key_used *key,
    struct key_use *use);

/*
 * Call `each` for what gateways noted of this key: for whom they signed, as they
 * say.  A gateway counts if its user may read the key's secret.
 */
void key_use_each_other(const struct key_notes *notes,
    const struct key_used *key,
    void (*each)(void *arg, const struct key_note *note), void *arg);

/* The users whose directories this user can read. */
struct key_users {
	bool all;		/* there are no others */
	unsigned long *uids;
	size_t count, room;
	struct asked *asked;	/* earlier answers, the last one first */
};

/* If memory runs out the list is cut, and `all` is false. */
void key_users_find(struct key_users *users, const char *state_dir, bool user);
void key_users_free(struct key_users *users);

/*
 * Why a user may have used a key without a note that can be seen here; "" if
 * that is not possible.  Lives as long as *users.
 */
const char *key_use_missed(
    const struct key_readers *readers, struct key_users *users);

#endif
