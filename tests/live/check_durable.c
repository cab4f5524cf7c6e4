/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Durable secrets at work: how an exchange ends decides what becomes of one,
 * many processes that are killed spend none twice that they need not, and none
 * is lost where the disk fails.
 */
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/secmem.h"
#include "support/clock.h"
#include "support/rotating.h"
#include "support/run.h"

#define PROCESSES 8

static struct rotating r;

static void
setup(void)
{
	rotating_make(&r);
	rotating_login(&r, 1);
}

static void
teardown(void)
{
	rotating_remove(&r);
}

static void
signs(const char *name)
{
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_msg(rotating_sign(&r, name, &err) == APAM_OK, "%s: %s",
	    apam_status_name(err.status), err.text);
}

static void
refused(const char *name, enum apam_status status, const char *text)
{
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_int_eq(rotating_sign(&r, name, &err), status);
	ck_assert_msg(
	    strstr(err.text, text) != NULL, "'%s' is not '%s'", err.text, text);
}

/* ---- How an exchange ends ------------------------------------------------- */

static const struct {
	const char *label;
	enum rotating_mode mode;
	enum apam_status status;
	long number; /* of the token that the record has then */
	enum durable_state state;
} ends[] = {
	{ "a successor", ROTATING_OK, APAM_OK, 2, DURABLE_READY },
	{ "none", ROTATING_SAME, APAM_OK, 1, DURABLE_READY },
	{ "429", ROTATING_429, APAM_E_THROTTLED, 1, DURABLE_READY },
	{ "another error", ROTATING_DENIED, APAM_E_DENIED, 1, DURABLE_READY },
	{ "500", ROTATING_500, APAM_E_PROVIDER, 1, DURABLE_SPENDING },
	{ "no JSON", ROTATING_GARBAGE, APAM_E_PROVIDER, 1, DURABLE_SPENDING },
	{ "a broken connection", ROTATING_LOST, APAM_E_NETWORK, 1,
	    DURABLE_SPENDING },
	{ "a refusal", ROTATING_GRANT, APAM_E_LOGIN, 1, DURABLE_LOGIN },
};

START_TEST(the_end_decides)
{
	const enum apam_status status = ends[_i].status;
	enum apam_status got;

	atomic_store(&r.mode, ends[_i].mode);
	got = rotating_sign(&r, "demo", NULL);
	ck_assert_msg(
	    got == status, "%s: %s", ends[_i].label, apam_status_name(got));
	ck_assert_int_eq(atomic_load(&r.count), 1);
	rotating_holds(&r, ends[_i].number, ends[_i].state);
}
END_TEST

START_TEST(what_was_not_sent_stays)
{
	rotating_stop(&r);
	refused("demo", APAM_E_NETWORK, "");
	rotating_holds(&r, 1, DURABLE_READY);
}
END_TEST

START_TEST(what_may_have_been_taken_is_sent_again)
{
	atomic_store(&r.mode, ROTATING_LOST);
	refused("demo", APAM_E_NETWORK, "");
	rotating_holds(&r, 1, DURABLE_SPENDING);
	ck_assert_int_eq(atomic_load(&r.current), 2);
	/* Not at once: others may be in the same need. */
	refused("demo", APAM_E_NETWORK, "the next try is in");
	clock_advance(1100);
	signs("demo");
	rotating_holds(&r, 2, DURABLE_READY);
	ck_assert_int_eq(r.spent[0].number, 1);
	ck_assert_int_eq(r.spent[1].number, 1);
}
END_TEST

/* Another program was let in: it has rotated the secret that is on its way. */
static void
rotate_meanwhile(struct rotating *server)
{
	char path[256];

	server->meanwhile = NULL;
	(void)snprintf(path, sizeof(path), "%s/secrets/%lu/demo.lock",
	    server->state, (unsigned long)geteuid());
	ck_assert_int_eq(unlink(path), 0);
	rotating_login(server, 40);
	atomic_store(&server->mode, ROTATING_GRANT);
}

