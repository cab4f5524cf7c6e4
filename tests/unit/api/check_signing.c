/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/abi/signing.c, and of core/api/signature.c where it hands over
 * what no module at hand makes: parameters alone, covered names, very many
 * headers.
 */
#include "abi/signing.h"

#include <stdio.h>

#include "api/signature.h"
#include "base/error.h"
#include "base/secmem.h"
#include "support/refused.h"
#include "support/run.h"

static struct apam_signing s;
static int live;

static void
setup(void)
{
	live = secmem_live();
	signing_init(&s);
}

static void
teardown(void)
{
	secmem_fail_after(-1);
	signing_free(&s);
	ck_assert_int_eq(secmem_live(), live);
}

START_TEST(headers_and_parameters_contribute)
{
	ck_assert(!signing_contributed(&s));
	fields_add(&s.covers, APAM_STR("Host"), APAM_STR(""));
	ck_assert_msg(!signing_contributed(&s), "covering adds nothing");
	fields_add(&s.query, APAM_STR("a"), APAM_STR("b"));
	ck_assert(signing_contributed(&s));
	fields_free(&s.query);
	fields_add_header(&s.headers, APAM_STR("A"), APAM_STR("b"));
	ck_assert(signing_contributed(&s));
	ck_assert_int_eq(signing_check(&s, NULL), APAM_OK);
}
END_TEST

static struct fields *
part(int i)
{
	return i == 0 ? &s.headers : i == 1 ? &s.query : &s.covers;
}

START_TEST(any_refusal_is_found)
{
	struct apam_error err = APAM_ERROR_INIT;

	error_clear(&err);
	fields_add(part(_i), APAM_STR("a\0b"), APAM_STR(""));
	ck_assert_str_eq(signing_refused(&s), "a name or value contains a NUL");
	ck_assert_int_eq(signing_check(&s, &err), APAM_E_HEADER);
	ck_assert_str_eq(err.text, "a name or value contains a NUL");
	ck_assert(!signing_contributed(&s));
}
END_TEST

/* Not the request's fault: it must not be taken for a denial. */
START_TEST(a_lack_of_memory_is_told_apart)
{
	struct apam_error err = APAM_ERROR_INIT;

	error_clear(&err);
	secmem_fail_after(0);
	fields_add(part(_i), APAM_STR("a"), APAM_STR("b"));
	secmem_fail_after(-1);
	ck_assert_int_eq(signing_check(&s, &err), APAM_E_MEMORY);
	ck_assert_str_eq(err.text, "out of memory");
}
END_TEST

/* ---- Handing over ----------------------------------------------------- */

#define GIVEN "https://h/a"
#define SIGNED "https://h/a?signature=FAKEsecret"

static _Alignas(16) char store[512];

/* A request whose URL was signed by a parameter. */
static void
fill(struct request *r, struct stack_result *result)
{
	memset(r, 0, sizeof(*r));
	memset(result, 0, sizeof(*result));
	buf_init(&r->url, 100);
	buf_put(&r->url, APAM_STR(SIGNED));
	r->given = APAM_STR(GIVEN);
	r->view.url = buf_view(&r->url);
	signing_init(&result->total);
	result->entries = 1;
	result->generation = 9;
}

START_TEST(a_parameter_alone_is_wiped_too)
{
	struct apam_signature sig = APAM_SIGNATURE_INIT;
	struct stack_result result;
	struct request r;

	fill(&r, &result);
	memset(store, 0x5a, sizeof(store));
	sig.store = store;
	sig.store_size = sizeof(store);
	ck_assert_int_eq(
	    signature_fill(&sig, &r, NULL, &result, NULL), APAM_OK);
	ck_assert_ptr_eq(sig.url, store);
	ck_assert_str_eq(sig.url, SIGNED);
	ck_assert_uint_eq(sig.header_count, 0);
	ck_assert_uint_eq(sig.generation, 9);
	apam_signature_release(&sig);
	for (size_t i = 0; i < sizeof(SIGNED); i++)
		ck_assert_msg(store[i] == 0, "byte %zu was not wiped", i);
	/* What lies behind was never its own. */
	ck_assert_int_eq(store[sizeof(store) - 1], 0x5a);
	request_free(&r);
	signing_free(&result.total);
}
END_TEST

START_TEST(everything_is_laid_out)
{
	struct apam_signature sig = APAM_SIGNATURE_INIT;
	struct stack_result result;
	struct request r;
	char name[16];

	fill(&r, &result);
	for (int i = 0; i < 500; i++) {
		(void)snprintf(name, sizeof(name), "X-%d", i);
		fields_add_header(
		    &result.total.headers, apam_str(name), apam_str(name));
		fields_add(&result.total.covers, apam_str(name), APAM_STR(""));
	}
	ck_assert_int_eq(
	    signature_fill(&sig, &r, NULL, &result, NULL), APAM_OK);
	ck_assert_ptr_nonnull(sig.owned);
	ck_assert_uint_eq(sig.header_count, 500);
	ck_assert_uint_eq(sig.covered_count, 500);
	for (int i = 0; i < 500; i++) {
		(void)snprintf(name, sizeof(name), "X-%d", i);
		ck_assert_str_eq(sig.headers[i].name.p, name);
		ck_assert_str_eq(sig.headers[i].value.p, name);
		ck_assert_str_eq(sig.covered[i].p, name);
	}
	ck_assert_str_eq(sig.url, SIGNED);
	apam_signature_release(&sig);
	request_free(&r);
	signing_free(&result.total);
}
END_TEST

START_TEST(memory_may_be_short)
{
	struct apam_signature sig = APAM_SIGNATURE_INIT;
	struct stack_result result;
	struct apam_error err = APAM_ERROR_INIT;
	struct request r;

	error_clear(&err);
	fill(&r, &result);
	secmem_fail_after(0);
	ck_assert_int_eq(
	    signature_fill(&sig, &r, NULL, &result, &err), APAM_E_MEMORY);
	secmem_fail_after(-1);
	ck_assert_ptr_null(sig.owned);
	ck_assert_ptr_null(sig.url);
	ck_assert_uint_eq(sig.entries, 0);
	request_free(&r);
	signing_free(&result.total);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("signing");
	TCase *tc = tcase_create("signing");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, headers_and_parameters_contribute);
	tcase_add_loop_test(tc, any_refusal_is_found, 0, 3);
	tcase_add_loop_test(tc, a_lack_of_memory_is_told_apart, 0, 3);
	tcase_add_test(tc, a_parameter_alone_is_wiped_too);
	tcase_add_test(tc, everything_is_laid_out);
	tcase_add_test(tc, memory_may_be_short);
	return run_suite(suite);
}
