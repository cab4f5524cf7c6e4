/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/crypto/key.c: what is a key and what is not, who holds it, that
 * memory which runs out is told, and that nothing of a key is left in memory
 * that OpenSSL has freed.
 *
 * This program gives OpenSSL its memory.
 */
#define _GNU_SOURCE /* memmem, malloc_usable_size */
#include <malloc.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "base/secmem.h"
#include "support/run.h"
#include "support/test_keys.h"

static struct apam_error err;

/* ---- OpenSSL's memory --------------------------------------------------- */

static struct {
	bool counts;
	long left; /* allocations that go well; then all fail */
	long blocks;
	struct apam_str secrets[2]; /* in no block that is freed */
	bool leaked;
} memory = { .left = -1 };

static bool
must_fail(void)
{
	if (!memory.counts || memory.left < 0)
		return false;
	return memory.left == 0 || memory.left-- == 0;
}

static void
look(void *block)
{
	for (int i = 0; i < ROWS(memory.secrets); i++)
		if (memory.secrets[i].n > 0 && block != NULL &&
		    memmem(block, malloc_usable_size(block),
			memory.secrets[i].p, memory.secrets[i].n) != NULL)
			memory.leaked = true;
}

static void *
take(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	if (must_fail())
		return NULL;
	memory.blocks++;
	return calloc(1, n);
}

static void
give(void *block, const char *file, int line)
{
	(void)file;
	(void)line;
	memory.blocks -= block != NULL;
	look(block);
	free(block);
}

static void *
change(void *block, size_t n, const char *file, int line)
{
	void *new;

	if (block == NULL)
		return take(n, file, line);
	if (must_fail())
		return NULL;
	new = malloc(n);
	if (new == NULL)
		return NULL;
	memcpy(new, block,
	    n < malloc_usable_size(block) ? n : malloc_usable_size(block));
	look(block);
	free(block);
	return new;
}

static void
setup(void)
{
	err = (struct apam_error){ .size = sizeof(err), .entry = -1 };
}

/* ---- Numbers ------------------------------------------------------------ */

/* Numbers of a key that this process made. */
struct numbers {
	unsigned char bytes[CRYPTO_NUMBERS][2048];
	struct crypto_numbers all;
};

/* RFC 8032, 7.1, test 1. */
#define SEED "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
#define PUBLIC                                                                 \
	"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
/* RFC 6979, A.2.5: P-256. */
#define SCALAR                                                                 \
	"c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"
#define X "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
#define Y "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
/* A.2.6: P-384. */
#define SCALAR384                                                              \
	"6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8"     \
	"96d5724e4c70a825f872c9ea60d2edf5"
#define X384                                                                   \
	"ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64"     \
	"def8f0ea9055866064a254515480bc13"
#define Y384                                                                   \
	"8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1"     \
	"288b231c3ae0d4fe7344fd2533264720"
/* RFC 7515, A.4: P-521. */
#define SCALAR521                                                              \
	"018e696fb034505881dd110b483eb87d32ce495fe36b3745edf2d8cae4f0f253"     \
	"9f4615a0e98eab52b3c0c5eac4ce075185a8e7bb47deac1d1de77bccf66135e6"     \
	"3d82"
#define X521                                                                   \
	"01e929050f124fc6bc55c7d5393365df9def4ab0c22cb25798f934eb04e3c6ba"     \
	"e3701a57a7910e9d81bf363159e8ebcb155d6349f4bdb6ccf8a94c5c59c7aac1"     \
	"01a4"
#define Y521                                                                   \
	"0034a6440e376750d2371fd1bdc2c8f3b71d2f4ee5ea3432c815cca31560fe5d"     \
	"9387ec774b55838630e5cbbf5a8cbe0a91dd0064c6999a1f6e6e67faddede4c8"     \
	"c8f6"
#define ORDER "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"

