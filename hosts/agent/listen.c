/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A lock beside the socket file says whether an agent serves there: it ends
 * with its process, however that ends.  The new socket is made under another
 * name, and moved into its place when it listens with the right mode, so that
 * no program finds none, or one that refuses.
 */
#define _GNU_SOURCE /* SO_DOMAIN */

#include "agent/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/handover.h"
#include "agent/passed.h"
#include "agent/peer.h"
#include "file/trust.h"

#define BACKLOG 4096

static enum agent_exit
fail(enum agent_exit code, char why[APAM_TEXT_SIZE], const char *path,
    const char *text)
{
	(void)snprintf(why, APAM_TEXT_SIZE, "%.107s: %.400s", path, text);
	return code;
}

static enum agent_exit
fail_by_system(char why[APAM_TEXT_SIZE], const char *path, const char *what)
{
	const int code = errno;

	(void)snprintf(
	    why, APAM_TEXT_SIZE, "%s: %s: %s", path, what, strerror(code));
	return AGENT_CONFIG;
}

/* ---- systemd's ---------------------------------------------------------- */

static bool
has_option(int fd, int option, int value)
{
	int got = -1;
	socklen_t n = sizeof(got);

	return getsockopt(fd, SOL_SOCKET, option, &got, &n) == 0 &&
	    got == value;
}

static bool
is_listener(void *unused, int fd, const char *name)
{
	(void)unused;
	(void)name;
	return has_option(fd, SO_DOMAIN, AF_UNIX) &&
	    has_option(fd, SO_TYPE, SOCK_SEQPACKET) &&
	    has_option(fd, SO_ACCEPTCONN, 1);
}

/* ---- Its own ------------------------------------------------------------ */

/* Where to listen.  False where nothing says so. */
static enum agent_exit
find_path(struct listening *l, const struct agent_options *options,
    char why[APAM_TEXT_SIZE])
{
	const char *place = getenv("XDG_RUNTIME_DIR");
	int n;

	if (options->socket == NULL && options->user && place == NULL)
		return fail(AGENT_CONFIG, why, "--user",
		    "XDG_RUNTIME_DIR is not set: say with --socket where to "
		    "listen");
	if (options->socket != NULL || !options->user)
		n = snprintf(l->path, sizeof(l->path), "%s",
		    options->socket != NULL ? options->socket : LISTEN_SYSTEM);
	else
		n = snprintf(
		    l->path, sizeof(l->path), "%s/%s", place, LISTEN_USER);
	/* The names of the lock and of the new socket are longer by this. */
	if (n < 0 || (size_t)n + sizeof(".lock") > sizeof(l->path))
		return fail(AGENT_CONFIG, why, l->path,
		    "the path is too long for a socket: 102 bytes at most");
	return AGENT_DONE;
}

/* Its folder, made where it is not there, is nobody else's to write to. */
static enum agent_exit
check_folder(const char *path, char why[APAM_TEXT_SIZE])
{
	struct apam_error err = APAM_ERROR_INIT;
	char folder[LISTEN_PATH_SIZE];
	int fd;

	(void)snprintf(folder, sizeof(folder), "%s", path);
	*strrchr(folder, '/') = '\0';
	if (mkdir(folder, 0755) != 0 && errno != EEXIST)
		return fail_by_system(why, folder, "it cannot be made");
	fd = trust_open(
	    folder[0] == '\0' ? "/" : folder, TRUST_DIRECTORY, true, &err);
	if (fd < 0)
		return fail(AGENT_CONFIG, why, path, err.text);
	(void)close(fd);
	return AGENT_DONE;
}

/* errno stays as it is. */
static bool
is_there(const char *path)
{
	const int before = errno;
	struct stat st;
	const bool there = lstat(path, &st) == 0;

	errno = before;
	return there;
}

static enum agent_exit
take_lock(struct listening *l, char why[APAM_TEXT_SIZE])
{
	char path[LISTEN_PATH_SIZE + sizeof(".lock")];

	/* An earlier try may have opened the lock. */
	if (l->lock >= 0)
		(void)close(l->lock);
	(void)snprintf(path, sizeof(path), "%s.lock", l->path);
	l->lock = open(
	    path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
	if (l->lock < 0 && errno == EACCES && !is_there(path))
		return fail(AGENT_CONFIG, why, path,
		    "this user may not make files there: have the service "
		    "manager start the agent, or make the directory its user's, "
		    "as by `install -d -o apam /run/apam`");
	if (l->lock < 0 && errno == EACCES)
		return fail(AGENT_CONFIG, why, path,
		    "an apamd of another user made it: start this one as the "
		    "same user, or remove the file");
	if (l->lock < 0)
		return fail_by_system(why, path, "it cannot be opened");
	if (flock(l->lock, LOCK_EX | LOCK_NB) == 0)
		return AGENT_DONE;
	return fail(AGENT_TEMPORARY, why, l->path,
	    "another apamd serves there: have this one take over with --replace, "
	    "or name another socket with --socket");
}

/* What is there may be replaced. */
static enum agent_exit
check_old(const struct listening *l, char why[APAM_TEXT_SIZE])
{
	struct stat old;

	if (lstat(l->path, &old) != 0 || S_ISSOCK(old.st_mode))
		return AGENT_DONE;
	return fail(AGENT_CONFIG, why, l->path,
	    "something else than a socket is there: remove it, or name another "
	    "socket with --socket");
}

/* Bind, then let others in. */
static bool
bind_at(int fd, const char *path, mode_t mode)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	(void)unlink(path);
	return bind(fd, (const struct sockaddr *)&address, sizeof(address)) ==
	    0 &&
	    chmod(path, mode) == 0 && peer_senders(fd) &&
	    listen(fd, BACKLOG) == 0;
}

