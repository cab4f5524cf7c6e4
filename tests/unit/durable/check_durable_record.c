/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/durable/durable_record.c: the text as it is documented, what
 * comes back, and that every other text is refused.
 */
#include "durable/durable_record.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/secmem.h"
#include "base/str.h"
#include "support/run.h"

#define FAMILY "00112233445566778899aabbccddeeff"
#define BOOT "01234567-89ab-cdef-0123-456789abcdef"
#define BOUND "bound client_id abc d\nbound url https://x\n"

static const struct durable_record sample = {
	.name = { "demo", 4 },
	.family = { FAMILY, DURABLE_FAMILY_SIZE },
	.generation = 17,
	.state = DURABLE_READY,
	.since = 1790000000,
	.life = { 5000, 3605000, BOOT },
	.scheme = { "rotating", 8 },
	.origin = { "https://idp.example.com", 23 },
	.machine = { "-", 1 },
	.bound = { BOUND, sizeof(BOUND) - 1 },
	.secret = { "fake-refresh", 12 },
};

static struct buf text;

static void
write_text(const struct durable_record *r)
{
	buf_init(&text, DURABLE_RECORD_MAX);
	ck_assert(durable_record_put(r, &text));
}

static void
free_text(void)
{
	buf_free(&text);
	ck_assert_int_eq(secmem_live(), 0);
}

static void
comes_back(const struct durable_record *r)
{
	struct durable_record got;

	write_text(r);
	ck_assert_pstr_eq(durable_record_take(buf_view(&text), &got), NULL);
	ck_assert(str_equal(got.name, r->name));
	ck_assert(str_equal(got.family, r->family));
	ck_assert_int_eq(got.generation, r->generation);
	ck_assert_int_eq(got.state, r->state);
	ck_assert_int_eq(got.sendings, r->sendings);
	ck_assert(str_equal(got.reason, r->reason));
	ck_assert_int_eq(got.since, r->since);
	ck_assert_int_eq(got.life.from, r->life.from);
	ck_assert_int_eq(got.life.until, r->life.until);
	ck_assert_str_eq(got.life.boot, r->life.boot);
	ck_assert(str_equal(got.scheme, r->scheme));
	ck_assert(str_equal(got.origin, r->origin));
	ck_assert(str_equal(got.machine, r->machine));
	ck_assert(str_equal(got.bound, r->bound));
	ck_assert(str_equal(got.facts, r->facts));
	ck_assert(str_equal(got.secret, r->secret));
	free_text();
}

START_TEST(it_is_written_as_documented)
{
	static const char expected[] = "apam-secret 1\n"
				       "name demo\n"
				       "family " FAMILY "\n"
				       "generation 17\n"
				       "state ready\n"
				       "since 1790000000\n"
				       "credential 5000 3605000 " BOOT "\n"
				       "scheme rotating\n"
				       "origin https://idp.example.com\n"
				       "machine -\n"
				       "bound client_id abc d\n"
				       "bound url https://x\n"
				       "secret 12\n"
				       "fake-refresh\n"
				       "check ";
	struct apam_str view, end;

	write_text(&sample);
	view = buf_view(&text);
	ck_assert(str_starts(view, apam_str(expected)));
	end = str_skip(view, sizeof(expected) - 1);
	ck_assert_uint_eq(end.n, 33);
	ck_assert_int_eq(end.p[32], '\n');
	free_text();
}
END_TEST

/* The example of apam-store(5). */
START_TEST(the_example_of_the_manual_is_a_record)
{
	static char page[65536];
	FILE *f = fopen("doc/man/apam-store.5", "r");
	struct durable_record got;
	const char *start, *end;

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_lt(fread(page, 1, sizeof(page), f), sizeof(page));
	ck_assert_int_eq(fclose(f), 0);
	start = strstr(page, "\napam-secret 1\n");
	ck_assert_ptr_nonnull(start);
	end = strstr(start, ".Ed");
	ck_assert_ptr_nonnull(end);
	ck_assert_pstr_eq(durable_record_take((struct apam_str){ start + 1,
						  (size_t)(end - start - 1) },
			      &got),
	    NULL);
	ck_assert_int_eq(got.generation, 17);
}
END_TEST

