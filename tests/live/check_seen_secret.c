/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/seen_secret.c: a text fits the secret of the entry that
 * it was made of, and none of another secret, id or scheme.
 */
#include "entry/seen_secret.h"

#include "base/secmem.h"
#include "profile/handle.h"
#include "profile/stack.h"
#include "support/opened.h"
#include "support/project.h"
#include "support/run.h"

static struct project project;

static void
setup(void)
{
	project_make(&project);
	project_module(&project, "hmac-test", true);
	project_module(&project, "bench-bearer", true);
	project_secret(&project, "secret", "FAKEkey\n");
	project_secret(&project, "copy", "FAKEkey\n");
	project_secret(&project, "other", "FAKEkez\n");
}

static void
teardown(void)
{
	secmem_fail_after(-1);
	project_remove(&project);
}

/* The open entry of a profile that has no other. */
static struct entry *
entry_of(const char *name, const char *entry)
{
	char format[1024], text[1024];

	(void)snprintf(format, sizeof(format),
	    "origins = [ \"https://api.example\" ];\nauth = ( { %s } );\n",
	    entry);
	project_splice(&project, format, text, sizeof(text));
	project_profile(&project, name, text);
	return &opened(project_get(&project, name))->entries[0];
}

#define HMAC(id, secret)                                                       \
	"scheme = \"hmac-test\"; key_id = \"" id "\"; "                        \
	"secret = \"file:@/" secret "\"; "

static const struct {
	const char *name, *entry;
	bool same;
} others[] = {
	{ "the same", HMAC("k1", "secret"), true },
	{ "a copy", HMAC("k1", "copy"), true },
	{ "another-secret", HMAC("k1", "other"), false },
	{ "another-id", HMAC("k2", "secret"), false },
	{ "another-scheme",
	    "scheme = \"bench-bearer\"; token = \"file:@/secret\"; ", false },
};

/* A mark of 16 bits may be that of another secret: not of three texts. */
START_TEST(it_is_of_one_secret)
{
	const struct entry *e = entry_of("demo", HMAC("k1", "secret"));
	const struct entry *other = entry_of("other", others[_i].entry);
	char seen[3][SEEN_TEXT];
	int fits = 0;

	for (int i = 0; i < 3; i++) {
		ck_assert(entry_seen_make(e, seen[i]));
		ck_assert(seen_ok(seen[i]) && seen[i][0] != '\0');
		fits += entry_seen_is_of(other, seen[i]) ? 1 : 0;
	}
	ck_assert_str_ne(seen[0], seen[1]);
	ck_assert_msg(
	    others[_i].same ? fits == 3 : fits < 3, "%s", others[_i].name);
}
END_TEST

START_TEST(without_memory_there_is_none)
{
	const struct entry *e = entry_of("demo", HMAC("k1", "secret"));
	char seen[SEEN_TEXT], none[SEEN_TEXT];

	ck_assert(entry_seen_make(e, seen));
	secmem_fail_after(0);
	ck_assert(!entry_seen_make(e, none));
	ck_assert_str_eq(none, "");
	ck_assert(!entry_seen_is_of(e, seen));
	secmem_fail_after(-1);
	ck_assert(entry_seen_is_of(e, seen));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("seen_secret");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, it_is_of_one_secret, 0, ROWS(others));
	tcase_add_test(tc, without_memory_there_is_none);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
