/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/run/authority.c: OpenSSL believes the certificate of the host,
 * and none of the same authority for anything else.
 */
#include "run/authority.c"

#include <openssl/x509.h>

#include "support/run.h"

/* ---- Calls that fail -------------------------------------------------------- */

/* So many calls succeed, and the next one fails; -1: all succeed. */
static int calls_left = -1;

static bool
call_fails(void)
{
	return calls_left >= 0 && calls_left-- == 0;
}

/* The Makefile links this test with --wrap for each of these. */
#define FAIL(type, name, failure, parameters, ...)                             \
	type __real_##name parameters;                                         \
	type __wrap_##name parameters;                                         \
	type __wrap_##name parameters                                          \
	{                                                                      \
		return call_fails() ? (failure) : __real_##name(__VA_ARGS__);  \
	}
#define FAIL_NEW(type, name)                                                   \
	type *__real_##name(void);                                             \
	type *__wrap_##name(void);                                             \
	type *__wrap_##name(void)                                              \
	{                                                                      \
		return call_fails() ? NULL : __real_##name();                  \
	}

FAIL(void *, malloc, NULL, (size_t n), n)
FAIL_NEW(GENERAL_NAME, GENERAL_NAME_new)
FAIL_NEW(GENERAL_NAMES, GENERAL_NAMES_new)
FAIL_NEW(GENERAL_SUBTREE, GENERAL_SUBTREE_new)
FAIL_NEW(NAME_CONSTRAINTS, NAME_CONSTRAINTS_new)
FAIL_NEW(ASN1_IA5STRING, ASN1_IA5STRING_new)
FAIL_NEW(ASN1_OCTET_STRING, ASN1_OCTET_STRING_new)
FAIL_NEW(X509, X509_new)
FAIL_NEW(OPENSSL_STACK, OPENSSL_sk_new_null)
FAIL(int, OPENSSL_sk_push, 0, (OPENSSL_STACK * to, const void *p), to, p)
FAIL(
    int, ASN1_STRING_set, 0, (ASN1_STRING * to, const void *p, int n), to, p, n)
FAIL(int, RAND_bytes, 0, (unsigned char *to, int n), to, n)
FAIL(BIGNUM *, BN_bin2bn, NULL, (const unsigned char *p, int n, BIGNUM *to), p,
    n, to)
FAIL(ASN1_INTEGER *, BN_to_ASN1_INTEGER, NULL,
    (const BIGNUM *from, ASN1_INTEGER *to), from, to)
FAIL(X509_EXTENSION *, X509V3_EXT_conf_nid, NULL,
    (LHASH_OF(CONF_VALUE) * conf, X509V3_CTX *ctx, int id, const char *value),
    conf, ctx, id, value)
FAIL(int, X509_add_ext, 0, (X509 * to, X509_EXTENSION *e, int at), to, e, at)
FAIL(int, X509_add1_ext_i2d, 0,
    (X509 * to, int id, void *value, int critical, unsigned long flags), to, id,
    value, critical, flags)
FAIL(int, X509_set_version, 0, (X509 * to, long version), to, version)
FAIL(ASN1_TIME *, X509_gmtime_adj, NULL, (ASN1_TIME * to, long by), to, by)
FAIL(int, X509_set_pubkey, 0, (X509 * to, EVP_PKEY *key), to, key)
FAIL(int, X509_NAME_add_entry_by_txt, 0,
    (X509_NAME * to, const char *field, int kind, const unsigned char *p, int n,
	int at, int set),
    to, field, kind, p, n, at, set)
FAIL(int, X509_set_issuer_name, 0, (X509 * to, const X509_NAME *name), to, name)
FAIL(int, X509_sign, 0, (X509 * to, EVP_PKEY *key, const EVP_MD *by), to, key,
    by)
FAIL(BIO *, BIO_new, NULL, (const BIO_METHOD *method), method)
FAIL(int, PEM_write_bio_X509, 0, (BIO * to, const X509 *x), to, x)
FAIL(int, PEM_write_bio_PKCS8PrivateKey, 0,
    (BIO * to, const EVP_PKEY *key, const EVP_CIPHER *by, const char *word,
	int n, pem_password_cb *ask, void *arg),
    to, key, by, word, n, ask, arg)

EVP_PKEY *__real_EVP_PKEY_Q_keygen(
    OSSL_LIB_CTX *ctx, const char *properties, const char *type, ...);
EVP_PKEY *__wrap_EVP_PKEY_Q_keygen(
    OSSL_LIB_CTX *ctx, const char *properties, const char *type, ...);

