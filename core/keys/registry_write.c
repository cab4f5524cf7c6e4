/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text and index are written beside the old files, synced and renamed, the text
 * first.
 */
#define _GNU_SOURCE
#include "keys/registry_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "file/replace.h"
#include "keys/counter.h"
#include "keys/record_read.h"
#include "keys/record_write.h"
#include "keys/registry_fit.h"
#include "keys/view.h"

#define KEYS_NEW "keys.new"
#define NEW_MS 1500 /* as for a young counter */
#define WAIT_MS (KEYS_LOOK_MS + 200)

bool
registry_have_directory(
    const struct registry_files *f, const char *name, int *fd)
{
	bool absent;

	if (*fd >= 0)
		return true;
	if (mkdirat(f->state, name, 0755) != 0 && errno != EEXIST)
		return registry_files_failed(f, name, errno);
	*fd = key_place_directory(f->registry, f->state, name, &absent, f->err);
	if (*fd < 0)
		return absent ? registry_files_failed(f, name, ENOENT) : false;
	return fchmod(*fd, 0755) == 0 || registry_files_failed(f, name, errno);
}

/*
 * The nanoseconds of the index's time are its generation's, so that two of them
 * always differ, however coarse the disk's clock is.
 */
static bool
write_index(const struct registry_files *f, const struct buf *index)
{
	struct timespec times[2] = { { 0, UTIME_OMIT } };

	(void)clock_gettime(CLOCK_REALTIME, &times[1]);
	times[1].tv_nsec = (long)(f->set.is.generation % 1000000000);
	return file_beside(f->index, KEYS_NEW, buf_view(index), 0644, true) &&
	    utimensat(f->index, KEYS_NEW, times, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The text is first.  *done is set if one of them is in place. */
static bool
write_both(const struct registry_files *f, const struct buf *text,
    const struct buf *index, bool *done)
{
	*done = false;
	if (text != NULL &&
	    !file_beside(f->text, KEYS_NEW, buf_view(text), 0644, true))
		return registry_files_failed(f, KEY_PLACE_REGISTRY, errno);
	if (!write_index(f, index)) {
		(void)registry_files_failed(f, KEY_PLACE_INDEX, errno);
		if (text != NULL)
			(void)unlinkat(f->text, KEYS_NEW, 0);
		return false;
	}
	if (text != NULL &&
	    !file_put(f->text, KEY_PLACE_KEYS, KEYS_NEW, true)) {
		(void)registry_files_failed(f, KEY_PLACE_REGISTRY, errno);
		(void)unlinkat(f->index, KEYS_NEW, 0);
		return false;
	}
	*done = true;
	return file_put(f->index, KEY_PLACE_KEYS, KEYS_NEW, true) ||
	    registry_files_failed(f, KEY_PLACE_INDEX, errno);
}

/* Write both from the set; without `anew` the text is already there. */
static bool
write_set(struct registry_files *f, bool anew, bool *done)
{
	struct buf text, index;
	bool ok;

	buf_init_plain(&text, KEY_FILE_MAX);
	buf_init_plain(&index, KEY_INDEX_MAX);
	*done = false;
	ok = (!anew || key_set_write(&f->set, &text)) &&
	    key_index_make(&f->set, &f->set.is, &index);
	if (ok)
		ok = write_both(f, anew ? &text : NULL, &index, done);
	else if (text.failed && !text.no_memory)
		(void)error_set(f->err, APAM_E_INTERNAL,
		    "the key registry would be larger than 256 MiB; start a "
		    "new one with the keys that are still used");
	else
		(void)error_set(f->err, APAM_E_MEMORY, "out of memory");
	buf_free(&text);
	buf_free(&index);
	return ok;
}

/*
 * True if something was just put in state_dir: it may be the registry, renamed
 * or from a backup, and programs may still use the old counter.
 */
static bool
is_new_here(const struct stat *st)
{
	const int64_t since = (int64_t)st->st_ctim.tv_sec * 1000 +
	    st->st_ctim.tv_nsec / 1000000;

	return clock_unix_ms() - since < NEW_MS;
}

bool
registry_announce(const struct registry_files *f)
{
	struct key_segment_owner owner = { .path = f->registry->state_dir };
	struct stat st;
	bool young;

	if (fstat(f->state, &st) != 0)
		return true;
	owner.device = (uint64_t)st.st_dev;
	owner.inode = (uint64_t)st.st_ino;
	return !key_counter_advance(
		   f->index, &owner, f->set.is.generation, &young) ||
	    young || is_new_here(&st);
}

/*
 * The index is made first: an empty one lets all keys sign, as before, but a
 * registry without an index lets none sign.  An index alone counts as nothing,
 * if this process ends here.
 */
bool
registry_establish(struct registry_files *f)
{
	struct key_text *is = &f->set.is;
	bool done;

	*is = (struct key_text){ .generation = 1 };
	if (!random_bytes(is->registry, KEY_REGISTRY_ID)) {
		(void)error_set(f->err, APAM_E_INTERNAL,
		    "the system gives no random numbers");
		return false;
	}
	if (!registry_have_directory(f, KEY_PLACE_INDEX, &f->index) ||
	    !write_set(f, false, &done))
		return false;
	return registry_have_directory(f, KEY_PLACE_REGISTRY, &f->text);
}

enum apam_status
registry_write_next(struct registry_files *f, bool *wait)
{
	struct key_text *is = &f->set.is, known;
	const char *why = key_set_problem(&f->set);
	bool done;

	if (why == key_no_memory)
		return error_set(f->err, APAM_E_MEMORY, "out of memory");
	if (why != NULL)
		return error_set(f->err, APAM_E_INTERNAL,
		    "the change would make the key registry unreadable: %s",
		    why);
	if (registry_latest(f, &known) && known.generation > is->generation)
		is->generation = known.generation;
	is->generation++;
	if (!write_set(f, true, &done) && !done)
		return f->err->status;
	(void)key_known_write(f->state, is);
	*wait = registry_announce(f);
	return f->err->status;
}

bool
registry_catch_up(struct registry_files *f)
{
	bool done;

	if (!registry_have_directory(f, KEY_PLACE_INDEX, &f->index) ||
	    !write_set(f, false, &done))
		return false;
	(void)key_known_write(f->state, &f->set.is);
	return true;
}

void
registry_wait(void)
{
	clock_pass(WAIT_MS);
}