START_TEST(who_was_overtaken_reads_again)
{
	r.meanwhile = rotate_meanwhile;
	signs("demo");
	ck_assert_int_eq(atomic_load(&r.count), 2);
	ck_assert_int_eq(r.spent[0].number, 1);
	ck_assert_int_eq(r.spent[1].number, 40);
	rotating_holds(&r, 41, DURABLE_READY);
}
END_TEST

/* Once: it does not run after somebody who replaces it all the time. */
static void
rotate_twice(struct rotating *server)
{
	rotate_meanwhile(server);
	if (atomic_load(&server->count) == 1)
		server->meanwhile = rotate_twice;
}

START_TEST(who_is_overtaken_twice_gives_up)
{
	r.meanwhile = rotate_twice;
	refused("demo", APAM_E_PROVIDER, "was replaced while its old secret");
	ck_assert_int_eq(atomic_load(&r.count), 2);
}
END_TEST

/* The exchange has the profile's deadline, whatever the caller's is. */
START_TEST(silence_is_no_answer)
{
	rotating_profile(&r, "demo", "deadline = \"1s\";", "");
	atomic_store(&r.mode, ROTATING_SILENT);
	refused("demo", APAM_E_DEADLINE, "");
	rotating_holds(&r, 1, DURABLE_SPENDING);
}
END_TEST

#define YEAR_S ((int64_t)365 * 24 * 3600)

static const int64_t clock_steps[] = { -20 * YEAR_S, -3600, -1, 0, 1, 3600,
	20 * YEAR_S };

/*
 * The wall clock is set off between refreshes, and while one is open: each
 * token is sent in its turn, by a program that runs on and by a new one.
 */
START_TEST(a_clock_that_is_set_loses_nothing)
{
	const int64_t step = clock_steps[_i];

	signs("demo");
	clock_set_wall(step);
	clock_advance(3700 * 1000);
	signs("demo");
	rotating_holds(&r, 3, DURABLE_READY);
	apam_close(&r.p.ctx);
	clock_advance(3700 * 1000);
	signs("demo");
	rotating_holds(&r, 4, DURABLE_READY);
	clock_advance(3700 * 1000);
	atomic_store(&r.mode, ROTATING_LOST);
	refused("demo", APAM_E_NETWORK, "");
	clock_set_wall(-step);
	clock_advance(1100);
	signs("demo");
	rotating_holds(&r, 5, DURABLE_READY);
	clock_set_wall(0);
	apam_close(&r.p.ctx);
	clock_advance(3700 * 1000);
	signs("demo");
	rotating_holds(&r, 6, DURABLE_READY);
	ck_assert_int_eq(atomic_load(&r.count), 6);
	for (long i = 0; i < 6; i++)
		ck_assert_int_eq(r.spent[i].number, i < 4 ? i + 1 : i);
}
END_TEST

/*
 * The answer for token 2 is lost while the credential that came with it lives
 * for another 55 s, and is not used any more.
 */
static void
lose_strictly(void)
{
	rotating_profile(&r, "demo", "", "reuse = \"strict\";");
	atomic_store(&r.lifetime, 600);
	signs("demo");
	clock_advance(545 * 1000);
	atomic_store(&r.mode, ROTATING_LOST);
	refused("demo", APAM_E_NETWORK, "");
	rotating_holds(&r, 2, DURABLE_SPENDING);
	ck_assert_int_eq(atomic_load(&r.count), 2);
}

/* A program that does not find what others share, as where that was removed. */
static void
begin_alone(void)
{
	char command[256];

	apam_close(&r.p.ctx);
	(void)snprintf(command, sizeof(command),
	    "find '%s' -name 'demo.0*' -delete -print | grep -q .", r.state);
	ck_assert_int_eq(system(command), 0);
}

