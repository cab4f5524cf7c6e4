/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Quoting by POSIX.1-2008, 2.2.2: between single quotes no character is
 * special, except the next single quote, which ends them.
 */
#include "lib/shell_word.h"

#include <string.h>

#define QUOTE "'\\''"
#define PLAIN                                                                  \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"       \
	"@%_+=:,./-"

static void
quote(char to[SHELL_WORD_SIZE], const char *text)
{
	size_t n = 0, width;

	to[n++] = '\'';
	for (; *text != '\0'; text++) {
		width = *text == '\'' ? strlen(QUOTE) : 1;
		/* The last quote and the NUL need room, too. */
		if (n + width + 2 > SHELL_WORD_SIZE) {
			to[0] = '\0';
			return;
		}
		memcpy(to + n, width == 1 ? text : QUOTE, width);
		n += width;
	}
	to[n++] = '\'';
	to[n] = '\0';
}

void
shell_word(char to[SHELL_WORD_SIZE], const char *text)
{
	const size_t n = strlen(text);

	if (n > 0 && n < SHELL_WORD_SIZE && strspn(text, PLAIN) == n)
		memcpy(to, text, n + 1);
	else
		quote(to, text);
}
