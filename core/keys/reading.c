/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the registry, and decides when to read it again.  Programs that have
 * not yet attached a counter that was just made notice changes by checking the
 * files once a second; a program that changes the registry then waits that
 * long.  Programs that cannot attach it check at each signature.
 */
#include "keys/reading.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "keys/registry.h"

bool
keys_init(struct keys_watch *w, const struct settings *settings,
    const struct log *log)
{
	memset(w, 0, sizeof(*w));
	w->registry = (struct key_registry){ settings->state_dir,
		settings->user, NULL };
	w->log = log;
	pthread_mutex_init(&w->lock, NULL);
	return key_counter_init(&w->counter);
}

void
keys_free(struct keys_watch *w)
{
	key_counter_free(&w->counter);
	pthread_mutex_destroy(&w->lock);
}

/* ---- Looking, with the watch's lock held -------------------------------- */

static uint64_t
counter_now(const struct keys_watch *w)
{
	return atomic_load_explicit(w->counter.value, memory_order_acquire);
}

/* What was known before the damage stays valid while nothing changes. */
static void
note_damage(struct keys_watch *w, struct keys *k)
{
	const struct keys *before = &w->now;
	const char *file = k->damage.file;

	if (before->number != 0 && before->counter == k->counter &&
	    !w->counter.blind)
		k->holds = before->holds;
	k->held_until = w->looked_at;
	if (before->number == 0 ||
	    strcmp(before->damage.text, k->damage.text) != 0)
		log_line(w->log, APAM_LOG_ERROR, "%s: %s",
		    file[0] == '\0' ? "the key registry" : file,
		    k->damage.text);
}

/*
 * If the counter was removed, or is the last boot's, the owner's first program
 * makes it new; true if it did.
 */
static bool
mend_counter(const struct keys_watch *w, const struct key_view *v)
{
	return (w->counter.blind || !w->counter.attached) && v->fd >= 0 &&
	    v->owner == geteuid() && key_registry_mend(&w->registry);
}

/*
 * It is right that there is no registry, unless there was one: unmounting or
 * removing it must not let archived keys sign again.
 */
static enum apam_status
look(struct keys_watch *w, struct key_view *v, struct apam_error *err)
{
	enum apam_status status;

	error_clear(err);
	status = key_view_open(&w->registry, &w->counter, v, err);
	if (status == APAM_OK && mend_counter(w, v)) {
		key_view_close(v);
		status = key_view_open(&w->registry, &w->counter, v, err);
	}
	if (status != APAM_OK || v->fd >= 0 || !w->saw_one)
		return status;
	return error_set_at(err, APAM_E_CONFIG, w->registry.state_dir, 0,
	    "the key registry is gone; its last contents stay in effect until "
	    "there is one again, or the program is restarted");
}

/*
 * If this process lacks memory or descriptors to read with, that is not damage;
 * but what was seen before is then not enough.
 */
static enum apam_status
look_anew(struct keys_watch *w, struct key_view *v, struct apam_error *err)
{
	struct keys k = { .number = w->now.number + 1 };
	const enum apam_status status = look(w, v, &k.damage);

	if (status == APAM_E_MEMORY) {
		error_copy(err, &k.damage);
		return status;
	}
	k.counter = v->counter;
	k.there = v->fd >= 0;
	if (status == APAM_OK) {
		k.holds = k.number;
		w->looked_at = clock_ms();
		w->print = v->print;
		w->saw_one = w->saw_one || k.there;
	} else {
		note_damage(w, &k);
	}
	w->now = k;
	return APAM_OK;
}

/* Checked once a second: is it the same counter, and the same file? */
static bool
has_changed(struct keys_watch *w)
{
	if (w->now.damage.status != APAM_OK)
		return true;
	if (key_view_follow(&w->registry, &w->counter, &w->print) ||
	    counter_now(w) != w->now.counter)
		return true;
	w->looked_at = clock_ms();
	return false;
}

static enum apam_status
bring_up_to_date(
    struct keys_watch *w, struct key_view *view, struct apam_error *err)
{
	const int64_t now = clock_ms();
	bool due = w->now.number == 0 || counter_now(w) != w->now.counter;
	enum apam_status status = APAM_OK;

	if (!due && now < w->look_at) {
		if (!w->counter.blind ||
		    !key_view_changed(&w->registry, &w->print))
			return APAM_OK;
		due = true;
	}
	if (due || has_changed(w))
		status = look_anew(w, view, err);
	if (status == APAM_OK)
		w->look_at = clock_next_second();
	return status;
}

enum apam_status
keys_current(struct keys_watch *w, struct keys *to, int64_t *look_at,
    struct apam_error *err)
{
	enum apam_status status;

	to->view.fd = -1;
	pthread_mutex_lock(&w->lock);
	status = bring_up_to_date(w, &to->view, err);
	if (status == APAM_OK)
		memcpy(to, &w->now, offsetof(struct keys, open));
	/* Changes are not announced to this process: look at each signature. */
	if (look_at != NULL)
		*look_at = w->counter.blind ? 0 : w->look_at;
	pthread_mutex_unlock(&w->lock);
	to->open = to->view.fd >= 0;
	return status;
}

void
keys_close(struct keys *keys)
{
	if (keys->open)
		key_view_close(&keys->view);
	keys->open = false;
}
