/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clients differ in what a constraint of DNS names means: that of a name allows
 * its subdomains, too, so that these are excluded by another one.
 */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "run/authority.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define LIFE (365L * 86400) /* seconds; no run is to outlive it */
#define SKEW 3600L /* of another clock */
#define HOST_MAX 253 /* bytes: RFC 1035, 2.3.4 */
#define NAME "apam run"

/* ---- Names --------------------------------------------------------------- */

/* The bytes of an address, and how many; 0: it is a name. */
static size_t
address_of(const char *host, unsigned char to[16])
{
	if (inet_pton(AF_INET, host, to) == 1)
		return 4;
	return inet_pton(AF_INET6, host, to) == 1 ? 16 : 0;
}

/* A name of either kind; NULL without memory. */
static GENERAL_NAME *
new_name(int type, const void *bytes, size_t n)
{
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_STRING *value = type == GEN_DNS ? ASN1_IA5STRING_new() :
					       ASN1_OCTET_STRING_new();

	if (name != NULL && value != NULL &&
	    ASN1_STRING_set(value, bytes, (int)n) == 1) {
		GENERAL_NAME_set0_value(name, type, value);
		return name;
	}
	ASN1_STRING_free(value);
	GENERAL_NAME_free(name);
	return NULL;
}

static GENERAL_NAME *
name_of(const char *host)
{
	unsigned char address[16];
	const size_t n = address_of(host, address);

	return n > 0 ? new_name(GEN_IPADD, address, n) :
		       new_name(GEN_DNS, host, strlen(host));
}

static bool
set_name(X509 *certificate, const char *host)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	GENERAL_NAME *name = name_of(host);
	bool ok = names != NULL && name != NULL &&
	    sk_GENERAL_NAME_push(names, name) > 0;

	if (!ok)
		GENERAL_NAME_free(name);
	ok = ok &&
	    X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0,
		X509V3_ADD_DEFAULT) == 1;
	GENERAL_NAMES_free(names);
	return ok;
}

/* ---- Constraints --------------------------------------------------------- */

typedef STACK_OF(GENERAL_SUBTREE) subtrees;

static bool
add_subtree(subtrees **to, GENERAL_NAME *name)
{
	GENERAL_SUBTREE *subtree = GENERAL_SUBTREE_new();

	if (*to == NULL)
		*to = sk_GENERAL_SUBTREE_new_null();
	if (subtree == NULL || name == NULL || *to == NULL ||
	    sk_GENERAL_SUBTREE_push(*to, subtree) <= 0) {
		GENERAL_SUBTREE_free(subtree);
		GENERAL_NAME_free(name);
		return false;
	}
	GENERAL_NAME_free(subtree->base);
	subtree->base = name;
	return true;
}

/* An address with its mask, of which every bit counts, or none. */
static bool
add_network(subtrees **to, const unsigned char *address, size_t n)
{
	unsigned char both[32] = { 0 };

	if (address != NULL) {
		memcpy(both, address, n);
		memset(both + n, 0xff, n);
	}
	return add_subtree(to, new_name(GEN_IPADD, both, 2 * n));
}

/* A kind of names of which none is permitted is not constrained; so exclude. */
static bool
allow_address(NAME_CONSTRAINTS *only, const unsigned char *address, size_t n)
{
	return add_network(&only->permittedSubtrees, address, n) &&
	    add_subtree(&only->excludedSubtrees, new_name(GEN_DNS, "", 0));
}

/* The host itself and nothing below it. */
static bool
allow_name(NAME_CONSTRAINTS *only, const char *host)
{
	char below[HOST_MAX + 2] = ".";

	if (strlen(host) > HOST_MAX)
		return false;
	strcat(below, host);
	return add_subtree(&only->permittedSubtrees,
		   new_name(GEN_DNS, host, strlen(host))) &&
	    add_subtree(&only->excludedSubtrees,
		new_name(GEN_DNS, below, strlen(below))) &&
	    add_network(&only->excludedSubtrees, NULL, 4) &&
	    add_network(&only->excludedSubtrees, NULL, 16);
}

static bool
constrain(X509 *ca, const char *host)
{
	NAME_CONSTRAINTS *only = NAME_CONSTRAINTS_new();
	unsigned char address[16];
	const size_t n = address_of(host, address);
	bool ok = only != NULL;

	if (ok)
		ok = n > 0 ? allow_address(only, address, n) :
			     allow_name(only, host);
	ok = ok &&
	    X509_add1_ext_i2d(
		ca, NID_name_constraints, only, 1, X509V3_ADD_DEFAULT) == 1;
	NAME_CONSTRAINTS_free(only);
	return ok;
}

/* ---- Certificates -------------------------------------------------------- */

static bool
set_serial(X509 *certificate)
{
	unsigned char bytes[16];
	BIGNUM *number;
	bool ok;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return false;
	bytes[0] = (unsigned char)((bytes[0] & 0x7f) | 0x40);
	number = BN_bin2bn(bytes, sizeof(bytes), NULL);
	ok = number != NULL &&
	    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) !=
		NULL;
	BN_free(number);
	return ok;
}

