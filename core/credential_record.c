/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sealing and opening.  A key seals once, because its salt is new each time,
 * so nonces cannot repeat under it.  What is plain lives in secret memory.
 *
 * OpenSSL: in a new process the first use of any digest or cipher costs most
 * of a millisecond, whichever of its interfaces asks; later ones cost
 * microseconds.  So nothing is kept between calls.
 */
#include "credential_record.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "clock.h"
#include "random.h"
#include "secmem.h"
#include "str.h"

#define MAGIC "APAMCRED\1"
#define MAGIC_SIZE 9
#define SALT_SIZE 16
#define NONCE_SIZE 12
#define KEY_SIZE 32
#define INFO "apam credential file 1"

_Static_assert(MAGIC_SIZE + SALT_SIZE + NONCE_SIZE == CREDENTIAL_RECORD_HEAD,
    "the head is as documented");

/* ---- Numbers and times ------------------------------------------------ */

static void
put_number(struct buf *to, int64_t n)
{
	for (unsigned i = 0; i < 64; i += 8)
		buf_put_char(to, (char)(unsigned char)((uint64_t)n >> i));
}

/* Eight bytes at p. */
static int64_t
number_at(const char *p)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < 8; i++)
		n |= (uint64_t)(unsigned char)p[i] << (8 * i);
	return (int64_t)n;
}

bool
credential_moment_now(struct credential_moment *moment)
{
	moment->now = clock_ms();
	return boot_id(moment->boot);
}

/* ---- Key and cipher --------------------------------------------------- */

/* OpenSSL's parameters point to what they do not change. */
static OSSL_PARAM
bytes_param(const char *name, const void *bytes, size_t n)
{
	return OSSL_PARAM_construct_octet_string(
	    name, (void *)(uintptr_t)bytes, n);
}

/* HKDF-SHA256, RFC 5869: extract and expand. */
static bool
derive_key(const unsigned char *fingerprint, const char *salt,
    unsigned char key[KEY_SIZE])
{
	static char sha256[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_KDF_PARAM_DIGEST, sha256, 0),
		bytes_param(OSSL_KDF_PARAM_KEY, fingerprint, FINGERPRINT_SIZE),
		bytes_param(OSSL_KDF_PARAM_SALT, salt, SALT_SIZE),
		bytes_param(OSSL_KDF_PARAM_INFO, INFO, sizeof(INFO) - 1),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF *hkdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_HKDF, NULL);
	EVP_KDF_CTX *ctx = NULL;
	bool ok;

	if (hkdf != NULL)
		ctx = EVP_KDF_CTX_new(hkdf);
	ok = ctx != NULL && EVP_KDF_derive(ctx, key, KEY_SIZE, params) == 1;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(hkdf);
	return ok;
}

/* Feed what the tag covers beside the encrypted bytes. */
static bool
put_covered(EVP_CIPHER_CTX *gcm, const struct credential_owner *owner)
{
	const struct apam_str name = apam_str(owner->profile);
	unsigned char fixed[MAGIC_SIZE + 4];
	int n;

	if (name.n > INT32_MAX)
		return false;
	memcpy(fixed, MAGIC, MAGIC_SIZE);
	for (unsigned i = 0; i < 4; i++)
		fixed[MAGIC_SIZE + i] = (unsigned char)(owner->entry >>
		    (8 * i));
	return EVP_CipherUpdate(gcm, NULL, &n, fixed, sizeof(fixed)) == 1 &&
	    EVP_CipherUpdate(
		gcm, NULL, &n, (const unsigned char *)name.p, (int)name.n) == 1;
}

/* AES-256-GCM set up for the record that starts with `head`; NULL: failed. */
static EVP_CIPHER_CTX *
cipher_new(const char *head, const struct credential_owner *owner, bool encrypt)
{
	const char *salt = head + MAGIC_SIZE, *nonce = salt + SALT_SIZE;
	EVP_CIPHER_CTX *gcm = EVP_CIPHER_CTX_new();
	unsigned char key[KEY_SIZE] = { 0 };
	bool ok;

	ok = gcm != NULL && derive_key(owner->fingerprint, salt, key) &&
	    EVP_CipherInit_ex(gcm, EVP_aes_256_gcm(), NULL, key,
		(const unsigned char *)nonce, encrypt) == 1 &&
	    put_covered(gcm, owner);
	wipe(key, sizeof(key));
	if (ok)
		return gcm;
	EVP_CIPHER_CTX_free(gcm);
	return NULL;
}

/* ---- Sealing ---------------------------------------------------------- */

static void
encode(const struct credential_record *record,
    const struct credential_moment *moment, struct buf *plain)
{
	buf_put(plain, (struct apam_str){ moment->boot, BOOT_ID_SIZE });
	put_number(plain, record->expires);
	put_number(plain, record->sent);
	put_number(plain, record->acquired);
	buf_put(plain, buf_view(&record->secret));
}

