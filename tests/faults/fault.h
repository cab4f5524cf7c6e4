/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Failing calls of the C library, of a program that runs with fault.so
 * preloaded.  The program switches a fault on and off by these functions,
 * which it finds with dlsym; one that knows nothing of them is given a fault
 * by its environment, from its first call on:
 *
 *	APAM_FAULT=KIND:AT:ERRNO:LAST	as struct fault, in numbers
 *	APAM_FAULT_COUNT=FILE		where it writes at its end how many
 *					calls there were
 *	APAM_FAULT_PLACES=FILE		and here from where, as place.h has it
 *
 * Calls while an object is closed, while names.c looks one up and while the program
 * ends do not count.
 */
#ifndef TESTS_FAULTS_FAULT_H
#define TESTS_FAULTS_FAULT_H

enum fault_kind {
	FAULT_NONE,
	FAULT_MEMORY,	/* malloc and its like, anonymous mappings */
	FAULT_FILES	/* open, read, write, stat, sync, rename, ..., mapping a
			 * file */
};

struct fault {
	enum fault_kind kind;
	long at;	/* the first call that fails, from 1; 0: none */
	int error;	/* its errno */
	long last;	/* the last one; those between fail as well */
};

/* Calls of all threads count from now on. */
void fault_on(const struct fault *fault);

/* Nothing fails any more; returns how many calls of the kind there were. */
long fault_off(void);

/*
 * Nothing fails or counts until fault_resume gets what fault_hold has returned;
 * of a program with one thread.
 */
int fault_hold(void);
void fault_resume(int held);

#endif