static const struct {
	const char *name;
	int32_t kind;
	const char *d, *x, *y;
	bool ok;
} curves[] = {
	{ "P-256", APAM_KIND_EC_P256, SCALAR, X, Y, true },
	{ "P-256, the scalar", APAM_KIND_EC_P256, SCALAR, "", "", true },
	{ "P-256, the point", APAM_KIND_EC_P256, "", X, Y, true },
	{ "P-384", APAM_KIND_EC_P384, SCALAR384, X384, Y384, true },
	{ "P-384, the scalar", APAM_KIND_EC_P384, SCALAR384, "", "", true },
	{ "P-384, the point", APAM_KIND_EC_P384, "", X384, Y384, true },
	{ "Ed25519", APAM_KIND_ED25519, SEED, PUBLIC, "", true },
	{ "Ed25519, the seed", APAM_KIND_ED25519, SEED, "", "", true },
	{ "Ed25519, the public key", APAM_KIND_ED25519, "", PUBLIC, "", true },
	{ "P-521", APAM_KIND_EC_P521, SCALAR521, X521, Y521, true },
	{ "P-521, the scalar", APAM_KIND_EC_P521, SCALAR521, "", "", true },
	{ "P-521, the point", APAM_KIND_EC_P521, "", X521, Y521, true },
	{ "too short for P-521", APAM_KIND_EC_P521, SCALAR384, "", "", false },
	{ "another one's point on P-521", APAM_KIND_EC_P521, X521, X521, Y521,
	    false },
	{ "nothing", APAM_KIND_EC_P256, "", "", "", false },
	{ "nothing of Ed25519", APAM_KIND_ED25519, "", "", "", false },
	{ "another one's point", APAM_KIND_EC_P256, SEED, X, Y, false },
	{ "another one's public key", APAM_KIND_ED25519, SCALAR, PUBLIC, "",
	    false },
	{ "not on the curve", APAM_KIND_EC_P256, "", X, X, false },
	{ "half a point", APAM_KIND_EC_P256, "", X, "", false },
	{ "half a point beside the scalar", APAM_KIND_EC_P256, SCALAR, X, "",
	    false },
	{ "zero", APAM_KIND_EC_P256, ZERO, "", "", false },
	{ "the order", APAM_KIND_EC_P256, ORDER, "", "", false },
	{ "too short", APAM_KIND_EC_P256, "c9afa9d845ba75", "", "", false },
	{ "too long", APAM_KIND_EC_P256, SCALAR384, "", "", false },
	{ "a symmetric kind", APAM_KIND_SYMMETRIC, SCALAR, "", "", false },
	{ "no kind", 0, SCALAR, "", "", false },
	{ "another kind", KEY_KIND_LAST + 1, SCALAR, X, Y, false },
};

static struct crypto_numbers
curve(int i, struct numbers *n)
{
	n->all = (struct crypto_numbers){ .kind = curves[i].kind };
	n->all.at[CRYPTO_D] = from_hex(curves[i].d, n->bytes[0], 66);
	n->all.at[CRYPTO_X] = from_hex(curves[i].x, n->bytes[1], 66);
	n->all.at[CRYPTO_Y] = from_hex(curves[i].y, n->bytes[2], 66);
	return n->all;
}

START_TEST(keys_of_curves)
{
	static struct numbers n;
	const struct crypto_numbers numbers = curve(_i, &n);
	enum apam_status status;
	struct apam_key *key;

	status = key_of_numbers(&numbers, &key, &err);
	ck_assert_msg((status == APAM_OK) == curves[_i].ok, "%s: %s",
	    curves[_i].name, err.text);
	ck_assert_msg(curves[_i].ok || status == APAM_E_USAGE, "%s: %s",
	    curves[_i].name, err.text);
	ck_assert_int_eq(key != NULL, curves[_i].ok);
	ck_assert_uint_eq(ERR_peek_error(), 0);
	if (key == NULL)
		return;
	ck_assert_int_eq(key->kind, curves[_i].kind);
	ck_assert_int_eq(key->is_private, curves[_i].d[0] != '\0');
	key_drop(&key);
}
END_TEST

