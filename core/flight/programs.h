/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The programs of secrets, by their output, which a set of descriptors watches:
 * those that flights wait for, and those that the agent runs ahead of any flight
 * (file/secret_ahead.h).  The loop (loop.h) moves both.
 */
#ifndef CORE_FLIGHT_PROGRAMS_H
#define CORE_FLIGHT_PROGRAMS_H

#include "file/secret_ahead.h"
#include "flight/flight.h"

/*
 * Watch the output of the program that a flight waits for.  Where that cannot be
 * done the flight is woken a little later, to look by itself.
 */
void programs_watch(int set, struct flight *f);

/*
 * Watch it no more.  This comes before it is closed: a child of the host's may
 * have a copy of it.
 */
void programs_unwatch(int set, const struct flight *f);

/* The flight of a list that waits for this output; NULL: none. */
struct flight *programs_find(struct flight *list, int fd);

/* True where the flight's program is there, and the host has closed its output. */
bool programs_has_lost(const struct flight *f);
/* The same of any flight of a list. */
bool programs_have_lost(const struct flight *list);

/*
 * Watch those ahead, which may be NULL.  False where one cannot be watched: the
 * loop has to look at it by itself.
 */
bool programs_watch_ahead(int set, const struct secret_ahead *ahead);
/* True where a descriptor is one of theirs. */
bool programs_are_ahead(const struct secret_ahead *ahead, int fd);

#endif
