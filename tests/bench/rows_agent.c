/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the agent: a signature that it makes for another program, beside a
 * bare echo on the same kind of socket, whose packets are as long.
 */
#define _GNU_SOURCE /* sched_setaffinity */

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <apam/admin.h>
#include <pwd.h>

#include "agent/message.h"
#include "agent_servers.h"
#include "bench.h"
#include "signer.h"

#define ROUNDS 101
#define CLIENTS 16
#define TOGETHER_NS 1e8 /* how long all clients run at once */
#define TOGETHER_ROUNDS 31
#define URL "https://api.example.com/v1/eyes?from=1&to=2"

/* ---- Servers ------------------------------------------------------------ */

#define SERVERS_MAX 4

static pid_t servers[SERVERS_MAX];
static size_t server_count;

static void
end_servers(void)
{
	for (size_t i = 0; i < server_count; i++)
		if (servers[i] > 0) {
			(void)kill(servers[i], SIGTERM);
			(void)waitpid(servers[i], NULL, 0);
		}
}

void
agent_add_server(pid_t pid)
{
	need(pid > 0 && server_count < SERVERS_MAX, "cannot start a server");
	servers[server_count++] = pid;
}

struct sockaddr_un
agent_address(const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	(void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", site_path(name));
	return a;
}

/* What comes goes back, and as many zeros as an answer is longer. */
static void
echo(int fd)
{
	static char bytes[FRAME_MAX];
	const ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n <= 0)
		(void)close(fd);
	else if (send(fd, bytes, (size_t)n, MSG_DONTWAIT) != n)
		_exit(1);
}

/* The least server that can serve more than one client. */
static void
echo_server(int listener)
{
	struct epoll_event event = { .events = EPOLLIN }, events[64];
	const int set = epoll_create1(0);

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	event.data.fd = listener;
	(void)epoll_ctl(set, EPOLL_CTL_ADD, listener, &event);
	for (;;) {
		const int n = epoll_wait(set, events, 64, -1);

		for (int i = 0; i < n; i++) {
			if (events[i].data.fd != listener) {
				echo(events[i].data.fd);
				continue;
			}
			event.data.fd = accept(listener, NULL, NULL);
			(void)epoll_ctl(
			    set, EPOLL_CTL_ADD, event.data.fd, &event);
		}
	}
}

static pid_t
start_echo(void)
{
	const struct sockaddr_un a = agent_address("echo");
	const int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	pid_t pid;

	need(bind(fd, (const struct sockaddr *)&a, sizeof(a)) == 0 &&
		listen(fd, CLIENTS) == 0,
	    "cannot listen");
	pid = fork();
	if (pid == 0) {
		echo_server(fd);
		_exit(0);
	}
	(void)close(fd);
	return pid;
}

static pid_t
start_agent(void)
{
	char program[512], config[512], socket_path[512];
	const pid_t pid = fork();

	if (pid != 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)snprintf(program, sizeof(program), "%s/apamd", site_build());
	(void)snprintf(config, sizeof(config), "%s", site_path("apam.conf"));
	(void)snprintf(
	    socket_path, sizeof(socket_path), "%s", site_path("agent"));
	(void)execl(program, program, "-c", config, "--socket", socket_path,
	    (char *)NULL);
	_exit(1);
}

int
agent_connect(const char *name)
{
	const struct sockaddr_un a = agent_address(name);
	const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	for (int i = 0; i < 1000; i++) {
		if (connect(fd, (const struct sockaddr *)&a, sizeof(a)) == 0)
			return fd;
		(void)usleep(10000);
	}
	need(false, "a server does not start");
	return -1;
}

/* The same configuration for programs that the agent signs for. */
static void
write_client_config(void)
{
	const struct passwd *user = getpwuid(geteuid());
	char text[2048], dir[512];
	size_t n;

	(void)snprintf(dir, sizeof(dir), "%s", site_path("."));
	n = (size_t)snprintf(text, sizeof(text),
	    "module_dir = \"%.*s/modules\";\nprofile_dir = \"%.*s/apam.d\";\n"
	    "state_dir = \"%.*s/state\";\naudit = \"file\";\n",
	    (int)strlen(dir) - 2, dir, (int)strlen(dir) - 2, dir,
	    (int)strlen(dir) - 2, dir);
	(void)snprintf(text + n, sizeof(text) - n,
	    "agent = \"require\";\nagent_socket = \"%s\";\n"
	    "agent_user = \"%s\";\n",
	    site_path("agent"), user == NULL ? "root" : user->pw_name);
	site_write("agent.conf", text);
}

