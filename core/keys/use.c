/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notes are few and keys may be many, so the notes are sorted and each key
 * looks up its own.
 */
#include "keys/use.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "file/user_dir.h"

#define WHY_SIZE (KEY_READER_WHO + 80)

struct noted {
	uint64_t key;
	enum key_note_kind kind;
	struct key_note note;
};

/* ---- All notes ----------------------------------------------------------- */

static void
add_note(void *arg, enum key_note_kind kind, const struct key_note *note)
{
	struct key_notes *notes = arg;

	if (!array_grow(
		&notes->all, notes->count, &notes->room, sizeof(*notes->all))) {
		notes->failed = true;
		return;
	}
	notes->all[notes->count++] = (struct noted){
		strtoull(note->key, NULL, 16), kind, *note
	};
}

static int
compare_noted(const void *a, const void *b)
{
	const struct noted *one = a, *other = b;

	return (one->key > other->key) - (one->key < other->key);
}

void
key_notes_read(struct key_notes *notes, const char *state_dir, bool user)
{
	*notes = (struct key_notes){ .all = NULL };
	key_note_each(state_dir, user, add_note, notes);
	if (notes->count > 0)
		qsort(notes->all, notes->count, sizeof(*notes->all),
		    compare_noted);
}

void
key_notes_free(struct key_notes *notes)
{
	free(notes->all);
	*notes = (struct key_notes){ .all = NULL };
}

/* ---- One key's ----------------------------------------------------------- */

/* What other users' notes say, if this user's and root's say nothing. */
struct hearsay {
	int64_t at;
	enum apam_key_state state;
	char quote[KEY_NOTE_QUOTE];
};

static bool
may_have_used(const struct key_used *key, const struct key_note *note)
{
	return key->readers == NULL ||
	    key_readers_include(key->readers, note->uid);
}

static void
take_used(struct key_use *use, const struct key_used *key,
    const struct key_note *note)
{
	if (note->at <= use->used_at || !may_have_used(key, note))
		return;
	use->used_at = note->at;
	use->used_uid = note->uid;
	memcpy(use->used_by, note->program, sizeof(use->used_by));
}

static void
take_checked(struct key_use *use, const struct key_note *note)
{
	if (!key_note_is_news(note, use->checked_at, use->state))
		return;
	use->checked_at = note->at;
	if (key_note_is_of_another(note)) {
		use->state = APAM_KEY_UNKNOWN;
		(void)snprintf(use->evidence, sizeof(use->evidence),
		    "another secret of this id was refused: %.180s",
		    note->evidence);
		return;
	}
	use->state = note->state;
	memcpy(use->evidence, note->evidence, sizeof(use->evidence));
}

static void
take_hearsay(struct hearsay *said, const struct key_note *note)
{
	if (!key_note_is_news(note, said->at, said->state))
		return;
	said->at = note->at;
	said->state = note->state;
	key_note_quote(note, said->quote);
}

/* The index of a key's first note. */
static size_t
first_of(const struct key_notes *notes, uint64_t key)
{
	size_t low = 0, high = notes->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (notes->all[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Take all notes with one hash.  Root's findings count for every user. */
static bool
take_all(const struct key_notes *notes, const struct key_used *key,
    const char *mark, struct key_use *use, struct hearsay *said)
{
	const uint64_t hash = key_note_hash(key->scheme, key->id, mark);
	size_t i = first_of(notes, hash);
	bool found = false;

	for (; i < notes->count && notes->all[i].key == hash; i++) {
		const struct key_note *note = &notes->all[i].note;

		found = true;
		if (notes->all[i].kind == KEY_NOTE_USED)
			take_used(use, key, note);
		else if (note->uid == 0 || note->uid == geteuid())
			take_checked(use, note);
		else
			take_hearsay(said, note);
	}
	return found;
}

bool
key_use_find(const struct key_notes *notes, const struct key_used *key,
    struct key_use *use)
{
	struct hearsay said = { .at = 0 };
	bool found;

	*use = (struct key_use){ .used_at = 0 };
	if (notes->count == 0)
		return false;
	found = take_all(notes, key, key->mark, use, &said);
	if (key->alone && key->mark[0] != '\0')
		found = take_all(notes, key, "", use, &said) || found;
	if (use->checked_at == 0 && said.at != 0) {
		use->checked_at = said.at;
		memcpy(use->evidence, said.quote, sizeof(use->evidence));
	}
	return found;
}

static void
each_other(const struct key_notes *notes, const struct key_used *key,
    const char *mark, void (*each)(void *arg, const struct key_note *note),
    void *arg)
{
	const uint64_t hash = key_note_hash(key->scheme, key->id, mark);
	size_t i = first_of(notes, hash);

	for (; i < notes->count && notes->all[i].key == hash; i++) {
		const struct key_note *note = &notes->all[i].note;

		if (notes->all[i].kind == KEY_NOTE_USED && note->for_other &&
		    may_have_used(key, note))
			each(arg, note);
	}
}

void
key_use_each_other(const struct key_notes *notes, const struct key_used *key,
    void (*each)(void *arg, const struct key_note *note), void *arg)
{
	each_other(notes, key, key->mark, each, arg);
	if (key->alone && key->mark[0] != '\0')
		each_other(notes, key, "", each, arg);
}

/* ---- Users who could have noted it --------------------------------------- */

struct asked {
	struct asked *before;
	struct key_readers readers;
	char why[WHY_SIZE];
};

static void
add_user(void *arg, unsigned long uid, int directory)
{
	struct key_users *users = arg;

	(void)directory;
	if (!array_grow(&users->uids, users->count, &users->room,
		sizeof(*users->uids))) {
		users->all = false;
		return;
	}
	users->uids[users->count++] = uid;
}

void
key_users_find(struct key_users *users, const char *state_dir, bool user)
{
	*users = (struct key_users){ .all = user_dir_is_whole(
					 state_dir, user) };
	user_dir_each(state_dir, user, add_user, users);
}

void
key_users_free(struct key_users *users)
{
	struct asked *before;

	while (users->asked != NULL) {
		before = users->asked->before;
		free(users->asked);
		users->asked = before;
	}
	free(users->uids);
	*users = (struct key_users){ .uids = NULL };
}

/* Root's programs make root's directory; in user mode users make theirs. */
static bool
has_directory(void *arg, unsigned long uid)
{
	const struct key_users *users = arg;

	if (uid == 0 || uid == geteuid())
		return true;
	for (size_t i = 0; i < users->count; i++) {
		if (users->uids[i] == uid)
			return true;
	}
	return false;
}

static const char *
ask(const struct key_readers *readers, struct key_users *users)
{
	struct asked *asked = calloc(1, sizeof(*asked));
	char who[KEY_READER_WHO];

	if (asked == NULL)
		return "out of memory";
	asked->readers = *readers;
	asked->before = users->asked;
	users->asked = asked;
	if (key_readers_untold(readers, has_directory, users, who))
		(void)snprintf(asked->why, sizeof(asked->why),
		    "%s may read its secret and has no directory for notes: "
		    "`apam users add`",
		    who);
	return asked->why;
}

const char *
key_use_missed(const struct key_readers *readers, struct key_users *users)
{
	if (!users->all)
		return "only root can read other users' notes";
	if (readers == NULL)
		return "no profile names it";
	if (readers->unsure)
		return "it is not known who may read its secret";
	/* Usually it is the same as last time: one user has many secrets. */
	if (users->asked != NULL &&
	    key_readers_same(readers, &users->asked->readers))
		return users->asked->why;
	return ask(readers, users);
}
