/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the agent's pages: signing with one, and getting one.
 */
#define _GNU_SOURCE /* memfd_create */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent_servers.h"
#include "bench.h"
#include "signer.h"

#define ROUNDS 301
#define FIRST_ROUNDS 401
#define REST_US 300
#define PROMISED 10000
#define TRIES 5
#define URL "https://api.example.com/v1/things?page=2"
#define FILE_SIZE 12288
/* bytes of a request and of an answer: a token of 900 bytes is in it */
#define PACKET 1200

/* ---- Signing with a page -------------------------------------------------- */

static struct apam_profile *
served_profile(struct apam *ctx)
{
	struct apam_profile *profile;
	struct apam_error err = APAM_ERROR_INIT;

	need(apam_profile_get(ctx, "bearer", &profile, &err) == APAM_OK,
	    err.text);
	return profile;
}

static void
sign_many(void *arg)
{
	signer_run(arg, PROMISED);
}

/*
 * Neither allocates, nor makes a system call.  The agent is asked when it has not
 * been asked for ten seconds, which may be in one try, but not in each.
 */
static void
check_promises(struct signer *signer, struct result *result)
{
	unsigned long before, made = 1;
	long call = 1;

	for (int i = 0; i < TRIES && (made != 0 || call != 0); i++) {
		sign_many(signer);
		before = allocations();
		sign_many(signer);
		made = allocations() - before;
		call = system_call_of(sign_many, signer);
	}
	result->broken = made != 0 || call != 0;
	(void)snprintf(result->note, sizeof(result->note),
	    "%lu allocations and %s in %d signatures", made,
	    call == 0 ? "no system call" : "system calls", PROMISED);
}

void
run_agent_page(struct result *result)
{
	struct signer page, own;
	struct loop mine = { signer_run, &page, 0 };
	struct loop theirs = { signer_run, &own, 0 };
	struct work a, b;

	agent_start();
	signer_init(&own, "bearer");
	page = own;
	page.profile = served_profile(site_open("agent.conf"));
	/* Asks the agent: how long a loop is to be, later ones say. */
	signer_run(&page, 1);
	a = loop_work(&mine);
	b = loop_work(&theirs);
	measure(&a, &b, ROUNDS, result);
	check_promises(&page, result);
}

/* ---- Getting one ------------------------------------------------------------ */

/* What the sample before this one left to do is done, and both servers wait. */
static void
come_to_rest(void)
{
	(void)usleep(REST_US);
}

/* In a context that is open, and knows its profile: connect, ask, map, sign. */
static double
sample_first(void *arg)
{
	struct apam *ctx = site_open("agent.conf");
	struct signer signer = *(const struct signer *)arg;
	double begin;

	signer.profile = served_profile(ctx);
	come_to_rest();
	begin = now_ns();
	signer_run(&signer, 1);
	begin = now_ns() - begin;
	apam_close(&ctx);
	return begin;
}

union descriptor {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

/* Answers what comes with as many bytes and a file. */
static void
pass_one(int fd, int file)
{
	static char bytes[PACKET];
	union descriptor control = { { 0 } };
	struct iovec part = { bytes, sizeof(bytes) };
	struct msghdr answer = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&answer);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &file, sizeof(file));
	if (recv(fd, bytes, sizeof(bytes), 0) > 0)
		(void)sendmsg(fd, &answer, 0);
	(void)close(fd);
}

static void
serve_files(int listener)
{
	const int file = memfd_create("bench", 0);

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (ftruncate(file, FILE_SIZE) != 0)
		_exit(1);
	for (;;)
		pass_one(accept(listener, NULL, NULL), file);
}

static void
start_passing(void)
{
	static bool started;
	const struct sockaddr_un a = agent_address("pass");
	pid_t pid;
	int fd;

	if (started)
		return;
	started = true;
	fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	need(bind(fd, (const struct sockaddr *)&a, sizeof(a)) == 0 &&
		listen(fd, 16) == 0,
	    "cannot listen");
	pid = fork();
	if (pid == 0)
		serve_files(fd);
	agent_add_server(pid);
	(void)close(fd);
}

static int
received(int fd)
{
	static char bytes[PACKET];
	union descriptor control;
	struct iovec part = { bytes, sizeof(bytes) };
	struct msghdr answer = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	int file;

	need(recvmsg(fd, &answer, MSG_CMSG_CLOEXEC) == PACKET &&
		CMSG_FIRSTHDR(&answer) != NULL,
	    "no descriptor came");
	memcpy(&file, CMSG_DATA(CMSG_FIRSTHDR(&answer)), sizeof(file));
	return file;
}

static double
sample_passed(void *arg)
{
	static char bytes[PACKET];
	double begin;
	int fd, file;
	char *page;

	(void)arg;
	come_to_rest();
	begin = now_ns();
	fd = agent_connect("pass");
	need(send(fd, bytes, sizeof(bytes), 0) == PACKET, "cannot send");
	file = received(fd);
	page = mmap(NULL, FILE_SIZE, PROT_READ, MAP_SHARED, file, 0);
	need(page != MAP_FAILED, "cannot map");
	use(page);
	bytes[0] = page[0];
	begin = now_ns() - begin;
	(void)munmap(page, FILE_SIZE);
	(void)close(file);
	(void)close(fd);
	return begin;
}

static void
measure_first(enum agent_place how, struct result *result)
{
	struct signer signer;
	const struct work a = { sample_first, &signer },
			  b = { sample_passed, NULL };

	agent_start();
	start_passing();
	signer_init(&signer, "bearer");
	agent_place(how);
	measure(&a, &b, FIRST_ROUNDS, result);
	agent_place(PLACE_ANY);
}

void
run_agent_first(struct result *result)
{
	measure_first(PLACE_APART, result);
}

void
run_agent_first_one(struct result *result)
{
	measure_first(PLACE_ONE, result);
}