/* EVP_EC_gen is a macro with this. */
EVP_PKEY *
__wrap_EVP_PKEY_Q_keygen(
    OSSL_LIB_CTX *ctx, const char *properties, const char *type, ...)
{
	const char *curve;
	va_list more;

	va_start(more, type);
	curve = va_arg(more, const char *);
	va_end(more);
	return call_fails() ?
	    NULL :
	    __real_EVP_PKEY_Q_keygen(ctx, properties, type, curve);
}

/* ---- Certificates ------------------------------------------------------------ */

static const char *const hosts[] = { "api.example.com", "localhost",
	"127.0.0.1", "::1" };

static X509 *
read_pem(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *read = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	ck_assert_ptr_nonnull(read);
	BIO_free(bio);
	return read;
}

/* What X509_verify_cert says. */
static int
verify(X509 *ca, X509 *leaf)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int said;

	ck_assert_int_eq(X509_STORE_add_cert(store, ca), 1);
	ck_assert_int_eq(X509_STORE_CTX_init(ctx, store, leaf, NULL), 1);
	X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_SSL_SERVER);
	X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_X509_STRICT);
	(void)X509_verify_cert(ctx);
	said = X509_STORE_CTX_get_error(ctx);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return said;
}

static bool
is_for(X509 *leaf, const char *host)
{
	unsigned char address[16];

	return address_of(host, address) > 0 ?
	    X509_check_ip_asc(leaf, host, 0) == 1 :
	    X509_check_host(leaf, host, 0, 0, NULL) == 1;
}

START_TEST(its_host_is_believed)
{
	struct authority a;
	X509 *ca, *leaf;

	ck_assert(authority_make(&a, hosts[_i]));
	ck_assert_ptr_nonnull(strstr(a.key, "PRIVATE KEY"));
	ck_assert_ptr_null(strstr(a.ca, "PRIVATE"));
	ca = read_pem(a.ca);
	leaf = read_pem(a.certificate);
	ck_assert_int_eq(verify(ca, leaf), X509_V_OK);
	for (int i = 0; i < ROWS(hosts); i++)
		ck_assert(is_for(leaf, hosts[i]) == (i == _i));
	X509_free(leaf);
	X509_free(ca);
	authority_forget_key(&a);
	ck_assert_ptr_null(a.key);
	authority_free(&a);
}
END_TEST

static const char *const others[] = { "other.example.com", "example.com",
	"sub.api.example.com", "sub.localhost", "api.example.com", "localhost",
	"127.0.0.2", "127.0.0.1", "::2", "::1", "com" };

/* As somebody could who had kept the authority's key. */
START_TEST(nothing_else_is)
{
	EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
	X509 *ca = make_ca(ca_key, hosts[_i]);

	for (int i = 0; i < ROWS(others); i++) {
		X509 *leaf = make_leaf(key, ca, ca_key, others[i]);
		const int said = verify(ca, leaf);

		if (strcmp(others[i], hosts[_i]) == 0)
			ck_assert_int_eq(said, X509_V_OK);
		else
			ck_assert_msg(said == X509_V_ERR_PERMITTED_VIOLATION ||
				said == X509_V_ERR_EXCLUDED_VIOLATION,
			    "%s by the authority of %s: %d", others[i],
			    hosts[_i], said);
		X509_free(leaf);
	}
	X509_free(ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
}
END_TEST

START_TEST(a_long_name_is_refused)
{
	char host[400];
	struct authority a;

	memset(host, 'a', sizeof(host) - 1);
	host[sizeof(host) - 1] = '\0';
	ck_assert(!authority_make(&a, host));
	ck_assert_ptr_null(a.ca);
}
END_TEST

/* Each call fails in turn: there is no authority by halves. */
START_TEST(a_call_fails)
{
	struct authority a;
	bool ok, failed;
	int n = 0;

	do {
		calls_left = n++;
		ok = authority_make(&a, hosts[_i]);
		failed = calls_left < 0;
		calls_left = -1;
		ck_assert_msg(ok != failed, "call %d", n);
		ck_assert_msg((a.ca == NULL) == failed, "call %d", n);
		ck_assert_msg((a.certificate == NULL) == failed, "call %d", n);
		ck_assert_msg((a.key == NULL) == failed, "call %d", n);
		authority_free(&a);
	} while (failed);
	ck_assert_int_gt(n, 50);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("authority");
	TCase *tc = tcase_create("authority");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, its_host_is_believed, 0, ROWS(hosts));
	tcase_add_loop_test(tc, nothing_else_is, 0, ROWS(hosts));
	tcase_add_test(tc, a_long_name_is_refused);
	tcase_add_loop_test(tc, a_call_fails, 0, ROWS(hosts));
	return run_suite(suite);
}
