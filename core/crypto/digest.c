/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hashes by OpenSSL.  One loop over a reader serves bodies and files.
 */
#include "crypto/digest.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/fork_gate.h"
#include "base/thread_number.h"
#include "crypto/openssl.h"

#define BLOCK 16384

void
digest_begin(struct digest *d, struct apam_error *err)
{
	struct crypto_failure failure;

	*d = (struct digest){ .crypto = openssl(err), .err = err };
	if (d->crypto == NULL)
		return;
	fork_defer();
	d->hash = d->crypto->hash_new(&failure);
	fork_permit();
	if (d->hash == NULL)
		(void)openssl_failed(&failure, err);
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
digest_end(struct digest *d, unsigned char to[DIGEST_SIZE])
{
	const struct apam_error *err = d->err;
	struct crypto_failure failure;
	bool ok = d->hash != NULL;

	if (ok) {
		fork_defer();
		ok = d->crypto->hash_end(d->hash, to, &failure);
		fork_permit();
		if (!ok)
			give_up(d, &failure);
	}
	*d = (struct digest){ .hash = NULL };
	if (ok)
		return APAM_OK;
	memset(to, 0, DIGEST_SIZE);
	return err->status;
}

enum apam_status
digest_bytes(struct apam_str bytes, unsigned char to[DIGEST_SIZE],
    struct apam_error *err)
{
	struct digest d;

	digest_begin(&d, err);
	digest_put(&d, bytes.p, bytes.n);
	return digest_end(&d, to);
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
digest_reader(const struct apam_body *body, unsigned char to[DIGEST_SIZE],
    struct apam_error *err)
{
	enum apam_status status;
	struct digest d;
	bool whole;

	if (body->read == NULL)
		return APAM_E_USAGE;
	digest_begin(&d, err);
	whole = put_body(&d, body);
	status = digest_end(&d, to);
	return whole ? status : APAM_E_USAGE;
}

enum apam_status
digest_body(const struct apam_body *body, unsigned char to[DIGEST_SIZE],
    struct apam_error *err)
{
	switch (body->kind) {
	case APAM_BODY_NONE:
		return digest_bytes(APAM_STR(""), to, err);
	case APAM_BODY_BYTES:
		return digest_bytes(body->bytes, to, err);
	case APAM_BODY_SHA256:
		memcpy(to, body->sha256, DIGEST_SIZE);
		return APAM_OK;
	case APAM_BODY_READER:
		return digest_reader(body, to, err);
	case APAM_BODY_UNKNOWN:
		break;
	}
	return APAM_E_USAGE;
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

	return digest_body(&body, to, err);
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
	if (hash < APAM_HASH_SHA256 || hash > APAM_HASH_MD5)
		return error_set(err, APAM_E_USAGE, "there is no such hash");
	fork_defer();
	ok = crypto->hash(hash, message, thread_number(), to, n, &failure);
	fork_permit();
	return ok ? APAM_OK : openssl_failed(&failure, err);
}
