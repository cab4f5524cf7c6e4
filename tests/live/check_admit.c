/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/flight/admit.c and core/keys/reading.c, with a registry on the
 * disk and a profile of one key: what the registry says holds at the next
 * signature, also what it says of secrets and of credentials to be dropped, and
 * what becomes of signatures when it can no longer be read.  Many processes at
 * once are in check_archive.c.
 */
#include "flight/admit.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/sanitizer.h"
#include "file/replace.h"
#include "keys/registry.h"
#include "profile/handle.h"
#include "profile/stack.h"
#include "support/clock.h"
#include "support/no_hash.h"
#include "support/project.h"
#include "support/registry.h"
#include "support/run.h"

#define ID "me"
#define ROUNDS 200000

/* The sanitizers' allocators do not survive it; see check_fork.c. */
#ifdef SANITIZED
#define FORKS 0
#else
#define FORKS 500
#endif

static struct project p;
static struct apam_profile *profile;
static struct apam_error err = APAM_ERROR_INIT;

/* One entry, whose secret is in a file, with these options. */
static void
use(const char *options)
{
	char text[512], spliced[1024];

	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://api.example.com\" ];\n"
	    "auth = ( { scheme = \"basic-email-key\"; email = \"" ID "\";"
	    " key = \"file:@/secret\"; %s } );\n",
	    options);
	project_splice(&p, text, spliced, sizeof(spliced));
	project_profile(&p, "one", spliced);
	profile = project_get(&p, "one");
}

static void
setup(void)
{
	clock_hasten();
	project_make(&p);
	project_module(&p, "basic-email-key", false);
	project_secret(&p, "secret", "not-a-secret\n");
	project_directory(&p, "state");
	ck_assert_int_eq(chmod(p.path, 0755), 0);
	use("");
}

static void
teardown(void)
{
	project_remove(&p);
}

static enum apam_status
sign(void)
{
	struct apam_request r = APAM_REQUEST("GET", "https://api.example.com/");
	_Alignas(struct apam_header) char store[4096];
	struct apam_signature s = APAM_SIGNATURE_INIT;
	enum apam_status status;

	s.store = store;
	s.store_size = sizeof(store);
	status = apam_sign(profile, &r, &s, &err);
	apam_signature_release(&s);
	return status;
}

/* ---- Writing the registry -------------------------------------------------- */

static struct key_registry
registry(void)
{
	static _Thread_local char path[512];

	(void)snprintf(path, sizeof(path), "%s/state", p.dir);
	return (struct key_registry){ path, true, NULL };
}

/* Put one record in place of all there are. */
static enum apam_status
put(void *arg, struct key_set *set, struct apam_error *why)
{
	(void)why;
	key_set_free(set);
	return key_set_add(set, arg) == NULL ? APAM_E_MEMORY : APAM_OK;
}

static void
write_record(const struct key_record *record)
{
	struct key_registry where = registry();
	struct key_record copy = *record;

	error_clear(&err);
	ck_assert_msg(key_registry_change(&where, put, &copy, &err) == APAM_OK,
	    "%s", err.text);
}

static struct key_record
record(int64_t archived_at)
{
	return (struct key_record){ .scheme = "basic-email-key",
		.id = ID,
		.description = "",
		.access = "",
		.created_at = 1700000000,
		.created_by = "root",
		.archived_at = archived_at,
		.archived_by = archived_at == 0 ? "" : "alice",
		.why = archived_at == 0 ? "" : "a lost laptop" };
}

static void
archive(bool archived)
{
	const struct key_record r = record(archived ? 1700000001 : 0);

	write_record(&r);
}

/* ---- What it says ------------------------------------------------------------ */

START_TEST(an_archived_key_signs_nothing_until_it_is_restored)
{
	ck_assert_int_eq(sign(), APAM_OK);
	archive(false);
	ck_assert_int_eq(sign(), APAM_OK);
	archive(true);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(sign(), APAM_E_ARCHIVED);
	ck_assert_str_eq(err.text,
	    "the key was archived by alice at 2023-11-14T22:13:21Z: "
	    "a lost laptop");
	ck_assert_int_eq(err.entry, 0);
	archive(false);
	ck_assert_int_eq(sign(), APAM_OK);
}
END_TEST

