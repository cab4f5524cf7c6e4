/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/crypto/openssl.c and of the object that calls OpenSSL: what an
 * administrator's openssl.cnf says holds, what is not to be had is said with
 * its cause, and the host's queue of errors is left as it was.
 *
 * Each test is a process of its own, which has not loaded OpenSSL yet; this
 * program is linked to libcrypto, as a host may be.
 */
#define _DEFAULT_SOURCE
#include "crypto/openssl.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/digest.h"
#include "crypto/seal.h"
#include "support/digest_bytes.h"
#include "support/no_hash.h"
#include "support/project.h"
#include "support/run.h"
#include "support/test_keys.h"

static struct apam_error err = APAM_ERROR_INIT;

static void
setup(void)
{
	err = (struct apam_error){ .entry = -1 };
}

static void
hashes(void)
{
	unsigned char digest[DIGEST_SIZE];

	ck_assert_msg(digest_bytes(APAM_STR("abc"), digest, &err) == APAM_OK,
	    "%s: %s", err.file, err.text);
	ck_assert_int_eq(digest[0] << 8 | digest[1], 0xba78);
}

/* ---- Sealing ------------------------------------------------------------ */

/* One thing that is sealed, and how. */
struct sealed {
	char bytes[16], nonce[SEAL_NONCE_SIZE], tag[SEAL_TAG_SIZE];
	struct crypto_sealing how;
};

static void
describe(struct sealed *s)
{
	memcpy(s->bytes, "fifteen letters", 16);
	s->how = (struct crypto_sealing){ APAM_STR("a secret"),
		APAM_STR("salt"), APAM_STR("info"), APAM_STR("covered"),
		(unsigned char *)s->bytes, sizeof(s->bytes),
		(unsigned char *)s->nonce, (unsigned char *)s->tag };
}

static void
seals(struct sealed *s)
{
	bool right = false;

	describe(s);
	ck_assert_msg(seal(&s->how, &err) == APAM_OK, "%s", err.text);
	ck_assert_str_ne(s->bytes, "fifteen letters");
	ck_assert_int_eq(seal_open(&s->how, &right, &err), APAM_OK);
	ck_assert(right);
	ck_assert_str_eq(s->bytes, "fifteen letters");
}

START_TEST(what_is_sealed_opens)
{
	struct sealed one, two;

	seals(&one);
	seals(&two);
	ck_assert_mem_ne(one.nonce, two.nonce, sizeof(one.nonce));
}
END_TEST

/* What one may change of what was sealed. */
static const struct {
	const char *name;
	size_t at; /* in struct sealed */
} parts[] = {
	{ "the bytes", offsetof(struct sealed, bytes) },
	{ "the nonce", offsetof(struct sealed, nonce) },
	{ "the tag", offsetof(struct sealed, tag) },
};

START_TEST(what_was_changed_is_wiped)
{
	static const char zeros[16];
	struct sealed s;
	bool right = true;

	describe(&s);
	ck_assert_int_eq(seal(&s.how, &err), APAM_OK);
	((char *)&s)[parts[_i].at] ^= 1;
	ck_assert_int_eq(seal_open(&s.how, &right, &err), APAM_OK);
	ck_assert_msg(!right, "%s", parts[_i].name);
	ck_assert_mem_eq(s.bytes, zeros, sizeof(zeros));
}
END_TEST

START_TEST(each_input_counts)
{
	struct apam_str *inputs[4];
	struct sealed s;
	bool right = true;

	describe(&s);
	ck_assert_int_eq(seal(&s.how, &err), APAM_OK);
	inputs[0] = &s.how.secret;
	inputs[1] = &s.how.salt;
	inputs[2] = &s.how.info;
	inputs[3] = &s.how.covered;
	inputs[_i]->n--;
	ck_assert_int_eq(seal_open(&s.how, &right, &err), APAM_OK);
	ck_assert(!right);
}
END_TEST

/* ---- Keys --------------------------------------------------------------- */

static const struct apam_str part = { "a message", 9 };
static const struct crypto_message message = { &part, 1 };

/* All algorithms, with new keys. */
static void
signs(int32_t kind, int32_t algorithm)
{
	unsigned char to[APAM_SIGNATURE_MAX];
	struct key_signature made = { to, sizeof(to), 0 };
	struct apam_key *key;

	ck_assert_msg(
	    key_generate(kind, &key, &err) == APAM_OK, "%s", err.text);
	ck_assert_msg(
	    key_sign(key, algorithm, &message, &made, &err) == APAM_OK,
	    "%d: %s", algorithm, err.text);
	ck_assert_msg(
	    key_verify(key, algorithm, &message,
		(struct apam_str){ (char *)to, made.n }, &err) == APAM_OK,
	    "%d: %s", algorithm, err.text);
	key_drop(&key);
}

