/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What programs note of the keys that they use, for the administrator's audit:
 * when a key last signed and for which program, when it was last checked and
 * with what finding.  Each user's programs write to the directory that is
 * theirs (file/user_dir.h), as far as there is one; root's `apam keys list`
 * reads all of them.  A note is what that user says, no more: what others say
 * of a check is shown as their word, and what they say of a use is believed of
 * users who may read the key's secret.
 *
 *	state_dir/users/<uid>/used-<hash>	0600, one line of JSON
 *	state_dir/users/<uid>/checked-<hash>
 *	state_dir/users/<uid>/used.lock		0600, empty: who writes one
 *	state_dir/users/<uid>/checked.lock
 *
 * <hash>: 16 hex digits of the FNV-1a of scheme, NUL, id, NUL, mark, NUL.  It
 * stands for the key: the note itself has no id, which may be a secret that
 * somebody put in the wrong place.
 */
#ifndef CORE_KEY_NOTE_H
#define CORE_KEY_NOTE_H

#include "base/buf.h"
#include "base/this_process.h"
#include "keys/record.h"
#include "keys/seen.h"

#define KEY_NOTE_EVERY_S 60	/* uses are noted once a minute at most */

enum key_note_kind { KEY_NOTE_USED, KEY_NOTE_CHECKED };

#define KEY_NOTE_MAX 4096	/* bytes of a note */
#define KEY_NOTE_KEY 17		/* 16 hex digits and a NUL */

struct key_note {
	char key[KEY_NOTE_KEY];	/* key_note_key's */
	int64_t at;		/* Unix s */
	unsigned long uid;	/* whose programs say so; set by reading */
	char program[PROGRAM_NAME_SIZE]; /* its file's name */
	enum apam_key_state state; /* CHECKED */
	char evidence[APAM_EVIDENCE_SIZE];	/* CHECKED */
	char seen[SEEN_TEXT];	/* CHECKED: which secret was good; or "" */
};

/* The same as a number. */
uint64_t key_note_hash(const char *scheme, const char *id, const char *mark);

/* Which key a note is of; `mark` is its secret's, or "". */
void key_note_key(const char *scheme, const char *id, const char *mark,
    char to[KEY_NOTE_KEY]);

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
 * The last check of the key note->key that this user's own programs noted:
 * fills in the rest of *note.  False: none was noted.
 */
bool key_note_last_check(
    const char *state_dir, bool user, struct key_note *note);

/* The same of all other users whose notes this one may read: hearsay. */
bool key_note_said(const char *state_dir, bool user, struct key_note *note);

/* What another user's note says, as one line: "revoked, says ...". */
#define KEY_NOTE_QUOTE APAM_EVIDENCE_SIZE
void key_note_quote(const struct key_note *note, char to[KEY_NOTE_QUOTE]);

/*
 * Call `each` for all notes that this user may read, in no order; what is no
 * note is left out, and so is what one user has more than 4096 of.
 */
void key_note_each(const char *state_dir, bool user,
    void (*each)(void *arg, enum key_note_kind kind,
    const struct key_note *note), void *arg);

/*
 * A note as text, into an empty buffer; false without room or memory.  And
 * from text: false where it is none, or of a time to come; `key` and `uid` are
 * left alone.
 */
bool key_note_put(struct buf *to, enum key_note_kind kind,
    const struct key_note *note);
bool key_note_take(struct apam_str line, enum key_note_kind kind,
    struct key_note *to);

#endif
