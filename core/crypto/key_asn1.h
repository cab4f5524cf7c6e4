/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The numbers of a key from its DER (X.690): what is in the blocks of PEM that
 * hold keys.  Nothing else of ASN.1 is read.
 *
 * Each returns NULL, or a static text that says what is wrong; the numbers are
 * then of no use.  They are views into `der`.
 */
#ifndef CORE_CRYPTO_KEY_ASN1_H
#define CORE_CRYPTO_KEY_ASN1_H

#include "crypto/object/openssl_object.h"

/* PrivateKeyInfo: PKCS#8, RFC 5958, 2. */
const char *key_asn1_pkcs8(struct apam_str der, struct crypto_numbers *numbers);
/* RSAPrivateKey: RFC 8017, A.1.2. */
const char *key_asn1_rsa(struct apam_str der, struct crypto_numbers *numbers);
/* RSAPublicKey: RFC 8017, A.1.1. */
const char *key_asn1_rsa_public(
    struct apam_str der, struct crypto_numbers *numbers);
/* ECPrivateKey, which says its curve: RFC 5915, 3. */
const char *key_asn1_ec(struct apam_str der, struct crypto_numbers *numbers);
/* SubjectPublicKeyInfo: RFC 5280, 4.1; RFC 5480, 2; RFC 8410, 4. */
const char *key_asn1_public(
    struct apam_str der, struct crypto_numbers *numbers);

#endif