/* Whatever the wall clock says, by a program that runs on and by a new one. */
START_TEST(strict_reuse_waits_for_the_end)
{
	lose_strictly();
	clock_advance(5 * 1000);
	refused("demo", APAM_E_PROVIDER, "reuse = \"strict\" sends it again");
	clock_set_wall(clock_steps[_i]);
	refused(
	    "demo", APAM_E_PROVIDER, "or log in again; the next try is in ");
	begin_alone();
	clock_advance(35 * 1000);
	refused("demo", APAM_E_PROVIDER, "has ended, in ");
	ck_assert_int_eq(atomic_load(&r.count), 2);
	apam_close(&r.p.ctx);
	clock_advance(16 * 1000);
	signs("demo");
	rotating_holds(&r, 3, DURABLE_READY);
	for (long i = 0; i < 3; i++)
		ck_assert_int_eq(r.spent[i].number, i < 2 ? i + 1 : i);
}
END_TEST

/* The program that was refused asks by itself when the end has come. */
START_TEST(strict_reuse_goes_on_at_the_end)
{
	lose_strictly();
	clock_advance(5 * 1000);
	refused("demo", APAM_E_PROVIDER, "reuse = \"strict\" sends it again");
	clock_advance(52 * 1000);
	signs("demo");
	rotating_holds(&r, 3, DURABLE_READY);
	ck_assert_int_eq(atomic_load(&r.count), 3);
}
END_TEST

/* Nothing came along with what a login brought: nobody waits for its end. */
START_TEST(strict_reuse_knows_no_end_after_a_login)
{
	rotating_profile(&r, "demo", "", "reuse = \"strict\";");
	atomic_store(&r.mode, ROTATING_LOST);
	refused("demo", APAM_E_NETWORK, "");
	clock_advance(1100);
	signs("demo");
	rotating_holds(&r, 2, DURABLE_READY);
}
END_TEST

/* What the provider cannot have taken is sent at once in any case. */
START_TEST(strict_reuse_is_of_what_was_lost)
{
	rotating_profile(&r, "demo", "", "reuse = \"strict\";");
	signs("demo");
	clock_advance(3590 * 1000);
	atomic_store(&r.mode, ROTATING_429);
	refused("demo", APAM_E_THROTTLED, "");
	clock_advance(1100);
	signs("demo");
	rotating_holds(&r, 3, DURABLE_READY);
}
END_TEST

/* ---- Logins --------------------------------------------------------------- */

START_TEST(a_login_ends_a_refusal)
{
	signs("demo");
	rotating_holds(&r, 2, DURABLE_READY);
	clock_advance(3700 * 1000);
	atomic_store(&r.mode, ROTATING_GRANT);
	refused("demo", APAM_E_LOGIN, "refuses the refresh token");
	rotating_holds(&r, 2, DURABLE_LOGIN);
	ck_assert_int_eq(atomic_load(&r.count), 2);
	/* Neither this program nor a new one asks again. */
	refused("demo", APAM_E_LOGIN, "");
	apam_close(&r.p.ctx);
	refused("demo", APAM_E_LOGIN,
	    "somebody has to log in again: the provider refuses");
	ck_assert_int_eq(atomic_load(&r.count), 2);
	rotating_login(&r, 50);
	clock_advance(1100);
	signs("demo");
	rotating_holds(&r, 51, DURABLE_READY);
}
END_TEST

START_TEST(without_a_login_a_profile_opens)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/secrets/%lu/demo", r.state,
	    (unsigned long)geteuid());
	ck_assert_int_eq(unlink(path), 0);
	refused("demo", APAM_E_LOGIN,
	    "store:demo has no secret yet; somebody has to log in");
	ck_assert_int_eq(atomic_load(&r.count), 0);
	rotating_login(&r, 7);
	clock_advance(1100);
	signs("demo");
	rotating_holds(&r, 8, DURABLE_READY);
}
END_TEST

