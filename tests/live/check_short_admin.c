/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each allocation of apam's own, then each call on files, failed in turn in the
 * calls of admin.h and in signing: what is said is the right result or an error
 * that calls a shortage by its name, what is written is the old or the new one,
 * whole, nothing is kept of what failed, and the same call then does its work.
 */
#define _XOPEN_SOURCE 700 /* nftw */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>

#include "admin/keys_change.h"
#include "base/error.h"
#include "base/secmem.h"
#include "keys/registry.h"
#include "profile/handle.h"
#include "support/called_wrong.h"
#include "support/clock.h"
#include "support/fail_alloc.h"
#include "support/fail_files.h"
#include "support/project.h"
#include "support/registry.h"
#include "support/run.h"

#define HMAC(id, file)                                                         \
	"{ scheme = \"hmac-test\"; key_id = \"" id                             \
	"\"; secret = \"file:@/" file "\"; }"
#define BEFORE HMAC("k1", "one") ", " HMAC("k2", "two")
#define AFTER HMAC("k2", "two") ", " HMAC("k1", "one")

static struct project p;
static struct apam_profile *profile;
static struct apam_error err;
static struct apam_error partial; /* beside a list that was shown */
static int shown; /* rows that a call has shown */
static int live, open_files;
static char saved[8192]; /* a backup of the registry */
static size_t saved_n;

/* ---- What fails ----------------------------------------------------------- */

static void
fail_allocation(int n)
{
	allocations_left = n;
}

static void
fail_file(int n)
{
	calls_left = n;
}

static const struct failing {
	const char *name;
	void (*begin)(int n); /* so many succeed, and the next one fails */
	bool (*end)(void); /* true if one has failed */
	int error; /* of a call on a file */
} failing[] = {
	{ "allocation", fail_allocation, allocation_failed, 0 },
	{ "EIO", fail_file, call_failed, EIO },
	/* Of APAM_STRESS=full: */
	{ "EMFILE", fail_file, call_failed, EMFILE },
};

#define FAILING_USUAL 2

/* ---- What is there -------------------------------------------------------- */

static int
count_open(void)
{
	DIR *list = opendir("/proc/self/fd");
	int n = 0;

	ck_assert_ptr_nonnull(list);
	while (readdir(list) != NULL)
		n++;
	ck_assert_int_eq(closedir(list), 0);
	return n;
}

static struct apam_key_name
name_of(const char *id)
{
	return (struct apam_key_name){ .size = sizeof(struct apam_key_name),
		.id = id,
		.scheme = "hmac-test" };
}

/* A file as text; false: there is none. */
static bool
read_text(const char *name, char *to, size_t size)
{
	FILE *f = fopen(project_path(&p, name), "r");

	to[0] = '\0';
	if (f == NULL)
		return false;
	to[fread(to, 1, size - 1, f)] = '\0';
	ck_assert_int_eq(fclose(f), 0);
	return true;
}

/* True if the file of profile p is as it would be written with these entries. */
static bool
file_holds(const char *entries)
{
	char want[2048], before[2048], text[2048];

	ck_assert(read_text("apam.d/p.conf", text, sizeof(text)));
	(void)snprintf(before, sizeof(before),
	    "origins = [ \"https://api.example\" ];\nauth = ( %s );\n",
	    entries);
	project_splice(&p, before, want, sizeof(want));
	return strcmp(text, want) == 0;
}

/* Is the key archived, by any record?  The registry must be whole. */
static bool
is_archived(const char *id)
{
	const struct key_registry registry = key_registry_of(&p.ctx->env);
	struct apam_error why = APAM_ERROR_INIT;
	struct key_set set;
	bool archived = false;

	ck_assert_msg(key_registry_read(&registry, &set, &why) == APAM_OK, "%s",
	    why.text);
	for (size_t i = 0; i < set.count; i++)
		archived = archived ||
		    (strcmp(set.records[i].id, id) == 0 &&
			set.records[i].archived_at != 0);
	key_set_free(&set);
	return archived;
}

static void
must(enum apam_status status)
{
	ck_assert_msg(status == APAM_OK, "%s", err.text);
}

/* ---- The scenes ----------------------------------------------------------- */

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *place)
{
	(void)st;
	(void)kind;
	(void)place;
	return remove(path);
}

static void
remove_tree(const char *name)
{
	(void)nftw(project_path(&p, name), remove_one, 8, FTW_DEPTH | FTW_PHYS);
	ck_assert_int_ne(access(p.path, F_OK), 0);
}

