/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/admin/key_lookup.c: every name that an administrator could
 * give, for each command, against one registry and one set of profiles; and
 * what the message then says.
 *
 * The keys, all of hmac-test but where it is said:
 *	active		registered, in profile a
 *	old		archived, in no profile
 *	any		registered for any secret, in profile b
 *	fresh		not registered, twice in profile c
 *	twice		two active ones: secret 1 (profile d) and secret 2
 *	changed		archived with secret 1; profile e has secret 2
 *	both		not registered: secrets 1 and 2 in profile f
 *	schemes		not registered, of two schemes, in profile g
 *	lost		not registered, its secret cannot be read, in profile h
 *	lost-known	active; profile i has it, its secret cannot be read
 */
#include "admin/key_lookup.h"

#include "base/error.h"

#include "support/clock.h"
#include "support/project.h"
#include "support/run.h"

static struct project project;
static struct named_keys named;
static struct key_set set;
static struct apam_error err = APAM_ERROR_INIT;
static char first_mark[APAM_MARK_SIZE]; /* of the first key "twice" */

#define HMAC(id, file)                                                         \
	"{ scheme = \"hmac-test\"; key_id = \"" id                             \
	"\"; secret = \"file:@/" file "\"; }"
#define RETURNS(id) "{ scheme = \"return-test\"; key_id = \"" id "\"; }"

static const struct {
	const char *name, *entries;
} profiles[] = {
	{ "a", HMAC("active", "one") },
	{ "b", HMAC("any", "one") },
	{ "c", HMAC("fresh", "one") ", " HMAC("fresh", "one") },
	{ "d", HMAC("twice", "one") },
	{ "e", HMAC("changed", "two") },
	{ "f", HMAC("both", "one") ", " HMAC("both", "two") },
	{ "g", HMAC("schemes", "one") ", " RETURNS("schemes") },
	{ "h", HMAC("lost", "no") },
	{ "i", HMAC("lost-known", "no") },
};

static void
add_profile(size_t i)
{
	char format[1024], text[1024];

	(void)snprintf(format, sizeof(format),
	    "origins = [ \"https://api.example\" ];\nauth = ( %s );\n",
	    profiles[i].entries);
	project_splice(&project, format, text, sizeof(text));
	project_profile(&project, profiles[i].name, text);
}

/* A secret as entry_key_secret has it. */
#define SECRET(n)                                                              \
	{                                                                      \
		"\6\0\0\0\0\0\0\0FAKE-" n, 14                                  \
	}

static const struct {
	const char *id;
	struct apam_str secret;
	bool archived;
} records[] = {
	{ "active", SECRET("1"), false },
	{ "old", SECRET("1"), true },
	{ "any", { "", 0 }, false },
	{ "twice", SECRET("1"), false },
	{ "twice", SECRET("2"), false },
	{ "changed", SECRET("1"), true },
	{ "lost-known", SECRET("1"), false },
};

static void
add_record(size_t i)
{
	const struct key_identity key = { "hmac-test", records[i].id,
		records[i].secret };
	struct key_record *record = key_edit_register(&set, &key, &err);

	ck_assert_ptr_nonnull(record);
	if (records[i].archived)
		ck_assert_int_eq(
		    key_edit_archive(&set, record, "lost", &err), APAM_OK);
	if (strcmp(records[i].id, "twice") == 0 && first_mark[0] == '\0')
		key_mark_text(record, first_mark);
}

static void
setup(void)
{
	clock_hasten();
	project_make(&project);
	project_module(&project, "return-test", true);
	project_module(&project, "hmac-test", true);
	project_secret(&project, "one", "FAKE-1\n");
	project_secret(&project, "two", "FAKE-2\n");
	memset(&err, 0, sizeof(err));
	err.size = sizeof(err);
	memset(&set, 0, sizeof(set));
	first_mark[0] = '\0';
	for (int i = 0; i < ROWS(profiles); i++)
		add_profile((size_t)i);
	for (int i = 0; i < ROWS(records); i++)
		add_record((size_t)i);
	(void)project_get(&project, "a");
	ck_assert_int_eq(named_keys_read(project.ctx, &named, &err), APAM_OK);
	ck_assert_int_eq(named.partial.status, APAM_OK);
}

static void
teardown(void)
{
	named_keys_free(&named);
	key_set_free(&set);
	project_remove(&project);
}

#define NEW KEY_WANTED_NEW
#define LIVE KEY_WANTED_LIVE
#define ARCHIVED KEY_WANTED_ARCHIVED
#define REGISTERED KEY_WANTED_REGISTERED

/*
 * `record`: which of the table was chosen, -1: none; `profile`: of the key that
 * is not registered, NULL: none.  `mark` is "1" for that of the first "twice".
 */
