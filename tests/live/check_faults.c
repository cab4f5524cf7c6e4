/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every allocation and every call on a file failed in turn, in new processes
 * and in a running one: an archived key signs nothing, a key that is not
 * archived signs whole or not at all, memory that is short is never called
 * anything else, and nothing crashes or hangs.
 *
 * Runs itself anew with tests/faults/fault.c preloaded.  With
 * APAM_STRESS=full there are more errors, and smaller steps of memory.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "faults/fault.h"
#include "profile/handle.h"
#include "profile/reload.h"
#include "support/called_wrong.h"
#include "support/clock.h"
#include "support/project.h"
#include "support/run.h"

#define URL "https://api.example/x"
#define HEADER "Authorization"
#define VALUE "Basic bWU6bm90LWEtc2VjcmV0" /* me:not-a-secret */
#define HANGS_S 30

static struct project p;
static struct apam_profile *profile;
static struct apam *tool; /* the administrator's context */
static void (*switch_on)(const struct fault *fault);
static long (*switch_off)(void);

static const struct apam_key_name key = { .size = sizeof(key), .id = "me" };

/* ---- Which faults ------------------------------------------------------- */

static const struct row {
	const char *name;
	enum fault_kind kind;
	int error;
	bool lasts;
} rows[] = {
	{ "one allocation", FAULT_MEMORY, ENOMEM, false },
	{ "all memory from one on", FAULT_MEMORY, ENOMEM, true },
	{ "one call, ENOMEM", FAULT_FILES, ENOMEM, false },
	{ "one call, EIO", FAULT_FILES, EIO, false },
	{ "one call, EMFILE", FAULT_FILES, EMFILE, false },
	{ "all calls from one on, EIO", FAULT_FILES, EIO, true },
	/* Those of APAM_STRESS=full: */
	{ "all calls from one on, ENOMEM", FAULT_FILES, ENOMEM, true },
	{ "all calls from one on, EMFILE", FAULT_FILES, EMFILE, true },
	{ "one call, EACCES", FAULT_FILES, EACCES, false },
	{ "one call, ENOENT", FAULT_FILES, ENOENT, false },
	{ "one call, EINTR", FAULT_FILES, EINTR, false },
};

static bool
is_stress(void)
{
	const char *stress = getenv("APAM_STRESS");

	return stress != NULL && strcmp(stress, "full") == 0;
}

#define ROWS_USUAL 6

static int
row_count(void)
{
	return is_stress() ? ROWS(rows) : ROWS_USUAL;
}

static struct fault
fault_of(const struct row *row, long at)
{
	return (struct fault){ row->kind, at, row->error,
		row->lasts ? LONG_MAX : at };
}

/* How often what happened, for the message. */
struct sum {
	long calls, signed_whole, refused;
	long bad;
	char first[1024]; /* what was bad first */
};

static void
note_bad(struct sum *sum, long at, const char *what, const char *detail)
{
	if (sum->bad++ == 0)
		(void)snprintf(sum->first, sizeof(sum->first),
		    "%ld: %s: %.800s", at, what, detail);
}

static void
check_sum(const char *what, const struct sum *sum, long least)
{
	printf("%s: %ld calls, %ld signed, %ld refused, %ld bad\n", what,
	    sum->calls, sum->signed_whole, sum->refused, sum->bad);
	ck_assert_int_gt(sum->calls, least);
	ck_assert_msg(sum->bad == 0, "%s: %ld of %ld, the first: %s", what,
	    sum->bad, sum->calls, sum->first);
}

/* ---- The project -------------------------------------------------------- */

static void
write_profile(const char *description)
{
	char text[1024], spliced[1024];

	(void)snprintf(text, sizeof(text),
	    "description = \"%s\";\norigins = [ \"https://api.example\" ];\n"
	    "auth = ( { scheme = \"basic-email-key\"; email = \"me\";\n"
	    "  key = \"file:@/secret\"; } );\n",
	    description);
	project_splice(&p, text, spliced, sizeof(spliced));
	project_profile(&p, "one", spliced);
}

static void
setup(void)
{
	project_make(&p);
	project_module(&p, "basic-email-key", false);
	project_secret(&p, "secret", "not-a-secret\n");
	project_directory(&p, "state");
	write_profile("first");
	profile = project_get(&p, "one");
	tool = p.ctx;
	p.ctx = NULL;
	profile = project_get(&p, "one");
}

static void
teardown(void)
{
	apam_close(&tool);
	project_remove(&p);
}

static void
archive(void)
{
	ck_assert_msg(apam_key_archive(tool, &key, "a test", &p.err) == APAM_OK,
	    "%s", p.err.text);
}

