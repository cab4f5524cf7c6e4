/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of modules/oauth2/jose.c with the core's services: the published vectors
 * of RFC 7515, 7520 and 8037 byte for byte where the algorithm is deterministic,
 * and verified where it is not; with another key none of them is right.
 */
#include "abi/services.h"
#include "base/buf.h"
#include "base/secmem.h"
#include "base/str.h"
#include "crypto/key_text.h"
#include "modules/oauth2/jose.c"
#include "support/key_cases.h"
#include "support/run.h"
#include "text/encode.h"

static struct services svc;
static const struct apam_services *s;
static struct key_cases cases;
static char text[KEY_CASE_MAX], other[KEY_CASE_MAX];

static void
setup(void)
{
	static struct log silent;

	services_init(&svc, "demo", &silent);
	s = &svc.pub;
}

static void
teardown(void)
{
	services_free(&svc);
	ck_assert_int_eq(secmem_live(), 0);
}

static struct apam_key *
key_in(const char *pem_or_jwk)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_key *key;

	ck_assert_msg(key_of_text(apam_str(pem_or_jwk), &key, &err) == APAM_OK,
	    "%s: %s", pem_or_jwk, err.text);
	return key;
}

/* A key of tests/vectors/key/valid. */
static struct apam_key *
key_called(const char *name)
{
	char path[256];
	FILE *f;
	size_t n;

	(void)snprintf(
	    path, sizeof(path), "tests/vectors/key/valid/%s/input", name);
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s", path);
	n = fread(other, 1, sizeof(other) - 1, f);
	(void)fclose(f);
	other[n] = '\0';
	return key_in(other);
}

static const struct jose_algorithm *
algorithm_called(struct apam_str name)
{
	for (size_t i = 0; jose_algorithm_names[i] != NULL; i++) {
		ck_assert_str_eq(
		    jose_algorithm_names[i], jose_algorithm_at(i)->name);
		if (str_equal(name, apam_str(jose_algorithm_names[i])))
			return jose_algorithm_at(i);
	}
	ck_abort_msg("no algorithm %s", name.p);
	return NULL;
}

/* Part `i` of a compact JWS. */
static struct apam_str
part(struct apam_str jws, int i)
{
	for (; i > 0; i--)
		jws = str_skip(jws, str_find(jws, '.') + 1);
	return str_cut(jws, str_find(jws, '.'));
}

static struct apam_text *
decoded(struct apam_str base64url)
{
	struct apam_text *to = s->text_new(s, 1);

	ck_assert_int_eq(
	    s->text_read(s, to, APAM_WRITING_BASE64URL, base64url), APAM_OK);
	return to;
}

/* What `key` says of a JWS. */
static int32_t
verified(const struct apam_key *key, const struct jose_algorithm *algorithm,
    struct apam_str jws)
{
	struct apam_str signature = part(jws, 2);
	struct apam_str input = str_cut(jws, (size_t)(signature.p - jws.p) - 1);
	struct apam_text *bytes = decoded(signature);
	unsigned char mac[APAM_HASH_MAX];
	size_t n;
	int32_t status;

	if (algorithm->signature == 0) {
		ck_assert_int_eq(
		    s->hmac(s, key, algorithm->hash, &input, 1, mac, &n),
		    APAM_OK);
		status = str_equal(s->text_view(s, bytes),
			     (struct apam_str){ (const char *)mac, n }) ?
		    APAM_OK :
		    APAM_E_DENIED;
	} else {
		status = s->key_verify(s, key, algorithm->signature, &input, 1,
		    s->text_view(s, bytes));
	}
	s->text_free(s, &bytes);
	return status;
}

/* ---- Vectors ---------------------------------------------------------- */

static bool
is_deterministic(const struct jose_algorithm *algorithm)
{
	return strchr("EP", algorithm->name[0]) == NULL ||
	    strcmp(algorithm->name, "EdDSA") == 0;
}

/* Another key of this kind. */
static struct apam_key *
stranger(int32_t kind)
{
	struct apam_key *key = NULL;

	if (kind == APAM_KIND_SYMMETRIC)
		return key_in("{\"kty\":\"oct\",\"k\":\"RkFLRQ\"}");
	if (kind == APAM_KIND_RSA)
		return key_called("rfc7638");
	ck_assert_int_eq(s->key_generate(s, kind, &key), APAM_OK);
	return key;
}

