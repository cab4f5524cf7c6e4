/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shows on a terminal what a server sent.  Characters that control the
 * terminal, change the reading order or break lines in other ways are shown as
 * their bytes, such as \x1b.  Line feeds, tabs and a CR before a line feed stay
 * as they are.
 */
#ifndef HOSTS_CLI_LIB_PLAIN_H
#define HOSTS_CLI_LIB_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A stream of bytes in pieces that may end in the middle of a character. */
struct plain {
	FILE *to;
	char held[4];
	size_t n; /* bytes in `held` */
};

/* Returns false if the file cannot be written to. */
bool plain_write(struct plain *plain, const char *p, size_t n);

/* Show the bytes that are still held, at the end of the stream. */
bool plain_end(struct plain *plain);

#endif
