/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dial_proxy: the first line is https_proxy, the rest what that proxy answers.  A
 * proxy that is taken has a host and a port, and can be written into a header; of
 * an answer that is taken, what follows the head is left for the tunnel.
 */
#define _GNU_SOURCE /* memmem */
#include "run/dial_proxy.c"
#include "run/placeholder.c"
#include "run/say.c"
#include "run/site.c"

#include <unistd.h>

#include "fuzz.h"

#define REST_MAX 32768 /* bytes, which a socket holds */

/* Letters stand for themselves: what matters is where the bytes end. */
void
base64(const char *from, size_t n, char *to)
{
	(void)from;
	memset(to, 'A', BASE64_SIZE(n) - 1);
	to[BASE64_SIZE(n) - 1] = '\0';
}

static void
check_text(const char *text)
{
	struct dial_proxy proxy;

	if (!dial_proxy_read(text, &proxy) || text[0] == '\0')
		return;
	HOLDS(proxy.at.host[0] != '\0');
	HOLDS(proxy.at.port > 0 && proxy.at.port <= 65535);
	HOLDS(strpbrk(proxy.at.host, "\r\n @/") == NULL);
	HOLDS(strlen(proxy.pair) < sizeof(proxy.pair));
}

/* How many bytes are left there. */
static size_t
left(int fd)
{
	char bytes[4096];
	size_t all = 0;
	ssize_t n;

	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		all += (size_t)n;
	return all;
}

static void
check_answer(const char *said, size_t n)
{
	const char *end = memmem(said, n, "\r\n\r\n", 4);
	int ends[2];

	HOLDS(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	HOLDS(send(ends[0], said, n, 0) == (ssize_t)n);
	HOLDS(shutdown(ends[0], SHUT_WR) == 0);
	if (dial_proxy_answer(ends[1])) {
		HOLDS(end != NULL);
		HOLDS(strncmp(said, "HTTP/1.", 7) == 0 && said[9] == '2');
		HOLDS(left(ends[1]) == n - (size_t)(end + 4 - said));
	}
	(void)close(ends[0]);
	(void)close(ends[1]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	const size_t n = strcspn(text, "\n");
	const size_t rest = n < size ? size - n - 1 : 0;

	if (rest <= REST_MAX)
		check_answer(text + size - rest, rest);
	text[n] = '\0';
	check_text(text);
	free(text);
	return 0;
}
