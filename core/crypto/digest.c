/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hashes by OpenSSL.  One loop over a reader serves bodies and files.
 */
#include "crypto/digest.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/fork_gate.h"
#include "base/thread_number.h"
#include "crypto/openssl.h"

#define BLOCK 16384

void
digest_begin_by(struct digest *d, int32_t hash, struct apam_error *err)
{
	struct crypto_failure failure;

	*d = (struct digest){ .crypto = openssl(err), .err = err };
	if (d->crypto == NULL)
		return;
	fork_defer();
	d->hash = d->crypto->hash_new(hash, &failure);
	fork_permit();
	if (d->hash == NULL)
		(void)openssl_failed(&failure, err);
}

void
digest_begin(struct digest *d, struct apam_error *err)
{
	digest_begin_by(d, APAM_HASH_SHA256, err);
	/* No policy is about what apam hashes for itself. */
	if (d->hash == NULL && err->status == APAM_E_POLICY)
		err->status = APAM_E_INTERNAL;
}

/* What cannot go on is freed at once. */
static void
give_up(struct digest *d, const struct crypto_failure *failure)
{
	d->hash = NULL;
	(void)openssl_failed(failure, d->err);
}

void
digest_put(struct digest *d, const void *bytes, size_t n)
{
	struct crypto_failure failure;

	if (n > 0 && d->hash != NULL &&
	    !d->crypto->hash_put(d->hash, bytes, n, &failure))
		give_up(d, &failure);
}

void
digest_put_number(struct digest *d, uint64_t n)
{
	unsigned char bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(n >> (8 * i));
	digest_put(d, bytes, sizeof(bytes));
	wipe(bytes, sizeof(bytes));
}

enum apam_status
digest_end_by(struct digest *d, unsigned char *to, size_t *n)
{
	const struct apam_error *err = d->err;
	struct crypto_failure failure;
	bool ok = d->hash != NULL;

	*n = 0;
	if (ok) {
		fork_defer();
		ok = d->crypto->hash_end(d->hash, to, n, &failure);
		fork_permit();
		if (!ok)
			give_up(d, &failure);
	}
	*d = (struct digest){ .hash = NULL };
	return ok ? APAM_OK : err->status;
}

enum apam_status
digest_end(struct digest *d, unsigned char to[DIGEST_SIZE])
{
	enum apam_status status;
	size_t n;

	status = digest_end_by(d, to, &n);
	if (status != APAM_OK)
		memset(to, 0, DIGEST_SIZE);
	return status;
}

/* Hash all that a body's reader gives. */
static bool
put_body(struct digest *d, const struct apam_body *body)
{
	unsigned char block[BLOCK];
	uint64_t offset = 0;
	bool ok = true;
	int64_t n;

	do {
		n = body->read(body->arg, offset, block, sizeof(block));
		if (n < 0 || (uint64_t)n > sizeof(block))
			ok = false;
		else
			digest_put(d, block, (size_t)n);
		offset += (uint64_t)n;
	} while (ok && n > 0);
	wipe(block, sizeof(block));
	return ok && (body->length == 0 || body->length == offset);
}

static enum apam_status
digest_reader(int32_t hash, const struct apam_body *body, unsigned char *to,
    size_t *n, struct apam_error *err)
{
	enum apam_status status;
	struct digest d;
	bool whole;

	if (body->read == NULL)
		return APAM_E_USAGE;
	digest_begin_by(&d, hash, err);
	whole = put_body(&d, body);
	status = digest_end_by(&d, to, n);
	if (whole)
		return status;
	*n = 0;
	return APAM_E_USAGE;
}

/* By enum apam_hash. */
static const size_t sizes[] = {
	[APAM_HASH_SHA256] = 32,
	[APAM_HASH_SHA384] = 48,
	[APAM_HASH_SHA512] = 64,
	[APAM_HASH_SHA512_256] = 32,
	[APAM_HASH_SHA1] = 20,
	[APAM_HASH_MD5] = 16,
};

/* The one that the host has computed, if it has. */
static int64_t
note_asked(void *arg, uint64_t offset, void *to, size_t size)
{
	(void)arg;
	(void)offset;
	(void)to;
	(void)size;
	return -1;
}

