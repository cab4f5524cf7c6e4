/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is counted for each user, by its number.
 */
#include "agent/quota.h"

#include <errno.h>
#include <stdlib.h>

#define OWN_DESCRIPTORS 64 /* files, exchanges, the loop's */

void
quota_init(struct quota *quota, size_t descriptors)
{
	*quota = (struct quota){ 0 };
	quota->most[QUOTA_OF_CONNECTIONS] = descriptors > 4 * OWN_DESCRIPTORS ?
	    (descriptors - OWN_DESCRIPTORS) / 2 :
	    OWN_DESCRIPTORS;
	quota->most[QUOTA_OF_REQUESTS] = QUOTA_REQUESTS;
	quota->most[QUOTA_OF_PAGES] = QUOTA_PAGES;
}

void
quota_free(struct quota *quota)
{
	struct numbered *user;

	while ((user = number_table_take(&quota->users)) != NULL)
		free(user);
}

struct quota_user *
quota_enter(struct quota *quota, uint32_t user)
{
	struct quota_user *u = (struct quota_user *)(void *)number_table_find(
	    &quota->users, user);

	if (u == NULL) {
		u = calloc(1, sizeof(*u));
		if (u == NULL)
			return NULL;
		u->user.number = user;
		number_table_add(&quota->users, &u->user);
	}
	if (quota_take(quota, u, QUOTA_OF_CONNECTIONS))
		return u;
	errno = EUSERS;
	return NULL;
}

void
quota_leave(struct quota *quota, struct quota_user **user)
{
	struct quota_user *u = *user;

	*user = NULL;
	if (u == NULL)
		return;
	quota_give(u, QUOTA_OF_CONNECTIONS);
	if (u->has[QUOTA_OF_CONNECTIONS] > 0)
		return;
	number_table_remove(&quota->users, &u->user);
	free(u);
}

bool
quota_take(
    const struct quota *quota, struct quota_user *user, enum quota_kind kind)
{
	if (user->has[kind] >= quota->most[kind])
		return false;
	user->has[kind]++;
	return true;
}

void
quota_give(struct quota_user *user, enum quota_kind kind)
{
	if (user->has[kind] > 0)
		user->has[kind]--;
}

bool
quota_weigh(struct quota_user *user, size_t before, size_t now)
{
	user->bytes = user->bytes - before + now;
	return user->bytes <= QUOTA_BYTES;
}

void
quota_spend(struct quota_user *user, uint64_t turn, int64_t ms)
{
	if (user->turn != turn)
		user->spent = 0;
	user->turn = turn;
	user->spent += ms;
}

bool
quota_has_time(const struct quota_user *user, uint64_t turn)
{
	return user->turn != turn || user->spent < QUOTA_TURN_MS;
}
