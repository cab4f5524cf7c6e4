/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When the provider is asked about a key, and what becomes of signatures while
 * it does not say, against the sandbox: revocation_check, revocation_ttl and
 * on_unknown.  What the registry says is in check_archive.c, what answers mean
 * in check_facts_*.c.
 */
#include "support/clock.h"
#include "support/live.h"
#include "support/run.h"

#define SEED_ID "demo@example.com"
#define SEED_KEY "0123456789abcdef0123456789abcdef01234567"
#define SEED_NEW "89abcdef0123456789abcdef0123456789abcdef"
#define PROBE_PATH "/api/version/"
#define SLOW_MS 1500 /* a signature that waits for nobody takes less */
#define PATIENCE_MS 20000 /* for what must come */

static struct project p;
static struct apam_profile *profile;
static struct apam_error err = APAM_ERROR_INIT;

/* A profile of SEED's whose first entry has these options, with a `second`. */
static void
use(const char *options, const char *second)
{
	char text[2048];

	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://127.0.0.1:%d\" ];\n"
	    "ca_file = \"%s/ca.pem\";\n"
	    "auth = ( { scheme = \"basic-email-key\";\n"
	    "email = \"" SEED_ID "\"; key = \"file:%s/seed\";\n"
	    "probe = \"GET " PROBE_PATH "\"; %s }%s );\n",
	    sandbox.seed, sandbox.dir, p.dir, options, second);
	project_profile(&p, "seed", text);
	profile = project_get(&p, "seed");
}

static void
setup(void)
{
	clock_hasten();
	sandbox_tell("/reset");
	project_make(&p);
	project_directory(&p, "state");
	project_module(&p, "basic-email-key", false);
	project_module(&p, "key-secret-archiveable", false);
	project_secret(&p, "seed", SEED_KEY);
	project_secret(&p, "xy", "not-a-secret-xy-read");
}

static void
teardown(void)
{
	project_remove(&p);
}

static enum apam_status
sign_url(const char *url, struct live_signature *s)
{
	struct apam_request request = APAM_REQUEST("GET", url);

	return apam_sign(profile, &request, &s->s, &err);
}

static const char *
seed_url(void)
{
	static char url[128];

	(void)snprintf(url, sizeof(url),
	    "https://127.0.0.1:%d/api/v3/properties/?organization_id=1",
	    sandbox.seed);
	return url;
}

static enum apam_status
sign(void)
{
	struct live_signature s;
	enum apam_status status;

	live_signature_init(&s);
	status = sign_url(seed_url(), &s);
	apam_signature_release(&s.s);
	return status;
}

/* Which entries sign now. */
static unsigned
signers(void)
{
	struct live_signature s;
	unsigned entries;

	live_signature_init(&s);
	ck_assert_msg(sign_url(seed_url(), &s) == APAM_OK, "%s", err.text);
	entries = s.s.entries;
	apam_signature_release(&s.s);
	return entries;
}

/* Sign, and say that the API rejected it; whether it is worth a replay. */
static bool
rejected(void)
{
	struct apam_judgement judgement = { .size = sizeof(judgement) };
	struct live_signature s;

	live_signature_init(&s);
	ck_assert_int_eq(sign_url(seed_url(), &s), APAM_OK);
	live_judge(profile, &s.s, 401, &judgement);
	ck_assert_int_eq(judgement.verdict, APAM_VERDICT_REJECTED);
	apam_signature_release(&s.s);
	return judgement.replay;
}

/* How many probes the provider has had. */
static int
probes(void)
{
	json_t *counts = sandbox_ask("/counts");
	json_t *paths = json_object_get(
	    json_object_get(counts, "seed"), "paths");
	int n = (int)json_integer_value(
	    json_object_get(paths, "GET " PROBE_PATH));

	json_decref(counts);
	return n;
}

static void
probe_fault(const char *kind)
{
	sandbox_tell("/fault?provider=seed&path=" PROBE_PATH "&kind=%s", kind);
}

static void
revoke_key(void)
{
	sandbox_tell("/rotate?provider=seed&key=" SEED_ID "&to=" SEED_NEW);
}

static struct apam_entry_status
status_of(unsigned entry)
{
	struct apam_entry_status all[4];
	size_t n = 4;

	ck_assert_int_eq(
	    apam_profile_status(profile, all, &n, sizeof(*all), NULL, &err),
	    APAM_OK);
	ck_assert_uint_gt(n, entry);
	return all[entry];
}

