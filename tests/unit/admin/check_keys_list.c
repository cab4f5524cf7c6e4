/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/admin/keys_list.c: the keys of the registry and of the profiles
 * as one list, whose they are, which notes are whose, and what is said where a
 * part of it cannot be read.
 */
#include <apam/admin.h>

#include "admin/keys_change.h"
#include "base/error.h"
#include "keys/note.h"
#include "keys/stands.h"
#include "profile/handle.h"
#include "support/clock.h"
#include "support/project.h"
#include "support/run.h"

static struct project project;
static struct apam_error err = APAM_ERROR_INIT;
static struct apam_error partial = APAM_ERROR_INIT;
static struct key_set marks; /* records, to know their marks */

#define HMAC(id, file)                                                         \
	"{ scheme = \"hmac-test\"; key_id = \"" id                             \
	"\"; secret = \"file:@/" file "\"; }"
#define RETURNS(id) "{ scheme = \"return-test\"; key_id = \"" id "\"; }"

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
	project_entries(&project, "zero", RETURNS("x"));
	(void)project_get(&project, "zero");
	ck_assert_int_eq(unlink(project_path(&project, "apam.d/zero.conf")), 0);
	memset(&err, 0x5a, sizeof(err));
	err.size = sizeof(err);
	memset(&partial, 0x5a, sizeof(partial));
	partial.size = sizeof(partial);
	memset(&marks, 0, sizeof(marks));
}

static void
teardown(void)
{
	key_set_free(&marks);
	project_remove(&project);
}

/* ---- What is listed ------------------------------------------------------ */

/* What `each` was told: of every key a line of what is said of it. */
struct told {
	char text[4096];
	size_t n;
	int enough; /* keys; 0: never */
	int keys;
};

static void
say(struct told *t, const char *text)
{
	t->n += (size_t)snprintf(
	    t->text + t->n, sizeof(t->text) - t->n, "%s", text);
}

static bool
each(void *arg, const struct apam_key_info *key)
{
	struct told *t = arg;
	char used[96];

	say(t, key->scheme);
	say(t, " ");
	say(t, key->id);
	say(t, key->registered ? " registered" : " unknown");
	say(t, key->mark[0] == '\0' ? "" : " marked");
	say(t, key->archived_at == 0 ? "" : " archived");
	say(t, key->state == APAM_KEY_REVOKED ? " revoked" : "");
	(void)snprintf(used, sizeof(used), " used %lld by %s",
	    (long long)key->used_at, key->used_by);
	say(t, key->used_at == 0 ? "" : used);
	for (size_t i = 0; i < key->profile_count; i++) {
		say(t, i == 0 ? ": " : ", ");
		say(t, key->profiles[i]);
	}
	say(t, key->profiles_known ? "" : " ...");
	say(t, "\n");
	return ++t->keys != t->enough;
}

static void
list_is(const char *want)
{
	struct told told = { .n = 0 };

	ck_assert_msg(
	    apam_keys(project.ctx, each, &told, &partial, &err) == APAM_OK,
	    "%s", err.text);
	ck_assert_int_eq(err.status, APAM_OK);
	ck_assert_str_eq(told.text, want);
}

static void
add(const char *id, const char *scheme)
{
	const struct apam_key_name name = { sizeof(name), id, scheme, NULL };

	ck_assert_msg(
	    apam_key_add(project.ctx, &name, "a key", "all", &err) == APAM_OK,
	    "%s", err.text);
}

static void
archive(const char *id)
{
	const struct apam_key_name name = { sizeof(name), id, NULL, NULL };

	ck_assert_msg(
	    apam_key_archive(project.ctx, &name, NULL, &err) == APAM_OK, "%s",
	    err.text);
}

START_TEST(none)
{
	list_is("");
	ck_assert_int_eq(partial.status, APAM_OK);
	ck_assert_int_eq(
	    apam_keys(project.ctx, each, &(struct told){ .n = 0 }, NULL, NULL),
	    APAM_OK);
}
END_TEST

START_TEST(those_of_profiles)
{
	project_entries(&project, "b", HMAC("k2", "no") ", " RETURNS("k1"));
	project_entries(
	    &project, "a", HMAC("k2", "two") ", " HMAC("k2", "one"));
	list_is("return-test k1 unknown: b\nhmac-test k2 unknown: a, b\n");
	/* No mark was needed, so no secret was missed. */
	ck_assert_int_eq(partial.status, APAM_OK);
}
END_TEST

