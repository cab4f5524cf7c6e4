/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam inside an event loop that somebody else wrote: libev watches apam_fd
 * and keeps apam_timeout, and its own timer runs on meanwhile.
 */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstrict-aliasing"
#include <ev.h>
#pragma GCC diagnostic pop

#include "support/live.h"
#include "support/run.h"

#define CALLS 20

static struct project p;

static struct host {
	struct ev_loop *loop;
	ev_io io;
	ev_timer due, tick;
	int ticks, pending;
	struct apam_request request;
	struct apam_signature signatures[CALLS];
	struct apam_call *calls[CALLS];
	enum apam_status results[CALLS];
} host;

/* Ask apam when it wants to be called again. */
static void
arm(void)
{
	int ms = apam_timeout(p.ctx);

	ev_timer_stop(host.loop, &host.due);
	if (ms < 0)
		return;
	ev_timer_set(&host.due, ms / 1000.0, 0.);
	ev_timer_start(host.loop, &host.due);
}

static void
collect(void)
{
	for (int i = 0; i < CALLS; i++) {
		if (host.calls[i] == NULL)
			continue;
		host.results[i] = apam_call_result(host.calls[i], &p.err);
		if (host.results[i] == APAM_E_PENDING)
			continue;
		apam_call_cancel(&host.calls[i]);
		host.pending--;
	}
	if (host.pending == 0)
		ev_break(host.loop, EVBREAK_ALL);
}

static void
step(void)
{
	apam_step(p.ctx);
	collect();
	arm();
}

static void
on_readable(struct ev_loop *loop, ev_io *io, int events)
{
	(void)loop;
	(void)io;
	(void)events;
	step();
}

static void
on_due(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
	step();
}

static void
on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
	host.ticks++;
}

static void
setup(void)
{
	live_make(&p);
	project_open(&p, APAM_OPEN_NO_THREAD);
	memset(&host, 0, sizeof(host));
	host.loop = ev_loop_new(EVFLAG_AUTO);
	ck_assert_ptr_nonnull(host.loop);
	ev_io_init(&host.io, on_readable, apam_fd(p.ctx), EV_READ);
	ev_io_start(host.loop, &host.io);
	ev_timer_init(&host.due, on_due, 0., 0.);
	ev_timer_init(&host.tick, on_tick, 0.01, 0.01);
	ev_timer_start(host.loop, &host.tick);
}

static void
teardown(void)
{
	for (int i = 0; i < CALLS; i++) {
		apam_call_cancel(&host.calls[i]);
		apam_signature_release(&host.signatures[i]);
	}
	ev_loop_destroy(host.loop);
	project_remove(&p);
}

static void
begin_all(int timeout_ms)
{
	struct apam_profile *profile = project_get(&p, "live");

	host.request = (struct apam_request)APAM_REQUEST("GET", live_url());
	host.request.timeout_ms = timeout_ms;
	for (int i = 0; i < CALLS; i++) {
		host.signatures[i] = (struct apam_signature)APAM_SIGNATURE_INIT;
		ck_assert_int_eq(
		    apam_sign_start(profile, &host.request, &host.signatures[i],
			&host.calls[i], &p.err),
		    APAM_E_PENDING);
		host.pending++;
	}
	arm();
}

START_TEST(calls_end_while_the_hosts_own_timer_runs)
{
	sandbox_tell(
	    "/fault?provider=7signal&path=" TOKEN_PATH "&kind=delay&arg=500");
	begin_all(0);
	ev_run(host.loop, 0);
	for (int i = 0; i < CALLS; i++) {
		ck_assert_int_eq(host.results[i], APAM_OK);
		ck_assert_uint_eq(host.signatures[i].header_count, 1);
	}
	ck_assert_int_ge(host.ticks, 2);
	ck_assert_int_eq(sandbox_mints(), 1);
	ck_assert_int_eq(live_send(&host.signatures[0]), 200);
}
END_TEST

START_TEST(deadlines_end_them)
{
	int64_t start = live_ms();

	sandbox_tell(
	    "/fault?provider=7signal&path=" TOKEN_PATH "&kind=hang&count=1");
	begin_all(1000);
	ev_run(host.loop, 0);
	for (int i = 0; i < CALLS; i++)
		ck_assert_int_eq(host.results[i], APAM_E_DEADLINE);
	ck_assert_int_ge(live_ms() - start, 1000);
	ck_assert_int_ge(host.ticks, 2);
	sandbox_tell("/clear");
}
END_TEST

static Suite *
libev_suite(void)
{
	Suite *suite = suite_create("libev");
	TCase *tc = tcase_create("libev");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	suite_add_tcase(suite, tc);
	tcase_add_test(tc, calls_end_while_the_hosts_own_timer_runs);
	tcase_add_test(tc, deadlines_end_them);
	return suite;
}

int
main(void)
{
	int failed;

	sandbox_start();
	failed = run_suite(libev_suite());
	sandbox_stop();
	return failed;
}
