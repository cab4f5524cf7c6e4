/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The secrets of a run: texts that are found again wherever they are left.
 *
 * This program keeps them veiled, so that it does not find its own.
 */
#ifndef HOSTS_KIT_MARKS_H
#define HOSTS_KIT_MARKS_H

#include <stdbool.h>
#include <stddef.h>

#include <apam/types.h>

/* Hex digits, which are also base64 of one kind and the other. */
#define MARK_SIZE 64

/*
 * Write secret number `i` of this run, MARK_SIZE bytes and a NUL, to `to`.  The
 * caller wipes it.
 */
void mark_write(unsigned i, char to[MARK_SIZE + 1]);

/* True if a text holds one of the secrets that were written, or most of one. */
bool mark_in(struct apam_str text);

/* Those below this number are values of options, the others come in answers. */
#define MARK_ANSWERS 32

/* The same for those of options, also where the text has base64 of one. */
bool mark_of_option_in(struct apam_str text);

/*
 * Search all memory of this process that can be written to.  True where a
 * secret is there: `where` then says in which part.
 */
bool marks_search(char *where, size_t size);

#endif
