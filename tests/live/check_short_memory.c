/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each allocation of apam's own failed in turn, in programs that sign with
 * handles of keys, with certificates, with a server's nonce and with secrets
 * that move or are replaced, and that verify answers: what is signed is whole,
 * memory that is short is called so and nothing else, nothing is kept of what
 * failed, and with memory everything goes on.
 *
 * Allocations of other libraries do not fail.
 */
#include "base/error.h"
#include "base/secmem.h"
#include "support/answer_mac.h"
#include "support/clock.h"
#include "support/fail_alloc.h"
#include "support/rotating.h"
#include "support/run.h"

#define URL "https://api.example/x"
/* RFC 8410, 10.3 */
#define PEM                                                                    \
	"-----BEGIN PRIVATE KEY-----\n"                                        \
	"MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"   \
	"-----END PRIVATE KEY-----\n"
#define BODY "{\"answer\": 42}"
/* RFC 8037, A.1 */
#define ED25519                                                                \
	"{\"kty\":\"OKP\",\"crv\":\"Ed25519\","                                \
	"\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\","               \
	"\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"

static struct project p;
static struct apam_profile *profile;
static struct apam_signature sig;
static struct apam_error err;
static int live;
static const char *wrong; /* what was not whole, first */
static char mac[65]; /* of an answer with BODY */

/* ---- What is done with a profile ----------------------------------------- */

/* Check allocates where it asserts, so that this waits until memory is there. */
static void
need(bool ok, const char *what)
{
	if (!ok && wrong == NULL)
		wrong = what;
}

static enum apam_status
sign(void)
{
	const struct apam_header own[] = {
		{ APAM_STR("Cookie"), APAM_STR("mine=1") },
	};
	const struct apam_request request = {
		.size = sizeof(request),
		.method = "GET",
		.url = URL,
		.headers = own,
		.header_count = 1,
	};

	return apam_sign(profile, &request, &sig, &err);
}

/* The value of a header that was added; "" where there is none. */
static const char *
added(const char *name)
{
	for (size_t i = 0; i < sig.header_count; i++)
		if (strcmp(sig.headers[i].name.p, name) == 0)
			return sig.headers[i].value.p;
	return "";
}

static enum apam_status
sign_by_key(void)
{
	const enum apam_status status = sign();

	if (status == APAM_OK)
		need(strstr(added("Authorization"), ",sig=") != NULL,
		    "the signature");
	return status;
}

static enum apam_status
sign_in_many_places(void)
{
	const enum apam_status status = sign();

	if (status != APAM_OK)
		return status;
	need(strcmp(added("X-Api-Key"), "FAKEkey") == 0, "the header");
	need(strcmp(added("Cookie"), "mine=1; session=FAKEsecond") == 0,
	    "the cookies");
	need(strcmp(sig.url, URL "?key=FAKEmoved") == 0, "the query");
	return status;
}

static enum apam_status
sign_with_certificate(void)
{
	const enum apam_status status = sign();

	if (status != APAM_OK)
		return status;
	need(sig.certificate != NULL &&
		strcmp(sig.certificate->key.p, "FAKE key\n") == 0,
	    "the certificate");
	return status;
}

static enum apam_status
judge_challenge(struct apam_judgement *j)
{
	const struct apam_header header = { APAM_STR("WWW-Authenticate"),
		APAM_STR("Challenge-Test nonce=\"n1\"") };
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = 401,
		.headers = &header,
		.header_count = 1 };

	return apam_judge(profile, &sig, &answer, j, &err);
}

/* What is not kept is not sent again for. */
static enum apam_status
sign_with_nonce(void)
{
	struct apam_judgement j = { .size = sizeof(j) };
	enum apam_status status = sign();

	if (status == APAM_OK)
		status = judge_challenge(&j);
	if (status != APAM_OK)
		return status;
	status = sign();
	if (status != APAM_OK)
		return status;
	need(j.replay ? strstr(added("Authorization"), "nonce=n1") != NULL :
			added("Authorization")[0] == '\0',
	    "the nonce");
	return j.replay ? APAM_OK : APAM_E_MEMORY;
}

static enum apam_status
verify(const char *body)
{
	const struct apam_header header = { APAM_STR("Answer-Mac"),
		apam_str(mac) };
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = 200,
		.headers = &header,
		.header_count = 1 };
	static const struct apam_request request = APAM_REQUEST("GET", URL);
	struct apam_verify *v;
	enum apam_status status;

	status = apam_verify_start(profile, &request, &sig, &answer, &v, &err);
	if (status == APAM_OK)
		status = apam_verify_body(v, apam_str(body), &err);
	if (status == APAM_OK)
		return apam_verify_end(&v, true, &err);
	(void)(apam_verify_end(&v, false, NULL) == APAM_OK);
	return status;
}

