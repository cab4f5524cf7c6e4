/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The audit log: one structured line for each change of a key's state and for
 * what was refused.  It goes to the journal if there is one (systemd's native
 * protocol), else to syslog (RFC 3164 form, /dev/log), else to a file in the
 * user's directory (file/user_dir.h).  It never waits: lines that a full socket
 * refuses are counted, and the next line has the count.  If there is no place
 * for a line at all, that is logged to the host once.  A line never contains a
 * secret.
 */
#ifndef CORE_AUDIT_AUDIT_H
#define CORE_AUDIT_AUDIT_H

#include <stdatomic.h>

#include "audit/line.h"
#include "base/log.h"
#include "config/main_conf.h"

/* A profile's refusals with the same status are written at most this often. */
#define AUDIT_EVERY_S 60
/* The most lines of a context in a minute; refusals and uses get a part. */
#define AUDIT_PER_MINUTE 120

/* State that a context keeps.  `settings` outlive it. */
struct audit {
	const struct settings *settings;
	const char *journal, *syslog; /* sockets; tests use others */
	const struct log *log;	/* or NULL */
	_Atomic bool said;	/* logged that the file cannot be written */
	/* The current minute's start in clock_ms << 16, and its lines. */
	_Atomic uint64_t minute;
	_Atomic unsigned long dropped; /* lines lost and not yet told of */
};

void audit_init(struct audit *audit, const struct settings *settings);

/* In the child of a fork: its parent tells of the lines that were lost. */
void audit_renew(struct audit *audit);

/*
 * Write an event, as the main file's option `audit` says.  Takes no lock but
 * the gate that forks wait at (base/fork_gate.h), so that it may be called
 * while any other is held.
 */
void audit_write(struct audit *audit, const struct audit_event *event);

/* State for refusals that may repeat; zeroed: none was written yet. */
struct audit_repeat {
	enum apam_status status; /* the last one written */
	int64_t at;		/* when, in clock_ms */
	unsigned long untold;	/* how many since then */
};

/*
 * Whether to write a refusal with this status; `now` is clock_ms.  True if the
 * status differs from the last one written, or AUDIT_EVERY_S have passed;
 * *untold is then for audit_event.repeats.  The caller holds the lock.
 */
bool audit_due(struct audit_repeat *repeat, enum apam_status status,
    int64_t now, unsigned long *untold);

#endif
