/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading and changing the registry.  A scene is what there is of it at one
 * moment; whether its text may be taken is decided in one place, fit_of.
 */
#define _GNU_SOURCE
#include "keys/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "file/at.h"
#include "file/replace.h"
#include "keys/counter.h"
#include "keys/index.h"
#include "keys/known.h"
#include "keys/view.h"

#define KEYS_NEW "keys.new"
#define LOCK_WAIT_MS 10000
#define LOCK_POLL_MS 20
#define NEW_MS 1500 /* as with a young counter */
#define WAIT_MS (KEYS_LOOK_MS + 200)
#define READ_TRIES 5 /* while somebody else may be writing */

/* ---- What there is ---------------------------------------------------- */

enum index_kind { INDEX_NONE, INDEX_DAMAGED, INDEX_WHOLE };

struct scene {
	const struct key_registry *registry;
	struct apam_error *err;
	int64_t deadline; /* clock_ms, for the lock */
	int state, text, index, lock; /* descriptors; -1: not open */
	bool text_there;
	struct key_set set; /* of the text */
	enum index_kind kind; /* of the index */
	struct key_index_head head;
	struct key_known known;
};

static struct scene
scene_of(const struct key_registry *registry, struct apam_error *err)
{
	return (struct scene){ .registry = registry,
		.err = err,
		.deadline = clock_ms() + LOCK_WAIT_MS,
		.state = -1,
		.text = -1,
		.index = -1,
		.lock = -1 };
}

