/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A call of apam's in a child whose calls on files fail from one on, for
 * programs that run with tests/faults/fault.c preloaded (preloaded.h).
 */
#ifndef TESTS_FILE_FAULTS_H
#define TESTS_FILE_FAULTS_H

#include <limits.h>
#include <sys/wait.h>

#include "support/preloaded.h"
#include "support/project.h"
#include "support/run.h"

/* Which error a call has, and whether all after it have it too. */
struct file_fault {
	const char *name;
	int error;
	bool lasts;
};

/* What is done in the child. */
struct file_fault_work {
	struct project *p;
	int fd;			/* of the server in the parent */
	unsigned hangs_s;	/* after which it is ended */
	bool (*run)(struct apam_profile *profile); /* true: it is done */
};

static inline void
file_fault_child(const struct file_fault_work *work,
    const struct file_fault *row, long at, int to)
{
	const struct fault fault = { FAULT_FILES, at, row->error,
		row->lasts ? LONG_MAX : at };
	struct apam_profile *profile;
	long result[2];

	(void)close(work->fd);
	alarm(work->hangs_s);
	profile = project_get(work->p, "demo");
	switch_on(&fault);
	result[1] = work->run(profile);
	apam_close(&work->p->ctx);
	result[0] = switch_off();
	_exit(write(to, result, sizeof(result)) == sizeof(result) ? 0 : 3);
}

/*
 * Do it with call number `at` failing; 0: none.  How many calls there were;
 * *is_done is 1 if it was done.
 */
static inline long
file_fault_run(const struct file_fault_work *work,
    const struct file_fault *row, long at, long *is_done)
{
	int ends[2], status;
	long result[2];
	pid_t child;

	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0)
		file_fault_child(work, row, at, ends[1]);
	(void)close(ends[1]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(
	    status == 0, "%s, call %ld: ended with %x", row->name, at, status);
	ck_assert_int_eq(read(ends[0], result, sizeof(result)), sizeof(result));
	(void)close(ends[0]);
	*is_done = result[1];
	return result[0];
}

#endif
