/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one check found, told from the child that runs it while it runs.
 *
 * It lies in memory that parent and child share, so that what was said before a
 * crash is there.
 */
#ifndef HOSTS_KIT_FINDING_H
#define HOSTS_KIT_FINDING_H

#include <stdbool.h>

#include <apam/types.h>

enum result {
	RESULT_NONE,	/* the check has not come to its end */
	RESULT_PASSED,
	RESULT_WARNED,
	RESULT_FAILED,
	RESULT_ABSENT,	/* the module has no such thing */
	RESULT_NOT_RUN	/* something before it failed */
};

struct finding {
	enum result result;
	char reason[1024];
	char doing[256];	/* what was under way */
	_Atomic unsigned steps;	/* how many were begun */
	char during[96];	/* what goes on meanwhile: behind it */
	bool may_end;		/* the child ends the process itself */
	bool muted;		/* only finding_insist is heard */
};

/* Where this process says what it finds; NULL: nowhere. */
extern struct finding *finding;

/* Say what is done next, as "in judge, of status 401": a crash names it. */
void finding_doing(const char *format, ...) APAM_PRINTF(1, 2);
/* Say what goes on meanwhile, as "while allocation 7 fails"; "" ends it. */
void finding_during(const char *format, ...) APAM_PRINTF(1, 2);

/*
 * The check failed, or warns, or has nothing to check.  The first failure
 * counts; then the first warning.  The text says what the module did and what
 * to do.
 */
void finding_fail(const char *format, ...) APAM_PRINTF(1, 2);
void finding_warn(const char *format, ...) APAM_PRINTF(1, 2);
void finding_absent(const char *format, ...) APAM_PRINTF(1, 2);

/* True once the check has failed: the rest of it is not worth running. */
bool finding_failed(void);

/*
 * From now on this check is about one thing, which finding_insist says; a crash
 * or anything else that is wrong is left to other checks.
 */
void finding_mute(void);

/* Say the failure, even if muted, and end this child at once. */
_Noreturn void finding_insist(const char *format, ...) APAM_PRINTF(1, 2);
/* The same, unless muted: then the child ends and has found nothing. */
_Noreturn void finding_die(const char *format, ...) APAM_PRINTF(1, 2);

#endif
