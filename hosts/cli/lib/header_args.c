/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading ends at the first one that header_arg refuses.
 */
#include "lib/header_args.h"

#include <stdlib.h>
#include <string.h>

#include "lib/header_arg.h"
#include "lib/report.h"

int
header_args(const struct command *command, const struct args *args,
    struct apam_header **headers, size_t *count)
{
	const char *why;

	*count = 0;
	*headers = calloc(args->given_count + 1, sizeof(**headers));
	if (*headers == NULL) {
		complain("out of memory");
		return STATUS_INTERNAL;
	}
	for (size_t i = 0; i < args->given_count; i++) {
		if (strcmp(args->given[i].flag->name, "header") != 0)
			continue;
		why = header_arg(args->given[i].value, &(*headers)[(*count)++]);
		if (why != NULL)
			return usage_error(command, "%s", why);
	}
	return STATUS_DONE;
}