void
agent_start(void)
{
	if (server_count > 0)
		return;
	write_client_config();
	agent_add_server(start_echo());
	agent_add_server(start_agent());
	need(atexit(end_servers) == 0, "cannot register the cleaning up");
	(void)close(agent_connect("agent"));
}

/* ---- Processors ------------------------------------------------------------ */

/* The first of those from `from` on that this program may run on. */
static int
usable(const cpu_set_t *all, int from)
{
	while (from < CPU_SETSIZE && !CPU_ISSET(from, all))
		from++;
	return from;
}

void
agent_place(enum agent_place how)
{
	static cpu_set_t all;
	cpu_set_t mine = all, theirs = all;
	int first, second;

	if (CPU_COUNT(&all) == 0) {
		need(sched_getaffinity(0, sizeof(all), &all) == 0,
		    "which processors there are is not known");
		mine = theirs = all;
	}
	first = usable(&all, 0);
	second = usable(&all, first + 1);
	if (how != PLACE_ANY) {
		CPU_ZERO(&mine);
		CPU_SET(first, &mine);
		theirs = mine;
	}
	if (how == PLACE_APART && second < CPU_SETSIZE) {
		CPU_ZERO(&theirs);
		CPU_SET(second, &theirs);
	}
	(void)sched_setaffinity(0, sizeof(mine), &mine);
	for (size_t i = 0; i < server_count; i++)
		(void)sched_setaffinity(servers[i], sizeof(theirs), &theirs);
}

/* ---- A client ------------------------------------------------------------- */

struct client {
	int fd;
	uint64_t id;
	struct buf items;
	struct agent_room room;
	char packet[FRAME_MAX];
	size_t answer_n; /* bytes of the last answer */
};

static void
send_message(struct client *c, const struct frame_writer *message)
{
	struct frame_part part;
	struct iovec parts[2];
	struct msghdr head = { .msg_iov = parts, .msg_iovlen = 2 };

	frame_part(message, 0, &part);
	parts[0] = (struct iovec){ part.head, FRAME_HEAD };
	parts[1] = (struct iovec){ (void *)(uintptr_t)part.items.p,
		part.items.n };
	need(sendmsg(c->fd, &head, 0) > 0, "cannot send to the agent");
}

static void
receive(struct client *c, struct frame *message)
{
	struct frame_parts parts;
	bool whole;
	const ssize_t n = recv(c->fd, c->packet, sizeof(c->packet), 0);

	need(n > 0, "the agent has closed");
	c->answer_n = (size_t)n;
	frame_parts_init(&parts);
	need(frame_take(&parts, (struct apam_str){ c->packet, (size_t)n },
		 message, &whole) == NULL &&
		whole,
	    "the agent's frame is wrong");
}

static struct client *
client_new(void)
{
	struct client *c = calloc(1, sizeof(*c));
	const struct agent_hello hello = { .min = 1,
		.max = 1,
		.library = APAM_STR("0"),
		.program = APAM_STR("bench") };
	struct frame_writer to;
	struct frame message;

	need(c != NULL, "out of memory");
	c->fd = agent_connect("agent");
	buf_init(&c->items, FRAME_ITEMS_MAX);
	frame_begin(&to, &c->items, AGENT_HELLO, ++c->id);
	need(agent_hello_write(&hello, &to), "cannot make a message");
	send_message(c, &to);
	receive(c, &message);
	need(message.type == AGENT_WELCOME, "the agent does not welcome");
	return c;
}

static void
sign_once(struct client *c)
{
	const struct agent_sign sign = { .profile = APAM_STR("hmac"),
		.method = APAM_STR("GET"),
		.url = APAM_STR(URL) };
	struct agent_signed made;
	struct frame_writer to;
	struct frame message;

	frame_begin(&to, &c->items, AGENT_SIGN, ++c->id);
	need(agent_sign_write(&sign, &to), "cannot make a message");
	send_message(c, &to);
	receive(c, &message);
	need(message.type == AGENT_SIGNED && message.id == c->id &&
		agent_signed_read(&made, &c->room, &message) == NULL &&
		made.headers.count == 1,
	    "the agent does not sign");
}

static void
sign_loop(void *arg, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sign_once(arg);
}

/* ---- A program with libapam ---------------------------------------------- */

static struct signer *
program_new(void)
{
	struct signer *s = calloc(1, sizeof(*s));
	struct apam_error err = APAM_ERROR_INIT;

	need(s != NULL, "out of memory");
	s->request = (struct apam_request)APAM_REQUEST("GET", URL);
	need(apam_profile_get(
		 site_open("agent.conf"), "hmac", &s->profile, &err) == APAM_OK,
	    err.text);
	signer_run(s, 1);
	return s;
}

