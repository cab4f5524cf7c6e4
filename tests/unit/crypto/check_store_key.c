/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/crypto/store_key.c with OpenSSL's own file: store: each kind of
 * key signs and shows its public part; PINs; files that may not be believed; a
 * child; memory that runs out.  tests/suite/tpm.sh has keys that stay in a TPM.
 */
#include "crypto/store_key.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/fork_gate.h"
#include "base/secmem.h"
#include "crypto/jwk_write.h"
#include "crypto/key_der.h"
#include "crypto/key_text.h"
#include "crypto/key_use.h"
#include "file/trust.h"
#include "support/fail_alloc.h"
#include "support/project.h"
#include "support/run.h"

#define PIN "1234-FAKE"

static struct project project;
static struct apam_error err;
static struct apam_key *key;
static int live;

static const struct apam_str text = { "a message", 9 };
static const struct crypto_message message = { &text, 1 };

static void
setup(void)
{
	live = secmem_live();
	project_make(&project);
	err = (struct apam_error){ .size = sizeof(err), .entry = -1 };
	key = NULL;
}

static void
teardown(void)
{
	key_drop(&key);
	project_remove(&project);
	ck_assert_int_eq(secmem_live(), live);
}

/* Make a key of OpenSSL's program in the project's file "key". */
static void
generate(const char *what, const char *more)
{
	char command[1024];

	(void)snprintf(command, sizeof(command),
	    "umask 077; openssl genpkey -algorithm %s -out %s/key %s "
	    "2>/dev/null",
	    what, project.dir, more);
	ck_assert_int_eq(system(command), 0);
}

static enum apam_status
open_with(const char *pin)
{
	char rest[600];
	struct key_uri uri;

	(void)snprintf(rest, sizeof(rest), "file:%s/key", project.dir);
	(void)key_uri_read(apam_str(rest), &uri);
	key_drop(&key);
	return store_key_open(&uri, apam_str(pin), true, &key, &err);
}

/* Sign, and see that it is right by the public part. */
static enum apam_status
sign_and_verify(int32_t algorithm)
{
	unsigned char to[APAM_SIGNATURE_MAX] = { 0 };
	struct key_signature made = { to, sizeof(to), 0 };
	const enum apam_status status = key_sign(
	    key, algorithm, &message, &made, &err);

	if (status != APAM_OK)
		return status;
	return key_verify(key, algorithm, &message,
	    (struct apam_str){ (const char *)to, made.n }, &err);
}

/* ---- Each kind ---------------------------------------------------------- */

static const struct {
	const char *what;
	int32_t kind, algorithm;
} kinds[] = {
	{ "EC -pkeyopt ec_paramgen_curve:P-256", APAM_KIND_EC_P256,
	    APAM_ALG_ES256 },
	{ "EC -pkeyopt ec_paramgen_curve:P-384", APAM_KIND_EC_P384,
	    APAM_ALG_ES384 },
	{ "EC -pkeyopt ec_paramgen_curve:P-521", APAM_KIND_EC_P521,
	    APAM_ALG_ES512 },
	{ "ED25519", APAM_KIND_ED25519, APAM_ALG_EDDSA },
	{ "RSA -pkeyopt rsa_keygen_bits:2048", APAM_KIND_RSA, APAM_ALG_RS256 },
	{ "RSA -pkeyopt rsa_keygen_bits:2048", APAM_KIND_RSA, APAM_ALG_PS256 },
};

static void
has_public_part(void)
{
	struct apam_key *whole;
	struct buf bytes, is, should;

	buf_init(&bytes, CRYPTO_KEY_MAX);
	buf_init(&is, CRYPTO_KEY_MAX);
	buf_init(&should, CRYPTO_KEY_MAX);
	ck_assert_int_eq(trust_read(project_path(&project, "key"), TRUST_SECRET,
			     true, &bytes, &err),
	    APAM_OK);
	ck_assert_int_eq(key_of_text(buf_view(&bytes), &whole, &err), APAM_OK);
	ck_assert_int_eq(jwk_write(whole, &should, &err), APAM_OK);
	ck_assert_int_eq(jwk_write(key, &is, &err), APAM_OK);
	ck_assert_str_eq(buf_view(&is).p, buf_view(&should).p);
	key_drop(&whole);
	buf_free(&bytes);
	buf_free(&is);
	buf_free(&should);
}

