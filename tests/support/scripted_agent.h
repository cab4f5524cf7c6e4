/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An agent that does as a test says, right or wrong: a process of its own that
 * listens on a real socket and speaks frames.  A script is a function that the
 * child runs; it ends when the test ends it, or by itself.
 */
#ifndef TESTS_SCRIPTED_AGENT_H
#define TESTS_SCRIPTED_AGENT_H

#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/message.h"

struct scripted {
	char dir[64];
	char path[108];	/* of the socket */
	pid_t pid;	/* 0: it does not run */
};

/* ---- What scripts are made of: in the child, which ends where one fails --- */

/* A message, as the child has received or is to send it. */
struct scripted_message {
	struct frame frame;
	struct frame_parts parts;
	struct agent_room room;
	struct apam_str rest; /* of the packet: what is not taken yet */
	char packet[FRAME_MAX];
};

static inline void
scripted_must(bool so)
{
	if (!so)
		_exit(3);
}

static inline int
scripted_accept(int listener)
{
	const int fd = accept(listener, NULL, NULL);

	scripted_must(fd >= 0);
	return fd;
}

/* Take the next message of this type; others end the child.  False at the end. */
static inline bool
scripted_take(int fd, struct scripted_message *m, uint16_t type)
{
	bool whole = false;
	ssize_t n;

	while (!whole) {
		if (m->rest.n == 0) {
			n = recv(fd, m->packet, sizeof(m->packet), 0);
			if (n <= 0)
				return false;
			m->rest = (struct apam_str){ m->packet, (size_t)n };
		}
		scripted_must(frame_take(&m->parts, frame_first(&m->rest),
				  &m->frame, &whole) == NULL);
	}
	scripted_must(type == 0 || m->frame.type == type);
	return true;
}

/* Send a packet with `count` descriptors beside it. */
static inline void
scripted_packet(int fd, const struct iovec *pieces, size_t n, const int *passed,
    size_t count)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int) * 16)];
	} control;
	struct msghdr m = { .msg_iov = (struct iovec *)(uintptr_t)pieces,
		.msg_iovlen = n };

	if (count > 0) {
		memset(&control, 0, sizeof(control));
		m.msg_control = &control;
		m.msg_controllen = CMSG_SPACE(sizeof(int) * count);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int) * count);
		memcpy(CMSG_DATA(&control.head), passed, sizeof(int) * count);
	}
	(void)sendmsg(fd, &m, MSG_NOSIGNAL);
}

/* Send a message, the descriptors beside its first part. */
static inline void
scripted_give(
    int fd, const struct frame_writer *w, const int *passed, size_t count)
{
	struct frame_part part;

	for (unsigned i = 0; i < frame_count(w); i++) {
		frame_part(w, i, &part);
		scripted_packet(fd,
		    (struct iovec[]){ { part.head, sizeof(part.head) },
			{ (void *)(uintptr_t)part.items.p, part.items.n } },
		    2, passed, i == 0 ? count : 0);
	}
}

static inline void
scripted_welcome(int fd, uint64_t version, bool pages)
{
	const struct agent_welcome welcome = { .version = version,
		.library = APAM_STR("0.0.0"),
		.pages = pages };
	struct frame_writer w;
	struct buf items;

	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, AGENT_WELCOME, 0);
	scripted_must(agent_welcome_write(&welcome, &w));
	scripted_give(fd, &w, NULL, 0);
	buf_free(&items);
}

/* Accept, hear a greeting and answer it. */
static inline int
scripted_greeted(int listener, struct scripted_message *m)
{
	const int fd = scripted_accept(listener);

	memset(m, 0, sizeof(*m));
	frame_parts_init(&m->parts);
	scripted_must(scripted_take(fd, m, AGENT_HELLO));
	scripted_welcome(fd, AGENT_VERSION_MAX, true);
	return fd;
}

static inline void
scripted_failed(int fd, uint64_t id, const struct agent_failed *failed)
{
	struct frame_writer w;
	struct buf items;

	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, AGENT_FAILED, id);
	scripted_must(agent_failed_write(failed, &w));
	scripted_give(fd, &w, NULL, 0);
	buf_free(&items);
}

