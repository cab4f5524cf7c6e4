/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/api/check.c: what is reported of each entry's key, of how many,
 * within what time.
 */
#include <time.h>

#include <apam/apam.h>

#include "support/project.h"
#include "support/raw_server.h"
#include "support/run.h"
#include "support/unusable.h"
#include "text/key_look.h"

static struct project project;
static struct apam_profile *profile;
static struct apam_error err = APAM_ERROR_INIT;
static struct raw_server server;

static void
setup(void)
{
	static const struct raw_answer answer = {
		.head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
	};

	project_make(&project);
	project_module(&project, "return-test", true);
	project_module(&project, "hmac-test", true);
	project_secret(&project, "secret", "FAKEkey\n");
	raw_start(&server, &answer, NULL);
	memset(&err, 0x5a, sizeof(err));
	err.size = sizeof(err);
}

static void
teardown(void)
{
	project_remove(&project);
	raw_stop(&server);
}

/* A profile "p" of the entries, whose origin is the server. */
static void
use(const char *entries)
{
	char format[2048], text[2048];

	(void)snprintf(format, sizeof(format),
	    "origins = [ \"http://127.0.0.1:%d\" ];\nallow_http = true;\n"
	    "auth = ( %s );\n",
	    server.port, entries);
	project_splice(&project, format, text, sizeof(text));
	project_profile(&project, "p", text);
	profile = project_get(&project, "p");
}

#define HMAC(more)                                                             \
	"{ scheme = \"hmac-test\"; key_id = \"k1\"; "                          \
	"secret = \"file:@/secret\"; " more "}"
#define RETURNS(more) "{ scheme = \"return-test\"; " more "}"
#define PROBE "probe = \"GET /x\"; "

/* ---- One key ------------------------------------------------------------ */

static const struct {
	const char *name;
	const char *entry;
	enum apam_key_state state;
	const char *scheme, *key_id, *evidence; /* how that begins */
} keys[] = {
	{ "no way to ask", HMAC(""), APAM_KEY_UNKNOWN, "hmac-test", "k1",
	    "no probe is configured" },
	{ "a probe", HMAC(PROBE), APAM_KEY_GOOD, "hmac-test", "k1",
	    "probe: the status alone" },
	{ "found good", RETURNS("key_state = 1; "), APAM_KEY_GOOD,
	    "return-test", "return-test", "return-test says so" },
	{ "found expired", RETURNS("key_state = 2; key_id = \"-\"; "),
	    APAM_KEY_EXPIRED, "return-test", "-", "return-test says so" },
	{ "found archived", RETURNS("key_state = 3; "), APAM_KEY_ARCHIVED,
	    "return-test", "return-test", "return-test says so" },
	{ "found revoked", RETURNS("key_state = 4; key_id = \"k:2 x\"; "),
	    APAM_KEY_REJECTED, "return-test", "k:2 x",
	    "return-test says so; never seen good: compare id, secret and URL first" },
	{ "found rejected", RETURNS("key_state = 5; "), APAM_KEY_REJECTED,
	    "return-test", "return-test", "return-test says so; never" },
	{ "found unknown", RETURNS("key_state = 0; "), APAM_KEY_UNKNOWN,
	    "return-test", "return-test", "return-test says so" },
	{ "no such state", RETURNS("key_state = 6; "), APAM_KEY_UNKNOWN,
	    "return-test", "return-test", "" },
	{ "no such step", RETURNS("check = 6; "), APAM_KEY_UNKNOWN,
	    "return-test", "return-test", "" },
	{ "done without a word", RETURNS("silent = true; "), APAM_KEY_UNKNOWN,
	    "return-test", "return-test", "" },
	{ "a fault", RETURNS("check = 0; check_status = 770; "),
	    APAM_KEY_UNKNOWN, "return-test", "return-test",
	    "return-test says so" },
	{ "a revocation", RETURNS("check = 0; check_status = 1282; "),
	    APAM_KEY_REJECTED, "return-test", "return-test",
	    "return-test says so" },
	{ "an end", RETURNS("check = 0; check_status = 1280; "),
	    APAM_KEY_EXPIRED, "return-test", "return-test",
	    "return-test says so" },
};

START_TEST(a_key_is_reported)
{
	int64_t before = time(NULL);
	struct apam_key_report r;
	size_t count = 1;
	char id[256];

	use(keys[_i].entry);
	memset(&r, 0x5a, sizeof(r));
	ck_assert_msg(
	    apam_check(profile, 5000, &r, &count, sizeof(r), &err) == APAM_OK,
	    "%s: %s", keys[_i].name, err.text);
	ck_assert_int_eq(err.status, APAM_OK);
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(r.entry, 0);
	ck_assert_msg(r.state == keys[_i].state, "%s: %s: %s", keys[_i].name,
	    apam_key_state_name(r.state), r.evidence);
	ck_assert_str_eq(r.scheme, keys[_i].scheme);
	/* What was never seen good may be a secret in the wrong place. */
	(void)snprintf(id, sizeof(id), "%s", keys[_i].key_id);
	if (keys[_i].state != APAM_KEY_GOOD && id[0] != '\0')
		key_look_cut(keys[_i].key_id, id, sizeof(id));
	ck_assert_str_eq(r.key_id, id);
	ck_assert_msg(strncmp(r.evidence, keys[_i].evidence,
			  strlen(keys[_i].evidence)) == 0,
	    "%s: %s", keys[_i].name, r.evidence);
	ck_assert_str_ne(r.evidence, "");
	ck_assert(r.checked_at >= before && r.checked_at <= time(NULL));
}
END_TEST

