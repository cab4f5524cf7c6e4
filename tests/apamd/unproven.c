/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agent's getsockopt as that of a kernel before Linux 6.5, which has no
 * SO_PEERPIDFD: so programs have to prove which process they are.
 */
#include <errno.h>
#include <sys/socket.h>

#define PEERPIDFD 77 /* Linux, asm-generic/socket.h */

int __wrap_getsockopt(int, int, int, void *, socklen_t *);
int __real_getsockopt(int, int, int, void *, socklen_t *);

int
__wrap_getsockopt(int socket, int level, int name, void *to, socklen_t *size)
{
	if (level == SOL_SOCKET && name == PEERPIDFD) {
		errno = ENOPROTOOPT;
		return -1;
	}
	return __real_getsockopt(socket, level, name, to, size);
}