START_TEST(a_new_program_finds_it_archived)
{
	archive(true);
	ck_assert_int_eq(sign(), APAM_E_ARCHIVED);
}
END_TEST

static const struct {
	const char *name;
	const char *scheme, *id;
} others[] = {
	{ "another id", "basic-email-key", "you" },
	{ "a longer id", "basic-email-key", ID "e" },
	{ "another case", "basic-email-key", "ME" },
	{ "another scheme", "key-secret-archiveable", ID },
};

START_TEST(another_key_is_not_this_one)
{
	struct key_record r = record(1700000001);

	r.scheme = others[_i].scheme;
	r.id = others[_i].id;
	write_record(&r);
	ck_assert_msg(sign() == APAM_OK, "%s: %s", others[_i].name, err.text);
}
END_TEST

/* SEED makes a new secret for the same id: the old one's archive is not news. */
START_TEST(a_mark_tells_secrets_apart)
{
	struct key_record r = record(1700000001);
	struct buf secret;

	ck_assert_int_eq(sign(), APAM_OK);
	buf_init(&secret, ENTRY_SECRET_MAX);
	ck_assert(entry_key_secret(&profile->stack->entries[0], &secret));
	r.marked = true;
	memset(r.salt, 7, sizeof(r.salt));
	ck_assert_int_eq(key_mark(&(struct key_identity){ r.scheme, r.id,
				      buf_view(&secret) },
			     r.salt, r.mark, &err),
	    APAM_OK);
	buf_free(&secret);
	write_record(&r);
	ck_assert_int_eq(sign(), APAM_E_ARCHIVED);
	r.mark[0] ^= 1;
	write_record(&r);
	ck_assert_msg(sign() == APAM_OK, "%s", err.text);
}
END_TEST

/* A record with a mark, which nobody here can compare. */
static const struct {
	const char *name, *options;
	int64_t archived_at;
	enum apam_status status;
} unhashed[] = {
	{ "active", "", 0, APAM_OK },
	{ "archived", "", 1700000001, APAM_E_UNKNOWN },
	{ "archived, allowed", "on_unknown = \"allow\";", 1700000001, APAM_OK },
};

START_TEST(a_secret_that_cannot_be_hashed)
{
	struct key_record r = record(unhashed[_i].archived_at);

	no_hash();
	use(unhashed[_i].options);
	r.marked = true;
	write_record(&r);
	ck_assert_msg(sign() == unhashed[_i].status, "%s: %s",
	    unhashed[_i].name, err.text);
	if (unhashed[_i].status != APAM_OK)
		ck_assert_msg(
		    strstr(err.text, "OpenSSL has no SHA-256") != NULL, "%s",
		    err.text);
}
END_TEST

START_TEST(a_drop_makes_a_new_credential)
{
	struct apam_entry_status before, after;
	struct key_record r = record(0);
	size_t n = 1;

	write_record(&r);
	ck_assert_int_eq(sign(), APAM_OK);
	ck_assert_int_eq(apam_profile_status(
			     profile, &before, &n, sizeof(before), NULL, &err),
	    APAM_OK);
	r.drops = 1;
	write_record(&r);
	ck_assert_int_eq(sign(), APAM_OK);
	ck_assert_int_eq(
	    apam_profile_status(profile, &after, &n, sizeof(after), NULL, &err),
	    APAM_OK);
	ck_assert_uint_gt(after.generation, before.generation);
	/* Once. */
	ck_assert_int_eq(sign(), APAM_OK);
	ck_assert_int_eq(apam_profile_status(
			     profile, &before, &n, sizeof(before), NULL, &err),
	    APAM_OK);
	ck_assert_uint_eq(after.generation, before.generation);
}
END_TEST

