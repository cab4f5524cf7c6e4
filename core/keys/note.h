/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What programs note about the keys that they use, for the administrator's
 * audit: when a key signed last and for which program, when it was checked last
 * and with what result.  Each user's programs write to the user's own directory
 * (file/user_dir.h), if there is one; root's `apam keys list` reads all of
 * them.  A note shows only what that user claims: a check that another user
 * noted is quoted, and a use counts if the user may read the key's secret.
 *
 *	state_dir/users/<uid>/used-<hash>	0600, one line of JSON
 *	state_dir/users/<uid>/used-<hash>-<nn>	the same, for somebody else
 *	state_dir/users/<uid>/checked-<hash>
 *	state_dir/users/<uid>/used.lock		0600, empty: held to write
 *	state_dir/users/<uid>/checked.lock
 *
 * <hash>: 16 hex digits of the FNV-1a of scheme, NUL, id, NUL, mark, NUL.  It
 * identifies the key.  The note itself has no id, because that may be a secret
 * that somebody put in the wrong place.  A gateway that signs itself notes for
 * whom; <nn> is a part of a hash of that, so that what it writes is bounded, and
 * one of two that share it shows.
 */
#ifndef CORE_KEYS_NOTE_H
#define CORE_KEYS_NOTE_H

#include "base/buf.h"
#include "base/this_process.h"
#include "keys/record.h"
#include "keys/seen.h"
#include "text/unit_name.h"

#define KEY_NOTE_EVERY_S 60	/* seconds; a use is not noted more often */

enum key_note_kind { KEY_NOTE_USED, KEY_NOTE_CHECKED };

#define KEY_NOTE_MAX 4096	/* bytes of a note */
#define KEY_NOTE_KEY 17		/* 16 hex digits and a NUL */

struct key_note {
	char key[KEY_NOTE_KEY];	/* key_note_key's */
	int64_t at;		/* Unix s */
	/* the user whose programs noted it; set by reading */
	unsigned long uid;
	char program[PROGRAM_NAME_SIZE]; /* its file's name */
	bool for_other;		/* USED: it was for this user and service */
	unsigned long other_uid;
	char other_unit[UNIT_NAME_MAX + 1]; /* or "" */
	enum apam_key_state state; /* CHECKED */
	char evidence[APAM_EVIDENCE_SIZE];	/* CHECKED */
	char seen[SEEN_TEXT];	/* CHECKED: which secret was good; or "" */
	char about[SEEN_TEXT];	/* CHECKED: which one was checked; "": unknown */
};

/*
 * True for a check of another secret than the one that was good, such as a
 * wrong one under the same id: it says nothing of the key.
 */
bool key_note_is_of_another(const struct key_note *note);

/* The same hash as a number. */
uint64_t key_note_hash(const char *scheme, const char *id, const char *mark);

/* The key of a note; `mark` is its secret's, or "". */
void key_note_key(const char *scheme, const char *id, const char *mark,
    char to[KEY_NOTE_KEY]);

/* program_name in the form for notes: plain UTF-8. */
void key_note_program(char to[PROGRAM_NAME_SIZE]);

/*
 * Write a note in place of the last one with its kind and key; `uid` is the
 * effective user.  A use is not written if one was noted less than
 * KEY_NOTE_EVERY_S ago, by any program.  Bytes of `program` and `evidence` that
 * are not plain text become '?'.  False if it was not written, for any reason:
 * the call does not wait for another writer of the same user, or, for a check,
 * only 50 ms.  Nothing is synced.
 */
bool key_note_write(const char *state_dir, bool user, enum key_note_kind kind,
    const struct key_note *note);

/*
 * True if a note of a check has newer information than a finding at `at`: it is
 * later or, in the same second, worse.
 */
bool key_note_is_news(const struct key_note *note, int64_t at,
    enum apam_key_state state);

/*
 * The last check of the key note->key that this user's own programs noted;
 * fills in the rest of *note.  False if there is none.
 */
bool key_note_last_check(
    const char *state_dir, bool user, struct key_note *note);

/* The same for all other users whose notes this one may read: hearsay. */
bool key_note_said(const char *state_dir, bool user, struct key_note *note);

/* Quote another user's note as one line: "revoked, says ...". */
#define KEY_NOTE_QUOTE APAM_EVIDENCE_SIZE
void key_note_quote(const struct key_note *note, char to[KEY_NOTE_QUOTE]);

/*
 * Call `each` for all notes that this user may read, in no order.  Files that
 * are not notes are left out, and so are more than 4096 of one user.
 */
void key_note_each(const char *state_dir, bool user,
    void (*each)(void *arg, enum key_note_kind kind,
    const struct key_note *note), void *arg);

/*
 * Write a note as text into an empty buffer; false if there is no room or
 * memory.  And read a text; false if it is not a note, or is from the future;
 * `key` and `uid` are not changed.
 */
bool key_note_put(struct buf *to, enum key_note_kind kind,
    const struct key_note *note);
bool key_note_take(struct apam_str line, enum key_note_kind kind,
    struct key_note *to);

#endif
