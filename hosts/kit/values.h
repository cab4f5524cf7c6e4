/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values for the options of a module, without a file that somebody wrote.
 *
 * For each type there is a list of values that schemes take.  What the module
 * refuses is tried with the next one.
 */
#ifndef HOSTS_KIT_VALUES_H
#define HOSTS_KIT_VALUES_H

#include <apam/apam.h>
#include <apam/module.h>

#include "config/option_table.h"
#include "kit/chance.h"

#define PATH_DEPTH 8
#define CHOICES_MAX 64

/* Which value an option gets: number `number` of its list. */
struct choice {
	size_t path[PATH_DEPTH];
	size_t depth;
	unsigned number;
};

struct plan {
	struct choice choices[CHOICES_MAX];
	size_t count;
	bool full;		/* set what is not required, too */
	unsigned secrets;	/* the number of the first secret */
	struct chance *chance;	/* not NULL: take any legal value */
	size_t more;		/* bytes that each value is longer by */
	const char *const *given; /* "name=value", ended by NULL; or NULL */
};

/*
 * The values, as the module gets them, in guarded memory.  `svc` makes keys,
 * which values_free_keys lets go of.
 */
const struct apam_options *values_make(const struct option_table *table,
    const struct plan *plan, const struct apam_services *svc);
/* Let go of the keys that values_make made. */
void values_free_keys(const struct apam_services *svc);

/*
 * After the module refused what the path leads to: try its next value.  False
 * where there is none, or the value was given.
 */
bool plan_next(struct plan *plan, const struct option_table *table,
    const size_t *path, size_t count);

#endif
