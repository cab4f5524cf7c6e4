/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A line of the audit log as text: the same fields, named as apam.conf(5) names
 * them, in the form that each reader takes.  Fields without a value are left
 * out.  Texts are cut to a size, at a whole character; control characters and
 * what is not UTF-8 become '?'.
 */
#ifndef CORE_AUDIT_LINE_H
#define CORE_AUDIT_LINE_H

#include "audit/audit.h"

#define AUDIT_TEXT_MAX 255 /* bytes of a value */
#define AUDIT_MESSAGE_MAX 511
/* Room for all fields at their longest, each character escaped. */
#define AUDIT_LINE_MAX 8192

enum audit_form {
	/* systemd's native protocol: NAME=value and a newline for each. */
	AUDIT_JOURNAL,
	/*
	 * RFC 3164, 4.1: <priority>apam[pid]: message, then NAME="value" for
	 * each.  Without a time, which the daemon adds (4.3.2): libc's
	 * conversions take a lock that a fork may leave held.
	 */
	AUDIT_SYSLOG,
	/* One JSON object, all values strings but the time, and a newline. */
	AUDIT_JSON
};

/* What there is to tell beside the event. */
struct audit_facts {
	const struct audit_event *event;
	unsigned long dropped;
	int64_t time;		/* Unix s */
	unsigned long uid;
	long pid;
	const char *program;
};

/* Returns the bytes of the line; no NUL follows them. */
size_t audit_line(enum audit_form form, const struct audit_facts *facts,
    char to[AUDIT_LINE_MAX]);

#endif
