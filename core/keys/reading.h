/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key registry as a context sees it: looked at when it is first needed, and
 * again when its counter has moved, or once a second where the index is
 * another.  Between two looks asking costs one load.
 */
#ifndef CORE_KEYS_H
#define CORE_KEYS_H

#include <pthread.h>

#include "base/log.h"
#include "config/main_conf.h"
#include "keys/view.h"

/* What one look found. */
struct keys {
	uint64_t number;	/* from 1: tells looks apart */
	uint64_t counter;	/* its value before the index was opened */
	bool there;		/* false: there is no registry */
	/*
	 * What keeps this process from knowing what the registry says; status
	 * OK: nothing.  Then what was said by the look `holds` or a later one
	 * holds still, as nobody has told of a change since, and `held_until`
	 * (clock_ms) is when it was last seen to; 0: nothing does.
	 */
	struct apam_error damage;
	uint64_t holds;
	int64_t held_until;
	/*
	 * The index, where this call had to look and so has it open: what is to
	 * be looked up at once need not open it again.
	 */
	bool open;
	struct key_view view;
};

/* A context's. */
struct keys_watch {
	pthread_mutex_t lock;
	struct key_registry registry;
	const struct log *log;
	struct key_counter counter;
	struct keys now;	/* number 0: there was no look yet */
	struct file_print print;
	bool saw_one;		/* there was a registry */
	int64_t look_at;	/* clock_ms: when to look at the file again */
	int64_t looked_at;	/* clock_ms: when it last was in order */
};

/* False without memory. */
bool keys_init(struct keys_watch *watch, const struct settings *settings,
    const struct log *log);
void keys_free(struct keys_watch *watch);

/*
 * The registry as it is now; call keys_close.  *look_at, which may be NULL, is
 * then when it is to be looked at again, clock_ms.  Errors: MEMORY, where there
 * is no memory or descriptor left to look with.
 */
enum apam_status keys_current(struct keys_watch *watch, struct keys *to,
    int64_t *look_at, struct apam_error *err);

/* Close the index, where it is open; at the latest before anybody waits. */
void keys_close(struct keys *keys);

#endif
