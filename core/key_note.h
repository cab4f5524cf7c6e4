/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What programs note of the keys that they use, for the administrator's audit:
 * when a key last signed and for which program, when it was last checked and
 * with what finding.  Each user's programs write to the directory that is
 * theirs (user_dir.h), as far as there is one; root's `apam keys list` reads
 * all of them.  A note is what that user says, no more, and nothing is decided
 * by it.
 *
 *	state_dir/users/<uid>/used-<hash>	0600, one line of JSON
 *	state_dir/users/<uid>/checked-<hash>
 *	state_dir/users/<uid>/used.lock		0600, empty: who writes one
 *	state_dir/users/<uid>/checked.lock
 *
 * <hash>: 16 hex digits of the FNV-1a of scheme, NUL, id, NUL, mark, NUL.
 */
#ifndef CORE_KEY_NOTE_H
#define CORE_KEY_NOTE_H

#include "key_record.h"
#include "program.h"
#include "seen.h"

#define KEY_NOTE_EVERY_S 60	/* uses are noted once a minute at most */

enum key_note_kind { KEY_NOTE_USED, KEY_NOTE_CHECKED };

struct key_note {
	char scheme[65], id[KEY_TEXT_MAX + 1];
	char mark[KEY_MARK_TEXT]; /* or "" */
	int64_t at;		/* Unix s */
	unsigned long uid;	/* whose programs say so; set by reading */
	char program[PROGRAM_NAME_SIZE]; /* its file's name */
	enum apam_key_state state; /* CHECKED */
	char evidence[256];	/* CHECKED */
	char seen[SEEN_TEXT];	/* CHECKED: which secret was good; or "" */
};

/* program_name as it may stand in a note: plain UTF-8. */
void key_note_program(char to[PROGRAM_NAME_SIZE]);

/*
 * Write a note in place of the last one of its kind and key, `uid` being the
 * effective user.  A use that was noted less than KEY_NOTE_EVERY_S before is
 * not written again, whoever noted it.  What is no plain text in `program` and
 * `evidence` becomes '?'.  False where it was not written, for whatever reason:
 * another writer of the same user is not waited for, or, with a check, 50 ms.
 * Nothing is synced.
 */
bool key_note_write(const char *state_dir, bool user, enum key_note_kind kind,
    const struct key_note *note);

/*
 * True where a note of a check says more than what was found at `at`: it is
 * later or, in the same second, worse.
 */
bool key_note_is_news(const struct key_note *note, int64_t at,
    enum apam_key_state state);

/*
 * The last check of the key that note->scheme, id and mark name, of all notes
 * that this user may read: fills in the rest of *note.  False: none was noted.
 */
bool key_note_last_check(
    const char *state_dir, bool user, struct key_note *note);

/*
 * Call `each` for all notes that this user may read, in no order; what is no
 * note is left out, and so is what one user has more than 4096 of.
 */
void key_note_each(const char *state_dir, bool user,
    void (*each)(void *arg, enum key_note_kind kind,
    const struct key_note *note), void *arg);

#endif
