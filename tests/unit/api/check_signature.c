/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/api/signature.c: one block for all bytes, in the host's memory
 * where that is aligned and enough, to the byte, and what releasing wipes.
 */
#include "api/signature.h"

#include <stdalign.h>
#include <stdlib.h>

#include "base/secmem.h"
#include "support/run.h"

#define URL "https://api.example/x"

static struct request request;
static struct stack_result result;
static struct apam_signature sig;
static struct apam_error err = APAM_ERROR_INIT;
static int live;

static alignas(16) char store[1024];

static void
setup(void)
{
	live = secmem_live();
	memset(&request, 0, sizeof(request));
	buf_init(&request.url, URL_MAX);
	request.given = request.view.url = APAM_STR(URL);
	request.view.method = APAM_STR("PATCH");
	memset(&result, 0, sizeof(result));
	signing_init(&result.total);
	result.generation = 7;
	result.credential = 6;
	result.entries = 5;
	sig = (struct apam_signature)APAM_SIGNATURE_INIT;
	memset(store, 0x5a, sizeof(store));
	memset(&err, 0, sizeof(err));
	err.size = sizeof(err);
}

static void
teardown(void)
{
	secmem_fail_after(-1);
	apam_signature_release(&sig);
	signing_free(&result.total);
	buf_free(&request.url);
	ck_assert_int_eq(secmem_live(), live);
}

static void
add_header(const char *name, const char *value)
{
	fields_add(&result.total.headers, apam_str(name), apam_str(value));
}

static void
add_cover(const char *name)
{
	fields_add(&result.total.covers, apam_str(name), APAM_STR(""));
}

/* Two headers, two names. */
static void
add_all(void)
{
	add_header("A", "FAKEkey");
	add_header("X-Empty", "");
	add_cover("Host");
	add_cover("X-A");
}

static enum apam_status
fill(char *p, size_t size)
{
	sig.store = p;
	sig.store_size = size;
	return signature_fill(&sig, &request, NULL, &result, &err);
}

/* What `add_all` needs at least; the names covered have an empty value. */
static size_t
least(void)
{
	return 2 * sizeof(struct apam_header) + 2 * sizeof(struct apam_str) +
	    sizeof("A") + sizeof("FAKEkey") + sizeof("X-Empty") + 1 +
	    sizeof("Host") + 1 + sizeof("X-A") + 1;
}

static void
is_text(struct apam_str text, const char *wanted)
{
	ck_assert_uint_eq(text.n, strlen(wanted));
	ck_assert_str_eq(text.p, wanted);
}

static void
is_all(void)
{
	ck_assert_uint_eq(sig.header_count, 2);
	is_text(sig.headers[0].name, "A");
	is_text(sig.headers[0].value, "FAKEkey");
	is_text(sig.headers[1].name, "X-Empty");
	is_text(sig.headers[1].value, "");
	ck_assert_uint_eq(sig.covered_count, 2);
	is_text(sig.covered[0], "Host");
	is_text(sig.covered[1], "X-A");
	ck_assert_ptr_eq(sig.method, request.view.method.p);
	ck_assert_str_eq(sig.url, URL);
	ck_assert_uint_eq(sig.generation, 7);
	ck_assert_uint_eq(sig.credential, 6);
	ck_assert_uint_eq(sig.entries, 5);
}

static void
is_empty(void)
{
	ck_assert_ptr_null(sig.url);
	ck_assert_ptr_null(sig.headers);
	ck_assert_uint_eq(sig.header_count, 0);
	ck_assert_ptr_null(sig.covered);
	ck_assert_uint_eq(sig.covered_count, 0);
	ck_assert_uint_eq(sig.entries, 0);
	ck_assert_uint_eq(sig.generation, 0);
	ck_assert_ptr_null(sig.owned);
	ck_assert_uint_eq(sig.used, 0);
}

static bool
all_are(int byte, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (store[i] != byte)
			return false;
	return true;
}

/* ---- Memory ------------------------------------------------------------- */