static void
close_one(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* Forget what was seen; the lock and state_dir stay. */
static void
forget(struct scene *s)
{
	close_one(&s->text);
	close_one(&s->index);
	key_set_free(&s->set);
	s->text_there = false;
	s->kind = INDEX_NONE;
}

static void
leave(struct scene *s)
{
	forget(s);
	/* A child of this process may have a copy of the descriptor. */
	if (s->lock >= 0)
		(void)flock(s->lock, LOCK_UN);
	close_one(&s->lock);
	close_one(&s->state);
}

static enum apam_status
refuse_text(const struct scene *s, enum apam_status status, unsigned line,
    const char *what)
{
	return key_place_refuse_keys(
	    s->registry, KEY_PLACE_REGISTRY, status, line, what, s->err);
}

/* Where something could not be changed; `number` is its errno. */
static bool
failed(const struct scene *s, const char *name, int number)
{
	(void)key_place_refuse_errno(s->registry, name, number, s->err);
	return false;
}

/* ---- Reading ---------------------------------------------------------- */

/* Make a set of a text, which becomes the set's; `name` of what it is. */
static enum apam_status
parse(const struct scene *s, struct buf *text, const char *name,
    struct key_set *set)
{
	unsigned line;
	const char *why = key_set_read(buf_view(text), set, &line);
	char what[192];

	if (why == NULL) {
		set->text = *text;
		*text = (struct buf){ .max = 0 };
		return APAM_OK;
	}
	if (why == key_no_memory)
		return error_set(s->err, APAM_E_MEMORY, "out of memory");
	if (name != NULL)
		return error_set_at(s->err, APAM_E_CONFIG, name, line,
		    "this is not the text of a key registry: %s", why);
	(void)snprintf(what, sizeof(what),
	    "is damaged: %s; correct it, or put back a backup with `apam keys "
	    "recover FILE`",
	    why);
	return refuse_text(s, APAM_E_CONFIG, line, what);
}

static enum apam_status
read_text(struct scene *s, int fd, const struct stat *st)
{
	enum apam_status status;
	char what[64];
	struct buf text;

	if (st->st_size > (off_t)KEY_FILE_MAX)
		return refuse_text(
		    s, APAM_E_CONFIG, 0, "is larger than 256 MiB");
	buf_init(&text, KEY_FILE_MAX);
	if (st->st_size > 0)
		buf_reserve(&text, (size_t)st->st_size);
	errno = 0;
	if (file_read(fd, &text)) {
		status = parse(s, &text, NULL, &s->set);
	} else if (text.no_memory) {
		status = error_set(s->err, APAM_E_MEMORY, "out of memory");
	} else {
		(void)snprintf(what, sizeof(what),
		    "cannot be read: error %d of the system", errno);
		status = refuse_text(s,
		    text.failed ? APAM_E_CONFIG : key_place_status(errno), 0,
		    text.failed ? "is larger than 256 MiB" : what);
	}
	buf_free(&text);
	return status;
}

/* ---- A set that is kept ------------------------------------------------- */

struct key_kept {
	struct key_set set;
};

static struct key_kept *
exchange(const struct key_registry *registry, struct key_kept *with)
{
	return registry->kept == NULL ? with :
					atomic_exchange(registry->kept, with);
}

static void
free_kept(struct key_kept *kept)
{
	if (kept == NULL)
		return;
	key_set_free(&kept->set);
	free(kept);
}

void
key_registry_forget(const struct key_registry *registry)
{
	free_kept(exchange(registry, NULL));
}

void
key_registry_keep(const struct key_registry *registry, struct key_set *set)
{
	struct key_kept *kept = NULL;

	if (registry->kept != NULL && set->is.generation > 0)
		kept = malloc(sizeof(*kept));
	if (kept == NULL) {
		key_set_free(set);
		return;
	}
	kept->set = *set;
	*set = (struct key_set){ .count = 0 };
	free_kept(exchange(registry, kept));
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	    a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* True where what is kept was read from this very file. */
static bool
take_kept(struct scene *s, const struct stat *st)
{
	struct key_kept *kept = exchange(s->registry, NULL);
	const bool same = kept != NULL && same_file(&kept->set.from, st);

	if (same) {
		s->set = kept->set;
		kept->set = (struct key_set){ .count = 0 };
	}
	free_kept(kept);
	return same;
}

static enum apam_status
see_text(struct scene *s)
{
	enum apam_status status;
	struct stat st;
	bool absent;
	int fd;

	s->text = key_place_directory(
	    s->registry, s->state, KEY_PLACE_REGISTRY, &absent, s->err);
	if (s->text < 0)
		return absent ? APAM_OK : s->err->status;
	fd = key_place_keys(
	    s->registry, KEY_PLACE_REGISTRY, s->text, &st, &absent, s->err);
	if (fd < 0)
		return absent ? APAM_OK : s->err->status;
	status = take_kept(s, &st) ? APAM_OK : read_text(s, fd, &st);
	s->set.from = st;
	s->text_there = status == APAM_OK;
	(void)close(fd);
	return status;
}

/* An index that is damaged is no error here: it can be made anew. */
static enum apam_status
see_index(struct scene *s)
{
	struct stat st;
	bool absent;
	int fd, why;

	s->index = key_place_directory(
	    s->registry, s->state, KEY_PLACE_INDEX, &absent, s->err);
	if (s->index < 0)
		return absent ? APAM_OK : s->err->status;
	fd = key_place_keys(
	    s->registry, KEY_PLACE_INDEX, s->index, &st, &absent, s->err);
	if (fd < 0)
		return absent ? APAM_OK : s->err->status;
	why = key_index_read(fd, &s->head);
	(void)close(fd);
	s->kind = why == 0 ? INDEX_WHOLE : INDEX_DAMAGED;
	return why <= 0 ? APAM_OK : key_view_refuse(s->registry, why, s->err);
}

/* The text goes first: one that is changed meanwhile is then seen as older. */
static enum apam_status
see(struct scene *s, bool text)
{
	enum apam_status status = APAM_OK;

	forget(s);
	if (text)
		status = see_text(s);
	if (status == APAM_OK)
		status = see_index(s);
	key_known_read(s->state, &s->known);
	return status;
}

/* ---- Which text may be taken ------------------------------------------ */

enum fit {
	FIT_NONE, /* there is no registry */
	FIT_SAME, /* the index was made from this text */
	FIT_NEWER, /* it is to be made from this text */
	FIT_GONE,
	FIT_OLDER,
	FIT_OTHER,
	FIT_EDITED,
	FIT_STRANGE
};

static const char *const misfits[] = {
	[FIT_NEWER] = "is newer than its index, which programs go by: a change "
		      "was cut short; run `apam keys list` as a user who may "
		      "change the registry",
	[FIT_GONE] = "is missing, and what programs go by is its index; put "
		     "back a backup with `apam keys recover FILE`",
	[FIT_OLDER] = "is older than what programs go by: a copy of before was "
		      "put in its place; `apam keys recover` says what would "
		      "sign again by it, and takes it",
	[FIT_OTHER] = "is another registry's than programs go by; `apam keys "
		      "recover` says what would change by it, and takes it",
	[FIT_EDITED] = "was changed by hand, and programs do not go by that "
		       "yet; `apam keys recover` says what would change by it, "
		       "and takes it",
	[FIT_STRANGE] = "was put there by hand, and programs refuse to go by "
			"it; `apam keys recover` says what is in it, and takes "
			"it",
};

/* The latest that is known beside the text; false: nothing is. */
static bool
latest(const struct scene *s, struct key_text *to)
{
	*to = (struct key_text){ .generation = 0 };
	if (s->kind == INDEX_WHOLE) {
		memcpy(to->registry, s->head.registry, KEY_REGISTRY_ID);
		to->generation = s->head.generation;
	}
	if (s->known.kind == KEY_KNOWN_WHOLE &&
	    s->known.generation > to->generation) {
		memcpy(to->registry, s->known.registry, KEY_REGISTRY_ID);
		to->generation = s->known.generation;
	}
	return to->generation > 0;
}

static enum fit
fit_without_text(const struct scene *s)
{
	if (s->known.kind != KEY_KNOWN_NOTHING || s->kind == INDEX_DAMAGED)
		return FIT_GONE;
	/* One that is empty was left by who was killed while making it. */
	return s->kind == INDEX_WHOLE && s->head.count > 0 ? FIT_GONE :
							     FIT_NONE;
}

static enum fit
fit_of(const struct scene *s)
{
	const struct key_text *is = &s->set.is;
	struct key_text known;

	if (!s->text_there)
		return fit_without_text(s);
	if (is->generation == 0 || !latest(s, &known))
		return FIT_STRANGE;
	if (memcmp(is->registry, known.registry, KEY_REGISTRY_ID) != 0)
		return FIT_OTHER;
	if (is->generation < known.generation)
		return FIT_OLDER;
	if (s->kind != INDEX_WHOLE || is->generation > s->head.generation)
		return FIT_NEWER;
	return is->size == s->head.text_size && is->sum == s->head.text_sum ?
	    FIT_SAME :
	    FIT_EDITED;
}

static enum apam_status
refuse_fit(const struct scene *s, enum fit fit)
{
	struct key_text known;

	if (fit != FIT_OLDER || !latest(s, &known))
		return refuse_text(s, APAM_E_CONFIG, 0, misfits[fit]);
	return error_set(s->err, APAM_E_CONFIG,
	    "%s/" KEY_PLACE_REGISTRY "/" KEY_PLACE_KEYS
	    " is of generation %llu, and programs go by %llu: it %s",
	    s->registry->state_dir, (unsigned long long)s->set.is.generation,
	    (unsigned long long)known.generation, misfits[fit]);
}

/* ---- The lock --------------------------------------------------------- */

/* Wait for the lock.  False where it was not to be had until `deadline`. */
static bool
wait_lock(int fd, int64_t deadline)
{
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (clock_ms() >= deadline)
			return false;
		clock_sleep(LOCK_POLL_MS);
	}
	return true;
}

/* Once more where it was removed by the time that it was had. */
static bool
take_lock(struct scene *s)
{
	do {
		close_one(&s->lock);
		s->lock = openat(s->state, KEY_PLACE_LOCK,
		    O_RDWR | O_CREAT | KEY_PLACE_OPEN, 0600);
		if (s->lock < 0)
			return failed(s, KEY_PLACE_REGISTRY, errno);
		if (wait_lock(s->lock, s->deadline))
			continue;
		close_one(&s->lock);
		(void)error_set(s->err, APAM_E_DEADLINE,
		    "%s/" KEY_PLACE_LOCK
		    " was held by another program for ten seconds; find it "
		    "with fuser and try again",
		    s->registry->state_dir);
		return false;
	} while (!file_at_is(s->state, KEY_PLACE_LOCK, s->lock));
	return true;
}

static bool
enter(struct scene *s)
{
	bool absent;

	s->state = key_place_state(s->registry, &absent, s->err);
	if (absent)
		(void)error_set(s->err, APAM_E_CONFIG,
		    "%s does not exist; make it: install -d -m 0755 %s",
		    s->registry->state_dir, s->registry->state_dir);
	return s->state >= 0 && take_lock(s);
}

/* ---- Writing ---------------------------------------------------------- */

/* Have a directory of state_dir open. */
static bool
have_directory(const struct scene *s, const char *name, int *fd)
{
	bool absent;

	if (*fd >= 0)
		return true;
	if (mkdirat(s->state, name, 0755) != 0 && errno != EEXIST)
		return failed(s, name, errno);
	*fd = key_place_directory(s->registry, s->state, name, &absent, s->err);
	if (*fd < 0)
		return absent ? failed(s, name, ENOENT) : false;
	return fchmod(*fd, 0755) == 0 || failed(s, name, errno);
}

/*
 * The nanoseconds of when the index was made are its generation's, so that two
 * of them differ to whoever looks, however coarse the clock of the disk.
 */
static bool
write_index(const struct scene *s, const struct buf *index)
{
	struct timespec times[2] = { { 0, UTIME_OMIT } };

	(void)clock_gettime(CLOCK_REALTIME, &times[1]);
	times[1].tv_nsec = (long)(s->set.is.generation % 1000000000);
	return file_beside(s->index, KEYS_NEW, buf_view(index), 0644, true) &&
	    utimensat(s->index, KEYS_NEW, times, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The text first.  *done where something is new already. */
static bool
write_both(const struct scene *s, const struct buf *text,
    const struct buf *index, bool *done)
{
	*done = false;
	if (text != NULL &&
	    !file_beside(s->text, KEYS_NEW, buf_view(text), 0644, true))
		return failed(s, KEY_PLACE_REGISTRY, errno);
	if (!write_index(s, index)) {
		(void)failed(s, KEY_PLACE_INDEX, errno);
		if (text != NULL)
			(void)unlinkat(s->text, KEYS_NEW, 0);
		return false;
	}
	if (text != NULL &&
	    !file_put(s->text, KEY_PLACE_KEYS, KEYS_NEW, true)) {
		(void)failed(s, KEY_PLACE_REGISTRY, errno);
		(void)unlinkat(s->index, KEYS_NEW, 0);
		return false;
	}
	*done = true;
	return file_put(s->index, KEY_PLACE_KEYS, KEYS_NEW, true) ||
	    failed(s, KEY_PLACE_INDEX, errno);
}

/* Both from the set; without `anew` the text is there already. */
static bool
write_set(struct scene *s, bool anew, bool *done)
{
	struct buf text, index;
	bool ok;

	buf_init(&text, KEY_FILE_MAX);
	buf_init(&index, KEY_INDEX_MAX);
	*done = false;
	ok = (!anew || key_set_write(&s->set, &text)) &&
	    key_index_make(&s->set, &s->set.is, &index);
	if (ok)
		ok = write_both(s, anew ? &text : NULL, &index, done);
	else if (text.failed && !text.no_memory)
		(void)error_set(s->err, APAM_E_INTERNAL,
		    "the key registry would be larger than 256 MiB; start a "
		    "new one with the keys that are still used");
	else
		(void)error_set(s->err, APAM_E_MEMORY, "out of memory");
	buf_free(&text);
	buf_free(&index);
	return ok;
}

/*
 * Something was put in state_dir just now: perhaps the registry, by another
 * name before or from a backup, and programs still follow the counter of the
 * last.
 */
static bool
is_new_here(const struct stat *st)
{
	const int64_t since = (int64_t)st->st_ctim.tv_sec * 1000 +
	    st->st_ctim.tv_nsec / 1000000;

	return clock_unix_ms() - since < NEW_MS;
}

/* Tell running programs.  True where they have to be waited for. */
static bool
announce(const struct scene *s)
{
	struct key_segment_owner owner = { .path = s->registry->state_dir };
	struct stat st;
	bool young;

	if (fstat(s->state, &st) != 0)
		return true;
	owner.device = (uint64_t)st.st_dev;
	owner.inode = (uint64_t)st.st_ino;
	return !key_counter_advance(
		   s->index, &owner, s->set.is.generation, &young) ||
	    young || is_new_here(&st);
}

/*
 * Begin one.  The index goes first: an empty one lets all keys sign, as they
 * did, whereas a registry without an index lets none.  Alone it is as good as
 * nothing, should this process end here.
 */
static bool
establish(struct scene *s)
{
	struct key_text *is = &s->set.is;
	bool done;

	*is = (struct key_text){ .generation = 1 };
	if (!random_bytes(is->registry, KEY_REGISTRY_ID)) {
		(void)error_set(s->err, APAM_E_INTERNAL,
		    "the system gives no random numbers");
		return false;
	}
	if (!have_directory(s, KEY_PLACE_INDEX, &s->index) ||
	    !write_set(s, false, &done))
		return false;
	return have_directory(s, KEY_PLACE_REGISTRY, &s->text);
}

/* ---- Changing --------------------------------------------------------- */

/* Write the set as the next generation, and have everybody know. */
static enum apam_status
write_next(struct scene *s, bool *wait)
{
	struct key_text *is = &s->set.is, known;
	const char *why = key_set_problem(&s->set);
	bool done;

	if (why == key_no_memory)
		return error_set(s->err, APAM_E_MEMORY, "out of memory");
	if (why != NULL)
		return error_set(s->err, APAM_E_INTERNAL,
		    "the change would make the key registry unreadable: %s",
		    why);
	if (latest(s, &known) && known.generation > is->generation)
		is->generation = known.generation;
	is->generation++;
	if (!write_set(s, true, &done) && !done)
		return s->err->status;
	(void)key_known_write(s->state, is);
	*wait = announce(s);
	return s->err->status;
}

/* Make the index from a newer text, which is as it was read. */
static bool
catch_up(struct scene *s)
{
	bool done;

	if (!have_directory(s, KEY_PLACE_INDEX, &s->index) ||
	    !write_set(s, false, &done))
		return false;
	(void)key_known_write(s->state, &s->set.is);
	return true;
}

/*
 * An edit that refuses may do so because there is nothing left to do.  Who did
 * it may have been killed before it told anybody, or had waited.
 */
static enum apam_status
change_locked(struct scene *s, key_registry_edit *edit, void *arg, bool *wait)
{
	enum apam_status status = see(s, true);
	enum fit fit;

	if (status != APAM_OK)
		return status;
	fit = fit_of(s);
	if (fit != FIT_NONE && fit != FIT_SAME && fit != FIT_NEWER)
		return refuse_fit(s, fit);
	if ((fit == FIT_NONE && !establish(s)) ||
	    (fit == FIT_NEWER && !catch_up(s)))
		return s->err->status;
	status = edit(arg, &s->set, s->err);
	if (status == APAM_OK)
		return write_next(s, wait);
	if (fit != FIT_NONE)
		*wait = announce(s);
	return status;
}

enum apam_status
key_registry_change(const struct key_registry *registry,
    key_registry_edit *edit, void *arg, struct apam_error *err)
{
	struct apam_error own = { .entry = -1 };
	struct scene s = scene_of(registry, err == NULL ? &own : err);
	enum apam_status status;
	bool wait = false;

	error_clear(s.err);
	status = enter(&s) ? change_locked(&s, edit, arg, &wait) :
			     s.err->status;
	leave(&s);
	if (wait)
		clock_pass(WAIT_MS);
	return status;
}

/* ---- Reading, and mending what a change left -------------------------- */

static bool
is_owner(const struct scene *s)
{
	struct stat st;

	return fstat(s->state, &st) == 0 && st.st_uid == geteuid();
}

/* Make the index from a newer text.  Nobody was told that it was done. */
static enum apam_status
mend_index(struct scene *s)
{
	enum apam_status status;

	if (!take_lock(s))
		return s->err->status;
	status = see(s, true);
	if (status != APAM_OK || fit_of(s) != FIT_NEWER)
		return status;
	if (!catch_up(s))
		return s->err->status;
	(void)announce(s);
	return see(s, true);
}

/* Leaves the set of a text that is what programs go by. */
static enum apam_status
read_fitting(struct scene *s)
{
	enum apam_status status = see(s, true);
	enum fit fit = FIT_NONE;

	for (int i = 0; status == APAM_OK; i++) {
		fit = fit_of(s);
		if (fit <= FIT_SAME || i == READ_TRIES)
			break;
		if (fit == FIT_NEWER && is_owner(s)) {
			status = mend_index(s);
			continue;
		}
		clock_sleep(LOCK_POLL_MS);
		status = see(s, true);
	}
	if (status != APAM_OK || fit <= FIT_SAME)
		return status;
	return refuse_fit(s, fit);
}

static enum apam_status
read_all_of(struct scene *s)
{
	bool absent;

	error_clear(s->err);
	s->state = key_place_state(s->registry, &absent, s->err);
	if (s->state < 0)
		return absent ? APAM_OK : s->err->status;
	return read_fitting(s);
}

enum apam_status
key_registry_read(const struct key_registry *registry, struct key_set *set,
    struct apam_error *err)
{
	struct apam_error own = { .entry = -1 };
	struct scene s = scene_of(registry, err == NULL ? &own : err);
	const enum apam_status status = read_all_of(&s);

	*set = (struct key_set){ .count = 0 };
	if (status == APAM_OK) {
		*set = s.set;
		s.set = (struct key_set){ .count = 0 };
		if (s.kind == INDEX_WHOLE && is_owner(&s) &&
		    key_counter_is_lost(s.index))
			(void)key_registry_mend(registry);
	}
	leave(&s);
	return status;
}

enum apam_status
key_registry_check(const struct key_registry *registry, struct apam_error *err)
{
	struct apam_error own = { .entry = -1 };
	struct apam_error *detail = err == NULL ? &own : err;
	struct key_view view;
	struct key_set set;
	enum apam_status status;
	int why = 0;

	error_clear(detail);
	status = key_view_open(registry, NULL, &view, detail);
	if (status == APAM_OK && view.fd >= 0)
		why = key_index_check(view.fd, &view.head);
	key_view_close(&view);
	if (why != 0)
		status = key_view_refuse(registry, why, detail);
	if (status != APAM_OK)
		return status;
	status = key_registry_read(registry, &set, detail);
	key_set_free(&set);
	return status;
}

static bool
mend_locked(struct scene *s)
{
	if (see(s, false) != APAM_OK || s->kind != INDEX_WHOLE ||
	    !key_counter_is_lost(s->index))
		return false;
	s->set.is.generation = s->head.generation;
	(void)announce(s);
	return true;
}

bool
key_registry_mend(const struct key_registry *registry)
{
	struct apam_error own = { .entry = -1 };
	struct scene s = scene_of(registry, &own);
	bool absent, done = false;

	/* Whoever holds it now mends the counter as well. */
	s.deadline = 0;
	s.state = key_place_state(registry, &absent, &own);
	if (s.state >= 0 && take_lock(&s))
		done = mend_locked(&s);
	leave(&s);
	return done;
}

/* ---- Recovering ------------------------------------------------------- */

/* The text that is given, or the one in place, whatever it is. */
static enum apam_status
take(struct scene *s, const struct apam_str *text, const char *name)
{
	enum apam_status status;
	struct buf copy;

	if (text == NULL) {
		status = see(s, true);
		if (status == APAM_OK && !s->text_there)
			return refuse_fit(s, FIT_GONE);
		return status;
	}
	status = see(s, false);
	if (status != APAM_OK)
		return status;
	buf_init(&copy, KEY_FILE_MAX);
	buf_put(&copy, *text);
	if (copy.no_memory)
		status = error_set(s->err, APAM_E_MEMORY, "out of memory");
	else if (copy.failed)
		status = error_set(
		    s->err, APAM_E_CONFIG, "%s is larger than 256 MiB", name);
	else
		status = parse(s, &copy, name, &s->set);
	buf_free(&copy);
	return status;
}

static enum apam_status
recover_locked(struct scene *s, key_registry_edit *edit, void *arg, bool *wait)
{
	struct key_text *is = &s->set.is, known;
	static const unsigned char none[KEY_REGISTRY_ID];
	enum apam_status status = edit(arg, &s->set, s->err);

	if (status != APAM_OK)
		return status;
	if (latest(s, &known))
		memcpy(is->registry, known.registry, KEY_REGISTRY_ID);
	else if (memcmp(is->registry, none, sizeof(none)) == 0 &&
	    !random_bytes(is->registry, KEY_REGISTRY_ID))
		return error_set(s->err, APAM_E_INTERNAL,
		    "the system gives no random numbers");
	if (!have_directory(s, KEY_PLACE_INDEX, &s->index) ||
	    !have_directory(s, KEY_PLACE_REGISTRY, &s->text))
		return s->err->status;
	return write_next(s, wait);
}

enum apam_status
key_registry_recover(const struct key_registry *registry,
    const struct apam_str *text, const char *name, key_registry_edit *edit,
    void *arg, struct apam_error *err)
{
	struct apam_error own = { .entry = -1 };
	struct scene s = scene_of(registry, err == NULL ? &own : err);
	enum apam_status status;
	bool wait = false;

	error_clear(s.err);
	status = enter(&s) ? take(&s, text, name) : s.err->status;
	if (status == APAM_OK)
		status = recover_locked(&s, edit, arg, &wait);
	leave(&s);
	if (wait)
		clock_pass(WAIT_MS);
	return status;
}

enum apam_status
key_registry_take(const struct key_registry *registry,
    const struct apam_str *text, const char *name, struct key_set *set,
    struct apam_error *err)
{
	struct apam_error own = { .entry = -1 };
	struct scene s = scene_of(registry, err == NULL ? &own : err);
	enum apam_status status = APAM_E_CONFIG;
	bool absent;

	error_clear(s.err);
	*set = (struct key_set){ .count = 0 };
	s.state = key_place_state(registry, &absent, s.err);
	if (s.state >= 0)
		status = take(&s, text, name);
	else if (absent)
		(void)refuse_fit(&s, FIT_GONE);
	else
		status = s.err->status;
	if (status == APAM_OK) {
		*set = s.set;
		s.set = (struct key_set){ .count = 0 };
	}
	leave(&s);
	return status;
}
