/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libapam in nginx's event loop: one context for a worker, its descriptor among
 * nginx's, its next turn one of nginx's timers.  No thread, nothing that waits.
 */
#ifndef HOSTS_NGINX_ENGINE_H
#define HOSTS_NGINX_ENGINE_H

#include "conf.h"

/* A call under way.  `ended` is posted to nginx's loop once it has ended. */
struct waiting {
	ngx_queue_t queue;
	struct apam_call *call; /* NULL: none */
	ngx_event_t ended;	/* its handler, data and log are the caller's */
};

/*
 * As nginx reads its configuration: open a context and the profiles that it
 * names, and close it again.  NGX_ERROR, with what is wrong in the log.
 */
ngx_int_t engine_try(ngx_cycle_t *cycle);

/* In a worker: open the context that stays, and put it into the loop. */
ngx_int_t engine_start(ngx_cycle_t *cycle);
void engine_stop(ngx_cycle_t *cycle);

/* The worker's context. */
struct apam *engine_context(void);

/*
 * After any call that may have begun an exchange: be there for its next turn.
 * Where all went well, that is at most a refresh ahead of its time, and it is
 * enough to look a moment later.
 */
void engine_called(bool well);

/* Wait for a call.  Forget it in any case, before its memory goes. */
void engine_wait(struct waiting *w);
void engine_forget(struct waiting *w);

#endif
