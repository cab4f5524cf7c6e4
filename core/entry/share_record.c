/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sealing and opening.  A key seals once, because its salt is new each time,
 * so nonces cannot repeat under it.  What is plain lives in secret memory; the
 * key and what the ciphers make of it on the stack, wiped after use.
 */
#include "entry/share_record.h"

#include <nettle/gcm.h>
#include <nettle/hmac.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/secmem.h"
#include "base/str.h"
#include "config/profile_conf.h"

#define MAGIC "APAMCRED\1"
#define MAGIC_SIZE 9
#define SALT_SIZE 16
#define NONCE_SIZE 12
#define KEY_SIZE 32
#define INFO "apam credential file 1"
#define COVERED_MAX (MAGIC_SIZE + 4 + PROFILE_NAME_MAX)

_Static_assert(MAGIC_SIZE + SALT_SIZE + NONCE_SIZE == CREDENTIAL_RECORD_HEAD,
    "the head is as documented");
_Static_assert(NONCE_SIZE == GCM_IV_SIZE &&
	CREDENTIAL_RECORD_TAG == GCM_DIGEST_SIZE &&
	KEY_SIZE == AES256_KEY_SIZE && KEY_SIZE == SHA256_DIGEST_SIZE,
    "sizes are the ciphers'");

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

/*
 * HKDF-SHA256, RFC 5869: extract (2.2), then expand (2.3), where a key of one
 * digest's length is T(1) alone.
 */
static void
derive_key(const unsigned char *fingerprint, const unsigned char *salt,
    unsigned char key[KEY_SIZE])
{
	static const unsigned char info[] = INFO "\1";
	struct hmac_sha256_ctx hmac;

	hmac_sha256_set_key(&hmac, SALT_SIZE, salt);
	hmac_sha256_update(&hmac, FINGERPRINT_SIZE, fingerprint);
	hmac_sha256_digest(&hmac, KEY_SIZE, key);
	hmac_sha256_set_key(&hmac, KEY_SIZE, key);
	hmac_sha256_update(&hmac, sizeof(info) - 1, info);
	hmac_sha256_digest(&hmac, KEY_SIZE, key);
	wipe(&hmac, sizeof(hmac));
}

/*
 * What the tag covers beside the encrypted bytes: in one call, since nettle
 * takes nothing but whole blocks before the last.
 */
static void
put_covered(struct gcm_aes256_ctx *gcm, const struct credential_owner *owner,
    size_t name_size)
{
	unsigned char covered[COVERED_MAX] = MAGIC;

	for (unsigned i = 0; i < 4; i++)
		covered[MAGIC_SIZE + i] = (unsigned char)(owner->entry >>
		    (8 * i));
	memcpy(covered + MAGIC_SIZE + 4, owner->profile, name_size);
	gcm_aes256_update(gcm, MAGIC_SIZE + 4 + name_size, covered);
}

/*
 * AES-256-GCM set up for the record that starts with `head`; wipe it after use.
 * False where the owner's name is too long.
 */
static bool
cipher_init(struct gcm_aes256_ctx *gcm, const char *head,
    const struct credential_owner *owner)
{
	const unsigned char *salt = (const unsigned char *)head + MAGIC_SIZE;
	const size_t n = strlen(owner->profile);
	unsigned char key[KEY_SIZE];

	if (n > PROFILE_NAME_MAX)
		return false;
	derive_key(owner->fingerprint, salt, key);
	gcm_aes256_set_key(gcm, key);
	gcm_aes256_set_iv(gcm, NONCE_SIZE, salt + SALT_SIZE);
	put_covered(gcm, owner, n);
	wipe(key, sizeof(key));
	return true;
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
	unsigned char *p = (unsigned char *)plain->p;
	unsigned char tag[CREDENTIAL_RECORD_TAG];
	struct gcm_aes256_ctx gcm;

	if (!cipher_init(&gcm, head, owner))
		return false;
	gcm_aes256_encrypt(&gcm, plain->n, p, p);
	gcm_aes256_digest(&gcm, sizeof(tag), tag);
	wipe(&gcm, sizeof(gcm));
	buf_put(plain, (struct apam_str){ (char *)tag, sizeof(tag) });
	return !plain->failed;
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
		return "the credential file has impossible times";
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

/*
 * Decrypt `sealed`, without head and tag, to as many bytes at `to`.  Nothing is
 * believed before the tag was found right; where it is not, they are wiped.
 */
static bool
decrypt(const char *head, const struct credential_owner *owner,
    struct apam_str sealed, struct apam_str tag, unsigned char *to)
{
	char right[CREDENTIAL_RECORD_TAG];
	struct gcm_aes256_ctx gcm;
	bool ok;

	if (!cipher_init(&gcm, head, owner))
		return false;
	gcm_aes256_decrypt(&gcm, sealed.n, to, (const unsigned char *)sealed.p);
	gcm_aes256_digest(&gcm, sizeof(right), (unsigned char *)right);
	wipe(&gcm, sizeof(gcm));
	ok = bytes_equal((struct apam_str){ right, sizeof(right) }, tag);
	wipe(right, sizeof(right));
	if (!ok)
		wipe(to, sealed.n);
	return ok;
}

const char *
credential_record_open(struct apam_str bytes,
    const struct credential_owner *owner,
    const struct credential_moment *moment, struct credential_record *to)
{
	const char *why = "the credential file was made with another secret, "
			  "or changed";
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
	if (plain == NULL)
		return "out of memory";
	if (decrypt(bytes.p, owner, sealed, tag, plain))
		why = credential_record_decode(
		    (struct apam_str){ (char *)plain, sealed.n }, moment, to);
	secmem_free(plain, got);
	return why;
}

void
credential_record_free(struct credential_record *record)
{
	buf_free(&record->secret);
	*record = (struct credential_record){ .secret = { 0 } };
}