START_TEST(published_vectors)
{
	char algorithm_name[KEY_CASE_MAX];
	const struct apam_str jws = key_case_line(&cases, _i, "jws", text);
	const struct jose_algorithm *algorithm = algorithm_called(
	    key_case_line(&cases, _i, "alg", algorithm_name));
	struct apam_text *header = decoded(part(jws, 0));
	struct apam_text *payload = decoded(part(jws, 1));
	struct apam_text *made = s->text_new(s, 1);
	struct apam_key *key, *wrong = stranger(algorithm->kind);

	(void)key_case_read(&cases, _i, "key", other);
	key = key_in(other);
	ck_assert_int_eq(
	    jose_compact(s, key, algorithm, s->text_view(s, header),
		s->text_view(s, payload), made),
	    APAM_OK);
	if (is_deterministic(algorithm))
		ck_assert_msg(str_equal(s->text_view(s, made), jws), "%s: %s",
		    key_case_name(&cases, _i), s->text_view(s, made).p);
	ck_assert_int_eq(
	    verified(key, algorithm, s->text_view(s, made)), APAM_OK);
	ck_assert_int_eq(verified(key, algorithm, jws), APAM_OK);
	ck_assert_int_eq(
	    verified(wrong, algorithm, s->text_view(s, made)), APAM_E_DENIED);
	key_drop(&wrong);
	key_drop(&key);
	s->text_free(s, &made);
	s->text_free(s, &payload);
	s->text_free(s, &header);
}
END_TEST

/* ---- Keys that do not fit --------------------------------------------- */

static const struct {
	const char *key, *algorithm;
	enum apam_status status;
} fits[] = {
	{ "pkcs8-p256", "ES256", APAM_OK },
	{ "pkcs8-p384", "ES384", APAM_OK },
	{ "pkcs8-p521", "ES512", APAM_OK },
	{ "pkcs8-ed25519", "EdDSA", APAM_OK },
	{ "pkcs8-ed25519", "Ed25519", APAM_OK },
	{ "pkcs8-rsa", "RS256", APAM_OK },
	{ "pkcs8-rsa", "RS384", APAM_OK },
	{ "pkcs8-rsa", "RS512", APAM_OK },
	{ "pkcs8-rsa", "PS256", APAM_OK },
	{ "pkcs8-rsa", "PS384", APAM_OK },
	{ "pkcs8-rsa", "PS512", APAM_OK },
	{ "pkcs8-p256", "ES384", APAM_E_USAGE },
	{ "pkcs8-p384", "ES512", APAM_E_USAGE },
	{ "pkcs8-p521", "ES384", APAM_E_USAGE },
	{ "pkcs8-p256", "HS256", APAM_E_USAGE },
	{ "pkcs8-rsa", "EdDSA", APAM_E_USAGE },
	{ "public-p256", "ES256", APAM_E_USAGE },
};

START_TEST(a_key_has_its_algorithms)
{
	const struct jose_algorithm *algorithm = algorithm_called(
	    apam_str(fits[_i].algorithm));
	struct apam_key *key = key_called(fits[_i].key);
	struct apam_text *made = s->text_new(s, 1);

	ck_assert_int_eq(jose_compact(s, key, algorithm, APAM_STR("{}"),
			     APAM_STR("{}"), made),
	    fits[_i].status);
	if (fits[_i].status == APAM_OK)
		ck_assert_int_eq(
		    verified(key, algorithm, s->text_view(s, made)), APAM_OK);
	s->text_free(s, &made);
	key_drop(&key);
}
END_TEST

START_TEST(a_kind_has_a_usual_algorithm)
{
	static const char *const usual[] = { [APAM_KIND_SYMMETRIC] = "HS256",
		[APAM_KIND_EC_P256] = "ES256",
		[APAM_KIND_EC_P384] = "ES384",
		[APAM_KIND_EC_P521] = "ES512",
		[APAM_KIND_ED25519] = "EdDSA",
		[APAM_KIND_RSA] = "RS256" };

	for (int32_t kind = 1; kind <= APAM_KIND_EC_P521; kind++)
		ck_assert_str_eq(jose_algorithm_of(kind)->name, usual[kind]);
}
END_TEST

/* ---- JSON ------------------------------------------------------------- */

START_TEST(json_is_escaped_exactly)
{
	struct jose_object object;

	jose_object_begin(&object, s);
	jose_object_string(&object, APAM_STR("x5t#S256"), APAM_STR("a/b"));
	jose_object_string(
	    &object, APAM_STR("quoted"), APAM_STR("\"\\\n\t\x01 \xc3\xa9"));
	jose_object_number(&object, APAM_STR("exp"), 1700000300);
	jose_object_number(&object, APAM_STR("low"), INT64_MIN);
	ck_assert_str_eq(jose_object_end(&object).p,
	    "{\"x5t#S256\":\"a/b\","
	    "\"quoted\":\"\\\"\\\\\\u000a\\u0009\\u0001 \xc3\xa9\","
	    "\"exp\":1700000300,\"low\":-9223372036854775808}");
	jose_object_free(&object);
}
END_TEST

START_TEST(an_empty_object)
{
	struct jose_object object;

	jose_object_begin(&object, s);
	ck_assert_str_eq(jose_object_end(&object).p, "{}");
	jose_object_free(&object);
	ck_assert_ptr_null(object.text);
}
END_TEST

