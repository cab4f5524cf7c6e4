/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenSSL's algorithms, each fetched when it is first needed, and kept for the
 * life of the process.
 *
 * They are fetched by name and without a property query of our own: what an
 * administrator's openssl.cnf says of default_properties decides, as "fips=yes"
 * does.  One that is not to be had does not keep the others from being fetched.
 *
 * Each function that fetches returns NULL, with an error in OpenSSL's queue, if
 * it finds none.
 */
#ifndef CORE_CRYPTO_OBJECT_FETCHED_H
#define CORE_CRYPTO_OBJECT_FETCHED_H

#include <openssl/types.h>
#include <stdint.h>

/* By an enum apam_hash that is one. */
EVP_MD *fetched_hash(int32_t hash);
/* HMAC, of any hash. */
EVP_MAC *fetched_hmac(void);
/* HKDF (RFC 5869), of any hash. */
EVP_KDF *fetched_hkdf(void);
/* AES-256-GCM. */
EVP_CIPHER *fetched_aes_gcm(void);

/* OpenSSL's name of that hash. */
const char *fetched_name(int32_t hash);
/* The name that people are shown. */
const char *fetched_title(int32_t hash);

#endif