START_TEST(people_are_told)
{
	struct apam_key_report report;
	struct apam_entry_status s;
	size_t n = 1;

	ck_assert_int_eq(sign(), APAM_OK);
	archive(true);
	ck_assert_int_eq(
	    apam_profile_status(profile, &s, &n, sizeof(s), NULL, &err),
	    APAM_OK);
	ck_assert_int_eq(s.key_state, APAM_KEY_ARCHIVED);
	ck_assert_int_eq(s.checked_at, 1700000001);
	ck_assert_ptr_nonnull(strstr(s.evidence, "a lost laptop"));
	ck_assert(!s.usable);
	n = 1;
	ck_assert_int_eq(
	    apam_check(profile, 0, &report, &n, sizeof(report), &err), APAM_OK);
	ck_assert_int_eq(report.state, APAM_KEY_ARCHIVED);
	ck_assert_ptr_nonnull(strstr(report.evidence, "alice"));
}
END_TEST

/* ---- What it can no longer say ----------------------------------------------- */

/* A byte of its second block is another, which no checksum fits. */
static void
spoil_index(void)
{
	const int fd = open(project_path(&p, "state/index/keys"), O_RDWR);
	char byte;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pread(fd, &byte, 1, KEY_INDEX_BLOCK + 7), 1);
	byte ^= 1;
	ck_assert_int_eq(pwrite(fd, &byte, 1, KEY_INDEX_BLOCK + 7), 1);
	ck_assert_int_eq(close(fd), 0);
}

static void
spoil_head(void)
{
	project_write(&p, "state/index/keys", "APAMIDX1 is all of it");
}

static void
remove_file(const char *name)
{
	ck_assert_int_eq(unlink(project_path(&p, name)), 0);
}

static void
lose_index(void)
{
	remove_file("state/index/keys");
}

static void
remove_all(const char *names)
{
	char command[512];

	(void)snprintf(
	    command, sizeof(command), "cd %s/state && rm -r %s", p.dir, names);
	ck_assert_int_eq(system(command), 0);
}

static void
lose_directory(void)
{
	project_forget(&p);
	remove_all("index");
}

static void
lose_both(void)
{
	project_forget(&p);
	remove_all("index registry");
}

static void
make_it_a_fifo(void)
{
	lose_index();
	ck_assert_int_eq(mkfifo(project_path(&p, "state/index/keys"), 0644), 0);
}

static void
be_older(void)
{
	char from[512], to[512];

	(void)snprintf(
	    from, sizeof(from), "%s", project_path(&p, "state/index/keys"));
	(void)snprintf(to, sizeof(to), "%s", project_path(&p, "state/saved"));
	ck_assert_int_eq(link(from, to), 0);
	archive(true);
	ck_assert_int_eq(rename(to, from), 0);
}

/* Only registry.known can say so. */
static void
be_older_after_a_boot(void)
{
	be_older();
	project_forget(&p);
}

static bool
archives(void (*be)(void))
{
	return be == be_older || be == be_older_after_a_boot;
}

static void
be_of_another(void)
{
	const struct key_text other = { .registry = { 1 }, .generation = 1 };
	const int state = open(
	    project_path(&p, "state"), O_RDONLY | O_DIRECTORY);

	ck_assert(key_known_write(state, &other));
	ck_assert_int_eq(close(state), 0);
}

static const struct {
	const char *name;
	void (*be)(void);
} losses[] = {
	{ "a block of the index is spoilt", spoil_index },
	{ "the index is not an index", spoil_head },
	{ "the index is gone", lose_index },
	{ "its directory is gone", lose_directory },
	{ "the registry is gone with it", lose_both },
	{ "something else is in its place", make_it_a_fifo },
	{ "an older index is in its place", be_older },
	{ "one is after a boot", be_older_after_a_boot },
	{ "another registry's is in its place", be_of_another },
};

/* Files are looked at once a second. */
static void
wait_for_a_look(void)
{
	clock_advance(1000 + KEYS_LOOK_MS);
}

/* What to do about each loss, in a fresh process. */
START_TEST(what_cannot_be_known_refuses)
{
	use("");
	archive(false);
	losses[_i].be();
	ck_assert_msg(sign() == APAM_E_UNKNOWN, "%s: %s: %s", losses[_i].name,
	    apam_status_name(err.status), err.text);
	ck_assert_ptr_nonnull(strstr(err.text, "on_unknown"));
	ck_assert_ptr_nonnull(strstr(err.text, "state/index/keys"));
}
END_TEST

