/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The durable secret of an entry: which one it is, and what has to fit for it
 * to be sent.  Its bytes are read under its lock, by the flight that may spend
 * it (flight/spending.h).
 */
#ifndef CORE_ENTRY_STORED_H
#define CORE_ENTRY_STORED_H

#include "base/machine.h"
#include "base/problems.h"
#include "config/option.h"
#include "config/profile_values.h"
#include "durable/durable_turn.h"
#include "file/print.h"

#define STORED_IDENTITY_SIZE                                                   \
	(sizeof("store:") + STORE_NAME_MAX + 1 + DURABLE_FAMILY_SIZE)

struct stored {
	char name[STORE_NAME_MAX + 1]; /* empty: the entry has none */
	size_t option;		/* whose value it is, in the module's table */
	/*
	 * What stands for it in fingerprints, in place of its bytes: its name
	 * and, while somebody is logged in, its family.
	 */
	char identity[STORED_IDENTITY_SIZE];
	char machine[MACHINE_MARK_SIZE];
	struct buf bound;	/* the lines of durable_record.h; plain */
};

/* Where it is kept. */
struct stored_base {
	const char *state_dir;
	bool user;
};

/*
 * Find the option that names one, among values that are references still, and
 * look which family its record is of.  Its lock is noted in `watch`, which may
 * be NULL: a login changes that.  False if memory runs out.
 */
bool stored_find(struct stored *s, const struct option_table *table,
    const struct option_values *values, const struct stored_base *at,
    struct file_prints *watch);

/* A zeroed one is allowed. */
void stored_free(struct stored *s);

/* True if the entry has a durable secret. */
static inline bool
stored_is(const struct stored *s)
{
	return s->name[0] != '\0';
}

/* Where its record is; this borrows from both arguments. */
struct durable_place stored_place(
    const struct stored *s, const struct stored_base *at);
/* What that record must fit to be sent; this borrows from both arguments. */
struct durable_claim stored_claim(const struct stored *s, const char *scheme);

/* What people are told of it. */
struct stored_news {
	char text[APAM_EVIDENCE_SIZE]; /* one line */
	bool sound;		/* it may be sent */
	int64_t since;		/* Unix s; 0: not known */
};

/* Look at the record of an entry with this configuration, without its lock. */
void stored_look(const struct stored *s, const struct stored_base *at,
    const struct profile_entry *conf, struct stored_news *to);

#endif
