/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A turn of the loop: wait for clients, the context's exchanges or time; do
 * what came; then see which requests that wait have something new to hear.
 */
#include "agent/server.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/filter.h"
#include "agent/handover.h"
#include "agent/harden.h"
#include "agent/passed.h"
#include "agent/signals.h"
#include "agent/waiting.h"
#include "api/serve.h"
#include "api/serve_page.h"
#include "base/clock.h"
#include "base/sanitizer.h"
#include "file/runner.h"

#define TICK_MS 1000
#define PAUSE_MS 10
#define READY "serving" /* as systemctl status shows it */

void
server_refused(struct server *s, enum metrics_refusal why, int64_t user,
    const char *format, ...)
{
	va_list args;

	metrics_refused(s->metrics, why);
	va_start(args, format);
	agent_log_va(&s->log, user, APAM_LOG_WARNING, format, args);
	va_end(args);
}

bool
server_tell_metrics(void *server, struct buf *to)
{
	struct server *s = server;
	const struct metrics_now now = { .connections = s->connection_count,
		.users = s->quota.users.count,
		.requests = s->waiting_count,
		.pages = pages_count(&s->pages) };

	return metrics_write(s->metrics, s->ctx, &now, to);
}

/* ---- What is watched --------------------------------------------------- */

static struct server *
server_of_listener(struct watch *watch)
{
	return (struct server *)(void *)((char *)watch -
	    offsetof(struct server, listener));
}

static void
on_client(struct watch *watch, unsigned events)
{
	(void)events;
	connection_accept(server_of_listener(watch));
}

/* An exchange of the context was begun, or has news. */
static void
on_exchange(struct watch *watch, unsigned events)
{
	struct server *s = (struct server *)(void *)((char *)watch -
	    offsetof(struct server, context));

	(void)events;
	s->step_at = 0;
}

/* Reloading is done at once; the service manager is told of begin and end. */
static void
reload(struct server *s)
{
	sd_notify_reloading(&s->manager);
	serve_look(s->ctx);
	sd_notify_ready(&s->manager, READY);
}

static void
on_signal(struct watch *watch, unsigned events)
{
	struct server *s = (struct server *)(void *)((char *)watch -
	    offsetof(struct server, signals));
	const unsigned seen = signals_take();

	(void)events;
	if (seen & SIGNALS_END) {
		sd_notify_stopping(&s->manager);
		s->ending = true;
	}
	if (seen & SIGNALS_RELOAD)
		reload(s);
}

static const char no_helper[] =
    "the process that runs the programs of exec: secrets has ended, and so does "
    "the agent";

/* It cannot be started anew: this process may start none, and has secrets. */
static void
on_helper_ended(struct watch *watch, unsigned events)
{
	struct server *s = (struct server *)(void *)((char *)watch -
	    offsetof(struct server, helper));

	(void)events;
	if (s->ending)
		return;
	agent_log(&s->log, AGENT_LOG_NO_USER, APAM_LOG_ERROR, "%s", no_helper);
	sd_notify_stopping(&s->manager);
	s->ending = true;
	s->code = AGENT_INTERNAL;
}

static bool
watch(struct server *s, struct watch *w, int fd,
    void (*ready)(struct watch *watch, unsigned events))
{
	w->fd = fd;
	w->ready = ready;
	return fd >= 0 && loop_add(&s->loop, w, WATCH_IN);
}

/* ---- Beginning --------------------------------------------------------- */

static const char no_descriptors[] =
    "the system gives no descriptors to wait for clients";
static const char no_memory[] = "out of memory";

static enum agent_exit
fail(enum agent_exit code, const char *text)
{
	fprintf(stderr, "apamd: %s\n", text);
	return code;
}

static enum agent_exit
exit_of(enum apam_status status)
{
	switch (APAM_CLASS(status)) {
	case APAM_CLASS_USAGE:
		return AGENT_USAGE;
	case APAM_CLASS_TEMPORARY:
		return AGENT_TEMPORARY;
	case APAM_CLASS_INTERNAL:
		return AGENT_INTERNAL;
	default:
		return AGENT_CONFIG;
	}
}

static enum agent_exit
open_context(struct server *s)
{
	const struct apam_open_options options = { .size = sizeof(options),
		.config = s->options.config,
		.flags = APAM_OPEN_NO_TLS_ENVIRONMENT |
		    (s->options.user ? APAM_OPEN_USER : 0),
		.log = agent_log_line,
		.log_level = s->options.debug ? APAM_LOG_DEBUG :
						APAM_LOG_WARNING };
	struct apam_error err = APAM_ERROR_INIT;
	const enum apam_status status = serve_open(&options, &s->ctx, &err);

	if (status == APAM_OK)
		return AGENT_DONE;
	if (err.file[0] != '\0' && err.line == 0)
		fprintf(stderr, "apamd: %s: %s\n", err.file, err.text);
	else if (err.file[0] != '\0')
		fprintf(
		    stderr, "apamd: %s:%u: %s\n", err.file, err.line, err.text);
	else
		fprintf(stderr, "apamd: %s\n", err.text);
	return exit_of(status);
}