/* ---- RSA ---------------------------------------------------------------- */

/* The numbers of a new key, by OpenSSL itself. */
static void
new_rsa(struct numbers *n, size_t bits)
{
	static const char *const names[] = { OSSL_PKEY_PARAM_RSA_N,
		OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D,
		OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2,
		OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
		OSSL_PKEY_PARAM_RSA_COEFFICIENT1 };
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits);
	BIGNUM *number;

	n->all.kind = APAM_KIND_RSA;
	for (int i = 0; i < CRYPTO_NUMBERS; i++) {
		number = NULL;
		ck_assert_int_eq(
		    EVP_PKEY_get_bn_param(pkey, names[i], &number), 1);
		n->all.at[i].p = (char *)n->bytes[i];
		n->all.at[i].n = (size_t)BN_bn2bin(number, n->bytes[i]);
		BN_clear_free(number);
	}
	EVP_PKEY_free(pkey);
}

START_TEST(keys_of_rsa)
{
	static struct numbers n;
	struct crypto_numbers numbers;
	struct apam_key *key;

	new_rsa(&n, 2048);
	ck_assert_msg(
	    key_of_numbers(&n.all, &key, &err) == APAM_OK, "%s", err.text);
	ck_assert(key->is_private);
	key_drop(&key);
	/* Without its primes. */
	numbers = n.all;
	for (int i = CRYPTO_P; i <= CRYPTO_QI; i++)
		numbers.at[i].n = 0;
	ck_assert_int_eq(key_of_numbers(&numbers, &key, &err), APAM_OK);
	key_drop(&key);
	/* Its public part. */
	numbers.at[CRYPTO_D].n = 0;
	ck_assert_int_eq(key_of_numbers(&numbers, &key, &err), APAM_OK);
	ck_assert(!key->is_private);
	key_drop(&key);
}
END_TEST

START_TEST(an_rsa_key_may_be_too_short)
{
	static struct numbers n;
	struct apam_key *key;

	new_rsa(&n, 1024);
	ck_assert_int_eq(key_of_numbers(&n.all, &key, &err), APAM_E_USAGE);
	ck_assert_str_eq(
	    err.text, "the RSA key has 1024 bits: it must have 2048 to 16384");
	ck_assert_ptr_null(key);
}
END_TEST

START_TEST(rsa_numbers_must_fit)
{
	static struct numbers n, good;
	struct apam_key *key;

	new_rsa(&good, 2048);
	/* One bit of each, but for the exponent, which has a line of its own. */
	for (int i = 0; i < CRYPTO_NUMBERS; i++) {
		n = good;
		for (int k = 0; k < CRYPTO_NUMBERS; k++)
			n.all.at[k].p = (char *)n.bytes[k];
		n.bytes[i][n.all.at[i].n - 1] ^= i == CRYPTO_E ? 1 : 2;
		setup();
		ck_assert_msg(key_of_numbers(&n.all, &key, &err) != APAM_OK ||
			i >= CRYPTO_D,
		    "number %d", i);
		/* OpenSSL signs without the primes where they are wrong. */
		key_drop(&key);
		ck_assert_uint_eq(ERR_peek_error(), 0);
	}
	n = good;
	for (int k = 0; k < CRYPTO_NUMBERS; k++)
		n.all.at[k].p = (char *)n.bytes[k];
	/* Another one's private number, and no primes. */
	n.bytes[CRYPTO_D][200] ^= 4;
	for (int i = CRYPTO_P; i <= CRYPTO_QI; i++)
		n.all.at[i].n = 0;
	setup();
	ck_assert_int_eq(key_of_numbers(&n.all, &key, &err), APAM_E_USAGE);
	ck_assert_str_eq(
	    err.text, "the numbers of the key do not fit together");
}
END_TEST

/* ---- Symmetric keys, holders -------------------------------------------- */