START_TEST(those_of_the_registry)
{
	project_entries(&project, "a", HMAC("k1", "one"));
	add("k1", NULL);
	add("z", "demo");
	archive("z");
	list_is("hmac-test k1 registered marked: a\n"
		"demo z registered archived\n");
}
END_TEST

/* The provider has replaced the secret under one id. */
START_TEST(a_secret_that_was_replaced)
{
	struct told told = { .n = 0 };

	project_entries(&project, "a", HMAC("k1", "one"));
	project_entries(&project, "b", HMAC("k1", "one"));
	archive("k1");
	project_entries(&project, "a", HMAC("k1", "two"));
	list_is("hmac-test k1 unknown: a\n"
		"hmac-test k1 registered marked archived: b\n");
	add("k1", NULL);
	project_entries(&project, "b", HMAC("k1", "two"));
	ck_assert_int_eq(
	    apam_keys(project.ctx, each, &told, &partial, &err), APAM_OK);
	/* Their marks decide which is first. */
	ck_assert_ptr_nonnull(strstr(told.text, "marked: a, b\n"));
	ck_assert_ptr_nonnull(strstr(told.text, "marked archived\n"));
}
END_TEST

static bool
is_all_known(void *arg, const struct apam_key_info *key)
{
	ck_assert_ptr_null(arg);
	ck_assert_str_eq(key->description, "a key");
	ck_assert_str_eq(key->access, "all");
	ck_assert_int_ne(key->created_at, 0);
	ck_assert_str_ne(key->created_by, "");
	ck_assert_uint_eq(strlen(key->mark), 4);
	ck_assert_str_eq(key->archived_by, "");
	ck_assert_str_eq(key->why, "");
	ck_assert_str_eq(key->used_by, "");
	ck_assert_str_eq(key->evidence, "");
	ck_assert_int_eq(key->state, APAM_KEY_UNKNOWN);
	return true;
}

START_TEST(all_that_is_known_of_one)
{
	project_entries(&project, "a", HMAC("k1", "one"));
	add("k1", NULL);
	ck_assert_int_eq(
	    apam_keys(project.ctx, is_all_known, NULL, NULL, &err), APAM_OK);
}
END_TEST

START_TEST(enough_is_enough)
{
	struct told told = { .enough = 2 };

	project_entries(
	    &project, "a", RETURNS("k1") ", " RETURNS("k2") ", " RETURNS("k3"));
	ck_assert_int_eq(
	    apam_keys(project.ctx, each, &told, &partial, &err), APAM_OK);
	ck_assert_int_eq(told.keys, 2);
}
END_TEST

/* ---- Notes -------------------------------------------------------------- */

static void
note(enum key_note_kind kind, const char *id, const char *mark, int64_t at)
{
	struct key_note n = { .at = at, .state = APAM_KEY_REVOKED };

	key_note_key("hmac-test", id, mark, n.key);
	(void)snprintf(
	    n.program, sizeof(n.program), "prog-%lld", (long long)at);
	(void)snprintf(n.evidence, sizeof(n.evidence), "x");
	ck_assert(key_note_write(
	    project.ctx->env.settings->state_dir, true, kind, &n));
}

/* The mark of the record with the secret of this number. */
static const char *
mark_of(const char *id, const char *bytes)
{
	const struct key_registry registry = key_registry_of(&project.ctx->env);
	static char mark[APAM_MARK_SIZE];
	const struct key_asked key = { .key = {
					   "hmac-test", id, { bytes, 14 } } };
	const struct key_record *record;

	key_set_free(&marks);
	ck_assert_int_eq(key_registry_read(&registry, &marks, NULL), APAM_OK);
	record = key_set_find(&marks, &key);
	ck_assert_ptr_nonnull(record);
	key_mark_text(record, mark);
	return mark;
}

#define SECRET_ONE "\6\0\0\0\0\0\0\0FAKE-1"

