/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The texts come from the library, which lets through no control characters.
 */
#include "lib/login_talk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool
login_talk_can_ask(void)
{
	return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

void
login_talk_say(const struct apam_login_event *event)
{
	fputc('\n', stderr);
	if (event->text[0] != '\0')
		fprintf(stderr, "%s\n", event->text);
	if (event->url[0] != '\0')
		fprintf(stderr, "\n    %s\n", event->url);
	if (event->code[0] != '\0')
		fprintf(stderr, "\n    Code:  %s\n", event->code);
	fputc('\n', stderr);
}

void
login_talk_ask_yes(void)
{
	fputs("Is this right? [y/N] ", stderr);
	fflush(stderr);
}

void
login_talk_ask_address(bool opened)
{
	fputs(opened ?
		"The page was opened in a browser; apam waits for it to come "
		"back.\nIf it cannot, paste the address that it was sent back "
		"to: " :
		"Open the page in a browser.  If it cannot come back to this "
		"machine, paste\nthe address that it was sent back to, which "
		"may show an error: ",
	    stderr);
	fflush(stderr);
}

/* ---- What is typed ------------------------------------------------------ */

static void
trim(struct login_line *line)
{
	char *from = line->text;
	size_t n = strlen(from);

	while (n > 0 && strchr(" \t\r\n", from[n - 1]) != NULL)
		from[--n] = '\0';
	while (*from == ' ' || *from == '\t')
		from++;
	memmove(line->text, from, strlen(from) + 1);
}

/* The text up to a newline; what follows it is dropped. */
static enum login_typed
take_line(struct login_line *line)
{
	char *end = memchr(line->text, '\n', line->n);

	if (end == NULL && line->n < sizeof(line->text) - 1)
		return LOGIN_TYPED_NOTHING;
	line->n = 0;
	if (end == NULL)
		return LOGIN_TYPED_TOO_LONG;
	*end = '\0';
	trim(line);
	return LOGIN_TYPED_LINE;
}

enum login_typed
login_talk_read(struct login_line *line)
{
	const ssize_t n = read(STDIN_FILENO, line->text + line->n,
	    sizeof(line->text) - 1 - line->n);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return LOGIN_TYPED_NOTHING;
	if (n <= 0)
		return LOGIN_TYPED_END;
	line->n += (size_t)n;
	line->text[line->n] = '\0';
	return take_line(line);
}
