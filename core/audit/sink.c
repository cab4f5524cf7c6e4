/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sending a line to a socket, or appending it to a file.  Nothing here waits or
 * ends the host: it raises neither SIGPIPE nor, if the size of files is
 * limited, SIGXFSZ.
 */
#define _GNU_SOURCE
#include "audit/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/shortage.h"
#include "file/at.h"
#include "file/limit.h"

static const char name[] = AUDIT_FILE;
static const char old_name[] = AUDIT_FILE_OLD;

/* ---- Sockets ------------------------------------------------------------ */

static enum audit_sunk
sunk(int error)
{
	return is_shortage(error) || error == EAGAIN || error == EINTR ||
		error == EMSGSIZE ?
	    AUDIT_LOST :
	    AUDIT_ABSENT;
}

enum audit_sunk
audit_sink_socket(const char *path, struct apam_str line)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	enum audit_sunk result = AUDIT_TOLD;
	ssize_t n;
	int fd;

	if (strlen(path) >= sizeof(to.sun_path))
		return AUDIT_ABSENT;
	memcpy(to.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return sunk(errno);
	n = sendto(fd, line.p, line.n, MSG_DONTWAIT | MSG_NOSIGNAL,
	    (const struct sockaddr *)&to, sizeof(to));
	if (n < 0)
		result = sunk(errno);
	(void)close(fd);
	return result;
}

/* ---- The file ----------------------------------------------------------- */

/* Open it, or make it; -1 if it is not this user's regular file. */
static int
open_log(int directory, struct stat *st)
{
	/* O_NONBLOCK: opening a FIFO in its place must not hang. */
	const int fd = openat(directory, name,
	    O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
		O_CLOEXEC,
	    0600);

	if (fd < 0)
		return -1;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode) &&
	    st->st_uid == geteuid() &&
	    ((st->st_mode & 07777) == 0600 || fchmod(fd, 0600) == 0))
		return fd;
	(void)close(fd);
	return -1;
}

/*
 * Rename it, unless another process does so now or has done so: the lock is on
 * the file that was found full, which must still have its name.
 */
static void
move_aside(int directory, int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 &&
	    file_at_is(directory, name, fd))
		(void)renameat(directory, name, directory, old_name);
}

/* Open it; if it is full, open a new one. */
static int
open_with_room(int directory, struct stat *st)
{
	int fd = open_log(directory, st);

	if (fd < 0 || st->st_size < AUDIT_FILE_MAX)
		return fd;
	move_aside(directory, fd);
	(void)close(fd);
	return open_log(directory, st);
}

/*
 * A full disk may have cut the last line short: end that line first.  A line
 * that another writer is in the middle of looks the same, and then an empty
 * line comes behind it; readers pass over those.
 */
static bool
end_last_line(int fd, const struct stat *st)
{
	char last;

	return st->st_size == 0 || pread(fd, &last, 1, st->st_size - 1) != 1 ||
	    last == '\n' || write(fd, "\n", 1) == 1;
}

enum audit_sunk
audit_sink_file(int directory, struct apam_str line)
{
	struct stat st;
	const int fd = open_with_room(directory, &st);
	bool told;

	if (fd < 0)
		return AUDIT_LOST;
	/* One byte more, for the newline that ends a cut line. */
	told = file_limit_allows((uint64_t)st.st_size + 1 + line.n) &&
	    end_last_line(fd, &st) &&
	    write(fd, line.p, line.n) == (ssize_t)line.n;
	(void)close(fd);
	return told ? AUDIT_TOLD : AUDIT_LOST;
}
