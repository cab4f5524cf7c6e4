/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ssh-agent: one signature of 32 bytes by its first key, on a connection that is
 * kept (draft-ietf-sshm-ssh-agent, "Private key operations").
 */
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "peer.h"

#define REQUEST_IDENTITIES 11
#define IDENTITIES_ANSWER 12
#define SIGN_REQUEST 13
#define SIGN_RESPONSE 14
#define MESSAGE_MAX 4096
#define DATA 32 /* bytes to sign */

static unsigned char request[MESSAGE_MAX], answer[MESSAGE_MAX];
static size_t request_n;
static int agent;

static void
put_number(unsigned char *to, size_t number)
{
	for (int i = 0; i < 4; i++)
		to[i] = (unsigned char)(number >> (24 - 8 * i));
}

static size_t
get_number(const unsigned char *from)
{
	return (size_t)from[0] << 24 | (size_t)from[1] << 16 |
	    (size_t)from[2] << 8 | from[3];
}

static void
read_all(unsigned char *to, size_t n)
{
	while (n > 0) {
		const ssize_t got = read(agent, to, n);

		peer_need(got > 0, "ssh-agent has ended");
		to += got;
		n -= (size_t)got;
	}
}

/* Send what is in `request`, and read the answer, which has to be of a type. */
static void
ask(int type)
{
	size_t n;

	peer_need(write(agent, request, request_n) == (ssize_t)request_n,
	    "ssh-agent takes nothing");
	read_all(answer, 4);
	n = get_number(answer);
	peer_need(n > 0 && n <= sizeof(answer), "ssh-agent says too much");
	read_all(answer, n);
	peer_need(answer[0] == type, "ssh-agent refuses");
}

/* Make the request for a signature by the first key that it has. */
static void
prepare(void)
{
	size_t n;

	put_number(request, 1);
	request[4] = REQUEST_IDENTITIES;
	request_n = 5;
	ask(IDENTITIES_ANSWER);
	peer_need(get_number(answer + 1) > 0, "ssh-agent has no key");
	n = get_number(answer + 5);
	peer_need(n < 1024, "the key is too long");
	put_number(request, 1 + 4 + n + 4 + DATA + 4);
	request[4] = SIGN_REQUEST;
	put_number(request + 5, n);
	memcpy(request + 9, answer + 9, n);
	put_number(request + 9 + n, DATA);
	memset(request + 13 + n, 'x', DATA);
	put_number(request + 13 + n + DATA, 0);
	request_n = 4 + 1 + 4 + n + 4 + DATA + 4;
}

static void
once(void)
{
	ask(SIGN_RESPONSE);
}

int
main(int argc, char **argv)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	peer_need(argc == 2 && strlen(argv[1]) < sizeof(to.sun_path),
	    "whose socket?");
	strcpy(to.sun_path, argv[1]);
	agent = socket(AF_UNIX, SOCK_STREAM, 0);
	peer_need(agent >= 0 &&
		connect(agent, (struct sockaddr *)&to, sizeof(to)) == 0,
	    "no ssh-agent answers");
	prepare();
	return peer_report(once);
}
