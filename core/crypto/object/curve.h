/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The curves of NIST's: FIPS 186-5 and SP 800-186.
 */
#ifndef CORE_CRYPTO_OBJECT_CURVE_H
#define CORE_CRYPTO_OBJECT_CURVE_H

#include "crypto/object/openssl_object.h"

#define CURVE_OCTETS_MAX 66
#define CURVE_POINT_MAX (1 + 2 * CURVE_OCTETS_MAX)

/* OpenSSL's name of a kind of key's curve; NULL: it has none of them. */
const char *curve_name(int32_t kind);
/* How many octets a coordinate has. */
size_t curve_octets(int32_t kind);

/*
 * The point of a scalar, from 1 to the order - 1, as SEC 1 writes it: 4, x, y.
 * False where it is not one, perhaps with an error in OpenSSL's queue.
 */
bool curve_point(
    int32_t kind, struct apam_str scalar, unsigned char to[CURVE_POINT_MAX]);

#endif
