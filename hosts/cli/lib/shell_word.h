/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text as one word of a shell command that is shown to be copied.
 */
#ifndef CLI_SHELL_WORD_H
#define CLI_SHELL_WORD_H

/* For texts of up to 255 bytes, at their longest. */
#define SHELL_WORD_SIZE 1024

/*
 * Write `text` as it is where that is safe in any POSIX shell, else in single
 * quotes.  "" where it does not fit: never half of it.
 */
void shell_word(char to[SHELL_WORD_SIZE], const char *text);

#endif