START_TEST(each_kind_signs)
{
	struct buf der;

	generate(kinds[_i].what, "");
	ck_assert_msg(open_with("") == APAM_OK, "%s", err.text);
	ck_assert_int_eq(key->kind, kinds[_i].kind);
	ck_assert(key->is_private);
	for (int i = 0; i < 3; i++)
		ck_assert_msg(sign_and_verify(kinds[_i].algorithm) == APAM_OK,
		    "%s", err.text);
	has_public_part();
	ck_assert_int_eq(sign_and_verify(APAM_ALG_ES384_DER),
	    kinds[_i].kind == APAM_KIND_EC_P384 ? APAM_OK : APAM_E_USAGE);
	/* It does not leave the store. */
	buf_init(&der, CRYPTO_KEY_MAX);
	err = (struct apam_error)APAM_ERROR_INIT;
	ck_assert_int_eq(key_der(key, &der, &err), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "stays in an OpenSSL store"));
	ck_assert_uint_eq(buf_view(&der).n, 0);
}
END_TEST

/* ---- What is refused ---------------------------------------------------- */

static const struct {
	const char *what, *more, *pin;
	const char *why; /* a piece of it; NULL: fine */
} rows[] = {
	{ "ED25519", "-aes256 -pass pass:" PIN, PIN, NULL },
	{ "ED25519", "-aes256 -pass pass:" PIN, "",
	    "/key: OpenSSL finds no private key there" },
	{ "ED25519", "-aes256 -pass pass:" PIN, "4321-FAKE",
	    "/key: OpenSSL finds no private key there" },
	{ "ED25519", "", PIN, NULL },
	{ "ED448", "", "", "the key is not one that apam uses" },
	{ "EC -pkeyopt ec_paramgen_curve:secp256k1", "", "",
	    "the key is not one that apam uses" },
	{ "RSA -pkeyopt rsa_keygen_bits:1024", "", "", "has 1024 bits" },
};

START_TEST(what_is_not_such_a_key_is_told)
{
	enum apam_status status;

	generate(rows[_i].what, rows[_i].more);
	status = open_with(rows[_i].pin);
	if (rows[_i].why == NULL) {
		ck_assert_msg(status == APAM_OK, "%s", err.text);
		return;
	}
	ck_assert_int_eq(status, APAM_E_SECRET);
	ck_assert_msg(strstr(err.text, rows[_i].why) != NULL, "%s", err.text);
	ck_assert_ptr_null(strstr(err.text, "FAKE"));
	ck_assert_ptr_null(key);
}
END_TEST

static const struct {
	const char *command; /* in the project's directory */
	enum apam_status status;
	const char *why;
} files[] = {
	{ "rm key", APAM_E_SECRET, "does not exist" },
	{ "chmod 644 key", APAM_E_TRUST, "/key" },
	{ "cat key key >two && mv two key && chmod 600 key", APAM_E_SECRET,
	    "names more than one key" },
	{ "openssl pkey -in key -pubout >pub && mv pub key && chmod 600 key",
	    APAM_E_SECRET, "OpenSSL finds no private key there" },
	{ ": >key", APAM_E_SECRET, "OpenSSL finds no private key there" },
};

START_TEST(a_file_is_believed_as_a_secret_s)
{
	char command[512];

	generate("ED25519", "");
	(void)snprintf(command, sizeof(command), "cd '%s' && umask 077 && %s",
	    project.dir, files[_i].command);
	ck_assert_int_eq(system(command), 0);
	ck_assert_msg(open_with("") == files[_i].status, "%s", err.text);
	ck_assert_msg(strstr(err.text, files[_i].why) != NULL, "%s", err.text);
}
END_TEST

/* RFC 7512: nothing here has such a store. */
START_TEST(a_provider_that_is_not_loaded_is_told)
{
	struct key_uri uri;

	ck_assert_ptr_null(
	    key_uri_read(APAM_STR("pkcs11:token=none;object=none"), &uri));
	ck_assert_int_eq(store_key_open(&uri, APAM_STR(PIN), true, &key, &err),
	    APAM_E_SECRET);
	ck_assert_msg(
	    strstr(err.text,
		"openssl-store:pkcs11:token=none;object=none: OpenSSL finds "
		"no private key there: ") == err.text,
	    "%s", err.text);
}
END_TEST

/* ---- Children ----------------------------------------------------------- */

/* As the handlers of a context do at a fork. */
static void
watch_forks(void)
{
	static bool is_watched;

	if (!is_watched)
		(void)pthread_atfork(
		    fork_gate_shut, fork_gate_open, fork_gate_renew);
	is_watched = true;
}

enum { SIGNED, REFUSED, OTHER };