/* A name that does not fit is cut, and ends. */
START_TEST(a_long_key_id_is_cut)
{
	char id[301], entry[512];
	struct apam_key_report r;
	size_t count = 1;

	memset(id, 'i', sizeof(id));
	id[255 + _i] = '\0';
	(void)snprintf(entry, sizeof(entry),
	    RETURNS("key_state = 1; key_id = \"%s\"; "), id);
	use(entry);
	memset(&r, 0x5a, sizeof(r));
	ck_assert_int_eq(
	    apam_check(profile, 0, &r, &count, sizeof(r), &err), APAM_OK);
	ck_assert_uint_eq(strlen(r.key_id), 255);
}
END_TEST

/* ---- Several ------------------------------------------------------------ */

#define THREE                                                                  \
	RETURNS("key_state = 1; ")                                             \
	", " RETURNS("key_state = 4; ") ", " RETURNS("key_state = 2; ")

START_TEST(as_many_as_there_is_room_for)
{
	static const enum apam_key_state states[] = { APAM_KEY_GOOD,
		APAM_KEY_REJECTED, APAM_KEY_EXPIRED };
	struct apam_key_report r[5], untouched;
	struct apam_entry_status known[3];
	size_t count = (size_t)_i;

	use(THREE);
	memset(&untouched, 0x5a, sizeof(untouched));
	memset(r, 0x5a, sizeof(r));
	ck_assert_int_eq(apam_check(profile, 0, _i == 0 ? NULL : r, &count,
			     sizeof(r[0]), &err),
	    APAM_OK);
	ck_assert_uint_eq(count, 3);
	for (int i = 0; i < 3 && i < _i; i++) {
		ck_assert_uint_eq(r[i].entry, (unsigned)i);
		ck_assert_int_eq(r[i].state, states[i]);
	}
	for (int i = _i < 3 ? _i : 3; i < 5; i++)
		ck_assert_int_eq(
		    memcmp(&r[i], &untouched, sizeof(untouched)), 0);
	/* All were asked, however many are reported. */
	count = 3;
	ck_assert_int_eq(apam_profile_status(profile, known, &count,
			     sizeof(known[0]), NULL, &err),
	    APAM_OK);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(known[i].key_state, states[i]);
}
END_TEST

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The time is for all of them, and no failure of the call. */
START_TEST(a_silent_provider_is_no_error)
{
	struct apam_key_report r[3];
	int64_t begin;
	size_t count = 3;

	server.answer.silent = true;
	use(HMAC(PROBE) ", " HMAC(PROBE) ", " HMAC(PROBE));
	begin = now_ms();
	ck_assert_int_eq(
	    apam_check(profile, 4000, r, &count, sizeof(*r), &err), APAM_OK);
	ck_assert_int_lt(now_ms() - begin, 11000);
	ck_assert_int_ge(now_ms() - begin, 3990);
	ck_assert_uint_eq(count, 3);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(r[i].state, APAM_KEY_UNKNOWN);
		ck_assert_uint_eq(r[i].entry, (unsigned)i);
		ck_assert_str_ne(r[i].evidence, "");
		ck_assert_int_ne(r[i].checked_at, 0);
	}
}
END_TEST

/* ---- What cannot be asked ----------------------------------------------- */

START_TEST(an_unusable_profile)
{
	struct apam_key_report r = { .entry = 7 };
	size_t count = 1;

	use(unusable[_i].entries);
	ck_assert_int_eq(apam_check(profile, 0, &r, &count, sizeof(r), &err),
	    unusable[_i].status);
	ck_assert_int_eq(err.status, unusable[_i].status);
	ck_assert_str_eq(err.profile, "p");
	ck_assert_uint_eq(count, 0);
	ck_assert_uint_eq(r.entry, 7);
	count = 1;
	ck_assert_int_eq(apam_check(profile, 0, &r, &count, sizeof(r), NULL),
	    unusable[_i].status);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("check");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, a_key_is_reported, 0, ROWS(keys));
	tcase_add_loop_test(t, a_long_key_id_is_cut, 0, 3);
	tcase_add_loop_test(t, as_many_as_there_is_room_for, 0, 6);
	tcase_add_test(t, a_silent_provider_is_no_error);
	tcase_add_loop_test(t, an_unusable_profile, 0, ROWS(unusable));
	suite_add_tcase(s, t);
	return run_suite(s);
}