static void
restore(void)
{
	ck_assert_msg(
	    apam_key_restore(tool, &key, &p.err) == APAM_OK, "%s", p.err.text);
}

/* ---- New processes ------------------------------------------------------ */

struct outcome {
	int status; /* of waitpid */
	char said[4096]; /* on standard output and standard error */
};

static void
exec_apam(const char *fault, const char *count, rlim_t address_space)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	char config[256], apam[256];
	int fd = open(
	    project_path(&p, "said"), O_RDWR | O_CREAT | O_TRUNC, 0600);

	(void)snprintf(config, sizeof(config), "%s/apam.conf", p.dir);
	project_built("apam", apam, sizeof(apam));
	(void)dup2(fd, STDOUT_FILENO);
	(void)dup2(fd, STDERR_FILENO);
	if (fault != NULL)
		(void)setenv("APAM_FAULT", fault, 1);
	if (count != NULL)
		(void)setenv("APAM_FAULT_COUNT", count, 1);
	if (address_space != 0) {
		(void)unsetenv("LD_PRELOAD");
		(void)getrlimit(RLIMIT_AS, &limit);
		limit.rlim_cur = address_space;
		(void)setrlimit(RLIMIT_AS, &limit);
	}
	(void)alarm(HANGS_S);
	(void)execl(apam, "apam", "--config", config, "headers", "one", URL,
	    (char *)NULL);
	_exit(126);
}

static void
run_apam(const char *fault, const char *count, rlim_t address_space,
    struct outcome *outcome)
{
	pid_t pid = fork();
	FILE *f;
	size_t n;

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		exec_apam(fault, count, address_space);
	ck_assert_int_eq(waitpid(pid, &outcome->status, 0), pid);
	f = fopen(project_path(&p, "said"), "r");
	ck_assert_ptr_nonnull(f);
	n = fread(outcome->said, 1, sizeof(outcome->said) - 1, f);
	outcome->said[n] = '\0';
	(void)fclose(f);
}