/* The status of a hash, and of HMAC with it. */
static void
hashes_with(int32_t hash, enum apam_status status)
{
	struct apam_key *key = symmetric_key(
	    APAM_STR("a key of 14 bytes or so"));
	unsigned char to[APAM_HASH_MAX];
	size_t n;

	err = (struct apam_error){ .entry = -1 };
	ck_assert_msg(digest_message(hash, &message, to, &n, &err) == status,
	    "%d: %s", hash, err.text);
	err = (struct apam_error){ .entry = -1 };
	ck_assert_msg(key_hmac(key, hash, &message, to, &n, &err) == status,
	    "%d: %s", hash, err.text);
	key_drop(&key);
}

/* ---- What openssl.cnf says ---------------------------------------------- */

/* A configuration of OpenSSL's, as a file that goes with the process. */
static void
configure(const char *text)
{
	char file[64] = "/tmp/apam-openssl-XXXXXX";
	const int fd = mkstemp(file);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
	ck_assert_int_eq(unlink(file), 0);
	(void)snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
	ck_assert_int_eq(setenv("OPENSSL_CONF", file, 1), 0);
}

/* With what FIPS 140 approves alone, under the query fips=yes. */
static void
approve(void)
{
	char module[256], text[1024];
	char *whole;

	project_built("tests/openssl/approved.so", module, sizeof(module));
	whole = realpath(module, NULL);
	ck_assert_ptr_nonnull(whole);
	(void)snprintf(text, sizeof(text),
	    "openssl_conf = all\n"
	    "config_diagnostics = 1\n"
	    "[all]\nproviders = providers\nalg_section = algorithms\n"
	    "[providers]\napproved = approved\n"
	    "[approved]\nmodule = %s\nactivate = 1\n"
	    "[algorithms]\ndefault_properties = fips=yes\n",
	    whole);
	free(whole);
	configure(text);
}

START_TEST(what_fips_approves_is_enough)
{
	struct sealed s;
	EVP_MD *md;

	approve();
	hashes();
	seals(&s);
	for (int hash = APAM_HASH_SHA256; hash <= APAM_HASH_SHA1; hash++)
		hashes_with(hash, APAM_OK);
	for (int i = APAM_ALG_RS256; i <= APAM_ALG_PS512; i++)
		signs(APAM_KIND_RSA, i);
	signs(APAM_KIND_EC_P256, APAM_ALG_ES256);
	signs(APAM_KIND_EC_P384, APAM_ALG_ES384);
	signs(APAM_KIND_EC_P521, APAM_ALG_ES512);
	signs(APAM_KIND_ED25519, APAM_ALG_EDDSA);
	hashes_with(APAM_HASH_MD5, APAM_E_POLICY);
	ck_assert_msg(strstr(err.text, "OpenSSL has no MD5 for apam") != NULL,
	    "%s", err.text);
	ck_assert_uint_eq(ERR_peek_error(), 0);
	/* The query excludes the rest, and what there is comes from there. */
	ck_assert_ptr_null(EVP_MD_fetch(NULL, "MD5", NULL));
	ck_assert_ptr_null(EVP_CIPHER_fetch(NULL, "CHACHA20-POLY1305", NULL));
	md = EVP_MD_fetch(NULL, "SHA2-256", NULL);
	ck_assert_ptr_nonnull(md);
	ck_assert_str_eq(
	    OSSL_PROVIDER_get0_name(EVP_MD_get0_provider(md)), "approved");
	EVP_MD_free(md);
}
END_TEST

/* Nothing falls back on what is not approved. */
START_TEST(without_a_provider_there_is_nothing)
{
	unsigned char digest[DIGEST_SIZE];
	struct apam_key *key;
	struct sealed s;
	bool right;

	no_hash();
	ck_assert_int_eq(
	    digest_bytes(APAM_STR("abc"), digest, &err), APAM_E_INTERNAL);
	ck_assert_msg(strstr(err.text,
			  "OpenSSL has no SHA-256 for apam (see "
			  "default_properties and providers") != NULL &&
		strstr(err.text, "unsupported") != NULL,
	    "%s", err.text);
	setup();
	describe(&s);
	ck_assert_int_eq(seal(&s.how, &err), APAM_E_INTERNAL);
	ck_assert_msg(
	    strstr(err.text, "AES-256-GCM for apam") != NULL, "%s", err.text);
	setup();
	ck_assert_int_eq(seal_open(&s.how, &right, &err), APAM_E_INTERNAL);
	ck_assert(!right);
	hashes_with(APAM_HASH_SHA256, APAM_E_POLICY);
	for (int kind = APAM_KIND_EC_P256; kind <= KEY_KIND_LAST; kind++) {
		setup();
		ck_assert_int_eq(key_generate(kind, &key, &err), APAM_E_POLICY);
		ck_assert_ptr_null(key);
	}
}
END_TEST

/* Of a key, as it is found out when it is first used. */
START_TEST(without_a_provider_no_key_is_made)
{
	unsigned char seed[32] = { 1 };
	const struct crypto_numbers numbers = { APAM_KIND_ED25519,
		{ [CRYPTO_D] = { (char *)seed, sizeof(seed) } } };
	struct apam_key *key;

	no_hash();
	ck_assert_msg(key_of_numbers(&numbers, &key, &err) == APAM_E_POLICY,
	    "%s", err.text);
	ck_assert_ptr_null(key);
}
END_TEST

