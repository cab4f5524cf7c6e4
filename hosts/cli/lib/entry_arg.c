/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * People count entries from 1, the library from 0.
 */
#include "lib/entry_arg.h"

#include <stdlib.h>

int
entry_arg(const struct command *command, const struct args *args, int *entry,
    const char **scheme)
{
	const char *text = args_value(args, "entry");
	unsigned long n = 0;
	char *end = NULL;

	*entry = -1;
	*scheme = args_value(args, "scheme");
	if (text == NULL)
		return STATUS_DONE;
	if (text[0] >= '1' && text[0] <= '9')
		n = strtoul(text, &end, 10);
	if (n < 1 || n > APAM_ENTRIES_MAX || *end != '\0')
		return usage_error(command, "--entry takes a number, 1 to %d",
		    APAM_ENTRIES_MAX);
	*entry = (int)n - 1;
	return STATUS_DONE;
}
