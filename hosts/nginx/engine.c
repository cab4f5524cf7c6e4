/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The context's descriptor is level-triggered: it stays readable until a turn
 * has done what there is.  The timer alone does not keep a worker from ending,
 * which waits for other timers than such as may be cancelled.
 */
#include "engine.h"

#include "store.h"

#define LOOK_MS 20 /* to ask for its next turn at each request takes longer */

static struct apam *context;
static ngx_connection_t *connection; /* of the context's descriptor */
static ngx_event_t timer;
static ngx_queue_t waiting;

/* ---- Opening ---------------------------------------------------------- */

static const ngx_uint_t levels[] = { NGX_LOG_ERR, NGX_LOG_ERR, NGX_LOG_WARN,
	NGX_LOG_INFO, NGX_LOG_DEBUG };

static void
log_line(void *arg, enum apam_log_level level, const char *line)
{
	const ngx_uint_t as = level > APAM_LOG_DEBUG ? NGX_LOG_DEBUG :
						       levels[level];

	(void)arg;
	ngx_log_error(as, ngx_cycle->log, 0, "apam: %s", line);
}

static void
complain(ngx_log_t *log, const char *profile, const struct apam_error *err)
{
	ngx_log_error(NGX_LOG_EMERG, log, 0, "apam: %s%s%s%s%s", profile,
	    profile[0] == '\0' ? "" : ": ", err->text,
	    err->file[0] == '\0' ? "" : ", in ", err->file);
}

static struct apam *
open_context(ngx_cycle_t *cycle, const struct main_conf *main)
{
	struct apam_open_options options = { .size = sizeof(options),
		.config = main->config.len == 0 ?
		    NULL :
		    (const char *)main->config.data,
		.flags = APAM_OPEN_NO_THREAD | APAM_OPEN_NO_TLS_ENVIRONMENT |
		    (main->user ? APAM_OPEN_USER : 0),
		.log_level = (enum apam_log_level)main->log_level,
		.log = log_line };
	struct apam_error err = APAM_ERROR_INIT;
	struct apam *ctx = NULL;

	if (apam_open(&options, &ctx, &err) != APAM_OK)
		complain(cycle->log, "", &err);
	return ctx;
}

/* NULL: nginx has no use for the library, and does not need its files. */
static const struct main_conf *
main_conf_of(ngx_cycle_t *cycle)
{
	const struct main_conf *main = ngx_http_cycle_get_module_main_conf(
	    cycle, ngx_http_apam_module);

	return main != NULL && main->in_use ? main : NULL;
}

/* Read the profiles that are named; false, with all that is wrong said. */
static bool
read_profiles(
    ngx_cycle_t *cycle, const struct main_conf *main, struct apam *ctx)
{
	const ngx_str_t *name = main->profiles.elts;
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_profile *profile;
	bool ok = true;

	for (ngx_uint_t i = 0; i < main->profiles.nelts; i++)
		if (apam_profile_get(ctx, (const char *)name[i].data, &profile,
			&err) != APAM_OK) {
			complain(cycle->log, (const char *)name[i].data, &err);
			ok = false;
		}
	return ok;
}

/*
 * Load their modules and read their secrets now, so that no request waits for
 * that.  What is wrong is said to whom it concerns, when a request comes.
 */
static void
warm_profiles(const struct main_conf *main)
{
	const ngx_str_t *name = main->profiles.elts;
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_profile *profile;
	size_t none;

	for (ngx_uint_t i = 0; i < main->profiles.nelts; i++) {
		none = 0;
		if (apam_profile_get(context, (const char *)name[i].data,
			&profile, &err) == APAM_OK)
			err.status = apam_profile_status(profile, NULL, &none,
			    sizeof(struct apam_entry_status), NULL, NULL);
	}
}

ngx_int_t
engine_try(ngx_cycle_t *cycle)
{
	const struct main_conf *main = main_conf_of(cycle);
	struct apam *ctx;
	bool ok;

	if (main == NULL)
		return NGX_OK;
	ctx = open_context(cycle, main);
	ok = ctx != NULL && read_profiles(cycle, main, ctx);
	apam_close(&ctx);
	return ok ? NGX_OK : NGX_ERROR;
}

