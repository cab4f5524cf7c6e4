/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/admin/rotate.c: which entry is the standby's, what the
 * profile's file and the registry say afterwards, and that whatever fails
 * leaves both. How text is swapped is check_conf_swap's.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include <apam/admin.h>

#include "admin/keys_change.h"
#include "admin/profile_keys.h"
#include "base/error.h"
#include "profile/handle.h"
#include "support/clock.h"
#include "support/project.h"
#include "support/run.h"

static struct project project;
static struct apam_profile *profile;
static struct apam_error err = APAM_ERROR_INIT;
static struct key_set set; /* of the last read_registry */
static struct apam_key_rotation rotation;

#define HEAD "origins = [ \"https://api.example\" ];\n"
#define SECRET(file) "secret = \"file:@/" file "\"; "
#define HMAC(id, file)                                                         \
	"{ scheme = \"hmac-test\"; key_id = \"" id "\"; " SECRET(file) "}"
#define REQUIRED(id, file)                                                     \
	"{ scheme = \"hmac-test\"; control = \"required\"; key_id = \"" id     \
	"\"; " SECRET(file) "}"
#define OPTIONAL(id, file)                                                     \
	"{ scheme = \"hmac-test\"; control = \"optional\"; key_id = \"" id     \
	"\"; " SECRET(file) "}"
#define AUTH(list) HEAD "auth = ( " list " );\n"

static void
setup(void)
{
	clock_hasten();
	project_make(&project);
	project_module(&project, "return-test", true);
	project_module(&project, "hmac-test", true);
	project_secret(&project, "one", "FAKE-1\n");
	project_secret(&project, "two", "FAKE-2\n");
	project_directory(&project, "state");
	memset(&err, 0x5a, sizeof(err));
	err.size = sizeof(err);
	memset(&set, 0, sizeof(set));
	memset(&rotation, 0x5a, sizeof(rotation));
	rotation.size = sizeof(rotation);
}

static void
teardown(void)
{
	key_set_free(&set);
	project_remove(&project);
}

/* Write the profile's file and get it, whatever it was before. */
static void
use(const char *format)
{
	char text[4096];

	project_splice(&project, format, text, sizeof(text));
	project_profile(&project, "p", text);
	profile = project_get(&project, "p");
}

static void
read_file(char text[4096])
{
	FILE *f = fopen(project_path(&project, "apam.d/p.conf"), "r");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(text, 1, 4095, f);
	text[n] = '\0';
	ck_assert_int_eq(fclose(f), 0);
}