static const struct {
	enum key_wanted wanted;
	const char *id, *scheme, *mark;
	int record;
	const char *profile;
	const char *why; /* a part of it; NULL: chosen */
} rows[] = {
	{ NEW, "active", NULL, NULL, -1, NULL, "registered already" },
	{ NEW, "active", "hmac-test", NULL, -1, NULL, "registered already" },
	{ NEW, "active", "return-test", NULL, -1, NULL, "that scheme or mark" },
	{ NEW, "old", NULL, NULL, -1, NULL, "registered already" },
	{ NEW, "any", NULL, NULL, -1, NULL, "registered already" },
	{ NEW, "fresh", NULL, NULL, -1, "c", NULL },
	{ NEW, "fresh", NULL, "abcd", -1, NULL, "has that scheme or mark" },
	{ NEW, "changed", NULL, NULL, -1, "e", NULL },
	{ NEW, "both", NULL, NULL, -1, "f", NULL },
	{ NEW, "schemes", NULL, NULL, -1, NULL,
	    "several keys have this id: hmac-test not registered (profile g), "
	    "return-test not registered (profile g); give --scheme" },
	{ NEW, "schemes", "return-test", NULL, -1, "g", NULL },
	{ NEW, "lost", NULL, NULL, -1, "h", NULL },
	{ NEW, "lost-known", NULL, NULL, -1, NULL, "registered already" },
	{ NEW, "nobody", "hmac-test", NULL, -1, NULL, NULL },
	{ NEW, "nobody", NULL, NULL, -1, NULL, "give --scheme to register it" },
	{ NEW, "actvie", NULL, NULL, -1, NULL, "is it active?" },

	{ LIVE, "active", NULL, NULL, 0, NULL, NULL },
	{ LIVE, "active", "hmac-test", NULL, 0, NULL, NULL },
	{ LIVE, "active", "return-test", NULL, -1, NULL,
	    "that scheme or mark" },
	{ LIVE, "active", NULL, "none", -1, NULL, "has that scheme or mark" },
	{ LIVE, "old", NULL, NULL, -1, NULL, "archived already, by" },
	{ LIVE, "old", NULL, NULL, -1, NULL, ": lost" },
	{ LIVE, "any", NULL, NULL, 2, NULL, NULL },
	{ LIVE, "fresh", NULL, NULL, -1, "c", NULL },
	{ LIVE, "twice", NULL, NULL, -1, NULL, "give --scheme or --secret" },
	{ LIVE, "twice", NULL, "1", 3, NULL, NULL },
	{ LIVE, "twice", "hmac-test", "1", 3, NULL, NULL },
	{ LIVE, "twice", "return-test", "1", -1, NULL, "that scheme or mark" },
	{ LIVE, "changed", NULL, NULL, -1, "e", NULL },
	{ LIVE, "both", NULL, NULL, -1, NULL, "register it with `apam keys" },
	{ LIVE, "schemes", NULL, NULL, -1, NULL, "several keys" },
	{ LIVE, "schemes", "hmac-test", NULL, -1, "g", NULL },
	{ LIVE, "lost", NULL, NULL, -1, "h", NULL },
	{ LIVE, "lost-known", NULL, NULL, 6, NULL, NULL },
	{ LIVE, "nobody", "hmac-test", NULL, -1, NULL, "no such key" },
	{ LIVE, "nobody", "hmac-test", "abcd", -1, NULL, "no such key" },
	{ LIVE, "nobody", NULL, NULL, -1, NULL,
	    "there is no such key; `apam keys list`" },
	{ LIVE, "frehs", NULL, NULL, -1, NULL, "is it fresh?" },
	{ LIVE, "ld", NULL, NULL, -1, NULL, "there is no such key" },

	{ ARCHIVED, "active", NULL, NULL, -1, NULL, "is not archived" },
	{ ARCHIVED, "old", NULL, NULL, 1, NULL, NULL },
	{ ARCHIVED, "old", "return-test", NULL, -1, NULL, "that scheme" },
	{ ARCHIVED, "changed", NULL, NULL, 5, NULL, NULL },
	{ ARCHIVED, "fresh", NULL, NULL, -1, NULL, "that scheme or mark" },
	{ ARCHIVED, "nobody", "hmac-test", NULL, -1, NULL,
	    "no such key in the registry" },
	{ ARCHIVED, "odl", NULL, NULL, -1, NULL, "no such key" },

	{ NEW, "active", NULL, NULL, -1, NULL, "`apam keys describe` changes" },
	{ REGISTERED, "active", NULL, NULL, 0, NULL, NULL },
	{ REGISTERED, "old", NULL, NULL, 1, NULL, NULL },
	{ REGISTERED, "any", "hmac-test", NULL, 2, NULL, NULL },
	{ REGISTERED, "any", "return-test", NULL, -1, NULL, "that scheme" },
	{ REGISTERED, "twice", NULL, NULL, -1, NULL,
	    "give --scheme or --secret MARK" },
	{ REGISTERED, "twice", NULL, "1", 3, NULL, NULL },
	{ REGISTERED, "changed", NULL, NULL, 5, NULL, NULL },
	{ REGISTERED, "lost-known", NULL, NULL, 6, NULL, NULL },
	{ REGISTERED, "odl", NULL, NULL, -1, NULL, "no such key" },
	{ REGISTERED, "nobody", "hmac-test", NULL, -1, NULL,
	    "`apam keys add` registers" },
};

