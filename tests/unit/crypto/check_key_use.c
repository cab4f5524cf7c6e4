/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/crypto/key_use.c: HMAC by RFC 4231 and RFC 2202, keys derived
 * as AWS publishes an example, Ed25519 by RFC 8032, signatures that are wrong
 * in many ways, and one key on many threads and in a child.
 */
#include "crypto/key_use.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"
#include "support/test_keys.h"
#include "support/vectors.h"

static struct apam_error err;

static void
setup(void)
{
	err = (struct apam_error){ .size = sizeof(err), .entry = -1 };
}

/* ---- HMAC --------------------------------------------------------------- */

/* In parts of one byte, two bytes and the rest. */
static struct crypto_message
in_parts(struct apam_str whole, struct apam_str parts[3])
{
	const size_t one = whole.n > 0, two = whole.n > 2 ? 2 : 0;

	parts[0] = (struct apam_str){ whole.p, one };
	parts[1] = (struct apam_str){ whole.p + one, two };
	parts[2] = (struct apam_str){ whole.p + one + two,
		whole.n - one - two };
	return (struct crypto_message){ parts, 3 };
}

START_TEST(published_hmacs)
{
	static struct vector rows[VECTOR_ROWS_MAX];
	const int count = vectors_read("tests/vectors/hmac/cases.txt", rows);
	unsigned char bytes[256], data[256], to[APAM_HASH_MAX];
	struct apam_str parts[3];
	struct apam_key *key;
	size_t n;

	ck_assert_int_eq(count, 22);
	for (int i = 0; i < count; i++) {
		const struct apam_str *f = rows[i].fields;
		const struct crypto_message message = in_parts(
		    from_hex(f[3].p, data, sizeof(data)), parts);

		key = symmetric_key(from_hex(f[2].p, bytes, sizeof(bytes)));
		/* The second time in the same context. */
		for (int again = 0; again < 2; again++) {
			ck_assert_int_eq(
			    key_hmac(key, atoi(f[1].p), &message, to, &n, &err),
			    APAM_OK);
			is_hex(to, n, f[4].p, f[0].p);
		}
		key_drop(&key);
		ck_assert_ptr_null(key);
	}
	vectors_free(rows, count);
}
END_TEST

START_TEST(an_empty_message_has_an_hmac)
{
	struct apam_key *key = symmetric_key(APAM_STR("key"));
	const struct crypto_message none = { NULL, 0 };
	unsigned char to[APAM_HASH_MAX];
	size_t n;

	ck_assert_int_eq(
	    key_hmac(key, APAM_HASH_SHA256, &none, to, &n, &err), APAM_OK);
	is_hex(to, n,
	    "5d5d139563c95b5967b9bd9a8c9b233a9dedb45072794cd232dc1b74832607d0",
	    "empty");
	key_drop(&key);
}
END_TEST

/* ---- Deriving ----------------------------------------------------------- */

/* AWS, "Signature Version 4": examples of how to derive a signing key. */
static const struct {
	const char *date;
	const char *hex;
} signing_keys[] = {
	{ "20150830",
	    "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9" },
	{ "20120215",
	    "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d" },
};

