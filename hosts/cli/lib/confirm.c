/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The question goes to standard error, and the answer is a line of standard
 * input; both must be a terminal.  Any answer but yes means no.
 */
#include "lib/confirm.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/report.h"

#define ANSWER_MAX 64

bool
can_confirm(void)
{
	return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

bool
confirm(const struct args *args, const char *question)
{
	char answer[ANSWER_MAX];

	if (args_has(args, "yes"))
		return true;
	if (!can_confirm()) {
		complain("nothing was done; add --yes to do it anyway");
		return false;
	}
	fprintf(stderr, "%s [y/N] ", question);
	fflush(stderr);
	if (fgets(answer, sizeof(answer), stdin) == NULL)
		answer[0] = '\0';
	answer[strcspn(answer, "\r\n")] = '\0';
	if (strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0)
		return true;
	complain("nothing was done");
	return false;
}
