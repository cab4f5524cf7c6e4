/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * With the lock held: read the files, call the edit, write them.
 */
#include "keys/registry_change.h"

#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "keys/record_read.h"
#include "keys/registry_fit.h"
#include "keys/registry_write.h"

/*
 * If an edit refuses, an earlier one may have done it already.  Its program may
 * have been killed before it announced the change, or finished waiting.
 */
static enum apam_status
change_locked(
    struct registry_files *f, key_registry_edit *edit, void *arg, bool *wait)
{
	enum apam_status status = registry_files_look(f, true);
	enum registry_fit fit;

	if (status != APAM_OK)
		return status;
	fit = registry_fit_of(f);
	if (fit != REGISTRY_FIT_NONE && fit != REGISTRY_FIT_SAME &&
	    fit != REGISTRY_FIT_NEWER)
		return registry_fit_refuse(f, fit);
	if ((fit == REGISTRY_FIT_NONE && !registry_establish(f)) ||
	    (fit == REGISTRY_FIT_NEWER && !registry_catch_up(f)))
		return f->err->status;
	status = edit(arg, &f->set, f->err);
	if (status == APAM_OK)
		return registry_write_next(f, wait);
	if (fit != REGISTRY_FIT_NONE)
		*wait = registry_announce(f);
	return status;
}

enum apam_status
key_registry_change(const struct key_registry *registry,
    key_registry_edit *edit, void *arg, struct apam_error *err)
{
	struct apam_error own = APAM_ERROR_INIT;
	struct registry_files f = registry_files_begin(
	    registry, err == NULL ? &own : err);
	enum apam_status status;
	bool wait = false;

	error_clear(f.err);
	status = registry_files_enter(&f) ?
	    change_locked(&f, edit, arg, &wait) :
	    f.err->status;
	registry_files_end(&f);
	if (wait)
		registry_wait();
	return status;
}

/* ---- Recovering ------------------------------------------------------- */

/* Read the text that is given, or the one in place, whatever it contains. */
static enum apam_status
take_text(
    struct registry_files *f, const struct apam_str *text, const char *name)
{
	enum apam_status status;
	struct buf copy;

	if (text == NULL) {
		status = registry_files_look(f, true);
		if (status == APAM_OK && !f->text_there)
			return registry_fit_refuse(f, REGISTRY_FIT_GONE);
		return status;
	}
	status = registry_files_look(f, false);
	if (status != APAM_OK)
		return status;
	buf_init_plain(&copy, KEY_FILE_MAX);
	buf_put(&copy, *text);
	if (copy.no_memory)
		status = error_set(f->err, APAM_E_MEMORY, "out of memory");
	else if (copy.failed)
		status = error_set(
		    f->err, APAM_E_CONFIG, "%s is larger than 256 MiB", name);
	else
		status = registry_files_parse(f, &copy, name, &f->set);
	buf_free(&copy);
	return status;
}

static enum apam_status
recover_locked(
    struct registry_files *f, key_registry_edit *edit, void *arg, bool *wait)
{
	struct key_text *is = &f->set.is, known;
	static const unsigned char none[KEY_REGISTRY_ID];
	enum apam_status status = edit(arg, &f->set, f->err);

	if (status != APAM_OK)
		return status;
	if (registry_latest(f, &known))
		memcpy(is->registry, known.registry, KEY_REGISTRY_ID);
	else if (memcmp(is->registry, none, sizeof(none)) == 0 &&
	    !random_bytes(is->registry, KEY_REGISTRY_ID))
		return error_set(f->err, APAM_E_INTERNAL,
		    "the system gives no random numbers");
	if (!registry_have_directory(f, KEY_PLACE_INDEX, &f->index) ||
	    !registry_have_directory(f, KEY_PLACE_REGISTRY, &f->text))
		return f->err->status;
	return registry_write_next(f, wait);
}

enum apam_status
key_registry_recover(const struct key_registry *registry,
    const struct apam_str *text, const char *name, key_registry_edit *edit,
    void *arg, struct apam_error *err)
{
	struct apam_error own = APAM_ERROR_INIT;
	struct registry_files f = registry_files_begin(
	    registry, err == NULL ? &own : err);
	enum apam_status status;
	bool wait = false;

	error_clear(f.err);
	status = registry_files_enter(&f) ? take_text(&f, text, name) :
					    f.err->status;
	if (status == APAM_OK)
		status = recover_locked(&f, edit, arg, &wait);
	registry_files_end(&f);
	if (wait)
		registry_wait();
	return status;
}

enum apam_status
key_registry_take(const struct key_registry *registry,
    const struct apam_str *text, const char *name, struct key_set *set,
    struct apam_error *err)
{
	struct apam_error own = APAM_ERROR_INIT;
	struct registry_files f = registry_files_begin(
	    registry, err == NULL ? &own : err);
	enum apam_status status = APAM_E_CONFIG;
	bool absent;

	error_clear(f.err);
	*set = (struct key_set){ .count = 0 };
	f.state = key_place_state(registry, &absent, f.err);
	if (f.state >= 0)
		status = take_text(&f, text, name);
	else if (absent)
		(void)registry_fit_refuse(&f, REGISTRY_FIT_GONE);
	else
		status = f.err->status;
	if (status == APAM_OK) {
		*set = f.set;
		f.set = (struct key_set){ .count = 0 };
	}
	registry_files_end(&f);
	return status;
}
