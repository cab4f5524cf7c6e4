/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates for servers on loopback, and a server's side of TLS.
 */
#ifndef TESTS_CERTIFICATE_H
#define TESTS_CERTIFICATE_H

#include <check.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/*
 * A certificate for 127.0.0.1, not yet signed, valid from `from` until `until`,
 * in seconds from now.
 */
static inline X509 *
certificate_new(EVP_PKEY *key, const char *name, long from, long until)
{
	X509 *cert = X509_new();
	X509_NAME *subject = X509_get_subject_name(cert);
	X509_EXTENSION *san = X509V3_EXT_conf_nid(
	    NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");

	ck_assert_ptr_nonnull(san);
	(void)X509_set_version(cert, 2);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	(void)X509_gmtime_adj(X509_getm_notBefore(cert), from);
	(void)X509_gmtime_adj(X509_getm_notAfter(cert), until);
	(void)X509_set_pubkey(cert, key);
	(void)X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
	    (const unsigned char *)name, -1, -1, 0);
	(void)X509_add_ext(cert, san, -1);
	X509_EXTENSION_free(san);
	return cert;
}

/* `issuer` may be the certificate itself. */
static inline void
certificate_sign(X509 *cert, const X509 *issuer, EVP_PKEY *issuers_key)
{
	(void)X509_set_issuer_name(cert, X509_get_subject_name(issuer));
	ck_assert_int_gt(X509_sign(cert, issuers_key, EVP_sha256()), 0);
}

static inline void
certificate_write(X509 *cert, const char *path)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(PEM_write_X509(f, cert), 1);
	ck_assert_int_eq(fclose(f), 0);
}

/* A server's side of TLS. */
static inline SSL_CTX *
certificate_serve(X509 *cert, EVP_PKEY *key)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

	ck_assert_ptr_nonnull(tls);
	ck_assert_int_eq(SSL_CTX_use_certificate(tls, cert), 1);
	ck_assert_int_eq(SSL_CTX_use_PrivateKey(tls, key), 1);
	return tls;
}

/* A server with a certificate that signs itself, written to `path` as a CA. */
static inline SSL_CTX *
certificate_serve_own(const char *path)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = certificate_new(key, "apam test", -60, 3600);
	SSL_CTX *tls;

	certificate_sign(cert, cert, key);
	certificate_write(cert, path);
	tls = certificate_serve(cert, key);
	X509_free(cert);
	EVP_PKEY_free(key);
	return tls;
}

#endif