START_TEST(without_memory_nothing_is_handed_over)
{
	add_all();
	ck_assert_ptr_nonnull(fields_array(&result.total.headers));
	ck_assert_ptr_nonnull(fields_array(&result.total.covers));
	secmem_fail_after(0);
	ck_assert_int_eq(fill(NULL, 0), APAM_E_MEMORY);
	ck_assert_int_eq(err.status, APAM_E_MEMORY);
	is_empty();
	/* The host's memory needs none. */
	ck_assert_int_eq(fill(store, sizeof(store)), APAM_OK);
	is_all();
}
END_TEST

/* One of the lists was cut short where it was made. */
START_TEST(a_failed_list_is_not_handed_over)
{
	struct fields *failed = _i % 2 ? &result.total.covers :
					 &result.total.headers;

	add_all();
	fields_add(failed, APAM_STR("X\0Y"), APAM_STR(""));
	ck_assert_ptr_nonnull(failed->refused);
	ck_assert_int_eq(
	    fill(_i < 2 ? NULL : store, sizeof(store)), APAM_E_MEMORY);
	ck_assert_uint_eq(sig.header_count, 0);
	ck_assert_uint_eq(sig.entries, 0);
	ck_assert(all_are(0x5a, 0, sizeof(store)));
	apam_signature_release(&sig);
	is_empty();
}
END_TEST

/* ---- Where it lies ------------------------------------------------------ */

static const struct {
	const char *name;
	size_t offset;
	int size; /* more than the least */
	bool used;
} stores[] = {
	{ "a byte short", 0, -1, false },
	{ "just enough", 0, 0, true },
	{ "a byte more", 0, 1, true },
	{ "much more", 0, 500, true },
	{ "askew by one", 1, 500, false },
	{ "askew by four", 4, 500, false },
	{ "askew by seven", 7, 500, false },
	{ "as a header is", alignof(struct apam_header), 0, true },
	{ "as a header is, a byte short", alignof(struct apam_header), -1,
	    false },
};

START_TEST(the_hosts_memory_is_used_where_it_will_do)
{
	size_t size, used, at = stores[_i].offset;
	int before;

	add_all();
	(void)fields_array(&result.total.headers);
	(void)fields_array(&result.total.covers);
	before = secmem_live();
	size = (size_t)((int)least() + stores[_i].size);
	ck_assert_msg(fill(store + at, size) == APAM_OK, "%s", stores[_i].name);
	is_all();
	ck_assert_msg(
	    (sig.owned == NULL) == stores[_i].used, "%s", stores[_i].name);
	ck_assert_int_eq(secmem_live(), before + !stores[_i].used);
	used = stores[_i].used ? least() : 0;
	ck_assert_uint_eq(sig.used, used);
	ck_assert_ptr_eq(sig.store, store + at);
	ck_assert_uint_eq(sig.store_size, size);
	/* Not a byte before it, nor behind what is used. */
	ck_assert(all_are(0x5a, 0, at));
	ck_assert(all_are(0x5a, at + used, sizeof(store)));
	apam_signature_release(&sig);
	is_empty();
	ck_assert_int_eq(secmem_live(), before);
	ck_assert(all_are(0x5a, 0, at));
	ck_assert(all_are(0, at, at + used));
	ck_assert(all_are(0x5a, at + used, sizeof(store)));
}
END_TEST

START_TEST(no_memory_of_the_hosts)
{
	add_all();
	ck_assert_int_eq(fill(NULL, 4096), APAM_OK);
	is_all();
	ck_assert_ptr_nonnull(sig.owned);
	ck_assert_uint_eq((uintptr_t)sig.headers % alignof(max_align_t), 0);
}
END_TEST

/* Headers, names covered, then each text in order with its NUL. */
START_TEST(the_block_is_laid_out)
{
	const char *next;

	add_all();
	ck_assert_int_eq(fill(store, sizeof(store)), APAM_OK);
	ck_assert_ptr_eq(sig.headers, store);
	ck_assert_ptr_eq(sig.covered, sig.headers + 2);
	next = (const char *)(sig.covered + 2);
	ck_assert_int_eq(memcmp(next, "A\0FAKEkey\0X-Empty\0\0Host\0X-A",
			     sizeof("A\0FAKEkey\0X-Empty\0\0Host\0X-A")),
	    0);
	ck_assert_ptr_eq(sig.headers[0].name.p, next);
	ck_assert_ptr_eq(sig.covered[1].p, next + 24);
}
END_TEST

