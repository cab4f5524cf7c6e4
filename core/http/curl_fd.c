/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Only a descriptor that is proved to be libcurl's is changed: the host may
 * want a child to inherit its own.
 */
#define _GNU_SOURCE
#include "http/curl_fd.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/sockios.h>

#define CANDIDATES_MAX 256

/* An inheritable pipe or socket, and how full it was last. */
struct candidate {
	int fd;
	int filled;
};

/* How many bytes wait to be read at either end; -1: unknown. */
static int
fill_level(int fd)
{
	int in = 0, out = 0;

	if (ioctl(fd, FIONREAD, &in) != 0)
		return -1;
	/* What the other end of a socket has not read yet. */
	(void)ioctl(fd, SIOCOUTQ, &out);
	return in > 0 ? in : out;
}

/*
 * The standard descriptors are left alone: another thread may write to them at
 * this moment, and every program that the host starts needs them.
 */
static bool
is_candidate(int fd)
{
	const int flags = fcntl(fd, F_GETFD);
	struct stat st;

	return fd > STDERR_FILENO && flags >= 0 && (flags & FD_CLOEXEC) == 0 &&
	    fstat(fd, &st) == 0 &&
	    (S_ISSOCK(st.st_mode) || S_ISFIFO(st.st_mode)) &&
	    fill_level(fd) == 0;
}

static size_t
collect(struct candidate all[CANDIDATES_MAX])
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *e;
	size_t n = 0;

	while (
	    dir != NULL && n < CANDIDATES_MAX && (e = readdir(dir)) != NULL) {
		const int fd = (int)strtol(e->d_name, NULL, 10);

		if (e->d_name[0] != '.' && is_candidate(fd))
			all[n++] = (struct candidate){ .fd = fd };
	}
	if (dir != NULL)
		(void)closedir(dir);
	return n;
}

/* Keep those that are fuller than before. */
static size_t
keep_fuller(struct candidate *all, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		const int filled = fill_level(all[i].fd);

		if (filled > all[i].filled)
			all[kept++] = (struct candidate){ all[i].fd, filled };
	}
	return kept;
}

void
curl_fd_seal(const struct curl_api *curl, CURLM *multi)
{
	struct candidate all[CANDIDATES_MAX];
	size_t n = collect(all);

	for (int i = 0; i < 2; i++) {
		if (curl->multi_wakeup(multi) != CURLM_OK)
			return;
		n = keep_fuller(all, n);
	}
	for (size_t i = 0; i < n; i++)
		(void)fcntl(all[i].fd, F_SETFD, FD_CLOEXEC);
}
#else
void
curl_fd_seal(const struct curl_api *curl, CURLM *multi)
{
	(void)curl;
	(void)multi;
}
#endif
