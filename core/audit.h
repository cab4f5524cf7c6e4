/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The audit log: one structured line for each change of a key's state and for
 * refused signatures.  To the journal where there is one (systemd's native
 * protocol), else to syslog (RFC 3164 form, /dev/log), else to a file in the
 * user's directory (user_dir.h).  Never waits: what a full socket does not take
 * is counted, and the count goes out with the next line.  Never a secret.
 */
#ifndef CORE_AUDIT_H
#define CORE_AUDIT_H

#include <pthread.h>

#include <apam/apam.h>

#include "settings.h"

/* Refusals of one entry that say the same are told this often at most. */
#define AUDIT_EVERY_S 60
/* And of one context all told, a minute. */
#define AUDIT_PER_MINUTE 120

enum audit_what {
	AUDIT_STATE,		/* a key's state has changed */
	AUDIT_REFUSED,		/* a request was not signed */
	AUDIT_REGISTRY		/* an administrator changed the registry */
};

/* One event.  Texts may be NULL or ""; control characters become '?'. */
struct audit_event {
	enum audit_what what;
	const char *profile;
	int entry;		/* -1: none */
	const char *scheme, *key_id;
	const char *state;	/* the new state, or for REGISTRY "archived", ... */
	enum apam_status status; /* REFUSED: why */
	const char *evidence;	/* one line */
};

/* What a context keeps, zeroed but for the lock: audit_init. */
struct audit {
	pthread_mutex_t lock;
	const struct settings *settings;
	int64_t minute;		/* clock_ms when the running minute began */
	unsigned sent;		/* in it */
	unsigned long dropped;	/* not told since the last line */
};

void audit_init(struct audit *audit, const struct settings *settings);
void audit_free(struct audit *audit);

/* Write one.  Takes audit->lock, and no other; safe under any. */
void audit_write(struct audit *audit, const struct audit_event *event);

#endif
