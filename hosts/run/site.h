/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sites: each host and port that a profile signs for by https.  What is sent
 * there goes through the gateway.
 */
#ifndef HOSTS_RUN_SITE_H
#define HOSTS_RUN_SITE_H

#include <stdbool.h>
#include <stddef.h>

#include <apam/admin.h>

#include "run/placeholder.h"

#define SITE_HOST_MAX 253 /* bytes: RFC 1035, 2.3.4 */

struct site {
	char host[SITE_HOST_MAX + 1]; /* in lower case, without brackets */
	unsigned port;
	char *ca_file;		/* of its profile; NULL: the system's */
	bool in_error;		/* the profile's file is: nothing is sent there */
};

struct sites {
	struct site *all;
	size_t count;
	struct placeholders placeholders; /* of the profiles of these sites */
};

/* Which profiles are asked for. */
struct wanted {
	char *const *names; /* all that this user may use, where there is none */
	size_t count;
	bool verbose; /* tell of those that this user may not read as well */
};

/*
 * Collect those of the wanted profiles.  One that is named has to be there and
 * right; others that are wrong are told, and what is sent to their sites is
 * refused.  Those that this user may not read are left out.  So is a profile that wants a proxy, which the gateway
 * cannot use; it is told.  A machine without any site is told.  Returns an exit
 * status of apam's.  They stay until the process ends.
 */
int sites_collect(
    struct sites *sites, struct apam *ctx, const struct wanted *wanted);

/* The index of one, by host (any letter case) and port; the count: none. */
size_t sites_find(
    const struct sites *sites, const char *host, unsigned port);

/*
 * Read "HOST:PORT" or "[ADDRESS]:PORT" (RFC 9112, 3.2.3).  False where it is not
 * that.
 */
bool site_read(const char *text, struct site *site);

/* The same of `n` bytes, where ":443" may be left out (RFC 9110, 4.2.2). */
bool site_read_usual(const char *authority, size_t n, struct site *site);

/* Its host as a URL has it: an IPv6 address in brackets (RFC 3986, 3.2.2). */
void site_url_host(const struct site *site, char to[SITE_HOST_MAX + 3]);

#endif