/* ---- The echo's client ---------------------------------------------------- */

struct echoed {
	int fd;
	size_t n; /* bytes of a packet */
	char bytes[FRAME_MAX];
};

static void
echo_once(struct echoed *e)
{
	need(send(e->fd, e->bytes, e->n, 0) == (ssize_t)e->n &&
		recv(e->fd, e->bytes, sizeof(e->bytes), 0) == (ssize_t)e->n,
	    "the echo does not answer");
}

/* ---- One client and the server on one core ---------------------------------- */

struct echo_and_sign {
	struct echoed *echoed;
	struct signer signer;
};

static void
echo_and_sign_loop(void *arg, size_t n)
{
	struct echo_and_sign *both = arg;

	for (size_t i = 0; i < n; i++) {
		echo_once(both->echoed);
		signer_run(&both->signer, 1);
	}
}

static struct echoed *
echoed_new(size_t n)
{
	struct echoed *e = calloc(1, sizeof(*e));

	need(e != NULL, "out of memory");
	e->fd = agent_connect("echo");
	e->n = n;
	return e;
}

/* Each pair of them on one core: `mine` is one of our clients. */
static void
measure_one_client(struct loop *mine, struct result *result)
{
	struct client *c = client_new();
	struct echo_and_sign both;
	struct loop theirs = { echo_and_sign_loop, &both, 0 };
	struct work a, b;

	sign_once(c);
	both.echoed = echoed_new(c->answer_n);
	signer_init(&both.signer, "hmac");
	agent_place(PLACE_ONE);
	a = loop_work(mine);
	b = loop_work(&theirs);
	measure(&a, &b, ROUNDS, result);
	agent_place(PLACE_ANY);
	(void)close(c->fd);
	(void)close(both.echoed->fd);
}

void
run_agent_sign(struct result *result)
{
	struct loop mine = { signer_run, NULL, 0 };

	agent_start();
	mine.arg = program_new();
	measure_one_client(&mine, result);
}

void
run_agent_frames(struct result *result)
{
	struct loop mine = { sign_loop, NULL, 0 };

	agent_start();
	mine.arg = client_new();
	measure_one_client(&mine, result);
}

/* ---- Many clients --------------------------------------------------------------- */

/* What a child does until the time is over; how often it did it. */
static size_t
count_ops(void (*once)(void *), void *arg, double end)
{
	size_t n = 0;

	while (now_ns() < end) {
		once(arg);
		n++;
	}
	return n;
}

static void
sign_any(void *arg)
{
	signer_run(arg, 1);
}

static void
echo_any(void *arg)
{
	echo_once(arg);
}

/* In a child: say how often, by a pipe. */
static void
be_client(bool agent, size_t n, int to)
{
	void *arg = agent ? (void *)program_new() : (void *)echoed_new(n);
	size_t done;

	(void)count_ops(agent ? sign_any : echo_any, arg, now_ns() + 2e7);
	done = count_ops(
	    agent ? sign_any : echo_any, arg, now_ns() + TOGETHER_NS);
	_exit(write(to, &done, sizeof(done)) == sizeof(done) ? 0 : 1);
}

static size_t packet_n;

/* Nanoseconds of one operation of all of them together. */
static double
together(bool agent)
{
	int ends[2];
	pid_t children[CLIENTS];
	size_t total = 0, done;

	need(pipe(ends) == 0, "no pipe");
	for (int i = 0; i < CLIENTS; i++) {
		children[i] = fork();
		if (children[i] == 0)
			be_client(agent, packet_n, ends[1]);
	}
	(void)close(ends[1]);
	while (read(ends[0], &done, sizeof(done)) == sizeof(done))
		total += done;
	(void)close(ends[0]);
	for (int i = 0; i < CLIENTS; i++)
		(void)waitpid(children[i], NULL, 0);
	need(total > 0, "no client could do anything");
	return TOGETHER_NS / (double)total;
}

static double
sample_agent(void *arg)
{
	(void)arg;
	return together(true);
}

static double
sample_echo(void *arg)
{
	(void)arg;
	return together(false);
}

void
run_agent_16(struct result *result)
{
	const struct work a = { sample_agent, NULL }, b = { sample_echo, NULL };
	struct client *c;

	agent_start();
	c = client_new();
	sign_once(c);
	packet_n = c->answer_n;
	(void)close(c->fd);
	measure(&a, &b, TOGETHER_ROUNDS, result);
	/* How much of the echo's throughput it has. */
	result->ratio = result->raw_ns / result->ns;
}
