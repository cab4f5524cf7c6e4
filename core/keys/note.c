/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notes about keys, in each user's directory.  A writer holds the lock for all
 * notes of its user and kind for a moment, and gives up rather than wait for
 * it: a note of a use is worth little, a note of a check not much.  A process
 * that has just acquired writes one of each at the same time, in two threads,
 * so a single lock for both kinds would lose uses.  What is read was written by
 * other programs, so it is bounded and checked.
 */
#define _GNU_SOURCE
#include "keys/note.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "file/replace.h"
#include "file/user_dir.h"

#define NOTES_MAX 4096 /* how many of one user are read, of each of two sorts */
#define LIST_MAX 65536 /* how many names of one directory are looked at */
#define NAME_SIZE (sizeof("checked-") + 16 + 3)
#define CHECKED_TRIES 50

/* O_NONBLOCK: opening a FIFO in a file's place must not hang. */
#define OPEN_ANY (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

static const char *const prefixes[] = {
	[KEY_NOTE_USED] = "used-",
	[KEY_NOTE_CHECKED] = "checked-",
};

/* The files of each kind. */
static const struct {
	const char *lock, *beside;
	unsigned tries; /* for the lock, one each ms */
} ways[] = {
	[KEY_NOTE_USED] = { "used.lock", "used.new", 0 },
	[KEY_NOTE_CHECKED] = { "checked.lock", "checked.new", CHECKED_TRIES },
};

/* ---- Names ------------------------------------------------------------ */

/* FNV-1a of a text and its NUL: it only has to distinguish one user's files. */
static uint64_t
note_hash(uint64_t state, const char *text)
{
	do
		state = (state ^ (unsigned char)*text) * 0x100000001b3;
	while (*text++ != '\0');
	return state;
}

uint64_t
key_note_hash(const char *scheme, const char *id, const char *mark)
{
	return note_hash(
	    note_hash(note_hash(0xcbf29ce484222325, scheme), id), mark);
}

void
key_note_key(
    const char *scheme, const char *id, const char *mark, char to[KEY_NOTE_KEY])
{
	(void)snprintf(to, KEY_NOTE_KEY, "%016llx",
	    (unsigned long long)key_note_hash(scheme, id, mark));
}

/* The name of a note's file. */
static void
note_name_of(enum key_note_kind kind, const char *key, char name[NAME_SIZE])
{
	(void)snprintf(name, NAME_SIZE, "%s%s", prefixes[kind], key);
}

/* The same, where it may be for somebody else. */
static void
note_name(
    enum key_note_kind kind, const struct key_note *note, char name[NAME_SIZE])
{
	char user[24];

	if (!note->for_other) {
		note_name_of(kind, note->key, name);
		return;
	}
	(void)snprintf(user, sizeof(user), "%lu", note->other_uid);
	(void)snprintf(name, NAME_SIZE, "%s%s-%02x", prefixes[kind], note->key,
	    (unsigned)(key_note_hash(user, note->other_unit, "") & 0xff));
}

static bool
is_hex(const char *text, size_t n)
{
	return strlen(text) == n && strspn(text, "0123456789abcdef") == n;
}

static bool
is_key(const char *text)
{
	return is_hex(text, KEY_NOTE_KEY - 1);
}

/* What stands behind the prefix of a file. */
static bool
is_key_and_more(enum key_note_kind kind, const char *text)
{
	const size_t n = strcspn(text, "-");

	if (text[n] == '\0')
		return is_key(text);
	return kind == KEY_NOTE_USED && n == KEY_NOTE_KEY - 1 &&
	    strspn(text, "0123456789abcdef") == n && is_hex(text + n + 1, 2);
}

/* ---- Writing ---------------------------------------------------------- */

/* True if the file was written so recently that it is kept. */
static bool
is_fresh(int directory, const char *name)
{
	const int64_t now = clock_unix();
	struct stat st;

	return fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_mtim.tv_sec <= now &&
	    st.st_mtim.tv_sec > now - KEY_NOTE_EVERY_S;
}

/* Take the lock if it is free, at once or in so many tries, 1 ms apart. */
static bool
lock_soon(int lock, unsigned tries)
{
	while (flock(lock, LOCK_EX | LOCK_NB) != 0) {
		if (tries-- == 0)
			return false;
		clock_sleep(1);
	}
	return true;
}

static bool
write_locked(int directory, enum key_note_kind kind, const char *name,
    struct apam_str line)
{
	const int lock = openat(
	    directory, ways[kind].lock, O_RDWR | O_CREAT | OPEN_ANY, 0600);
	bool ok;

	if (lock < 0)
		return false;
	ok = lock_soon(lock, ways[kind].tries);
	if (ok) {
		ok = file_replace(
		    directory, name, ways[kind].beside, line, 0600, false);
		/* A child of this process may have a copy of the descriptor. */
		(void)flock(lock, LOCK_UN);
	}
	(void)close(lock);
	return ok;
}