/* ---- The loop --------------------------------------------------------- */

static bool looks_soon; /* its next turn is within LOOK_MS */

static void
arm(void)
{
	const int ms = apam_timeout(context);

	looks_soon = false;
	/* A request that waits does keep it. */
	timer.cancelable = ngx_queue_empty(&waiting);
	if (ms < 0 && timer.timer_set)
		ngx_del_timer(&timer);
	else if (ms >= 0)
		ngx_add_timer(&timer, (ngx_msec_t)ms + 1);
}

void
engine_called(bool well)
{
	if (!well) {
		arm();
		return;
	}
	if (looks_soon)
		return;
	looks_soon = true;
	if (!timer.timer_set ||
	    (ngx_msec_int_t)(timer.timer.key - ngx_current_msec) > LOOK_MS)
		ngx_add_timer(&timer, LOOK_MS);
}

/* What has ended is posted, and taken from the list meanwhile. */
static void
tell_waiting(void)
{
	struct apam_error err = APAM_ERROR_INIT;
	ngx_queue_t *next;

	for (ngx_queue_t *q = ngx_queue_head(&waiting);
	     q != ngx_queue_sentinel(&waiting); q = next) {
		struct waiting *w = ngx_queue_data(q, struct waiting, queue);

		next = ngx_queue_next(q);
		if (apam_call_result(w->call, &err) == APAM_E_PENDING)
			continue;
		ngx_queue_remove(q);
		ngx_queue_init(q);
		ngx_post_event(&w->ended, &ngx_posted_events);
	}
}

static void
turn(ngx_event_t *event)
{
	(void)event;
	apam_step(context);
	tell_waiting();
	arm();
}

static ngx_int_t
enter_loop(ngx_cycle_t *cycle)
{
	const int fd = apam_fd(context);

	if (fd < 0)
		return NGX_ERROR;
	connection = ngx_get_connection(fd, cycle->log);
	if (connection == NULL)
		return NGX_ERROR;
	connection->read->handler = turn;
	connection->read->log = cycle->log;
	connection->data = NULL;
	return ngx_add_event(connection->read, NGX_READ_EVENT, NGX_LEVEL_EVENT);
}

ngx_int_t
engine_start(ngx_cycle_t *cycle)
{
	const struct main_conf *main = main_conf_of(cycle);

	ngx_queue_init(&waiting);
	if (main == NULL)
		return NGX_OK;
	context = open_context(cycle, main);
	if (context == NULL)
		return NGX_ERROR;
	timer.handler = turn;
	timer.log = cycle->log;
	timer.data = &timer;
	timer.cancelable = 1;
	warm_profiles(main);
	if (enter_loop(cycle) != NGX_OK) {
		ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
		    "apam: its descriptor cannot be watched: raise "
		    "worker_connections");
		return NGX_ERROR;
	}
	arm();
	return NGX_OK;
}

void
engine_stop(ngx_cycle_t *cycle)
{
	(void)cycle;
	if (timer.timer_set)
		ngx_del_timer(&timer);
	if (connection != NULL) {
		(void)ngx_del_event(connection->read, NGX_READ_EVENT, 0);
		ngx_free_connection(connection);
		connection->fd = (ngx_socket_t)-1;
		connection = NULL;
	}
	apam_close(&context);
	store_free_all();
}

struct apam *
engine_context(void)
{
	return context;
}

/* ---- Calls ------------------------------------------------------------ */

void
engine_wait(struct waiting *w)
{
	ngx_queue_insert_tail(&waiting, &w->queue);
	arm();
}

void
engine_forget(struct waiting *w)
{
	/* nginx's macros are several statements. */
	if (w->queue.next != NULL) {
		ngx_queue_remove(&w->queue);
	}
	w->queue.next = NULL;
	if (w->ended.posted) {
		ngx_delete_posted_event(&w->ended);
	}
	if (w->call != NULL)
		apam_call_cancel(&w->call);
}