START_TEST(an_older_record_is_not_sent)
{
	char command[512];

	(void)snprintf(command, sizeof(command),
	    "cp -p '%s/secrets/%lu/demo' '%s/backup'", r.state,
	    (unsigned long)geteuid(), r.state);
	ck_assert_int_eq(system(command), 0);
	signs("demo");
	(void)snprintf(command, sizeof(command),
	    "cp -p '%s/backup' '%s/secrets/%lu/demo'", r.state, r.state,
	    (unsigned long)geteuid());
	ck_assert_int_eq(system(command), 0);
	clock_advance(3700 * 1000);
	refused("demo", APAM_E_LOGIN, "is older than the last one");
	ck_assert_int_eq(atomic_load(&r.count), 1);
}
END_TEST

START_TEST(another_client_does_not_send_it)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
	    "origins = [ \"http://127.0.0.1:%u/demo\" ];\nallow_http = true;\n"
	    "auth = ( { scheme = \"durable-test\"; client_id = \"other\";\n"
	    "token_url = \"http://127.0.0.1:%u/token\";\n"
	    "refresh_token = \"store:demo\"; } );\n",
	    r.port, r.port);
	project_profile(&r.p, "demo", text);
	refused("demo", APAM_E_SECRET,
	    "store:demo belongs to another client_id and is not sent");
	ck_assert_int_eq(atomic_load(&r.count), 0);
}
END_TEST

/* ---- People ---------------------------------------------------------------- */

static void
status_is(bool login_needed, const char *text)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_entry_status status;
	size_t count = 1;

	ck_assert_int_eq(apam_profile_status(project_get(&r.p, "demo"), &status,
			     &count, sizeof(status), NULL, &err),
	    APAM_OK);
	ck_assert_int_eq(status.login_needed, login_needed);
	ck_assert_msg(strstr(status.stored, text) != NULL, "%s", status.stored);
	ck_assert_int_ge(status.stored_at, clock_unix() - 3600 * 24);
}

/* What a command of the program apam prints. */
static const char *
printed(const char *command)
{
	static char out[4096];
	char program[512], line[1024];
	FILE *f;
	size_t n;

	project_built("apam", program, sizeof(program));
	(void)snprintf(line, sizeof(line), "'%s' -c '%s/apam.conf' %s 2>&1",
	    program, r.p.dir, command);
	f = popen(line, "r");
	ck_assert_ptr_nonnull(f);
	n = fread(out, 1, sizeof(out) - 1, f);
	out[n] = '\0';
	ck_assert_int_ne(pclose(f), -1);
	return out;
}

static void
prints(const char *command, const char *text)
{
	const char *out = printed(command);

	ck_assert_msg(strstr(out, text) != NULL, "%s", out);
}

/* The module logs the secret and its successor, which the core hides. */
START_TEST(no_log_shows_it)
{
	char command[128];
	const char *out;

	(void)snprintf(command, sizeof(command),
	    "--debug headers demo http://127.0.0.1:%u/demo", r.port);
	out = printed(command);
	ck_assert_msg(strstr(out, "X-Token: fake-at-") != NULL, "%s", out);
	ck_assert_msg(
	    strstr(out, "durable-test: *********\n") != NULL, "%s", out);
	ck_assert_msg(strstr(out, "fake-rt-") == NULL, "%s", out);
}
END_TEST

START_TEST(people_are_told)
{
	status_is(false, "store:demo, generation 1");
	prints("lint", "store:demo lies on the disk as it is");
	atomic_store(&r.mode, ROTATING_LOST);
	(void)rotating_sign(&r, "demo", NULL);
	status_is(false, "generation 1, sent 1 times without an answer");
	clock_advance(1100);
	signs("demo");
	status_is(false, "store:demo, generation 2");
	clock_advance(3700 * 1000);
	atomic_store(&r.mode, ROTATING_GRANT);
	(void)rotating_sign(&r, "demo", NULL);
	status_is(true, "somebody has to log in again: the provider refuses");
	prints("status", "store:demo: somebody has to log in again");
	prints("status", "run `apam login demo`");
	prints("log", "login needed");
	prints("log", "run `apam login demo`");
	prints("--json status", "\"login_needed\": true");
	prints("lint", "store:demo: somebody has to log in again");
	prints("check demo", "somebody has to log in again");
}
END_TEST