START_TEST(a_name)
{
	const char *mark = rows[_i].mark;
	const bool first = mark != NULL && strcmp(mark, "1") == 0;
	const struct apam_key_name name = { sizeof(name), rows[_i].id,
		rows[_i].scheme, first ? first_mark : mark };
	const struct key_question question = { &name, rows[_i].wanted, &set,
		&named };
	struct key_choice choice;
	enum apam_status status = key_choose(&question, &choice, &err);

	ck_assert_msg((status == APAM_OK) == (rows[_i].why == NULL),
	    "row %d, %s: %s", _i, name.id, err.text);
	if (status != APAM_OK) {
		ck_assert_int_eq(status, APAM_E_USAGE);
		ck_assert_msg(strstr(err.text, rows[_i].why) != NULL,
		    "row %d, %s: %s", _i, name.id, err.text);
		return;
	}
	ck_assert_msg(choice.record ==
		(rows[_i].record < 0 ? NULL : &set.records[rows[_i].record]),
	    "row %d, %s: another record", _i, name.id);
	ck_assert_msg((choice.named == NULL) == (rows[_i].profile == NULL),
	    "row %d, %s: another key", _i, name.id);
	if (choice.named != NULL)
		ck_assert_str_eq(choice.named->profile, rows[_i].profile);
}
END_TEST

/* What was asked for may be a secret: no message repeats it. */
START_TEST(a_name_is_not_repeated)
{
	const struct apam_key_name name = { sizeof(name), "FAKE-SECRET", NULL,
		NULL };
	struct key_choice choice;

	for (int wanted = NEW; wanted <= REGISTERED; wanted++) {
		const struct key_question question = { &name,
			(enum key_wanted)wanted, &set, &named };

		error_clear(&err);
		ck_assert_int_eq(
		    key_choose(&question, &choice, &err), APAM_E_USAGE);
		ck_assert_ptr_null(strstr(err.text, "FAKE"));
	}
}
END_TEST

START_TEST(a_profile_that_cannot_be_read)
{
	struct apam_key_name name = { sizeof(name), "nobody", NULL, NULL };
	const struct key_question question = { &name, LIVE, &set, &named };
	struct key_choice choice;

	(void)error_set(&named.partial, APAM_E_CONFIG, "x");
	error_locate(&named.partial, "broken", -1);
	ck_assert_int_eq(key_choose(&question, &choice, &err), APAM_E_USAGE);
	ck_assert_ptr_nonnull(
	    strstr(err.text, "profile broken cannot be read"));
	ck_assert_ptr_nonnull(strstr(err.text, "--scheme"));
	name.scheme = "hmac-test";
	ck_assert_int_eq(key_choose(&question, &choice, &err), APAM_OK);
	ck_assert(choice.record == NULL && choice.named == NULL);
}
END_TEST

/* More candidates than a message has room for. */
START_TEST(a_hundred_keys_of_one_id)
{
	const struct apam_key_name name = { sizeof(name), "many", NULL, NULL };
	const struct key_question question = { &name, LIVE, &set, &named };
	struct key_choice choice;
	char secret[32];

	for (int i = 0; i < 100; i++) {
		(void)snprintf(secret, sizeof(secret), "FAKE-%d", i);
		ck_assert_ptr_nonnull(key_edit_register(&set,
		    &(struct key_identity){
			"hmac-test", "many", apam_str(secret) },
		    &err));
	}
	ck_assert_int_eq(key_choose(&question, &choice, &err), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "give --scheme or --secret"));
}
END_TEST

static const struct {
	struct apam_key_name name;
	const char *why;
} names[] = {
	{ { 0, NULL, NULL, NULL }, "id" },
	{ { 0, "", NULL, NULL }, "id" },
	{ { 0, "a\nb", NULL, NULL }, "id" },
	{ { 0, "\xff", NULL, NULL }, "id" },
	{ { 0, "a", "", NULL }, "scheme" },
	{ { 0, "a", "../x", NULL }, "scheme" },
	{ { 0, "a", "Demo", NULL }, "scheme" },
	{ { 0, "a", NULL, "" }, "mark" },
	{ { 0, "a", NULL, "abc" }, "mark" },
	{ { 0, "a", NULL, "abcde" }, "mark" },
	{ { 0, "a", NULL, "abcd" }, NULL },
	{ { 0, "a b", "demo", "abcd" }, NULL },
};

START_TEST(what_is_no_name)
{
	const char *why = key_name_problem(&names[_i].name);

	ck_assert_int_eq(why == NULL, names[_i].why == NULL);
	if (why != NULL)
		ck_assert_msg(strstr(why, names[_i].why) != NULL, "%s", why);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("key_choice");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, a_name, 0, ROWS(rows));
	tcase_add_test(t, a_name_is_not_repeated);
	tcase_add_test(t, a_profile_that_cannot_be_read);
	tcase_add_test(t, a_hundred_keys_of_one_id);
	tcase_add_loop_test(t, what_is_no_name, 0, ROWS(names));
	suite_add_tcase(s, t);
	return run_suite(s);
}