/* ---- Thumbprints ------------------------------------------------------ */

/* RFC 7638, 3.1. */
START_TEST(thumbprint_of_a_key)
{
	struct apam_key *key = key_called("rfc7638");
	struct apam_text *made = s->text_new(s, 0);

	ck_assert_int_eq(jose_thumbprint(s, key, made), APAM_OK);
	ck_assert_str_eq(s->text_view(s, made).p,
	    "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
	s->text_free(s, &made);
	key_drop(&key);
	key = stranger(APAM_KIND_SYMMETRIC);
	made = s->text_new(s, 0);
	ck_assert_int_eq(jose_thumbprint(s, key, made), APAM_E_USAGE);
	s->text_free(s, &made);
	key_drop(&key);
}
END_TEST

#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END "-----END CERTIFICATE-----\n"
/* Of "FAKE certificate", by sha256sum and basenc --base64url. */
#define PRINT "SxhrlGLQVlC7tNGnF-e9D7Kcqd4FhLpgbUluNdIsNQY"

static const struct {
	const char *pem;
	enum apam_status status;
} certificates[] = {
	{ BEGIN "RkFLRSBjZXJ0aWZpY2F0ZQ==\n" END, APAM_OK },
	{ "Subject: CN=fake\n" BEGIN
	  "RkFLRSBj\r\nZXJ0aWZp \nY2F0ZQ==\n" END BEGIN "AAAA\n" END,
	    APAM_OK },
	{ "", APAM_E_USAGE },
	{ "RkFLRSBjZXJ0aWZpY2F0ZQ==", APAM_E_USAGE },
	{ BEGIN "RkFLRSBjZXJ0aWZpY2F0ZQ==\n", APAM_E_USAGE },
	{ BEGIN END, APAM_E_USAGE },
	{ BEGIN " \n\n" END, APAM_E_USAGE },
	{ BEGIN "not base64!\n" END, APAM_E_USAGE },
	{ "-----BEGIN CERTIFICATE", APAM_E_USAGE },
};

START_TEST(thumbprint_of_a_certificate)
{
	struct apam_text *made = s->text_new(s, 0);

	ck_assert_msg(
	    jose_certificate_thumbprint(s, apam_str(certificates[_i].pem),
		made) == (int32_t)certificates[_i].status,
	    "%s", certificates[_i].pem);
	ck_assert_str_eq(
	    s->text_view(s, made).n > 0 ? s->text_view(s, made).p : "",
	    certificates[_i].status == APAM_OK ? PRINT : "");
	s->text_free(s, &made);
}
END_TEST

/* ---- Memory that runs out --------------------------------------------- */

START_TEST(nothing_is_signed_without_memory)
{
	struct apam_key *key = stranger(APAM_KIND_SYMMETRIC);
	const struct jose_algorithm *hs256 = jose_algorithm_of(
	    APAM_KIND_SYMMETRIC);
	struct apam_text *made = s->text_new(s, 1);
	struct jose_object object = { s, NULL, false };

	/* An object for which there was no memory. */
	jose_object_string(&object, APAM_STR("alg"), APAM_STR("HS256"));
	jose_object_number(&object, APAM_STR("exp"), 1);
	ck_assert_uint_eq(jose_object_end(&object).n, 0);
	ck_assert_int_ne(jose_compact(s, key, hs256, jose_object_end(&object),
			     APAM_STR("{}"), made),
	    APAM_OK);
	ck_assert_uint_eq(s->text_view(s, made).n, 0);
	s->text_free(s, &made);
	/* And a text for which there was none. */
	ck_assert_int_ne(
	    jose_compact(s, key, hs256, APAM_STR("{}"), APAM_STR("{}"), NULL),
	    APAM_OK);
	ck_assert_int_ne(
	    jose_certificate_thumbprint(s, apam_str(certificates[0].pem), NULL),
	    APAM_E_USAGE);
	key_drop(&key);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("jose");
	TCase *tc = tcase_create("jose");
	int failed;

	key_cases_find(&cases, "tests/vectors/jws");
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, published_vectors, 0, cases.count);
	tcase_add_loop_test(tc, a_key_has_its_algorithms, 0, ROWS(fits));
	tcase_add_test(tc, a_kind_has_a_usual_algorithm);
	tcase_add_test(tc, json_is_escaped_exactly);
	tcase_add_test(tc, an_empty_object);
	tcase_add_test(tc, thumbprint_of_a_key);
	tcase_add_loop_test(
	    tc, thumbprint_of_a_certificate, 0, ROWS(certificates));
	tcase_add_test(tc, nothing_is_signed_without_memory);
	failed = run_suite(suite);
	key_cases_free(&cases);
	return failed;
}
