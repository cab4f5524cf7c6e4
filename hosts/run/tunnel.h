/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes from one connection to another and back, untouched.
 */
#ifndef HOSTS_RUN_TUNNEL_H
#define HOSTS_RUN_TUNNEL_H

#include <stdbool.h>
#include <stddef.h>

/* Write all bytes; false where the other end is gone. */
bool tunnel_write(int fd, const char *bytes, size_t n);

/*
 * Copy both ways until both have ended, or either fails.  The end of one way is
 * passed on by itself.  Both descriptors stay the caller's.
 */
void tunnel_run(int a, int b);

#endif
