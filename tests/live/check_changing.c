/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Secrets that change, in a profile at work: what a program, a variable or a
 * credential gives is read anew for each credential, `keep` says how long it is
 * kept, and whoever moves flights waits for no program.  The token server is a
 * raw one, which shows what it was sent.
 */
#include <keyutils.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>

#include "abi/service_say.h"
#include "entry/entry.h"
#include "keys/mark.h"
#include "profile/reload.h"
#include "slot/write.h"
#include "support/flights.h"
#include "support/registry.h"
#include "support/volume.h"

#define TOKEN                                                                  \
	"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"                \
	"Connection: close\r\n\r\n"                                            \
	"{\"access_token\":\"fake-token\",\"token_type\":\"Bearer\","          \
	"\"expires_in\":3600}"
#define REFUSAL                                                                \
	"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\n"      \
	"Connection: close\r\n\r\n{\"error\":\"invalid_client\"}"
#define CLIENT                                                                 \
	"token_url = \"%/token\"; client_id = \"reader\"; client_auth = "      \
	"\"post\"; client_secret = "
#define SLOW_MS 20000

static struct flights t;
static struct apam_error err;
static char program[128], reference[160];

/*
 * A program that prints "fake-secret-N" at its N-th run.  With a file "fails"
 * it fails, with a FIFO "gate" it waits until somebody opens that.
 */
static void
make_program(void)
{
	char text[512];

	(void)snprintf(
	    program, sizeof(program), "/tmp/apam-changing-%d", (int)getpid());
	ck_assert_int_eq(mkdir(program, 0755), 0);
	(void)snprintf(text, sizeof(text),
	    "#!/bin/sh\ncd %s || exit 9\n[ ! -e fails ] || exit 3\n"
	    "[ ! -p gate ] || read x <gate\n"
	    "n=$(cat runs 2>/dev/null || echo 0)\n"
	    "[ -e same ] || n=$((n + 1))\necho $n >runs\n"
	    "echo x >>starts\necho fake-secret-$n\n",
	    program);
	(void)snprintf(reference, sizeof(reference), "%s/program", program);
	FILE *f = fopen(reference, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(reference, 0755), 0);
	(void)snprintf(
	    reference, sizeof(reference), "\"exec:%s/program\";", program);
}

static const char *
beside(const char *name)
{
	static char path[160];

	(void)snprintf(path, sizeof(path), "%s/%s", program, name);
	return path;
}

