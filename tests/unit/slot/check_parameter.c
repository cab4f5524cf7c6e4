/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/slot/parameter.c: which URLs a slot adds its parameters to, and
 * that those agree with what text/query.h says of names.
 */
#include "slot/parameter.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "slot/read.h"
#include "slot/write.h"
#include "support/run.h"
#include "text/query.h"

#define ORIGIN "https://api.example"
#define STORE_BYTES 12000

static _Atomic uint64_t counter;
static struct slot *slot;
static struct url origin;
static struct fields headers, query;
static struct slot_content content;
static _Alignas(16) char store[STORE_BYTES];
static struct apam_signature s;

static void
setup(void)
{
	slot = slot_new(&counter);
	ck_assert_ptr_nonnull(slot);
	ck_assert_ptr_null(url_parse(APAM_STR(ORIGIN), &origin));
	fields_init(&headers);
	fields_init(&query);
	content = (struct slot_content){ .generation = 1,
		.good_ms = 60000,
		.origins = &origin,
		.origin_count = 1,
		.headers = &headers,
		.query = &query };
	memset(store, 0, sizeof(store));
	s = (struct apam_signature)APAM_SIGNATURE_INIT;
	s.store = store;
	s.store_size = sizeof(store);
}

static void
teardown(void)
{
	slot_free(&slot);
	fields_free(&headers);
	fields_free(&query);
}

/* Two parameters; a URL keeps its own "b". */
static void
open_slot(bool with_header)
{
	fields_add(&query, APAM_STR("a"), APAM_STR("FAKE%20key"));
	fields_add(&query, APAM_STR("b"), APAM_STR("2"));
	if (with_header)
		fields_add(&headers, APAM_STR("X-A"), APAM_STR("y"));
	content.yielding = 1U << 1;
	ck_assert(slot_can_hold(&content));
	slot_open(slot, &content);
}

static bool
sign(const char *url)
{
	const struct apam_request r = APAM_REQUEST("GET", url);

	return slot_sign(slot, &r, &s);
}

/* ---- Which URLs ---------------------------------------------------------- */

static const struct {
	const char *given, *made; /* NULL: the long way is to decide */
} rows[] = {
	{ "/", "/?a=FAKE%20key&b=2" },
	{ "/eyes", "/eyes?a=FAKE%20key&b=2" },
	{ "?", "?&a=FAKE%20key&b=2" },
	{ "/?c=d", "/?c=d&a=FAKE%20key&b=2" },
	{ "/?c=d&", "/?c=d&&a=FAKE%20key&b=2" },
	{ "/?aa=1&ba", "/?aa=1&ba&a=FAKE%20key&b=2" },
	{ "/?=a&=&A", "/?=a&=&A&a=FAKE%20key&b=2" },
	{ "/?c=a?a=1", "/?c=a?a=1&a=FAKE%20key&b=2" },
	{ "/?c=%41+&d=%26b=", "/?c=%41+&d=%26b=&a=FAKE%20key&b=2" },
	/* Its own is kept. */
	{ "/?b=3", "/?b=3&a=FAKE%20key" },
	{ "/?c&b&d", "/?c&b&d&a=FAKE%20key" },
	/* It is refused, or has to be decoded. */
	{ "/?a=1", NULL },
	{ "/?b=3&a", NULL },
	{ "/?c=1&a=", NULL },
	{ "/?%61=1", NULL },
	{ "/?c&a%3d=1", NULL },
	{ "/?c+d=1", NULL },
};

START_TEST(a_url_gets_the_parameters)
{
	char given[64], made[64];
	bool signs;

	open_slot(true);
	(void)snprintf(given, sizeof(given), ORIGIN "%s", rows[_i].given);
	(void)snprintf(made, sizeof(made), ORIGIN "%s",
	    rows[_i].made == NULL ? "" : rows[_i].made);
	signs = sign(given);
	ck_assert_msg(signs == (rows[_i].made != NULL), "%s", given);
	if (!signs)
		return;
	ck_assert_str_eq(s.url, made);
	ck_assert_uint_eq(s.used, (size_t)(s.url - store) + strlen(made) + 1);
	ck_assert_uint_eq(s.header_count, 1);
	ck_assert_str_eq(s.headers[0].name.p, "X-A");
	ck_assert_str_eq(s.headers[0].value.p, "y");
}
END_TEST

