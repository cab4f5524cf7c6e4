/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of the audit log that a project of the tests has for a user.
 */
#ifndef TESTS_AUDIT_LINES_H
#define TESTS_AUDIT_LINES_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/line.h"
#include "support/project.h"

/* How many of a user's have both texts. */
static inline int
audit_lines_of(const struct project *project, uid_t user, const char *text,
    const char *also)
{
	char path[256], line[AUDIT_LINE_MAX];
	int n = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/state/users/%lu/audit.log",
	    project->dir, (unsigned long)user);
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL)
		n += strstr(line, text) != NULL && strstr(line, also) != NULL;
	(void)fclose(f);
	return n;
}

/* As above, of this process's user. */
static inline int
audit_lines_with(
    const struct project *project, const char *text, const char *also)
{
	return audit_lines_of(project, geteuid(), text, also);
}

#endif