START_TEST(what_is_written_comes_back)
{
	struct durable_record r = sample;

	comes_back(&r);
	r.bound = APAM_STR("");
	comes_back(&r);
	r.facts = APAM_STR("fact issuer https://x y\nhidden client z\n");
	comes_back(&r);
	r.state = DURABLE_SPENDING;
	r.sendings = 3;
	comes_back(&r);
	r.life = (struct durable_life){ 0, INT64_MAX, "-" };
	comes_back(&r);
	r.life = (struct durable_life){ .until = 0 };
	comes_back(&r);
	r.state = DURABLE_LOGIN;
	r.sendings = 0;
	r.life = (struct durable_life){ .until = 0 };
	r.reason = APAM_STR("the provider says: gone");
	comes_back(&r);
	r.secret = APAM_STR("");
	comes_back(&r);
	r.generation = INT64_MAX;
	r.since = 0;
	comes_back(&r);
}
END_TEST

START_TEST(any_bytes_can_be_the_secret)
{
	struct durable_record r = sample;
	char *bytes = malloc(DURABLE_SECRET_MAX + 1);

	ck_assert_ptr_nonnull(bytes);
	for (size_t i = 0; i <= DURABLE_SECRET_MAX; i++)
		bytes[i] = (char)(i * 7);
	r.secret = (struct apam_str){ bytes, 512 };
	comes_back(&r);
	r.secret.n = DURABLE_SECRET_MAX;
	comes_back(&r);
	r.secret.n++;
	buf_init(&text, 2 * DURABLE_RECORD_MAX);
	ck_assert(!durable_record_put(&r, &text));
	free_text();
	free(bytes);
}
END_TEST

/* ---- What is not a record ---------------------------------------------- */

static void
is_refused(const struct durable_record *r, const char *label)
{
	buf_init(&text, DURABLE_RECORD_MAX);
	ck_assert_msg(!durable_record_put(r, &text), "%s", label);
	ck_assert_uint_eq(text.n, 0);
	free_text();
}