START_TEST(a_wrong_configuration_is_told)
{
	unsigned char digest[DIGEST_SIZE];

	configure("config_diagnostics = 1\nopenssl_conf = all\n"
		  "[all]\nproviders = absent\n");
	ck_assert_int_eq(
	    digest_bytes(APAM_STR("abc"), digest, &err), APAM_E_INTERNAL);
	ck_assert_msg(
	    strstr(err.text, "OpenSSL's configuration is not right: ") != NULL,
	    "%s", err.text);
	ck_assert_int_eq(digest[0] | digest[31], 0);
}
END_TEST

/* ---- A host's OpenSSL --------------------------------------------------- */

START_TEST(errors_of_the_host_stay)
{
	unsigned char digest[DIGEST_SIZE];
	unsigned long code;

	no_hash();
	ERR_raise(ERR_LIB_USER, 7);
	ck_assert_int_eq(
	    digest_bytes(APAM_STR("abc"), digest, &err), APAM_E_INTERNAL);
	code = ERR_get_error();
	ck_assert_int_eq(ERR_GET_REASON(code), 7);
	ck_assert_uint_eq(ERR_get_error(), 0);
}
END_TEST

/* Each call that fails takes what it queued. */
START_TEST(errors_of_the_host_stay_alone)
{
	const struct crypto_object *crypto = openssl(&err);
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	struct crypto_failure failure;
	EVP_MD_CTX *whole;

	for (int host = 0; host < 2; host++) {
		ERR_clear_error();
		if (host)
			ERR_raise(ERR_LIB_USER, 7);
		/* One that takes no message piece by piece. */
		whole = EVP_MD_CTX_new();
		ck_assert_int_eq(EVP_DigestSignInit_ex(
				     whole, NULL, NULL, NULL, NULL, key, NULL),
		    1);
		ck_assert(!crypto->hash_put(whole, "abc", 3, &failure));
		ck_assert_msg(
		    strstr(failure.text, "error:") != NULL, "%s", failure.text);
		ck_assert_int_eq(ERR_GET_REASON(ERR_get_error()), host * 7);
		ck_assert_uint_eq(ERR_get_error(), 0);
	}
	EVP_PKEY_free(key);
}
END_TEST

START_TEST(a_good_hash_leaves_no_error)
{
	struct sealed s;

	hashes();
	seals(&s);
	ck_assert_uint_eq(ERR_get_error(), 0);
}
END_TEST

/* A child hashes and seals, whether its parent has, or is about to. */
START_TEST(a_child_goes_on)
{
	struct sealed s;
	int status;
	pid_t pid;

	if (_i == 1)
		seals(&s);
	pid = fork();
	if (pid == 0) {
		(void)alarm(20);
		hashes();
		seals(&s);
		_exit(0);
	}
	hashes();
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

/* ---- The end of a program ----------------------------------------------- */

#define ENDS 20
#define HASHERS 4

static void *
hash_on(void *arg)
{
	unsigned char digest[DIGEST_SIZE];
	struct apam_error own = APAM_ERROR_INIT;

	for (;;)
		(void)digest_bytes(APAM_STR("abc"), digest, &own);
	return arg;
}

/* Ends while others of its threads are hashing. */
static void
end(useconds_t after)
{
	pthread_t thread;

	hashes();
	for (int i = 0; i < HASHERS; i++)
		(void)pthread_create(&thread, NULL, hash_on, NULL);
	(void)usleep(after);
	exit(0);
}

START_TEST(a_program_may_end_while_it_hashes)
{
	int status;
	pid_t pid;

	for (useconds_t i = 0; i < ENDS; i++) {
		pid = fork();
		if (pid == 0)
			end(i * 100);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0,
		    "status %d", status);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("openssl");
	TCase *tc = tcase_create("openssl");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, what_is_sealed_opens);
	tcase_add_loop_test(tc, what_was_changed_is_wiped, 0, ROWS(parts));
	tcase_add_loop_test(tc, each_input_counts, 0, 4);
	tcase_add_test(tc, what_fips_approves_is_enough);
	tcase_add_test(tc, without_a_provider_there_is_nothing);
	tcase_add_test(tc, without_a_provider_no_key_is_made);
	tcase_add_test(tc, a_wrong_configuration_is_told);
	tcase_add_test(tc, errors_of_the_host_stay);
	tcase_add_test(tc, errors_of_the_host_stay_alone);
	tcase_add_test(tc, a_good_hash_leaves_no_error);
	tcase_add_loop_test(tc, a_child_goes_on, 0, 2);
	tcase_add_test(tc, a_program_may_end_while_it_hashes);
	/* OpenSSL reads its configuration once in a process. */
	return run_suite_apart(suite);
}