/* What came along serves, also a new program, to its last moment. */
START_TEST(strict_reuse_lets_it_serve)
{
	lose_strictly();
	apam_close(&r.p.ctx);
	clock_advance(40 * 1000);
	signs("demo");
	ck_assert_int_eq(atomic_load(&r.count), 2);
}
END_TEST

START_TEST(strict_reuse_is_shown)
{
	lose_strictly();
	status_is(false,
	    "sent 1 times without an answer; reuse = \"strict\" "
	    "sends it again in ");
}
END_TEST

/* ---- Several programs ------------------------------------------------------ */

/* In a child: sign so often, then exit 0. */
static void
sign_often(int times)
{
	struct apam_error err = APAM_ERROR_INIT;

	/* The provider is the parent's. */
	(void)close(r.fd);
	alarm(100);
	for (int i = 0; i < times; i++)
		if (rotating_sign(&r, "demo", &err) != APAM_OK) {
			(void)fprintf(
			    stderr, "%ld: %s\n", (long)getpid(), err.text);
			_exit(1);
		}
	apam_close(&r.p.ctx);
	_exit(0);
}

static pid_t
begin_process(int times)
{
	const pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		sign_often(times);
	return pid;
}

/* Who waits takes what the first one brought. */
START_TEST(many_processes_spend_one)
{
	pid_t pids[PROCESSES];
	int status;

	atomic_store(&r.pause_ms, 300);
	for (int i = 0; i < PROCESSES; i++)
		pids[i] = begin_process(1);
	for (int i = 0; i < PROCESSES; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(atomic_load(&r.count), 1);
	rotating_holds(&r, 2, DURABLE_READY);
}
END_TEST

/* Two profiles with the same secret spend it in turn. */
START_TEST(profiles_share_a_secret)
{
	rotating_profile(&r, "other", "", "");
	signs("demo");
	signs("other");
	ck_assert_int_eq(atomic_load(&r.count), 2);
	rotating_holds(&r, 3, DURABLE_READY);
}
END_TEST

/* ---- Processes that are killed --------------------------------------------- */

#define REFRESHES 200
#define KILLED_MAX 1024

static pid_t killed[KILLED_MAX];
static int kills;

static bool
was_killed(long pid)
{
	for (int i = 0; i < kills; i++)
		if (killed[i] == pid)
			return true;
	return false;
}

/* After a random while, kill one of them and begin another in its place. */
static void
kill_one(pid_t pids[PROCESSES], unsigned *seed)
{
	pid_t *victim = &pids[rand_r(seed) % PROCESSES];
	int status;

	(void)poll(NULL, 0, rand_r(seed) % 150);
	(void)kill(*victim, SIGKILL);
	ck_assert_int_eq(waitpid(*victim, &status, 0), *victim);
	ck_assert_msg(WIFSIGNALED(status), "a process failed");
	ck_assert_msg(
	    kills < KILLED_MAX, "%ld refreshes", atomic_load(&r.current));
	killed[kills++] = *victim;
	*victim = begin_process(INT32_MAX);
}

/* Each token that was sent twice was first sent by a process that was killed. */
static void
attribute(void)
{
	int again = 0;

	for (int i = 1; i < atomic_load(&r.count); i++) {
		const struct rotating_spent *before = &r.spent[i - 1];

		ck_assert_int_ge(r.spent[i].number, before->number);
		if (r.spent[i].number != before->number)
			continue;
		ck_assert_msg(was_killed(before->pid),
		    "token %ld was sent twice, and process %ld was not killed",
		    before->number, before->pid);
		again++;
	}
	(void)printf("%d refreshes, %d kills, %d sent again\n",
	    atomic_load(&r.count), kills, again);
	ck_assert_int_le(again, kills);
}

START_TEST(a_killed_process_costs_one_sending)
{
	unsigned seed = 20261126;
	pid_t pids[PROCESSES];

	kills = 0;
	atomic_store(&r.lifetime, 0);
	atomic_store(&r.pause_ms, 2);
	for (int i = 0; i < PROCESSES; i++)
		pids[i] = begin_process(INT32_MAX);
	while (atomic_load(&r.current) <= REFRESHES)
		kill_one(pids, &seed);
	for (int i = 0; i < PROCESSES; i++) {
		(void)kill(pids[i], SIGKILL);
		ck_assert_int_eq(waitpid(pids[i], NULL, 0), pids[i]);
		killed[kills++] = pids[i];
	}
	attribute();
	ck_assert_int_ge(kills, PROCESSES);
	/* Whatever was interrupted, the secret still opens. */
	atomic_store(&r.lifetime, 3600);
	signs("demo");
}
END_TEST

/* ---- Disks that fail -------------------------------------------------------- */

static struct rlimit as_before;

static void
limit_files(rlim_t bytes)
{
	struct rlimit limit = as_before;

	limit.rlim_cur = bytes;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(without_room_nothing_is_sent)
{
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &as_before), 0);
	limit_files(4096);
	refused("demo", APAM_E_SECRET, "there is no room for the successor");
	ck_assert_int_eq(atomic_load(&r.count), 0);
	limit_files(as_before.rlim_cur);
	signs("demo");
	rotating_holds(&r, 2, DURABLE_READY);
}
END_TEST

