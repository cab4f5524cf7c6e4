/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A draft held against the library's own checks: it is written into a hidden
 * directory among the profiles and linted there, so that what is said of an answer
 * is what `apam lint` says.  Signals that end the program wait meanwhile,
 * so that nothing is left behind.
 */
#ifndef HOSTS_CLI_MAKING_TRIAL_H
#define HOSTS_CLI_MAKING_TRIAL_H

#include <signal.h>

#include "lib/command.h"
#include "making/draft.h"

enum { TRIAL_PROBLEMS_MAX = 16 };

/* What is wrong with the draft. */
struct trial {
	struct {
		unsigned line;
		bool warning;
		char text[APAM_TEXT_SIZE];
	} problems[TRIAL_PROBLEMS_MAX];
	size_t count;
	bool failed;		/* there is an error among them */
	const char *file;	/* which file they are about, while it is linted */
};

/*
 * Write and lint the draft.  With `place`, a draft without an error is put there;
 * with `replace`, in place of what is there.  False where the file cannot be
 * written, with errno set: EEXIST, where there is one.
 */
bool trial_run(struct cli *cli, struct draft *draft, const char *place,
    bool replace, struct trial *trial);

/* What is wrong in these lines, or NULL. */
const char *trial_at(const struct trial *trial, unsigned line);

/* Let signals that end the program wait. */
void trial_hold_signals(sigset_t *before);

/* Let them come again, as it was before. */
void trial_let_signals(const sigset_t *before);

#endif
