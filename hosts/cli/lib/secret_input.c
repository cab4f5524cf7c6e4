/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a secret.  It does not use the C library's streams, because they
 * would keep a copy in a buffer of their own.
 */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "lib/secret_input.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define TERMINAL_LINE 4095 /* bytes of a line that Linux's terminals keep */

/* ---- The terminal ------------------------------------------------------- */

static const int fatal[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };
#define FATAL (sizeof(fatal) / sizeof(fatal[0]))

static struct termios as_it_was;

/*
 * Make the terminal show typed text again before the signal ends the program.
 */
static void
end_by_signal(int number)
{
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &as_it_was);
	_exit(128 + number);
}

static void
echo_off(struct sigaction before[FATAL])
{
	struct termios hidden = as_it_was;
	struct sigaction action = { .sa_handler = end_by_signal };

	(void)sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < FATAL; i++)
		(void)sigaction(fatal[i], &action, &before[i]);
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	hidden.c_lflag |= ECHONL;
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
}

static void
echo_on(const struct sigaction before[FATAL])
{
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &as_it_was);
	for (size_t i = 0; i < FATAL; i++)
		(void)sigaction(fatal[i], &before[i], NULL);
}

/* ---- The bytes ----------------------------------------------------------- */

/* Read to the end; from a terminal, one line.  Returns false on an error. */
static bool
read_bytes(struct secret_input *to, bool line)
{
	while (to->n < sizeof(to->bytes)) {
		ssize_t n = read(
		    STDIN_FILENO, to->bytes + to->n, sizeof(to->bytes) - to->n);

		if (n < 0 && errno == EINTR)
			continue;
		to->ended = n <= 0;
		if (n < 0)
			return false;
		to->n += (size_t)n;
		if (n == 0 || (line && to->bytes[to->n - 1] == '\n'))
			return true;
	}
	return true;
}

static void
drop_newline(struct secret_input *input)
{
	if (input->n > 0 && input->bytes[input->n - 1] == '\n')
		input->n--;
	else
		return;
	if (input->n > 0 && input->bytes[input->n - 1] == '\r')
		input->n--;
}

const char *
secret_input_read(struct secret_input *to, const char *prompt)
{
	const bool terminal = isatty(STDIN_FILENO) == 1 &&
	    tcgetattr(STDIN_FILENO, &as_it_was) == 0;
	struct sigaction before[FATAL];
	bool ok;

	to->n = 0;
	to->ended = false;
	if (terminal) {
		echo_off(before);
		fprintf(stderr, "%s: ", prompt);
	}
	ok = read_bytes(to, terminal);
	if (terminal)
		echo_on(before);
	if (!ok)
		return "standard input cannot be read";
	if (terminal && to->n >= TERMINAL_LINE)
		return "a terminal cannot pass a line that long; give the "
		       "secret on standard input, from a pipe or a file";
	drop_newline(to);
	return to->n == 0 ? "the secret is empty; nothing was stored" : NULL;
}

void
secret_input_wipe(struct secret_input *input)
{
	explicit_bzero(input, sizeof(*input));
}