START_TEST(there_need_be_no_header)
{
	open_slot(false);
	ck_assert(sign(ORIGIN "/eyes"));
	ck_assert_uint_eq(s.header_count, 0);
	ck_assert_str_eq(s.url, ORIGIN "/eyes?a=FAKE%20key&b=2");
}
END_TEST

/* ---- Room ---------------------------------------------------------------- */

/* In each smaller store it goes the long way, which wipes what was written. */
START_TEST(a_store_may_be_too_small)
{
	size_t need;

	open_slot(true);
	ck_assert(sign(ORIGIN "/eyes"));
	need = s.used;
	for (size_t n = 0; n <= need; n++) {
		memset(store, 0x5a, sizeof(store));
		s.used = 0;
		s.store_size = n;
		ck_assert_msg(sign(ORIGIN "/eyes") == (n == need), "%zu", n);
		ck_assert_uint_le(s.used, n);
		for (size_t i = s.used; i < sizeof(store); i++)
			ck_assert_msg(store[i] == 0x5a, "%zu of %zu", i, n);
	}
}
END_TEST

/* Together they may have URL_MAX bytes. */
START_TEST(a_url_may_become_too_long)
{
	static const size_t more = sizeof("?a=FAKE%20key&b=2") - 1;
	static char url[URL_MAX + 1];

	open_slot(true);
	memset(url, 'x', sizeof(url) - 1);
	memcpy(url, ORIGIN "/", sizeof(ORIGIN "/") - 1);
	url[URL_MAX - more] = '\0';
	ck_assert(sign(url));
	ck_assert_uint_eq(strlen(s.url), URL_MAX);
	url[URL_MAX - more] = 'x';
	url[URL_MAX - more + 1] = '\0';
	ck_assert(!sign(url));
}
END_TEST

/* ---- Against text/query.h ------------------------------------------------ */

static uint32_t seed = 1;

/* Numerical Recipes' generator: the same URLs in each run. */
static uint32_t
any(uint32_t below)
{
	seed = seed * 1664525U + 1013904223U;
	return (seed >> 16) % below;
}

static void
make_query(char *to, size_t n)
{
	static const char *const parts[] = { "a", "b", "c", "=", "&", "+", "?",
		"%61", "%62", "%3D", "%26", "1" };

	to[0] = '\0';
	for (size_t i = 0; i < n; i++)
		strcat(to, parts[any(sizeof(parts) / sizeof(parts[0]))]);
}

static void
wanted_url(char *to, const char *given)
{
	const struct apam_str has = apam_str(strchr(given, '?') + 1);

	strcpy(to, given);
	if (!query_has(has, APAM_STR("a")))
		strcat(to, "&a=FAKE%20key");
	if (!query_has(has, APAM_STR("b")))
		strcat(to, "&b=2");
}

/* Where it signs, it agrees; and it signs many. */
START_TEST(it_agrees_with_decoded_names)
{
	char given[128] = ORIGIN "/?", wanted[160];
	const size_t begin = strlen(given);
	int signed_ones = 0;

	open_slot(true);
	for (int i = 0; i < 100000; i++) {
		make_query(given + begin, any(8));
		if (!sign(given))
			continue;
		wanted_url(wanted, given);
		ck_assert_str_eq(s.url, wanted);
		ck_assert_msg(
		    !query_has(apam_str(given + begin), APAM_STR("a")), "%s",
		    given);
		signed_ones++;
	}
	ck_assert_int_gt(signed_ones, 10000);
}
END_TEST

/* ---- Torn images --------------------------------------------------------- */

/* Any bytes in place of the parameters: nothing is read beyond the image. */
START_TEST(a_torn_image_does_no_harm)
{
	unsigned char *image;

	open_slot(true);
	image = (unsigned char *)slot->page.image;
	for (int i = 0; i < 100000; i++) {
		for (size_t k = 0; k < 2 * sizeof(struct slot_parameter); k++)
			image[k] = any(4) == 0 ? (unsigned char)any(256) :
						 image[k];
		(void)sign(ORIGIN "/?b=1");
		ck_assert_uint_le(s.used, s.store_size);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("parameter");
	TCase *tc = tcase_create("parameter");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_url_gets_the_parameters, 0, ROWS(rows));
	tcase_add_test(tc, there_need_be_no_header);
	tcase_add_test(tc, a_store_may_be_too_small);
	tcase_add_test(tc, a_url_may_become_too_long);
	tcase_add_test(tc, it_agrees_with_decoded_names);
	tcase_add_test(tc, a_torn_image_does_no_harm);
	return run_suite(suite);
}