START_TEST(published_signing_keys)
{
	const struct apam_str steps[] = { apam_str(signing_keys[_i].date),
		APAM_STR("us-east-1"), APAM_STR("iam"),
		APAM_STR("aws4_request") };
	struct apam_key *secret, *key;

	ck_assert_int_eq(
	    key_of_bytes(APAM_STR("AWS4"),
		APAM_STR("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), &secret,
		&err),
	    APAM_OK);
	ck_assert_int_eq(key_derive(secret, APAM_HASH_SHA256,
			     &(struct crypto_message){ steps, 4 }, &key, &err),
	    APAM_OK);
	is_hex((const unsigned char *)key->bytes.p, key->bytes.n,
	    signing_keys[_i].hex, signing_keys[_i].date);
	key_drop(&secret);
	key_drop(&key);
}
END_TEST

START_TEST(what_cannot_be_derived)
{
	static const struct apam_str steps[KEY_STEPS_MAX + 1];
	struct apam_key *key = symmetric_key(APAM_STR("key")), *to;
	const struct crypto_message none = { steps, 0 };
	const struct crypto_message many = { steps, KEY_STEPS_MAX + 1 };

	ck_assert_int_eq(
	    key_derive(key, APAM_HASH_SHA256, &none, &to, &err), APAM_E_USAGE);
	ck_assert_int_eq(
	    key_derive(key, APAM_HASH_SHA256, &many, &to, &err), APAM_E_USAGE);
	ck_assert_ptr_null(to);
	key_drop(&key);
}
END_TEST

/* ---- Ed25519 ------------------------------------------------------------ */

static const struct {
	const char *name, *seed, *public, *message, *signature;
} ed25519[] = {
	{ "RFC 8032, 7.1, test 1",
	    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
	    "",
	    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
	{ "RFC 8032, 7.1, test 2",
	    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	    "72",
	    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
	{ "RFC 8032, 7.1, test 3",
	    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
	    "af82",
	    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
};

static struct apam_key *
ed25519_key(const char *seed, const char *public)
{
	unsigned char d[32], x[32];
	const struct crypto_numbers numbers = { APAM_KIND_ED25519,
		{ [CRYPTO_D] = from_hex(seed, d, 32),
		    [CRYPTO_X] = from_hex(public, x, 32) } };
	struct apam_key *key;

	ck_assert_msg(
	    key_of_numbers(&numbers, &key, &err) == APAM_OK, "%s", err.text);
	return key;
}

START_TEST(published_signatures_of_ed25519)
{
	struct apam_key *key = ed25519_key(
	    ed25519[_i].seed, ed25519[_i].public);
	struct apam_key *public = ed25519_key("", ed25519[_i].public);
	unsigned char data[8], to[64];
	struct key_signature signature = { to, sizeof(to), 0 };
	struct apam_str parts[3];
	const struct crypto_message message = in_parts(
	    from_hex(ed25519[_i].message, data, sizeof(data)), parts);

	for (int again = 0; again < 2; again++) {
		ck_assert_int_eq(
		    key_sign(key, APAM_ALG_EDDSA, &message, &signature, &err),
		    APAM_OK);
		is_hex(
		    to, signature.n, ed25519[_i].signature, ed25519[_i].name);
	}
	ck_assert_int_eq(key_verify(public, APAM_ALG_EDDSA, &message,
			     (struct apam_str){ (char *)to, 64 }, &err),
	    APAM_OK);
	ck_assert_int_eq(
	    key_sign(public, APAM_ALG_EDDSA, &message, &signature, &err),
	    APAM_E_USAGE);
	key_drop(&key);
	key_drop(&public);
}
END_TEST

/* ---- Signatures --------------------------------------------------------- */

static const struct {
	const char *name;
	int32_t algorithm, kind;
	size_t least, most; /* bytes of a signature */
} signing[] = {
	{ "ES256", APAM_ALG_ES256, APAM_KIND_EC_P256, 64, 64 },
	{ "ES256 in DER", APAM_ALG_ES256_DER, APAM_KIND_EC_P256, 60, 72 },
	{ "ES384", APAM_ALG_ES384, APAM_KIND_EC_P384, 96, 96 },
	{ "ES384 in DER", APAM_ALG_ES384_DER, APAM_KIND_EC_P384, 90, 104 },
	{ "EdDSA", APAM_ALG_EDDSA, APAM_KIND_ED25519, 64, 64 },
	{ "RS256", APAM_ALG_RS256, APAM_KIND_RSA, 256, 256 },
	{ "RS384", APAM_ALG_RS384, APAM_KIND_RSA, 256, 256 },
	{ "RS512", APAM_ALG_RS512, APAM_KIND_RSA, 256, 256 },
	{ "PS256", APAM_ALG_PS256, APAM_KIND_RSA, 256, 256 },
	{ "PS384", APAM_ALG_PS384, APAM_KIND_RSA, 256, 256 },
	{ "PS512", APAM_ALG_PS512, APAM_KIND_RSA, 256, 256 },
	{ "ES512", APAM_ALG_ES512, APAM_KIND_EC_P521, 132, 132 },
	{ "ES512 in DER", APAM_ALG_ES512_DER, APAM_KIND_EC_P521, 126, 139 },
};

static struct apam_key *
new_key(int32_t kind)
{
	struct apam_key *key;

	ck_assert_msg(
	    key_generate(kind, &key, &err) == APAM_OK, "%s", err.text);
	return key;
}

static const struct apam_str said[] = { { "what ", 5 }, { "was said", 8 } };
static const struct crypto_message statement = { said, 2 };

static struct apam_str
sign(const struct apam_key *key, int32_t algorithm, unsigned char *to)
{
	struct key_signature signature = { to, APAM_SIGNATURE_MAX, 0 };

	ck_assert_msg(
	    key_sign(key, algorithm, &statement, &signature, &err) == APAM_OK,
	    "%s", err.text);
	return (struct apam_str){ (const char *)to, signature.n };
}

START_TEST(what_is_signed_is_right)
{
	const int32_t algorithm = signing[_i].algorithm;
	struct apam_key *key = new_key(signing[_i].kind);
	unsigned char to[APAM_SIGNATURE_MAX];
	const struct apam_str whole = APAM_STR("what was said");
	const struct crypto_message same = { &whole, 1 };
	struct apam_str signature;

	for (int again = 0; again < 20; again++) {
		signature = sign(key, algorithm, to);
		ck_assert_uint_ge(signature.n, signing[_i].least);
		ck_assert_uint_le(signature.n, signing[_i].most);
		/* However the message is cut. */
		ck_assert_msg(key_verify(key, algorithm, &same, signature,
				  &err) == APAM_OK,
		    "%s", signing[_i].name);
	}
	key_drop(&key);
}
END_TEST

/* What is wrong with it, as Project Wycheproof tries it. */
static struct apam_str
spoil(int how, struct apam_str good, unsigned char *to)
{
	size_t n = good.n;

	memcpy(to, good.p, n);
	memset(to + n, 0, 8);
	switch (how) {
	case 0: /* one bit */
		to[n / 2] ^= 1;
		break;
	case 1: /* the last bit */
		to[n - 1] ^= 0x80;
		break;
	case 2: /* a byte too many */
		n++;
		break;
	case 3: /* a byte too few */
		n--;
		break;
	case 4: /* nothing */
		n = 0;
		break;
	case 5: /* zeros */
		memset(to, 0, n);
		break;
	case 6: /* ones */
		memset(to, 0xff, n);
		break;
	case 7: /* r = 0 */
		memset(to, 0, n / 2);
		break;
	case 8: /* s = 0 */
		memset(to + n / 2, 0, n - n / 2);
		break;
	default: /* twice as long */
		memcpy(to + n, good.p, n);
		n *= 2;
	}
	return (struct apam_str){ (const char *)to, n };
}

#define SPOILT 10

START_TEST(a_wrong_signature_is_denied)
{
	const int32_t algorithm = signing[_i].algorithm;
	struct apam_key *key = new_key(signing[_i].kind);
	struct apam_key *other = new_key(signing[_i].kind);
	unsigned char to[APAM_SIGNATURE_MAX], bad[2 * APAM_SIGNATURE_MAX];
	const struct apam_str good = sign(key, algorithm, to);
	const struct crypto_message part = { said, 1 };

	for (int how = 0; how < SPOILT; how++)
		ck_assert_msg(key_verify(key, algorithm, &statement,
				  spoil(how, good, bad), &err) == APAM_E_DENIED,
		    "%s: %d: %s", signing[_i].name, how, err.text);
	ck_assert_int_eq(key_verify(other, algorithm, &statement, good, &err),
	    APAM_E_DENIED);
	ck_assert_int_eq(
	    key_verify(key, algorithm, &part, good, &err), APAM_E_DENIED);
	/* After all that it still does. */
	ck_assert_int_eq(
	    key_verify(key, algorithm, &statement, good, &err), APAM_OK);
	ck_assert_int_eq(err.status, APAM_OK);
	key_drop(&key);
	key_drop(&other);
}
END_TEST

/* ECDSA's r and s in DER that is not the one way to write them. */
START_TEST(der_has_one_way)
{
	struct apam_key *key = new_key(APAM_KIND_EC_P256);
	unsigned char to[APAM_SIGNATURE_MAX], bad[128] = { 0 };
	struct apam_str good;

	do
		good = sign(key, APAM_ALG_ES256_DER, to);
	while (to[3] != 32);
	/* A zero before r. */
	memcpy(bad, to, 4);
	memcpy(bad + 5, to + 4, good.n - 4);
	bad[1]++;
	bad[3]++;
	ck_assert_int_eq(
	    key_verify(key, APAM_ALG_ES256_DER, &statement,
		(struct apam_str){ (char *)bad, good.n + 1 }, &err),
	    APAM_E_DENIED);
	/* A length in two bytes. */
	memcpy(bad + 3, to + 2, good.n - 2);
	bad[0] = to[0];
	bad[1] = 0x81;
	bad[2] = to[1];
	ck_assert_int_eq(
	    key_verify(key, APAM_ALG_ES256_DER, &statement,
		(struct apam_str){ (char *)bad, good.n + 1 }, &err),
	    APAM_E_DENIED);
	key_drop(&key);
}
END_TEST

START_TEST(each_algorithm_has_its_kind_of_key)
{
	static const int32_t kinds[] = { APAM_KIND_SYMMETRIC, APAM_KIND_EC_P256,
		APAM_KIND_EC_P384, APAM_KIND_EC_P521, APAM_KIND_ED25519,
		APAM_KIND_RSA };
	unsigned char to[APAM_SIGNATURE_MAX];
	struct key_signature signature = { to, sizeof(to), 0 };
	struct apam_key *key = new_key(kinds[_i]);
	size_t n;

	for (int i = -1; i <= KEY_ALGORITHM_LAST + 1; i++) {
		if (i > 0 && i <= KEY_ALGORITHM_LAST &&
		    signing[i - 1].kind == kinds[_i])
			continue;
		setup();
		ck_assert_int_eq(key_sign(key, i, &statement, &signature, &err),
		    APAM_E_USAGE);
		ck_assert_int_eq(
		    key_verify(key, i, &statement, APAM_STR("signature"), &err),
		    APAM_E_USAGE);
	}
	setup();
	for (int i = -1; i <= APAM_HASH_MD5 + 1; i++)
		ck_assert_msg(
		    (key_hmac(key, i, &statement, to, &n, &err) ==
			APAM_E_USAGE) == (_i > 0 || i < 1 || i > APAM_HASH_MD5),
		    "%d: %s", i, err.text);
	key_drop(&key);
}
END_TEST

START_TEST(a_signature_needs_room)
{
	struct apam_key *key = new_key(signing[_i].kind);
	unsigned char to[APAM_SIGNATURE_MAX] = { 0 };
	struct key_signature signature = { to, signing[_i].least - 1, 0 };

	ck_assert_int_eq(
	    key_sign(key, signing[_i].algorithm, &statement, &signature, &err),
	    APAM_E_USAGE);
	ck_assert_uint_eq(signature.n, 0);
	ck_assert_int_eq(to[0], 0);
	signature.size = signing[_i].most;
	ck_assert_int_eq(
	    key_sign(key, signing[_i].algorithm, &statement, &signature, &err),
	    APAM_OK);
	key_drop(&key);
}
END_TEST

/* ---- Threads and children ----------------------------------------------- */

#define THREADS 24
#define TURNS 200

/* All that is done with these keys, and whether it was right. */
struct together {
	struct apam_key *hmac, *ec;
	unsigned char right[APAM_HASH_MAX];
};

static void *
work(void *arg)
{
	struct together *t = arg;
	struct apam_error own = APAM_ERROR_INIT;
	unsigned char to[APAM_SIGNATURE_MAX];
	struct key_signature made = { to, sizeof(to), 0 };
	bool ok = true;
	size_t n;

	for (int i = 0; ok && i < TURNS; i++) {
		ok = key_hmac(t->hmac, APAM_HASH_SHA256, &statement, to, &n,
			 &own) == APAM_OK &&
		    n == 32 && memcmp(to, t->right, n) == 0 &&
		    key_sign(t->ec, APAM_ALG_ES256, &statement, &made, &own) ==
			APAM_OK &&
		    key_verify(t->ec, APAM_ALG_ES256, &statement,
			(struct apam_str){ (char *)to, made.n },
			&own) == APAM_OK;
	}
	return ok ? arg : NULL;
}

static void
begin_together(struct together *t)
{
	size_t n;

	t->hmac = symmetric_key(APAM_STR("a key"));
	t->ec = new_key(APAM_KIND_EC_P256);
	ck_assert_int_eq(
	    key_hmac(t->hmac, APAM_HASH_SHA256, &statement, t->right, &n, &err),
	    APAM_OK);
}

START_TEST(many_threads_have_one_key)
{
	pthread_t threads[THREADS];
	struct together t;
	void *ok;

	begin_together(&t);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, work, &t), 0);
	for (int i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(threads[i], &ok), 0);
		ck_assert_ptr_eq(ok, &t);
	}
	key_drop(&t.hmac);
	key_drop(&t.ec);
}
END_TEST

START_TEST(a_child_goes_on_with_a_key)
{
	struct together t;
	int status;
	pid_t pid;

	begin_together(&t);
	ck_assert_ptr_eq(work(&t), &t);
	pid = fork();
	if (pid == 0) {
		(void)alarm(60);
		_exit(work(&t) == &t ? 0 : 1);
	}
	ck_assert_ptr_eq(work(&t), &t);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	key_drop(&t.hmac);
	key_drop(&t.ec);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_use");
	TCase *tc = tcase_create("key_use");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, published_hmacs);
	tcase_add_test(tc, an_empty_message_has_an_hmac);
	tcase_add_loop_test(tc, published_signing_keys, 0, ROWS(signing_keys));
	tcase_add_test(tc, what_cannot_be_derived);
	tcase_add_loop_test(
	    tc, published_signatures_of_ed25519, 0, ROWS(ed25519));
	tcase_add_loop_test(tc, what_is_signed_is_right, 0, ROWS(signing));
	tcase_add_loop_test(tc, a_wrong_signature_is_denied, 0, ROWS(signing));
	tcase_add_test(tc, der_has_one_way);
	tcase_add_loop_test(tc, each_algorithm_has_its_kind_of_key, 0, 6);
	tcase_add_loop_test(tc, a_signature_needs_room, 0, ROWS(signing));
	tcase_add_test(tc, many_threads_have_one_key);
	tcase_add_test(tc, a_child_goes_on_with_a_key);
	return run_suite(suite);
}
