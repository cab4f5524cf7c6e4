/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The head of a request to the proxy: "CONNECT host:port HTTP/1.1" and fields
 * (RFC 9110, 9.3.6), or "GET https://host/ HTTP/1.1", as clients write it that know
 * no CONNECT (RFC 9112, 3.2.2).
 */
#ifndef HOSTS_RUN_CONNECT_HEAD_H
#define HOSTS_RUN_CONNECT_HEAD_H

#include "run/site.h"

#define HEAD_MAX 16384 /* bytes */

enum head_state {
	HEAD_GOOD,
	HEAD_WHOLE,	/* good, too: a request with the whole URL, by https */
	HEAD_PART,	/* its end has not come yet */
	HEAD_BAD,	/* not HTTP: 400 */
	HEAD_METHOD,	/* neither of both: 405 */
	HEAD_STRANGER	/* without the token of this run: 407 */
};

/*
 * Read the `n` bytes that have come.  `pair` is what Proxy-Authorization has to
 * say, base64 of user and password.  Where it is good, *site is set, and *used to
 * how many bytes the head has.
 */
enum head_state head_read(const char *text, size_t n, const char *pair,
    struct site *site, size_t *used);

#endif