static void
file_is(const char *name, const char *format)
{
	char want[4096], text[4096] = "";
	FILE *f = fopen(project_path(&project, "apam.d/p.conf"), "r");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_gt(fread(text, 1, sizeof(text) - 1, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	project_splice(&project, format, want, sizeof(want));
	ck_assert_msg(
	    strcmp(text, want) == 0, "%s: the file is:\n%s", name, text);
}

/* The ids that are archived, in order, a space between; all if `all`. */
static void
registry_is(const char *want, bool all)
{
	const struct key_registry registry = key_registry_of(&project.ctx->env);
	char text[512] = "";
	size_t n = 0;

	key_set_free(&set);
	ck_assert_int_eq(key_registry_read(&registry, &set, NULL), APAM_OK);
	for (size_t i = 0; i < set.count; i++)
		if (all || set.records[i].archived_at != 0)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s%s", n == 0 ? "" : " ", set.records[i].id);
	ck_assert_str_eq(text, want);
}

static void
archive(const char *id)
{
	const struct apam_key_name name = { sizeof(name), id, NULL, NULL };

	ck_assert_msg(
	    apam_key_archive(project.ctx, &name, NULL, &err) == APAM_OK, "%s",
	    err.text);
}

/* ---- What is swapped ----------------------------------------------------- */

static const struct {
	const char *name, *before, *archived; /* beforehand, or NULL */
	const char *after, *fresh, *registry; /* archived afterwards */
	unsigned standby;
} rows[] = {
	{ "two entries", AUTH(HMAC("k1", "one") ", " HMAC("k2", "two")), NULL,
	    AUTH(HMAC("k2", "two") ", " HMAC("k1", "one")), "k2", "k1", 1 },
	{ "comments and layout",
	    HEAD "# keys { of } ours\nauth = ( // first\n  " HMAC(
		"k1", "one") " /* old */ ,\n"
			     "  {\t# standby { \n    scheme = \"hmac-test\";\n"
			     "    key_id = \"k2\"; /* } */ " SECRET(
				 "two") "\n  }\n"
					");\n# tail",
	    NULL,
	    HEAD "# keys { of } ours\nauth = ( // first\n"
		 "  {\t# standby { \n    scheme = \"hmac-test\";\n"
		 "    key_id = \"k2\"; /* } */ " SECRET(
		     "two") "\n  } /* old */"
			    " ,\n  " HMAC("k1", "one") "\n);\n# tail",
	    "k2", "k1", 1 },
	{ "the standby's key is archived",
	    AUTH(HMAC("k1", "one") ", " HMAC("k2", "two") ", " HMAC(
		"k3", "one")),
	    "k2",
	    AUTH(HMAC("k3", "one") ", " HMAC("k2", "two") ", " HMAC(
		"k1", "one")),
	    "k3", "k2 k1", 2 },
	{ "the first one's is archived already",
	    AUTH(HMAC("k1", "one") ", " HMAC("k2", "two")), "k1",
	    AUTH(HMAC("k2", "two") ", " HMAC("k1", "one")), "k2", "k1", 1 },
	{ "the first is required",
	    AUTH(REQUIRED("r", "one") ", " HMAC("k1", "one") ", " HMAC(
		"k2", "two")),
	    NULL,
	    AUTH(REQUIRED("r", "one") ", " HMAC("k2", "two") ", " HMAC(
		"k1", "one")),
	    "k2", "k1", 2 },
	{ "an optional one between",
	    AUTH(HMAC("k1", "one") ", " OPTIONAL("o", "one") ", " HMAC(
		"k2", "two")),
	    NULL,
	    AUTH(HMAC("k2", "two") ", " OPTIONAL("o", "one") ", " HMAC(
		"k1", "one")),
	    "k2", "k1", 2 },
	{ "one id, two secrets", AUTH(HMAC("k", "one") ", " HMAC("k", "two")),
	    NULL, AUTH(HMAC("k", "two") ", " HMAC("k", "one")), "k", "k", 1 },
	{ "another scheme",
	    AUTH(HMAC("k1", "one") ", { scheme = \"return-test\"; "
				   "key_id = \"r\"; }"),
	    NULL,
	    AUTH("{ scheme = \"return-test\"; key_id = \"r\"; }, " HMAC(
		"k1", "one")),
	    "r", "k1", 1 },
	{ "the old secret is lost",
	    AUTH(HMAC("k1", "no") ", " HMAC("k2", "two")), NULL,
	    AUTH(HMAC("k2", "two") ", " HMAC("k1", "no")), "k2", "k1", 1 },
};

/* What is reported names the old key and no other. */
static void
old_can_be_restored(const char *what)
{
	const struct apam_key_name old = { sizeof(old), rotation.old,
		rotation.old_scheme,
		rotation.old_mark[0] == '\0' ? NULL : rotation.old_mark };

	ck_assert_msg(apam_key_restore(project.ctx, &old, &err) == APAM_OK,
	    "%s: %s", what, err.text);
	ck_assert_msg(
	    apam_key_archive(project.ctx, &old, "too old", &err) == APAM_OK,
	    "%s: %s", what, err.text);
}

START_TEST(the_standby_takes_first_place)
{
	const char *name = rows[_i].name;
	unsigned standby = 99;
	struct stat before, after;

	use(rows[_i].before);
	if (rows[_i].archived != NULL)
		archive(rows[_i].archived);
	ck_assert_int_eq(
	    chmod(project_path(&project, "apam.d/p.conf"), 0640), 0);
	ck_assert_int_eq(stat(project.path, &before), 0);
	ck_assert_msg(apam_key_standby(profile, &standby, &err) == APAM_OK,
	    "%s: %s", name, err.text);
	ck_assert_msg(standby == rows[_i].standby, "%s: %u", name, standby);
	ck_assert_msg(
	    apam_key_rotate(profile, "too old", &rotation, &err) == APAM_OK,
	    "%s: %s", name, err.text);
	ck_assert_int_eq(err.status, APAM_OK);
	ck_assert_str_eq(rotation.fresh, rows[_i].fresh);
	old_can_be_restored(name);
	file_is(name, rows[_i].after);
	registry_is(rows[_i].registry, false);
	ck_assert_int_eq(
	    stat(project_path(&project, "apam.d/p.conf"), &after), 0);
	ck_assert_uint_eq(after.st_mode, before.st_mode);
	ck_assert_uint_eq(after.st_uid, before.st_uid);
	ck_assert_int_ne(
	    access(project_path(&project, "apam.d/.p.conf.new"), F_OK), 0);
}
END_TEST

START_TEST(the_reason_is_noted)
{
	use(AUTH(HMAC("k", "one") ", " HMAC("k", "two")));
	ck_assert_int_eq(
	    apam_key_rotate(profile, "too old", &rotation, &err), APAM_OK);
	registry_is("k", true);
	ck_assert_str_eq(set.records[0].why, "too old");
	ck_assert(set.records[0].marked);
	/* The same again: the only standby key is archived. */
	ck_assert_int_eq(
	    apam_key_rotate(profile, NULL, &rotation, &err), APAM_E_POLICY);
	ck_assert_str_eq(rotation.fresh, "");
	ck_assert_str_eq(rotation.old, "");
	ck_assert_str_eq(err.profile, "p");
	file_is("again", AUTH(HMAC("k", "two") ", " HMAC("k", "one")));
}
END_TEST

/* ---- What is not --------------------------------------------------------- */

static const struct {
	const char *name, *text, *archived;
	enum apam_status status;
	const char *why;
} refused[] = {
	{ "one entry", AUTH(HMAC("k1", "one")), NULL, APAM_E_POLICY,
	    "no standby key; add one to its file" },
	{ "none is sufficient",
	    AUTH(REQUIRED("k1", "one") ", " REQUIRED("k2", "two")), NULL,
	    APAM_E_POLICY, "no standby key" },
	{ "the second is required",
	    AUTH(HMAC("k1", "one") ", " REQUIRED("k2", "two")), NULL,
	    APAM_E_POLICY, "no standby key" },
	{ "the standby is archived",
	    AUTH(HMAC("k1", "one") ", " HMAC("k2", "two")), "k2", APAM_E_POLICY,
	    "is archived; give it another, or `apam keys restore`" },
	{ "the standby's secret cannot be read",
	    AUTH(HMAC("k1", "one") ", " HMAC("k2", "no")), NULL, APAM_E_SECRET,
	    "no does not exist" },
	{ "the old secret is lost, and the id is the standby's",
	    AUTH(HMAC("k", "no") ", " HMAC("k", "two")), NULL, APAM_E_SECRET,
	    "no does not exist" },
};

START_TEST(without_a_standby_key_nothing_changes)
{
	const char *name = refused[_i].name;

	use(refused[_i].text);
	if (refused[_i].archived != NULL)
		archive(refused[_i].archived);
	ck_assert_msg(apam_key_rotate(profile, NULL, &rotation, &err) ==
		refused[_i].status,
	    "%s: %s", name, err.text);
	ck_assert_msg(strstr(err.text, refused[_i].why) != NULL, "%s: %s", name,
	    err.text);
	ck_assert_str_eq(err.profile, "p");
	ck_assert_str_eq(rotation.fresh, "");
	ck_assert_int_eq(apam_key_rotate(profile, NULL, &rotation, NULL),
	    refused[_i].status);
	file_is(name, refused[_i].text);
	registry_is(
	    refused[_i].archived == NULL ? "" : refused[_i].archived, true);
}
END_TEST

/* The file that counts is the one on the disk, not the one in use. */
START_TEST(a_file_that_is_broken_now)
{
	use(AUTH(HMAC("k1", "one") ", " HMAC("k2", "two")));
	project_profile(&project, "p", "auth = ( {");
	ck_assert_int_eq(
	    apam_key_rotate(profile, NULL, &rotation, &err), APAM_E_CONFIG);
	ck_assert_uint_eq(err.line, 1);
	file_is("broken", "auth = ( {");
	registry_is("", true);
}
END_TEST

START_TEST(a_link_is_not_followed)
{
	char file[600], other[600];

	use(AUTH(HMAC("k1", "one") ", " HMAC("k2", "two")));
	(void)snprintf(file, sizeof(file), "%s/apam.d/p.conf", project.dir);
	(void)snprintf(other, sizeof(other), "%s/real", project.dir);
	ck_assert_int_eq(rename(file, other), 0);
	ck_assert_int_eq(symlink(other, file), 0);
	ck_assert_int_eq(
	    apam_key_rotate(profile, NULL, &rotation, &err), APAM_E_TRUST);
	registry_is("", true);
}
END_TEST

START_TEST(a_file_of_others_is_not_believed)
{
	use(AUTH(HMAC("k1", "one") ", " HMAC("k2", "two")));
	ck_assert_int_eq(
	    chmod(project_path(&project, "apam.d/p.conf"), 0666), 0);
	ck_assert_int_eq(
	    apam_key_rotate(profile, NULL, &rotation, &err), APAM_E_TRUST);
	registry_is("", true);
}
END_TEST

START_TEST(a_bad_reason)
{
	use(AUTH(HMAC("k1", "one") ", " HMAC("k2", "two")));
	ck_assert_int_eq(
	    apam_key_rotate(profile, "a\nb", &rotation, &err), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "reason"));
	file_is("reason", AUTH(HMAC("k1", "one") ", " HMAC("k2", "two")));
}
END_TEST

/* The file is not touched where the registry cannot be. */
START_TEST(a_registry_that_cannot_be_changed)
{
	use(AUTH(HMAC("k1", "one") ", " HMAC("k2", "two")));
	ck_assert_int_eq(chmod(project_path(&project, "state"), 0777), 0);
	ck_assert_int_eq(
	    apam_key_rotate(profile, NULL, &rotation, &err), APAM_E_TRUST);
	file_is("trust", AUTH(HMAC("k1", "one") ", " HMAC("k2", "two")));
	ck_assert_int_eq(chmod(project_path(&project, "state"), 0700), 0);
	archive("k1");
	project_write(&project, "state/registry/keys", "damage");
	ck_assert_int_eq(
	    apam_key_rotate(profile, NULL, &rotation, &err), APAM_E_CONFIG);
	file_is("damage", AUTH(HMAC("k1", "one") ", " HMAC("k2", "two")));
}
END_TEST

/* An old record without a mark stands for the standby's secret, too. */
START_TEST(a_record_that_stands_for_both)
{
	const struct apam_key_name name = { sizeof(name), "k", "hmac-test",
		NULL };

	use(AUTH(HMAC("x", "one")));
	ck_assert_int_eq(
	    apam_key_add(project.ctx, &name, NULL, NULL, &err), APAM_OK);
	use(AUTH(HMAC("k", "one") ", " HMAC("k", "two")));
	ck_assert_int_eq(
	    apam_key_rotate(profile, NULL, &rotation, &err), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "any secret"));
	file_is("both", AUTH(HMAC("k", "one") ", " HMAC("k", "two")));
	registry_is("", false);
}
END_TEST

