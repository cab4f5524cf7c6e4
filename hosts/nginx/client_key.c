/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Neither nginx's own reader nor OpenSSL's for PEM is used: the first writes the
 * key into nginx's log of level debug, and both leave copies of it in memory
 * that was freed.
 */
#include "client_key.h"

/* The bytes of a key, and how they are to be freed. */
struct der {
	unsigned char *bytes;
	long n;
	char *kind; /* as in the line "-----BEGIN kind-----" */
};

/* Nobody is asked for a passphrase that there is not. */
static int
give_passphrase(char *to, int size, int writing, void *passphrase)
{
	const size_t n = strlen(passphrase);

	(void)writing;
	if (n == 0 || n > (size_t)size)
		return -1;
	memcpy(to, passphrase, n);
	return (int)n;
}

/* RFC 5958, 3. */
static EVP_PKEY *
decrypt(const struct der *der, void *passphrase)
{
	BIO *from = BIO_new_mem_buf(der->bytes, (int)der->n);
	EVP_PKEY *key = NULL;

	if (from != NULL)
		key = d2i_PKCS8PrivateKey_bio(
		    from, NULL, give_passphrase, passphrase);
	BIO_free(from);
	return key;
}

static EVP_PKEY *
read_der(const unsigned char *bytes, long n)
{
	return d2i_AutoPrivateKey(NULL, &bytes, n);
}

static EVP_PKEY *
read_pem(const struct apam_client_certificate *pair)
{
	BIO *from = BIO_new_mem_buf(pair->key.p, (int)pair->key.n);
	void *passphrase = (void *)(uintptr_t)pair->passphrase;
	struct der der = { NULL, 0, NULL };
	EVP_PKEY *key = NULL;

	if (from != NULL &&
	    PEM_bytes_read_bio_secmem(&der.bytes, &der.n, &der.kind,
		PEM_STRING_EVP_PKEY, from, give_passphrase, passphrase) == 1)
		key = strcmp(der.kind, PEM_STRING_PKCS8) == 0 ?
		    decrypt(&der, passphrase) :
		    read_der(der.bytes, der.n);
	OPENSSL_secure_clear_free(der.bytes, (size_t)der.n);
	OPENSSL_secure_free(der.kind);
	BIO_free(from);
	return key;
}

static bool
use_key(SSL *ssl, const struct apam_client_certificate *pair)
{
	EVP_PKEY *key = strcmp(pair->key_type, "PEM") == 0 ?
	    read_pem(pair) :
	    read_der((const unsigned char *)pair->key.p, (long)pair->key.n);
	const bool used = key != NULL && SSL_use_PrivateKey(ssl, key) == 1 &&
	    SSL_check_private_key(ssl) == 1;

	EVP_PKEY_free(key);
	return used;
}

/* The first one is the client's, and those that issued it follow. */
static bool
use_certificates(SSL *ssl, struct apam_str pem)
{
	BIO *from = BIO_new_mem_buf(pem.p, (int)pem.n);
	X509 *one = NULL;
	bool used;

	if (from != NULL)
		one = PEM_read_bio_X509(from, NULL, NULL, NULL);
	used = one != NULL && SSL_use_certificate(ssl, one) == 1;
	X509_free(one);
	while (
	    used && (one = PEM_read_bio_X509(from, NULL, NULL, NULL)) != NULL) {
		used = SSL_add1_chain_cert(ssl, one) == 1;
		X509_free(one);
	}
	BIO_free(from);
	return used;
}

bool
client_key_use(SSL *ssl, const struct apam_client_certificate *pair)
{
	const bool used = use_certificates(ssl, pair->certificate) &&
	    use_key(ssl, pair);

	/* Also where the end of the file was found. */
	ERR_clear_error();
	return used;
}

void
client_key_forget(SSL *ssl)
{
	SSL_certs_clear(ssl);
}
