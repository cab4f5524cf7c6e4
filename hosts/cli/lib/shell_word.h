/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A text as one word of a shell command that people copy.
 */
#ifndef HOSTS_CLI_LIB_SHELL_WORD_H
#define HOSTS_CLI_LIB_SHELL_WORD_H

/* Enough for any text of up to 255 bytes. */
#define SHELL_WORD_SIZE 1024

/*
 * Write `text` unchanged if that is safe in any POSIX shell, else in single
 * quotes.  If it does not fit, the result is "", never a part of the text.
 */
void shell_word(char to[SHELL_WORD_SIZE], const char *text);

#endif
