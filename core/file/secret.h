/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * References to secrets, and what they refer to:
 *
 *   file:PATH         an absolute path, trusted, private; symbolic links are
 *                     followed
 *   world-readable:PATH  the same, but others may read the file
 *   env:NAME          an environment variable; not in set-id programs
 *   exec:PROGRAM ARG  standard output of a trusted program, run without a
 *                     shell, arguments split at spaces, ten seconds at most
 *   credential:NAME   a file in systemd's $CREDENTIALS_DIRECTORY
 *   keyring:NAME      a "user" key of the kernel's session or user keyring
 *   store:NAME        a durable secret (durable/durable_record.h), which is
 *                     not read here
 *   openssl-store:URI a key that OpenSSL finds and uses (file/key_uri.h), which
 *                     is not read here either
 */
#ifndef CORE_FILE_SECRET_H
#define CORE_FILE_SECRET_H

#include <stdbool.h>

#include <apam/apam.h>

#include "base/buf.h"
#include "file/key_uri.h"
#include "file/secret_exec.h"

#define SECRET_MAX 65536 /* bytes */

/* What a secret may be. */
enum secret_form {
	SECRET_LINE,	/* one line; one newline at its end is dropped */
	SECRET_LINES,	/* several; one newline at its end is dropped */
	SECRET_BINARY	/* any bytes, as they are */
};

/*
 * NULL if a text can be a secret of this form, else a static text that
 * continues "the secret ".
 */
const char *secret_problem(struct apam_str secret, enum secret_form form);

/* True if a text begins as a reference of some kind, right or not. */
bool secret_ref_is(struct apam_str text);

/*
 * NULL if `ref` is a reference; else a static text that says what to write
 * instead.
 */
const char *secret_ref_check(struct apam_str ref);

/*
 * The path of the file that it names, a view of `ref`; empty for the other
 * kinds.  A file gives the same secret to every process of the machine, which
 * sees when it changes; what other kinds give depends on the process that
 * reads them, and on the moment.
 */
struct apam_str secret_ref_file(struct apam_str ref);

/* The name of the durable secret that it means; empty for the other kinds. */
struct apam_str secret_ref_store(struct apam_str ref);

/* True, with *to set to views of `ref`, for a key that OpenSSL finds. */
bool secret_ref_key_uri(struct apam_str ref, struct key_uri *to);

/* How a secret is read. */
struct secret_terms {
	enum secret_form form;
	bool user;		/* user mode, file/trust.h */
	/*
	 * A program is ended then, in clock_ms, if that comes before its own
	 * limit; 0: no deadline.
	 */
	int64_t deadline;
};

/* A secret that is being read; zeroed, it is none. */
struct secret_reading {
	struct secret_terms terms;
	char *ref;		/* a copy */
	struct buf *to;
	int program_ms;		/* how long its program may run */
	struct secret_exec *exec; /* its program; NULL: there is none */
};

/*
 * Begin to read the secret into an empty buffer.  APAM_E_PENDING: a program
 * runs; `to` must live until secret_reading_end.  Else it is read, or that has
 * failed: SECRET, TRUST, MEMORY, and DEADLINE if the program was ended before
 * its own limit.  An empty secret and one of another form are errors.  Texts
 * name the reference, never the secret.
 */
enum apam_status secret_reading_begin(struct secret_reading *r,
    struct apam_str ref, const struct secret_terms *terms, struct buf *to,
    struct apam_error *err);

/*
 * Go on without waiting, after APAM_E_PENDING, when secret_exec_fd(r->exec) can
 * be read or it is secret_exec_due(r->exec).  As secret_reading_begin.
 */
enum apam_status secret_reading_go_on(
    struct secret_reading *r, struct apam_error *err);

/* End it, however far it is; it is none then. */
void secret_reading_end(struct secret_reading *r);

/* Read a secret, and wait for its program.  As secret_reading_begin. */
enum apam_status secret_ref_read(struct apam_str ref,
    const struct secret_terms *terms, struct buf *to, struct apam_error *err);

#endif
