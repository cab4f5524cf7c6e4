/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client of the agent that means harm, or is broken:
 *
 *	hostile SOCKET crowd COUNT	connects COUNT times, says hello, stays
 *	hostile SOCKET mute COUNT	the same, without a word
 *	hostile SOCKET flood		sends what gives it nothing, without end
 *	hostile SOCKET greedy PROFILE URL	asks for signatures, reads none
 *	hostile SOCKET endless		a message whose parts never end
 *	hostile SOCKET unfinished	a message whose end never comes
 *	hostile SOCKET passing		passes descriptors to the agent
 *	hostile SOCKET noise SEED	whole frames of chance
 *	hostile SOCKET churn SECONDS PROFILE URL	comes and goes
 *	hostile SOCKET good SECONDS MS PROFILE URL	means no harm: it connects, has
 *		one request signed, goes, again and again, each within MS ms
 *
 * It says "ready" where it stays, and waits for the end of its input.  What
 * should be dropped says "dropped" once it is, and ends with 0; else with 1.  A
 * flood says "too slow" where it could not send enough for one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "agent/connection.h"
#include "agent/message.h"
#include "base/str.h"

#define PATIENCE_S 240
#define FLOOD_S 20
#define CONNECTIONS_MAX 20000

static const char *place;
static char **words;
static struct buf items;

/* ---- Speaking ------------------------------------------------------------ */

static int
connect_once(void)
{
	const int s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", place);
	if (s >= 0 && connect(s, (struct sockaddr *)&at, sizeof(at)) == 0)
		return s;
	fprintf(stderr, "hostile: %s\n", strerror(errno));
	exit(2);
}

/* Send all frames of a message; false once the other end is gone. */
static bool
say(int s, const struct frame_writer *message, int flags)
{
	for (unsigned i = 0; i < frame_count(message); i++) {
		struct frame_part part;
		struct iovec io[2];
		struct msghdr head = { .msg_iov = io, .msg_iovlen = 2 };

		frame_part(message, i, &part);
		io[0] = (struct iovec){ part.head, FRAME_HEAD };
		io[1] = (struct iovec){ (char *)(uintptr_t)part.items.p,
			part.items.n };
		if (sendmsg(s, &head, MSG_NOSIGNAL | flags) < 0)
			return (flags & MSG_DONTWAIT) != 0 && errno == EAGAIN;
	}
	return true;
}

static bool
hello(int s)
{
	const struct agent_hello hello = { .min = AGENT_VERSION_MIN,
		.max = AGENT_VERSION_MAX,
		.library = apam_str(apam_version()),
		.program = APAM_STR("hostile \033[2J") };
	struct frame_writer to;

	frame_begin(&to, &items, AGENT_HELLO, 1);
	return agent_hello_write(&hello, &to) && say(s, &to, 0);
}

static bool
welcomed(int s)
{
	char answer[4096];

	return hello(s) && recv(s, answer, sizeof(answer), 0) > 0;
}

static void
begin_sign(struct frame_writer *to, uint64_t id)
{
	const struct agent_sign sign = { .profile = apam_str(words[0]),
		.method = APAM_STR("GET"),
		.url = apam_str(words[1]) };

	frame_begin(to, &items, AGENT_SIGN, id);
	if (!agent_sign_write(&sign, to))
		exit(2);
}

static int
dropped(void)
{
	puts("dropped");
	return 0;
}

/* Wait until the agent has closed it, taking nothing that it has sent. */
static int
wait_dropped(int s)
{
	struct pollfd end = { .fd = s, .events = POLLRDHUP };

	if (poll(&end, 1, PATIENCE_S * 1000) == 1)
		return dropped();
	puts("still served");
	return 1;
}

static long
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static time_t
give_up_at(void)
{
	return time(NULL) + PATIENCE_S;
}

/* ---- What it does ---------------------------------------------------------- */

static int
stay(bool greets)
{
	static int all[CONNECTIONS_MAX];
	const long count = strtol(words[0], NULL, 10);
	const struct rlimit most = { CONNECTIONS_MAX, CONNECTIONS_MAX };
	char end;

	(void)setrlimit(RLIMIT_NOFILE, &most);
	for (long i = 0; i < count && i < CONNECTIONS_MAX; i++) {
		all[i] = connect_once();
		if (greets && !welcomed(all[i])) {
			printf("refused after %ld\n", i);
			return 1;
		}
	}
	puts("ready");
	(void)fflush(stdout);
	return read(STDIN_FILENO, &end, 1) < 0;
}

static int
crowd(void)
{
	return stay(true);
}

static int
mute(void)
{
	return stay(false);
}

/* The agent's seconds begin at other moments than ours. */
static bool
is_flood(uint64_t sent, long ms)
{
	return sent / (unsigned long)(ms / 1000 + 2) > CONNECTION_FLOOD;
}

static int
flood(void)
{
	const long end = now_ms() + FLOOD_S * 1000;
	const int s = connect_once();
	struct frame_writer to;
	long since = now_ms(), took;
	uint64_t sent = 0;

	if (!welcomed(s))
		return 2;
	while (now_ms() < end) {
		frame_begin(&to, &items, AGENT_CANCEL, 2);
		if (!say(s, &to, 0))
			return dropped();
		sent++;
		took = now_ms() - since;
		if (took >= 1000 && is_flood(sent, took))
			return 1;
		if (took >= 1000) {
			since = now_ms();
			sent = 0;
		}
	}
	puts("too slow");
	return 0;
}

