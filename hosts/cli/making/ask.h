/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions to a person at a terminal: one line each, the default answer in
 * brackets.  Questions go to standard error.  Nothing is made while questions are
 * asked, so that Ctrl-C leaves nothing.
 */
#ifndef HOSTS_CLI_MAKING_ASK_H
#define HOSTS_CLI_MAKING_ASK_H

#include <stdbool.h>

#include <apam/types.h>

#define ASK_SIZE 2048

/*
 * Ask; an empty answer is `fallback`, which may be NULL: then an answer is
 * needed, and the question is asked again.  "-" answers nothing: `answer` is empty
 * then, which `optional` allows.  False at the end of the input.
 */
bool ask_line(const char *question, const char *fallback, bool optional,
    char answer[ASK_SIZE]);

/* Say why the answer is not right, before the question comes again. */
void ask_again(const char *format, ...) APAM_PRINTF(1, 2);

/* Say something between two questions. */
void ask_say(const char *format, ...) APAM_PRINTF(1, 2);

/* Ask for yes or no.  False also at the end of the input. */
bool ask_yes(const char *question, bool fallback);

#endif