bool
key_note_write(const char *state_dir, bool user, enum key_note_kind kind,
    const struct key_note *note)
{
	char name[NAME_SIZE];
	int directory = -1;
	struct buf line;
	bool ok;

	buf_init_plain(&line, KEY_NOTE_MAX);
	note_name(kind, note, name);
	ok = is_key(note->key) && key_note_put(&line, kind, note);
	if (ok)
		directory = user_dir_open(state_dir, user, true, NULL);
	ok = directory >= 0 &&
	    (kind != KEY_NOTE_USED || !is_fresh(directory, name)) &&
	    write_locked(directory, kind, name, buf_view(&line));
	if (directory >= 0)
		(void)close(directory);
	buf_free(&line);
	return ok;
}

/* ---- Reading ---------------------------------------------------------- */

/* Read a file that belongs to `uid` alone. */
static bool
read_note_line(
    int directory, const char *name, unsigned long uid, struct buf *to)
{
	const int fd = openat(directory, name, O_RDONLY | OPEN_ANY);
	char bytes[KEY_NOTE_MAX + 1];
	struct stat st;
	ssize_t n = -1;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == uid &&
	    (st.st_mode & 077) == 0)
		n = read(fd, bytes, sizeof(bytes));
	(void)close(fd);
	if (n <= 0 || n > KEY_NOTE_MAX)
		return false;
	buf_put(to, (struct apam_str){ bytes, (size_t)n });
	return !to->failed;
}

static bool
read_note_file(int directory, const char *name, enum key_note_kind kind,
    struct key_note *to)
{
	struct buf line;
	bool ok;

	buf_init_plain(&line, KEY_NOTE_MAX);
	ok = read_note_line(directory, name, to->uid, &line) &&
	    key_note_take(buf_view(&line), kind, to);
	buf_free(&line);
	return ok;
}

/* The file is of a note for somebody else, which there may be many of. */
static bool
is_for_other(const char *name)
{
	return name[strcspn(name, "-") + KEY_NOTE_KEY] == '-';
}

/* The kind of note that has this file name; false if it is not one. */
static bool
note_kind_of(const char *name, enum key_note_kind *kind)
{
	*kind = name[0] == 'u' ? KEY_NOTE_USED : KEY_NOTE_CHECKED;
	return strncmp(name, prefixes[*kind], strlen(prefixes[*kind])) == 0 &&
	    is_key_and_more(*kind, name + strlen(prefixes[*kind]));
}

struct reading {
	void (*each)(
	    void *arg, enum key_note_kind kind, const struct key_note *note);
	void *arg;
};

static void
read_note_list(const struct reading *r, unsigned long uid, DIR *list)
{
	const struct dirent *entry;
	unsigned names = 0, own = 0, other = 0;
	enum key_note_kind kind;
	struct key_note note;

	while (names++ < LIST_MAX && (entry = readdir(list)) != NULL) {
		if (!note_kind_of(entry->d_name, &kind) ||
		    (is_for_other(entry->d_name) ? other++ : own++) >=
			NOTES_MAX)
			continue;
		note = (struct key_note){ .uid = uid };
		(void)snprintf(note.key, sizeof(note.key), "%.16s",
		    entry->d_name + strlen(prefixes[kind]));
		if (read_note_file(dirfd(list), entry->d_name, kind, &note))
			r->each(r->arg, kind, &note);
	}
}

static void
read_user_notes(void *arg, unsigned long uid, int directory)
{
	const int copy = fcntl(directory, F_DUPFD_CLOEXEC, 0);
	DIR *list = copy < 0 ? NULL : fdopendir(copy);

	if (list == NULL) {
		if (copy >= 0)
			(void)close(copy);
		return;
	}
	read_note_list(arg, uid, list);
	(void)closedir(list);
}

bool
key_note_is_news(
    const struct key_note *note, int64_t at, enum apam_key_state state)
{
	return note->at > at || (note->at == at && note->state > state);
}

bool
key_note_last_check(const char *state_dir, bool user, struct key_note *note)
{
	const int directory = user_dir_open(state_dir, user, false, NULL);
	char name[NAME_SIZE];
	bool found;

	if (directory < 0)
		return false;
	note->uid = geteuid();
	note_name_of(KEY_NOTE_CHECKED, note->key, name);
	found = read_note_file(directory, name, KEY_NOTE_CHECKED, note);
	(void)close(directory);
	return found;
}

struct search {
	char name[NAME_SIZE];
	struct key_note *last;
	bool found;
};

static void
search_user(void *arg, unsigned long uid, int directory)
{
	struct search *s = arg;
	struct key_note note = { .uid = uid };

	if (uid == geteuid() ||
	    !read_note_file(directory, s->name, KEY_NOTE_CHECKED, &note) ||
	    (s->found && !key_note_is_news(&note, s->last->at, s->last->state)))
		return;
	memcpy(note.key, s->last->key, sizeof(note.key));
	*s->last = note;
	s->found = true;
}

bool
key_note_said(const char *state_dir, bool user, struct key_note *note)
{
	struct search s = { .last = note };

	note_name_of(KEY_NOTE_CHECKED, note->key, s.name);
	user_dir_each(state_dir, user, search_user, &s);
	return s.found;
}

void
key_note_each(const char *state_dir, bool user,
    void (*each)(
	void *arg, enum key_note_kind kind, const struct key_note *note),
    void *arg)
{
	struct reading r = { each, arg };

	user_dir_each(state_dir, user, read_user_notes, &r);
}
