/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What another program writes to a front door, and what it reads of it.
 */
#ifndef HOSTS_CLI_HELPER_INPUT_H
#define HOSTS_CLI_HELPER_INPUT_H

#include <jansson.h>

#include "lib/command.h"

/*
 * Read standard input to its end.  NULL, with a complaint, where that fails or
 * is more than any of these protocols writes.  The caller frees it.
 */
char *input_read(void);

/*
 * Write texts to standard output at once, unbuffered, since they may be secret.
 * Returns the exit status.
 */
int output_write(const struct apam_str *parts, size_t count);

/*
 * The same with a JSON value, which is freed, and a line's end; NULL means that
 * memory ran out.
 */
int output_json(json_t *value);

/* A JSON string of bytes. */
json_t *output_text(struct apam_str text);

#endif
