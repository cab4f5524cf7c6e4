/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a module did, line by line, to be compared with what it did another
 * time.  Texts are in it as hashes only: they may be secrets.
 */
#ifndef HOSTS_KIT_RECORD_H
#define HOSTS_KIT_RECORD_H

#include <stdint.h>

#include <apam/types.h>

#define RECORD_LINES 512

struct record {
	struct {
		char label[80];	/* what was done */
		uint64_t hash;	/* of all that came of it */
	} lines[RECORD_LINES];
	size_t count;
};

/* Begin a line.  What is added goes to the last one. */
void record_line(struct record *r, const char *format, ...)
    APAM_PRINTF(2, 3);
void record_text(struct record *r, struct apam_str text);
void record_number(struct record *r, int64_t number);

/* NULL where both are the same; else the label of the first difference. */
const char *record_differs(const struct record *a, const struct record *b);

#endif