START_TEST(uses_and_checks_are_shown)
{
	project_entries(
	    &project, "a", HMAC("k1", "one") ", " HMAC("k2", "one"));
	note(KEY_NOTE_USED, "k1", "", 1000);
	note(KEY_NOTE_CHECKED, "k2", "", 2000);
	note(KEY_NOTE_USED, "else", "", 3000);
	list_is("hmac-test k1 unknown used 1000 by prog-1000: a\n"
		"hmac-test k2 unknown revoked: a\n");
}
END_TEST

/* What was noted before the key was registered is still its own. */
START_TEST(notes_from_before_the_mark)
{
	project_entries(&project, "a", HMAC("k1", "one"));
	note(KEY_NOTE_USED, "k1", "", 1000);
	add("k1", NULL);
	list_is("hmac-test k1 registered marked used 1000 by prog-1000: a\n");
	note(KEY_NOTE_USED, "k1", mark_of("k1", SECRET_ONE), 5000);
	list_is("hmac-test k1 registered marked used 5000 by prog-5000: a\n");
}
END_TEST

START_TEST(a_note_is_for_one_secret)
{
	project_entries(&project, "a", HMAC("k1", "one"));
	archive("k1");
	note(KEY_NOTE_USED, "k1", mark_of("k1", SECRET_ONE), 1000);
	project_entries(&project, "a", HMAC("k1", "two"));
	list_is("hmac-test k1 unknown: a\n"
		"hmac-test k1 registered marked archived used 1000 by "
		"prog-1000\n");
}
END_TEST

/* ---- What cannot be read -------------------------------------------------- */

START_TEST(a_broken_profile)
{
	project_entries(&project, "a", RETURNS("k1"));
	project_entries(&project, "b", "{ scheme = ");
	list_is("return-test k1 unknown: a\n");
	ck_assert_int_eq(partial.status, APAM_E_CONFIG);
	ck_assert_str_eq(partial.profile, "b");
}
END_TEST

START_TEST(a_secret_that_is_lost)
{
	project_entries(&project, "a", HMAC("k1", "one"));
	add("k1", NULL);
	project_entries(&project, "b", HMAC("k1", "no"));
	list_is("hmac-test k1 registered marked: a ...\n");
	ck_assert_int_eq(partial.status, APAM_E_SECRET);
	ck_assert_str_eq(partial.profile, "b");
	/* It may be any of its id. */
	project_entries(&project, "a", HMAC("k2", "one"));
	list_is(
	    "hmac-test k1 registered marked ...\nhmac-test k2 unknown: a\n");
}
END_TEST

/* ---- Whom to believe ------------------------------------------------------ */

#define SERVICE 65533
#define VILLAIN 65532

/* Root's main file and state_dir, for this. */
static void
be_many(void)
{
	struct apam_open_options options = { .size = sizeof(options) };
	char config[128];

	ck_assert_int_eq(chmod(project.dir, 0755), 0);
	ck_assert_int_eq(chmod(project_path(&project, "state"), 0755), 0);
	apam_close(&project.ctx);
	(void)snprintf(config, sizeof(config), "%s/apam.conf", project.dir);
	options.config = config;
	ck_assert_int_eq(apam_open(&options, &project.ctx, NULL), APAM_OK);
	ck_assert_int_eq(chown(project_path(&project, "two"), 0, SERVICE), 0);
	ck_assert_int_eq(chmod(project.path, 0640), 0);
	project_entries(&project, "mine", HMAC("mine", "one"));
	project_entries(&project, "shared", HMAC("shared", "two"));
}

static void
note_as(uid_t uid, enum key_note_kind kind, const char *id, int64_t at)
{
	ck_assert_int_eq(seteuid(uid), 0);
	note(kind, id, "", at);
	ck_assert_int_eq(seteuid(0), 0);
}

static bool
keep_missed(void *arg, const struct apam_key_info *key)
{
	struct told *t = arg;

	say(t, key->id);
	say(t, ": ");
	say(t, key->use_missed);
	say(t, "; ");
	say(t, key->evidence);
	say(t, "\n");
	return true;
}

static void
said_is(const char *want)
{
	struct told told = { .n = 0 };

	ck_assert_int_eq(
	    apam_keys(project.ctx, keep_missed, &told, NULL, &err), APAM_OK);
	ck_assert_str_eq(told.text, want);
}

