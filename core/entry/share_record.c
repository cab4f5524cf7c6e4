/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sealing and opening.  A key seals once, because its salt is new each time,
 * so nonces cannot repeat under it.  What is plain lives in secret memory.
 */
#include "entry/share_record.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/secmem.h"
#include "base/str.h"
#include "config/profile_conf.h"
#include "crypto/seal.h"

#define MAGIC "APAMCRED\1"
#define MAGIC_SIZE 9
#define SALT_SIZE 16
#define INFO "apam credential file 1"
#define COVERED_MAX (MAGIC_SIZE + 4 + PROFILE_NAME_MAX)

_Static_assert(MAGIC_SIZE + SALT_SIZE + SEAL_NONCE_SIZE == SHARE_RECORD_HEAD,
    "the head is as documented");
_Static_assert(SHARE_RECORD_TAG == SEAL_TAG_SIZE, "so is the tag");

/* ---- Numbers and times ------------------------------------------------ */

static void
put_record_number(struct buf *to, int64_t n)
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

/* What the tag covers beside the encrypted bytes; its length. */
static size_t
write_covered(const struct share_identity *identity, size_t name_size,
    char to[COVERED_MAX])
{
	memcpy(to, MAGIC, MAGIC_SIZE);
	for (unsigned i = 0; i < 4; i++)
		to[MAGIC_SIZE + i] = (char)(unsigned char)(identity->entry >>
		    (8 * i));
	memcpy(to + MAGIC_SIZE + 4, identity->profile, name_size);
	return MAGIC_SIZE + 4 + name_size;
}

/*
 * How the record that starts with `head` is sealed.  False where the identity's
 * name is too long.
 */
static bool
describe_sealing(struct crypto_sealing *to, char *head,
    char covered[COVERED_MAX], const struct share_identity *identity)
{
	const size_t n = strlen(identity->profile);

	if (n > PROFILE_NAME_MAX)
		return false;
	*to = (struct crypto_sealing){
		.secret = { (const char *)identity->fingerprint,
		    FINGERPRINT_SIZE },
		.salt = { head + MAGIC_SIZE, SALT_SIZE },
		.info = APAM_STR(INFO),
		.covered = { covered, write_covered(identity, n, covered) },
		.nonce = (unsigned char *)head + MAGIC_SIZE + SALT_SIZE,
	};
	return true;
}

/* ---- Sealing ---------------------------------------------------------- */

static void
encode(const struct share_record *record,
    const struct credential_moment *moment, struct buf *plain)
{
	buf_put(plain, (struct apam_str){ moment->boot, BOOT_ID_SIZE });
	put_record_number(plain, record->expires);
	put_record_number(plain, record->sent);
	put_record_number(plain, record->acquired);
	buf_put(plain, buf_view(&record->secret));
}

/* Encrypt in place, append the tag, and put the nonce into the head. */
static bool
encrypt(char *head, const struct share_identity *identity, struct buf *plain)
{
	unsigned char tag[SHARE_RECORD_TAG];
	struct apam_error why = APAM_ERROR_INIT;
	struct crypto_sealing sealing;
	char covered[COVERED_MAX];

	if (!describe_sealing(&sealing, head, covered, identity))
		return false;
	sealing.bytes = (unsigned char *)plain->p;
	sealing.n = plain->n;
	sealing.tag = tag;
	if (seal(&sealing, &why) != APAM_OK)
		return false;
	buf_put(plain, (struct apam_str){ (char *)tag, sizeof(tag) });
	return !plain->failed;
}

bool
share_record_seal(const struct share_record *record,
    const struct share_identity *identity,
    const struct credential_moment *moment, struct buf *to)
{
	char head[SHARE_RECORD_HEAD] = MAGIC;
	const size_t n = record->secret.n;
	struct buf plain;
	bool ok = false;

	if (n == 0 || n > SHARE_RECORD_SECRET_MAX)
		return false;
	buf_init(&plain, SHARE_RECORD_MAX);
	encode(record, moment, &plain);
	if (!plain.failed && random_bytes(head + MAGIC_SIZE, SALT_SIZE))
		ok = encrypt(head, identity, &plain);
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
    const struct share_record *r, const struct credential_moment *moment)
{
	/* A clock namespace (time_namespaces(7)) may be ahead or behind. */
	if (r->sent < 0 || r->sent > moment->now || r->expires < r->sent)
		return "the credential file has impossible times";
	if (r->expires <= moment->now)
		return "the credential in the file has expired";
	return NULL;
}

