/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What tests/suite/doc/gdb.sh has gdb print: the main structs of a process that
 * has signed, and stops at shown().
 */
#include "base/buf.h"
#include "entry/entry.h"
#include "profile/handle.h"
#include "profile/stack.h"
#include "slot/slot.h"
#include "support/project.h"
#include "support/run.h"
#include "text/url.h"

#define URL "https://api.example/eyes?page=2"
#define SECRET "FAKE-not-to-be-shown"

/* What gdb prints, in memory at every level of optimisation. */
static struct {
	struct project project;
	struct apam_signature signature;
	struct apam_profile *profile;
	struct apam_str text, secret;
	struct buf buf, full, plain;
	struct url url;
	struct stack *stack;
	struct entry *entry;
	struct credential_state *credential;
	struct key_state *key;
	struct slot *slot;
	struct entry *latched; /* of a profile whose key the provider denies */
	struct entry *failing; /* and of one that cannot be reached */
} seen;

/* gdb stops here. */
void shown(const void *what);

__attribute__((noinline)) void
shown(const void *what)
{
	__asm__ volatile("" : : "r"(what) : "memory");
}

static void
make_bytes(void)
{
	seen.text = APAM_STR("a\tb");
	buf_init(&seen.buf, 4096);
	buf_put(&seen.buf, APAM_STR(SECRET));
	seen.secret = buf_view(&seen.buf);
	buf_init_plain(&seen.plain, 4096);
	buf_put(&seen.plain, APAM_STR("no secret"));
	buf_init(&seen.full, 4);
	buf_put(&seen.full, APAM_STR("12345"));
	ck_assert_ptr_null(url_parse(APAM_STR(URL), &seen.url));
}

static void
make_profile(void)
{
	struct project *p = &seen.project;

	project_make(p);
	project_module(p, "basic-email-key", false);
	project_module(p, "return-test", true);
	project_secret(p, "secret", SECRET "\n");
	project_entries(p, "p",
	    "{ scheme = \"basic-email-key\"; email = \"a@example.com\"; "
	    "key = \"file:@/secret\"; }, "
	    "{ scheme = \"basic-email-key\"; email = \"b@example.com\"; "
	    "key = \"file:@/secret\"; }");
	seen.profile = project_get(p, "p");
}

static void
sign(void)
{
	const struct apam_request request = APAM_REQUEST("GET", URL);

	seen.signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	ck_assert_int_eq(apam_sign(seen.profile, &request, &seen.signature,
			     &seen.project.err),
	    APAM_OK);
	seen.stack = seen.profile->stack;
	seen.entry = &seen.stack->entries[0];
	seen.credential = &seen.entry->credential;
	seen.key = &seen.entry->credential.key;
	seen.slot = atomic_load(&seen.profile->slot);
}

/* The entry of a profile whose module fails, after one try to sign. */
static struct entry *
try_to_sign(const char *name, enum apam_status status)
{
	const struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	struct apam_profile *profile;
	char entry[256];

	(void)snprintf(entry, sizeof(entry),
	    "{ scheme = \"return-test\"; acquire = 0; "
	    "acquire_status = %d; }",
	    (int)status);
	project_entries(&seen.project, name, entry);
	profile = project_get(&seen.project, name);
	ck_assert_int_ne(
	    apam_sign(profile, &request, &signature, &seen.project.err),
	    APAM_OK);
	apam_signature_release(&signature);
	return &profile->stack->entries[0];
}

START_TEST(gdb_stops_in_a_process_that_signs)
{
	make_bytes();
	make_profile();
	sign();
	seen.latched = try_to_sign("denied", APAM_E_DENIED);
	seen.failing = try_to_sign("down", APAM_E_NETWORK);
	shown(&seen);
	apam_signature_release(&seen.signature);
	buf_free(&seen.buf);
	buf_free(&seen.full);
	buf_free(&seen.plain);
	project_remove(&seen.project);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("shown");
	TCase *tc = tcase_create("shown");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, gdb_stops_in_a_process_that_signs);
	return run_suite(suite);
}
