/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose socket is at the other end of a TCP connection of this machine, by the
 * kernel's table of sockets, sock_diag(7).
 */
#ifndef HOSTS_NGINX_SOCKETS_H
#define HOSTS_NGINX_SOCKETS_H

#include <stdbool.h>

/*
 * False for the number that stands for all users whom this user namespace has no
 * number for (user_namespaces(7)), and is that of "nobody", too.
 */
bool sockets_is_known(unsigned long uid);

/*
 * The user who has the other end of the connection `fd` at this moment; false,
 * with why, where that cannot be told.  It is never root, and never a user whom
 * this user namespace has no number for.  Nothing here waits.
 */
bool sockets_user(int fd, unsigned long *uid, const char **why);

#endif