static const struct {
	const char *name;
	const char *given, *url; /* the same text: without parameters */
	bool cut, same;
} urls[] = {
	{ "as it was given", URL, URL, false, true },
	{ "with a parameter", URL, URL "?a=b", false, false },
	{ "without its part", URL "#part", URL, true, false },
	{ "as long as it was", URL "#b=c", URL "?b=c", true, false },
	{ "a part of nothing", URL "#", URL, true, false },
};

START_TEST(a_url_is_copied_where_it_is_new)
{
	size_t before;

	request.given = apam_str(urls[_i].given);
	request.cut = urls[_i].cut;
	if (!urls[_i].same)
		buf_put(&request.url, apam_str(urls[_i].url));
	request.view.url = apam_str(urls[_i].url);
	add_all();
	before = least();
	ck_assert_int_eq(fill(store, sizeof(store)), APAM_OK);
	ck_assert_str_eq(sig.url, urls[_i].url);
	ck_assert_msg(
	    (sig.url == urls[_i].given) == urls[_i].same, "%s", urls[_i].name);
	ck_assert_uint_eq(
	    sig.used, before + (urls[_i].same ? 0 : strlen(urls[_i].url) + 1));
	if (!urls[_i].same)
		ck_assert(sig.url > store && sig.url < store + sig.used);
}
END_TEST

/* A scheme that signs by a parameter alone. */
START_TEST(there_may_be_no_header)
{
	buf_put(&request.url, APAM_STR(URL "?a=b"));
	request.view.url = buf_view(&request.url);
	ck_assert_int_eq(fill(_i == 0 ? NULL : store, 1024), APAM_OK);
	ck_assert_uint_eq(sig.header_count, 0);
	ck_assert_uint_eq(sig.covered_count, 0);
	ck_assert_str_eq(sig.url, URL "?a=b");
	ck_assert_uint_eq(sig.entries, 5);
}
END_TEST

START_TEST(releasing_nothing_is_fine)
{
	apam_signature_release(&sig);
	is_empty();
	sig.store = store;
	sig.store_size = sizeof(store);
	apam_signature_release(&sig);
	is_empty();
	ck_assert_ptr_eq(sig.store, store);
	ck_assert_uint_eq(sig.store_size, sizeof(store));
	ck_assert_uint_eq(sig.size, sizeof(sig));
	ck_assert(all_are(0x5a, 0, sizeof(store)));
}
END_TEST

/* A program that was built before `method` has something else behind. */
START_TEST(a_shorter_signature_is_not_written_beyond)
{
	static const char other[] = "other";

	sig.size = offsetof(struct apam_signature, method);
	sig.method = other;
	add_all();
	ck_assert_int_eq(fill(store, sizeof(store)), APAM_OK);
	ck_assert_ptr_eq(sig.method, other);
	apam_signature_release(&sig);
	ck_assert_ptr_eq(sig.method, other);
	ck_assert_ptr_null(sig.url);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("signature");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_shorter_signature_is_not_written_beyond);
	tcase_add_test(t, without_memory_nothing_is_handed_over);
	tcase_add_loop_test(t, a_failed_list_is_not_handed_over, 0, 4);
	tcase_add_loop_test(
	    t, the_hosts_memory_is_used_where_it_will_do, 0, ROWS(stores));
	tcase_add_test(t, no_memory_of_the_hosts);
	tcase_add_test(t, the_block_is_laid_out);
	tcase_add_loop_test(t, a_url_is_copied_where_it_is_new, 0, ROWS(urls));
	tcase_add_loop_test(t, there_may_be_no_header, 0, 2);
	tcase_add_test(t, releasing_nothing_is_fine);
	suite_add_tcase(s, t);
	return run_suite(s);
}
