/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the response to `apam request` goes.  It is written as it arrives; for
 * a terminal it is held until it is complete, and made readable if it is JSON.
 */
#ifndef HOSTS_CLI_LIB_REPLY_H
#define HOSTS_CLI_LIB_REPLY_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/plain.h"

/* bytes; if there are more, they are written as they arrive */
#define REPLY_HELD_MAX (8U << 20)

struct reply {
	FILE *to;
	/* `to` is a terminal: control characters are made harmless */
	bool terminal;
	bool hold; /* keep the body until it is complete */
	struct plain plain;
	char *held;
	size_t n, cap;
};

/* The `write` and `header` functions of a transfer; `arg` is the reply. */
size_t reply_body(char *p, size_t size, size_t count, void *arg);
size_t reply_header(char *p, size_t size, size_t count, void *arg);

/* Write what is held.  `json`: the response said that it is JSON. */
void reply_finish(struct reply *reply, bool json);
void reply_free(struct reply *reply);

#endif
