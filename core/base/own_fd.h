/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A descriptor that is kept between calls.  The host may close it, as daemons
 * close all descriptors, and open something else with the same number: device
 * and inode show whether it is still the same file.
 *
 * This works for files and sockets.  All eventfds and epoll sets have the same
 * inode, so none of them is kept this way.  And it is true only at that moment:
 * nothing helps if a host closes descriptors while another of its threads is in
 * a call.
 */
#ifndef CORE_BASE_OWN_FD_H
#define CORE_BASE_OWN_FD_H

#include <stdbool.h>
#include <stdint.h>

struct own_fd {
	int fd;			/* below 0: none */
	uint64_t device, inode;
};

#define OWN_FD_NONE { .fd = -1 }

/* Keep a descriptor; a negative one is kept as none. */
struct own_fd own_fd_of(int fd);

/* True if it is open and still refers to the same file. */
bool own_fd_is_ours(const struct own_fd *own);

/* Close it if it is ours; afterwards it is none.  True if it was. */
bool own_fd_close(struct own_fd *own);

#endif
