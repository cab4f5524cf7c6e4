/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two forms of a signature of ECDSA: r and s one after the other, as JWS
 * has them (RFC 7518, 3.4), and a SEQUENCE of two INTEGERs in DER, as OpenSSL
 * and X9.62 have them (RFC 3279, 2.2.3).
 */
#ifndef CORE_CRYPTO_ECDSA_FORM_H
#define CORE_CRYPTO_ECDSA_FORM_H

#include <stdbool.h>

#include <apam/types.h>

#define ECDSA_OCTETS_MAX 66	/* of r, and of s */
#define ECDSA_DER_MAX (3 + 2 * (3 + ECDSA_OCTETS_MAX))

/*
 * DER to 2 * octets bytes at `to`.  False where it is not such DER, or a number
 * has more octets.
 */
bool ecdsa_to_raw(struct apam_str der, size_t octets, unsigned char *to);

/*
 * The reverse, to ECDSA_DER_MAX bytes at `to`; how many there are.  `raw` has
 * 2 * ECDSA_OCTETS_MAX bytes at most.
 */
size_t ecdsa_to_der(struct apam_str raw, unsigned char *to);

#endif
