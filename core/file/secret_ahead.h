/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Secrets of programs that are read ahead: who may wait for nothing, as the
 * agent, begins the program when the secret is first asked for, does something
 * else while it runs, and asks again when it has ended.  All of it in one thread.
 */
#ifndef CORE_FILE_SECRET_AHEAD_H
#define CORE_FILE_SECRET_AHEAD_H

#include <stddef.h>

#include "file/secret.h"

/* How long a failure is the answer for all who ask, before it is tried again. */
#define SECRET_AHEAD_FAILED_MS 1000
/* How long what nobody has asked for again is kept after its program's end. */
#define SECRET_AHEAD_KEPT_MS 20000

struct secret_ahead;

/* One without any; NULL when out of memory. */
struct secret_ahead *secret_ahead_new(void);

/* End what runs, wipe, and set *a, which may be NULL, to NULL. */
void secret_ahead_free(struct secret_ahead **a);

/* For whom a secret is read: all of a file are settled together. */
struct secret_place {
	const char *file;	/* the profile's */
	unsigned line;
};

/*
 * Read a secret as secret_reading_begin does, and copy it to `to`.
 * APAM_E_PENDING: its program runs; ask again after secret_ahead_go_on said so.
 * What was read is the answer until secret_ahead_settle.
 */
enum apam_status secret_ahead_read(struct secret_ahead *a,
    const struct secret_place *place, struct apam_str ref,
    const struct secret_terms *terms, struct buf *to, struct apam_error *err);

/*
 * The secrets of a file are all read, or cannot be.  Those that could be read
 * are forgotten; a failure is kept for SECRET_AHEAD_FAILED_MS.
 */
void secret_ahead_settle(struct secret_ahead *a, const char *file, bool read);

/* Go on with all that can; true where one of them has ended now. */
bool secret_ahead_go_on(struct secret_ahead *a);

/* The output of program i, counting from 0, or -1; below 0: there is none. */
#define SECRET_AHEAD_NONE (-2)
int secret_ahead_fd(const struct secret_ahead *a, size_t i);

/* When to go on in any case, clock_ms; INT64_MAX: there is nothing. */
int64_t secret_ahead_due(const struct secret_ahead *a);

#endif
