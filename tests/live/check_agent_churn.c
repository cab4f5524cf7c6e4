/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads of a program come and go at a real agent: each opens a context, has a
 * few requests signed, by page and by message, and closes it, while others share
 * one.  No call fails, and the agent keeps nothing of those that are gone.  It
 * shows most under a sanitizer, which the agent then has, too.
 */
#define _GNU_SOURCE /* setresuid */
#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/clock.h"
#include "support/agent_process.h"
#include "support/run.h"

#define THREADS 8
#define SIGNED "https://signed.example/x"
#define PAGED "https://paged.example/x"

static struct project project;
static struct agent_process agent;
static struct apam *shared;
static int64_t end; /* clock_ms */
static _Atomic unsigned long rounds;
/* What failed first. */
static _Atomic int failed;
static struct apam_error what_failed = APAM_ERROR_INIT;

static void
note(const struct apam_error *err)
{
	int none = 0;

	if (atomic_compare_exchange_strong(&failed, &none, 1))
		what_failed = *err;
}

static struct apam *
open_one(struct apam_error *err)
{
	struct apam_open_options options = { .size = sizeof(options) };
	struct apam *ctx = NULL;
	char config[128];

	(void)snprintf(config, sizeof(config), "%s/apam.conf", project.dir);
	options.config = config;
	return apam_open(&options, &ctx, err) == APAM_OK ? ctx : NULL;
}

static bool
sign(
    struct apam *ctx, const char *name, const char *url, struct apam_error *err)
{
	const struct apam_request request = APAM_REQUEST("GET", url);
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	struct apam_profile *profile;
	const bool ok = apam_profile_get(ctx, name, &profile, err) == APAM_OK &&
	    apam_sign(profile, &request, &signature, err) == APAM_OK;

	apam_signature_release(&signature);
	return ok;
}

/* One context of its own, or the shared one. */
static bool
come_and_go(bool own, unsigned times, struct apam_error *err)
{
	struct apam *ctx = own ? open_one(err) : shared;
	bool ok = ctx != NULL;

	for (unsigned i = 0; ok && i < times; i++)
		ok = sign(ctx, i % 2 ? "signed" : "paged",
		    i % 2 ? SIGNED : PAGED, err);
	if (own)
		apam_close(&ctx);
	return ok;
}

static void *
run(void *arg)
{
	const unsigned number = (unsigned)(uintptr_t)arg;
	struct apam_error err = APAM_ERROR_INIT;

	for (unsigned i = 0; clock_ms() < end && failed == 0; i++) {
		if (!come_and_go(number % 4 != 0, 1 + (i + number) % 7, &err))
			note(&err);
		rounds++;
	}
	return NULL;
}

static unsigned
descriptors_of_agent(void)
{
	char path[64];
	unsigned count = 0;
	DIR *all;

	(void)snprintf(path, sizeof(path), "/proc/%ld/fd", (long)agent.pid);
	all = opendir(path);
	ck_assert_ptr_nonnull(all);
	while (readdir(all) != NULL)
		count++;
	(void)closedir(all);
	return count;
}

/* '@' before a slash is the project's directory. */
static void
write_profile(const char *name, const char *format)
{
	char text[1024];

	project_splice(&project, format, text, sizeof(text));
	project_profile(&project, name, text);
}

static void
setup(void)
{
	agent_make(&agent, &project, "");
	project_module(&project, "hmac-test", true);
	project_module(&project, "api-key", false);
	agent_secret(&agent, "secret", "FAKE-secret-of-the-churn\n");
	write_profile("signed",
	    "origins = [ \"https://signed.example\" ];\n"
	    "auth = ( { scheme = \"hmac-test\"; key_id = \"k\"; "
	    "secret = \"file:@/secret\"; } );\n"
	    "allow = ( { users = [ \"root\" ]; give = \"signature\"; } );\n");
	write_profile("paged",
	    "origins = [ \"https://paged.example\" ];\n"
	    "auth = ( { scheme = \"api-key\"; header = \"X-Key\"; "
	    "key = \"file:@/secret\"; } );\n"
	    "allow = ( { users = [ \"root\" ]; give = \"secret\"; } );\n");
	agent_program(&project, "apamd");
	agent_start(&agent, "agent");
}

static void
teardown(void)
{
	agent_remove(&agent);
}

START_TEST(threads_come_and_go)
{
	const char *stress = getenv("APAM_STRESS");
	struct apam_error err = APAM_ERROR_INIT;
	pthread_t threads[THREADS];
	unsigned before, after;

	shared = open_one(&err);
	ck_assert_msg(shared != NULL, "%s", err.text);
	ck_assert_msg(come_and_go(false, 2, &err), "%s", err.text);
	before = descriptors_of_agent();
	end = clock_ms() + (stress != NULL ? 60000 : 1500);
	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, run,
				     (void *)(uintptr_t)i),
		    0);
	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	ck_assert_msg(
	    failed == 0, "%d: %s", what_failed.status, what_failed.text);
	printf("%lu came and went\n", (unsigned long)rounds);
	ck_assert_uint_ge(rounds, THREADS);
	/* It sees the end of each, a moment later; the shared one has a few. */
	for (int i = 0; i < 1000; i++) {
		after = descriptors_of_agent();
		if (after <= before + THREADS)
			break;
		(void)usleep(10000);
	}
	ck_assert_uint_le(after, before + THREADS);
	apam_close(&shared);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent_churn");
	TCase *tc = tcase_create("agent_churn");

	if (geteuid() != 0) {
		printf("only root can have an agent of another user: nothing "
		       "is tried\n");
		return 0;
	}
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, threads_come_and_go);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
