/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key registry as a context sees it.  It is read when it is first needed,
 * and again when its counter has changed, or, checked once a second, when the
 * index is another file.  In between, a question costs one load.
 */
#ifndef CORE_KEYS_READING_H
#define CORE_KEYS_READING_H

#include <pthread.h>

#include "base/log.h"
#include "config/main_conf.h"
#include "keys/view.h"

/* The result of one look. */
struct keys {
	uint64_t number;	/* from 1; each look has another */
	uint64_t counter;	/* its value before the index was opened */
	bool there;		/* false: there is no registry */
	/*
	 * Why this process cannot know what the registry says; status OK: it
	 * can.  Otherwise the results of look `holds` and of later ones are
	 * still valid, because no change was announced since, and `held_until`
	 * (clock_ms) is when that was last confirmed; 0: nothing is valid.
	 */
	struct apam_error damage;
	uint64_t holds;
	int64_t held_until;
	/*
	 * The index, open if this call had to read it, so that a lookup that
	 * follows at once need not open it again.
	 */
	bool open;
	struct key_view view;
};

/* A context's view of the registry. */
struct keys_watch {
	pthread_mutex_t lock;
	struct key_registry registry;
	const struct log *log;
	struct key_counter counter;
	struct keys now;	/* number 0: no look yet */
	struct file_print print;
	bool saw_one;		/* there was a registry */
	int64_t look_at;	/* clock_ms: when to look at the file again */
	int64_t looked_at;	/* clock_ms: when it was last in order */
};

/* False if memory runs out. */
bool keys_init(struct keys_watch *watch, const struct settings *settings,
    const struct log *log);
void keys_free(struct keys_watch *watch);

/*
 * Get the present registry; call keys_close afterwards.  *look_at, which may be
 * NULL, is set to the clock_ms when it must be looked at again.  Errors: MEMORY
 * if there is no memory or descriptor left for that.
 */
enum apam_status keys_current(struct keys_watch *watch, struct keys *to,
    int64_t *look_at, struct apam_error *err);

/* Close the index if it is open, at the latest before a wait. */
void keys_close(struct keys *keys);

#endif
