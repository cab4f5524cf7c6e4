/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A secret from standard input.  On a terminal it is typed or pasted and not
 * shown; otherwise everything is read.
 */
#ifndef HOSTS_CLI_LIB_SECRET_INPUT_H
#define HOSTS_CLI_LIB_SECRET_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#define SECRET_INPUT_MAX 65536 /* bytes, the limit that libapam has */

/* An empty one is all zero.  Wipe it with secret_input_wipe. */
struct secret_input {
	/* room for a newline, and to see one byte too many */
	char bytes[SECRET_INPUT_MAX + 3];
	size_t n;
	bool ended; /* there is nothing more to read */
};

/*
 * Read the secret, after showing `prompt` on a terminal, and drop one newline
 * at its end.  Returns NULL, or a static text that says what is wrong.
 */
const char *secret_input_read(struct secret_input *to, const char *prompt);

void secret_input_wipe(struct secret_input *input);

#endif
