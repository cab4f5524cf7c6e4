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
 *
 * <hash>: 32 hex digits of the SHA-256 of scheme, NUL, id, NUL, mark.
 */
#ifndef CORE_KEY_NOTE_H
#define CORE_KEY_NOTE_H

#include "key_record.h"

#define KEY_NOTE_EVERY_S 60	/* uses are noted once a minute at most */

enum key_note_kind { KEY_NOTE_USED, KEY_NOTE_CHECKED };

struct key_note {
	char scheme[65], id[KEY_TEXT_MAX + 1];
	char mark[KEY_MARK_TEXT]; /* or "" */
	int64_t at;		/* Unix s */
	unsigned long uid;	/* whose programs say so; set by reading */
	char program[65];	/* its file's name */
	enum apam_key_state state; /* CHECKED */
	char evidence[256];	/* CHECKED */
};

/* The name of this program's file, without its directory; "?": not known. */
void key_note_program(char to[65]);

/*
 * Write a note in place of the last one of its kind and key, `uid` being the
 * effective user.  A use that was noted less than KEY_NOTE_EVERY_S before is
 * not written again.  False where it was not written, for whatever reason.
 */
bool key_note_write(const char *state_dir, bool user, enum key_note_kind kind,
    const struct key_note *note);

/*
 * Call `each` for all notes that this user may read, in no order; one that is
 * no note is left out.
 */
void key_note_each(const char *state_dir, bool user,
    void (*each)(void *arg, enum key_note_kind kind,
    const struct key_note *note), void *arg);

#endif
