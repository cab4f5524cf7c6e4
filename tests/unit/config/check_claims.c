/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/claims.c: which origins a file in error is for, whatever
 * the mistake; and that nothing is taken from a file that is not believed.
 */
#include "base/str.h"
#include "config/claims.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/run.h"

#define A "https://a.example"
#define B "https://b.example/v1"
#define AUTH "auth = ( { scheme = \"api-key\"; } );\n"

static struct claims claims;

static void
setup(void)
{
	claims = (struct claims){ .count = 0 };
}

static void
teardown(void)
{
	claims_free(&claims);
	ck_assert_ptr_null(claims.origins);
	ck_assert_ptr_null(claims.texts);
	ck_assert_uint_eq(claims.count, 0);
}

/* A file, and what it claims, with a blank behind each. */
static const struct {
	const char *text, *claimed;
} files[] = {
	{ "", "" },
	{ "\n# nothing\n", "" },
	{ "origins = [ \"" A "\" ];\n" AUTH, A " " },
	{ "origins = [ \"" A "\", \"" B "\" ];\n" AUTH, A " " B " " },
	{ "origins: ( \"" A "\" )\n" AUTH, A " " },
	/* No list, another name, no quotes, one of them alone. */
	{ "origins = \"" A "\";\n" AUTH, A " " },
	{ "origin = [ \"" A "\" ];\n" AUTH, A " " },
	{ "orgins = [ \"" A "\" ];\n" AUTH, A " " },
	{ "origins [ \"" A "\" ];\n" AUTH, A " " },
	{ "origins = [ " B ", \"" A "\" ];\n" AUTH, B " " A " " },
	{ "origins = [ " B "];\n" AUTH, B " " },
	{ "origins = [ \"" B " ];\n" AUTH, B " " },
	{ "origins = [ \"" B "];\n" AUTH, B " " },
	{ "origins = [ " A "\", \"" B "\" ];\n" AUTH, A " " B " " },
	{ "origins = [ \"" A "\", \"" B " ];\n" AUTH, A " " B " " },
	{ "origins = [ \"" B, B " " },
	{ "origins = [ '" A "' ];\n" AUTH, A " " },
	{ "origins = [ \"" A "\" \"" B "\" ];\n" AUTH, A " " B " " },
	/* The list is not closed, or begins with something else. */
	{ "origins = [ \"" A "\";\n" AUTH "x = \"" B "\";\n", A " " },
	{ "origins = [ \"" A "\",\n" AUTH "x = \"" B "\";\n", A " " },
	{ "origins = [ 1, \"" A "\" ];\n" AUTH, "" },
	/* Mistakes before it. */
	{ "description = \"x\norigins = [ \"" A "\" ];\n", A " " },
	{ "description = \"a \\n b\";\norigins = [ \"" A "\" ];\n", A " " },
	{ "@include \"x\"\norigins = [ \"" A "\" ];\n", A " " },
	{ "deadline = 30s; origins = [ \"" A "\" ];\n", A " " },
	{ "}}}\norigins = [ \"" A "\" ];\n", A " " },
	{ "\x01\xff\norigins = [ \"" A "\" ];\n", A " " },
	{ AUTH "x = {\norigins = [ \"" A "\" ];\n", A " " },
	/* Not an origin's. */
	{ AUTH "token_endpoint = \"" A "\";\n", "" },
	{ "# origins = [ \"" A "\" ];\n" AUTH, "" },
	{ "origins = [ # \"" A "\"\n\"" B "\" ];\n" AUTH, B " " },
	{ "/* origins = [ \"" A "\" ];\n", "" },
	{ "a_name_that_is_longer_than_any_option = [ \"" A "\" ];\n", "" },
	/* What no origin may have; other URLs are not claimed for that. */
	{ "origins = [ \"" B "/*\" ];\n", B "/ " },
	{ "origins = [ \"" B "/x*/y\" ];\n", B "/ " },
	{ "origins = [ \"" B "/%41/y\" ];\n", B "/ " },
	{ "origins = [ \"" B "/../y\" ];\n", B "/ " },
	{ "origins = [ \"" B "//y\" ];\n", B "/ " },
	{ "origins = [ \"" A "/*\" ];\n", A "/ " },
	{ "origins = [ \"" B "?x=1\" ];\n", B " " },
	{ "origins = [ \"" A "?x=1\" ];\n", A " " },
	{ "origins = [ \"" B "#x\" ];\n", B " " },
	{ "origins = [ \"http://a.example\" ];\n", "http://a.example " },
	{ "origins = [ \"ftp://a.example\", \"a.example\", \"https://\" ];\n",
	    "" },
	{ "origins = [ \"https://user@a.example\" ];\n", "" },
};

/* All that is claimed, with a blank behind each. */
static void
write_claimed(char *to, size_t size)
{
	struct url url;

	*to = '\0';
	for (size_t i = 0; i < claims.count; i++) {
		const size_t n = strlen(to);

		(void)snprintf(to + n, size - n, "%s ", claims.texts[i]);
		ck_assert_ptr_null(url_parse(apam_str(claims.texts[i]), &url));
		ck_assert(str_equal(url.path, claims.origins[i].path));
		ck_assert_str_eq(url.host, claims.origins[i].host);
	}
}

START_TEST(what_a_file_claims)
{
	/* Of its own size, so that nothing is read beyond it. */
	const size_t n = strlen(files[_i].text);
	char *text = malloc(n + 1), claimed[256];

	ck_assert_ptr_nonnull(text);
	memcpy(text, files[_i].text, n);
	ck_assert(claims_add(&claims, (struct apam_str){ text, n }));
	/* Copies are kept. */
	memset(text, 0x5a, n);
	free(text);
	write_claimed(claimed, sizeof(claimed));
	ck_assert_msg(strcmp(claimed, files[_i].claimed) == 0, "%s\nclaims: %s",
	    files[_i].text, claimed);
}
END_TEST

START_TEST(more_than_a_few)
{
	char text[8192] = "origins = [", claimed[8192], wanted[8192] = "";

	for (int i = 0; i < 100; i++) {
		const size_t n = strlen(text), w = strlen(wanted);

		(void)snprintf(text + n, sizeof(text) - n,
		    "\"https://h%d.example\",\n", i);
		(void)snprintf(
		    wanted + w, sizeof(wanted) - w, "https://h%d.example ", i);
	}
	ck_assert(claims_add(&claims, apam_str(text)));
	write_claimed(claimed, sizeof(claimed));
	ck_assert_str_eq(claimed, wanted);
}
END_TEST

START_TEST(a_file_is_believed_or_not)
{
	char dir[] = "/tmp/apam-claims-XXXXXX", file[64];
	FILE *to;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(file, sizeof(file), "%s/x", dir);
	ck_assert(claims_read(&claims, file, true));
	to = fopen(file, "w");
	ck_assert_ptr_nonnull(to);
	ck_assert_int_ge(fputs("origins = [ \"" A "\" ", to), 0);
	ck_assert_int_eq(fclose(to), 0);
	ck_assert_int_eq(chmod(file, 0664), 0);
	ck_assert(claims_read(&claims, file, true));
	ck_assert_uint_eq(claims.count, 0);
	ck_assert_int_eq(chmod(file, 0644), 0);
	ck_assert(claims_read(&claims, file, true));
	ck_assert_uint_eq(claims.count, 1);
	ck_assert_int_eq(unlink(file), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("claims");
	TCase *tc = tcase_create("core");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, what_a_file_claims, 0, ROWS(files));
	tcase_add_test(tc, more_than_a_few);
	tcase_add_test(tc, a_file_is_believed_or_not);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
