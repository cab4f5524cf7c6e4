/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/abi/service_key.c: what modules get of digests and keys, by the
 * table of services alone.  What the keys themselves do is tested in
 * tests/unit/crypto.
 */
#include <stdlib.h>

#include "abi/services.h"
#include "base/secmem.h"
#include "support/run.h"
#include "text/encode.h"

static struct services svc;
static const struct apam_services *s;
static char logged[256];

static void
keep_line(void *arg, enum apam_log_level level, const char *text)
{
	(void)arg;
	(void)level;
	(void)snprintf(logged, sizeof(logged), "%s", text);
}

static struct log log_to = { keep_line, NULL, APAM_LOG_DEBUG };

static void
setup(void)
{
	logged[0] = '\0';
	services_init(&svc, "demo", &log_to);
	s = &svc.pub;
}

static void
teardown(void)
{
	services_free(&svc);
	ck_assert_int_eq(secmem_live(), 0);
}

static const struct apam_str said[] = { { "what ", 5 }, { "was said", 8 } };

static struct apam_key_source
of(int32_t kind, int32_t writing, const char *bytes)
{
	return (struct apam_key_source){ .size = sizeof(struct apam_key_source),
		.kind = kind,
		.writing = writing,
		.bytes = apam_str(bytes) };
}

static struct apam_key *
make(const struct apam_key_source *source)
{
	struct apam_key *key;

	ck_assert_msg(s->key_make(s, source, &key) == APAM_OK, "%s", logged);
	return key;
}

/* HMAC-SHA256 of what was said, in hexadecimal digits. */
static const char *
hmac_of(const struct apam_key *key)
{
	static char hex[2 * APAM_HASH_MAX + 1];
	unsigned char to[APAM_HASH_MAX];
	size_t n;

	ck_assert_int_eq(
	    s->hmac(s, key, APAM_HASH_SHA256, said, 2, to, &n), APAM_OK);
	ck_assert_uint_eq(n, 32);
	encode_hex(to, n, hex);
	return hex;
}

/* ---- Digests ------------------------------------------------------------ */

START_TEST(digests)
{
	unsigned char parts[APAM_HASH_MAX], body[APAM_HASH_MAX];
	const struct apam_body bytes = { .size = sizeof(bytes),
		.kind = APAM_BODY_BYTES,
		.bytes = APAM_STR("what was said") };
	size_t n;

	for (int hash = APAM_HASH_SHA256; hash <= APAM_HASH_MD5; hash++) {
		ck_assert_int_eq(
		    s->digest(s, hash, said, 2, parts, &n), APAM_OK);
		ck_assert_int_eq(
		    s->body_digest(s, hash, &bytes, body, &n), APAM_OK);
		ck_assert_mem_eq(parts, body, n);
	}
	ck_assert_int_eq(s->digest(s, 7, said, 2, parts, &n), APAM_E_USAGE);
	ck_assert_str_eq(logged, "demo: there is no such hash");
	ck_assert_uint_eq(n, 0);
}
END_TEST

/* ---- Making ------------------------------------------------------------- */

/* All of them the same key. */
static const struct {
	int32_t writing;
	const char *bytes;
} writings[] = {
	{ APAM_WRITING_PLAIN, "a-key\xff\xfe" },
	{ APAM_WRITING_HEX, "612d6b6579fffe" },
	{ APAM_WRITING_HEX, "612D6B6579FFFE" },
	{ APAM_WRITING_BASE64, "YS1rZXn//g==" },
	{ APAM_WRITING_BASE64URL, "YS1rZXn__g" },
};

START_TEST(bytes_are_written_in_many_ways)
{
	struct apam_key_source source = of(
	    APAM_KIND_SYMMETRIC, writings[0].writing, writings[0].bytes);
	struct apam_key *key = make(&source);
	char wanted[2 * APAM_HASH_MAX + 1];

	(void)snprintf(wanted, sizeof(wanted), "%s", hmac_of(key));
	s->key_free(s, &key);
	ck_assert_ptr_null(key);
	source = of(
	    APAM_KIND_SYMMETRIC, writings[_i].writing, writings[_i].bytes);
	key = make(&source);
	ck_assert_str_eq(hmac_of(key), wanted);
	s->key_free(s, &key);
}
END_TEST

/* The module does not see how the key of its option is written. */
START_TEST(the_bytes_of_a_key_are_decoded)
{
	struct apam_key_source source = of(
	    APAM_KIND_SYMMETRIC, APAM_WRITING_PLAIN, writings[0].bytes);
	struct apam_key *key = make(&source), *made;
	char wanted[2 * APAM_HASH_MAX + 1];

	(void)snprintf(wanted, sizeof(wanted), "%s", hmac_of(key));
	s->key_free(s, &key);
	source.bytes = apam_str(writings[_i].bytes);
	key = make(&source);
	source.bytes = APAM_STR("");
	source.key = key;
	source.writing = writings[_i].writing;
	made = make(&source);
	ck_assert_str_eq(hmac_of(made), wanted);
	s->key_free(s, &made);
	/* One digit less is not so written. */
	if (source.writing == APAM_WRITING_HEX) {
		s->key_free(s, &key);
		source.key = NULL;
		source.writing = APAM_WRITING_PLAIN;
		source.bytes = APAM_STR("612d6");
		key = make(&source);
		source.bytes = APAM_STR("");
		source.key = key;
		source.writing = APAM_WRITING_HEX;
		ck_assert_int_eq(s->key_make(s, &source, &made), APAM_E_USAGE);
		ck_assert_str_eq(logged,
		    "demo: the bytes for a key are not written as they should "
		    "be");
		ck_assert_ptr_null(made);
	}
	s->key_free(s, &key);
}
END_TEST

