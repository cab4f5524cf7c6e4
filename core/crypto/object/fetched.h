/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenSSL's algorithms, each fetched when it is first needed, and kept for the
 * life of the process.
 *
 * They are fetched by name and without a property query of our own: what an
 * administrator's openssl.cnf says of default_properties decides, as "fips=yes"
 * does.  One which is not to be had keeps nobody from the others.
 *
 * Each function returns NULL, with an error in OpenSSL's queue, where there is
 * none.
 */
#ifndef CORE_CRYPTO_OBJECT_FETCHED_H
#define CORE_CRYPTO_OBJECT_FETCHED_H

#include <openssl/types.h>
#include <stdint.h>

/* By an enum apam_hash that is one. */
EVP_MD *fetched_hash(int32_t hash);
EVP_MAC *fetched_hmac(void);
EVP_KDF *fetched_hkdf(void);
EVP_CIPHER *fetched_aes_gcm(void);

/* What OpenSSL calls that hash, and what people do. */
const char *fetched_name(int32_t hash);
const char *fetched_title(int32_t hash);

#endif