START_TEST(who_could_not_note_a_use_is_named)
{
	if (geteuid() != 0)
		return;
	be_many();
	said_is("mine: ; \nshared: group 65533 may read its secret and has no "
		"directory for notes: `apam users add`; \n");
	ck_assert_int_eq(apam_user_add(project.ctx, SERVICE, &err), APAM_OK);
	said_is("mine: ; \nshared: ; \n");
	project_entries(&project, "env",
	    "{ scheme = \"hmac-test\"; key_id = \"env\"; "
	    "secret = \"env:X\"; }");
	said_is("env: it is not known who may read its secret; \nmine: ; "
		"\nshared: ; \n");
}
END_TEST

START_TEST(who_may_not_read_a_secret_has_not_used_it)
{
	if (geteuid() != 0)
		return;
	be_many();
	ck_assert_int_eq(apam_user_add(project.ctx, SERVICE, &err), APAM_OK);
	ck_assert_int_eq(apam_user_add(project.ctx, VILLAIN, &err), APAM_OK);
	note_as(VILLAIN, KEY_NOTE_USED, "mine", 5000);
	note_as(SERVICE, KEY_NOTE_USED, "mine", 5001);
	note_as(SERVICE, KEY_NOTE_USED, "shared", 4000);
	list_is("hmac-test mine unknown: mine\n"
		"hmac-test shared unknown used 4000 by prog-4000: shared\n");
	note_as(0, KEY_NOTE_USED, "mine", 3000);
	list_is("hmac-test mine unknown used 3000 by prog-3000: mine\n"
		"hmac-test shared unknown used 4000 by prog-4000: shared\n");
}
END_TEST

START_TEST(what_others_find_is_quoted)
{
	if (geteuid() != 0)
		return;
	be_many();
	ck_assert_int_eq(apam_user_add(project.ctx, VILLAIN, &err), APAM_OK);
	note_as(VILLAIN, KEY_NOTE_CHECKED, "mine", 5000);
	list_is("hmac-test mine unknown: mine\n"
		"hmac-test shared unknown: shared\n");
	ck_assert_int_eq(apam_user_add(project.ctx, SERVICE, &err), APAM_OK);
	said_is(
	    "mine: ; revoked, says prog-5000 of uid 65532: x\nshared: ; \n");
	note_as(0, KEY_NOTE_CHECKED, "mine", 4000);
	said_is("mine: ; x\nshared: ; \n");
	list_is("hmac-test mine unknown revoked: mine\n"
		"hmac-test shared unknown: shared\n");
}
END_TEST

START_TEST(a_damaged_registry)
{
	project_entries(&project, "a", HMAC("k1", "one"));
	add("k1", NULL);
	project_write(&project, "state/registry/keys", "damage");
	list_is("hmac-test k1 unknown: a\n");
	ck_assert_int_eq(partial.status, APAM_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(partial.file, "registry/keys"));
}
END_TEST

START_TEST(no_directory_of_profiles)
{
	struct told told = { .n = 0 };

	ck_assert_int_eq(rmdir(project_path(&project, "apam.d")), 0);
	ck_assert_int_eq(
	    apam_keys(project.ctx, each, &told, &partial, &err), APAM_E_CONFIG);
	ck_assert_int_eq(err.status, APAM_E_CONFIG);
	ck_assert_int_eq(told.keys, 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("key_list");
	TCase *t = tcase_create("core");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, none);
	tcase_add_test(t, those_of_profiles);
	tcase_add_test(t, those_of_the_registry);
	tcase_add_test(t, a_secret_that_was_replaced);
	tcase_add_test(t, all_that_is_known_of_one);
	tcase_add_test(t, enough_is_enough);
	tcase_add_test(t, uses_and_checks_are_shown);
	tcase_add_test(t, notes_from_before_the_mark);
	tcase_add_test(t, a_note_is_for_one_secret);
	tcase_add_test(t, a_broken_profile);
	tcase_add_test(t, a_secret_that_is_lost);
	tcase_add_test(t, a_damaged_registry);
	tcase_add_test(t, no_directory_of_profiles);
	tcase_add_test(t, who_could_not_note_a_use_is_named);
	tcase_add_test(t, who_may_not_read_a_secret_has_not_used_it);
	tcase_add_test(t, what_others_find_is_quoted);
	suite_add_tcase(s, t);
	return run_suite(s);
}
