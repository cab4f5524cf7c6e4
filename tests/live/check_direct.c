/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/api/sign_direct.c, core/profile/direct.c and what
 * core/profile/warm.c lends: the direct way signs what the long way would, ends
 * when the slot would, and keeps nothing when it has ended.
 */
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>

#include "api/sign.h"
#include "base/sanitizer.h"
#include "base/secmem.h"
#include "profile/handle.h"
#include "slot/write.h"
#include "support/clock.h"
#include "support/project.h"
#include "support/run.h"

#define URL "https://api.example/a?b"
#define HMAC(more)                                                             \
	"{ scheme = \"hmac-test\"; key_id = \"k1\"; secret = "                 \
	"\"file:@/secret\"; " more "}"
#define THREADS 4
#define SIGNATURES 3000

static struct project p;
static struct apam_profile *profile;
static struct apam_signature sig;
static _Alignas(16) char store[4096];
static int live;

static void
setup(void)
{
	live = secmem_live();
	project_make(&p);
	project_directory(&p, "state");
	ck_assert_int_eq(chmod(p.path, 0755), 0);
	project_module(&p, "hmac-test", true);
	project_secret(&p, "secret", "FAKEkey");
	sig = (struct apam_signature)APAM_SIGNATURE_INIT;
	sig.store = store;
	sig.store_size = sizeof(store);
}

static void
teardown(void)
{
	secmem_fail_after(-1);
	apam_signature_release(&sig);
	project_remove(&p);
	ck_assert_int_eq(secmem_live(), live);
}

static void
use(const char *entries)
{
	project_entries(&p, "p", entries);
	profile = project_get(&p, "p");
}

static enum apam_status
sign(const char *url)
{
	const struct apam_request r = APAM_REQUEST("GET", url);

	return apam_sign(profile, &r, &sig, &p.err);
}

static bool
signs_directly(const char *url)
{
	const struct apam_request r = APAM_REQUEST("GET", url);

	return sign_direct(profile, &r, &sig);
}

/*
 * The long way was gone and has opened the direct one.  A second may be over in
 * between, hardly twice in a row.
 */
static bool
opens(void)
{
	for (int i = 0; i < 5; i++)
		if (sign(URL) == APAM_OK && signs_directly(URL))
			return true;
	return false;
}

static void
open_direct(const char *more)
{
	use(more);
	ck_assert_msg(opens(), "%s", p.err.text);
}

/* ---- The same signature --------------------------------------------------- */

struct made {
	char url[128], header[160];
	uint64_t generation, credential;
};

static struct made
made_now(void)
{
	struct made m = { .generation = sig.generation,
		.credential = sig.credential };

	(void)snprintf(m.url, sizeof(m.url), "%s", sig.url);
	ck_assert_uint_eq(sig.header_count, 1);
	ck_assert_str_eq(sig.headers[0].name.p, "Authorization");
	ck_assert_uint_eq(sig.entries, 1);
	(void)snprintf(
	    m.header, sizeof(m.header), "%s", sig.headers[0].value.p);
	return m;
}

/* The URL of both has the second in it: try until it is the same one. */
START_TEST(it_is_the_signature_of_the_long_way)
{
	struct made direct, other;

	open_direct(HMAC(""));
	do {
		ck_assert(opens());
		direct = made_now();
		slot_close(atomic_load(&profile->slot));
		ck_assert_int_eq(sign(URL), APAM_OK);
		other = made_now();
	} while (strcmp(direct.url, other.url) != 0);
	ck_assert_str_eq(direct.header, other.header);
	ck_assert_uint_eq(direct.generation, other.generation);
	ck_assert_uint_eq(direct.credential, other.credential);
}
END_TEST

START_TEST(what_it_covers_is_said)
{
	const struct apam_header part = { APAM_STR("X-Part"), APAM_STR("7") };
	struct apam_request r = APAM_REQUEST("PUT", URL);

	use(HMAC("headers = [ \"X-Part\" ]; "));
	r.headers = &part;
	r.header_count = 1;
	do {
		ck_assert_int_eq(apam_sign(profile, &r, &sig, &p.err), APAM_OK);
	} while (!sign_direct(profile, &r, &sig));
	ck_assert_uint_eq(sig.covered_count, 1);
	ck_assert_str_eq(sig.covered[0].p, "X-Part");
	ck_assert_ptr_eq(sig.method, r.method);
	/* What the module refuses, the long way says. */
	ck_assert(!signs_directly(URL));
	ck_assert_int_eq(sign(URL), APAM_E_POLICY);
	ck_assert_str_eq(
	    p.err.text, "the request has no X-Part header to cover");
	ck_assert_ptr_null(sig.url);
}
END_TEST

/* ---- What goes the long way ----------------------------------------------- */

static const char *const urls[] = {
	"https://other.example/",
	"https://api.example.evil/",
	"HTTPS://api.example/",
	"https://api.example/#f",
	"https://api.example/[1]",
	"https://api.example",
};

START_TEST(a_url_that_is_not_plain)
{
	open_direct(HMAC(""));
	ck_assert_msg(!signs_directly(urls[_i]), "%s", urls[_i]);
}
END_TEST

/* Nothing is lent of these. */
static const char *const entries[] = {
	HMAC("control = \"required\"; "),
	HMAC("control = \"optional\"; "),
	"{ scheme = \"hmac-test\"; key_id = \"k2\"; secret = "
	"\"file:@/secret\"; control = \"optional\"; headers = [ \"X\" ]; }, " HMAC(
	    ""),
};

