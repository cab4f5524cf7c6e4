/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each user has of the agent at once, and how much it may have, so that
 * nobody takes it from the others.
 */
#ifndef HOSTS_AGENT_QUOTA_H
#define HOSTS_AGENT_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/number_table.h"

#define QUOTA_REQUESTS 1024	/* that wait for a credential, of one user */
#define QUOTA_PAGES 256		/* whose descriptors one user has not read yet */
#define QUOTA_BYTES (32 * 1024 * 1024) /* of messages kept for one user */
#define QUOTA_TURN_MS 2		/* of the agent's time in one turn of its loop */

enum quota_kind {
	QUOTA_OF_CONNECTIONS,
	QUOTA_OF_REQUESTS,
	QUOTA_OF_PAGES,
	QUOTA_KINDS
};

/* Of one user; there while the user has a connection. */
struct quota_user {
	struct numbered user;	/* its number */
	size_t has[QUOTA_KINDS];
	size_t bytes;		/* of messages that are kept */
	uint64_t turn;		/* in which it had the time */
	int64_t spent;		/* ms */
};

struct quota {
	struct number_table users; /* of struct quota_user */
	size_t most[QUOTA_KINDS]; /* for each user */
};

/*
 * For a process with so many descriptors: one user may have the half of those
 * that are there for connections.
 */
void quota_init(struct quota *quota, size_t descriptors);
void quota_free(struct quota *quota);

/*
 * A connection of a user begins: its entry, for the calls below; NULL, with errno:
 * it has too many (EUSERS), or there is no memory (ENOMEM).  quota_leave ends it.
 */
struct quota_user *quota_enter(struct quota *quota, uint32_t user);
void quota_leave(struct quota *quota, struct quota_user **user);

/* One more of a kind; false where that is too many. */
bool quota_take(const struct quota *quota, struct quota_user *user,
    enum quota_kind kind);
void quota_give(struct quota_user *user, enum quota_kind kind);

/*
 * What is kept of messages for the user grew, or shrank, from `before` bytes to
 * `now`.  False where all of it is too much.
 */
bool quota_weigh(struct quota_user *user, size_t before, size_t now);

/*
 * The user took that many ms in this turn, which is a number that grows.  False
 * where it has had enough: its messages wait for the next turn, so that those of
 * others come before them, however many connections it has.
 */
void quota_spend(struct quota_user *user, uint64_t turn, int64_t ms);
bool quota_has_time(const struct quota_user *user, uint64_t turn);

#endif
