/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The socket that apamd listens on: one that systemd passes, or its own.
 */
#ifndef HOSTS_AGENT_LISTEN_H
#define HOSTS_AGENT_LISTEN_H

#include <stdint.h>

#include <apam/apam.h>

#include "agent/options.h"

#define LISTEN_SYSTEM "/run/apam/agent"	/* where there is no --socket */
#define LISTEN_USER "apam/agent" /* with --user; below $XDG_RUNTIME_DIR */
#define LISTEN_PATH_SIZE 108

struct listening {
	int fd;
	char path[LISTEN_PATH_SIZE]; /* of its own socket; "": systemd's */
	int lock;		/* says that the path is this agent's; or -1 */
	uint64_t device, inode;	/* of the file at that path */
};

/*
 * Find out which it is to be: l->path is set, or l->fd.  Else returns what to
 * end with, and says in `why` what is wrong and what to do.
 */
enum agent_exit listen_find(struct listening *l,
    const struct agent_options *options, char why[APAM_TEXT_SIZE]);

/*
 * Open it, non-blocking.  Everybody may connect, or with --user this user
 * alone.  One that another agent handed over (agent/handover.h) is used as it
 * is.  A socket file that an agent left behind is replaced at once; where an
 * agent still serves there, this one does not begin.  As listen_find.
 */
enum agent_exit listen_open(struct listening *l,
    const struct agent_options *options, char why[APAM_TEXT_SIZE]);

/* Where it listens, systemd's socket, too; "" where that has no name. */
void listen_path(const struct listening *l, char to[LISTEN_PATH_SIZE]);

/* What was handed over is this agent's: listen_close removes its file. */
void listen_own(struct listening *l);

/* It is another agent's from now on: listen_close leaves it there. */
void listen_leave(struct listening *l);

/* Close it, and remove its socket file where that is still its own. */
void listen_close(struct listening *l);

#endif