START_TEST(symmetric_keys_have_a_size)
{
	static char long_one[KEY_BYTES_MAX + 1];
	struct apam_key *key;

	ck_assert_int_eq(
	    key_of_bytes(APAM_STR(""), APAM_STR(""), &key, &err), APAM_E_USAGE);
	ck_assert_int_eq(
	    key_of_bytes(APAM_STR(""),
		(struct apam_str){ long_one, sizeof(long_one) }, &key, &err),
	    APAM_E_USAGE);
	ck_assert_int_eq(
	    key_of_bytes((struct apam_str){ long_one, 1 },
		(struct apam_str){ long_one, KEY_BYTES_MAX }, &key, &err),
	    APAM_E_USAGE);
	setup();
	ck_assert_int_eq(
	    key_of_bytes((struct apam_str){ long_one, 1 },
		(struct apam_str){ long_one, KEY_BYTES_MAX - 1 }, &key, &err),
	    APAM_OK);
	key_drop(&key);
}
END_TEST

START_TEST(the_last_holder_frees_it)
{
	const int live = secmem_live();
	struct apam_key *key = symmetric_key(APAM_STR("a key"));
	struct apam_key *same = key_hold(key), *none = NULL;

	ck_assert_ptr_eq(same, key);
	key_drop(&key);
	ck_assert_ptr_null(key);
	ck_assert_int_eq(secmem_live(), live + 1);
	key_drop(&same);
	ck_assert_int_eq(secmem_live(), live);
	key_drop(&none);
}
END_TEST

START_TEST(new_keys_are_new)
{
	struct apam_key *one, *two;

	ck_assert_int_eq(
	    key_generate(APAM_KIND_SYMMETRIC, &one, &err), APAM_OK);
	ck_assert_int_eq(
	    key_generate(APAM_KIND_SYMMETRIC, &two, &err), APAM_OK);
	ck_assert_uint_eq(one->bytes.n, 32);
	ck_assert_mem_ne(one->bytes.p, two->bytes.p, 32);
	ck_assert_uint_ne(one->number, two->number);
	key_drop(&one);
	key_drop(&two);
	ck_assert_int_eq(key_generate(0, &one, &err), APAM_E_USAGE);
	ck_assert_int_eq(
	    key_generate(KEY_KIND_LAST + 1, &one, &err), APAM_E_USAGE);
}
END_TEST

/* ---- Memory ------------------------------------------------------------- */

/* All that is done with a key of these numbers. */
static enum apam_status
use_all(const struct crypto_numbers *numbers, int32_t algorithm)
{
	const struct apam_str part = APAM_STR("a message");
	const struct crypto_message message = { &part, 1 };
	unsigned char to[APAM_SIGNATURE_MAX];
	struct key_signature signature = { to, sizeof(to), 0 };
	struct apam_key *key;
	enum apam_status status;

	setup();
	status = key_of_numbers(numbers, &key, &err);
	if (status == APAM_OK)
		status = key_sign(key, algorithm, &message, &signature, &err);
	if (status == APAM_OK)
		status = key_verify(key, algorithm, &message,
		    (struct apam_str){ (char *)to, signature.n }, &err);
	key_drop(&key);
	return status;
}

static enum apam_status
use_bytes(struct apam_str bytes)
{
	const struct apam_str part = APAM_STR("a message");
	const struct crypto_message message = { &part, 1 };
	unsigned char to[APAM_HASH_MAX];
	struct apam_key *key, *derived = NULL;
	enum apam_status status;
	size_t n;

	setup();
	status = key_of_bytes(APAM_STR(""), bytes, &key, &err);
	if (status == APAM_OK)
		status = key_hmac(
		    key, APAM_HASH_SHA256, &message, to, &n, &err);
	if (status == APAM_OK)
		status = key_derive(
		    key, APAM_HASH_SHA256, &message, &derived, &err);
	key_drop(&derived);
	key_drop(&key);
	return status;
}