static inline void
scripted_fail(int fd, uint64_t id, enum apam_status status, const char *text)
{
	struct agent_failed failed = { .error = APAM_ERROR_INIT };

	failed.error.status = status;
	(void)snprintf(
	    failed.error.text, sizeof(failed.error.text), "%s", text);
	scripted_failed(fd, id, &failed);
}

static inline void
scripted_sign(int fd, uint64_t id, const struct agent_signed *made,
    const int *passed, size_t count)
{
	struct frame_writer w;
	struct buf items;

	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, AGENT_SIGNED, id);
	scripted_must(agent_signed_write(made, &w));
	scripted_give(fd, &w, passed, count);
	buf_free(&items);
}

/*
 * Serve any number of connections: each is greeted, and what comes then is given
 * to `take`, which answers on `fd`.
 */
#define SCRIPTED_FDS 64
static inline void
scripted_serve(int listener,
    void (*take)(int fd, struct scripted_message *m, void *arg), void *arg)
{
	static struct scripted_message messages[SCRIPTED_FDS];
	struct pollfd fds[SCRIPTED_FDS] = { { listener, POLLIN, 0 } };
	nfds_t n = 1;

	for (;;) {
		scripted_must(poll(fds, n, -1) >= 0);
		if (fds[0].revents != 0 && n < SCRIPTED_FDS) {
			fds[n] = (struct pollfd){ scripted_accept(listener),
				POLLIN, 0 };
			memset(&messages[n], 0, sizeof(messages[n]));
			frame_parts_init(&messages[n++].parts);
		}
		for (nfds_t i = 1; i < n; i++) {
			struct scripted_message *m = &messages[i];

			if (fds[i].fd < 0 || fds[i].revents == 0)
				continue;
			do {
				if (!scripted_take(fds[i].fd, m, 0)) {
					(void)close(fds[i].fd);
					fds[i].fd = -1;
				} else if (m->frame.type == AGENT_HELLO) {
					scripted_welcome(
					    fds[i].fd, AGENT_VERSION_MAX, true);
				} else {
					take(fds[i].fd, m, arg);
				}
			} while (fds[i].fd >= 0 && m->rest.n > 0);
		}
	}
}

/* Until the other side has closed. */
static inline void
scripted_linger(int fd)
{
	char byte;

	while (recv(fd, &byte, 1, 0) > 0)
		;
}

/* ---- In the test --------------------------------------------------------- */

/* The socket is in a directory that is there; nobody listens yet. */
static inline void
scripted_in(struct scripted *a, const char *dir)
{
	memset(a, 0, sizeof(*a));
	(void)snprintf(a->path, sizeof(a->path), "%.80s/agent", dir);
}

/* A directory for the socket; nobody listens yet. */
static inline void
scripted_make(struct scripted *a)
{
	memset(a, 0, sizeof(*a));
	(void)snprintf(a->dir, sizeof(a->dir), "/tmp/apam-agent-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(a->dir));
	(void)snprintf(a->path, sizeof(a->path), "%s/agent", a->dir);
}

static inline int
scripted_listen(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	(void)unlink(path);
	ck_assert_int_eq(
	    bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(chmod(path, 0666), 0);
	ck_assert_int_eq(listen(fd, 64), 0);
	return fd;
}

/* Run the script in a child, which listens when this returns. */
static inline void
scripted_start(
    struct scripted *a, void (*script)(int listener, void *arg), void *arg)
{
	const int listener = scripted_listen(a->path);

	a->pid = fork();
	ck_assert_int_ge(a->pid, 0);
	if (a->pid == 0) {
		(void)alarm(60);
		script(listener, arg);
		_exit(0);
	}
	(void)close(listener);
}

/* End it at once, as kill -9 does. */
static inline void
scripted_kill(struct scripted *a)
{
	if (a->pid <= 0)
		return;
	(void)kill(a->pid, SIGKILL);
	(void)waitpid(a->pid, NULL, 0);
	a->pid = 0;
}

/* Wait for its end, and give its exit status. */
static inline int
scripted_end(struct scripted *a)
{
	int status = 0;

	(void)waitpid(a->pid, &status, 0);
	a->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline void
scripted_remove(struct scripted *a)
{
	scripted_kill(a);
	(void)unlink(a->path);
	if (a->dir[0] != '\0')
		(void)rmdir(a->dir);
}

#endif