static bool
add_extension(X509 *to, X509 *issuer, int id, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;
	bool ok;

	X509V3_set_ctx(&ctx, issuer, to, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, id, value);
	ok = extension != NULL && X509_add_ext(to, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return ok;
}

/*
 * All that both certificates have but their extensions.  There is no common name:
 * in a certificate without a DNS name, GnuTLS takes it for one.
 */
static X509 *
new_certificate(const char *name, EVP_PKEY *key)
{
	X509 *c = X509_new();
	X509_NAME *subject = c == NULL ? NULL : X509_get_subject_name(c);

	if (c != NULL && X509_set_version(c, X509_VERSION_3) == 1 &&
	    set_serial(c) &&
	    X509_gmtime_adj(X509_getm_notBefore(c), -SKEW) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(c), LIFE) != NULL &&
	    X509_set_pubkey(c, key) == 1 &&
	    X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_ASC,
		(const unsigned char *)name, -1, -1, 0) == 1)
		return c;
	X509_free(c);
	return NULL;
}

static X509 *
make_ca(EVP_PKEY *key, const char *host)
{
	X509 *ca = new_certificate(NAME, key);

	if (ca != NULL &&
	    X509_set_issuer_name(ca, X509_get_subject_name(ca)) == 1 &&
	    add_extension(
		ca, ca, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
	    add_extension(ca, ca, NID_key_usage, "critical,keyCertSign") &&
	    add_extension(ca, ca, NID_subject_key_identifier, "hash") &&
	    constrain(ca, host) && X509_sign(ca, key, EVP_sha256()) > 0)
		return ca;
	X509_free(ca);
	return NULL;
}

static X509 *
make_leaf(EVP_PKEY *key, X509 *ca, EVP_PKEY *ca_key, const char *host)
{
	X509 *leaf = new_certificate(NAME " gateway", key);

	if (leaf != NULL &&
	    X509_set_issuer_name(leaf, X509_get_subject_name(ca)) == 1 &&
	    add_extension(
		leaf, ca, NID_basic_constraints, "critical,CA:FALSE") &&
	    add_extension(
		leaf, ca, NID_key_usage, "critical,digitalSignature") &&
	    add_extension(leaf, ca, NID_ext_key_usage, "serverAuth") &&
	    add_extension(leaf, ca, NID_authority_key_identifier, "keyid") &&
	    set_name(leaf, host) && X509_sign(leaf, ca_key, EVP_sha256()) > 0)
		return leaf;
	X509_free(leaf);
	return NULL;
}

/* ---- PEM ----------------------------------------------------------------- */

/* What was written to `memory`, which is freed; NULL where that failed. */
static char *
text_of(BIO *memory, bool written)
{
	char *bytes = NULL, *text = NULL;
	const long n = written ? BIO_get_mem_data(memory, &bytes) : 0;

	if (n > 0 && (text = malloc((size_t)n + 1)) != NULL) {
		memcpy(text, bytes, (size_t)n);
		text[n] = '\0';
	}
	if (n > 0)
		explicit_bzero(bytes, (size_t)n);
	BIO_free(memory);
	return text;
}

static char *
pem_of_certificate(X509 *certificate)
{
	BIO *memory = BIO_new(BIO_s_mem());

	return text_of(memory,
	    memory != NULL && PEM_write_bio_X509(memory, certificate) == 1);
}

static char *
pem_of_key(EVP_PKEY *key)
{
	BIO *memory = BIO_new(BIO_s_mem());

	return text_of(memory,
	    memory != NULL &&
		PEM_write_bio_PKCS8PrivateKey(
		    memory, key, NULL, NULL, 0, NULL, NULL) == 1);
}

bool
authority_make(struct authority *authority, const char *host)
{
	EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
	X509 *ca = NULL, *leaf = NULL;
	bool ok = false;

	*authority = (struct authority){ .ca = NULL };
	if (ca_key == NULL || key == NULL)
		goto out;
	ca = make_ca(ca_key, host);
	if (ca != NULL)
		leaf = make_leaf(key, ca, ca_key, host);
	if (leaf == NULL)
		goto out;
	authority->ca = pem_of_certificate(ca);
	authority->certificate = pem_of_certificate(leaf);
	authority->key = pem_of_key(key);
	ok = authority->ca != NULL && authority->certificate != NULL &&
	    authority->key != NULL;
out:
	if (!ok)
		authority_free(authority);
	X509_free(leaf);
	X509_free(ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
	return ok;
}

void
authority_forget_key(struct authority *authority)
{
	if (authority->key != NULL)
		explicit_bzero(authority->key, strlen(authority->key));
	free(authority->key);
	authority->key = NULL;
}

void
authority_free(struct authority *authority)
{
	authority_forget_key(authority);
	free(authority->certificate);
	free(authority->ca);
	*authority = (struct authority){ .ca = NULL };
}
