/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EC P-256 keys and X.509 version 3 certificates (RFC 5280) by OpenSSL's API.
 * No file is read or written, and no openssl command is run.
 */
#include "certs.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

static bool
add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	bool ok;

	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	ok = extension && X509_add_ext(cert, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return ok;
}

static bool
set_serial(X509 *cert)
{
	long serial = 0;

	if (RAND_bytes((unsigned char *)&serial, 6) != 1)
		return false;
	return ASN1_INTEGER_set(X509_get_serialNumber(cert), serial + 1) == 1;
}

/* What both certificates have in common; not yet signed. */
static X509 *
new_certificate(const char *name, EVP_PKEY *key)
{
	X509 *cert = X509_new();
	const unsigned char *text = (const unsigned char *)name;

	if (!cert)
		return NULL;
	if (X509_set_version(cert, 2) == 1 && set_serial(cert) &&
	    X509_gmtime_adj(X509_getm_notBefore(cert), -300) &&
	    X509_gmtime_adj(X509_getm_notAfter(cert), 86400) &&
	    X509_set_pubkey(cert, key) == 1 &&
	    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN",
		MBSTRING_ASC, text, -1, -1, 0) == 1)
		return cert;
	X509_free(cert);
	return NULL;
}

static X509 *
make_ca(EVP_PKEY *key)
{
	X509 *ca = new_certificate("apam sandbox throwaway CA", key);

	if (ca && X509_set_issuer_name(ca, X509_get_subject_name(ca)) == 1 &&
	    add_extension(
		ca, ca, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
	    add_extension(ca, ca, NID_key_usage, "critical,keyCertSign") &&
	    add_extension(ca, ca, NID_subject_key_identifier, "hash") &&
	    X509_sign(ca, key, EVP_sha256()) > 0)
		return ca;
	X509_free(ca);
	return NULL;
}

static X509 *
make_server(EVP_PKEY *key, X509 *ca, EVP_PKEY *ca_key)
{
	X509 *cert = new_certificate("localhost", key);

	if (cert &&
	    X509_set_issuer_name(cert, X509_get_subject_name(ca)) == 1 &&
	    add_extension(
		cert, ca, NID_basic_constraints, "critical,CA:FALSE") &&
	    add_extension(
		cert, ca, NID_key_usage, "critical,digitalSignature") &&
	    add_extension(cert, ca, NID_ext_key_usage, "serverAuth") &&
	    add_extension(cert, ca, NID_subject_key_identifier, "hash") &&
	    add_extension(cert, ca, NID_authority_key_identifier, "keyid") &&
	    add_extension(
		cert, ca, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost") &&
	    X509_sign(cert, ca_key, EVP_sha256()) > 0)
		return cert;
	X509_free(cert);
	return NULL;
}

/* The text that was written to BIO, terminated; NULL unless WRITTEN is 1. */
static char *
bio_text(BIO *bio, int written)
{
	char *data, *text = NULL;
	long length;

	if (!bio || written != 1)
		return NULL;
	length = BIO_get_mem_data(bio, &data);
	text = calloc(1, (size_t)length + 1);
	if (text)
		memcpy(text, data, (size_t)length);
	return text;
}

static char *
cert_pem(X509 *cert)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = bio_text(bio, bio ? PEM_write_bio_X509(bio, cert) : 0);

	BIO_free(bio);
	return text;
}

static char *
key_pem(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = bio_text(bio,
	    bio ?
		PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) :
		0);

	BIO_free(bio);
	return text;
}

bool
certs_make(struct certs *certs)
{
	EVP_PKEY *ca_key = EVP_EC_gen("P-256");
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *ca = ca_key ? make_ca(ca_key) : NULL;
	X509 *server = key && ca ? make_server(key, ca, ca_key) : NULL;
	bool ok;

	memset(certs, 0, sizeof(*certs));
	if (server) {
		certs->ca = cert_pem(ca);
		certs->server = cert_pem(server);
		certs->server_key = key_pem(key);
	}
	ok = certs->ca && certs->server && certs->server_key;
	if (!ok)
		certs_clear(certs);
	X509_free(server);
	X509_free(ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
	return ok;
}

void
certs_clear(struct certs *certs)
{
	free(certs->ca);
	free(certs->server);
	free(certs->server_key);
	memset(certs, 0, sizeof(*certs));
}
