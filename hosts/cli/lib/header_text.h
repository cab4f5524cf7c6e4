/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The headers of a signature as "Name: value" lines, in one block that is
 * wiped when freed, so that they are written in one go or not at all.
 */
#ifndef CLI_HEADER_TEXT_H
#define CLI_HEADER_TEXT_H

#include <stdbool.h>

#include <apam/apam.h>

struct header_text {
	char *p;
	size_t n;
};

/* False when out of memory. */
bool header_text_new(
    struct header_text *text, const struct apam_signature *signature);

/* Wipe and free; fine on a zeroed struct. */
void header_text_free(struct header_text *text);

/* Write all to a descriptor, past interruptions.  False with errno set. */
bool write_all(int fd, struct apam_str bytes);

#endif
