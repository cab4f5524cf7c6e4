/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 by OpenSSL: one loop over a reader serves bodies and files.
 */
#include "digest.h"

#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"

#define BLOCK 16384

bool
digest_bytes(struct apam_str bytes, unsigned char to[DIGEST_SIZE])
{
	return EVP_Digest(
	    bytes.n == 0 ? "" : bytes.p, bytes.n, to, NULL, EVP_sha256(), NULL);
}

/* Feed all that a body's reader gives. */
static bool
update_all(EVP_MD_CTX *sha, const struct apam_body *body)
{
	unsigned char block[BLOCK];
	uint64_t offset = 0;
	bool ok = true;
	long n;

	do {
		n = body->read(body->arg, offset, block, sizeof(block));
		if (n < 0 || (size_t)n > sizeof(block))
			ok = false;
		else
			ok = EVP_DigestUpdate(sha, block, (size_t)n) == 1;
		offset += (uint64_t)n;
	} while (ok && n > 0);
	wipe(block, sizeof(block));
	return ok;
}

static bool
digest_reader(const struct apam_body *body, unsigned char to[DIGEST_SIZE])
{
	EVP_MD_CTX *sha;
	bool ok;

	if (body->read == NULL)
		return false;
	sha = EVP_MD_CTX_new();
	ok = sha != NULL && EVP_DigestInit_ex(sha, EVP_sha256(), NULL) == 1 &&
	    update_all(sha, body) && EVP_DigestFinal_ex(sha, to, NULL) == 1;
	EVP_MD_CTX_free(sha);
	return ok;
}

bool
digest_body(const struct apam_body *body, unsigned char to[DIGEST_SIZE])
{
	switch (body->kind) {
	case APAM_BODY_NONE:
		return digest_bytes(APAM_STR(""), to);
	case APAM_BODY_BYTES:
		return digest_bytes(body->bytes, to);
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

static long
read_file(void *arg, uint64_t offset, void *to, size_t size)
{
	const int *fd = arg;

	return (long)pread(*fd, to, size, (off_t)offset);
}

bool
digest_file(int fd, unsigned char to[DIGEST_SIZE])
{
	struct apam_body body = {
		.kind = APAM_BODY_READER,
		.read = read_file,
		.arg = &fd,
	};

	return digest_body(&body, to);
}
