/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading an entry's secrets anew, one after the other, without waiting: for
 * the program of one that has any, the caller does something else meanwhile.
 */
#ifndef CORE_ENTRY_SECRET_RENEWAL_H
#define CORE_ENTRY_SECRET_RENEWAL_H

#include "entry/secret_set.h"
#include "entry/secrets.h"
#include "file/secret.h"

struct secret_renewal {
	const struct secrets *secrets;
	struct secret_set *now;	/* held; NULL: as at first */
	struct secret_set *set;	/* what has been read */
	size_t next;
	bool user;
	int64_t deadline;	/* clock_ms; 0: none */
	struct secret_reading reading;
};

/*
 * Begin; `now` is the present set, or NULL, and is held.  NULL when out of
 * memory.  The secrets must outlive it.
 */
struct secret_renewal *secret_renewal_new(const struct secrets *secrets,
    struct secret_set *now, bool user, int64_t deadline);
/* End a program that runs, wipe, and set *r, which may be NULL, to NULL. */
void secret_renewal_free(struct secret_renewal **r);

/*
 * Read on.  APAM_E_PENDING: go on when the program asks for it
 * (file/secret_exec.h).  APAM_OK: r->set has all.  Else the errors of
 * file/secret.h; the text begins with the option.
 */
enum apam_status secret_renewal_go_on(
    struct secret_renewal *r, struct apam_error *err);

/* The program that it waits for, or NULL. */
static inline const struct secret_exec *
secret_renewal_program(const struct secret_renewal *r)
{
	return r->reading.exec;
}

#endif
