/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A directory of this run that nobody else can enter, with the gateway's sockets.
 * It is removed when this process ends, SIGKILL included: by a process of its
 * own, which does nothing but wait for that.
 */
#ifndef HOSTS_RUN_FOLDER_H
#define HOSTS_RUN_FOLDER_H

#include <stdbool.h>
#include <sys/types.h>

#define FOLDER_SIZE 64

struct folder {
	char path[FOLDER_SIZE];
	pid_t remover;
	int held;		/* closed when this process ends; -1: none */
};

/*
 * Make it, in $XDG_RUNTIME_DIR; or in /tmp where that is not good for it, as where
 * another user can put something else in its place.  Before any thread is started.
 * False with errno set.
 */
bool folder_make(struct folder *folder);

/* Remove it now, with what is in it. */
void folder_remove(struct folder *folder);

#endif
