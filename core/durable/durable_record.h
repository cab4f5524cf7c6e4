/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The record of one durable secret as text: the content of the file of its
 * name (durable_place.h), made and read without any file.
 *
 *	apam-secret 1
 *	name NAME
 *	family HEX		32 digits, random: a login makes a new one
 *	generation N		1 at first, more with each secret in its place
 *	state ready		or: spending N, login
 *	reason TEXT		of state login alone
 *	since N			Unix time of the last change, for people
 *	credential FROM UNTIL BOOT	what came along lives so long
 *				(durable_life.h); not there: not known
 *	scheme NAME
 *	origin URL		where it was given, and is sent to
 *	machine HEX		machine.h; or "-"
 *	bound NAME VALUE	an option that it belongs to; any number of them
 *	fact NAME VALUE		what the login found out; any number of them
 *	hidden NAME VALUE	the same, which logs do not show; among these
 *	secret N		its length, and from the next line its bytes
 *	check HEX		SipHash of all that is before this line
 *
 * The lines are in this order, each ends in a newline, one space separates a
 * line's words, and nothing else is allowed.  The hash shows damage and no more.
 */
#ifndef CORE_DURABLE_DURABLE_RECORD_H
#define CORE_DURABLE_DURABLE_RECORD_H

#include "base/buf.h"
#include "durable/durable_life.h"
#include "file/store_name.h"

#define DURABLE_FAMILY_SIZE 32	/* hexadecimal digits, without a NUL */
#define DURABLE_SECRET_MAX 65536 /* bytes */
#define DURABLE_HEAD_MAX 16384	/* bytes of all that is not the secret */
#define DURABLE_RECORD_MAX (DURABLE_HEAD_MAX + DURABLE_SECRET_MAX)

enum durable_state {
	DURABLE_READY,	/* it may be sent */
	DURABLE_SPENDING, /* it was sent, or is about to be: how that ended is
			     not known */
	DURABLE_LOGIN	/* somebody has to log in, for `reason` */
};

/* All views are borrowed: of the text that was read, or the writer's own. */
struct durable_record {
	struct apam_str name;	/* store_name_ok */
	struct apam_str family;	/* DURABLE_FAMILY_SIZE digits, lower case */
	int64_t generation;	/* from 1 */
	enum durable_state state;
	int64_t sendings;	/* SPENDING: how many began, from 1; else 0 */
	struct apam_str reason;	/* LOGIN: one line for people; else empty */
	int64_t since;		/* Unix time in seconds, not negative */
	struct durable_life life; /* zeroed in state LOGIN */
	struct apam_str scheme, origin, machine;
	struct apam_str bound;	/* its lines, "bound NAME VALUE\n"; or empty */
	struct apam_str facts;	/* "fact NAME VALUE\n", "hidden ..."; or empty */
	struct apam_str secret;	/* empty in state LOGIN alone */
};

/*
 * Append a record to a buffer.  False, with the buffer empty, if a member is
 * not as it must be, or there is no room (DURABLE_RECORD_MAX) or memory.
 */
bool durable_record_put(const struct durable_record *record, struct buf *to);

/*
 * Read a text.  NULL, and *to has views of it; else static text that says what
 * is wrong and holds nothing of it, and *to is zeroed.
 */
const char *durable_record_take(
    struct apam_str text, struct durable_record *to);

#endif
