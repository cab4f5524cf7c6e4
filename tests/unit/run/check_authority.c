/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/run/authority.c: OpenSSL believes the certificate of the host,
 * and none of the same authority for anything else.
 */
#include "run/authority.c"

#include <openssl/x509.h>

#include "support/run.h"

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

int
main(void)
{
	Suite *suite = suite_create("authority");
	TCase *tc = tcase_create("authority");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, its_host_is_believed, 0, ROWS(hosts));
	tcase_add_loop_test(tc, nothing_else_is, 0, ROWS(hosts));
	tcase_add_test(tc, a_long_name_is_refused);
	return run_suite(suite);
}
