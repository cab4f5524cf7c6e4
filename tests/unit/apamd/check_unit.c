/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/agent/unit.c and of peer_unit with real groups of processes,
 * where root can make them: which services are believed, and that one is not
 * once the process has ended.
 */
#define _GNU_SOURCE
#include "agent/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>

#include "agent/peer.h"
#include "base/str.h"
#include "support/cgroup.h"
#include "support/connected.h"
#include "support/run.h"

enum { ANN = 61001 };

static char made[4][96]; /* groups that were made, removed at the end */
static size_t made_count;
static struct peer peer;

static const char *
group_of(const char *name)
{
	char *to = made[made_count++];

	cgroup_name(to, sizeof(made[0]), name);
	return to;
}

static void
teardown(void)
{
	while (made_count > 0)
		cgroup_remove(made[--made_count]);
}

static bool
enter(void *arg)
{
	const char *group = arg;

	return cgroup_put(group, 0) && setresgid(ANN, ANN, ANN) == 0 &&
	    setresuid(ANN, ANN, ANN) == 0;
}

/* What the agent finds of a process of Ann's in a group. */
static enum unit_state
state_in(const char *group)
{
	char why[APAM_TEXT_SIZE];
	struct connected c;
	enum unit_state state;

	connected_make(&c, enter, (void *)(uintptr_t)group, NULL, NULL);
	ck_assert_msg(peer_of(c.socket, &peer, why), "%s", why);
	state = peer_unit(&peer, c.socket);
	ck_assert_int_eq(peer_unit(&peer, c.socket), state);
	peer_free(&peer);
	connected_end(&c);
	return state;
}

/* Give a group or one of its files away, as an administrator might. */
static void
give(const char *group, const char *file, uid_t uid, mode_t mode)
{
	char path[512];

	cgroup_path(path, sizeof(path), group, file);
	ck_assert_int_eq(chown(path, uid, 0), 0);
	ck_assert_int_eq(chmod(path, mode), 0);
}

/* `unit`: what is believed of it, or NULL.  The '#' is a number. */
static const struct {
	const char *group, *unit;
} places[] = {
	{ "system.slice/apamtest#.service", "apamtest#.service" },
	{ "apamtest#.service", "apamtest#.service" },
	{ "apamtest#.slice/a.service", "a.service" },
	{ "apamtest#.slice/apamtest-b.slice/a@1.service", "a@1.service" },
	{ "system.slice/apamtest#.service/payload/b.service",
	    "apamtest#.service" },
	{ "user.slice/user-#.slice/user@61001.service/app.slice/a.service",
	    NULL },
	{ "user.slice/apamtest#.service", NULL },
	{ "system.slice/apamtest#.scope", NULL },
	{ "apamtest#/system.slice/a.service", NULL },
	{ "machine.slice/apamtest#.scope/system.slice/a.service", NULL },
};

START_TEST(a_service_is_where_systemd_makes_it)
{
	const char *group = group_of(places[_i].group);
	char unit[96];

	if (!cgroup_make(group))
		return;
	ck_assert_int_eq(
	    state_in(group), places[_i].unit != NULL ? UNIT_KNOWN : UNIT_NONE);
	cgroup_name(
	    unit, sizeof(unit), places[_i].unit != NULL ? places[_i].unit : "");
	ck_assert_str_eq(peer.unit, unit);
}
END_TEST

/* What is given to whom, in apamtestN.slice/x.service. */
static const struct {
	bool of_slice;
	const char *file;
	uid_t uid;
	mode_t mode;
	enum unit_state state;
} gifts[] = {
	{ true, "", 0, 0755, UNIT_KNOWN },
	{ true, "", ANN, 0755, UNIT_NONE },
	{ true, "", 0, 0775, UNIT_NONE },
	{ true, "", 0, 0757, UNIT_NONE },
	{ true, "/cgroup.procs", ANN, 0644, UNIT_NONE },
	{ true, "/cgroup.procs", 0, 0664, UNIT_NONE },
	{ true, "/cgroup.procs", 0, 0666, UNIT_NONE },
	/* Delegate=yes: nobody gets in from outside. */
	{ false, "", ANN, 0755, UNIT_KNOWN },
	{ false, "/cgroup.procs", ANN, 0644, UNIT_KNOWN },
};

