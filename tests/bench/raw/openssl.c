/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What OpenSSL alone takes of a process that finds a shared credential: it is
 * loaded, as apam does it when something is first to be opened, reads openssl.cnf,
 * and has the least fetched that opening asks for: SHA-256, HKDF, AES-256-GCM.
 * Nothing is read or checked beside that, and nothing is given back at the end.
 */
#include <dlfcn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

#define KEY_SIZE 32
#define RECORD_SIZE 400

/* The functions of OpenSSL that this program calls. */
static struct {
	int (*init)(uint64_t what, const OPENSSL_INIT_SETTINGS *settings);
	EVP_MD *(*md_fetch)(OSSL_LIB_CTX *, const char *, const char *);
	EVP_KDF *(*kdf_fetch)(OSSL_LIB_CTX *, const char *, const char *);
	EVP_CIPHER *(*cipher_fetch)(OSSL_LIB_CTX *, const char *, const char *);
	int (*digest)(const void *, size_t, unsigned char *, unsigned *,
	    const EVP_MD *, ENGINE *);
	EVP_KDF_CTX *(*kdf_new)(EVP_KDF *);
	int (*derive)(
	    EVP_KDF_CTX *, unsigned char *, size_t, const OSSL_PARAM *);
	OSSL_PARAM (*text)(const char *, char *, size_t);
	OSSL_PARAM (*octets)(const char *, void *, size_t);
	OSSL_PARAM (*end)(void);
	EVP_CIPHER_CTX *(*cipher_new)(void);
	int (*decrypt)(EVP_CIPHER_CTX *, const EVP_CIPHER *,
	    const unsigned char *, const unsigned char *, const OSSL_PARAM *);
	int (*update)(EVP_CIPHER_CTX *, unsigned char *, int *,
	    const unsigned char *, int);
} o;

/* All pointers to functions are of one size, POSIX says of dlsym. */
static const struct {
	void *at;
	const char *name;
} names[] = {
	{ &o.init, "OPENSSL_init_crypto" },
	{ &o.md_fetch, "EVP_MD_fetch" },
	{ &o.kdf_fetch, "EVP_KDF_fetch" },
	{ &o.cipher_fetch, "EVP_CIPHER_fetch" },
	{ &o.digest, "EVP_Digest" },
	{ &o.kdf_new, "EVP_KDF_CTX_new" },
	{ &o.derive, "EVP_KDF_derive" },
	{ &o.text, "OSSL_PARAM_construct_utf8_string" },
	{ &o.octets, "OSSL_PARAM_construct_octet_string" },
	{ &o.end, "OSSL_PARAM_construct_end" },
	{ &o.cipher_new, "EVP_CIPHER_CTX_new" },
	{ &o.decrypt, "EVP_DecryptInit_ex2" },
	{ &o.update, "EVP_DecryptUpdate" },
};

static int
load(void)
{
	void *library = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
	void *found;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		found = library == NULL ? NULL : dlsym(library, names[i].name);
		if (found == NULL)
			return 0;
		memcpy(names[i].at, &found, sizeof(found));
	}
	return o.init(OPENSSL_INIT_NO_ATEXIT, NULL) == 1 &&
	    o.init(OPENSSL_INIT_LOAD_CONFIG, NULL) == 1;
}

/* A key of a secret's digest. */
static int
derive(unsigned char key[KEY_SIZE])
{
	static char hash[] = OSSL_DIGEST_NAME_SHA2_256, salt[] = "salt";
	unsigned char secret[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	EVP_MD *md = o.md_fetch(NULL, hash, NULL);
	EVP_KDF *hkdf = o.kdf_fetch(NULL, OSSL_KDF_NAME_HKDF, NULL);
	OSSL_PARAM how[4];

	if (md == NULL || hkdf == NULL ||
	    o.digest("not-a-secret", 12, secret, &n, md, NULL) != 1)
		return 0;
	how[0] = o.text(OSSL_KDF_PARAM_DIGEST, hash, 0);
	how[1] = o.octets(OSSL_KDF_PARAM_KEY, secret, n);
	how[2] = o.octets(OSSL_KDF_PARAM_SALT, salt, sizeof(salt));
	how[3] = o.end();
	return o.derive(o.kdf_new(hkdf), key, KEY_SIZE, how) == 1;
}

int
main(void)
{
	static unsigned char record[RECORD_SIZE], nonce[12];
	unsigned char key[KEY_SIZE];
	EVP_CIPHER *gcm;
	EVP_CIPHER_CTX *to;
	int n;

	if (!load() || !derive(key))
		return 1;
	gcm = o.cipher_fetch(NULL, "AES-256-GCM", NULL);
	to = o.cipher_new();
	if (gcm == NULL || to == NULL ||
	    o.decrypt(to, gcm, key, nonce, NULL) != 1)
		return 1;
	/* Whether its tag is right takes no time worth speaking of. */
	return o.update(to, record, &n, record, sizeof(record)) == 1 ? 0 : 1;
}
