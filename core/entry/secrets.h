/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The secrets of one entry: each reference among its option values is read
 * and the value then views the secret itself, as it was then.  Some are read
 * anew later (entry/present_secrets.h).  One that is durable is empty: step
 * functions are given it (entry/stored.h).
 */
#ifndef CORE_ENTRY_SECRETS_H
#define CORE_ENTRY_SECRETS_H

#include <stdbool.h>

#include "base/buf.h"
#include "config/option.h"
#include "file/print.h"
#include "file/secret_ahead.h"

/* Where a secret comes from. */
struct secret_source {
	struct apam_str ref;	/* of the option values */
	const char *option;
	struct apam_value *value; /* views the secret that was read first */
	unsigned line;
	enum secret_form form;
	bool anew;		/* it is read anew: nobody tells of changes */
	bool stored;		/* it is durable, and not read here */
	bool passing;		/* it is known by its reference */
	bool key;		/* of type KEY: entry/key_option.h */
	bool symmetric;		/* and it is the key itself */
	bool elsewhere;		/* and it stays in an OpenSSL store: what is
				   read is its PIN, or nothing */
};

struct secrets {
	struct buf *all;
	struct secret_source *sources; /* of each */
	const struct apam_value **places; /* the value of each; KEY: NULL */
	size_t count, room;
	bool various;		/* another process may have read others */
	bool some_anew;		/* some are read anew */
	bool some_elsewhere;	/* some keys stay in an OpenSSL store */
	bool withheld;		/* none was read: the agent has them */
	int64_t deadline;	/* clock_ms: for reading them; 0: none */
	struct secret_ahead *ahead; /* has programs run; NULL: waited for */
	struct file_prints *watch; /* notes their files; may be NULL */
};

/*
 * Read every SECRET and KEY of `values`, those in groups too, into *secrets,
 * zeroed by the caller but for `watch`, `deadline` and `ahead`.  False with a
 * problem added, at the option's line, for each that cannot be read; without any
 * where a program runs (file/secret_ahead.h).  The views in `values` live until
 * secrets_free.
 */
bool secrets_read(struct secrets *secrets, const struct option_table *table,
    struct option_values *values, const char *file, bool user,
    struct problems *all);

/*
 * The first part of it: find them, and read none.  False without memory.
 */
bool secrets_find(struct secrets *secrets, const struct option_table *table,
    struct option_values *values);

/*
 * Put into the place of each that was found what stands for one that the agent
 * has: a text that says so; for a KEY a handle that cannot be used, of this
 * enum apam_key_kind unless the option's keys are symmetric.  May be called
 * again with another kind.  Errors: MEMORY.
 */
enum apam_status secrets_withhold(struct secrets *secrets, int32_t kind,
    struct apam_error *err);

/* Wipe and free; fine on a zeroed struct. */
void secrets_free(struct secrets *secrets);

#endif