START_TEST(an_archived_key_is_not_saved_by_a_loss)
{
	archive(true);
	if (!archives(losses[_i].be))
		losses[_i].be();
	ck_assert_msg(sign() != APAM_OK, "%s", losses[_i].name);
}
END_TEST

START_TEST(an_archived_key_is_not_saved_by_a_loss_later)
{
	archive(true);
	ck_assert_int_eq(sign(), APAM_E_ARCHIVED);
	if (!archives(losses[_i].be))
		losses[_i].be();
	wait_for_a_look();
	ck_assert_msg(
	    sign() == APAM_E_ARCHIVED, "%s: %s", losses[_i].name, err.text);
}
END_TEST

START_TEST(who_asks_for_it_signs_all_the_same)
{
	use("on_unknown = \"allow\";");
	archive(false);
	losses[_i].be();
	ck_assert_msg(sign() == APAM_OK, "%s: %s", losses[_i].name, err.text);
}
END_TEST

static const struct {
	const char *name;
	const char *options;
	bool before; /* it was in order when first looked at */
	bool told; /* of a change since */
	enum apam_status status;
} damages[] = {
	{ "default", "", false, false, APAM_E_UNKNOWN },
	{ "default, known before", "", true, false, APAM_OK },
	{ "default, known before a change", "", true, true, APAM_E_UNKNOWN },
	{ "default, known too long ago", "revocation_ttl = 0;", true, false,
	    APAM_E_UNKNOWN },
	{ "allow", "on_unknown = \"allow\";", false, false, APAM_OK },
	{ "allow, known before", "on_unknown = \"allow\";", true, true,
	    APAM_OK },
	{ "deny", "on_unknown = \"deny\";", false, false, APAM_E_UNKNOWN },
	{ "deny, known before", "on_unknown = \"deny\";", true, false,
	    APAM_OK },
	{ "deny, known too long ago",
	    "on_unknown = \"deny\"; revocation_ttl = 0;", true, false,
	    APAM_E_UNKNOWN },
};

START_TEST(a_damaged_registry)
{
	use(damages[_i].options);
	archive(false);
	if (damages[_i].before)
		ck_assert_int_eq(sign(), APAM_OK);
	if (damages[_i].told)
		archive(false);
	spoil_head();
	wait_for_a_look();
	ck_assert_msg(sign() == damages[_i].status, "%s: %s: %s",
	    damages[_i].name, apam_status_name(err.status), err.text);
	if (damages[_i].status != APAM_OK)
		ck_assert_ptr_nonnull(strstr(err.text, "on_unknown"));
}
END_TEST

/* What is not registered cannot have been archived: a spoilt block is enough. */
START_TEST(a_key_that_is_elsewhere_is_not_concerned)
{
	struct key_record r = record(1700000001);

	r.id = "you";
	write_record(&r);
	ck_assert_int_eq(sign(), APAM_OK);
}
END_TEST

/* Programs go by the index: what people do to the text changes nothing yet. */
START_TEST(a_text_that_is_lost_or_damaged_changes_nothing)
{
	archive(_i == 0);
	project_write(&p, "state/registry/keys", "{ \"apam\": \"ke");
	ck_assert_int_eq(sign(), _i == 0 ? APAM_E_ARCHIVED : APAM_OK);
	remove_all("registry");
	wait_for_a_look();
	ck_assert_int_eq(sign(), _i == 0 ? APAM_E_ARCHIVED : APAM_OK);
}
END_TEST

static enum apam_status
keep(void *arg, struct key_set *set, struct apam_error *why)
{
	(void)arg;
	(void)set;
	(void)why;
	return APAM_OK;
}

START_TEST(what_is_mended_holds_again)
{
	const struct key_registry where = registry();

	use("on_unknown = \"deny\";");
	archive(false);
	spoil_head();
	ck_assert_int_eq(sign(), APAM_E_UNKNOWN);
	ck_assert_int_eq(
	    key_registry_recover(&where, NULL, NULL, keep, NULL, &err),
	    APAM_OK);
	ck_assert_msg(sign() == APAM_OK, "%s", err.text);
}
END_TEST

