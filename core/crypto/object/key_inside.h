/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a key of the table is inside.
 */
#ifndef CORE_CRYPTO_OBJECT_KEY_INSIDE_H
#define CORE_CRYPTO_OBJECT_KEY_INSIDE_H

#include <openssl/types.h>

#include "crypto/object/contexts.h"
#include "crypto/object/openssl_object.h"

/* What a key is used for, each with contexts of its own. */
enum key_use {
	USE_HMAC = 0,	/* and the hash */
	USE_SIGN = 0,	/* and the algorithm */
	USE_VERIFY = KEY_ALGORITHM_LAST,
	USES = 2 * KEY_ALGORITHM_LAST + 1
};

struct key_object {
	int32_t kind;		/* an enum apam_key_kind */
	struct apam_str bytes;	/* symmetric; borrowed */
	EVP_PKEY *pkey;		/* else */
	/* Of pkey: NULL, and "", where any provider of the process will do. */
	OSSL_LIB_CTX *providers;
	char query[64];
	_Atomic(struct contexts *) used[USES];
	void (*free_context)(void *context);
};

#endif