/* The sample with one member changed. */
#define REFUSED(member, value)                                                 \
	do {                                                                   \
		struct durable_record r = sample;                              \
		r.member = value;                                              \
		is_refused(&r, #member " = " #value);                          \
	} while (0)

START_TEST(a_bad_name_is_not_written)
{
	REFUSED(name, APAM_STR(""));
	REFUSED(name, APAM_STR("a.b"));
	REFUSED(name, APAM_STR("a/b"));
	REFUSED(name, APAM_STR("-a"));
	REFUSED(name, APAM_STR("\xc3\xa4"));
	REFUSED(name.n, 0);
	REFUSED(scheme, APAM_STR("a b"));
	REFUSED(origin, APAM_STR(""));
	REFUSED(origin, APAM_STR("a\nb"));
	REFUSED(machine, APAM_STR(""));
}
END_TEST

START_TEST(a_bad_family_is_not_written)
{
	REFUSED(family.n, DURABLE_FAMILY_SIZE - 1);
	REFUSED(family, APAM_STR("00112233445566778899AABBCCDDEEFF"));
	REFUSED(family, APAM_STR("00112233445566778899aabbccddeefg"));
}
END_TEST

START_TEST(a_bad_state_is_not_written)
{
	REFUSED(generation, 0);
	REFUSED(generation, -1);
	REFUSED(since, -1);
	REFUSED(state, (enum durable_state)3);
	REFUSED(state, DURABLE_SPENDING);
	REFUSED(state, DURABLE_LOGIN);
	REFUSED(sendings, 1);
	REFUSED(reason, APAM_STR("gone"));
	REFUSED(secret, APAM_STR(""));
}
END_TEST

START_TEST(a_bad_life_is_not_written)
{
	REFUSED(life.from, -1);
	REFUSED(life.until, 0);
	REFUSED(life.until, 4999);
	REFUSED(life.boot[0], '\0');
	REFUSED(life.boot[7], 'g');
}
END_TEST

START_TEST(who_has_to_log_in_has_no_life)
{
	struct durable_record r = sample;

	r.state = DURABLE_LOGIN;
	r.reason = APAM_STR("gone");
	is_refused(&r, "a life");
	r.life = (struct durable_life){ .until = 0 };
	comes_back(&r);
}
END_TEST

/* The sample with another line in place of its own. */
static const char *const lives[] = { "credential 5000 3605000", "credential",
	"credential 5000 3605000 ", "credential 5000 3605000 - ",
	"credential 5000  3605000 " BOOT, "credential 05000 3605000 " BOOT,
	"credential 5000 03605000 " BOOT, "credential 5000 0 " BOOT,
	"credential 0 0 -", "credential 5000 -1 -",
	"credential 5000 9223372036854775808 -",
	"credential 5000 3605000 " BOOT "0", "credential 5000 3605000 x" };

START_TEST(another_life_is_no_record)
{
	static const char line[] = "credential 5000 3605000 " BOOT;
	struct durable_record got;
	char other[1024], *at;
	int n;

	write_text(&sample);
	buf_put_char(&text, '\0');
	at = strstr(text.p, line);
	ck_assert_ptr_nonnull(at);
	n = snprintf(other, sizeof(other), "%.*s%s%s", (int)(at - text.p),
	    text.p, lives[_i], at + sizeof(line) - 1);
	/* That is found before the checksum is looked at. */
	ck_assert_pstr_eq(
	    durable_record_take((struct apam_str){ other, (size_t)n }, &got),
	    "is damaged");
	ck_assert_int_eq(got.life.until, 0);
	free_text();
}
END_TEST

START_TEST(a_bad_bound_is_not_written)
{
	REFUSED(bound, APAM_STR("x y\n"));
	REFUSED(bound, APAM_STR("bound x\n"));
	REFUSED(bound, APAM_STR("bound x \n"));
	REFUSED(bound, APAM_STR("bound  y\n"));
	REFUSED(bound, APAM_STR("bound x y"));
	REFUSED(bound, APAM_STR("fact x y\n"));
	REFUSED(facts, APAM_STR("bound x y\n"));
	REFUSED(facts, APAM_STR("fact x\n"));
	REFUSED(facts, APAM_STR("hidden x y"));
	REFUSED(facts, APAM_STR("fact x y\nhidden  z\n"));
	REFUSED(bound, APAM_STR("bound x \001\n"));
}
END_TEST

START_TEST(without_room_there_is_nothing)
{
	buf_init(&text, 100);
	ck_assert(!durable_record_put(&sample, &text));
	ck_assert_uint_eq(text.n, 0);
	free_text();
}
END_TEST

START_TEST(each_bit_of_it_counts)
{
	struct durable_record got;

	write_text(&sample);
	for (size_t i = 0; i < text.n * 8; i++) {
		text.p[i / 8] = (char)(text.p[i / 8] ^ (1 << i % 8));
		ck_assert_ptr_nonnull(
		    durable_record_take(buf_view(&text), &got));
		ck_assert_int_eq(got.generation, 0);
		ck_assert_ptr_null(got.secret.p);
		text.p[i / 8] = (char)(text.p[i / 8] ^ (1 << i % 8));
	}
	free_text();
}
END_TEST

START_TEST(a_piece_of_it_is_refused)
{
	struct durable_record got;

	write_text(&sample);
	for (size_t n = 0; n < text.n; n++)
		ck_assert_ptr_nonnull(
		    durable_record_take(str_cut(buf_view(&text), n), &got));
	buf_put_char(&text, '\n');
	ck_assert_ptr_nonnull(durable_record_take(buf_view(&text), &got));
	free_text();
}
END_TEST

START_TEST(a_later_version_is_named)
{
	struct durable_record got;

	ck_assert_str_eq(
	    durable_record_take(APAM_STR("apam-secret 2\nname x\n"), &got),
	    "is not a record of this version of apam");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("durable_record");
	TCase *tc = tcase_create("durable_record");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, it_is_written_as_documented);
	tcase_add_test(tc, the_example_of_the_manual_is_a_record);
	tcase_add_test(tc, what_is_written_comes_back);
	tcase_add_test(tc, any_bytes_can_be_the_secret);
	tcase_add_test(tc, a_bad_name_is_not_written);
	tcase_add_test(tc, a_bad_family_is_not_written);
	tcase_add_test(tc, a_bad_state_is_not_written);
	tcase_add_test(tc, a_bad_life_is_not_written);
	tcase_add_test(tc, who_has_to_log_in_has_no_life);
	tcase_add_loop_test(tc, another_life_is_no_record, 0,
	    (int)(sizeof(lives) / sizeof(lives[0])));
	tcase_add_test(tc, a_bad_bound_is_not_written);
	tcase_add_test(tc, without_room_there_is_nothing);
	tcase_add_test(tc, each_bit_of_it_counts);
	tcase_add_test(tc, a_piece_of_it_is_refused);
	tcase_add_test(tc, a_later_version_is_named);
	return run_suite(suite);
}
