/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A body that a module rewrites: signed in chunks of 64 KiB, as a program reads
 * it to send it, beside hashing the same bytes once.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#include <apam/apam.h>

#define ROUNDS 15
#define SIZE ((size_t)64 << 20)
#define BLOCK 65536

static char *bytes;

static void
read_all(const struct apam_body *body)
{
	static char block[BLOCK];
	uint64_t at = 0;
	int64_t n = 1;

	while (n > 0) {
		n = body->read(body->arg, at, block, sizeof(block));
		at += n > 0 ? (uint64_t)n : 0;
		use(block);
	}
	need(n == 0 && at == body->length, "the body was not rewritten");
}

static double
rewrite(void *arg)
{
	const struct apam_body body = { .size = sizeof(body),
		.kind = APAM_BODY_BYTES,
		.bytes = { bytes, SIZE } };
	struct apam_request put = APAM_REQUEST(
	    "PUT", "https://api.example.com/big");
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	struct apam_error err = APAM_ERROR_INIT;
	const double begin = now_ns();

	put.body = &body;
	if (apam_sign(arg, &put, &signature, &err) != APAM_OK)
		need(false, err.text);
	read_all(signature.body);
	apam_signature_release(&signature);
	return now_ns() - begin;
}

static double
hash(void *arg)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	const double begin = now_ns();

	need(EVP_DigestInit_ex2(arg, NULL, NULL) == 1 &&
		EVP_DigestUpdate(arg, bytes, SIZE) == 1 &&
		EVP_DigestFinal_ex(arg, sum, NULL) == 1,
	    "OpenSSL's hash failed");
	use(sum);
	return now_ns() - begin;
}

void
run_body_64m(struct result *result)
{
	struct work mine = { rewrite, site_profile("chunked") };
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct work theirs = { hash, context };

	bytes = malloc(SIZE);
	need(bytes != NULL, "no memory for 64 MiB");
	memset(bytes, 'a', SIZE);
	need(context != NULL &&
		EVP_DigestInit_ex2(context, EVP_sha256(), NULL) == 1,
	    "OpenSSL has no SHA-256");
	measure(&mine, &theirs, ROUNDS, result);
	EVP_MD_CTX_free(context);
	free(bytes);
}
