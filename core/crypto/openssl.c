/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loading and starting OpenSSL.
 */
#include "crypto/openssl.h"

#include "base/error.h"
#include "base/fork_gate.h"

static unsigned loaded_in; /* fork_count */

enum apam_status
openssl_failed(const struct crypto_failure *failure, struct apam_error *err)
{
	return error_set(err, failure->status, "%s", failure->text);
}

static enum apam_status
start(const struct internal_head *head, struct apam_error *err)
{
	const struct crypto_object *object = (const struct crypto_object *)head;
	struct crypto_failure failure;

	loaded_in = fork_count();
	return object->start(&failure) ? APAM_OK :
					 openssl_failed(&failure, err);
}

const struct crypto_object *
openssl(struct apam_error *err)
{
	static struct internal crypto = { .name = "crypto",
		.size = sizeof(struct crypto_object),
		.start = start };

	return (const struct crypto_object *)internal_get(&crypto, err);
}

unsigned
openssl_child(void)
{
	return fork_count() - loaded_in;
}