/* A directory of that name is in the way of the new file. */
START_TEST(a_file_that_cannot_be_written)
{
	use(AUTH(HMAC("k1", "one") ", " HMAC("k2", "two")));
	ck_assert_int_eq(
	    mkdir(project_path(&project, "apam.d/.p.conf.new"), 0700), 0);
	ck_assert_int_eq(
	    apam_key_rotate(profile, NULL, &rotation, &err), APAM_E_INTERNAL);
	ck_assert_ptr_nonnull(strstr(err.text, "cannot be replaced"));
	file_is("write", AUTH(HMAC("k1", "one") ", " HMAC("k2", "two")));
	registry_is("", true);
}
END_TEST

/* The same of the registry's, which goes last: half of it is done. */
START_TEST(a_registry_that_cannot_be_written)
{
	use(AUTH(HMAC("k1", "one") ", " HMAC("k2", "two")));
	archive("k1");
	ck_assert_int_eq(
	    apam_key_restore(project.ctx,
		&(struct apam_key_name){
		    .size = sizeof(struct apam_key_name), .id = "k1" },
		&err),
	    APAM_OK);
	ck_assert_int_eq(
	    mkdir(project_path(&project, "state/registry/keys.new"), 0700), 0);
	ck_assert_int_eq(
	    apam_key_rotate(profile, NULL, &rotation, &err), APAM_E_INTERNAL);
	ck_assert_ptr_nonnull(strstr(err.text,
	    "is in first place, but the old key could not be archived: "));
	ck_assert_ptr_nonnull(
	    strstr(err.text, "; run `apam keys archive` on k1"));
	ck_assert_str_eq(rotation.old, "");
	file_is("half", AUTH(HMAC("k2", "two") ", " HMAC("k1", "one")));
	registry_is("", false);
}
END_TEST

