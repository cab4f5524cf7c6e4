/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One cipher of a provider, without all others of that provider.
 *
 * OpenSSL 3.0 sets up all ciphers of a provider when the first of them is
 * fetched, which takes 0.4 ms, and a new process has no use for them.
 */
#ifndef CORE_CRYPTO_OBJECT_LONE_CIPHER_H
#define CORE_CRYPTO_OBJECT_LONE_CIPHER_H

#include <openssl/evp.h>

#define LONE_CIPHER "AES-256-GCM"

/*
 * The cipher, for the life of the process, where it is sure to be the one that
 * EVP_CIPHER_fetch would find: a single provider is active, `sha256`, which is
 * not freed before the process ends, was fetched from it, and it gives both
 * the same properties.  The cipher is the provider's own.  NULL: it is to be
 * fetched; there may be an error in OpenSSL's queue.  Called once.
 */
EVP_CIPHER *lone_cipher(const EVP_MD *sha256);

#endif