/* Both keys in their places, and a registry in which neither is archived. */
static void
keys_as_before(void)
{
	const struct apam_key_name k1 = name_of("k1");

	registry_forget(project_path(&p, "state"));
	remove_tree("state");
	project_directory(&p, "state");
	project_entries(&p, "p", BEFORE);
	profile = project_get(&p, "p");
	must(apam_key_archive(p.ctx, &k1, "before", &err));
	must(apam_key_restore(p.ctx, &k1, &err));
	apam_close(&p.ctx);
	clock_advance(2000);
	profile = project_get(&p, "p");
}

static enum apam_status
rotate(void)
{
	struct apam_key_rotation rotation = { .size = sizeof(rotation) };

	return apam_key_rotate(profile, "old", &rotation, &err);
}

/* Never without a key; what is half done is said. */
static bool
is_rotated_or_not(enum apam_status status)
{
	const bool archived = is_archived("k1");

	if (status == APAM_OK)
		return archived && file_holds(AFTER);
	if (file_holds(BEFORE))
		return !archived;
	return file_holds(AFTER) &&
	    strstr(err.text, "is in first place") != NULL;
}

static bool
see_key(void *arg, const struct apam_key_info *key)
{
	(void)arg;
	(void)key;
	shown++;
	return true;
}

static enum apam_status
list_keys(void)
{
	shown = 0;
	error_clear(&partial);
	return apam_keys(p.ctx, see_key, NULL, &partial, &err);
}

/* A list that is not whole is said to be a part. */
static bool
is_all_or_a_part(enum apam_status status)
{
	return status != APAM_OK || shown == 3 || partial.status != APAM_OK;
}

static enum apam_status
archive(void)
{
	const struct apam_key_name k1 = name_of("k1");

	return apam_key_archive(p.ctx, &k1, "a test", &err);
}

static bool
is_archived_if_said(enum apam_status status)
{
	return status != APAM_OK || is_archived("k1");
}

static bool
save(void *arg, const char *bytes, size_t n)
{
	(void)arg;
	saved_n = n < sizeof(saved) ? n : 0;
	memcpy(saved, bytes, saved_n);
	return true;
}

/* A backup with k1 archived, and a registry in which it is not. */
static void
backup_before(void)
{
	const struct apam_key_name k1 = name_of("k1");

	keys_as_before();
	must(apam_key_archive(p.ctx, &k1, "a test", &err));
	must(apam_registry_backup(p.ctx, save, NULL, &err));
	must(apam_key_restore(p.ctx, &k1, &err));
}

static bool
see_change(void *arg, const struct apam_registry_change *change)
{
	(void)arg;
	shown += strcmp(change->id, "k1") == 0 && change->archived;
	return true;
}

static enum apam_status
recover(void)
{
	const struct apam_registry_text text = { .size = sizeof(text),
		.bytes = saved,
		.count = saved_n,
		.name = "the backup" };
	struct apam_registry_outlook outlook = { .size = sizeof(outlook) };
	enum apam_status status;

	status = apam_registry_compare(
	    p.ctx, &text, see_change, NULL, &outlook, &err);
	return status != APAM_OK ?
	    status :
	    apam_registry_recover(p.ctx, &text, &outlook, &err);
}

static void
no_secret_yet(void)
{
	remove_tree("a");
	profile = project_get(&p, "p");
}

static enum apam_status
store_secret(void)
{
	const struct apam_open_options own = { .size = sizeof(own),
		.flags = APAM_OPEN_USER };
	const struct apam_secret_file file = { .size = sizeof(file),
		.path = project_path(&p, "a/b/secret"),
		.secret = APAM_STR("FAKEstored"),
		.owner = -1,
		.group = getegid() };

	return apam_secret_store(&own, &file, &err);
}

/* Nothing, or all of it. */
static bool
is_stored_or_not(enum apam_status status)
{
	char text[64];

	if (!read_text("a/b/secret", text, sizeof(text)))
		return status != APAM_OK;
	return strcmp(text, "FAKEstored") == 0;
}

static void
open_only(void)
{
	profile = project_get(&p, "p");
}

static bool
see_problem(void *arg, const struct apam_error *problem)
{
	(void)arg;
	shown += problem->status != APAM_OK;
	return true;
}

