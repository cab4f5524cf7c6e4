/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A line of the audit log as text: the same fields, with the names in
 * apam.conf(5), in the form that each reader understands.  Fields without a
 * value are left out.  Texts are cut to a size, at a whole character; control
 * characters and bytes that are not UTF-8 become '?'.
 */
#ifndef CORE_AUDIT_LINE_H
#define CORE_AUDIT_LINE_H

#include <apam/apam.h>

#define AUDIT_TEXT_MAX 255 /* bytes of a value */
#define AUDIT_MESSAGE_MAX 511
/* Room for all fields with the longest values, each character escaped. */
#define AUDIT_LINE_MAX 10240

enum audit_what {
	AUDIT_STATE,		/* a key's state has changed */
	AUDIT_REFUSED,		/* what enum audit_refused says */
	AUDIT_REGISTRY,		/* an administrator changed the registry */
	AUDIT_LOGIN,		/* a login or logout, or one is needed */
	AUDIT_USED		/* the agent or a gateway signed for somebody */
};

enum audit_refused {
	AUDIT_NOT_SIGNED,	/* a request */
	AUDIT_NOT_VERIFIED,	/* an answer */
	AUDIT_NOT_REVOKED	/* a credential, for one who may not */
};

/* The state of an AUDIT_LOGIN that is a warning. */
#define AUDIT_LOGIN_NEEDED "login needed"

/* Whom the agent or a gateway signs for.  Texts may be NULL or "". */
struct audit_asker {
	unsigned long uid;
	const char *unit;	/* the system service */
	const char *program;	/* what it calls itself, a claim */
};

/* One event.  Texts may be NULL or ""; control characters become '?'. */
struct audit_event {
	enum audit_what what;
	const char *profile;
	int entry;		/* its index; -1: none */
	const char *scheme, *key_id;
	/* the new state; for REGISTRY "archived", ..., LOGIN "logged in", ... */
	const char *state;
	enum apam_status status; /* REFUSED: why */
	const char *provider; /* its answer to a revocation */
	const char *evidence; /* one line */
	/* REFUSED: how many were not written; audit_due */
	unsigned long repeats;
	const struct audit_asker *asker; /* USED, REFUSED; NULL: this process */
	enum audit_refused refused; /* REFUSED: what */
};

enum audit_form {
	/* systemd's native protocol: NAME=value and a newline for each. */
	AUDIT_JOURNAL,
	/*
	 * RFC 3164, 4.1: <priority>apam[pid]: message, then NAME="value" for
	 * each field.  There is no time, which the daemon adds (4.3.2): libc's
	 * conversions take a lock that a fork may leave held.
	 */
	AUDIT_SYSLOG,
	/*
	 * One JSON object, whose values are strings except for the time, and a
	 * newline.
	 */
	AUDIT_JSON
};

/* What a line has besides the event. */
struct audit_facts {
	const struct audit_event *event;
	unsigned long dropped;
	int64_t time;		/* Unix s */
	unsigned long uid;
	long pid;
	const char *program;
};

/* Returns the number of bytes in the line; no NUL follows them. */
size_t audit_line(enum audit_form form, const struct audit_facts *facts,
    char to[AUDIT_LINE_MAX]);

#endif