/* What a check of the first entry finds. */
static enum apam_key_state
check_first(void)
{
	struct apam_key_report reports[2];
	size_t n = 2;

	ck_assert_int_eq(
	    apam_check(profile, 0, reports, &n, sizeof(*reports), &err),
	    APAM_OK);
	return reports[0].state;
}

/* Sign until that has this status; no signature is slow. */
static void
sign_until(enum apam_status wanted, int most_ms)
{
	int64_t end = live_ms() + most_ms, begun;
	enum apam_status status;

	do {
		begun = live_ms();
		status = sign();
		ck_assert_int_lt(live_ms() - begun, SLOW_MS);
		sleep_ms(20);
	} while (status != wanted && live_ms() < end);
	ck_assert_msg(
	    status == wanted, "%s: %s", apam_status_name(status), err.text);
}

/* ---- Periodic -------------------------------------------------------------- */

START_TEST(a_periodic_check_finds_a_revoked_key)
{
	struct apam_entry_status s;

	use("revocation_check = \"2s\";", "");
	ck_assert_int_eq(check_first(), APAM_KEY_GOOD);
	ck_assert_int_eq(sign(), APAM_OK);
	/* Slow as it is, nobody waits for it. */
	sandbox_tell(
	    "/fault?provider=seed&path=" PROBE_PATH "&kind=delay&arg=2000");
	revoke_key();
	sign_until(APAM_E_REVOKED, PATIENCE_MS);
	s = status_of(0);
	ck_assert_int_eq(s.key_state, APAM_KEY_REVOKED);
	ck_assert_int_gt(s.checked_at, 0);
	ck_assert_str_ne(s.evidence, "");
	ck_assert(!s.usable);
}
END_TEST

START_TEST(a_periodic_check_comes_as_often_as_it_says)
{
	const int64_t begun = live_ms();

	use("revocation_check = \"1s\";", "");
	while (probes() < 4) {
		ck_assert_int_eq(sign(), APAM_OK);
		ck_assert_int_lt(live_ms(), begun + PATIENCE_MS);
		sleep_ms(20);
	}
	/* The first at once; then after 0.75 to 0.9 s and a slot's end. */
	ck_assert_int_ge(live_ms() - begun, 3 * 750);
}
END_TEST

START_TEST(nobody_asks_for_a_key_that_nobody_uses)
{
	use("revocation_check = \"1s\";", "");
	ck_assert_int_eq(sign(), APAM_OK);
	sleep_ms(2500);
	ck_assert_int_le(probes(), 1);
}
END_TEST

/* A token goes on working when its key is gone: only the key's check tells. */
START_TEST(a_token_does_not_outlive_its_key)
{
	char text[1024], url[128];
	struct live_signature s;
	int64_t end = live_ms() + PATIENCE_MS;
	enum apam_status status;

	sandbox_tell("/set?provider=xysense&name=tokens_outlive_key&value=on");
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://127.0.0.1:%d\" ];\n"
	    "ca_file = \"%s/ca.pem\";\n"
	    "auth = ( { scheme = \"key-secret-archiveable\";\n"
	    "key = \"sandbox-read\"; secret = \"file:%s/xy\"; ttl = \"1h\";\n"
	    "revocation_check = \"1s\";\n"
	    "exchange = { url = \"https://127.0.0.1:%d/api/v1/auth\"; }; } );",
	    sandbox.xysense, sandbox.dir, p.dir, sandbox.xysense);
	project_profile(&p, "xy", text);
	profile = project_get(&p, "xy");
	(void)snprintf(url, sizeof(url),
	    "https://127.0.0.1:%d/api/v1/occupancy", sandbox.xysense);
	live_signature_init(&s);
	ck_assert_int_eq(sign_url(url, &s), APAM_OK);
	sandbox_tell("/archive?provider=xysense&key=sandbox-read");
	do {
		sleep_ms(20);
		status = sign_url(url, &s);
	} while (status == APAM_OK && live_ms() < end);
	ck_assert_int_eq(status, APAM_E_REVOKED);
	apam_signature_release(&s.s);
}
END_TEST

/* ---- On rejection, and never ------------------------------------------------ */

START_TEST(a_rejection_is_asked_about_once)
{
	use("", "");
	revoke_key();
	ck_assert(rejected());
	ck_assert_int_eq(sign(), APAM_E_REJECTED);
	ck_assert_int_eq(sign(), APAM_E_REJECTED);
	ck_assert_int_eq(probes(), 1);
}
END_TEST

