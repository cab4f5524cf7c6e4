/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the response to `apam request` goes: as it comes, or, for a terminal,
 * held until it is complete and then made readable if it is JSON.
 */
#ifndef CLI_REPLY_H
#define CLI_REPLY_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/plain.h"

#define REPLY_HELD_MAX (8U << 20) /* bytes; more goes out as it comes */

struct reply {
	FILE *to;
	bool terminal; /* `to` is one: nothing that steers it */
	bool hold; /* until it is complete */
	struct plain plain;
	char *held;
	size_t n, cap;
};

/* For `write` and `header` of a transfer; `arg` is the reply. */
size_t reply_body(char *p, size_t size, size_t count, void *arg);
size_t reply_header(char *p, size_t size, size_t count, void *arg);

/* Write what is held; `json`: the response said that it is JSON. */
void reply_finish(struct reply *reply, bool json);
void reply_free(struct reply *reply);

#endif
