/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam-module-check: run each check and write a line for each, which `apam
 * module check` makes a table of:
 *
 *	apam-module-check SECONDS SEED FILE [NAME=VALUE ...]
 *
 * A line is: name, result, what it is about, reason, section of the guide; with
 * tabs between.  The exit status is 0 if the checks ran, whatever they found,
 * 2 if the file cannot be read, and 5 if no child can be made.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/checks.h"
#include "kit/child.h"
#include "kit/module_file.h"

#define CHECKS_MAX 64

static const char *const result_names[] = {
	[RESULT_PASSED] = "passed",
	[RESULT_WARNED] = "warned",
	[RESULT_FAILED] = "failed",
	[RESULT_ABSENT] = "not there",
	[RESULT_NOT_RUN] = "not run",
};

static enum result results[CHECKS_MAX];

/* The first check that this one needs and that did not come out well. */
static const char *
lacks(const struct check *check)
{
	for (size_t i = 0; &checks[i] != check; i++) {
		const size_t n = strlen(checks[i].name);
		const char *at = check->needs;

		if (results[i] != RESULT_FAILED && results[i] != RESULT_NOT_RUN)
			continue;
		for (; *at != '\0'; at += strcspn(at, " ") +
			 strspn(at + strcspn(at, " "), " "))
			if (strcspn(at, " ") == n &&
			    memcmp(at, checks[i].name, n) == 0)
				return checks[i].name;
	}
	return NULL;
}

static bool
run(const struct check *check, struct finding *found)
{
	const char *lacking = lacks(check);
	const unsigned seconds = check->seconds +
	    (check->longer ? run_options.seconds : 0);

	if (lacking == NULL)
		return child_run(check->run, NULL, seconds, found);
	memset(found, 0, sizeof(*found));
	found->result = RESULT_NOT_RUN;
	(void)snprintf(
	    found->reason, sizeof(found->reason), "%s did not pass", lacking);
	return true;
}

static bool
run_all(void)
{
	struct finding found;

	for (size_t i = 0; checks[i].name != NULL; i++) {
		if (!run(&checks[i], &found)) {
			fprintf(stderr, "no process can be made\n");
			return false;
		}
		results[i] = found.result;
		printf("%s\t%s\t%s\t%s\t%s\n", checks[i].name,
		    result_names[found.result], checks[i].what, found.reason,
		    checks[i].section);
		(void)fflush(stdout);
	}
	return true;
}

int
main(int argc, char **argv)
{
	const char *why;

	if (argc < 4) {
		fprintf(stderr,
		    "usage: apam-module-check SECONDS SEED FILE "
		    "[NAME=VALUE ...]\n");
		return 2;
	}
	run_options.seconds = (unsigned)strtoul(argv[1], NULL, 10);
	run_options.seed = strtoull(argv[2], NULL, 10);
	run_options.given = (const char *const *)(void *)(argv + 4);
	why = module_file_open(argv[3]);
	if (why != NULL) {
		fprintf(stderr, "apam: module check: %s: %s\n", argv[3], why);
		return 2;
	}
	return run_all() ? 0 : 5;
}