/* A false answer is never believed. */
static enum apam_status
sign_and_verify(void)
{
	static const struct apam_request request = APAM_REQUEST("GET", URL);
	enum apam_status status = apam_sign(profile, &request, &sig, &err);

	if (status == APAM_OK)
		need(verify(BODY "x") != APAM_OK, "a false answer");
	error_clear(&err);
	return status == APAM_OK ? verify(BODY) : status;
}

/* A variable that was changed, read anew after `keep`. */
static enum apam_status
sign_with_moved(void)
{
	enum apam_status status = sign();

	if (status != APAM_OK)
		return status;
	need(strcmp(added("X-Api-Key"), "FAKEmoved") == 0, "the first one");
	need(setenv("FAKE_MOVED", "FAKEnext", 1) == 0, "setenv");
	clock_advance(3000);
	status = sign();
	if (status != APAM_OK || strcmp(added("X-Api-Key"), "FAKEnext") == 0)
		return status;
	/* Where it cannot be read, the one that was good goes on. */
	need(strcmp(added("X-Api-Key"), "FAKEmoved") == 0, "the next one");
	return APAM_E_MEMORY;
}

/* ---- Each allocation in turn ---------------------------------------------- */

static const struct scene {
	const char *name; /* of its profile */
	const char *entry;
	enum apam_status (*work)(void);
	int least; /* allocations that it takes, or more */
} scenes[] = {
	{ "key",
	    "{ scheme = \"key-test\"; key_id = \"k\"; sign = { key = "
	    "\"file:@/key.jwk\"; }; }",
	    sign_by_key, 20 },
	{ "pem",
	    "{ scheme = \"key-test\"; key_id = \"k\"; sign = { key = "
	    "\"file:@/key.pem\"; }; }",
	    sign_by_key, 20 },
	{ "many",
	    "{ scheme = \"api-key\"; key = \"file:@/secret\"; "
	    "header = \"X-Api-Key\"; also = ( { key = \"file:@/second\"; "
	    "cookie = \"session\"; }, { key = \"env:FAKE_MOVED\"; "
	    "query = \"key\"; } ); }",
	    sign_in_many_places, 20 },
	{ "certificate",
	    "{ scheme = \"certificate-test\"; certificate = \"@/a.pem\"; "
	    "key_file = \"@/a.key\"; }",
	    sign_with_certificate, 20 },
	{ "challenge",
	    "{ scheme = \"challenge-test\"; secret = \"file:@/secret\"; }",
	    sign_with_nonce, 20 },
	{ "verify", "{ scheme = \"verify-test\"; secret = \"file:@/secret\"; }",
	    sign_and_verify, 20 },
	{ "moving",
	    "{ scheme = \"api-key\"; key = \"env:FAKE_MOVED\"; "
	    "header = \"X-Api-Key\"; keep = \"1s\"; }",
	    sign_with_moved, 20 },
};

static void
setup(void)
{
	live = secmem_live();
	(void)strcpy(mac, answer_mac("FAKEkey", "GET", URL, 200, BODY));
	sig = (struct apam_signature)APAM_SIGNATURE_INIT;
	error_init(&err);
	wrong = NULL;
	project_make(&p);
	project_directory(&p, "state");
	project_module(&p, "api-key", false);
	project_module(&p, "key-test", true);
	project_module(&p, "certificate-test", true);
	project_module(&p, "challenge-test", true);
	project_module(&p, "verify-test", true);
	project_secret(&p, "secret", "FAKEkey\n");
	project_secret(&p, "second", "FAKEsecond\n");
	project_secret(&p, "key.jwk", ED25519 "\n");
	project_secret(&p, "key.pem", PEM);
	project_write(&p, "a.pem", "FAKE certificate\n");
	project_secret(&p, "a.key", "FAKE key\n");
}

static void
teardown(void)
{
	project_remove(&p);
	ck_assert_int_eq(secmem_live(), live);
}

/* From a new context to its end, with allocations that fail meanwhile. */
static enum apam_status
run(const struct scene *scene)
{
	struct apam_open_options options = { .size = sizeof(options),
		.flags = APAM_OPEN_USER };
	enum apam_status status;

	options.config = project_path(&p, "apam.conf");
	error_clear(&err);
	status = apam_open(&options, &p.ctx, &err);
	if (status == APAM_OK)
		status = apam_profile_get(p.ctx, scene->name, &profile, &err);
	if (status == APAM_OK)
		status = scene->work();
	apam_signature_release(&sig);
	apam_close(&p.ctx);
	return status;
}

