/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What notes (note.h) say of keys, and whom to believe.  What a key is
 * found to be is what this user's own programs and root's noted, and what
 * others noted is quoted as theirs.  A use is believed of whoever may read the
 * key's secret.  Where none is noted, that is "never" only if all who may use
 * the key could have noted it, and this user could read it.
 */
#ifndef CORE_KEY_USE_H
#define CORE_KEY_USE_H

#include "keys/note.h"
#include "keys/secret_readers.h"

/* All notes that this user may read. */
struct key_notes {
	struct noted *all;	/* by key */
	size_t count, room;
	bool failed;		/* out of memory: some are missing */
};

/* Without memory some are missing, and `failed` is set.  Free them. */
void key_notes_read(struct key_notes *notes, const char *state_dir, bool user);
void key_notes_free(struct key_notes *notes);

/* Of one key. */
struct key_use {
	int64_t used_at, checked_at; /* 0: none noted */
	unsigned long used_uid;
	char used_by[PROGRAM_NAME_SIZE];
	enum apam_key_state state;
	char evidence[KEY_NOTE_QUOTE];
};

struct key_used {
	const char *scheme, *id, *mark;
	bool alone;		/* notes without a mark are this key's, too */
	const struct key_readers *readers; /* NULL: no profile names it */
};

/* Fills in *use; false, with nothing in it, where no note is of the key. */
bool key_use_find(const struct key_notes *notes, const struct key_used *key,
    struct key_use *use);

/* The users whose directories this one can read. */
struct key_users {
	bool all;		/* and there are no others */
	unsigned long *uids;
	size_t count, room;
	struct asked *asked;	/* the answers, the last one first */
};

/* Without memory the list is cut, and `all` is false. */
void key_users_find(struct key_users *users, const char *state_dir, bool user);
void key_users_free(struct key_users *users);

/*
 * Why somebody may have used a key without a note that is to be seen here, or
 * "": nobody can have.  Lives as long as *users.
 */
const char *key_use_missed(
    const struct key_readers *readers, struct key_users *users);

#endif