static long
count_calls(enum fault_kind kind)
{
	struct outcome outcome;
	char fault[64], count[256];
	long n = 0;
	FILE *f;

	(void)snprintf(fault, sizeof(fault), "%d:0:0:0", (int)kind);
	(void)snprintf(count, sizeof(count), "%s/count", p.dir);
	run_apam(fault, count, 0, &outcome);
	f = fopen(count, "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fscanf(f, "%ld", &n), 1);
	(void)fclose(f);
	return n;
}

static void
judge_process(struct sum *sum, long at, const struct outcome *o, bool archived)
{
	const bool said = strstr(o->said, HEADER) != NULL;
	const bool whole = strstr(o->said, HEADER ": " VALUE "\n") != NULL;
	const bool done = WIFEXITED(o->status) && WEXITSTATUS(o->status) == 0;

	if (WIFSIGNALED(o->status))
		note_bad(sum, at,
		    WTERMSIG(o->status) == SIGALRM ? "hangs" : "crashes",
		    o->said);
	else if (said && archived)
		note_bad(sum, at, "an archived key signs", o->said);
	else if (said != whole || said != done)
		note_bad(sum, at, "a part of the credential", o->said);
	else if (is_called_wrong(o->said))
		note_bad(sum, at, "called what it is not", o->said);
	else if (said)
		sum->signed_whole++;
	else
		sum->refused++;
}

static void
fail_in_processes(const struct row *row, bool archived)
{
	struct sum sum = { .calls = count_calls(row->kind) };
	struct outcome outcome;
	struct fault fault;
	char text[128];

	for (long at = 1; at <= sum.calls; at++) {
		fault = fault_of(row, at);
		(void)snprintf(text, sizeof(text), "%d:%ld:%d:%ld",
		    (int)fault.kind, fault.at, fault.error, fault.last);
		run_apam(text, NULL, 0, &outcome);
		judge_process(&sum, at, &outcome, archived);
	}
	check_sum(row->name, &sum, 10);
}

START_TEST(an_archived_key_signs_in_no_new_process)
{
	archive();
	fail_in_processes(&rows[_i], true);
}
END_TEST

START_TEST(a_new_process_signs_whole_or_not_at_all)
{
	fail_in_processes(&rows[_i], false);
}
END_TEST

/* ---- Little memory ------------------------------------------------------ */

#define SPACE_STEP (16 * 1024)
#define SPACE_STEP_FULL 4096
#define SPACE_MORE 16 /* of those steps that are enough */

/* From what the program cannot be loaded with to what is enough. */
static void
limit_memory(bool archived)
{
	const rlim_t step = is_stress() ? SPACE_STEP_FULL : SPACE_STEP;
	struct sum sum = { 0 };
	struct outcome o;
	int enough = 0;

	for (rlim_t space = 1 << 20; enough < SPACE_MORE; space += step) {
		run_apam(NULL, NULL, space, &o);
		/* The loader's own words for it. */
		if (strstr(o.said, "error while loading shared") != NULL ||
		    (WIFSIGNALED(o.status) && o.said[0] == '\0' &&
			sum.calls == 0))
			continue;
		sum.calls++;
		judge_process(&sum, (long)(space / 1024), &o, archived);
		enough += strstr(o.said, archived ? "archived" : VALUE) != NULL;
		ck_assert_uint_lt(space, 1 << 30);
	}
	check_sum("ulimit -v", &sum, 10);
}

START_TEST(little_memory_lets_no_archived_key_sign)
{
	archive();
	limit_memory(true);
}
END_TEST

START_TEST(little_memory_is_survived)
{
	limit_memory(false);
}
END_TEST

/* ---- A running host ----------------------------------------------------- */

/* Sign after a look at the files; *whole: with all of the credential. */
static enum apam_status
sign(bool *whole, struct apam_error *err)
{
	struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_signature s = APAM_SIGNATURE_INIT;
	enum apam_status status;

	profile->check_at = 0;
	status = apam_sign(profile, &request, &s, err);
	*whole = status == APAM_OK && s.header_count == 1 &&
	    s.headers[0].value.n == sizeof(VALUE) - 1 &&
	    memcmp(s.headers[0].value.p, VALUE, sizeof(VALUE) - 1) == 0;
	apam_signature_release(&s);
	return status;
}

/*
 * A second later: a fault may have kept the registry from being read, and it is
 * looked at once a second.
 */
static void
must_sign(void)
{
	bool whole;

	clock_advance(1000);
	ck_assert_msg(sign(&whole, &p.err) == APAM_OK, "%s", p.err.text);
	ck_assert(whole);
}

/* Sign while a fault is on; true while there may be more calls to fail. */
static bool
sign_with(const struct row *row, long at, bool archived, struct sum *sum)
{
	const struct fault fault = fault_of(row, at);
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	bool whole;
	long n;

	switch_on(&fault);
	status = sign(&whole, &err);
	n = switch_off();
	if (status == APAM_OK && archived)
		note_bad(sum, at, "an archived key signs", "");
	else if (status == APAM_OK && !whole)
		note_bad(sum, at, "a part of the credential", "");
	else if (status == APAM_OK)
		sum->signed_whole++;
	else if (is_called_wrong(err.text))
		note_bad(sum, at, "called what it is not", err.text);
	else
		sum->refused++;
	sum->calls = n > sum->calls ? n : sum->calls;
	return n >= at;
}

/* Archived under a program that signs, which then looks with a fault. */
START_TEST(an_archived_key_signs_in_no_running_program)
{
	const struct row *row = &rows[_i];
	struct sum sum = { 0 };
	bool more = true, whole;

	for (long at = 1; more; at++) {
		must_sign();
		archive();
		more = sign_with(row, at, true, &sum);
		ck_assert_int_ne(sign(&whole, &p.err), APAM_OK);
		restore();
		/* One that could not map the counter looks once a second. */
		apam_close(&p.ctx);
		profile = project_get(&p, "one");
	}
	check_sum(row->name, &sum, 1);
}
END_TEST

/* A profile that changes under a program that signs. */
START_TEST(a_reload_fails_whole_or_not_at_all)
{
	const struct row *row = &rows[_i];
	struct sum sum = { 0 };
	bool more = true;

	must_sign();
	for (long at = 1; more; at++) {
		write_profile(at % 2 == 0 ? "even" : "odd, and longer");
		more = sign_with(row, at, false, &sum);
		must_sign();
	}
	check_sum(row->name, &sum, 10);
}
END_TEST

/* All memory that is to be had, in pieces. */
struct piece {
	struct piece *next;
	char rest[112];
};

static void
limit_address_space(bool on)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	(void)getrlimit(RLIMIT_AS, &limit);
	/* What is mapped already stays. */
	limit.rlim_cur = on ? 1 : limit.rlim_max;
	(void)setrlimit(RLIMIT_AS, &limit);
}

/* Take all but so many pieces, sign, and give them back. */
static enum apam_status
sign_with_pieces(int left, bool *whole, struct apam_error *err)
{
	struct piece *all = NULL, *one;
	enum apam_status status;

	limit_address_space(true);
	while ((one = malloc(sizeof(*one))) != NULL) {
		one->next = all;
		all = one;
	}
	for (; left > 0 && all != NULL; left--) {
		one = all->next;
		free(all);
		all = one;
	}
	status = sign(whole, err);
	limit_address_space(false);
	for (; all != NULL; all = one) {
		one = all->next;
		free(all);
	}
	return status;
}