/* The provider takes it back: programs learn of it from the administrator. */
START_TEST(a_key_that_is_restored_is_tried_anew)
{
	const struct apam_key_name name = { .size = sizeof(name),
		.id = SEED_ID };

	use("", "");
	ck_assert_int_eq(chmod(project_path(&p, "state"), 0755), 0);
	revoke_key();
	ck_assert(rejected());
	ck_assert_int_eq(sign(), APAM_E_REJECTED);
	sandbox_tell("/rotate?provider=seed&key=" SEED_ID "&to=" SEED_KEY);
	ck_assert_int_eq(sign(), APAM_E_REJECTED);
	/* One after the other: no signature in between saw it archived. */
	ck_assert_msg(apam_key_archive(p.ctx, &name, NULL, &err) == APAM_OK,
	    "%s", err.text);
	ck_assert_msg(
	    apam_key_restore(p.ctx, &name, &err) == APAM_OK, "%s", err.text);
	ck_assert_msg(sign() == APAM_OK, "%s", err.text);
}
END_TEST

START_TEST(never_asks_nobody)
{
	use("revocation_check = \"never\"; on_unknown = \"deny\";", "");
	revoke_key();
	ck_assert(!rejected());
	ck_assert_int_eq(sign(), APAM_OK);
	ck_assert_int_eq(probes(), 0);
}
END_TEST

START_TEST(a_doubt_that_cannot_be_settled_is_asked_about_again)
{
	use("", "");
	probe_fault("503");
	ck_assert(rejected());
	ck_assert_int_eq(sign(), APAM_OK);
	ck_assert_int_eq(status_of(0).key_state, APAM_KEY_UNKNOWN);
	sandbox_tell("/clear");
	revoke_key();
	sign_until(APAM_E_REJECTED, PATIENCE_MS);
}
END_TEST

/* ---- Unknown ---------------------------------------------------------------- */

static const char *const silent[] = { "503", "500", "403", "429", "html200",
	"reset", "truncated" };

START_TEST(deny_signs_nothing_that_nobody_has_judged)
{
	use("revocation_check = \"1h\"; on_unknown = \"deny\";", "");
	probe_fault(silent[_i]);
	ck_assert_msg(sign() == APAM_E_UNKNOWN, "%s: %s", silent[_i], err.text);
	ck_assert_ptr_nonnull(strstr(err.text, "next check"));
	ck_assert_int_eq(status_of(0).key_state, APAM_KEY_UNKNOWN);
}
END_TEST

START_TEST(deny_signs_what_was_found_good)
{
	use("revocation_check = \"1h\"; on_unknown = \"deny\";", "");
	ck_assert_int_eq(sign(), APAM_OK);
	ck_assert_int_eq(probes(), 1);
	ck_assert_int_eq(status_of(0).key_state, APAM_KEY_GOOD);
	ck_assert_int_eq(sign(), APAM_OK);
	ck_assert_int_eq(probes(), 1);
}
END_TEST

START_TEST(deny_goes_on_once_it_is_known)
{
	use("revocation_check = \"1h\"; on_unknown = \"deny\";", "");
	probe_fault("503");
	ck_assert_int_eq(sign(), APAM_E_UNKNOWN);
	sandbox_tell("/clear");
	for (int i = 0; i < 400 && sign() != APAM_OK; i++)
		sleep_ms(50);
	ck_assert_int_eq(sign(), APAM_OK);
}
END_TEST

START_TEST(allow_signs_by_nothing)
{
	use("revocation_check = \"1s\"; on_unknown = \"allow\";", "");
	probe_fault("503");
	for (int64_t end = live_ms() + 2000; live_ms() < end; sleep_ms(20))
		ck_assert_int_eq(sign(), APAM_OK);
	ck_assert_int_eq(status_of(0).key_state, APAM_KEY_UNKNOWN);
}
END_TEST

START_TEST(good_holds_for_its_ttl)
{
	int64_t begun;

	use("revocation_check = \"1s\"; on_unknown = \"deny\"; "
	    "revocation_ttl = \"3s\";",
	    "");
	ck_assert_int_eq(sign(), APAM_OK);
	begun = live_ms();
	probe_fault("503");
	while (live_ms() < begun + 2500) {
		ck_assert_msg(sign() == APAM_OK || live_ms() >= begun + 2500,
		    "%s", err.text);
		sleep_ms(20);
	}
	for (int i = 0; i < 1000 && sign() == APAM_OK; i++)
		sleep_ms(20);
	ck_assert_int_eq(sign(), APAM_E_UNKNOWN);
}
END_TEST

static const char second[] =
    ", { scheme = \"basic-email-key\"; email = \"second@example.com\";"
    " key = \"file:@/second\"; }";

