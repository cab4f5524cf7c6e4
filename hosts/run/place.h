/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Places: each host and port that a profile signs for by https.  What is sent
 * there goes through the gateway.
 */
#ifndef HOSTS_RUN_PLACE_H
#define HOSTS_RUN_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include <apam/admin.h>

#define PLACE_HOST_MAX 253 /* bytes: RFC 1035, 2.3.4 */

struct place {
	char host[PLACE_HOST_MAX + 1]; /* in lower case, without brackets */
	unsigned port;
};

struct places {
	struct place *all;
	size_t count;
};

/*
 * Collect those of all profiles that can be read, or of the named ones.  Wrong
 * names are told, and so is a machine without any place.  Returns an exit status
 * of apam's.
 */
int places_collect(struct places *places, struct apam *ctx,
    char *const *profiles, size_t profile_count);
void places_free(struct places *places);

/* The index of one, by host (any letter case) and port; the count: none. */
size_t places_find(
    const struct places *places, const char *host, unsigned port);

/*
 * Read "HOST:PORT" or "[ADDRESS]:PORT" (RFC 9112, 3.2.3).  False where it is not
 * that.
 */
bool place_read(const char *text, struct place *place);

#endif