START_TEST(a_prefix_stands_before)
{
	struct apam_key_source source = of(
	    APAM_KIND_SYMMETRIC, APAM_WRITING_PLAIN, "AWS4secret");
	struct apam_key *whole = make(&source), *bytes, *made;
	char wanted[2 * APAM_HASH_MAX + 1];

	(void)snprintf(wanted, sizeof(wanted), "%s", hmac_of(whole));
	source = of(APAM_KIND_SYMMETRIC, APAM_WRITING_HEX, "736563726574");
	bytes = make(&source);
	source.prefix = APAM_STR("AWS4");
	made = make(&source);
	ck_assert_str_eq(hmac_of(made), wanted);
	s->key_free(s, &made);
	/* The bytes of another key. */
	source.writing = APAM_WRITING_PLAIN;
	source.bytes = APAM_STR("");
	source.key = bytes;
	made = make(&source);
	ck_assert_str_eq(hmac_of(made), wanted);
	s->key_free(s, &made);
	s->key_free(s, &bytes);
	s->key_free(s, &whole);
	s->key_free(s, &whole);
}
END_TEST

#define SCALAR                                                                 \
	"c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"

/* The point is that of RFC 6979, A.2.5. */
START_TEST(a_scalar_is_a_key)
{
	const struct apam_key_source source = of(
	    APAM_KIND_EC_P256, APAM_WRITING_HEX, SCALAR);
	struct apam_text *jwk = s->text_new(s, 0);
	struct apam_key *key = make(&source);
	unsigned char to[APAM_SIGNATURE_MAX];
	size_t n;

	ck_assert_int_eq(s->key_kind(s, key), APAM_KIND_EC_P256);
	ck_assert_int_eq(s->key_jwk(s, key, jwk), APAM_OK);
	ck_assert_str_eq(s->text_view(s, jwk).p,
	    "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":"
	    "\"YP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Y\",\"y\":"
	    "\"eQP-EAi4vJmkGunpVii8ZPLxsgwtfp9Rd6PClNRGIpk\"}");
	ck_assert_int_eq(
	    s->key_sign(s, key, APAM_ALG_ES256, said, 2, to, sizeof(to), &n),
	    APAM_OK);
	ck_assert_uint_eq(n, 64);
	ck_assert_int_eq(s->key_verify(s, key, APAM_ALG_ES256, said, 2,
			     (struct apam_str){ (char *)to, n }),
	    APAM_OK);
	logged[0] = '\0';
	ck_assert_int_eq(s->key_verify(s, key, APAM_ALG_ES256, said, 1,
			     (struct apam_str){ (char *)to, n }),
	    APAM_E_DENIED);
	ck_assert_str_eq(logged, "");
	s->key_free(s, &key);
	s->text_free(s, &jwk);
}
END_TEST

START_TEST(a_jwk_says_its_kind)
{
	const struct apam_key_source source = of(0, APAM_WRITING_PLAIN,
	    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
	    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}");
	struct apam_key *key = make(&source);
	unsigned char to[APAM_SIGNATURE_MAX];
	size_t n;

	ck_assert_int_eq(s->key_kind(s, key), APAM_KIND_ED25519);
	ck_assert_int_eq(
	    s->key_sign(s, key, APAM_ALG_EDDSA, said, 2, to, sizeof(to), &n),
	    APAM_E_USAGE);
	ck_assert_str_eq(logged, "demo: the key has no private part");
	s->key_free(s, &key);
}
END_TEST

static const struct apam_credential_view none = { sizeof(none), { "", 0 }, 0 };

