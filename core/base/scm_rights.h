/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors beside a message on a Unix socket: unix(7), SCM_RIGHTS.
 */
#ifndef CORE_BASE_SCM_RIGHTS_H
#define CORE_BASE_SCM_RIGHTS_H

#include <stddef.h>
#include <sys/socket.h>

#define SCM_RIGHTS_MAX 8 /* descriptors of one message */

/* Where sendmsg and recvmsg have them. */
union scm_rights {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(SCM_RIGHTS_MAX * sizeof(int))];
};

/*
 * Have sendmsg pass `count` descriptors, SCM_RIGHTS_MAX at most, which stay the
 * caller's; 0: none.  `room` lives until then.
 */
void scm_rights_put(struct msghdr *message, union scm_rights *room,
    const int *descriptors, size_t count);

/* Have recvmsg take what comes.  `room` lives until scm_rights_take. */
void scm_rights_expect(struct msghdr *message, union scm_rights *room);

/*
 * What came beside a message: the first `most` descriptors, which are the
 * caller's then; the others are closed.  Returns how many there were.
 */
size_t scm_rights_take(
    const struct msghdr *message, int *descriptors, size_t most);

#endif