/* A token too large for the limit comes; what Check writes is smaller. */
static void
forbid_files(struct rotating *server)
{
	atomic_store(&server->padding, 40000);
	limit_files(32768);
}

/*
 * The successor came and cannot be stored: what came along signs, nothing more
 * is spent, and it is stored when that is possible.
 */
START_TEST(a_successor_is_kept_until_it_is_stored)
{
	const struct durable_place place = rotating_place(&r);

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &as_before), 0);
	rotating_profile(&r, "demo", "deadline = \"2s\";", "");
	rotating_profile(&r, "other", "deadline = \"1s\";", "");
	r.meanwhile = forbid_files;
	signs("demo");
	rotating_holds(&r, 1, DURABLE_SPENDING);
	ck_assert_int_eq(durable_try_lock(&place, NULL), DURABLE_LOCK_BUSY);
	refused("other", APAM_E_DEADLINE, "did not");
	ck_assert_int_eq(atomic_load(&r.count), 1);
	r.meanwhile = NULL;
	limit_files(as_before.rlim_cur);
	for (int lock = -1; lock < 0; lock = durable_try_lock(&place, NULL))
		(void)poll(NULL, 0, 10);
	rotating_holds(&r, 2, DURABLE_READY);
}
END_TEST

/* The last moment to store it is when the context closes. */
START_TEST(a_context_that_closes_stores_it)
{
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &as_before), 0);
	r.meanwhile = forbid_files;
	signs("demo");
	rotating_holds(&r, 1, DURABLE_SPENDING);
	limit_files(as_before.rlim_cur);
	apam_close(&r.p.ctx);
	rotating_holds(&r, 2, DURABLE_READY);
}
END_TEST

/* Begin a refresh beside a credential that still serves. */
static void
begin_refresh(void)
{
	atomic_store(&r.lifetime, 60);
	signs("demo");
	atomic_store(&r.lifetime, 3600);
	atomic_store(&r.pause_ms, 300);
	clock_advance(57 * 1000);
	signs("demo");
	while (atomic_load(&r.count) < 2)
		(void)poll(NULL, 0, 1);
}

START_TEST(a_context_that_closes_waits_for_it)
{
	begin_refresh();
	apam_close(&r.p.ctx);
	rotating_holds(&r, 3, DURABLE_READY);
}
END_TEST

