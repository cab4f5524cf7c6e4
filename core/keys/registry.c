/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the registry, and repairing what an interrupted change has left.
 */
#include "keys/registry.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "keys/counter.h"
#include "keys/registry_fit.h"
#include "keys/registry_write.h"
#include "keys/view.h"

#define READ_TRIES 5 /* of files that no other program writes meanwhile */
#define READ_POLL_MS 20

/* Make the index from a newer text.  The change was not reported as done. */
static enum apam_status
mend_index(struct registry_files *f)
{
	enum apam_status status;

	if (!registry_files_lock(f))
		return f->err->status;
	status = registry_files_look(f, true);
	if (status != APAM_OK || registry_fit_of(f) != REGISTRY_FIT_NEWER)
		return status;
	if (!registry_catch_up(f))
		return f->err->status;
	(void)registry_announce(f);
	return registry_files_look(f, true);
}

/* Whether to give up: an old copy stays as it is, what is written moves. */
static bool
stays(const struct registry_files *f, uint64_t *generation, int *tries)
{
	const bool moved = f->head.generation != *generation;

	*generation = f->head.generation;
	*tries = moved ? 0 : *tries + 1;
	return *tries > READ_TRIES || clock_ms() >= f->deadline;
}

/* Leave in f->set the text that programs use. */
static enum apam_status
read_fitting(struct registry_files *f)
{
	enum apam_status status = registry_files_look(f, true);
	enum registry_fit fit = REGISTRY_FIT_NONE;
	uint64_t generation = f->head.generation;
	int tries = 0;

	while (status == APAM_OK) {
		fit = registry_fit_of(f);
		if (fit <= REGISTRY_FIT_SAME || stays(f, &generation, &tries))
			break;
		if (fit == REGISTRY_FIT_NEWER && registry_files_are_ours(f)) {
			status = mend_index(f);
			continue;
		}
		clock_sleep(READ_POLL_MS);
		status = registry_files_look(f, true);
	}
	if (status != APAM_OK || fit <= REGISTRY_FIT_SAME)
		return status;
	return registry_fit_refuse(f, fit);
}

static enum apam_status
read_all_of(struct registry_files *f)
{
	bool absent;

	error_clear(f->err);
	f->state = key_place_state(f->registry, &absent, f->err);
	if (f->state < 0)
		return absent ? APAM_OK : f->err->status;
	return read_fitting(f);
}

enum apam_status
key_registry_read(const struct key_registry *registry, struct key_set *set,
    struct apam_error *err)
{
	struct apam_error own = APAM_ERROR_INIT;
	struct registry_files f = registry_files_begin(
	    registry, err == NULL ? &own : err);
	const enum apam_status status = read_all_of(&f);

	*set = (struct key_set){ .count = 0 };
	if (status == APAM_OK) {
		*set = f.set;
		f.set = (struct key_set){ .count = 0 };
		if (f.kind == REGISTRY_INDEX_WHOLE &&
		    registry_files_are_ours(&f) && key_counter_is_lost(f.index))
			(void)key_registry_mend(registry);
	}
	registry_files_end(&f);
	return status;
}

enum apam_status
key_registry_check(const struct key_registry *registry, struct apam_error *err)
{
	struct apam_error own = APAM_ERROR_INIT;
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
mend_locked(struct registry_files *f)
{
	if (registry_files_look(f, false) != APAM_OK ||
	    f->kind != REGISTRY_INDEX_WHOLE || !key_counter_is_lost(f->index))
		return false;
	f->set.is.generation = f->head.generation;
	(void)registry_announce(f);
	return true;
}

bool
key_registry_mend(const struct key_registry *registry)
{
	struct apam_error own = APAM_ERROR_INIT;
	struct registry_files f = registry_files_begin(registry, &own);
	bool absent, done = false;

	/* The process that holds the lock now repairs the counter, too. */
	f.deadline = 0;
	f.state = key_place_state(registry, &absent, &own);
	if (f.state >= 0 && registry_files_lock(&f))
		done = mend_locked(&f);
	registry_files_end(&f);
	return done;
}