static enum apam_status
lint(void)
{
	struct apam_open_options options = { .size = sizeof(options),
		.flags = APAM_OPEN_USER };
	const struct apam_lint_to to = { .size = sizeof(to),
		.problem = see_problem };

	shown = 0;
	options.config = project_path(&p, "apam.conf");
	return apam_lint(&options, NULL, &to, &err);
}

/* Where there is an error, it is shown. */
static bool
is_linted(enum apam_status status)
{
	return status == APAM_OK || shown > 0 || err.status == status;
}

static bool
see_profile(void *arg, const struct apam_profile_info *info)
{
	(void)arg;
	shown += info->why == NULL;
	return true;
}

static bool
see_module(void *arg, const struct apam_module_info *info)
{
	(void)arg;
	shown += info->why == NULL;
	return true;
}

static enum apam_status
show_all(void)
{
	enum apam_status status;

	shown = 0;
	status = apam_profiles(p.ctx, see_profile, NULL, &err);
	if (status == APAM_OK)
		status = apam_explain(
		    p.ctx, "https://api.example/x", see_profile, NULL, &err);
	if (status == APAM_OK)
		status = apam_modules(p.ctx, see_module, NULL, &err);
	return status;
}

static bool
is_whatever(enum apam_status status)
{
	return status == APAM_OK || err.status == status;
}

static enum apam_status
add_user(void)
{
	return apam_user_add(p.ctx, geteuid(), &err);
}

static void
no_user_yet(void)
{
	apam_close(&p.ctx);
	remove_tree("state/users");
	profile = project_get(&p, "p");
}

/* A new context, and two signatures: the second may come from the slot. */
static enum apam_status
sign_anew(void)
{
	static const struct apam_request request = APAM_REQUEST(
	    "GET", "https://signed.example/x");
	struct apam_open_options options = { .size = sizeof(options),
		.flags = APAM_OPEN_USER };
	struct apam_signature s = APAM_SIGNATURE_INIT;
	enum apam_status status;

	shown = 0;
	apam_close(&p.ctx);
	options.config = project_path(&p, "apam.conf");
	status = apam_open(&options, &p.ctx, &err);
	if (status == APAM_OK)
		status = apam_profile_get(p.ctx, "s", &profile, &err);
	for (int i = 0; i < 2 && status == APAM_OK; i++) {
		status = apam_sign(profile, &request, &s, &err);
		shown += status == APAM_OK && s.header_count > 0;
		apam_signature_release(&s);
	}
	return status;
}

static bool
is_signed_or_not(enum apam_status status)
{
	return status == APAM_OK ? shown == 2 : err.status == status;
}

static bool
see_user(void *arg, const struct apam_user_info *user)
{
	(void)arg;
	shown += user->uid == geteuid();
	return true;
}

static bool
see_line(void *arg, const struct apam_audit_info *line)
{
	(void)arg;
	shown += line->line != NULL;
	return true;
}

static enum apam_status
look_at_all(void)
{
	struct apam_entry_status entries[2];
	size_t count = 2;
	unsigned standby;
	enum apam_status status;

	status = apam_profile_status(
	    profile, entries, &count, sizeof(*entries), NULL, &err);
	if (status == APAM_OK)
		status = apam_registry_check(p.ctx, &err);
	if (status == APAM_OK)
		status = apam_key_standby(profile, &standby, &err);
	if (status == APAM_OK)
		status = apam_keys_of(
		    p.ctx, "k1", see_key, NULL, &partial, &err);
	if (status == APAM_OK)
		status = apam_users(p.ctx, see_user, NULL, &err);
	return status != APAM_OK ?
	    status :
	    apam_audit_lines(p.ctx, see_line, NULL, &err);
}

/* What was noted of a use, and logged, is there to be looked at. */
static void
used_before(void)
{
	char text[512];

	project_splice(&p,
	    "origins = [ \"https://signed.example\" ];\n"
	    "auth = ( { scheme = \"api-key\"; key_id = \"k3\"; "
	    "key = \"file:@/one\"; header = \"X-Key\"; } );\n",
	    text, sizeof(text));
	project_profile(&p, "s", text);
	keys_as_before();
	must(apam_user_add(p.ctx, geteuid(), &err));
	must(sign_anew());
	apam_close(&p.ctx);
	profile = project_get(&p, "p");
}

