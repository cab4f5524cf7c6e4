/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A new event takes back the answer to the last one.
 */
#include "flight/login.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/refs.h"
#include "base/str.h"
#include "text/url.h"

struct login *
login_new(
    struct loop *loop, pthread_mutex_t *lock, const struct login_wish *wish)
{
	struct login *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	refs_init(&l->refs);
	l->lock = lock;
	l->loop = loop;
	l->way = wish->way;
	clock_condition(&l->changed);
	buf_init(&l->prompt.text, APAM_TEXT_SIZE);
	buf_init(&l->prompt.url, URL_MAX);
	buf_init(&l->prompt.code, APAM_TEXT_SIZE);
	buf_init(&l->redirected, LOGIN_REDIRECTED_MAX);
	error_init(&l->outcome);
	if (wish->redirect_uri == NULL)
		return l;
	l->redirect_uri = str_dup(apam_str(wish->redirect_uri));
	if (l->redirect_uri == NULL)
		login_release(&l);
	return l;
}

struct login *
login_hold(struct login *l)
{
	refs_hold(&l->refs);
	return l;
}

void
login_release(struct login **login)
{
	struct login *l = *login;

	*login = NULL;
	if (l == NULL || !refs_drop(&l->refs))
		return;
	durable_copy_free(&l->old);
	buf_free(&l->prompt.text);
	buf_free(&l->prompt.url);
	buf_free(&l->prompt.code);
	buf_free(&l->redirected);
	free(l->redirect_uri);
	free(l);
}

void
login_set_event(struct login *l, enum login_event event)
{
	l->event = event;
	l->seen = false;
	atomic_store(&l->answered, false);
	pthread_cond_broadcast(&l->changed);
}

void
login_end(struct login *l, const struct apam_error *outcome)
{
	pthread_mutex_lock(l->lock);
	l->outcome = *outcome;
	login_set_event(l, LOGIN_ENDED);
	pthread_mutex_unlock(l->lock);
}

void
login_leave(struct login **login)
{
	struct login *l = *login;

	if (l == NULL)
		return;
	pthread_mutex_lock(l->lock);
	if (l->event != LOGIN_ENDED) {
		(void)error_set(&l->outcome, APAM_E_USAGE,
		    "the login belongs to the process that began it");
		/* In a child of a fork no thread waits that seems to wait. */
		clock_condition(&l->changed);
		login_set_event(l, LOGIN_ENDED);
	}
	pthread_mutex_unlock(l->lock);
	login_release(login);
}
