/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The audit log: one structured line for each change of a key's state and for
 * refused signatures.  To the journal where there is one (systemd's native
 * protocol), else to syslog (RFC 3164 form, /dev/log), else to a file in the
 * user's directory (file/user_dir.h).  Never waits: what a full socket does not
 * take is counted, and the count goes out with the next line.  Where there is
 * no place for a line at all, the host's log is told once.  Never a secret.
 */
#ifndef CORE_AUDIT_H
#define CORE_AUDIT_H

#include <pthread.h>

#include <apam/apam.h>

#include "base/log.h"
#include "config/main_conf.h"

/* Refusals of one profile with the same status are told this often at most. */
#define AUDIT_EVERY_S 60
/* And of one context all told, a minute; refusals leave some for the rest. */
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
	int entry;		/* index; -1: none */
	const char *scheme, *key_id;
	const char *state; /* the new state, or for REGISTRY "archived", ... */
	enum apam_status status; /* REFUSED: why */
	const char *provider; /* what it answered to whoever revoked */
	const char *evidence; /* one line */
	unsigned long repeats;	/* REFUSED: as often untold; audit_due */
};

/* What a context keeps.  `settings` outlive it. */
struct audit {
	pthread_mutex_t lock;
	const struct settings *settings;
	const char *journal, *syslog; /* sockets; tests have their own */
	const struct log *log;	/* or NULL */
	bool said;		/* to it, that the file cannot be written */
	int64_t minute;		/* clock_ms when the running minute began */
	unsigned sent;		/* in it */
	unsigned long dropped;	/* not told since the last line */
};

void audit_init(struct audit *audit, const struct settings *settings);
void audit_free(struct audit *audit);

/* In the child of a fork, where audit->lock was held during it. */
void audit_renew(struct audit *audit);

/*
 * Write one, as the main file's option `audit` says.  Takes audit->lock, and no
 * other; safe under any.
 */
void audit_write(struct audit *audit, const struct audit_event *event);

/* What is kept where the same may be refused again and again; zeroed: never. */
struct audit_repeat {
	enum apam_status status; /* that was told last */
	int64_t at;		/* clock_ms */
	unsigned long untold;	/* since */
};

/*
 * Whether a refusal with this status is to be told, `now` being clock_ms: it is
 * another than the last one told, or AUDIT_EVERY_S have passed.  *untold is
 * then for audit_event.repeats.  No lock: the caller's.
 */
bool audit_due(struct audit_repeat *repeat, enum apam_status status,
    int64_t now, unsigned long *untold);

#endif