static int
greedy(void)
{
	const time_t end = give_up_at();
	const int s = connect_once();
	const struct timespec pause = { 0, 1000000 };
	struct frame_writer to;
	uint64_t id = 1;

	if (!welcomed(s))
		return 2;
	while (time(NULL) < end) {
		begin_sign(&to, ++id);
		if (!say(s, &to, MSG_DONTWAIT))
			return dropped();
		if (id % 16 == 0)
			(void)nanosleep(&pause, NULL);
	}
	return 1;
}

/* A part of a message that says that there are more. */
static bool
say_part(int s)
{
	static char part[FRAME_MAX];
	struct frame_writer to;
	struct frame_part made;

	frame_begin(&to, &items, AGENT_CALL, 7);
	frame_part(&to, 0, &made);
	memcpy(part, made.head, FRAME_HEAD);
	/* Its size, and the flag, both at once: little endian. */
	memcpy(part, "\0\0\1\0", 4);
	part[16] = FRAME_MORE;
	return send(s, part, sizeof(part), MSG_NOSIGNAL) > 0;
}

static int
endless(void)
{
	const int s = connect_once();

	if (!welcomed(s))
		return 2;
	for (int i = 0; i < 1000; i++)
		if (!say_part(s))
			return dropped();
	return wait_dropped(s);
}

static int
unfinished(void)
{
	const int s = connect_once();

	if (!welcomed(s) || !say_part(s))
		return 2;
	return wait_dropped(s);
}

static int
passing(void)
{
	const int s = connect_once();
	union {
		char bytes[CMSG_SPACE(sizeof(int) * 200)];
		struct cmsghdr align;
	} control;
	char byte = 'x';
	struct iovec io = { &byte, 1 };
	struct msghdr message = { .msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	memset(&control, 0, sizeof(control));
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int) * 200);
	for (int i = 0; i < 200; i++)
		memcpy(CMSG_DATA(c) + (size_t)i * sizeof(int), &s, sizeof(s));
	if (!welcomed(s) || sendmsg(s, &message, MSG_NOSIGNAL) < 0)
		return 2;
	return wait_dropped(s);
}

static int
noise(void)
{
	static char packet[FRAME_MAX];
	const time_t end = give_up_at();

	srandom((unsigned)strtoul(words[0], NULL, 10));
	for (int i = 0; i < 300 && time(NULL) < end; i++) {
		const int s = connect_once();
		bool there = i % 3 == 0 || welcomed(s);

		while (there) {
			const size_t n = (size_t)random() % 200;

			for (size_t k = 0; k < n; k++)
				packet[k] = (char)random();
			there = send(s, packet, n + 1,
				    MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
		}
		(void)close(s);
	}
	return time(NULL) < end ? dropped() : 1;
}

/* Connect, ask, and go at any moment: before, between, after answers. */
static int
churn(void)
{
	const time_t end = time(NULL) + strtol(*words++, NULL, 10);
	unsigned long rounds = 0;
	struct frame_writer to;
	char answer[4096];

	while (time(NULL) < end) {
		const int s = connect_once();

		if (rounds % 5 != 0 && welcomed(s))
			for (uint64_t i = 0; i < rounds % 7; i++) {
				begin_sign(&to, i + 2);
				if (!say(s, &to, 0))
					break;
				if (i % 2 == rounds % 2)
					(void)recv(
					    s, answer, sizeof(answer), 0);
			}
		(void)close(s);
		rounds++;
	}
	printf("%lu times\n", rounds);
	return 0;
}

/* True where the next message is a signature. */
static bool
is_signed(int s)
{
	static char answer[FRAME_MAX];
	struct frame_parts parts;
	struct frame message;
	bool whole;
	const ssize_t n = recv(s, answer, sizeof(answer), 0);

	struct agent_failed failed;

	frame_parts_init(&parts);
	if (n <= 0 ||
	    frame_take(&parts, (struct apam_str){ answer, (size_t)n }, &message,
		&whole) != NULL ||
	    !whole)
		return false;
	if (message.type == AGENT_FAILED &&
	    agent_failed_read(&failed, &message) == NULL)
		fprintf(stderr, "hostile: %s\n", failed.error.text);
	return message.type == AGENT_SIGNED;
}

static int
good(void)
{
	const long end = now_ms() + 1000 * strtol(*words++, NULL, 10);
	const long most = strtol(*words++, NULL, 10);
	const struct timespec pause = { 0, 5000000 };
	unsigned long rounds = 0;
	struct frame_writer to;
	long slowest = 0;

	while (now_ms() < end || rounds == 0) {
		const long begun = now_ms();
		const int s = connect_once();

		if (!welcomed(s))
			return 2;
		begin_sign(&to, 2);
		if (!say(s, &to, 0) || !is_signed(s))
			return 2;
		(void)close(s);
		if (now_ms() - begun > slowest)
			slowest = now_ms() - begun;
		rounds++;
		(void)nanosleep(&pause, NULL);
	}
	printf("%lu times, the slowest in %ld ms\n", rounds, slowest);
	return slowest > most;
}

static const struct {
	const char *name;
	int (*act)(void);
	int words;
} acts[] = {
	{ "crowd", crowd, 1 },
	{ "mute", mute, 1 },
	{ "flood", flood, 0 },
	{ "greedy", greedy, 2 },
	{ "endless", endless, 0 },
	{ "unfinished", unfinished, 0 },
	{ "passing", passing, 0 },
	{ "noise", noise, 1 },
	{ "churn", churn, 3 },
	{ "good", good, 4 },
};

int
main(int argc, char **argv)
{
	buf_init_plain(&items, FRAME_ITEMS_MAX);
	for (size_t i = 0; argc > 2 && i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(argv[2], acts[i].name) == 0 &&
		    argc == 3 + acts[i].words) {
			place = argv[1];
			words = argv + 3;
			return acts[i].act();
		}
	fprintf(stderr, "hostile: see the head of its source\n");
	return 2;
}