/* What cannot be made, and what is said of it. */
static const struct {
	struct apam_key_source source;
	const char *why;
} bad[] = {
	{ { .size = 8 }, "demo: struct apam_key_source lacks its size" },
	{ { .kind = APAM_KIND_SYMMETRIC },
	    "demo: a symmetric key has 1 to 65536 bytes" },
	{ { .kind = APAM_KIND_SYMMETRIC,
	      .writing = APAM_WRITING_HEX,
	      .bytes = { "6", 1 } },
	    "demo: the bytes for a key are not written as they should be" },
	{ { .kind = APAM_KIND_SYMMETRIC,
	      .writing = APAM_WRITING_PERCENT,
	      .bytes = { "61", 2 } },
	    "demo: a key is not made of bytes that are so written" },
	{ { .kind = APAM_KIND_EC_P384, .bytes = { "61", 2 } },
	    "demo: a key of this kind is made of PEM or a JWK" },
	{ { .kind = APAM_KIND_EC_P256, .bytes = { "61", 2 } },
	    "demo: the key has a number that is longer or shorter than its "
	    "curve's" },
	{ { .kind = APAM_KIND_EC_P256, .prefix = { "61", 2 } },
	    "demo: a prefix stands before the bytes of a symmetric key" },
	{ { .kind = 0, .bytes = { "{}", 2 } },
	    "demo: the JWK is none of those that apam uses: kty is RSA, EC "
	    "with crv P-256, P-384 or P-521, OKP with crv Ed25519, or oct" },
	{ { .kind = 99, .bytes = { "61", 2 }, .credential = &none },
	    "demo: a key of this kind is made of PEM or a JWK" },
};

START_TEST(what_is_not_a_source)
{
	struct apam_key_source source = bad[_i].source;
	struct apam_key *key;

	if (source.size == 0)
		source.size = sizeof(source);
	ck_assert_int_eq(s->key_make(s, &source, &key), APAM_E_USAGE);
	ck_assert_ptr_null(key);
	if (source.size == sizeof(source))
		ck_assert_str_eq(logged, bad[_i].why);
}
END_TEST

START_TEST(another_key_must_be_symmetric)
{
	struct apam_key_source source = of(
	    APAM_KIND_SYMMETRIC, APAM_WRITING_PLAIN, "");
	struct apam_key *ec, *key;

	ck_assert_int_eq(s->key_generate(s, APAM_KIND_EC_P256, &ec), APAM_OK);
	source.key = ec;
	ck_assert_int_eq(s->key_make(s, &source, &key), APAM_E_USAGE);
	ck_assert_ptr_null(key);
	s->key_free(s, &ec);
}
END_TEST

/* ---- What the core keeps ------------------------------------------------ */

START_TEST(a_derived_key_is_kept)
{
	const struct apam_key_source source = of(
	    APAM_KIND_SYMMETRIC, APAM_WRITING_PLAIN, "a key");
	struct apam_key *one, *two, *key = make(&source);

	ck_assert_int_eq(
	    s->key_derive(s, key, APAM_HASH_SHA256, said, 2, &one), APAM_OK);
	ck_assert_int_eq(
	    s->key_derive(s, key, APAM_HASH_SHA256, said, 2, &two), APAM_OK);
	ck_assert_ptr_eq(one, two);
	s->key_free(s, &two);
	ck_assert_int_eq(
	    s->key_derive(s, key, APAM_HASH_SHA512, said, 2, &two), APAM_OK);
	ck_assert_ptr_ne(one, two);
	s->key_free(s, &two);
	ck_assert_int_eq(
	    s->key_derive(s, key, APAM_HASH_SHA256, said, 1, &two), APAM_OK);
	ck_assert_ptr_ne(one, two);
	s->key_free(s, &two);
	ck_assert_int_eq(s->key_derive(s, key, APAM_HASH_SHA256, said, 0, &two),
	    APAM_E_USAGE);
	s->key_free(s, &one);
	s->key_free(s, &key);
}
END_TEST

START_TEST(a_key_is_kept_with_its_credential)
{
	const struct apam_credential_view old = { sizeof(old),
		{ "old secret", 10 }, 1000 };
	const struct apam_credential_view new = { sizeof(new),
		{ "new secret", 10 }, 2000 };
	struct apam_key_source source = of(
	    APAM_KIND_SYMMETRIC, APAM_WRITING_PLAIN, "old secret");
	struct apam_key *one, *two;

	source.credential = &old;
	one = make(&source);
	two = make(&source);
	ck_assert_ptr_eq(one, two);
	s->key_free(s, &two);
	source.bytes = new.secret;
	source.credential = &new;
	two = make(&source);
	ck_assert_ptr_ne(one, two);
	ck_assert_str_ne(hmac_of(one), "");
	s->key_free(s, &one);
	s->key_free(s, &two);
	/* Without one it is made each time. */
	source.credential = NULL;
	one = make(&source);
	two = make(&source);
	ck_assert_ptr_ne(one, two);
	s->key_free(s, &one);
	s->key_free(s, &two);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("service_key");
	TCase *tc = tcase_create("service_key");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, digests);
	tcase_add_loop_test(
	    tc, bytes_are_written_in_many_ways, 0, ROWS(writings));
	tcase_add_loop_test(
	    tc, the_bytes_of_a_key_are_decoded, 0, ROWS(writings));
	tcase_add_test(tc, a_prefix_stands_before);
	tcase_add_test(tc, a_scalar_is_a_key);
	tcase_add_test(tc, a_jwk_says_its_kind);
	tcase_add_loop_test(tc, what_is_not_a_source, 0, ROWS(bad));
	tcase_add_test(tc, another_key_must_be_symmetric);
	tcase_add_test(tc, a_derived_key_is_kept);
	tcase_add_test(tc, a_key_is_kept_with_its_credential);
	return run_suite(suite);
}
