/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a server sent, on a terminal: characters that steer it, turn the order
 * of what is read or end a line elsewhere are shown by their bytes, as \x1b.
 * Line feed, tab, and the CR before a line feed are left.
 */
#ifndef CLI_PLAIN_H
#define CLI_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A stream of bytes in pieces that may end in the middle of a character. */
struct plain {
	FILE *to;
	char held[4];
	size_t n; /* of `held` */
};

/* False where the file takes no more. */
bool plain_write(struct plain *plain, const char *p, size_t n);

/* Show what is held: nothing follows. */
bool plain_end(struct plain *plain);

#endif
