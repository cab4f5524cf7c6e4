/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding the index.  The counter is read before the file, so that a change in
 * between shows at once, because the counter differs.
 */
#define _XOPEN_SOURCE 700 /* fstatat, POSIX.1-2008 XSI */
#include "keys/view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "keys/known.h"

#define RECOVER "`apam keys recover`"

static const char gone[] =
    "is missing, so archived keys are not known; run, as a user who may change "
    "the registry, " RECOVER;
static const char older[] =
    "is older than the one that programs used: an old copy was put in its "
    "place; run " RECOVER;
static const char others[] =
    "belongs to another registry than the one that was here; run " RECOVER;

enum apam_status
key_view_refuse(
    const struct key_registry *registry, int failed, struct apam_error *err)
{
	char what[96] = "is damaged: a checksum does not fit; run " RECOVER;
	const enum apam_status status = key_place_status(failed);

	if (status == APAM_E_MEMORY)
		(void)snprintf(what, sizeof(what),
		    "cannot be read: out of descriptors or memory");
	else if (failed != KEY_INDEX_DAMAGED)
		(void)snprintf(what, sizeof(what),
		    "cannot be read: error %d of the system", failed);
	return key_place_refuse_keys(
	    registry, KEY_PLACE_INDEX, status, 0, what, err);
}

static uint64_t
load(const struct key_counter *counter)
{
	return counter == NULL ?
	    0 :
	    atomic_load_explicit(counter->value, memory_order_acquire);
}

static enum apam_status
refuse_index(const struct key_registry *registry, const char *what,
    struct apam_error *err)
{
	return key_place_refuse_keys(
	    registry, KEY_PLACE_INDEX, APAM_E_CONFIG, 0, what, err);
}

/*
 * `announced` is a generation that this machine was told of.  `known` was read
 * before the index was opened, and is written after it, so it cannot be ahead
 * of an index that is in place.
 */
static enum apam_status
read_head(const struct key_registry *registry, struct key_view *v,
    uint64_t announced, const struct key_known *known, struct apam_error *err)
{
	const int failed = key_index_read(v->fd, &v->head);

	if (failed != 0)
		return key_view_refuse(registry, failed, err);
	if (known->kind == KEY_KNOWN_WHOLE &&
	    memcmp(known->registry, v->head.registry, KEY_REGISTRY_ID) != 0)
		return refuse_index(registry, others, err);
	if (v->head.generation < announced ||
	    (known->kind == KEY_KNOWN_WHOLE &&
		v->head.generation < known->generation))
		return refuse_index(registry, older, err);
	return APAM_OK;
}

/* Open it in the index's directory, which is -1 if it does not exist. */
static enum apam_status
open_in(const struct key_registry *registry, int state, int directory,
    struct key_counter *counter, struct key_view *v, struct apam_error *err)
{
	bool absent = directory < 0;
	struct key_known known;
	uint64_t announced;
	struct stat st;
	int failed;

	failed = counter == NULL ? 0 : key_counter_follow(counter, directory);
	v->counter = load(counter);
	announced = counter == NULL ? 0 : atomic_load(counter->generation);
	if (failed == 0)
		failed = key_known_read(state, &known);
	/* What says that an index is an old copy could not be read. */
	if (failed != 0)
		return key_view_refuse(registry, failed, err);
	if (!absent)
		v->fd = key_place_keys(
		    registry, KEY_PLACE_INDEX, directory, &st, &absent, err);
	if (absent && key_place_is_known(state, &failed))
		return failed == 0 ? refuse_index(registry, gone, err) :
				     key_view_refuse(registry, failed, err);
	if (absent)
		return APAM_OK;
	if (v->fd < 0)
		return err->status;
	v->print = file_print_of(&st);
	v->owner = st.st_uid;
	return read_head(registry, v, announced, &known, err);
}

enum apam_status
key_view_open(const struct key_registry *registry, struct key_counter *counter,
    struct key_view *v, struct apam_error *err)
{
	enum apam_status status;
	int state, directory;
	bool absent;

	memset(v, 0, sizeof(*v));
	v->fd = -1;
	v->counter = load(counter);
	state = key_place_state(registry, &absent, err);
	if (state < 0)
		return absent ? APAM_OK : err->status;
	directory = key_place_directory(
	    registry, state, KEY_PLACE_INDEX, &absent, err);
	if (directory >= 0 || absent)
		status = open_in(registry, state, directory, counter, v, err);
	else
		status = err->status;
	if (directory >= 0)
		(void)close(directory);
	(void)close(state);
	if (status != APAM_OK)
		key_view_close(v);
	return status;
}

void
key_view_close(struct key_view *view)
{
	if (view->fd >= 0)
		(void)close(view->fd);
	view->fd = -1;
}

static bool
may_be_at(const struct key_registry *registry, const char *name)
{
	char path[KEY_PLACE_PATH];
	struct stat st;

	key_place_path(registry, name, path);
	return lstat(path, &st) == 0 || errno != ENOENT;
}

static bool
is_another(int directory, const char *name, const struct file_print *print)
{
	struct file_print now;
	struct stat st;

	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return true;
	now = file_print_of(&st);
	return !file_print_same(&now, print);
}

bool
key_view_changed(
    const struct key_registry *registry, const struct file_print *print)
{
	char path[KEY_PLACE_PATH];

	if (print->inode == 0)
		return may_be_at(registry, KEY_PLACE_INDEX) ||
		    may_be_at(registry, KEY_PLACE_KNOWN) ||
		    may_be_at(registry, KEY_PLACE_REGISTRY);
	key_place_path(registry, KEY_PLACE_INDEX "/" KEY_PLACE_KEYS, path);
	return is_another(AT_FDCWD, path, print);
}

bool
key_view_follow(const struct key_registry *registry,
    struct key_counter *counter, const struct file_print *print)
{
	bool absent, changed = false;
	const int state = key_place_state(registry, &absent, NULL);
	int directory = -1;

	if (state >= 0)
		directory = key_place_directory(
		    registry, state, KEY_PLACE_INDEX, &absent, NULL);
	if (directory >= 0 || absent)
		(void)key_counter_follow(counter, directory);
	else
		counter->blind = true;
	if (print != NULL && directory >= 0 && print->inode != 0)
		changed = is_another(directory, KEY_PLACE_KEYS, print);
	else if (print != NULL)
		changed = key_view_changed(registry, print);
	if (directory >= 0)
		(void)close(directory);
	if (state >= 0)
		(void)close(state);
	return changed;
}
