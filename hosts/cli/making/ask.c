/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions and their answers.
 */
#include "making/ask.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

/* Read a line without blanks around it; false at the end of the input. */
static bool
read_line(char answer[ASK_SIZE], bool *whole)
{
	size_t n, blanks;
	int c;

	if (fgets(answer, ASK_SIZE, stdin) == NULL) {
		fputc('\n', stderr);
		return false;
	}
	*whole = strchr(answer, '\n') != NULL || feof(stdin);
	for (c = 0; !*whole && c != '\n' && c != EOF;)
		c = getchar();
	n = strcspn(answer, "\r\n");
	while (n > 0 && strchr(" \t", answer[n - 1]) != NULL)
		n--;
	answer[n] = '\0';
	blanks = strspn(answer, " \t");
	memmove(answer, answer + blanks, n - blanks + 1);
	return true;
}

void
ask_again(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fputs("  That will not do: ", stderr);
	vfprintf(stderr, format, ap);
	fputs("\n", stderr);
	va_end(ap);
}

void
ask_say(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
}

bool
ask_line(const char *question, const char *fallback, bool optional,
    char answer[ASK_SIZE])
{
	bool whole;

	for (;;) {
		if (fallback == NULL)
			fprintf(stderr, "%s: ", question);
		else
			fprintf(stderr, "%s [%s]: ", question, fallback);
		fflush(stderr);
		if (!read_line(answer, &whole))
			return false;
		if (!whole)
			ask_again("it is too long");
		else if (!utf8_is_plain(apam_str(answer)))
			ask_again("it has characters that cannot be shown");
		else if (strcmp(answer, "-") == 0 && optional)
			break;
		else if (answer[0] == '\0' && fallback == NULL)
			ask_again("an answer is needed");
		else if (strcmp(answer, "-") == 0)
			ask_again("this one is needed");
		else
			break;
	}
	if (answer[0] == '\0')
		(void)snprintf(answer, ASK_SIZE, "%s", fallback);
	if (strcmp(answer, "-") == 0)
		answer[0] = '\0';
	return true;
}

bool
ask_yes(const char *question, bool fallback)
{
	char answer[ASK_SIZE];
	bool whole;

	for (;;) {
		fprintf(stderr, "%s [%s] ", question, fallback ? "Y/n" : "y/N");
		fflush(stderr);
		if (!read_line(answer, &whole))
			return false;
		if (answer[0] == '\0')
			return fallback;
		if (strcasecmp(answer, "y") == 0 ||
		    strcasecmp(answer, "yes") == 0)
			return true;
		if (strcasecmp(answer, "n") == 0 ||
		    strcasecmp(answer, "no") == 0)
			return false;
		ask_again("answer y or n");
	}
}
