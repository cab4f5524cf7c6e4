/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Readings of the registry, and when there must be another.
 *
 * The counter is read before the file: a change in between shows at once, as a
 * counter that is not the reading's.  Programs that have not mapped the counter
 * yet, since it was made just now, find out by looking at the files once a
 * second; whoever changes the registry then waits for that long.
 */
#include "keys.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "error.h"
#include "str.h"

bool
keys_init(struct keys_watch *w, const struct settings *settings,
    const struct log *log)
{
	memset(w, 0, sizeof(*w));
	w->registry = (struct key_registry){ settings->state_dir,
		settings->user };
	w->log = log;
	pthread_mutex_init(&w->lock, NULL);
	return key_counter_init(&w->counter);
}

void
keys_free(struct keys_watch *w)
{
	keys_release(&w->now);
	key_counter_free(&w->counter);
	pthread_mutex_destroy(&w->lock);
}

static struct keys *
hold(struct keys *k)
{
	if (k != NULL)
		atomic_fetch_add_explicit(&k->refs, 1, memory_order_relaxed);
	return k;
}

void
keys_release(struct keys **keys)
{
	struct keys *k = *keys;

	*keys = NULL;
	if (k == NULL ||
	    atomic_fetch_sub_explicit(&k->refs, 1, memory_order_acq_rel) != 1)
		return;
	keys_release(&k->last);
	key_set_free(&k->set);
	free(k);
}

/* ---- Reading, with the watch's lock held -------------------------------- */

static uint64_t
counter_now(const struct keys_watch *w)
{
	return atomic_load_explicit(w->counter.value, memory_order_acquire);
}

static bool
in_order(const struct keys *k)
{
	return k->damage.status == APAM_OK;
}

/* What was right before goes on being what is known. */
static void
note_damage(struct keys_watch *w, struct keys *k)
{
	struct keys *before = w->now;
	bool news = before == NULL ||
	    strcmp(before->damage.text, k->damage.text) != 0;
	const char *file = k->damage.file;

	if (before != NULL)
		k->last = hold(in_order(before) ? before : before->last);
	k->held_until = w->looked_at;
	if (news)
		log_line(w->log, APAM_LOG_ERROR, "%s: %s",
		    file[0] == '\0' ? "the key registry" : file,
		    k->damage.text);
}

/* There was a registry when it was read. */
static bool
was_there(const struct keys *k)
{
	return k->print.inode != 0;
}

static bool
saw_one(const struct keys *k)
{
	if (k != NULL && !in_order(k))
		k = k->last;
	return k != NULL && was_there(k);
}

/*
 * Read the files.  No registry is in order, but not where there was one: what
 * is unmounted or removed lets no archived key sign again.
 */
static enum apam_status
read_files(const struct keys_watch *w, struct keys *k)
{
	enum apam_status status = key_registry_read(
	    &w->registry, &k->set, &k->print, &k->damage);

	if (status != APAM_OK || was_there(k) || !saw_one(w->now))
		return status;
	return error_set_at(&k->damage, APAM_E_CONFIG, w->registry.state_dir, 0,
	    "the key registry is gone; what it said last holds until there is "
	    "one again, or the program starts anew");
}

/*
 * False where this process has no memory or descriptor left to read it with:
 * that is no damage, and what was read before is no longer enough.
 */
static bool
read_anew(struct keys_watch *w)
{
	struct keys *k = calloc(1, sizeof(*k));
	enum apam_status status;

	if (k == NULL)
		return false;
	atomic_init(&k->refs, 1);
	k->number = ++w->readings;
	error_clear(&k->damage);
	(void)key_registry_follow(&w->registry, &w->counter);
	k->counter = counter_now(w);
	status = read_files(w, k);
	if (status == APAM_E_MEMORY) {
		keys_release(&k);
		return false;
	}
	if (status == APAM_OK)
		w->looked_at = clock_ms();
	else
		note_damage(w, k);
	keys_release(&w->now);
	w->now = k;
	return true;
}

/* Once a second: is the counter still the one, the file still the same? */
static bool
has_changed(struct keys_watch *w)
{
	if (!in_order(w->now))
		return true;
	(void)key_registry_follow(&w->registry, &w->counter);
	if (counter_now(w) != w->now->counter ||
	    key_registry_changed(&w->registry, &w->now->print))
		return true;
	w->looked_at = clock_ms();
	return false;
}

static bool
bring_up_to_date(struct keys_watch *w)
{
	bool moved = w->now == NULL || counter_now(w) != w->now->counter;
	int64_t now = clock_ms();

	if (!moved && now < w->look_at)
		return true;
	if ((moved || has_changed(w)) && !read_anew(w))
		return false;
	/* Nobody will tell of a change: look at each signature. */
	w->look_at = w->counter.blind ? now : clock_next_second();
	return true;
}

struct keys *
keys_current(struct keys_watch *w, int64_t *look_at)
{
	struct keys *k = NULL;

	pthread_mutex_lock(&w->lock);
	if (bring_up_to_date(w))
		k = hold(w->now);
	if (look_at != NULL)
		*look_at = w->look_at;
	pthread_mutex_unlock(&w->lock);
	return k;
}

/* ---- Finding ------------------------------------------------------------ */

static const struct key_set *
last_set(const struct keys *k)
{
	if (!in_order(k) && k->last != NULL)
		return &k->last->set;
	return &k->set;
}

static bool
is_of(const struct key_record *r, const char *scheme, struct apam_str id)
{
	return str_equal(apam_str(r->id), id) && strcmp(r->scheme, scheme) == 0;
}

bool
keys_know(const struct keys *keys, const char *scheme, struct apam_str id)
{
	const struct key_set *set = last_set(keys);

	for (size_t i = 0; i < set->count; i++)
		if (is_of(&set->records[i], scheme, id))
			return true;
	return false;
}

static bool
has_mark(const struct key_record *r, struct apam_str secret)
{
	unsigned char mark[KEY_MARK_SIZE];

	if (!r->marked)
		return true;
	key_mark(apam_str(r->scheme), apam_str(r->id), secret, r->salt, mark);
	return memcmp(mark, r->mark, sizeof(mark)) == 0;
}

const struct key_record *
keys_find(const struct keys *keys, const char *scheme, struct apam_str id,
    struct apam_str secret)
{
	const struct key_set *set = last_set(keys);
	const struct key_record *found = NULL;

	for (size_t i = 0; i < set->count; i++) {
		const struct key_record *r = &set->records[i];

		if (!is_of(r, scheme, id) || !has_mark(r, secret))
			continue;
		if (found == NULL || r->archived_at != 0)
			found = r;
		if (found->archived_at != 0)
			break;
	}
	return found;
}