/* Whoever signs next looks at the file at once. */
START_TEST(the_profile_goes_on_with_the_new_file)
{
	struct apam_entry_status status[2];
	size_t count = 2;

	use(AUTH(HMAC("k1", "one") ", " HMAC("k2", "two")));
	ck_assert_int_eq(apam_profile_status(profile, status, &count,
			     sizeof(*status), NULL, &err),
	    APAM_OK);
	ck_assert_str_eq(status[0].key_id, "k1");
	ck_assert_int_eq(
	    apam_key_rotate(profile, NULL, &rotation, &err), APAM_OK);
	ck_assert_int_eq(apam_profile_status(profile, status, &count,
			     sizeof(*status), NULL, &err),
	    APAM_OK);
	ck_assert_str_eq(status[0].key_id, "k2");
	ck_assert_str_eq(status[1].key_id, "k1");
}
END_TEST

/* ---- Killed -------------------------------------------------------------- */

#define TRIALS 60
/* Where the machine is too busy for a rotation in the time of those. */
#define MORE 1000
#define BEFORE AUTH(HMAC("k1", "one") ", " HMAC("k2", "two"))
#define AFTER AUTH(HMAC("k2", "two") ", " HMAC("k1", "one"))

static bool
file_holds(const char *format)
{
	char want[4096], text[4096];

	read_file(text);
	project_splice(&project, format, want, sizeof(want));
	return strcmp(text, want) == 0;
}