void
digest_asks(struct apam_body *body, int32_t *asked)
{
	*asked = 0;
	body->kind = APAM_BODY_DIGESTS;
	body->read = note_asked;
	body->arg = asked;
}

static enum apam_status
digest_given(
    int32_t hash, const struct apam_body *body, unsigned char *to, size_t *n)
{
	for (size_t i = 0; i < body->digest_count; i++) {
		const struct apam_digest *given = &body->digests[i];

		if (given->hash != hash || given->bytes.n != sizes[hash])
			continue;
		*n = given->bytes.n;
		memcpy(to, given->bytes.p, *n);
		return APAM_OK;
	}
	/* No host has this function: what it says beside digests is not read. */
	if (body->read == note_asked)
		*(int32_t *)body->arg = hash;
	return APAM_E_USAGE;
}

static bool
is_hash(int32_t hash)
{
	return hash >= APAM_HASH_SHA256 && hash <= APAM_HASH_MD5;
}

size_t
digest_size(int32_t hash)
{
	return is_hash(hash) ? sizes[hash] : 0;
}

/*
 * The digest of no bytes, by each hash: most requests have no body, and it is
 * always the same.
 */
static struct nothing {
	atomic_int stage; /* 0: not known; 1: one thread writes; 2: known */
	unsigned char digest[APAM_HASH_MAX];
} of_nothing[APAM_HASH_MD5 + 1];

static void
keep_nothing(struct nothing *known, const unsigned char *digest, size_t n)
{
	int stage = 0;

	if (!atomic_compare_exchange_strong(&known->stage, &stage, 1))
		return;
	memcpy(known->digest, digest, n);
	atomic_store_explicit(&known->stage, 2, memory_order_release);
}

static enum apam_status
digest_nothing(
    int32_t hash, unsigned char *to, size_t *n, struct apam_error *err)
{
	static const struct crypto_message empty = { NULL, 0 };
	struct nothing *known = &of_nothing[hash];
	enum apam_status status;

	if (atomic_load_explicit(&known->stage, memory_order_acquire) == 2) {
		*n = sizes[hash];
		memcpy(to, known->digest, *n);
		return APAM_OK;
	}
	status = digest_message(hash, &empty, to, n, err);
	if (status == APAM_OK)
		keep_nothing(known, to, *n);
	return status;
}

enum apam_status
digest_body(int32_t hash, const struct apam_body *body, unsigned char *to,
    size_t *n, struct apam_error *err)
{
	const struct crypto_message message = { &body->bytes, 1 };

	*n = 0;
	if (!is_hash(hash))
		return error_set(err, APAM_E_USAGE, "there is no such hash");
	switch (body->kind) {
	case APAM_BODY_NONE:
		return digest_nothing(hash, to, n, err);
	case APAM_BODY_BYTES:
		return digest_message(hash, &message, to, n, err);
	case APAM_BODY_DIGESTS:
		return digest_given(hash, body, to, n);
	case APAM_BODY_READER:
		return digest_reader(hash, body, to, n, err);
	default:
		return APAM_E_USAGE;
	}
}

static int64_t
read_fd(void *arg, uint64_t offset, void *to, size_t size)
{
	const int *fd = arg;

	return pread(*fd, to, size, (off_t)offset);
}

enum apam_status
digest_file(int fd, unsigned char to[DIGEST_SIZE], struct apam_error *err)
{
	struct apam_body body = {
		.kind = APAM_BODY_READER,
		.read = read_fd,
		.arg = &fd,
	};
	enum apam_status status;
	size_t n;

	status = digest_reader(APAM_HASH_SHA256, &body, to, &n, err);
	if (status != APAM_OK)
		memset(to, 0, DIGEST_SIZE);
	return status == APAM_E_POLICY ? APAM_E_INTERNAL : status;
}

enum apam_status
digest_message(int32_t hash, const struct crypto_message *message,
    unsigned char *to, size_t *n, struct apam_error *err)
{
	const struct crypto_object *crypto = openssl(err);
	struct crypto_failure failure;
	bool ok;

	*n = 0;
	if (crypto == NULL)
		return err->status;
	if (!is_hash(hash))
		return error_set(err, APAM_E_USAGE, "there is no such hash");
	fork_defer();
	ok = crypto->hash(hash, message, thread_number(), to, n, &failure);
	fork_permit();
	return ok ? APAM_OK : openssl_failed(&failure, err);
}