void
listen_own(struct listening *l)
{
	struct stat there;

	if (l->path[0] == '\0' || lstat(l->path, &there) != 0)
		return;
	l->device = there.st_dev;
	l->inode = there.st_ino;
}

static enum agent_exit
make_socket(struct listening *l, const struct agent_options *options,
    char why[APAM_TEXT_SIZE])
{
	const mode_t mode = options->user ? 0600 : 0666;
	char fresh[LISTEN_PATH_SIZE];

	(void)snprintf(fresh, sizeof(fresh), "%.*s.new",
	    (int)(sizeof(fresh) - sizeof(".new")), l->path);
	l->fd = socket(
	    AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0 || !bind_at(l->fd, fresh, mode) ||
	    rename(fresh, l->path) != 0) {
		const enum agent_exit code = fail_by_system(
		    why, l->path, "it cannot be listened on");

		(void)unlink(fresh);
		return code;
	}
	listen_own(l);
	return AGENT_DONE;
}

enum agent_exit
listen_find(struct listening *l, const struct agent_options *options,
    char why[APAM_TEXT_SIZE])
{
	*l = (struct listening){ .fd = -1, .lock = -1 };
	if (options->socket == NULL)
		l->fd = passed_take(is_listener, NULL);
	if (l->fd >= 0 && options->replace)
		return fail(AGENT_USAGE, why, "--replace",
		    "a service manager runs the agent: have it start the "
		    "agent anew, by `systemctl restart apamd`");
	return l->fd >= 0 ? AGENT_DONE : find_path(l, options, why);
}

/* Listening again has the kernel name this process to clients (SO_PEERCRED). */
static enum agent_exit
use_handed(struct listening *l, char why[APAM_TEXT_SIZE])
{
	if (!is_listener(NULL, l->fd, "") || listen(l->fd, BACKLOG) != 0)
		return fail_by_system(why, l->path, "it cannot be listened on");
	l->lock = passed_take_named(HANDED_LOCK);
	return AGENT_DONE;
}

enum agent_exit
listen_open(struct listening *l, const struct agent_options *options,
    char why[APAM_TEXT_SIZE])
{
	enum agent_exit code;

	if (l->fd >= 0)
		return fcntl(l->fd, F_SETFL, O_NONBLOCK) == 0 &&
			peer_senders(l->fd) ?
		    AGENT_DONE :
		    fail_by_system(why, "socket", "it cannot be used");
	l->fd = passed_take_named(HANDED_SOCKET);
	if (l->fd >= 0)
		return use_handed(l, why);
	code = check_folder(l->path, why);
	if (code == AGENT_DONE)
		code = take_lock(l, why);
	if (code == AGENT_DONE)
		code = check_old(l, why);
	if (code == AGENT_DONE)
		code = make_socket(l, options, why);
	return code;
}

void
listen_path(const struct listening *l, char to[LISTEN_PATH_SIZE])
{
	struct sockaddr_un at = { .sun_path = "" };
	socklen_t size = sizeof(at);

	to[0] = '\0';
	if (l->path[0] != '\0')
		(void)snprintf(to, LISTEN_PATH_SIZE, "%s", l->path);
	else if (getsockname(l->fd, (struct sockaddr *)&at, &size) == 0)
		(void)snprintf(to, LISTEN_PATH_SIZE, "%.107s", at.sun_path);
}

void
listen_leave(struct listening *l)
{
	l->inode = 0;
}

/* True if the socket file is still ours, and not a later agent's. */
static bool
is_own(const struct listening *l)
{
	struct stat now;

	return l->inode != 0 && lstat(l->path, &now) == 0 &&
	    now.st_dev == l->device && now.st_ino == l->inode;
}

void
listen_close(struct listening *l)
{
	if (is_own(l))
		(void)unlink(l->path);
	if (l->fd >= 0)
		(void)close(l->fd);
	if (l->lock >= 0)
		(void)close(l->lock);
	*l = (struct listening){ .fd = -1, .lock = -1 };
}