static void
use_two(const char *options)
{
	char text[512];

	project_secret(&p, "second", SEED_NEW);
	project_splice(&p, second, text, sizeof(text));
	use(options, text);
}

START_TEST(an_unknown_key_falls_back_where_that_is_asked)
{
	use_two("revocation_check = \"1h\"; on_unknown = \"deny\";");
	probe_fault("503");
	ck_assert_int_eq(sign(), APAM_E_UNKNOWN);
	project_remove(&p);
	setup();
	use_two("revocation_check = \"1h\"; on_unknown = \"deny\"; "
		"fallback_on = [ \"unavailable\" ];");
	probe_fault("503");
	ck_assert_msg(sign() == APAM_OK, "%s", err.text);
}
END_TEST

START_TEST(a_dead_key_gives_way_to_the_standby)
{
	use_two("");
	revoke_key();
	ck_assert(rejected());
	ck_assert_msg(sign() == APAM_OK, "%s", err.text);
	ck_assert_int_eq(status_of(0).key_state, APAM_KEY_REJECTED);
	ck_assert(status_of(1).usable);
	/* Late reports of the first find the second. */
	ck_assert_int_eq(probes(), 1);
}
END_TEST

/* No probe: the API's word sets the key aside, and not for ever. */
START_TEST(without_a_probe_a_standby_takes_over_for_a_while)
{
	char text[2048];

	project_secret(&p, "second", SEED_NEW);
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://127.0.0.1:%d\" ];\n"
	    "auth = ( { scheme = \"basic-email-key\"; email = \"" SEED_ID
	    "\"; key = \"file:%s/seed\"; revocation_ttl = \"2s\"; },\n"
	    "{ scheme = \"basic-email-key\"; email = \"second@example.com\";"
	    " key = \"file:%s/second\"; } );\n",
	    sandbox.seed, p.dir, p.dir);
	project_profile(&p, "seed", text);
	profile = project_get(&p, "seed");
	ck_assert(rejected());
	ck_assert_int_eq(status_of(0).key_state, APAM_KEY_REJECTED);
	ck_assert_int_eq(signers(), 2);
	/* A check that cannot say anything does not make it for ever. */
	if (_i == 1)
		ck_assert_int_eq(check_first(), APAM_KEY_UNKNOWN);
	ck_assert_int_eq(signers(), 2);
	clock_advance(3100);
	ck_assert_int_eq(signers(), 1);
	ck_assert_int_eq(signers(), 1);
}
END_TEST

/* A module that has a check, but in this mode nobody to ask. */
START_TEST(a_check_that_can_ask_nobody_is_none)
{
	char text[2048];

	project_secret(&p, "xy2", "not-a-secret-xy-read-2");
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://127.0.0.1:%d\" ];\n"
	    "auth = ( { scheme = \"key-secret-archiveable\";"
	    " mode = \"headers\"; key = \"sandbox-read\";"
	    " secret = \"file:%s/xy\"; revocation_ttl = \"2s\"; },\n"
	    "{ scheme = \"key-secret-archiveable\"; mode = \"headers\";"
	    " key = \"sandbox-read-2\"; secret = \"file:%s/xy2\"; } );\n",
	    sandbox.seed, p.dir, p.dir);
	project_profile(&p, "seed", text);
	profile = project_get(&p, "seed");
	ck_assert(rejected());
	ck_assert_int_eq(signers(), 2);
	ck_assert_int_eq(status_of(0).key_state, APAM_KEY_REJECTED);
	clock_advance(3100);
	ck_assert_int_eq(signers(), 1);
	/* A check that nobody's rejection led to proves nothing. */
	ck_assert_int_eq(signers(), 1);
}
END_TEST

/* ---- Rejected, or revoked ---------------------------------------------------- */

/* As a process that begins anew, which knows only what was noted. */
static void
begin_anew(void)
{
	apam_close(&p.ctx);
	profile = project_get(&p, "seed");
}

/* The API accepts what was signed. */
static void
accepted(void)
{
	const struct apam_header json = { APAM_STR("Content-Type"),
		APAM_STR("application/json") };
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = 200,
		.headers = &json,
		.header_count = 1,
		.body = APAM_STR("{}") };
	struct apam_judgement judgement = { .size = sizeof(judgement) };
	struct live_signature s;

	live_signature_init(&s);
	ck_assert_int_eq(sign_url(seed_url(), &s), APAM_OK);
	ck_assert_int_eq(
	    apam_judge(profile, &s.s, &answer, &judgement, &err), APAM_OK);
	ck_assert_int_eq(judgement.verdict, APAM_VERDICT_ACCEPTED);
	apam_signature_release(&s.s);
}

