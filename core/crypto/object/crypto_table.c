/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of the object that is linked to libcrypto; this folder is the one
 * place that calls it.
 */
#include <openssl/crypto.h>

#include "crypto/object/asymmetric.h"
#include "crypto/object/hashing.h"
#include "crypto/object/key_object.h"
#include "crypto/object/key_of_store.h"
#include "crypto/object/mac.h"
#include "crypto/object/openssl_failure.h"
#include "crypto/object/openssl_object.h"
#include "crypto/object/sealing.h"

static const char another_openssl[] =
    "this program brings an OpenSSL along that is not version 3";
static const char bad_configuration[] = "OpenSSL's configuration is not right";

/*
 * A host that exports an OpenSSL of its own has its functions called here, as
 * far as it has them: version 1 has one that says its number, and lacks the
 * other.
 */
static bool
is_version_3(void)
{
	return OPENSSL_version_major() == OPENSSL_VERSION_MAJOR &&
	    OpenSSL_version_num() >> 28 == OPENSSL_VERSION_MAJOR;
}

/*
 * Reading openssl.cnf now, and not with the first fetch, tells what is wrong
 * with it.  If nobody has set OpenSSL up before, it cleans nothing up at exit:
 * the kernel does so sooner, and a thread of the host's may still be hashing.
 */
static bool
start(struct crypto_failure *failure)
{
	if (!is_version_3()) {
		openssl_say(failure, APAM_E_INTERNAL, another_openssl,
		    OpenSSL_version(OPENSSL_VERSION));
		return false;
	}
	/* Before any other call, for each would set up the end, too. */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
	openssl_begin();
	if (OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL) != 1)
		return openssl_fail(failure, bad_configuration);
	return openssl_done();
}

__attribute__((visibility("default")))
const struct crypto_object apam_internal = {
	.head = INTERNAL_HEAD(apam_internal),
	.start = start,
	.hash_new = hashing_new,
	.hash_put = hashing_put,
	.hash_end = hashing_end,
	.hash = hashing_message,
	.seal = sealing_seal,
	.open = sealing_open,
	.key_of_bytes = key_object_of_bytes,
	.key_of_numbers = key_object_of_numbers,
	.key_generate = key_object_generate,
	.key_of_store = key_of_store_open,
	.key_free = key_object_free,
	.key_number = key_object_number,
	.key_private = key_object_private,
	.hmac = mac_hmac,
	.sign = asymmetric_sign,
	.verify = asymmetric_verify,
};