/* Rows: curves and RSA, and symmetric bytes as the last. */
static const struct {
	int curve; /* -1: RSA; -2: symmetric */
	int32_t algorithm;
} used[] = {
	{ 0, APAM_ALG_ES256 },
	{ 3, APAM_ALG_ES384 },
	{ 6, APAM_ALG_EDDSA },
	{ 9, APAM_ALG_ES512 },
	{ -1, APAM_ALG_PS256 },
	{ -2, 0 },
};

#define BYTES "a symmetric key of apam's tests"

static enum apam_status
use_row(int i, const struct numbers *n)
{
	return used[i].curve == -2 ? use_bytes(APAM_STR(BYTES)) :
				     use_all(&n->all, used[i].algorithm);
}

static void
make_row(int i, struct numbers *n)
{
	if (used[i].curve >= 0)
		(void)curve(used[i].curve, n);
	else if (used[i].curve == -1)
		new_rsa(n, 2048);
}

START_TEST(memory_that_runs_out_is_told)
{
	static struct numbers n;
	enum apam_status status;
	long blocks;
	long at = 0;

	make_row(_i, &n);
	/* What is kept for the life of the process is there. */
	ck_assert_int_eq(use_row(_i, &n), APAM_OK);
	blocks = memory.blocks;
	do {
		memory.left = at++;
		memory.counts = true;
		status = use_row(_i, &n);
		memory.counts = false;
		ck_assert_msg(status == APAM_OK || status == APAM_E_MEMORY ||
			status == APAM_E_INTERNAL,
		    "allocation %ld: %#x: %s", at, status, err.text);
		ck_assert_msg(memory.blocks == blocks,
		    "allocation %ld: %ld blocks more", at,
		    memory.blocks - blocks);
		ck_assert_uint_eq(ERR_peek_error(), 0);
	} while (status != APAM_OK);
	ck_assert_int_gt(at, 1);
	memory.left = -1;
	ck_assert_int_eq(use_row(_i, &n), APAM_OK);
}
END_TEST

/* As OpenSSL has numbers, the least significant byte first. */
static struct apam_str
turned(struct apam_str number, unsigned char *to)
{
	for (size_t i = 0; i < number.n; i++)
		to[i] = (unsigned char)number.p[number.n - 1 - i];
	return (struct apam_str){ (const char *)to, number.n };
}

START_TEST(nothing_is_left_in_freed_memory)
{
	static struct numbers n;
	static unsigned char other[2048];

	make_row(_i, &n);
	memory.secrets[0] = used[_i].curve == -2 ? APAM_STR(BYTES) :
						   n.all.at[CRYPTO_D];
	memory.secrets[1] = turned(memory.secrets[0], other);
	/* Parts of it would do. */
	memory.secrets[0].n = memory.secrets[1].n = 16;
	memory.leaked = false;
	ck_assert_int_eq(use_row(_i, &n), APAM_OK);
	ck_assert(!memory.leaked);
	/* And this is how it would show. */
	give(memcpy(take(64, "", 0), memory.secrets[0].p, 16), "", 0);
	ck_assert(memory.leaked);
	memset(memory.secrets, 0, sizeof(memory.secrets));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key");
	TCase *tc = tcase_create("key");

	if (CRYPTO_set_mem_functions(take, change, give) != 1)
		return 1;
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, keys_of_curves, 0, ROWS(curves));
	tcase_add_test(tc, keys_of_rsa);
	tcase_add_test(tc, an_rsa_key_may_be_too_short);
	tcase_add_test(tc, rsa_numbers_must_fit);
	tcase_add_test(tc, symmetric_keys_have_a_size);
	tcase_add_test(tc, the_last_holder_frees_it);
	tcase_add_test(tc, new_keys_are_new);
	tcase_add_loop_test(tc, memory_that_runs_out_is_told, 0, ROWS(used));
	tcase_add_loop_test(tc, nothing_is_left_in_freed_memory, 0, ROWS(used));
	return run_suite(suite);
}
