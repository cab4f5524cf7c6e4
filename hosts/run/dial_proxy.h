/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The proxy that the user had before this run: what https_proxy says, and what the
 * proxy answers.
 */
#ifndef HOSTS_RUN_DIAL_PROXY_H
#define HOSTS_RUN_DIAL_PROXY_H

#include <stdbool.h>

#include "run/base64.h"
#include "run/site.h"

#define DIAL_PAIR_MAX 700 /* bytes */

/* The user's own proxy; host "" : there is none. */
struct dial_proxy {
	struct site at;
	/* Base64 of user and password; "": none. */
	char pair[BASE64_SIZE(DIAL_PAIR_MAX)];
};

/*
 * Read the value of https_proxy: "http://[user:password@]host:port[/]".  False
 * where it is of another kind, such as socks5.
 */
bool dial_proxy_read(const char *text, struct dial_proxy *proxy);

/*
 * Read an answer's head (RFC 9112, 4) from the socket `fd`, byte by byte, so that
 * nothing of what follows it is taken.  True where its status is 2xx; false, too,
 * where the head is longer than 16 KiB or does not end.
 */
bool dial_proxy_answer(int fd);

#endif
