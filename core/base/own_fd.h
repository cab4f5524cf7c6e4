/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A descriptor that is kept from call to call.  The host may close it, as
 * daemons close all that they find, and open something else of that number:
 * device and inode tell the one from the other.
 *
 * That holds for files and sockets.  All eventfds and epoll sets have one and
 * the same inode, so that none is kept that way.  And it holds at the moment:
 * nothing can be done about a host that closes descriptors while another of its
 * threads is in a call.
 */
#ifndef CORE_OWN_FD_H
#define CORE_OWN_FD_H

#include <stdbool.h>
#include <stdint.h>

struct own_fd {
	int fd;			/* below 0: none */
	uint64_t device, inode;
};

#define OWN_FD_NONE { .fd = -1 }

/* Keep a descriptor; one below 0 stays what it is. */
struct own_fd own_fd_of(int fd);

/* It is there, and what it was when it was kept. */
bool own_fd_is_ours(const struct own_fd *own);

/* Close it where it is ours; then it is none. */
void own_fd_close(struct own_fd *own);

#endif