/* Others could write a registry of their own. */
START_TEST(a_state_dir_that_others_may_write_is_not_believed)
{
	use("on_unknown = \"deny\";");
	archive(false);
	ck_assert_int_eq(chmod(project_path(&p, "state"), 01777), 0);
	ck_assert_int_eq(sign(), APAM_E_UNKNOWN);
	ck_assert_ptr_nonnull(strstr(err.text, "chmod"));
}
END_TEST

/* Nothing of it is left: a new program knows no more, one that runs does. */
START_TEST(an_archived_key_is_not_saved_by_a_registry_that_is_gone)
{
	archive(true);
	ck_assert_int_eq(sign(), APAM_E_ARCHIVED);
	project_forget(&p);
	remove_all("index registry registry.known");
	wait_for_a_look();
	ck_assert_int_eq(sign(), APAM_E_ARCHIVED);
	/* Also not when it is looked at once more. */
	wait_for_a_look();
	ck_assert_int_eq(sign(), APAM_E_ARCHIVED);
	/* A new one counts. */
	archive(false);
	ck_assert_msg(sign() == APAM_OK, "%s", err.text);
}
END_TEST

START_TEST(no_state_dir_is_no_registry)
{
	use("on_unknown = \"deny\";");
	ck_assert_int_eq(rmdir(project_path(&p, "state")), 0);
	ck_assert_msg(sign() == APAM_OK, "%s", err.text);
}
END_TEST

/* ---- In the middle of it ----------------------------------------------------- */

static _Atomic(bool) stop;

/* An index of one record in place of the one there is, as fast as can be. */
static void
write_index(const struct key_record *r, int directory)
{
	struct key_set set = { .is = { .generation = UINT64_MAX } };
	struct buf bytes;

	buf_init(&bytes, KEY_INDEX_MAX);
	if (key_set_add(&set, r) != NULL &&
	    key_index_make(&set, &set.is, &bytes))
		(void)file_replace(directory, "keys", "keys.new",
		    buf_view(&bytes), 0644, false);
	buf_free(&bytes);
	key_set_free(&set);
}

/* Looks at one key, archived or ever more `drops`, one after the other. */
static void *
admit_again_and_again(void *drops)
{
	struct keys keys = { .number = 1000, .there = true };
	struct key_record r = record(drops == NULL ? 1700000001 : 0);
	const int directory = registry_make(registry().state_dir, "index");

	write_index(&r, directory);
	while (!atomic_load(&stop)) {
		keys.number++;
		r.drops++;
		if (drops != NULL)
			write_index(&r, directory);
		(void)admit_entry(&profile->stack->entries[0], &keys, NULL);
	}
	(void)close(directory);
	return NULL;
}

/* Times are converted under a lock that the C library does not make anew. */
static void
work_in_child(void)
{
	const time_t at = 1700000001;
	struct tm utc;

	(void)signal(SIGALRM, SIG_DFL);
	(void)alarm(10);
	_exit(gmtime_r(&at, &utc) == NULL ? 1 : 0);
}

START_TEST(a_fork_while_keys_are_looked_up)
{
	pthread_t threads[2];
	int status;
	pid_t pid;

	ck_assert_int_eq(sign(), APAM_OK);
	atomic_store(&stop, false);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL,
				     admit_again_and_again, NULL),
		    0);
	for (int i = 0; i < FORKS; i++) {
		pid = fork();
		if (pid == 0)
			work_in_child();
		ck_assert_int_gt(pid, 0);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert_int_eq(status, 0);
	}
	atomic_store(&stop, true);
	for (int i = 0; i < 2; i++)
		(void)pthread_join(threads[i], NULL);
}
END_TEST

/*
 * Whoever finds that the registry's word was heard finds no credential of
 * before: a profile that is read anew at that moment would take it over.
 */
