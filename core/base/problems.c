/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything that is wrong with a set of files.
 *
 * The first problem and a count are kept.  Each problem is passed on at once,
 * so that a file full of errors needs no memory here.
 */
#include "base/problems.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

static void
show(struct problems *all, const struct apam_error *problem)
{
	if (all->each != NULL && !all->stopped)
		all->stopped = !all->each(all->arg, problem);
}

void
problems_add_error(struct problems *all, const char *file, unsigned line,
    const struct apam_error *err)
{
	struct apam_error problem = APAM_ERROR_INIT;

	error_copy(&problem, err);
	if (problem.file[0] == '\0' && file != NULL) {
		(void)snprintf(problem.file, sizeof(problem.file), "%s", file);
		problem.line = line;
	}
	if (all->unreadable_warns && problem.status == APAM_E_ACCESS)
		problem.status = APAM_OK;
	else if (all->count++ == 0)
		all->first = problem;
	show(all, &problem);
}

void
problems_init(struct problems *all)
{
	memset(all, 0, sizeof(*all));
	all->first.size = sizeof(all->first);
	error_init(&all->first);
}

/* Make a problem; its text is `format` with `args`. */
static struct apam_error make_problem(enum apam_status status, const char *file,
    unsigned line, const char *format, va_list args) APAM_PRINTF(4, 0);

static struct apam_error
make_problem(enum apam_status status, const char *file, unsigned line,
    const char *format, va_list args)
{
	char text[sizeof(((struct apam_error *)0)->text)];
	struct apam_error problem = APAM_ERROR_INIT;

	(void)vsnprintf(text, sizeof(text), format, args);
	(void)error_set_at(&problem, status, file, line, "%s", text);
	return problem;
}

void
problems_add(struct problems *all, enum apam_status status, const char *file,
    unsigned line, const char *format, ...)
{
	struct apam_error problem = APAM_ERROR_INIT;
	va_list args;

	va_start(args, format);
	problem = make_problem(status, file, line, format, args);
	va_end(args);
	problems_add_error(all, file, line, &problem);
}

void
problems_add_no_folder(struct problems *all, const char *file)
{
	if (errno == ENOMEM)
		problems_add(all, APAM_E_MEMORY, file, 0, "out of memory");
	else
		problems_add(all, APAM_E_CONFIG, file, 0,
		    "the folder of the file cannot be found");
}

void
problems_warn(struct problems *all, const char *file, unsigned line,
    const char *format, ...)
{
	struct apam_error warning = APAM_ERROR_INIT;
	va_list args;

	if (all->each == NULL || all->stopped)
		return;
	va_start(args, format);
	warning = make_problem(APAM_OK, file, line, format, args);
	va_end(args);
	show(all, &warning);
}