/* Whatever fails, what is said is that memory is short. */
static void
judge(
    const struct scene *scene, const char *what, int n, enum apam_status status)
{
	ck_assert_msg(status == APAM_OK || status == APAM_E_MEMORY,
	    "%s, %s %d: %s: %s", scene->name, what, n, apam_status_name(status),
	    err.text);
	ck_assert_msg(wrong == NULL, "%s, %s %d: %s", scene->name, what, n,
	    wrong == NULL ? "" : wrong);
	ck_assert_int_eq(secmem_live(), live);
}

START_TEST(one_allocation_fails)
{
	const struct scene *scene = &scenes[_i];
	enum apam_status status;
	bool failed = true;
	int n;

	ck_assert_int_eq(setenv("FAKE_MOVED", "FAKEmoved", 1), 0);
	project_entries(&p, scene->name, scene->entry);
	for (n = 0; failed; n++) {
		ck_assert_int_eq(setenv("FAKE_MOVED", "FAKEmoved", 1), 0);
		allocations_left = n;
		status = run(scene);
		failed = allocation_failed();
		judge(scene, "allocation", n, status);
	}
	ck_assert_msg(status == APAM_OK, "%s: %s", scene->name, err.text);
	ck_assert_int_gt(n, scene->least);
}
END_TEST

START_TEST(memory_for_secrets_ends)
{
	const struct scene *scene = &scenes[_i];
	enum apam_status status = APAM_E_MEMORY;
	int n;

	project_entries(&p, scene->name, scene->entry);
	for (n = 0; status != APAM_OK && n < 200; n++) {
		ck_assert_int_eq(setenv("FAKE_MOVED", "FAKEmoved", 1), 0);
		secmem_fail_after(n);
		status = run(scene);
		secmem_fail_after(-1);
		judge(scene, "secret", n, status);
	}
	ck_assert_msg(status == APAM_OK, "%s: %s", scene->name, err.text);
	ck_assert_int_gt(n, 2);
}
END_TEST

/* ---- A secret that is replaced -------------------------------------------- */

static struct rotating r;

/* In the provider. */
static void
spare(struct rotating *server)
{
	(void)server;
	allocations_spared = true;
}

static void
make_rotating(void)
{
	error_init(&err);
	sig = (struct apam_signature)APAM_SIGNATURE_INIT;
	rotating_make(&r);
	rotating_login(&r, 1);
	atomic_store(&r.lifetime, 0);
	r.meanwhile = spare;
	ck_assert_int_eq(rotating_sign(&r, "demo", NULL), APAM_OK);
	apam_close(&r.p.ctx);
}

static void
remove_rotating(void)
{
	rotating_remove(&r);
}

/* The record has the token that is good, or the one before it, as sent. */
static void
must_hold(int n)
{
	const struct durable_place place = rotating_place(&r);
	const long good = atomic_load(&r.current);
	struct apam_error why = APAM_ERROR_INIT;
	struct durable_copy copy;
	long number;

	ck_assert_msg(
	    durable_read(&place, &copy, &why) == APAM_OK, "%s", why.text);
	number = strtol(copy.is.secret.p + strlen("fake-rt-"), NULL, 10);
	ck_assert_msg(copy.is.state != DURABLE_LOGIN &&
		(number == good ||
		    (number == good - 1 && copy.is.state == DURABLE_SPENDING)),
	    "allocation %d: token %ld of %ld", n, number, good);
	durable_copy_free(&copy);
}

START_TEST(a_spent_secret_is_never_lost)
{
	enum apam_status status;
	bool failed = true;
	char url[64];
	int n;

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/demo", r.port);
	for (n = 0; failed; n++) {
		const struct apam_request request = APAM_REQUEST("GET", url);

		error_clear(&err);
		profile = project_get(&r.p, "demo");
		allocations_left = n;
		status = apam_sign(profile, &request, &sig, &err);
		apam_signature_release(&sig);
		apam_close(&r.p.ctx);
		failed = allocation_failed();
		must_hold(n);
		ck_assert_msg(status == APAM_OK || status == APAM_E_MEMORY ||
			status == APAM_E_NETWORK,
		    "allocation %d: %s: %s", n, apam_status_name(status),
		    err.text);
	}
	ck_assert_msg(status == APAM_OK, "%s", err.text);
	ck_assert_int_gt(n, 20);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("short_memory");
	TCase *tc = tcase_create("short_memory");
	TCase *durable = tcase_create("durable");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, one_allocation_fails, 0, ROWS(scenes));
	tcase_add_loop_test(tc, memory_for_secrets_ends, 0, ROWS(scenes));
	suite_add_tcase(suite, durable);
	tcase_set_timeout(durable, 120);
	tcase_add_checked_fixture(durable, make_rotating, remove_rotating);
	tcase_add_test(durable, a_spent_secret_is_never_lost);
	return run_suite(suite);
}