START_TEST(a_drop_is_whole)
{
	struct entry *e;
	struct credential *kept;
	pthread_t thread;
	uint64_t drops;
	char yes = 'y';

	ck_assert_int_eq(sign(), APAM_OK);
	e = &profile->stack->entries[0];
	kept = credential_hold(e->credential.current);
	atomic_store(&stop, false);
	ck_assert_int_eq(
	    pthread_create(&thread, NULL, admit_again_and_again, &yes), 0);
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&p.ctx->env.lock);
		drops = e->registry.drops;
		if (e->credential.current == NULL)
			e->credential.current = credential_hold(kept);
		pthread_mutex_unlock(&p.ctx->env.lock);
		pthread_mutex_lock(&p.ctx->env.lock);
		ck_assert(e->registry.drops == drops ||
		    e->credential.current == NULL);
		pthread_mutex_unlock(&p.ctx->env.lock);
	}
	atomic_store(&stop, true);
	(void)pthread_join(thread, NULL);
	credential_release(&kept);
}
END_TEST

/* ---- Nothing left to read it with -------------------------------------------- */

static enum apam_status
sign_without_descriptors(void)
{
	struct rlimit limit, none;
	enum apam_status status;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	status = sign();
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return status;
}

/* It has changed, and how is not known: that is not damage to live with. */
START_TEST(a_change_that_cannot_be_read_refuses)
{
	archive(false);
	ck_assert_int_eq(sign(), APAM_OK);
	archive(true);
	ck_assert_int_eq(sign_without_descriptors(), APAM_E_MEMORY);
	ck_assert_int_eq(sign(), APAM_E_ARCHIVED);
}
END_TEST

/* The counter, which is mapped, says that it has not changed. */
START_TEST(what_has_not_changed_need_not_be_read)
{
	use("on_unknown = \"deny\"; revocation_ttl = 0;");
	archive(false);
	ck_assert_int_eq(sign(), APAM_OK);
	wait_for_a_look();
	ck_assert_int_eq(sign_without_descriptors(), APAM_OK);
	archive(true);
	ck_assert_int_eq(sign_without_descriptors(), APAM_E_MEMORY);
	ck_assert_int_eq(sign(), APAM_E_ARCHIVED);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("admission");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, an_archived_key_signs_nothing_until_it_is_restored);
	tcase_add_test(tc, a_new_program_finds_it_archived);
	tcase_add_loop_test(tc, another_key_is_not_this_one, 0, ROWS(others));
	tcase_add_test(tc, a_mark_tells_secrets_apart);
	tcase_add_loop_test(
	    tc, a_secret_that_cannot_be_hashed, 0, ROWS(unhashed));
	tcase_add_test(tc, a_drop_makes_a_new_credential);
	tcase_add_test(tc, people_are_told);
	tcase_add_loop_test(tc, a_damaged_registry, 0, ROWS(damages));
	tcase_add_loop_test(tc, what_cannot_be_known_refuses, 0, ROWS(losses));
	tcase_add_loop_test(
	    tc, an_archived_key_is_not_saved_by_a_loss, 0, ROWS(losses));
	tcase_add_loop_test(
	    tc, an_archived_key_is_not_saved_by_a_loss_later, 0, ROWS(losses));
	tcase_add_loop_test(
	    tc, who_asks_for_it_signs_all_the_same, 0, ROWS(losses));
	tcase_add_test(tc, a_key_that_is_elsewhere_is_not_concerned);
	tcase_add_loop_test(
	    tc, a_text_that_is_lost_or_damaged_changes_nothing, 0, 2);
	tcase_add_test(tc, what_is_mended_holds_again);
	tcase_add_test(tc, a_state_dir_that_others_may_write_is_not_believed);
	tcase_add_test(
	    tc, an_archived_key_is_not_saved_by_a_registry_that_is_gone);
	tcase_add_test(tc, no_state_dir_is_no_registry);
	tcase_add_test(tc, a_fork_while_keys_are_looked_up);
	tcase_add_test(tc, a_drop_is_whole);
	tcase_add_test(tc, a_change_that_cannot_be_read_refuses);
	tcase_add_test(tc, what_has_not_changed_need_not_be_read);
	suite_add_tcase(suite, tc);
	/* OpenSSL reads its configuration once in a process. */
	return run_suite_apart(suite);
}