static enum agent_exit
open_scrape(struct server *s)
{
	int error;
	const char *wrong;

	s->scrape.loop = &s->loop;
	s->scrape.tell = server_tell_metrics;
	s->scrape.arg = s;
	wrong = scrape_open(&s->scrape, s->options.metrics, &error);
	if (wrong == NULL)
		return AGENT_DONE;
	if (error == 0)
		return fail(AGENT_USAGE, wrong);
	fprintf(stderr, "apamd: %s: %s: %s\n", s->options.metrics, wrong,
	    strerror(error));
	return AGENT_CONFIG;
}

/* From here on the process starts no program and opens no listening socket. */
static enum agent_exit
confine(void)
{
#ifndef SANITIZED
	int error;
	const char *wrong = filter_enter(&error);

	if (wrong != NULL) {
		fprintf(stderr, "apamd: %s: %s\n", wrong, strerror(error));
		return AGENT_INTERNAL;
	}
#endif
	return AGENT_DONE;
}

static enum agent_exit
begin(struct server *s, const struct agent_options *options)
{
	const char *why_not;

	*s = (struct server){
		.options = *options, .loop.set = -1, .manager.fd = -1
	};
	scrape_init(&s->scrape);
	link_init(&s->takeover.link);
	s->listening.fd = s->listening.lock = -1;
	buf_init(&s->items, FRAME_ITEMS_MAX);
	buf_init_plain(&s->held, FRAME_MAX);
	if (!passed_find())
		return fail(AGENT_INTERNAL, no_memory);
	/* This comes first: once there is a socket, others may send signals. */
	if (!loop_make(&s->loop) ||
	    !watch(s, &s->signals, signals_open(), on_signal))
		return fail(AGENT_INTERNAL, no_descriptors);
	why_not = sd_notify_open(&s->manager);
	if (why_not != NULL)
		agent_log(&s->log, AGENT_LOG_NO_USER, APAM_LOG_WARNING, "%s",
		    why_not);
	return AGENT_DONE;
}

/*
 * An agent that has not begun to serve, or was just killed, may have the lock
 * and no socket: it is tried again.
 */
static enum agent_exit
take_over(struct server *s, char why[APAM_TEXT_SIZE])
{
	const int64_t deadline = clock_ms() + TAKEOVER_MS;
	enum agent_exit code;
	bool again;

	do {
		code = takeover_begin(&s->takeover, s->listening.path, why);
		if (code != AGENT_DONE)
			return code;
		code = listen_open(&s->listening, &s->options, why);
		again = code == AGENT_TEMPORARY && !s->takeover.found &&
		    clock_left(deadline) > 0;
		if (again)
			clock_sleep(PAUSE_MS);
	} while (again);
	return code;
}

/* The socket, its own or what the agent before this one hands over. */
static enum agent_exit
open_socket(struct server *s)
{
	char why[APAM_TEXT_SIZE];
	enum agent_exit code = listen_find(&s->listening, &s->options, why);

	if (code == AGENT_DONE)
		code = s->options.replace ?
		    take_over(s, why) :
		    listen_open(&s->listening, &s->options, why);
	return code == AGENT_DONE ? code : fail(code, why);
}

static void
open_uses(struct server *s)
{
	const char *state_dir = apam_directory(s->ctx, "state_dir");
	struct apam_error err = APAM_ERROR_INIT;

	if (!uses_open(&s->calls.uses, state_dir, s->options.user, &err))
		agent_log(&s->log, AGENT_LOG_NO_USER, APAM_LOG_WARNING,
		    "who uses which key cannot be noted: %s", err.text);
}

/* What is said once, so that an administrator sees what it does. */
static void
say_hello(struct server *s)
{
	const char *expected = serve_expected_socket(s->ctx);
	char path[LISTEN_PATH_SIZE];

	listen_path(&s->listening, path);
	agent_log(&s->log, AGENT_LOG_NO_USER, APAM_LOG_INFO,
	    "serves at %s (profiles in %s: %zu); --debug has it say more", path,
	    apam_directory(s->ctx, "profile_dir"), serve_profile_count(s->ctx));
	if (expected != NULL && strcmp(expected, path) != 0)
		agent_log(&s->log, AGENT_LOG_NO_USER, APAM_LOG_WARNING,
		    "programs look for the agent at %s, and this one listens "
		    "at %s: set agent_socket in the main file, or --socket",
		    expected, path);
}

