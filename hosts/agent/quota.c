/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A table by the user's number.
 */
#include "agent/quota.h"

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
	for (size_t i = 0; i < QUOTA_BUCKETS; i++)
		while (quota->buckets[i] != NULL) {
			struct quota_user *user = quota->buckets[i];

			quota->buckets[i] = user->next;
			free(user);
		}
}

static struct quota_user **
place_of(struct quota *quota, uint32_t user)
{
	struct quota_user **at = &quota->buckets[user % QUOTA_BUCKETS];

	while (*at != NULL && (*at)->user != user)
		at = &(*at)->next;
	return at;
}

struct quota_user *
quota_enter(struct quota *quota, uint32_t user)
{
	struct quota_user **at = place_of(quota, user);

	if (*at == NULL) {
		*at = calloc(1, sizeof(**at));
		if (*at == NULL)
			return NULL;
		(*at)->user = user;
		quota->users++;
	}
	return quota_take(quota, *at, QUOTA_OF_CONNECTIONS) ? *at : NULL;
}

void
quota_leave(struct quota *quota, struct quota_user **user)
{
	struct quota_user *u = *user, **at;

	*user = NULL;
	if (u == NULL)
		return;
	quota_give(u, QUOTA_OF_CONNECTIONS);
	if (u->has[QUOTA_OF_CONNECTIONS] > 0)
		return;
	at = place_of(quota, u->user);
	*at = u->next;
	quota->users--;
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
