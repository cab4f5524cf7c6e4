/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An archived key signs nothing anywhere on the machine: eight processes of two
 * users sign some 100,000 times a second in all, while the key is archived and
 * restored again and again.  Prints how long it takes from the call to the last
 * signature.  Full size, 200 trials, by APAM_STRESS=full.
 *
 * As an ordinary user there is one user to be, the rest is the same.
 */
#define _GNU_SOURCE
#include <grp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "file/replace.h"
#include "support/project.h"
#include "support/registry.h"
#include "support/run.h"

#define PROCESSES 8
#define TRIALS 20
#define TRIALS_FULL 200
#define TRIALS_MAX TRIALS_FULL
#define BURST 10 /* signatures of a process without a pause */
#define PAUSE_NS 500000
#define LOOK_US 20000 /* how long they are watched after the archive */
#define WAIT_MS 10000 /* that they may take to sign again */

#define SOME_USER 65534
#define OTHER_USER 65533
#define THEIR_GROUP 65534

static struct project p;

/* What one process says of itself, in memory that all share. */
struct signer {
	pid_t pid;
	_Atomic int64_t begun; /* ns: when its last signature was asked for */
	_Atomic uint64_t signatures, refusals;
	_Atomic int odd; /* a status that is neither */
};
static struct signer *signers;

static int64_t
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int
trials(void)
{
	const char *stress = getenv("APAM_STRESS");

	return stress != NULL && strcmp(stress, "full") == 0 ? TRIALS_FULL :
							       TRIALS;
}

/* ---- The signers --------------------------------------------------------- */

static void
become(int i)
{
	uid_t uid = i % 2 == 0 ? SOME_USER : OTHER_USER;

	if (geteuid() != 0)
		return;
	if (setgroups(0, NULL) != 0 || setgid(THEIR_GROUP) != 0 ||
	    setuid(uid) != 0)
		_exit(1);
}

static void
sign_once(struct signer *me, struct apam_profile *profile)
{
	const struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example.com/x");
	_Alignas(struct apam_header) char store[4096];
	struct apam_signature s = APAM_SIGNATURE_INIT;
	int64_t begun = now_ns();
	enum apam_status status;

	s.store = store;
	s.store_size = sizeof(store);
	status = apam_sign(profile, &request, &s, NULL);
	if (status == APAM_OK) {
		atomic_store(&me->begun, begun);
		atomic_fetch_add(&me->signatures, 1);
	} else if (status == APAM_E_ARCHIVED) {
		atomic_fetch_add(&me->refusals, 1);
	} else {
		atomic_store(&me->odd, (int)status);
	}
	apam_signature_release(&s);
}

