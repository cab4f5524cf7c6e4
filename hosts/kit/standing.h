/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between stand.c, which opens the module, and stand_calls.c, which calls it.
 */
#ifndef HOSTS_KIT_STANDING_H
#define HOSTS_KIT_STANDING_H

#include "kit/chance.h"
#include "kit/stand.h"

#define STANDING_NOW_MS INT64_C(1800000000000)

/* Where the service `random` has its numbers from, in this thread. */
extern _Thread_local struct chance standing_chance;

/* Where values are longer than the core's own: translate what the module names. */
void standing_translate(struct stand *s);
/* Have signatures depend on nothing but what is signed. */
void standing_fix_keys(struct apam_services *table);
/* Give a run the entry's durable secret, if its module has one. */
void standing_lend(struct stand *s, struct op *op);
/* Keep the successor that the last step named. */
void standing_keep(struct stand *s, struct op *op);

/* The module said this text: it may hold no secret. */
void standing_heard(const char *what, struct apam_str text);

#endif