/* What becomes of `command` and a signature in a child. */
static int
in_a_child(const char *command)
{
	pid_t pid;
	int how;

	watch_forks();
	pid = fork();
	if (pid == 0) {
		enum apam_status status = APAM_E_INTERNAL;

		if (system(command) == 0)
			status = sign_and_verify(APAM_ALG_ES256);
		key_drop(&key);
		_exit(status == APAM_OK         ? SIGNED :
			status == APAM_E_SECRET ? REFUSED :
						  OTHER);
	}
	ck_assert_int_eq(waitpid(pid, &how, 0), pid);
	ck_assert(WIFEXITED(how));
	return WEXITSTATUS(how);
}

/* The parent goes on, and so does a child of the child. */
START_TEST(a_child_opens_it_again)
{
	char remove[128];

	generate(kinds[0].what, "-aes256 -pass pass:" PIN);
	ck_assert_int_eq(open_with(PIN), APAM_OK);
	ck_assert_int_eq(sign_and_verify(APAM_ALG_ES256), APAM_OK);
	ck_assert_int_eq(in_a_child("true"), SIGNED);
	ck_assert_int_eq(sign_and_verify(APAM_ALG_ES256), APAM_OK);
	/* It does not use what its parent had opened. */
	(void)snprintf(remove, sizeof(remove), "rm '%s/key'", project.dir);
	ck_assert_int_eq(in_a_child(remove), REFUSED);
	ck_assert_int_eq(sign_and_verify(APAM_ALG_ES256), APAM_OK);
}
END_TEST

START_TEST(another_key_in_its_place_does_not_sign)
{
	generate(kinds[0].what, "");
	ck_assert_int_eq(open_with(""), APAM_OK);
	ck_assert_int_eq(sign_and_verify(APAM_ALG_ES256), APAM_OK);
	generate(kinds[_i].what, "");
	ck_assert_int_eq(in_a_child("true"), REFUSED);
	ck_assert_int_eq(sign_and_verify(APAM_ALG_ES256), APAM_OK);
}
END_TEST

/* ---- Threads and memory ------------------------------------------------- */

static void *
sign_often(void *arg)
{
	unsigned char to[APAM_SIGNATURE_MAX] = { 0 };
	struct apam_error own = APAM_ERROR_INIT;
	bool *ok = arg;

	for (int i = 0; i < 200 && *ok; i++) {
		struct key_signature made = { to, sizeof(to), 0 };

		*ok = key_sign(key, APAM_ALG_ES256, &message, &made, &own) ==
			APAM_OK &&
		    key_verify(key, APAM_ALG_ES256, &message,
			(struct apam_str){ (const char *)to, made.n },
			&own) == APAM_OK;
	}
	return NULL;
}

START_TEST(threads_share_it)
{
	bool ok[4] = { true, true, true, true };
	pthread_t threads[4];

	generate(kinds[0].what, "");
	ck_assert_int_eq(open_with(""), APAM_OK);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, sign_often, &ok[i]), 0);
	for (int i = 0; i < 4; i++) {
		(void)pthread_join(threads[i], NULL);
		ck_assert(ok[i]);
	}
}
END_TEST

/* Of malloc and calloc, and of locked memory. */
START_TEST(memory_that_runs_out_is_told)
{
	bool failed = true;

	generate(kinds[0].what, "-aes256 -pass pass:" PIN);
	ck_assert_int_eq(open_with(PIN), APAM_OK);
	for (int n = 0; failed; n++) {
		err = (struct apam_error)APAM_ERROR_INIT;
		allocations_left = n;
		(void)open_with(PIN);
		failed = allocation_failed();
		ck_assert_msg(key != NULL || err.status == APAM_E_MEMORY,
		    "%d: %s", n, err.text);
	}
	ck_assert_ptr_nonnull(key);
	secmem_fail_after(0);
	err = (struct apam_error)APAM_ERROR_INIT;
	ck_assert_int_eq(open_with(PIN), APAM_E_MEMORY);
	secmem_fail_after(-1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_key");
	TCase *tc = tcase_create("store_key");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, each_kind_signs, 0, ROWS(kinds));
	tcase_add_loop_test(tc, what_is_not_such_a_key_is_told, 0, ROWS(rows));
	tcase_add_loop_test(
	    tc, a_file_is_believed_as_a_secret_s, 0, ROWS(files));
	tcase_add_test(tc, a_provider_that_is_not_loaded_is_told);
	tcase_add_test(tc, a_child_opens_it_again);
	tcase_add_loop_test(
	    tc, another_key_in_its_place_does_not_sign, 0, ROWS(kinds));
	tcase_add_test(tc, threads_share_it);
	tcase_add_test(tc, memory_that_runs_out_is_told);
	return run_suite(suite);
}
