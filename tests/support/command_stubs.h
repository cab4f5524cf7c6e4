/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What files of the command line ask of others, for unit tests of one: what was
 * complained of is kept in `said`, and paths are as they were given.
 */
#ifndef TESTS_COMMAND_STUBS_H
#define TESTS_COMMAND_STUBS_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/args.h"
#include "lib/report.h"
#include "lib/session.h"

static char said[8192];

void
complain(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	(void)vsnprintf(said, sizeof(said), format, list);
	va_end(list);
}

char *
session_path(const char *named)
{
	return strdup(named);
}

#endif