static void
touch(const char *name)
{
	const int fd = open(beside(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(close(fd), 0);
}

/* How often the program has run to its end. */
static int
runs(void)
{
	struct stat st;

	return stat(beside("starts"), &st) == 0 ? (int)st.st_size / 2 : 0;
}

static void
setup(void)
{
	err = (struct apam_error)APAM_ERROR_INIT;
	make_program();
	t.scheme = "oauth2-client-credentials";
}

static void
teardown(void)
{
	char command[160];

	flights_close(&t);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", program);
	ck_assert_int_eq(system(command), 0);
}

/* Open a profile whose client secret comes from there. */
static void
begin(const char *token, const char *more, const char *ref, const char *options)
{
	const struct raw_answer answer = { .head = token };
	char all[512];

	(void)snprintf(all, sizeof(all), "%s%s %s",
	    strcmp(t.scheme, "basic-email-key") == 0 ?
		"email = \"a@example.org\"; key = " :
		CLIENT,
	    ref, options);
	flights_open(&t, &answer, more, all);
}

static enum apam_status
sign_in(int timeout_ms, char *header, size_t size)
{
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_request request = APAM_REQUEST("GET", NULL);
	char url[64];
	enum apam_status status;

	(void)snprintf(
	    url, sizeof(url), "http://127.0.0.1:%u/x", t.server.port);
	request.url = url;
	request.timeout_ms = timeout_ms;
	error_clear(&err);
	status = apam_sign(t.profile, &request, &s, &err);
	if (status == APAM_OK && header != NULL)
		(void)snprintf(header, size, "%.*s", (int)s.headers[0].value.n,
		    s.headers[0].value.p);
	apam_signature_release(&s);
	return status;
}

/* As if the token had been used up: the next signature needs another one. */
static void
use_up(void)
{
	pthread_mutex_lock(&t.entry->env->lock);
	credential_state_drop(&t.entry->credential);
	slot_close(t.entry->slot);
	pthread_mutex_unlock(&t.entry->env->lock);
}

/* Sign with a token of its own. */
static enum apam_status
sign(void)
{
	use_up();
	return sign_in(SLOW_MS, NULL, 0);
}

static void
must_sign(void)
{
	ck_assert_msg(sign() == APAM_OK, "%d: %s", err.status, err.text);
}

/* The token server was last sent this secret. */
static void
was_sent(const char *secret)
{
	char wanted[64];
	const char *at;

	(void)snprintf(wanted, sizeof(wanted), "client_secret=%s", secret);
	at = strstr(t.server.request, wanted);
	ck_assert_msg(at != NULL &&
		(at[strlen(wanted)] == '&' || at[strlen(wanted)] == '\0'),
	    "not %s: %s", secret, t.server.request);
}

/* ---- Read anew ----------------------------------------------------------- */

/* Opening the profile runs it once, and that serves the first token. */
START_TEST(four_tokens_have_four_secrets)
{
	begin(TOKEN, "", reference, "");
	for (int i = 1; i <= 4; i++) {
		char secret[32];

		must_sign();
		(void)snprintf(secret, sizeof(secret), "fake-secret-%d", i);
		was_sent(secret);
		ck_assert_int_eq(atomic_load(&t.server.hits), i);
		ck_assert_int_eq(runs(), i);
	}
}
END_TEST

START_TEST(what_is_kept_is_not_read_anew)
{
	begin(TOKEN, "", reference, "keep = \"10m\";");
	for (int i = 1; i <= 4; i++) {
		must_sign();
		was_sent("fake-secret-1");
	}
	ck_assert_int_eq(atomic_load(&t.server.hits), 4);
	ck_assert_int_eq(runs(), 1);
	/* Until that time is over. */
	t.entry->present->read_at -= 600000;
	must_sign();
	was_sent("fake-secret-2");
	must_sign();
	was_sent("fake-secret-2");
}
END_TEST

START_TEST(what_was_read_long_before_is_read_anew)
{
	begin(TOKEN, "", reference, "");
	t.entry->present->read_at -= SECRET_FIRST_USE_MS;
	must_sign();
	was_sent("fake-secret-2");
}
END_TEST

START_TEST(a_variable_is_read_anew)
{
	ck_assert_int_eq(setenv("APAM_TEST_MOVING", "one", 1), 0);
	begin(TOKEN, "", "\"env:APAM_TEST_MOVING\";", "");
	must_sign();
	was_sent("one");
	ck_assert_int_eq(setenv("APAM_TEST_MOVING", "two", 1), 0);
	must_sign();
	was_sent("two");
}
END_TEST

/* A key of the session's, in a session of the test's own. */
static bool
put_key(const char *text)
{
	return add_key("user", "apam-test:moving", text, strlen(text),
		   KEY_SPEC_SESSION_KEYRING) >= 0;
}

START_TEST(a_key_of_the_kernel_is_read_anew)
{
	if (keyctl_join_session_keyring(NULL) < 0 || !put_key("one")) {
		(void)printf("a_key_of_the_kernel_is_read_anew is passed over: "
			     "the kernel gives no keys here\n");
		return;
	}
	begin(TOKEN, "", "\"keyring:apam-test:moving\";", "");
	must_sign();
	was_sent("one");
	ck_assert(put_key("two"));
	must_sign();
	was_sent("two");
	ck_assert(put_key("three"));
	must_sign();
	was_sent("three");
}
END_TEST

/* What the module says of either is hidden, as it is of the first one. */
START_TEST(what_was_read_anew_is_masked)
{
	char text[SERVICE_MESSAGE_MAX];

	begin(TOKEN, "", reference, "");
	must_sign();
	must_sign();
	was_sent("fake-secret-2");
	service_message(&t.entry->services.pub,
	    APAM_STR("fake-secret-1, fake-secret-2, -3"), text, sizeof(text));
	ck_assert_str_eq(text, "*************, *************, -3");
}
END_TEST

static void
put_credential(const char *text)
{
	const int fd = open(
	    beside("cred"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(close(fd), 0);
}

START_TEST(a_credential_is_read_anew)
{
	ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", program, 1), 0);
	put_credential("one");
	begin(TOKEN, "", "\"credential:cred\";", "");
	must_sign();
	was_sent("one");
	put_credential("two");
	must_sign();
	was_sent("two");
	ck_assert_int_eq(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}
END_TEST

/* A check that mints is about the key as it is now. */
START_TEST(a_check_reads_anew)
{
	struct key_finding found;
	struct flight *f;
	enum flight_wait wait;

	begin(TOKEN, "", reference, "");
	must_sign();
	f = flights_new(&t, FLIGHT_PROVE, FLIGHT_MS);
	wait = flight_start(f);
	while (wait == FLIGHT_PROGRAM) {
		secret_exec_wait(flight_program(f));
		wait = flight_woken(f);
	}
	ck_assert_int_eq(wait, FLIGHT_TRANSFER);
	(void)flights_transfer(f);
	found = f->finding;
	flight_free(&f);
	ck_assert_int_eq(found.state, APAM_KEY_GOOD);
	was_sent("fake-secret-2");
}
END_TEST

/* ---- Without an exchange -------------------------------------------------- */

START_TEST(a_static_one_is_acquired_anew_by_demand)
{
	char first[128], next[128];

	t.scheme = "basic-email-key";
	begin(TOKEN, "", reference, "keep = \"10s\";");
	ck_assert_int_eq(sign_in(SLOW_MS, first, sizeof(first)), APAM_OK);
	ck_assert_int_eq(sign_in(SLOW_MS, next, sizeof(next)), APAM_OK);
	ck_assert_str_eq(first, next);
	ck_assert_int_eq(runs(), 1);
	/* As if ten seconds had passed. */
	pthread_mutex_lock(&t.entry->env->lock);
	t.entry->present->read_at -= 10000;
	ck_assert_int_le(
	    t.entry->credential.current->expires, clock_ms() + 10000);
	t.entry->credential.current->stale = 0;
	slot_close(t.entry->slot);
	pthread_mutex_unlock(&t.entry->env->lock);
	ck_assert_int_eq(sign_in(SLOW_MS, next, sizeof(next)), APAM_OK);
	ck_assert_str_ne(first, next);
	ck_assert_int_eq(runs(), 2);
}
END_TEST

/* Time itself is waited for here, the shortest there is. */
START_TEST(a_slot_ends_with_what_is_kept)
{
	const int64_t until = clock_ms() + SLOW_MS;
	char first[128], next[128];

	t.scheme = "basic-email-key";
	begin(TOKEN, "", reference, "keep = \"1s\";");
	ck_assert_int_eq(sign_in(SLOW_MS, first, sizeof(first)), APAM_OK);
	do
		ck_assert_int_eq(sign_in(SLOW_MS, next, sizeof(next)), APAM_OK);
	while (strcmp(first, next) == 0 && clock_ms() < until);
	ck_assert_str_ne(first, next);
}
END_TEST

START_TEST(without_keep_a_static_one_stays)
{
	t.scheme = "basic-email-key";
	begin(TOKEN, "", reference, "");
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(sign_in(SLOW_MS, NULL, 0), APAM_OK);
	ck_assert_int_eq(t.entry->credential.current->expires, INT64_MAX);
	ck_assert_int_eq(runs(), 1);
}
END_TEST

/* The API rejects it: the secret may have been replaced. */
START_TEST(a_rejected_static_one_is_read_anew)
{
	char first[128], next[128];

	t.scheme = "basic-email-key";
	begin(TOKEN, "", reference, "");
	ck_assert_int_eq(sign_in(SLOW_MS, first, sizeof(first)), APAM_OK);
	pthread_mutex_lock(&t.entry->env->lock);
	credential_state_reject(&t.entry->credential);
	slot_close(t.entry->slot);
	pthread_mutex_unlock(&t.entry->env->lock);
	ck_assert_msg(
	    sign_in(SLOW_MS, next, sizeof(next)) == APAM_OK, "%s", err.text);
	ck_assert_str_ne(first, next);
	ck_assert_int_eq(runs(), 2);
}
END_TEST

/* ---- Failures ------------------------------------------------------------ */

START_TEST(a_failure_is_told_and_not_repeated)
{
	begin(TOKEN, "", reference, "");
	must_sign();
	touch("fails");
	ck_assert_int_eq(sign(), APAM_E_SECRET);
	ck_assert_ptr_nonnull(strstr(err.text, "client_secret: exec:/"));
	ck_assert_ptr_nonnull(strstr(err.text, "ended with exit status 3"));
	pthread_mutex_lock(&t.entry->env->lock);
	t.entry->credential.restraint.not_before = clock_ms() + 60000;
	pthread_mutex_unlock(&t.entry->env->lock);
	ck_assert_int_eq(unlink(beside("fails")), 0);
	ck_assert_int_eq(sign(), APAM_E_SECRET);
	ck_assert_ptr_nonnull(strstr(err.text, "the next try is in"));
	ck_assert_int_eq(runs(), 1);
	pthread_mutex_lock(&t.entry->env->lock);
	t.entry->credential.restraint.not_before = 0;
	pthread_mutex_unlock(&t.entry->env->lock);
	must_sign();
	was_sent("fake-secret-2");
	ck_assert_uint_eq(t.entry->credential.restraint.failures, 0);
}
END_TEST

/* Others may write the program now. */
START_TEST(an_untrusted_program_is_not_run_anew)
{
	begin(TOKEN, "", reference, "");
	must_sign();
	ck_assert_int_eq(chmod(beside("program"), 0777), 0);
	ck_assert_int_eq(sign(), APAM_E_TRUST);
	ck_assert_ptr_nonnull(strstr(err.text, "can be changed by others"));
	ck_assert_int_eq(runs(), 1);
}
END_TEST

static void
wait_for_landing(uint64_t before)
{
	const int64_t until = clock_ms() + SLOW_MS;
	uint64_t now = before;

	while (now == before && clock_ms() < until) {
		clock_sleep(5);
		pthread_mutex_lock(&t.entry->env->lock);
		now = t.entry->flight.flights;
		pthread_mutex_unlock(&t.entry->env->lock);
	}
	ck_assert_uint_gt(now, before);
}

START_TEST(the_old_token_goes_on_while_it_is_valid)
{
	uint64_t before;

	begin(TOKEN, "", reference, "");
	ck_assert_int_eq(sign_in(SLOW_MS, NULL, 0), APAM_OK);
	touch("fails");
	pthread_mutex_lock(&t.entry->env->lock);
	before = t.entry->flight.flights;
	t.entry->credential.refresh_at = 0;
	slot_close(t.entry->slot);
	pthread_mutex_unlock(&t.entry->env->lock);
	ck_assert_int_eq(sign_in(SLOW_MS, NULL, 0), APAM_OK);
	wait_for_landing(before);
	ck_assert_int_eq(t.entry->flight.outcome.status, APAM_E_SECRET);
	ck_assert_int_gt(t.entry->credential.refresh_at, clock_ms() - 1000);
	ck_assert_uint_eq(t.entry->credential.restraint.failures, 1);
	ck_assert_int_eq(sign_in(SLOW_MS, NULL, 0), APAM_OK);
	ck_assert_int_eq(atomic_load(&t.server.hits), 1);
}
END_TEST

/* ---- A key that was refused ---------------------------------------------- */

static void
look_now(void)
{
	t.entry->present->read_at -= SECRET_FIRST_USE_MS;
	pthread_mutex_lock(&t.entry->env->lock);
	t.entry->credential.restraint.look_at = 0;
	pthread_mutex_unlock(&t.entry->env->lock);
}

static void
is_refused(void)
{
	const enum apam_status status = sign();

	ck_assert_uint_eq(APAM_CLASS(status), APAM_CLASS_REVOKED);
}

START_TEST(a_replaced_secret_opens_the_latch)
{
	begin(REFUSAL, "", reference, "");
	touch("same");
	is_refused();
	ck_assert_int_eq(atomic_load(&t.server.hits), 1);
	/* It is not yet time to look, and then it is the same. */
	is_refused();
	ck_assert_int_eq(runs(), 1);
	look_now();
	is_refused();
	ck_assert_int_eq(runs(), 2);
	is_refused();
	ck_assert_int_eq(runs(), 2);
	ck_assert_int_eq(atomic_load(&t.server.hits), 1);
	/* It was replaced. */
	ck_assert_int_eq(unlink(beside("same")), 0);
	t.server.answer.head = TOKEN;
	look_now();
	must_sign();
	ck_assert_int_eq(runs(), 3);
	ck_assert_int_eq(atomic_load(&t.server.hits), 2);
}
END_TEST

/* ---- The registry -------------------------------------------------------- */

static enum apam_status
put(void *arg, struct key_set *set, struct apam_error *why)
{
	(void)why;
	key_set_free(set);
	return key_set_add(set, arg) == NULL ? APAM_E_MEMORY : APAM_OK;
}

/* The text that marks are made of: one secret, after its length. */
static void
archive_secret(const char *secret)
{
	char state[128], text[64] = { (char)strlen(secret) };
	struct key_record r = { .scheme = "oauth2-client-credentials",
		.id = "reader",
		.description = "",
		.access = "",
		.created_by = "root",
		.archived_at = 1700000001,
		.archived_by = "alice",
		.why = "a lost laptop",
		.marked = secret[0] != '\0' };
	struct key_registry where = { state, true, NULL };

	(void)snprintf(state, sizeof(state), "%s/state", t.p.dir);
	memcpy(text + 8, secret, strlen(secret));
	memset(r.salt, 7, sizeof(r.salt));
	ck_assert_int_eq(key_mark(&(struct key_identity){ r.scheme, r.id,
				      { text, 8 + strlen(secret) } },
			     r.salt, r.mark, &err),
	    APAM_OK);
	ck_assert_msg(key_registry_change(&where, put, &r, &err) == APAM_OK,
	    "%s", err.text);
}

START_TEST(a_secret_that_was_archived_is_not_sent)
{
	begin(TOKEN, "", reference, "");
	must_sign();
	archive_secret("fake-secret-2");
	ck_assert_int_eq(sign(), APAM_E_ARCHIVED);
	ck_assert_msg(
	    strstr(err.text, "archived by alice") != NULL, "%s", err.text);
	was_sent("fake-secret-1");
	/* It stays so, without another look. */
	ck_assert_int_eq(sign(), APAM_E_ARCHIVED);
	ck_assert_int_eq(runs(), 2);
	ck_assert_int_eq(atomic_load(&t.server.hits), 1);
}
END_TEST

/* A record without a mark stands for the id, whatever its secret is. */
START_TEST(an_archived_id_stays_archived)
{
	begin(TOKEN, "", reference, "");
	must_sign();
	must_sign();
	archive_secret("");
	ck_assert_int_eq(sign(), APAM_E_ARCHIVED);
	t.entry->present->read_at = 0;
	ck_assert_int_eq(sign(), APAM_E_ARCHIVED);
	ck_assert_int_eq(atomic_load(&t.server.hits), 2);
}
END_TEST

/* ---- Nobody waits -------------------------------------------------------- */

static void *
sign_aside(void *arg)
{
	enum apam_status *status = arg;
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_request request = APAM_REQUEST("GET", NULL);
	char url[64];

	(void)snprintf(
	    url, sizeof(url), "http://127.0.0.1:%u/x", t.server.port);
	request.url = url;
	request.timeout_ms = SLOW_MS;
	*status = apam_sign(t.profile, &request, &s, NULL);
	apam_signature_release(&s);
	return NULL;
}

static void
make_gate(void)
{
	ck_assert_int_eq(mkfifo(beside("gate"), 0600), 0);
}

/* Let the program that reads it go on; waits until there is one. */
static void
open_gate(void)
{
	const int fd = open(beside("gate"), O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "go\n", 3), 3);
	ck_assert_int_eq(close(fd), 0);
}

/* A second profile, with the same server and a secret of its own. */
static struct apam_profile *
another_profile(void)
{
	char text[1024];

	ck_assert_int_eq(setenv("APAM_TEST_MOVING", "other", 1), 0);
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"http://127.0.0.1:%u/other\" ];\n"
	    "allow_http = true;\nauth = ( { scheme = "
	    "\"oauth2-client-credentials\"; token_url = "
	    "\"http://127.0.0.1:%u/token\"; client_id = \"other\"; "
	    "client_secret = \"env:APAM_TEST_MOVING\"; } );\n",
	    t.server.port, t.server.port);
	project_profile(&t.p, "other", text);
	return project_get(&t.p, "other");
}

START_TEST(a_slow_program_holds_up_nobody_else)
{
	struct apam_profile *other;
	enum apam_status status = APAM_E_INTERNAL;
	pthread_t thread;

	begin(TOKEN, "", reference, "");
	must_sign();
	other = another_profile();
	make_gate();
	use_up();
	ck_assert_int_eq(pthread_create(&thread, NULL, sign_aside, &status), 0);
	/* The loop makes exchanges while the program waits. */
	for (int i = 0; i < 3; i++) {
		struct apam_signature s = APAM_SIGNATURE_INIT;
		struct apam_request request = APAM_REQUEST("GET", NULL);
		char url[64];

		(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/other/x",
		    t.server.port);
		request.url = url;
		request.timeout_ms = SLOW_MS;
		ck_assert_int_eq(apam_sign(other, &request, &s, &err), APAM_OK);
		apam_signature_release(&s);
	}
	ck_assert_int_eq(runs(), 1);
	open_gate();
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_eq(status, APAM_OK);
	ck_assert_int_eq(runs(), 2);
}
END_TEST

START_TEST(a_call_ends_in_time)
{
	const int64_t before = clock_ms();

	begin(TOKEN, "", reference, "");
	must_sign();
	make_gate();
	use_up();
	ck_assert_int_eq(sign_in(300, NULL, 0), APAM_E_DEADLINE);
	ck_assert_int_lt(clock_ms() - before, SLOW_MS / 2);
	ck_assert_str_eq(err.text,
	    "the program that gives the entry's secret did not end in time");
	/* The program goes on, and the next call has what it gives. */
	open_gate();
	ck_assert_int_eq(unlink(beside("gate")), 0);
	must_sign();
}
END_TEST

/* The flight has the profile's deadline, and its program with it. */
START_TEST(a_program_ends_with_its_flight)
{
	uint64_t before;

	begin(TOKEN, "deadline = \"1s\";", reference, "");
	must_sign();
	make_gate();
	before = t.entry->flight.flights;
	use_up();
	ck_assert_int_eq(sign_in(0, NULL, 0), APAM_E_DEADLINE);
	wait_for_landing(before);
	ck_assert_int_eq(t.entry->flight.outcome.status, APAM_E_DEADLINE);
	ck_assert_ptr_nonnull(
	    strstr(t.entry->flight.outcome.text, "did not finish in"));
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

START_TEST(a_child_of_a_fork_leaves_the_program_alone)
{
	enum apam_status status = APAM_E_INTERNAL;
	pthread_t thread;
	int how = 0;
	pid_t pid;

	begin(TOKEN, "", reference, "");
	must_sign();
	make_gate();
	use_up();
	ck_assert_int_eq(pthread_create(&thread, NULL, sign_aside, &status), 0);
	open_gate();
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		apam_close(&t.p.ctx);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &how, 0), pid);
	ck_assert_int_eq(how, 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_eq(status, APAM_OK);
}
END_TEST

/* ---- A volume ------------------------------------------------------------ */

struct swapping {
	struct volume volume;
	_Atomic(bool) over;
};

static void *
swap_on(void *arg)
{
	struct swapping *s = arg;

	for (int i = 0; i < 1000; i++)
		volume_put(
		    &s->volume, "token", i % 2 == 0 ? "fake-old" : "fake-new");
	atomic_store(&s->over, true);
	return NULL;
}

/* base64 of "a@example.org:fake-old" and of the new one. */
#define OLD "Basic YUBleGFtcGxlLm9yZzpmYWtlLW9sZA=="
#define NEW "Basic YUBleGFtcGxlLm9yZzpmYWtlLW5ldw=="

START_TEST(a_volume_that_moves_gives_the_old_or_the_new_one)
{
	struct swapping s = { .over = false };
	unsigned olds = 0, news = 0;
	char header[128], ref[192];
	pthread_t thread;

	volume_make(&s.volume, beside("volume"), 0644);
	volume_put(&s.volume, "token", "fake-old");
	(void)snprintf(
	    ref, sizeof(ref), "\"world-readable:%s\";", beside("volume/token"));
	t.scheme = "basic-email-key";
	begin(TOKEN, "", ref, "");
	ck_assert_int_eq(pthread_create(&thread, NULL, swap_on, &s), 0);
	while (!atomic_load(&s.over)) {
		profile_look_soon(t.profile);
		ck_assert_msg(
		    sign_in(SLOW_MS, header, sizeof(header)) == APAM_OK,
		    "%d: %s", err.status, err.text);
		olds += strcmp(header, OLD) == 0;
		news += strcmp(header, NEW) == 0;
		ck_assert_msg(
		    strcmp(header, OLD) == 0 || strcmp(header, NEW) == 0, "%s",
		    header);
	}
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_msg(olds > 0 && news > 0, "%u, %u", olds, news);
	/* In the end it is the last one. */
	profile_look_soon(t.profile);
	ck_assert_int_eq(sign_in(SLOW_MS, header, sizeof(header)), APAM_OK);
	ck_assert_str_eq(header, NEW);
	volume_close(&s.volume);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("changing");
	TCase *tc = tcase_create("changing");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, four_tokens_have_four_secrets);
	tcase_add_test(tc, what_is_kept_is_not_read_anew);
	tcase_add_test(tc, what_was_read_long_before_is_read_anew);
	tcase_add_test(tc, a_variable_is_read_anew);
	tcase_add_test(tc, a_key_of_the_kernel_is_read_anew);
	tcase_add_test(tc, what_was_read_anew_is_masked);
	tcase_add_test(tc, a_credential_is_read_anew);
	tcase_add_test(tc, a_check_reads_anew);
	tcase_add_test(tc, a_static_one_is_acquired_anew_by_demand);
	tcase_add_test(tc, a_slot_ends_with_what_is_kept);
	tcase_add_test(tc, without_keep_a_static_one_stays);
	tcase_add_test(tc, a_rejected_static_one_is_read_anew);
	tcase_add_test(tc, a_failure_is_told_and_not_repeated);
	tcase_add_test(tc, an_untrusted_program_is_not_run_anew);
	tcase_add_test(tc, the_old_token_goes_on_while_it_is_valid);
	tcase_add_test(tc, a_replaced_secret_opens_the_latch);
	tcase_add_test(tc, a_secret_that_was_archived_is_not_sent);
	tcase_add_test(tc, an_archived_id_stays_archived);
	tcase_add_test(tc, a_slow_program_holds_up_nobody_else);
	tcase_add_test(tc, a_call_ends_in_time);
	tcase_add_test(tc, a_program_ends_with_its_flight);
	tcase_add_test(tc, a_child_of_a_fork_leaves_the_program_alone);
	tcase_add_test(tc, a_volume_that_moves_gives_the_old_or_the_new_one);
	return run_suite(suite);
}