START_TEST(an_entry_that_does_not_sign_alone)
{
	use(entries[_i]);
	(void)sign(URL);
	ck_assert(!signs_directly(URL));
}
END_TEST

/* ---- How it ends ----------------------------------------------------------- */

static void
archive(void)
{
	const struct apam_key_name key = {
		.size = sizeof(key), .scheme = "hmac-test", .id = "k1"
	};

	ck_assert_msg(apam_key_archive(p.ctx, &key, "test", &p.err) == APAM_OK,
	    "%s", p.err.text);
}

static void
reject(void)
{
	struct apam_answer answer = { .size = sizeof(answer), .status = 401 };
	struct apam_judgement judgement = { .size = sizeof(judgement) };

	ck_assert_int_eq(sign(URL), APAM_OK);
	ck_assert_int_eq(
	    apam_judge(profile, &sig, &answer, &judgement, &p.err), APAM_OK);
}

static void
let_time_pass(void)
{
	clock_advance(1500);
}

static void
close_slot(void)
{
	slot_close(atomic_load(&profile->slot));
}

static void (*const ends[])(
    void) = { archive, reject, let_time_pass, close_slot };

START_TEST(it_ends_with_the_slot)
{
	open_direct(HMAC(""));
	ends[_i]();
	ck_assert_msg(!signs_directly(URL), "end %d", _i);
}
END_TEST

/* With the secret as it is now. */
START_TEST(a_changed_secret_signs)
{
	struct made before, after;

	open_direct(HMAC(""));
	before = made_now();
	project_secret(&p, "secret", "FAKEother");
	clock_advance(1500);
	ck_assert(opens());
	after = made_now();
	ck_assert_uint_ne(before.credential, after.credential);
	ck_assert_str_ne(before.header, after.header);
}
END_TEST

/* ---- Side by side ---------------------------------------------------------- */

static _Atomic bool stop, direct_alone;
static _Atomic int failed, direct_ones;

static void *
sign_on(void *arg)
{
	struct apam_request r = APAM_REQUEST("GET", URL);
	_Alignas(16) char mine[2048];
	struct apam_signature s = APAM_SIGNATURE_INIT;

	/* The clock is set on while this thread may wait for a processor. */
	r.timeout_ms = INT_MAX;
	s.store = mine;
	s.store_size = sizeof(mine);
	while (!atomic_load(&stop)) {
		if (!atomic_load(&direct_alone))
			failed += apam_sign(profile, &r, &s, NULL) != APAM_OK;
		direct_ones += sign_direct(profile, &r, &s);
	}
	apam_signature_release(&s);
	return arg;
}

static void
start(pthread_t *threads)
{
	atomic_store(&stop, false);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, sign_on, NULL), 0);
}

static void
end(pthread_t *threads)
{
	atomic_store(&stop, true);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	ck_assert_int_eq(atomic_load(&failed), 0);
}

/* The slot is closed, and secrets change, while others sign. */
START_TEST(it_ends_at_any_moment)
{
	pthread_t threads[THREADS];
	char secret[32], to[128];

	use(HMAC(""));
	start(threads);
	for (int i = 0; atomic_load(&direct_ones) < SIGNATURES; i++) {
		close_slot();
		if (i % 50 != 0)
			continue;
		(void)snprintf(secret, sizeof(secret), "FAKE%d", i);
		project_secret(&p, "new", secret);
		(void)snprintf(to, sizeof(to), "%s/secret", p.dir);
		ck_assert_int_eq(rename(project_path(&p, "new"), to), 0);
		clock_advance(1500);
	}
	end(threads);
}
END_TEST

/* A child signs, and has let go of what threads of its parent's had. */
static int
sign_in_child(void)
{
	(void)alarm(20);
	if (!opens())
		return 1;
	slot_close(atomic_load(&profile->slot));
	if (signs_directly(URL))
		return 2;
	/* Lent again: nobody has what was lent before. */
	if (!opens())
		return 3;
	apam_signature_release(&sig);
	apam_close(&p.ctx);
	return secmem_live() == live ? 0 : 4;
}

/* The sanitizers' allocators do not survive a fork beside other threads. */
#ifdef SANITIZED
#define CHILDREN 0
#else
#define CHILDREN 50
#endif

START_TEST(children_sign_too)
{
	pthread_t threads[THREADS];
	int status;
	pid_t pid;

	open_direct(HMAC(""));
	/* On the long way a thread has memory that a child would have for good. */
	atomic_store(&direct_alone, true);
	start(threads);
	for (int i = 0; i < CHILDREN; i++) {
		pid = fork();
		if (pid == 0)
			_exit(sign_in_child());
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert_int_eq(status, 0);
	}
	end(threads);
	atomic_store(&direct_alone, false);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("direct");
	TCase *tc = tcase_create("direct");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, it_is_the_signature_of_the_long_way);
	tcase_add_test(tc, what_it_covers_is_said);
	tcase_add_loop_test(tc, a_url_that_is_not_plain, 0, ROWS(urls));
	tcase_add_loop_test(
	    tc, an_entry_that_does_not_sign_alone, 0, ROWS(entries));
	tcase_add_loop_test(tc, it_ends_with_the_slot, 0, ROWS(ends));
	tcase_add_test(tc, a_changed_secret_signs);
	tcase_add_test(tc, it_ends_at_any_moment);
	tcase_add_test(tc, children_sign_too);
	return run_suite(suite);
}
