/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last refusals, for the page.  Anybody can be refused as nobody, without end,
 * so refusals of known callers and those of nobody have places of their own, and
 * do not push each other out.
 */
#ifndef HOSTS_NGINX_REFUSED_H
#define HOSTS_NGINX_REFUSED_H

#include <apam/apam.h>

#include <stdbool.h>

#define REFUSED_KNOWN 100 /* places */
#define REFUSED_NOBODY 30
#define REFUSED_MAX (REFUSED_KNOWN + REFUSED_NOBODY)
#define REFUSED_WHY_SIZE 256

struct refusal {
	uint64_t number;	/* from 1, in order; 0: the place is free */
	uint64_t at, uid, status;
	char profile[APAM_NAME_SIZE], name[32], why[REFUSED_WHY_SIZE];
};

/* Zeroed at first. */
struct refused {
	uint64_t count;		/* ever */
	uint64_t known, nobody;	/* of them */
	struct refusal last[REFUSED_MAX];
};

/* The place of the next refusal, which has its number; the rest is to be set. */
struct refusal *refused_next(struct refused *refused, bool known);

/* The last one with a lower number; NULL: there is none. */
const struct refusal *refused_before(
    const struct refused *refused, uint64_t number);

#endif