#define PIECES_MOST 400

/* No call fails by number here: there is as much memory as there is. */
START_TEST(a_reload_with_little_memory_is_survived)
{
	struct sum sum = { .calls = PIECES_MOST };
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	bool whole;

	must_sign();
	for (int left = 0; left < PIECES_MOST; left += is_stress() ? 1 : 4) {
		write_profile(left % 8 == 0 ? "even" : "odd, and longer");
		status = sign_with_pieces(left, &whole, &err);
		if (status == APAM_OK && !whole)
			note_bad(&sum, left, "a part of the credential", "");
		else if (is_called_wrong(err.text))
			note_bad(&sum, left, "called what it is not", err.text);
		sum.signed_whole += status == APAM_OK;
		/* The old profile goes on, and signs all the same. */
		sum.refused += profile->reload_error.status == APAM_E_MEMORY;
		must_sign();
	}
	check_sum("little memory", &sum, 10);
	ck_assert_int_gt(sum.refused, 3);
}
END_TEST

/* Open a context and sign, with a fault from the first call on. */
static bool
open_and_sign_with(const struct row *row, long at, struct sum *sum)
{
	const struct fault fault = fault_of(row, at);
	char config[128];
	const struct apam_open_options options = { .size = sizeof(options),
		.config = config,
		.flags = APAM_OPEN_USER };
	bool more = true;
	enum apam_status status;
	long n;

	(void)snprintf(config, sizeof(config), "%s/apam.conf", p.dir);
	apam_close(&p.ctx);
	switch_on(&fault);
	status = apam_open(&options, &p.ctx, &p.err);
	if (status == APAM_OK)
		status = apam_profile_get(p.ctx, "one", &profile, &p.err);
	n = switch_off();
	if (status == APAM_OK && n < at)
		return sign_with(row, at - n, false, sum);
	sum->calls = n > sum->calls ? n : sum->calls;
	sum->refused += status != APAM_OK;
	return more;
}

/* A context that is opened, and the first signature of its profile. */
START_TEST(a_first_load_fails_whole_or_not_at_all)
{
	const struct row *row = &rows[_i];
	struct sum sum = { 0 };
	bool more = true;

	project_directory(&p, "state/users");
	for (long at = 1; more; at++) {
		more = open_and_sign_with(row, at, &sum);
		/* Set aside is what is another's, not what cannot be read. */
		if (access(project_path(&p, "state/users"), F_OK) != 0)
			note_bad(&sum, at, "the notes are set aside", "");
		/* A context that could not look may look again later. */
		apam_close(&p.ctx);
		profile = project_get(&p, "one");
		must_sign();
	}
	check_sum(row->name, &sum, 20);
}
END_TEST

/* ---- All ---------------------------------------------------------------- */

/* Run anew with the library preloaded; returns where that is done. */
static void
preload(char **argv)
{
	char built[256], path[PATH_MAX];

	if (dlsym(RTLD_DEFAULT, "fault_on") != NULL)
		return;
	project_built("tests/faults/fault.so", built, sizeof(built));
	if (realpath(built, path) == NULL || setenv("LD_PRELOAD", path, 1) != 0)
		exit(2);
	(void)execv("/proc/self/exe", argv);
	exit(2);
}

int
main(int argc, char **argv)
{
	Suite *suite = suite_create("faults");
	TCase *tc = tcase_create("faults");

	(void)argc;
	preload(argv);
	*(void **)&switch_on = dlsym(RTLD_DEFAULT, "fault_on");
	*(void **)&switch_off = dlsym(RTLD_DEFAULT, "fault_off");
	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 600);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(
	    tc, an_archived_key_signs_in_no_new_process, 0, row_count());
	tcase_add_loop_test(
	    tc, a_new_process_signs_whole_or_not_at_all, 0, row_count());
	tcase_add_test(tc, little_memory_lets_no_archived_key_sign);
	tcase_add_test(tc, little_memory_is_survived);
	tcase_add_loop_test(
	    tc, an_archived_key_signs_in_no_running_program, 0, row_count());
	tcase_add_loop_test(
	    tc, a_reload_fails_whole_or_not_at_all, 0, row_count());
	tcase_add_test(tc, a_reload_with_little_memory_is_survived);
	tcase_add_loop_test(
	    tc, a_first_load_fails_whole_or_not_at_all, 0, row_count());
	return run_suite_apart(suite);
}
