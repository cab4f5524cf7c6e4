/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenSSL 3.0 makes a private key without its point, and does not compare one
 * that is given.  So the point is always computed.
 */
#include "crypto/object/curve.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

/* By enum apam_key_kind. */
static const struct curve {
	const char *name;
	int nid;
	size_t octets;
} curves[KEY_KIND_LAST + 1] = {
	[APAM_KIND_EC_P256] = { "P-256", NID_X9_62_prime256v1, 32 },
	[APAM_KIND_EC_P384] = { "P-384", NID_secp384r1, 48 },
	[APAM_KIND_EC_P521] = { "P-521", NID_secp521r1, CURVE_OCTETS_MAX },
};

const char *
curve_name(int32_t kind)
{
	return curves[kind].name;
}

size_t
curve_octets(int32_t kind)
{
	return curves[kind].octets;
}

static bool
put_point(const EC_GROUP *group, const BIGNUM *scalar, size_t octets,
    unsigned char *to)
{
	EC_POINT *point = EC_POINT_new(group);
	const bool ok = point != NULL &&
	    EC_POINT_mul(group, point, scalar, NULL, NULL, NULL) == 1 &&
	    EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, to,
		1 + 2 * octets, NULL) == 1 + 2 * octets;

	EC_POINT_clear_free(point);
	return ok;
}

bool
curve_point(
    int32_t kind, struct apam_str scalar, unsigned char to[CURVE_POINT_MAX])
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(curves[kind].nid);
	BIGNUM *d = BN_secure_new();
	bool ok = group != NULL && d != NULL && scalar.n <= INT32_MAX &&
	    BN_bin2bn((const unsigned char *)scalar.p, (int)scalar.n, d) !=
		NULL;

	ok = ok && !BN_is_zero(d) &&
	    BN_cmp(d, EC_GROUP_get0_order(group)) < 0 &&
	    put_point(group, d, curve_octets(kind), to);
	BN_clear_free(d);
	EC_GROUP_free(group);
	return ok;
}
