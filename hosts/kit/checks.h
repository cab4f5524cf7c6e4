/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The checks: what each is called, what it is about, and what it needs.
 */
#ifndef HOSTS_KIT_CHECKS_H
#define HOSTS_KIT_CHECKS_H

#include <stdbool.h>
#include <stdint.h>

/* What this run was asked for. */
struct run_options {
	unsigned seconds;	/* for what goes on as long as it may */
	uint64_t seed;
	const char *const *given; /* "name=value" for options, ended by NULL */
};
extern struct run_options run_options;

struct check {
	const char *name;	/* stays as it is: scripts go by it */
	const char *what;	/* in one line */
	const char *section;	/* of the module guide */
	/* Names, with spaces between, of those that must not have failed. */
	const char *needs;
	void (*run)(void *unused);
	unsigned seconds;	/* how long it may compute */
	bool longer;		/* and as long as the run was asked for */
};

/* All of them, in the order in which they run; the last has no name. */
extern const struct check checks[];

/* Of the file: nothing is loaded. */
void check_file(void *unused);
void check_symbols(void *unused);
void check_libraries(void *unused);
void check_constructors(void *unused);
void check_segments(void *unused);
void check_relocations(void *unused);

/* Of the descriptor. */
void check_load(void *unused);
void check_descriptor(void *unused);
void check_options(void *unused);

/* Of the slots. */
void check_system_calls(void *unused);
void check_open(void *unused);
void check_values(void *unused);
void check_acquire(void *unused);
void check_sign(void *unused);
void check_static(void *unused);
void check_short_lived(void *unused);
void check_judge(void *unused);
void check_check(void *unused);
void check_revoke(void *unused);
void check_login(void *unused);
void check_verify(void *unused);
void check_body(void *unused);
void check_responses(void *unused);
void check_texts(void *unused);

/* Of what it holds. */
void check_older_core(void *unused);
void check_newer_core(void *unused);
void check_entries(void *unused);
void check_memory(void *unused);
void check_growth(void *unused);
void check_secrets(void *unused);

/* Of the process that it is a guest of. */
void check_threads(void *unused);
void check_fork(void *unused);
void check_process(void *unused);

#endif
