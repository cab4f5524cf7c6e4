/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 by nettle: no set-up, no allocation, nothing that can fail.  One loop
 * over a reader serves bodies and files.
 */
#include "text/digest.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"

#define BLOCK 16384

void
digest_begin(struct digest *d)
{
	sha256_init(&d->sha);
}

void
digest_put(struct digest *d, const void *bytes, size_t n)
{
	if (n > 0)
		sha256_update(&d->sha, n, bytes);
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

void
digest_end(struct digest *d, unsigned char to[DIGEST_SIZE])
{
	sha256_digest(&d->sha, DIGEST_SIZE, to);
	wipe(d, sizeof(*d));
}

void
digest_bytes(struct apam_str bytes, unsigned char to[DIGEST_SIZE])
{
	struct digest d;

	digest_begin(&d);
	digest_put(&d, bytes.p, bytes.n);
	digest_end(&d, to);
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

static bool
digest_reader(const struct apam_body *body, unsigned char to[DIGEST_SIZE])
{
	struct digest d;
	bool ok;

	if (body->read == NULL)
		return false;
	digest_begin(&d);
	ok = put_body(&d, body);
	digest_end(&d, to);
	return ok;
}

bool
digest_body(const struct apam_body *body, unsigned char to[DIGEST_SIZE])
{
	switch (body->kind) {
	case APAM_BODY_NONE:
		digest_bytes(APAM_STR(""), to);
		return true;
	case APAM_BODY_BYTES:
		digest_bytes(body->bytes, to);
		return true;
	case APAM_BODY_SHA256:
		memcpy(to, body->sha256, DIGEST_SIZE);
		return true;
	case APAM_BODY_READER:
		return digest_reader(body, to);
	case APAM_BODY_UNKNOWN:
		break;
	}
	return false;
}

static int64_t
read_fd(void *arg, uint64_t offset, void *to, size_t size)
{
	const int *fd = arg;

	return pread(*fd, to, size, (off_t)offset);
}

bool
digest_file(int fd, unsigned char to[DIGEST_SIZE])
{
	struct apam_body body = {
		.kind = APAM_BODY_READER,
		.read = read_fd,
		.arg = &fd,
	};

	return digest_body(&body, to);
}