const char *
share_record_decode(struct apam_str plain,
    const struct credential_moment *moment, struct share_record *to)
{
	const char *times = plain.p + BOOT_ID_SIZE, *why;
	struct apam_str secret;

	*to = (struct share_record){ .secret = { 0 } };
	if (plain.n <= SHARE_RECORD_TIMES)
		return "the credential file contains no credential";
	secret = str_skip(plain, SHARE_RECORD_TIMES);
	if (secret.n > SHARE_RECORD_SECRET_MAX)
		return "the credential file is too large";
	if (memcmp(plain.p, moment->boot, BOOT_ID_SIZE) != 0)
		return "the credential file is from before the last boot";
	to->expires = number_at(times);
	to->sent = number_at(times + 8);
	to->acquired = number_at(times + 16);
	why = times_problem(to, moment);
	if (why == NULL) {
		buf_init(&to->secret, SHARE_RECORD_SECRET_MAX);
		buf_put(&to->secret, secret);
		if (to->secret.failed)
			why = "out of memory";
	}
	if (why != NULL)
		share_record_free(to);
	return why;
}

static const char others[] =
    "the credential file was made with another secret, or changed";
static const char no_openssl[] =
    "OpenSSL does not open it (see default_properties and providers in "
    "openssl.cnf)";

/*
 * Decrypt in place; NULL, or why that is not possible.  Nothing is believed
 * before the tag was found right; where it is not, the bytes are wiped.
 */
static const char *
decrypt(struct apam_str bytes, const struct share_identity *identity,
    unsigned char *plain, size_t n)
{
	unsigned char tag[SHARE_RECORD_TAG];
	char head[SHARE_RECORD_HEAD], covered[COVERED_MAX];
	struct apam_error why = APAM_ERROR_INIT;
	struct crypto_sealing sealing;
	enum apam_status status;
	bool right;

	memcpy(head, bytes.p, sizeof(head));
	memcpy(tag, bytes.p + bytes.n - sizeof(tag), sizeof(tag));
	memcpy(plain, bytes.p + sizeof(head), n);
	if (!describe_sealing(&sealing, head, covered, identity))
		return others;
	sealing.bytes = plain;
	sealing.n = n;
	sealing.tag = tag;
	status = seal_open(&sealing, &right, &why);
	if (status == APAM_E_MEMORY)
		return "out of memory";
	if (status != APAM_OK)
		return no_openssl;
	return right ? NULL : others;
}

const char *
share_record_open(struct apam_str bytes, const struct share_identity *identity,
    const struct credential_moment *moment, struct share_record *to)
{
	unsigned char *plain;
	const char *why;
	size_t n, got;

	*to = (struct share_record){ .secret = { 0 } };
	if (bytes.n < SHARE_RECORD_HEAD + SHARE_RECORD_TAG)
		return "the credential file is too short";
	if (bytes.n > SHARE_RECORD_MAX)
		return "the credential file is too large";
	if (memcmp(bytes.p, MAGIC, MAGIC_SIZE) != 0)
		return "the credential file is of another version";
	n = bytes.n - SHARE_RECORD_HEAD - SHARE_RECORD_TAG;
	plain = secmem_alloc(n + 1, &got);
	if (plain == NULL)
		return "out of memory";
	why = decrypt(bytes, identity, plain, n);
	if (why == NULL)
		why = share_record_decode(
		    (struct apam_str){ (char *)plain, n }, moment, to);
	secmem_free(plain, got);
	return why;
}

void
share_record_free(struct share_record *record)
{
	buf_free(&record->secret);
	*record = (struct share_record){ .secret = { 0 } };
}
