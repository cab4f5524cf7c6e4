/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that do not block, against the sandbox: many at once in one thread
 * with poll(2), cancelled at any stage, timed out, beside a slow provider.
 */
#include <poll.h>

#include "support/live.h"
#include "support/run.h"

#define MANY 100

static struct project p;

struct one {
	struct apam_profile *profile;
	struct apam_request request;
	struct apam_signature signature;
	struct apam_call *call;
	enum apam_status status;
	int64_t ended;
};

static struct one many[MANY];

static void
setup(void)
{
	live_make(&p);
	project_open(&p, APAM_OPEN_NO_THREAD);
}

static void
teardown(void)
{
	project_remove(&p);
}

/* ---- Driving ------------------------------------------------------------- */

static void
begin(struct one *one, struct apam_profile *profile, int timeout_ms)
{
	one->profile = profile;
	one->request = (struct apam_request)APAM_REQUEST("GET", live_url());
	one->request.timeout_ms = timeout_ms;
	one->signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	one->status = apam_sign_start(
	    profile, &one->request, &one->signature, &one->call, &p.err);
	ck_assert_msg((one->status == APAM_E_PENDING) == (one->call != NULL),
	    "%s: %s", apam_status_name(one->status), p.err.text);
}

static void
end(struct one *one)
{
	apam_call_cancel(&one->call);
	apam_signature_release(&one->signature);
}

/* One turn of a host's loop. */
static void
turn(int wait_ms)
{
	struct pollfd fd = { .fd = apam_fd(p.ctx), .events = POLLIN };
	int timeout = apam_timeout(p.ctx);

	ck_assert_int_ge(fd.fd, 0);
	if (timeout < 0 || timeout > wait_ms)
		timeout = wait_ms;
	ck_assert_int_ge(poll(&fd, 1, timeout), 0);
	apam_step(p.ctx);
}

/* Ask for a result; true where it has ended. */
static bool
ended(struct one *one)
{
	if (one->call == NULL || one->status != APAM_E_PENDING)
		return true;
	one->status = apam_call_result(one->call, &p.err);
	one->ended = live_ms();
	return one->status != APAM_E_PENDING;
}

static void
drive(struct one *list, int n)
{
	int64_t up = live_ms() + 60000;
	int left;

	do {
		ck_assert_int_lt(live_ms(), up);
		turn(1000);
		left = 0;
		for (int i = 0; i < n; i++)
			left += !ended(&list[i]);
	} while (left > 0);
}

/* ---- Tests --------------------------------------------------------------- */

START_TEST(a_hundred_profiles_in_one_thread)
{
	char name[16];
	int64_t start;

	for (int i = 0; i < MANY; i++) {
		(void)snprintf(name, sizeof(name), "p%d", i);
		live_profile_as(&p, name, "", "");
	}
	sandbox_tell(
	    "/fault?provider=7signal&path=" TOKEN_PATH "&kind=delay&arg=200");
	start = live_ms();
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(name, sizeof(name), "p%d", i);
		begin(&many[i], project_get(&p, name), 0);
		ck_assert_int_eq(many[i].status, APAM_E_PENDING);
	}
	drive(many, MANY);
	printf("%d profiles at once: %lld ms\n", MANY,
	    (long long)(live_ms() - start));
	for (int i = 0; i < MANY; i++) {
		ck_assert_int_eq(many[i].status, APAM_OK);
		ck_assert_uint_eq(many[i].signature.header_count, 1);
	}
	ck_assert_int_eq(live_send(&many[0].signature), 200);
	ck_assert_int_eq(sandbox_mints(), MANY);
	for (int i = 0; i < MANY; i++)
		end(&many[i]);
}
END_TEST

START_TEST(a_hundred_calls_of_one_profile_make_one_exchange)
{
	struct apam_profile *profile = project_get(&p, "live");

	for (int i = 0; i < MANY; i++)
		begin(&many[i], profile, 0);
	drive(many, MANY);
	for (int i = 0; i < MANY; i++) {
		ck_assert_int_eq(many[i].status, APAM_OK);
		end(&many[i]);
	}
	ck_assert_int_eq(sandbox_mints(), 1);
	/* Now that there is a credential there is nothing to wait for. */
	begin(&many[0], profile, 0);
	ck_assert_int_eq(many[0].status, APAM_OK);
	ck_assert_ptr_null(many[0].call);
	end(&many[0]);
}
END_TEST

/* After so many turns; the exchange goes on or not, and another call works. */
START_TEST(a_call_cancelled_at_any_stage)
{
	struct apam_profile *profile = project_get(&p, "live");

	begin(&many[0], profile, 0);
	for (int i = 0; i < _i; i++)
		turn(20);
	end(&many[0]);
	ck_assert_ptr_null(many[0].call);
	begin(&many[1], profile, 0);
	drive(&many[1], 1);
	ck_assert_int_eq(many[1].status, APAM_OK);
	ck_assert_int_eq(sandbox_mints(), 1);
	end(&many[1]);
}
END_TEST

START_TEST(closing_with_an_exchange_under_way)
{
	begin(&many[0], project_get(&p, "live"), 0);
	for (int i = 0; i < _i; i++)
		turn(10);
	end(&many[0]);
	apam_close(&p.ctx);
}
END_TEST

START_TEST(a_call_ends_at_its_deadline)
{
	int64_t start = live_ms();

	sandbox_tell(
	    "/fault?provider=7signal&path=" TOKEN_PATH "&kind=hang&count=1");
	begin(&many[0], project_get(&p, "live"), 300);
	ck_assert_int_le(apam_timeout(p.ctx), 300);
	drive(many, 1);
	ck_assert_int_eq(many[0].status, APAM_E_DEADLINE);
	ck_assert_int_ge(live_ms() - start, 300);
	end(&many[0]);
	sandbox_tell("/clear");
}
END_TEST

