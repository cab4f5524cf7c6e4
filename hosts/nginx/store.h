/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for signatures, which apam writes them into without allocating any: a
 * page each, kept out of dumps and, where the process may lock that much, out of
 * swap.  A worker keeps those that it no longer needs, up to a limit.
 */
#ifndef HOSTS_NGINX_STORE_H
#define HOSTS_NGINX_STORE_H

#include <apam/apam.h>

#define STORE_SIZE 4096 /* bytes: all but the largest tokens and their headers */

struct store {
	_Alignas(struct apam_header) char bytes[STORE_SIZE - sizeof(void *)];
	struct store *next;	/* of those that nobody has */
};

/* One that nobody else has; NULL: apam has to find memory for itself. */
struct store *store_take(void);

/*
 * Give it back, and set *store to NULL, which it may be.  The signature was
 * released, so that nothing of it is left there.
 */
void store_give_back(struct store **store);

/* Free all that nobody has. */
void store_free_all(void);

#endif