/*
 * Clients are heard from here on.  All that can fail is done: the agent before
 * this one serves no more, and its pages are this one's.
 */
static enum agent_exit
serve(struct server *s)
{
	if (runner_has_ended())
		return fail(AGENT_INTERNAL, no_helper);
	if (!takeover_end(&s->takeover))
		return fail(AGENT_TEMPORARY,
		    "the other apamd did not wait for this one, and goes on");
	listen_own(&s->listening);
	pages_init(&s->pages, s->ctx, &s->manager, &s->log);
	pages_adopt(&s->pages, !s->takeover.found);
	passed_close();
	say_hello(s);
	sd_notify_ready(&s->manager, READY);
	takeover_served(&s->takeover);
	return AGENT_DONE;
}

enum agent_exit
server_open(struct server *s, const struct agent_options *options)
{
	enum agent_exit code = begin(s, options);

	if (code != AGENT_DONE)
		return code;
	harden_process();
	s->metrics = metrics_new();
	if (s->metrics == NULL)
		return fail(AGENT_INTERNAL,
		    errno == ENOMEM ? no_memory : "/proc cannot be read");
	quota_init(&s->quota, harden_descriptors());
	code = open_context(s);
	if (code == AGENT_DONE)
		code = open_socket(s);
	if (code != AGENT_DONE)
		return code;
	open_uses(s);
	if (!watch(s, &s->listener, s->listening.fd, on_client) ||
	    !watch(s, &s->context, apam_fd(s->ctx), on_exchange) ||
	    !watch(s, &s->helper, runner_descriptor(), on_helper_ended))
		return fail(AGENT_INTERNAL, no_descriptors);
	code = open_scrape(s);
	if (code == AGENT_DONE)
		code = confine();
	return code == AGENT_DONE ? serve(s) : code;
}

/* ---- Turning ----------------------------------------------------------- */

/* The least of those that are not below 0. */
static int
least(int a, int b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

/* Without clients nothing has to be looked at each second. */
static int
tick_due(const struct server *s)
{
	int64_t left;

	if (s->connections == NULL && !s->calls.uses.changed && !s->deaf)
		return -1;
	left = s->ticked + TICK_MS - s->loop.now;
	return left < 0 ? 0 : (int)left;
}

static void
tick(struct server *s)
{
	const int64_t now = s->loop.now;

	if (now - s->ticked < TICK_MS)
		return;
	s->ticked = now;
	connection_tick(s, now);
	uses_tick(&s->calls.uses, now);
	agent_log_tick(&s->log, now);
}

/* When the watchdog is to be fed; without clients, too. */
static int
feed_due(const struct server *s)
{
	int64_t left;

	if (s->manager.alive_ms < 0)
		return -1;
	left = s->fed + s->manager.alive_ms - clock_ms();
	return left < 0 ? 0 : (int)left;
}

static void
feed(struct server *s)
{
	if (feed_due(s) != 0)
		return;
	s->fed = clock_ms();
	sd_notify_alive(&s->manager);
}

/*
 * Most turns only sign, and to move exchanges that are not there would take as
 * long as that.
 */
static void
step(struct server *s)
{
	int ms;

	if (s->step_at == INT64_MAX || clock_ms() < s->step_at)
		return;
	apam_step(s->ctx);
	ms = apam_timeout(s->ctx);
	s->step_at = ms < 0 ? INT64_MAX : clock_ms() + ms;
}

static int
step_due(const struct server *s)
{
	return s->step_at == INT64_MAX ? -1 : clock_left(s->step_at);
}

static void
turn(struct server *s)
{
	s->turn++;
	loop_wait(&s->loop,
	    least(least(step_due(s), waiting_due(s)),
		least(least(tick_due(s), feed_due(s)),
		    least(pages_wait(&s->pages), scrape_due(&s->scrape)))));
	step(s);
	waiting_try(s);
	pages_turn(&s->pages);
	tick(s);
	feed(s);
	scrape_tick(&s->scrape);
	handover_turn(s);
	connection_bury(s);
}

enum agent_exit
server_run(struct server *s)
{
	while (!s->ending)
		turn(s);
	return s->code;
}

void
server_close(struct server *s)
{
	while (s->connections != NULL)
		connection_end(s->connections);
	connection_bury(s);
	calls_close(&s->calls);
	scrape_close(&s->scrape);
	takeover_drop(&s->takeover);
	pages_end(&s->pages);
	sd_notify_close(&s->manager);
	quota_free(&s->quota);
	listen_close(&s->listening);
	loop_unmake(&s->loop);
	buf_free(&s->items);
	buf_free(&s->held);
	apam_close(&s->ctx);
	metrics_free(&s->metrics);
	agent_log_end(&s->log);
}
