/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading all files.  That needs no lock: the text is read before the index, so
 * that a change in between makes the text look older.
 */
#define _GNU_SOURCE
#include "keys/registry_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "file/at.h"
#include "keys/kept_set.h"
#include "keys/record_read.h"
#include "keys/view.h"

#define LOCK_WAIT_MS 10000
#define LOCK_POLL_MS 20

struct registry_files
registry_files_begin(
    const struct key_registry *registry, struct apam_error *err)
{
	return (struct registry_files){ .registry = registry,
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

/* Forget what was read; keep the lock and state_dir. */
static void
forget(struct registry_files *f)
{
	close_one(&f->text);
	close_one(&f->index);
	key_set_free(&f->set);
	f->text_there = false;
	f->kind = REGISTRY_INDEX_NONE;
}

void
registry_files_end(struct registry_files *f)
{
	forget(f);
	/* A child of this process may have a copy of the descriptor. */
	if (f->lock >= 0)
		(void)flock(f->lock, LOCK_UN);
	close_one(&f->lock);
	close_one(&f->state);
}

enum apam_status
registry_files_refuse(const struct registry_files *f, enum apam_status status,
    unsigned line, const char *what)
{
	return key_place_refuse_keys(
	    f->registry, KEY_PLACE_REGISTRY, status, line, what, f->err);
}

bool
registry_files_failed(
    const struct registry_files *f, const char *name, int number)
{
	(void)key_place_refuse_errno(f->registry, name, number, f->err);
	return false;
}

bool
registry_files_are_ours(const struct registry_files *f)
{
	struct stat st;

	return fstat(f->state, &st) == 0 && st.st_uid == geteuid();
}

/* ---- Reading ---------------------------------------------------------- */

enum apam_status
registry_files_parse(const struct registry_files *f, struct buf *text,
    const char *name, struct key_set *set)
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
		return error_set(f->err, APAM_E_MEMORY, "out of memory");
	if (name != NULL)
		return error_set_at(f->err, APAM_E_CONFIG, name, line,
		    "this is not the text of a key registry: %s", why);
	(void)snprintf(what, sizeof(what),
	    "is damaged: %s; correct it, or put back a backup with `apam keys "
	    "recover FILE`",
	    why);
	return registry_files_refuse(f, APAM_E_CONFIG, line, what);
}

static enum apam_status
read_text_file(struct registry_files *f, int fd, const struct stat *st)
{
	enum apam_status status;
	char what[64];
	struct buf text;

	if (st->st_size > (off_t)KEY_FILE_MAX)
		return registry_files_refuse(
		    f, APAM_E_CONFIG, 0, "is larger than 256 MiB");
	buf_init_plain(&text, KEY_FILE_MAX);
	if (st->st_size > 0)
		buf_reserve(&text, (size_t)st->st_size);
	errno = 0;
	if (file_read(fd, &text)) {
		status = registry_files_parse(f, &text, NULL, &f->set);
	} else if (text.no_memory) {
		status = error_set(f->err, APAM_E_MEMORY, "out of memory");
	} else {
		(void)snprintf(what, sizeof(what),
		    "cannot be read: error %d of the system", errno);
		status = registry_files_refuse(f,
		    text.failed ? APAM_E_CONFIG : key_place_status(errno), 0,
		    text.failed ? "is larger than 256 MiB" : what);
	}
	buf_free(&text);
	return status;
}

static enum apam_status
see_text(struct registry_files *f)
{
	enum apam_status status = APAM_OK;
	struct file_print print;
	struct stat st;
	bool absent;
	int fd;

	f->text = key_place_directory(
	    f->registry, f->state, KEY_PLACE_REGISTRY, &absent, f->err);
	if (f->text < 0)
		return absent ? APAM_OK : f->err->status;
	fd = key_place_keys(
	    f->registry, KEY_PLACE_REGISTRY, f->text, &st, &absent, f->err);
	if (fd < 0)
		return absent ? APAM_OK : f->err->status;
	print = file_print_of(&st);
	if (!key_kept_take(f->registry, &print, &f->set))
		status = read_text_file(f, fd, &st);
	f->set.from = print;
	f->text_there = status == APAM_OK;
	(void)close(fd);
	return status;
}

static enum apam_status
see_index(struct registry_files *f)
{
	struct stat st;
	bool absent;
	int fd, why;

	f->index = key_place_directory(
	    f->registry, f->state, KEY_PLACE_INDEX, &absent, f->err);
	if (f->index < 0)
		return absent ? APAM_OK : f->err->status;
	fd = key_place_keys(
	    f->registry, KEY_PLACE_INDEX, f->index, &st, &absent, f->err);
	if (fd < 0)
		return absent ? APAM_OK : f->err->status;
	why = key_index_read(fd, &f->head);
	(void)close(fd);
	f->kind = why == 0 ? REGISTRY_INDEX_WHOLE : REGISTRY_INDEX_DAMAGED;
	return why <= 0 ? APAM_OK : key_view_refuse(f->registry, why, f->err);
}

enum apam_status
registry_files_look(struct registry_files *f, bool text)
{
	enum apam_status status = APAM_OK;
	int failed;

	forget(f);
	if (text)
		status = see_text(f);
	if (status == APAM_OK)
		status = see_index(f);
	failed = key_known_read(f->state, &f->known);
	if (status == APAM_OK && failed != 0)
		status = key_view_refuse(f->registry, failed, f->err);
	return status;
}

/* ---- The lock --------------------------------------------------------- */

/* Wait for the lock.  False if it was not free until `deadline`. */
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

/* Take it again if the file was removed before we got the lock. */
bool
registry_files_lock(struct registry_files *f)
{
	do {
		close_one(&f->lock);
		f->lock = openat(f->state, KEY_PLACE_LOCK,
		    O_RDWR | O_CREAT | KEY_PLACE_OPEN, 0600);
		if (f->lock < 0)
			return registry_files_failed(
			    f, KEY_PLACE_REGISTRY, errno);
		if (wait_lock(f->lock, f->deadline))
			continue;
		close_one(&f->lock);
		(void)error_set(f->err, APAM_E_DEADLINE,
		    "%s/" KEY_PLACE_LOCK
		    " was held by another program for ten seconds; find it "
		    "with fuser and try again",
		    f->registry->state_dir);
		return false;
	} while (!file_at_is(f->state, KEY_PLACE_LOCK, f->lock));
	return true;
}

bool
registry_files_enter(struct registry_files *f)
{
	bool absent;

	f->state = key_place_state(f->registry, &absent, f->err);
	if (absent)
		(void)error_set(f->err, APAM_E_CONFIG,
		    "%s does not exist; make it: install -d -m 0755 %s",
		    f->registry->state_dir, f->registry->state_dir);
	return f->state >= 0 && registry_files_lock(f);
}