static enum apam_status
register_key(void)
{
	const struct apam_key_name k2 = name_of("k2");
	const enum apam_status status = apam_key_add(
	    p.ctx, &k2, "a key", NULL, &err);

	return status != APAM_OK ?
	    status :
	    apam_key_describe(p.ctx, &k2, NULL, "all of it", &err);
}

static const struct scene {
	const char *name;
	void (*before)(void);
	enum apam_status (*work)(void);
	bool (*is_right)(enum apam_status status);
	int least; /* allocations and calls that it takes, or more */
} scenes[] = {
	{ "rotate", keys_as_before, rotate, is_rotated_or_not, 50 },
	{ "list keys", keys_as_before, list_keys, is_all_or_a_part, 20 },
	{ "archive", keys_as_before, archive, is_archived_if_said, 20 },
	{ "recover", backup_before, recover, is_archived_if_said, 20 },
	{ "store", no_secret_yet, store_secret, is_stored_or_not, 0 },
	{ "lint", open_only, lint, is_linted, 20 },
	{ "show", open_only, show_all, is_whatever, 20 },
	{ "add a user", no_user_yet, add_user, is_whatever, 0 },
	{ "sign", used_before, sign_anew, is_signed_or_not, 20 },
	{ "look", used_before, look_at_all, is_whatever, 20 },
	{ "register", keys_as_before, register_key, is_whatever, 20 },
};

/* ---- Each in turn --------------------------------------------------------- */

static void
setup(void)
{
	live = secmem_live();
	clock_hasten();
	syncs_spared = true;
	error_init(&err);
	error_init(&partial);
	project_make(&p);
	project_directory(&p, "state");
	project_module(&p, "hmac-test", true);
	project_module(&p, "return-test", true);
	project_module(&p, "api-key", false);
	project_secret(&p, "one", "FAKE-1\n");
	project_secret(&p, "two", "FAKE-2\n");
	project_entries(&p, "p", BEFORE);
	project_profile(&p, "q",
	    "origins = [ \"https://other.example\" ];\n"
	    "auth = ( { scheme = \"return-test\"; key_id = \"x\"; } );\n");
}

static void
teardown(void)
{
	project_remove(&p);
	ck_assert_int_eq(secmem_live(), live);
}

static void
judge(const struct scene *scene, const struct failing *how, int n,
    enum apam_status status)
{
	ck_assert_msg(
	    how->error != 0 || status == APAM_OK || status == APAM_E_MEMORY,
	    "%s, %s %d: %s: %s", scene->name, how->name, n,
	    apam_status_name(status), err.text);
	ck_assert_msg(status == APAM_OK || !is_called_wrong(err.text),
	    "%s, %s %d: %s", scene->name, how->name, n, err.text);
	ck_assert_msg(scene->is_right(status),
	    "%s, %s %d: %s: %s: what is there is neither old nor new",
	    scene->name, how->name, n, apam_status_name(status), err.text);
}

/* Do it once with number `n` failing, then again; true if one has failed. */
static bool
fail_at(const struct scene *scene, const struct failing *how, int n)
{
	enum apam_status status;
	bool failed;

	scene->before();
	error_clear(&err);
	call_error = how->error;
	how->begin(n);
	status = scene->work();
	failed = how->end();
	judge(scene, how, n, status);
	apam_close(&p.ctx);
	ck_assert_int_eq(secmem_live(), live);
	return failed;
}

START_TEST(one_fails)
{
	const struct scene *scene = &scenes[_i % ROWS(scenes)];
	const struct failing *how = &failing[_i / ROWS(scenes)];
	bool failed = true;
	int n;

	scene->before();
	must(scene->work());
	ck_assert(scene->is_right(APAM_OK));
	apam_close(&p.ctx);
	open_files = count_open();
	for (n = 0; failed; n++) {
		failed = fail_at(scene, how, n);
		ck_assert_msg(count_open() == open_files,
		    "%s, %s %d: a file stays open", scene->name, how->name, n);
	}
	ck_assert_int_gt(n, scene->least);
	scene->before();
	must(scene->work());
}
END_TEST

int
main(void)
{
	const char *stress = getenv("APAM_STRESS");
	const bool full = stress != NULL && strcmp(stress, "full") == 0;
	const int rows = full ? ROWS(failing) : FAILING_USUAL;
	Suite *suite = suite_create("short_admin");
	TCase *tc = tcase_create("short_admin");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 300);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, one_fails, 0, rows * ROWS(scenes));
	return run_suite(suite);
}
