/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each allocation of OpenSSL's own failed in turn, while apam hashes, seals,
 * reads keys, signs and verifies with them: what comes of it is right, or an
 * error, nothing is kept of it, and afterwards all of it works.  Where one fails
 * alone, OpenSSL does not always say that it was memory; where none succeeds any
 * more, apam finds that out.
 *
 * Each test is a process of its own.  What OpenSSL sets up when it is first
 * called has its memory: there some failures end the process, which is OpenSSL's
 * own fault (doc/security.md).
 */
#include <openssl/crypto.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/secmem.h"
#include "crypto/digest.h"
#include "crypto/jwk_write.h"
#include "crypto/key_text.h"
#include "crypto/key_use.h"
#include "crypto/openssl.h"
#include "crypto/seal.h"
#include "support/key_cases.h"
#include "support/run.h"
#include "support/test_keys.h"

/* So many succeed, and the next one fails; -1: all succeed. */
static atomic_int left = -1;
static atomic_bool lasts; /* and so do all after it */
static struct apam_error err;
static const char *wrong; /* what was not right, first */
static char text[KEY_CASE_MAX]; /* of a key */
static struct apam_str key_text;

static bool
fails(void)
{
	const int n = atomic_load(&left);

	if (n < 0 || (n == 0 && lasts))
		return n == 0;
	return atomic_fetch_sub(&left, 1) == 0;
}

static void *
give(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return n == 0 || fails() ? NULL : malloc(n);
}

static void *
give_more(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return fails() ? NULL : realloc(p, n);
}

