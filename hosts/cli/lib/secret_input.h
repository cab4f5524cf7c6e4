/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A secret from standard input: typed or pasted on a terminal, which does not
 * show it, else all there is to read.
 */
#ifndef CLI_SECRET_INPUT_H
#define CLI_SECRET_INPUT_H

#include <stddef.h>

#define SECRET_INPUT_MAX 65536 /* bytes, as libapam has it */

/* Zeroed: empty.  Wiped by secret_input_wipe. */
struct secret_input {
	char bytes[SECRET_INPUT_MAX + 3]; /* a newline, and one too many */
	size_t n;
};

/*
 * Read it, asking with `prompt` on a terminal, and drop one newline at the end.
 * Returns NULL, or static text that says what is wrong.
 */
const char *secret_input_read(struct secret_input *to, const char *prompt);

void secret_input_wipe(struct secret_input *input);

#endif