START_TEST(a_slow_provider_does_not_hold_up_another)
{
	struct one *slow = &many[0], *fast = &many[1];
	int64_t start;
	char text[1024];

	project_module(&p, "key-secret-archiveable", false);
	project_secret(&p, "xy", "not-a-secret-xy-read");
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://127.0.0.1:%d\" ];\n"
	    "ca_file = \"%s/ca.pem\";\nauth = ( {\n"
	    "scheme = \"key-secret-archiveable\"; key = \"sandbox-read\";\n"
	    "secret = \"file:%s/xy\"; mode = \"exchange\";\n"
	    "exchange = { url = \"https://127.0.0.1:%d/api/v1/auth\"; };\n"
	    "} );\n",
	    sandbox.xysense, sandbox.dir, p.dir, sandbox.xysense);
	project_profile(&p, "fast", text);
	(void)snprintf(text, sizeof(text),
	    "https://127.0.0.1:%d/api/v1/occupancy", sandbox.xysense);
	sandbox_tell(
	    "/fault?provider=7signal&path=" TOKEN_PATH "&kind=delay&arg=2000");
	start = live_ms();
	begin(slow, project_get(&p, "live"), 0);
	*fast = (struct one){ .profile = project_get(&p, "fast"),
		.request = APAM_REQUEST("GET", text),
		.signature = APAM_SIGNATURE_INIT };
	fast->status = apam_sign_start(fast->profile, &fast->request,
	    &fast->signature, &fast->call, &p.err);
	ck_assert_msg(fast->status == APAM_E_PENDING, "%s", p.err.text);
	drive(many, 2);
	ck_assert_msg(fast->status == APAM_OK, "%s", p.err.text);
	ck_assert_int_eq(slow->status, APAM_OK);
	ck_assert_int_lt(fast->ended - start, 1200);
	ck_assert_int_ge(slow->ended - start, 1900);
	end(slow);
	end(fast);
}
END_TEST

START_TEST(a_failure_ends_all_its_calls)
{
	struct apam_profile *profile = project_get(&p, "live");

	sandbox_tell(
	    "/fault?provider=7signal&path=" TOKEN_PATH "&kind=500&count=1");
	for (int i = 0; i < 10; i++)
		begin(&many[i], profile, 0);
	drive(many, 10);
	for (int i = 0; i < 10; i++) {
		ck_assert_uint_eq(
		    APAM_CLASS(many[i].status), APAM_CLASS_TEMPORARY);
		end(&many[i]);
	}
	ck_assert_int_eq(sandbox_mints(), 1);
}
END_TEST

/* A host may use both ways on one context. */
START_TEST(a_blocking_call_drives_the_others)
{
	struct apam_profile *profile = project_get(&p, "live");

	begin(&many[0], profile, 0);
	ck_assert_int_eq(live_try(profile), APAM_OK);
	ck_assert(ended(&many[0]));
	ck_assert_int_eq(many[0].status, APAM_OK);
	ck_assert_int_eq(sandbox_mints(), 1);
	end(&many[0]);
}
END_TEST

START_TEST(refreshes_need_no_call)
{
	struct apam_profile *profile = project_get(&p, "live");
	int64_t ends = live_ms() + 20000;
	uint64_t first, last = 0;

	sandbox_tell("/life?provider=7signal&seconds=6");
	begin(&many[0], profile, 0);
	drive(many, 1);
	first = many[0].signature.generation;
	end(&many[0]);
	while (last <= first && live_ms() < ends) {
		begin(&many[0], profile, 0);
		ck_assert_int_eq(many[0].status, APAM_OK);
		turn(20);
		last = many[0].signature.generation;
		end(&many[0]);
	}
	ck_assert_uint_gt(last, first);
	ck_assert_int_ge(sandbox_mints(), 2);
}
END_TEST

START_TEST(a_threaded_context_refuses_them)
{
	struct apam_profile *profile;
	struct apam_call *call = (void *)&p;

	apam_close(&p.ctx);
	project_open(&p, 0);
	profile = project_get(&p, "live");
	many[0].request = (struct apam_request)APAM_REQUEST("GET", live_url());
	many[0].signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	ck_assert_int_eq(apam_sign_start(profile, &many[0].request,
			     &many[0].signature, &call, &p.err),
	    APAM_E_USAGE);
	ck_assert_ptr_null(call);
	ck_assert_ptr_nonnull(strstr(p.err.text, "APAM_OPEN_NO_THREAD"));
	apam_step(p.ctx);
	apam_call_cancel(&call);
}
END_TEST

static Suite *
call_suite(void)
{
	Suite *suite = suite_create("call_live");
	TCase *tc = tcase_create("call_live");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	suite_add_tcase(suite, tc);
	tcase_add_test(tc, a_hundred_profiles_in_one_thread);
	tcase_add_test(tc, a_hundred_calls_of_one_profile_make_one_exchange);
	tcase_add_loop_test(tc, a_call_cancelled_at_any_stage, 0, 12);
	tcase_add_loop_test(tc, closing_with_an_exchange_under_way, 0, 8);
	tcase_add_test(tc, a_call_ends_at_its_deadline);
	tcase_add_test(tc, a_slow_provider_does_not_hold_up_another);
	tcase_add_test(tc, a_failure_ends_all_its_calls);
	tcase_add_test(tc, a_blocking_call_drives_the_others);
	tcase_add_test(tc, refreshes_need_no_call);
	tcase_add_test(tc, a_threaded_context_refuses_them);
	return suite;
}

int
main(void)
{
	int failed;

	sandbox_start();
	failed = run_suite(call_suite());
	sandbox_stop();
	return failed;
}
