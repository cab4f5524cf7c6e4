/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The headers of a signature as "Name: value" lines.  They are in one block,
 * which is wiped when it is freed, so that they are written all at once or not
 * at all.
 */
#ifndef HOSTS_CLI_LIB_HEADER_TEXT_H
#define HOSTS_CLI_LIB_HEADER_TEXT_H

#include <stdbool.h>

#include <apam/apam.h>

struct header_text {
	char *p;
	size_t n;
};

/* Returns false if memory runs out. */
bool header_text_new(
    struct header_text *text, const struct apam_signature *signature);

/* Wipe and free the block.  A zeroed struct is allowed. */
void header_text_free(struct header_text *text);

/*
 * Write all bytes to a descriptor, and go on after interruptions.  Returns
 * false with errno set.
 */
bool write_all(int fd, struct apam_str bytes);

#endif
