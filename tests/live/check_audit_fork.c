/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A context's audit log through a fork: a child can write, whatever the threads
 * of its parent were doing.
 */
#include "audit/audit.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "profile/handle.h"
#include "support/project.h"
#include "support/run.h"

#define FORKS 50

static const struct audit_event state = { .what = AUDIT_STATE,
	.profile = "p",
	.entry = 1,
	.scheme = "s",
	.key_id = "k",
	.state = "revoked",
	.evidence = "the token endpoint refused it" };

static _Atomic(bool) stop;

static void *
write_until_stopped(void *arg)
{
	struct apam *ctx = arg;

	while (!atomic_load(&stop)) {
		audit_write(&ctx->env.audit, &state);
		ctx->env.audit.minute = 0;
	}
	return NULL;
}

/* The alarm ends a child that waits for a thread which it does not have. */
static void
write_as_child(struct apam *ctx)
{
	(void)alarm(5);
	audit_write(&ctx->env.audit, &state);
	_exit(ctx->env.audit.dropped == 0 ? 0 : 1);
}

START_TEST(a_child_can_write)
{
	struct apam_open_options options = { .size = sizeof(options),
		.flags = APAM_OPEN_USER };
	pthread_t thread;
	struct project p;
	char config[128];
	int status;
	pid_t pid;

	project_make(&p);
	project_directory(&p, "state");
	(void)snprintf(config, sizeof(config), "%s/apam.conf", p.dir);
	options.config = config;
	ck_assert_int_eq(apam_open(&options, &p.ctx, &p.err), APAM_OK);
	ck_assert_int_eq(
	    pthread_create(&thread, NULL, write_until_stopped, p.ctx), 0);
	for (int i = 0; i < FORKS; i++) {
		pid = fork();
		if (pid == 0)
			write_as_child(p.ctx);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert_int_eq(status, 0);
	}
	atomic_store(&stop, true);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	project_remove(&p);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("audit_fork");
	TCase *tc = tcase_create("audit_fork");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, a_child_can_write);
	return run_suite(suite);
}