/* Encrypt in place and append the tag. */
static bool
encrypt(
    const char *head, const struct credential_owner *owner, struct buf *plain)
{
	EVP_CIPHER_CTX *gcm = cipher_new(head, owner, true);
	unsigned char *p = (unsigned char *)plain->p;
	char tag[CREDENTIAL_RECORD_TAG];
	int n = 0, rest = 0;
	bool ok;

	ok = gcm != NULL &&
	    EVP_CipherUpdate(gcm, p, &n, p, (int)plain->n) == 1 &&
	    EVP_CipherFinal_ex(gcm, p + n, &rest) == 1 &&
	    EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_AEAD_GET_TAG, sizeof(tag), tag) ==
		1;
	EVP_CIPHER_CTX_free(gcm);
	if (ok)
		buf_put(plain, (struct apam_str){ tag, sizeof(tag) });
	return ok && !plain->failed;
}

bool
credential_record_seal(const struct credential_record *record,
    const struct credential_owner *owner,
    const struct credential_moment *moment, struct buf *to)
{
	char head[CREDENTIAL_RECORD_HEAD] = MAGIC;
	const size_t n = record->secret.n;
	struct buf plain;
	bool ok = false;

	if (n == 0 || n > CREDENTIAL_RECORD_SECRET_MAX)
		return false;
	buf_init(&plain, CREDENTIAL_RECORD_MAX);
	encode(record, moment, &plain);
	if (!plain.failed &&
	    random_bytes(head + MAGIC_SIZE, SALT_SIZE + NONCE_SIZE))
		ok = encrypt(head, owner, &plain);
	if (ok) {
		buf_put(to, (struct apam_str){ head, sizeof(head) });
		buf_put(to, buf_view(&plain));
	}
	buf_free(&plain);
	if (ok && !to->failed)
		return true;
	buf_free(to);
	return false;
}

/* ---- Opening ---------------------------------------------------------- */

static const char *
times_problem(
    const struct credential_record *r, const struct credential_moment *moment)
{
	/* A clock namespace (time_namespaces(7)) may be ahead or behind. */
	if (r->sent < 0 || r->sent > moment->now || r->expires < r->sent)
		return "the credential file has times that cannot be";
	if (r->expires <= moment->now)
		return "the credential in the file has expired";
	return NULL;
}

const char *
credential_record_decode(struct apam_str plain,
    const struct credential_moment *moment, struct credential_record *to)
{
	const char *times = plain.p + BOOT_ID_SIZE, *why;
	struct apam_str secret;

	*to = (struct credential_record){ .secret = { 0 } };
	if (plain.n <= CREDENTIAL_RECORD_TIMES)
		return "the credential file holds no credential";
	secret = str_skip(plain, CREDENTIAL_RECORD_TIMES);
	if (secret.n > CREDENTIAL_RECORD_SECRET_MAX)
		return "the credential file is too large";
	if (memcmp(plain.p, moment->boot, BOOT_ID_SIZE) != 0)
		return "the credential file is from before the last boot";
	to->expires = number_at(times);
	to->sent = number_at(times + 8);
	to->acquired = number_at(times + 16);
	why = times_problem(to, moment);
	if (why == NULL) {
		buf_init(&to->secret, CREDENTIAL_RECORD_SECRET_MAX);
		buf_put(&to->secret, secret);
		if (to->secret.failed)
			why = "out of memory";
	}
	if (why != NULL)
		credential_record_free(to);
	return why;
}

/* Decrypt `sealed`, without head and tag, to as many bytes at `to`. */
static bool
decrypt(EVP_CIPHER_CTX *gcm, struct apam_str sealed, struct apam_str tag,
    unsigned char *to)
{
	int n = 0, rest = 0;

	return EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_AEAD_SET_TAG, (int)tag.n,
		   (void *)(uintptr_t)tag.p) == 1 &&
	    EVP_CipherUpdate(gcm, to, &n, (const unsigned char *)sealed.p,
		(int)sealed.n) == 1 &&
	    EVP_CipherFinal_ex(gcm, to + n, &rest) == 1;
}

const char *
credential_record_open(struct apam_str bytes,
    const struct credential_owner *owner,
    const struct credential_moment *moment, struct credential_record *to)
{
	const char *why = "the credential file was made with another secret, "
			  "or changed";
	EVP_CIPHER_CTX *gcm;
	struct apam_str sealed, tag;
	unsigned char *plain;
	size_t got;

	*to = (struct credential_record){ .secret = { 0 } };
	if (bytes.n < CREDENTIAL_RECORD_HEAD + CREDENTIAL_RECORD_TAG)
		return "the credential file is too short";
	if (bytes.n > CREDENTIAL_RECORD_MAX)
		return "the credential file is too large";
	if (memcmp(bytes.p, MAGIC, MAGIC_SIZE) != 0)
		return "the credential file is of another version";
	tag = str_skip(bytes, bytes.n - CREDENTIAL_RECORD_TAG);
	sealed = str_skip(str_cut(bytes, bytes.n - CREDENTIAL_RECORD_TAG),
	    CREDENTIAL_RECORD_HEAD);
	plain = secmem_alloc(sealed.n + 1, &got);
	gcm = cipher_new(bytes.p, owner, false);
	if (plain == NULL || gcm == NULL)
		why = "out of memory";
	/* Nothing is believed before the tag was found right. */
	else if (decrypt(gcm, sealed, tag, plain))
		why = credential_record_decode(
		    (struct apam_str){ (char *)plain, sealed.n }, moment, to);
	EVP_CIPHER_CTX_free(gcm);
	secmem_free(plain, got);
	return why;
}

void
credential_record_free(struct credential_record *record)
{
	buf_free(&record->secret);
	*record = (struct credential_record){ .secret = { 0 } };
}