/* A wrong secret: the key that it belongs to may well be alive. */
START_TEST(a_key_never_seen_good_is_rejected)
{
	struct apam_entry_status s;

	use("", "");
	project_secret(&p, "seed", SEED_NEW);
	begin_anew();
	ck_assert_int_eq(check_first(), APAM_KEY_REJECTED);
	ck_assert_int_eq(sign(), APAM_E_REJECTED);
	ck_assert_ptr_nonnull(
	    strstr(err.text, "compare id, secret and URL first"));
	/* Nor does a process that begins anew think better of it. */
	begin_anew();
	s = status_of(0);
	ck_assert_int_eq(s.key_state, APAM_KEY_REJECTED);
	ck_assert_ptr_nonnull(strstr(s.evidence, "never seen good"));
	ck_assert_int_eq(check_first(), APAM_KEY_REJECTED);
}
END_TEST

static void
by_check(void)
{
	ck_assert_int_eq(check_first(), APAM_KEY_GOOD);
}

/* A check that said nothing comes between. */
static void
by_check_and_silence(void)
{
	ck_assert_int_eq(check_first(), APAM_KEY_GOOD);
	begin_anew();
	probe_fault("503");
	ck_assert_int_eq(check_first(), APAM_KEY_UNKNOWN);
	sandbox_tell("/clear");
}

static void (*const ways[])(
    void) = { by_check, by_check_and_silence, accepted };

START_TEST(a_key_once_seen_good_is_revoked)
{
	use("", "");
	ways[_i]();
	begin_anew();
	revoke_key();
	ck_assert_int_eq(check_first(), APAM_KEY_REVOKED);
	ck_assert_int_eq(sign(), APAM_E_REVOKED);
	ck_assert_ptr_null(strstr(err.text, "never seen good"));
	begin_anew();
	ck_assert_int_eq(status_of(0).key_state, APAM_KEY_REVOKED);
	ck_assert_int_eq(check_first(), APAM_KEY_REVOKED);
}
END_TEST

/* That one secret was good says nothing of another one, nor the reverse. */
START_TEST(another_secret_of_the_same_id_was_never_seen)
{
	use("", "");
	ck_assert_int_eq(check_first(), APAM_KEY_GOOD);
	project_secret(&p, "seed", SEED_NEW);
	begin_anew();
	ck_assert_int_eq(check_first(), APAM_KEY_REJECTED);
	project_secret(&p, "seed", SEED_KEY);
	begin_anew();
	revoke_key();
	ck_assert_int_eq(check_first(), APAM_KEY_REVOKED);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("revocation");
	TCase *tc = tcase_create("all");
	int code;

	sandbox_start();
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_periodic_check_finds_a_revoked_key);
	tcase_add_test(tc, a_periodic_check_comes_as_often_as_it_says);
	tcase_add_test(tc, nobody_asks_for_a_key_that_nobody_uses);
	tcase_add_test(tc, a_token_does_not_outlive_its_key);
	tcase_add_test(tc, a_rejection_is_asked_about_once);
	tcase_add_test(tc, a_key_that_is_restored_is_tried_anew);
	tcase_add_test(tc, never_asks_nobody);
	tcase_add_test(tc, a_doubt_that_cannot_be_settled_is_asked_about_again);
	tcase_add_loop_test(
	    tc, deny_signs_nothing_that_nobody_has_judged, 0, ROWS(silent));
	tcase_add_test(tc, deny_signs_what_was_found_good);
	tcase_add_test(tc, deny_goes_on_once_it_is_known);
	tcase_add_test(tc, allow_signs_by_nothing);
	tcase_add_test(tc, good_holds_for_its_ttl);
	tcase_add_test(tc, an_unknown_key_falls_back_where_that_is_asked);
	tcase_add_test(tc, a_dead_key_gives_way_to_the_standby);
	tcase_add_loop_test(
	    tc, without_a_probe_a_standby_takes_over_for_a_while, 0, 2);
	tcase_add_test(tc, a_check_that_can_ask_nobody_is_none);
	tcase_add_test(tc, a_key_never_seen_good_is_rejected);
	tcase_add_loop_test(tc, a_key_once_seen_good_is_revoked, 0, ROWS(ways));
	tcase_add_test(tc, another_secret_of_the_same_id_was_never_seen);
	suite_add_tcase(suite, tc);
	code = run_suite(suite);
	sandbox_stop();
	return code;
}