static bool
first_is_archived(void)
{
	const struct key_registry registry = key_registry_of(&project.ctx->env);

	key_set_free(&set);
	ck_assert_int_eq(key_registry_read(&registry, &set, NULL), APAM_OK);
	return set.count == 1 && set.records[0].archived_at != 0;
}

/* Rotate in a child, and kill it after so many microseconds. */
static void
rotate_and_kill(long us)
{
	const struct timespec t = { 0, us * 1000 };
	const pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0)
		_exit(
		    apam_key_rotate(profile, NULL, &rotation, NULL) != APAM_OK);
	(void)nanosleep(&t, NULL);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}

/* The file goes first: at worst both keys work, never none. */
START_TEST(whoever_is_killed_leaves_a_key)
{
	const struct apam_key_name name = { sizeof(name), "k1", NULL, NULL };
	int swapped = 0, archived = 0;

	use(BEFORE);
	archive("k1");
	clock_advance(2000); /* the counter is new no more */
	for (int i = 0; i < TRIALS || (archived == 0 && i < MORE); i++) {
		if (first_is_archived())
			ck_assert_int_eq(
			    apam_key_restore(project.ctx, &name, &err),
			    APAM_OK);
		use(BEFORE);
		rotate_and_kill((long)i * i * 10);
		if (file_holds(AFTER))
			swapped++;
		else
			ck_assert(file_holds(BEFORE));
		if (!first_is_archived())
			continue;
		archived++;
		ck_assert_msg(file_holds(AFTER), "no key in first place");
	}
	/* Else the trials say nothing. */
	ck_assert_int_gt(swapped, 0);
	ck_assert_int_gt(archived, 0);
	ck_assert_int_lt(archived, TRIALS);
}
END_TEST

/* Of two who rotate at once each does all of it or nothing. */
START_TEST(two_at_once)
{
	int done = 0, status;
	pid_t children[4];

	use(BEFORE);
	archive("k1");
	ck_assert_int_eq(
	    apam_key_restore(project.ctx,
		&(struct apam_key_name){
		    .size = sizeof(struct apam_key_name), .id = "k1" },
		&err),
	    APAM_OK);
	for (int i = 0; i < 4; i++) {
		children[i] = fork();
		ck_assert_int_ge(children[i], 0);
		if (children[i] == 0)
			_exit(apam_key_rotate(profile, NULL, &rotation, NULL) !=
			    APAM_OK);
	}
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
		done += status == 0;
	}
	ck_assert_int_eq(done, 1);
	ck_assert(file_holds(AFTER));
	registry_is("k1", false);
}
END_TEST

static void
add_refusals(TCase *t)
{
	tcase_add_loop_test(
	    t, without_a_standby_key_nothing_changes, 0, ROWS(refused));
	tcase_add_test(t, a_file_that_is_broken_now);
	tcase_add_test(t, a_link_is_not_followed);
	tcase_add_test(t, a_file_of_others_is_not_believed);
	tcase_add_test(t, a_bad_reason);
	tcase_add_test(t, a_registry_that_cannot_be_changed);
	tcase_add_test(t, a_record_that_stands_for_both);
	tcase_add_test(t, a_file_that_cannot_be_written);
}

int
main(void)
{
	Suite *s = suite_create("key_rotate");
	TCase *t = tcase_create("core");

	/* A change waits where the counter is new. */
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, the_standby_takes_first_place, 0, ROWS(rows));
	tcase_add_test(t, the_reason_is_noted);
	tcase_add_test(t, a_registry_that_cannot_be_written);
	tcase_add_test(t, the_profile_goes_on_with_the_new_file);
	add_refusals(t);
	tcase_add_test(t, whoever_is_killed_leaves_a_key);
	tcase_add_test(t, two_at_once);
	suite_add_tcase(s, t);
	return run_suite(s);
}