/* The provider is a process of its own: exit() ends all of this one's. */
START_TEST(a_program_that_exits_waits_for_it)
{
	int status;
	pid_t child;

	atomic_store(&r.lifetime, 60);
	signs("demo");
	apam_close(&r.p.ctx);
	atomic_store(&r.lifetime, 3600);
	atomic_store(&r.pause_ms, 300);
	child = fork();
	if (child == 0) {
		clock_advance(57 * 1000);
		/* The first one takes what is shared, which is due. */
		signs("demo");
		signs("demo");
		/* Until it is on the wire, which the record says before. */
		(void)poll(NULL, 0, 100);
		exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(atomic_load(&r.count), 2);
	rotating_holds(&r, 3, DURABLE_READY);
}
END_TEST

/* A child of a fork neither stores it nor unlocks it. */
START_TEST(a_child_leaves_it_to_its_parent)
{
	const struct durable_place place = rotating_place(&r);
	int status;
	pid_t child;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &as_before), 0);
	r.meanwhile = forbid_files;
	signs("demo");
	child = fork();
	if (child == 0) {
		limit_files(as_before.rlim_cur);
		apam_close(&r.p.ctx);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	rotating_holds(&r, 1, DURABLE_SPENDING);
	ck_assert_int_eq(durable_try_lock(&place, NULL), DURABLE_LOCK_BUSY);
	limit_files(as_before.rlim_cur);
	apam_close(&r.p.ctx);
	rotating_holds(&r, 2, DURABLE_READY);
}
END_TEST

static void
add_strict(TCase *tc)
{
	tcase_add_loop_test(tc, strict_reuse_waits_for_the_end, 0,
	    (int)(sizeof(clock_steps) / sizeof(clock_steps[0])));
	tcase_add_test(tc, strict_reuse_goes_on_at_the_end);
	tcase_add_test(tc, strict_reuse_lets_it_serve);
	tcase_add_test(tc, strict_reuse_is_shown);
	tcase_add_test(tc, strict_reuse_knows_no_end_after_a_login);
	tcase_add_test(tc, strict_reuse_is_of_what_was_lost);
}

int
main(void)
{
	Suite *suite = suite_create("durable");
	TCase *tc = tcase_create("durable"), *many = tcase_create("many");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(
	    tc, the_end_decides, 0, (int)(sizeof(ends) / sizeof(ends[0])));
	tcase_add_test(tc, what_was_not_sent_stays);
	tcase_add_test(tc, what_may_have_been_taken_is_sent_again);
	add_strict(tc);
	tcase_add_loop_test(tc, a_clock_that_is_set_loses_nothing, 0,
	    (int)(sizeof(clock_steps) / sizeof(clock_steps[0])));
	tcase_add_test(tc, who_was_overtaken_reads_again);
	tcase_add_test(tc, who_is_overtaken_twice_gives_up);
	tcase_add_test(tc, silence_is_no_answer);
	tcase_add_test(tc, a_login_ends_a_refusal);
	tcase_add_test(tc, without_a_login_a_profile_opens);
	tcase_add_test(tc, an_older_record_is_not_sent);
	tcase_add_test(tc, another_client_does_not_send_it);
	tcase_add_test(tc, no_log_shows_it);
	tcase_add_test(tc, people_are_told);
	tcase_add_test(tc, many_processes_spend_one);
	tcase_add_test(tc, profiles_share_a_secret);
	tcase_add_test(tc, without_room_nothing_is_sent);
	tcase_add_test(tc, a_successor_is_kept_until_it_is_stored);
	tcase_add_test(tc, a_context_that_closes_stores_it);
	tcase_add_test(tc, a_context_that_closes_waits_for_it);
	tcase_add_test(tc, a_program_that_exits_waits_for_it);
	tcase_add_test(tc, a_child_leaves_it_to_its_parent);
	suite_add_tcase(suite, many);
	tcase_set_timeout(many, 120);
	tcase_add_checked_fixture(many, setup, teardown);
	tcase_add_test(many, a_killed_process_costs_one_sending);
	/* The program apam has clocks that no test has moved. */
	return run_suite_apart(suite);
}