START_TEST(a_tree_that_others_can_write_is_not_believed)
{
	const char *group = group_of("apamtest#.slice/x.service");
	char slice[96];

	if (!cgroup_make(group))
		return;
	(void)snprintf(slice, sizeof(slice), "%.*s",
	    (int)(strchr(group, '/') - group), group);
	give(gifts[_i].of_slice ? slice : group, gifts[_i].file, gifts[_i].uid,
	    gifts[_i].mode);
	ck_assert_int_eq(state_in(group), gifts[_i].state);
}
END_TEST

/* What "Delegate=yes" rests on: the kernel's rule for who may move whom. */
START_TEST(a_user_cannot_enter_a_delegated_service)
{
	const char *group = group_of("apamtest#.slice/x.service");
	int status = -1;
	pid_t child;

	if (!cgroup_make(group))
		return;
	give(group, "", ANN, 0755);
	give(group, "/cgroup.procs", ANN, 0644);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0)
		_exit(setresuid(ANN, ANN, ANN) != 0 ? 2 : cgroup_put(group, 0));
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

/* ---- Processes that end ------------------------------------------------ */

START_TEST(a_process_that_ended_is_of_none)
{
	const char *group = group_of("system.slice/apamtest#.service");
	char why[APAM_TEXT_SIZE];
	struct connected c;

	if (!cgroup_make(group))
		return;
	connected_make(&c, enter, (void *)(uintptr_t)group, NULL, NULL);
	ck_assert(peer_of(c.socket, &peer, why));
	connected_kill(&c);
	ck_assert_int_eq(peer_unit(&peer, c.socket), UNIT_NONE);
	ck_assert_uint_eq(peer.caller.unit.n, 0);
	peer_free(&peer);
	connected_end(&c);
}
END_TEST

/*
 * The number of a process that ended may be another's: here this one's, which is
 * of a service.  Its descriptor says that it is not the same.
 */
START_TEST(a_number_used_again_is_not_believed)
{
	const char *group = group_of("system.slice/apamtest#.service");
	char unit[UNIT_NAME_MAX + 1] = "old";
	const pid_t child = fork();
	pid_t other;
	int pidfd;

	ck_assert_int_ge(child, 0);
	if (child == 0)
		_exit(0);
	pidfd = (int)syscall(SYS_pidfd_open, child, 0);
	ck_assert_int_ge(pidfd, 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert(!unit_lives(pidfd));
	other = fork();
	if (other == 0)
		connected_wait(-1);
	if (cgroup_make(group))
		ck_assert(cgroup_put(group, other));
	ck_assert_int_eq(unit_of(other, pidfd, unit), UNIT_NONE);
	ck_assert_str_eq(unit, "");
	(void)kill(other, SIGKILL);
	(void)waitpid(other, NULL, 0);
	(void)close(pidfd);
}
END_TEST

START_TEST(what_cannot_be_read_is_unread)
{
	char unit[UNIT_NAME_MAX + 1];
	const int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);

	ck_assert_int_eq(unit_of(4194305, pidfd, unit), UNIT_UNREAD);
	(void)close(pidfd);
	ck_assert(!unit_lives(pidfd));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("unit");
	TCase *tc = tcase_create("unit");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_loop_test(
	    tc, a_service_is_where_systemd_makes_it, 0, ROWS(places));
	tcase_add_loop_test(
	    tc, a_tree_that_others_can_write_is_not_believed, 0, ROWS(gifts));
	tcase_add_test(tc, a_user_cannot_enter_a_delegated_service);
	tcase_add_test(tc, a_process_that_ended_is_of_none);
	tcase_add_test(tc, a_number_used_again_is_not_believed);
	tcase_add_test(tc, what_cannot_be_read_is_unread);
	suite_add_tcase(suite, tc);
	if (!cgroup_make("system.slice/apamtest.service"))
		printf("no tree of cgroups can be written here: services are "
		       "not tried\n");
	cgroup_remove("system.slice/apamtest.service");
	return run_suite(suite);
}
