/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which place of the program makes a call of the C library, for a sweep that
 * fails each place once and not each call.
 */
#ifndef TESTS_FAULTS_PLACE_H
#define TESTS_FAULTS_PLACE_H

/* Notes where the call in hand comes from; nothing after many calls. */
void place_note(void);

/*
 * Writes a line for each call that was noted, in their order: a number that is
 * the same for calls from the same place, in each run of a program.  Nothing where `path` is NULL.
 */
void place_write(const char *path);

#endif