static void
sign_for_ever(int i)
{
	const struct timespec pause = { 0, PAUSE_NS };
	struct apam_profile *profile;

	become(i);
	/* A test that fails ends without having stopped them. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	p.ctx = NULL;
	profile = project_get(&p, "one");
	for (;;) {
		for (int n = 0; n < BURST; n++)
			sign_once(&signers[i], profile);
		(void)nanosleep(&pause, NULL);
	}
}

static void
start_signers(void)
{
	signers = mmap(NULL, PROCESSES * sizeof(*signers),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(signers, MAP_FAILED);
	for (int i = 0; i < PROCESSES; i++) {
		pid_t pid = fork();

		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			sign_for_ever(i);
		signers[i].pid = pid;
	}
}

static void
stop_signers(void)
{
	for (int i = 0; i < PROCESSES; i++) {
		(void)kill(signers[i].pid, SIGKILL);
		(void)waitpid(signers[i].pid, NULL, 0);
	}
	(void)munmap(signers, PROCESSES * sizeof(*signers));
}

/* Each has signed, or been refused, ten times more. */
static void
wait_for(_Atomic uint64_t *(*count)(struct signer *s))
{
	const struct timespec pause = { 0, 1000000 };

	for (int i = 0; i < PROCESSES; i++) {
		uint64_t before = atomic_load(count(&signers[i]));
		int ms = 0;

		while (atomic_load(count(&signers[i])) < before + 10) {
			ck_assert_msg(ms++ < WAIT_MS,
			    "process %d stands still, last status %x", i,
			    (unsigned)atomic_load(&signers[i].odd));
			(void)nanosleep(&pause, NULL);
		}
	}
}

static _Atomic uint64_t *
signatures_of(struct signer *s)
{
	return &s->signatures;
}

static _Atomic uint64_t *
refusals_of(struct signer *s)
{
	return &s->refusals;
}

/* ---- The administrator ---------------------------------------------------- */

static const struct apam_key_name key = { .size = sizeof(key), .id = "me" };

static void
let_sign(void)
{
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_msg(
	    apam_key_restore(p.ctx, &key, &err) == APAM_OK, "%s", err.text);
	wait_for(signatures_of);
}

/* Nanoseconds from the call to the last signature; none after its return. */
static int64_t
archive_once(void)
{
	int64_t called = now_ns(), returned, last = called;
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_msg(apam_key_archive(p.ctx, &key, "a test", &err) == APAM_OK,
	    "%s", err.text);
	returned = now_ns();
	(void)usleep(LOOK_US);
	for (int i = 0; i < PROCESSES; i++) {
		int64_t begun = atomic_load(&signers[i].begun);

		ck_assert_msg(begun <= returned,
		    "process %d signed %lld us after the key was archived", i,
		    (long long)(begun - returned) / 1000);
		last = begun > last ? begun : last;
	}
	wait_for(refusals_of);
	return last - called;
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
setup(void)
{
	char text[512];

	project_make(&p);
	project_module(&p, "basic-email-key", false);
	project_write(&p, "secret", "not-a-secret\n");
	ck_assert_int_eq(chmod(p.path, 0640), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(chown(p.path, 0, THEIR_GROUP), 0);
	project_splice(&p,
	    "origins = [ \"https://api.example.com\" ];\n"
	    "auth = ( { scheme = \"basic-email-key\"; email = \"me\";"
	    " key = \"file:@/secret\"; } );\n",
	    text, sizeof(text));
	project_profile(&p, "one", text);
	project_directory(&p, "state");
	ck_assert_int_eq(chmod(p.path, 0755), 0);
	ck_assert_int_eq(chmod(project_path(&p, "modules"), 0755), 0);
	ck_assert_int_eq(chmod(project_path(&p, "apam.d"), 0755), 0);
	ck_assert_int_eq(chmod(p.dir, 0755), 0);
}

static void
teardown(void)
{
	project_remove(&p);
}

static uint64_t
signatures(void)
{
	uint64_t all = 0;

	for (int i = 0; i < PROCESSES; i++)
		all += atomic_load(&signers[i].signatures);
	return all;
}

START_TEST(an_archived_key_signs_no_more_anywhere)
{
	static int64_t took[TRIALS_MAX];
	int n = trials();
	int64_t from;
	uint64_t rate;

	start_signers();
	(void)project_get(&p, "one");
	wait_for(signatures_of);
	/* The first makes the registry, and waits until all look. */
	(void)archive_once();
	let_sign();
	from = now_ns();
	rate = signatures();
	(void)usleep(200000);
	rate = (signatures() - rate) * 1000000000 / (uint64_t)(now_ns() - from);
	for (int i = 0; i < n; i++) {
		took[i] = archive_once();
		let_sign();
	}
	for (int i = 0; i < PROCESSES; i++)
		ck_assert_int_eq(atomic_load(&signers[i].odd), 0);
	stop_signers();
	qsort(took, (size_t)n, sizeof(took[0]), compare);
	printf("archive: %d trials, %llu signatures a second; from the call to "
	       "the last signature: median %lld us, most %lld us; none after "
	       "its return\n",
	    n, (unsigned long long)rate, (long long)took[n / 2] / 1000,
	    (long long)took[n - 1] / 1000);
}
END_TEST

/* A counter that is deleted is made anew, and nobody signs on by the old. */
START_TEST(a_deleted_counter_lets_nothing_through)
{
	start_signers();
	(void)project_get(&p, "one");
	wait_for(signatures_of);
	(void)archive_once();
	let_sign();
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(
		    unlink(project_path(&p, "state/index/counter")), 0);
		(void)archive_once();
		let_sign();
	}
	stop_signers();
}
END_TEST

/* The index of a text, as of a later change, in the place of the one there is. */
static void
put_index(const char *text)
{
	const int index = registry_open(project_path(&p, "state"), "index");
	struct buf bytes;
	struct key_set set;
	unsigned line;

	ck_assert_ptr_null(key_set_read(apam_str(text), &set, &line));
	set.is.generation += 10;
	buf_init(&bytes, KEY_INDEX_MAX);
	ck_assert(key_index_make(&set, &set.is, &bytes));
	ck_assert(file_replace(
	    index, "keys", "keys.new", buf_view(&bytes), 0644, false));
	buf_free(&bytes);
	key_set_free(&set);
	ck_assert_int_eq(close(index), 0);
}

/* Who archives is killed before he can tell: they find out by themselves. */
START_TEST(a_change_that_nobody_told_of_is_found)
{
	char saved[4096];
	size_t n;
	FILE *f;

	start_signers();
	(void)project_get(&p, "one");
	wait_for(signatures_of);
	(void)archive_once();
	f = fopen(project_path(&p, "state/registry/keys"), "r");
	ck_assert_ptr_nonnull(f);
	n = fread(saved, 1, sizeof(saved) - 1, f);
	saved[n] = '\0';
	(void)fclose(f);
	let_sign();
	put_index(saved);
	(void)usleep(1300000);
	for (int i = 0; i < PROCESSES; i++)
		ck_assert_int_lt(
		    atomic_load(&signers[i].begun), now_ns() - 100000000);
	stop_signers();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("archive");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 300);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, an_archived_key_signs_no_more_anywhere);
	tcase_add_test(tc, a_deleted_counter_lets_nothing_through);
	tcase_add_test(tc, a_change_that_nobody_told_of_is_found);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