static void
take_back(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

static void
need(bool ok, const char *what)
{
	if (!ok && wrong == NULL)
		wrong = what;
}

/* ---- What is done --------------------------------------------------------- */

static const struct apam_str abc = { "abc", 3 };
static const struct crypto_message message = { &abc, 1 };

static bool
is_hash_of_abc(const unsigned char *digest)
{
	/* FIPS 180-4, B.1 */
	static const unsigned char begins[] = { 0xba, 0x78, 0x16, 0xbf };

	return memcmp(digest, begins, sizeof(begins)) == 0;
}

static enum apam_status
hash_whole(void)
{
	unsigned char to[APAM_HASH_MAX];
	enum apam_status status;
	size_t n;

	status = digest_message(APAM_HASH_SHA256, &message, to, &n, &err);
	if (status == APAM_OK)
		need(n == DIGEST_SIZE && is_hash_of_abc(to), "the hash");
	return status;
}

static enum apam_status
hash_in_pieces(void)
{
	unsigned char to[DIGEST_SIZE];
	enum apam_status status;
	struct digest d;

	digest_begin(&d, &err);
	digest_put(&d, "a", 1);
	digest_put(&d, "bc", 2);
	status = digest_end(&d, to);
	if (status == APAM_OK)
		need(is_hash_of_abc(to), "the hash");
	return status;
}

static enum apam_status
make_hmac(void)
{
	/* RFC 4231, 4.3 */
	static const unsigned char begins[] = { 0x5b, 0xdc, 0xc1, 0x46 };
	const struct apam_str data = APAM_STR("what do ya want for nothing?");
	const struct crypto_message said = { &data, 1 };
	unsigned char to[APAM_HASH_MAX];
	enum apam_status status;
	struct apam_key *key;
	size_t n;

	status = key_of_bytes(APAM_STR("Je"), APAM_STR("fe"), &key, &err);
	if (status != APAM_OK)
		return status;
	status = key_hmac(key, APAM_HASH_SHA256, &said, to, &n, &err);
	if (status == APAM_OK)
		need(memcmp(to, begins, sizeof(begins)) == 0, "the HMAC");
	key_drop(&key);
	return status;
}

static enum apam_status
derive(void)
{
	const struct apam_str steps[] = { APAM_STR("one"), APAM_STR("two") };
	const struct crypto_message all = { steps, 2 };
	struct apam_key *secret, *key = NULL;
	enum apam_status status;

	status = key_of_bytes(
	    APAM_STR("AWS4"), APAM_STR("FAKE"), &secret, &err);
	if (status != APAM_OK)
		return status;
	status = key_derive(secret, APAM_HASH_SHA256, &all, &key, &err);
	need((status == APAM_OK) == (key != NULL), "the derived key");
	key_drop(&key);
	key_drop(&secret);
	return status;
}

static enum apam_status
seal_and_open(void)
{
	static const char plain[16] = "fifteen letters", zeros[16];
	unsigned char bytes[16], nonce[SEAL_NONCE_SIZE], tag[SEAL_TAG_SIZE];
	const struct crypto_sealing how = { APAM_STR("a secret"),
		APAM_STR("salt"), APAM_STR("info"), APAM_STR("covered"), bytes,
		sizeof(bytes), nonce, tag };
	enum apam_status status;
	bool right = false;

	memcpy(bytes, plain, sizeof(bytes));
	status = seal(&how, &err);
	if (status != APAM_OK)
		return status;
	status = seal_open(&how, &right, &err);
	need(right == (status == APAM_OK), "what opens is right");
	need(memcmp(bytes, right ? plain : zeros, sizeof(bytes)) == 0,
	    "what was opened, or is wiped");
	return status;
}

/* The algorithm of a key. */
static int32_t
algorithm_of(const struct apam_key *key)
{
	static const int32_t algorithms[] = {
		[APAM_KIND_RSA] = APAM_ALG_RS256,
		[APAM_KIND_EC_P256] = APAM_ALG_ES256,
		[APAM_KIND_EC_P384] = APAM_ALG_ES384,
		[APAM_KIND_EC_P521] = APAM_ALG_ES512,
		[APAM_KIND_ED25519] = APAM_ALG_EDDSA,
	};

	return algorithms[key->kind];
}

static enum apam_status
sign_and_verify(const struct apam_key *key)
{
	unsigned char to[APAM_SIGNATURE_MAX];
	struct key_signature signature = { to, sizeof(to), 0 };
	const int32_t algorithm = algorithm_of(key);
	enum apam_status status;

	status = key_sign(key, algorithm, &message, &signature, &err);
	if (status != APAM_OK)
		return status;
	return key_verify(key, algorithm, &message,
	    (struct apam_str){ (const char *)to, signature.n }, &err);
}

static enum apam_status
use_key(void)
{
	struct apam_key *key = NULL;
	enum apam_status status;
	struct buf jwk;

	status = key_of_text(key_text, &key, &err);
	if (status != APAM_OK)
		return status;
	buf_init(&jwk, CRYPTO_KEY_MAX);
	status = sign_and_verify(key);
	if (status == APAM_OK)
		status = jwk_write(key, &jwk, &err);
	buf_free(&jwk);
	key_drop(&key);
	return status;
}

static enum apam_status
generate(void)
{
	struct apam_key *key = NULL;
	const enum apam_status status = key_generate(
	    APAM_KIND_EC_P256, &key, &err);

	need((status == APAM_OK) == (key != NULL), "the new key");
	key_drop(&key);
	return status;
}

static const struct scene {
	const char *name;
	enum apam_status (*work)(void);
	const char *key; /* its folder in tests/vectors/key/valid, or NULL */
} scenes[] = {
	{ "hash", hash_whole, NULL },
	{ "hash in pieces", hash_in_pieces, NULL },
	{ "HMAC", make_hmac, NULL },
	{ "derive", derive, NULL },
	{ "seal", seal_and_open, NULL },
	{ "new key", generate, NULL },
	{ "RSA", use_key, "pkcs8-rsa" },
	{ "P-256", use_key, "pkcs8-p256" },
	{ "Ed25519", use_key, "pkcs8-ed25519" },
};

/* ---- Each allocation in turn ---------------------------------------------- */

static void
read_key(const char *name)
{
	struct key_cases cases;

	key_text = APAM_STR("");
	if (name == NULL)
		return;
	key_cases_find(&cases, "tests/vectors/key/valid");
	for (int i = 0; i < cases.count; i++)
		if (strcmp(key_case_name(&cases, i), name) == 0)
			key_text = key_case_read(&cases, i, "input", text);
	key_cases_free(&cases);
	ck_assert_uint_gt(key_text.n, 0);
}

/* True if an allocation has failed; all succeed from now on. */
static bool
has_failed(void)
{
	return atomic_exchange(&left, -1) < (lasts ? 1 : 0);
}

static void
judge(const struct scene *scene, int n, enum apam_status status)
{
	ck_assert_msg(!lasts || status == APAM_OK || status == APAM_E_MEMORY,
	    "%s, from allocation %d on: %s: %s", scene->name, n,
	    apam_status_name(status), err.text);
	/* Of a signature DENIED is the verdict, and has no text. */
	ck_assert_msg(status == APAM_OK || status == APAM_E_DENIED ||
		(status == err.status && err.text[0] != '\0'),
	    "%s, allocation %d: %s without a text", scene->name, n,
	    apam_status_name(status));
	ck_assert_msg(wrong == NULL, "%s, allocation %d: %s", scene->name, n,
	    wrong == NULL ? "" : wrong);
}

START_TEST(allocations_fail)
{
	const struct scene *scene = &scenes[_i / 2];
	const int live = secmem_live();
	enum apam_status status = APAM_E_INTERNAL;
	bool failed = true;
	int n;

	lasts = _i % 2 != 0;
	read_key(scene->key);
	err = (struct apam_error)APAM_ERROR_INIT;
	/* From now on OpenSSL is set up. */
	ck_assert_msg(scene->work() == APAM_OK, "%s", err.text);
	for (n = 0; failed; n++) {
		error_clear(&err);
		atomic_store(&left, n);
		status = scene->work();
		failed = has_failed();
		judge(scene, n, status);
		ck_assert_int_eq(secmem_live(), live);
	}
	ck_assert_msg(status == APAM_OK, "%s: %s", scene->name, err.text);
	ck_assert_int_gt(n, 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("short_crypto");
	TCase *tc = tcase_create("short_crypto");

	if (CRYPTO_set_mem_functions(give, give_more, take_back) != 1)
		return 2;
	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, allocations_fail, 0, 2 * ROWS(scenes));
	return run_suite(suite);
}
