/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenSSL looks HKDF's digest up under a lock of its own, so that no fork takes
 * place meanwhile.
 */
#include "crypto/seal.h"

#include "base/fork_gate.h"
#include "crypto/openssl.h"

enum apam_status
seal(const struct crypto_sealing *sealing, struct apam_error *err)
{
	const struct crypto_object *crypto = openssl(err);
	struct crypto_failure failure;
	bool ok;

	if (crypto == NULL)
		return err->status;
	fork_defer();
	ok = crypto->seal(sealing, &failure);
	fork_permit();
	return ok ? APAM_OK : openssl_failed(&failure, err);
}

enum apam_status
seal_open(
    const struct crypto_sealing *sealing, bool *right, struct apam_error *err)
{
	const struct crypto_object *crypto = openssl(err);
	struct crypto_failure failure;
	bool ok;

	*right = false;
	if (crypto == NULL)
		return err->status;
	fork_defer();
	ok = crypto->open(sealing, right, &failure);
	fork_permit();
	return ok ? APAM_OK : openssl_failed(&failure, err);
}
