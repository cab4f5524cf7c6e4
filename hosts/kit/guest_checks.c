/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a module does to the process that it is a guest of: threads, forks, and what
 * a process has once, such as its locale.
 */
#define _DEFAULT_SOURCE /* environ */
#include <fenv.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "kit/checks.h"
#include "kit/finding.h"
#include "kit/resources.h"
#include "kit/statics.h"
#include "kit/tour.h"

#define THREADS 8
#define THREADS_MS 250

extern char **environ;

static struct bench bench;

/* ---- Threads ---------------------------------------------------------- */

struct walker {
	pthread_t thread;
	struct stand stand;
	const struct record *expected;
	int64_t end;
};

static void *
walk_along(void *arg)
{
	struct walker *w = arg;
	const char *differs = NULL;
	struct record *record = malloc(sizeof(*record));

	while (record != NULL && differs == NULL && clock_ms() < w->end) {
		record->count = 0;
		(void)tour_walk(&w->stand, &bench.tour, record);
		differs = record_differs(w->expected, record);
	}
	if (differs != NULL)
		finding_fail("with %d threads the module does something else "
			     "(%s): keep in a call what belongs to it, or "
			     "declare another trait of threads",
		    THREADS, differs);
	free(record);
	return NULL;
}

/* What a walk brings once the module has kept all that it keeps. */
static bool
expect(struct stand *s, struct record *expected)
{
	struct record again = { .count = 0 };

	(void)tour_walk(s, &bench.tour, NULL);
	(void)tour_walk(s, &bench.tour, expected);
	(void)tour_walk(s, &bench.tour, &again);
	return record_differs(expected, &again) == NULL;
}

/*
 * One entry for all threads where the module allows any calls side by side,
 * else one for each; the core's locks do the rest.
 */
static bool
open_walker(struct walker *w, const struct stand *shared)
{
	struct record ignored = { .count = 0 };

	if (stand_module.abi.traits & APAM_TRAIT_THREADS_PER_CALL) {
		w->stand = *shared;
		w->stand.credential = NULL;
		w->stand.entry.memos = NULL;
		w->stand.durable = w->stand.facts = (struct buf){ .p = NULL };
		return true;
	}
	w->stand = (struct stand){ .plan = shared->plan };
	return stand_open_any(&w->stand) && expect(&w->stand, &ignored);
}

/*
 * What a module sets once, as a table that it computes, is there after the
 * first walks; what it writes at each call, threads would share.  Fails the
 * check, and returns false, where it does that and allows any calls side by
 * side.
 */
static bool
shares_nothing(struct stand *s)
{
	if (!(stand_module.abi.traits & APAM_TRAIT_THREADS_PER_CALL) ||
	    !statics_keep())
		return true;
	(void)tour_walk(s, &bench.tour, NULL);
	if (!statics_changed())
		return true;
	finding_fail("calls change a static variable, and the module declares "
		     "APAM_TRAIT_THREADS_PER_CALL: keep what changes in the "
		     "state of an entry, and declare another trait of threads");
	return false;
}

void
check_threads(void *unused)
{
	static struct walker walkers[THREADS];
	struct record expected = { .count = 0 };
	struct stand *s = bench_begin(&bench, true);

	(void)unused;
	if (!expect(s, &expected)) {
		finding_warn("two walks through the module differ, so that "
			     "those of threads cannot be compared: take time "
			     "and chance from the services now_ms and random");
		return;
	}
	if (!shares_nothing(s))
		return;
	finding_during("in one of %d threads", THREADS);
	for (size_t i = 0; i < THREADS; i++)
		if (!open_walker(&walkers[i], s))
			return;
	for (size_t i = 0; i < THREADS; i++) {
		walkers[i].expected = &expected;
		walkers[i].end = clock_ms() + THREADS_MS;
		if (pthread_create(
			&walkers[i].thread, NULL, walk_along, &walkers[i]) != 0)
			finding_die("the check cannot make threads");
	}
	for (size_t i = 0; i < THREADS; i++)
		(void)pthread_join(walkers[i].thread, NULL);
}

/* ---- Fork ------------------------------------------------------------- */

static void
walk_after_fork(
    struct stand *s, const struct record *expected, const char *where)
{
	struct record record = { .count = 0 };
	const char *differs;

	finding_during("in the %s after a fork", where);
	(void)tour_walk(s, &bench.tour, &record);
	differs = record_differs(expected, &record);
	if (differs != NULL)
		finding_fail("in the %s after a fork the module does something "
			     "else (%s): keep nothing that only one process "
			     "has, such as its id or a thread",
		    where, differs);
	stand_close(s);
}

void
check_fork(void *unused)
{
	struct record expected = { .count = 0 };
	struct stand *s = bench_begin(&bench, true);
	bool same = expect(s, &expected);
	int how = 0;
	pid_t pid;

	(void)unused;
	if (!same) {
		finding_warn("two walks through the module differ, so that "
			     "one after a fork cannot be compared: take time "
			     "and chance from the services now_ms and random");
		return;
	}
	pid = fork();
	if (pid == 0) {
		walk_after_fork(s, &expected, "child");
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &how, 0) != pid)
		finding_die("the check cannot fork");
	if (WIFSIGNALED(how))
		finding_die("in the child after a fork the module ended the "
			    "process (signal %d)",
		    WTERMSIG(how));
	walk_after_fork(s, &expected, "parent");
}

/* ---- Process ---------------------------------------------------------- */

/* What a host would notice if it changed. */
struct state {
	void (*handlers[65])(int);
	char locale[128], directory[512];
	size_t variables, variables_size;
	unsigned threads;
	mode_t mask;
	int rounding;
};

static void
look(struct state *to)
{
	struct sigaction action;
	const char *locale = setlocale(LC_ALL, NULL);

	memset(to, 0, sizeof(*to));
	for (int i = 1; i <= 64; i++)
		if (sigaction(i, NULL, &action) == 0)
			to->handlers[i] = action.sa_handler;
	(void)snprintf(
	    to->locale, sizeof(to->locale), "%s", locale == NULL ? "" : locale);
	if (getcwd(to->directory, sizeof(to->directory)) == NULL)
		to->directory[0] = '\0';
	for (char **e = environ; e != NULL && *e != NULL; e++) {
		to->variables++;
		to->variables_size += strlen(*e);
	}
	to->threads = resource_count("/proc/self/task");
	to->mask = umask(022);
	(void)umask(to->mask);
	to->rounding = fegetround();
}

void
check_process(void *unused)
{
	struct state before, after;
	struct stand *s;

	(void)unused;
	stand_load();
	look(&before);
	s = bench_begin(&bench, true);
	(void)tour_walk(s, &bench.tour, NULL);
	stand_close(s);
	look(&after);
	for (int i = 1; i <= 64; i++)
		if (before.handlers[i] != after.handlers[i])
			finding_fail("the module changed what signal %d does: "
				     "signals are the host's",
			    i);
	if (strcmp(before.locale, after.locale) != 0)
		finding_fail("the module changed the locale: it is the host's; "
			     "use functions that need none");
	if (before.variables != after.variables ||
	    before.variables_size != after.variables_size)
		finding_fail("the module changed the environment: other "
			     "threads may read it; pass values as arguments");
	if (strcmp(before.directory, after.directory) != 0 ||
	    before.mask != after.mask)
		finding_fail("the module changed the working directory or the "
			     "umask: both are the host's");
	if (before.threads != after.threads)
		finding_fail("the module left a thread behind: it has none of "
			     "its own; a step function is called again");
	if (before.rounding != after.rounding)
		finding_fail("the module changed how numbers are rounded");
}
