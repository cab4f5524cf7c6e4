/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each function below takes what it names off the front of a view; the bodies
 * are the grammars.
 */
#include "crypto/key_asn1.h"

#include "base/str.h"

#define INTEGER 0x02
#define BIT_STRING 0x03
#define OCTET_STRING 0x04
#define NULL_TAG 0x05
#define OBJECT 0x06
#define SEQUENCE 0x30
#define CONTEXT(n) (0xa0 + (n)) /* constructed */

#define UNCOMPRESSED 4 /* SEC 1, 2.3.3 */

static const char malformed[] = "the key is damaged";
static const char unknown[] =
    "the key is none of those that apam uses: RSA, EC "
    "on the curve P-256, P-384 or P-521, Ed25519";

/* ---- DER ---------------------------------------------------------------- */

/* A length in as few octets as it can be in: X.690, 8.1.3 and 10.1. */
static bool
take_length(struct apam_str *from, size_t *n)
{
	size_t octets;

	if (from->n == 0)
		return false;
	*n = (unsigned char)from->p[0];
	*from = str_skip(*from, 1);
	if (*n < 128)
		return *n <= from->n;
	octets = *n & 127;
	if (octets == 0 || octets > 3 || octets > from->n || from->p[0] == 0)
		return false;
	*n = 0;
	for (size_t i = 0; i < octets; i++)
		*n = *n << 8 | (unsigned char)from->p[i];
	*from = str_skip(*from, octets);
	return *n >= 128 && *n <= from->n;
}

static bool
take(struct apam_str *from, unsigned tag, struct apam_str *value)
{
	struct apam_str rest = *from;
	size_t n;

	if (rest.n == 0 || (unsigned char)rest.p[0] != tag)
		return false;
	rest = str_skip(rest, 1);
	if (!take_length(&rest, &n))
		return false;
	*value = str_cut(rest, n);
	*from = str_skip(rest, n);
	return true;
}

/* All of it is one value of this tag. */
static bool
is_one(struct apam_str from, unsigned tag, struct apam_str *value)
{
	return take(&from, tag, value) && from.n == 0;
}

/* An INTEGER that is not negative, without its zero in front. */
static bool
take_number(struct apam_str *from, struct apam_str *number)
{
	if (!take(from, INTEGER, number) || number->n == 0 ||
	    ((unsigned char)number->p[0] & 0x80) != 0)
		return false;
	if (number->p[0] != 0)
		return true;
	*number = str_skip(*number, 1);
	/* X.690, 8.3.2: the zero is there for the sign. */
	return number->n == 0 || ((unsigned char)number->p[0] & 0x80) != 0;
}

static bool
take_small(struct apam_str *from, unsigned most)
{
	struct apam_str number;

	return take_number(from, &number) &&
	    (number.n == 0 ||
		(number.n == 1 && (unsigned char)number.p[0] <= most));
}

/* A BIT STRING of whole octets. */
static bool
take_bits(struct apam_str *from, struct apam_str *bits)
{
	if (!take(from, BIT_STRING, bits) || bits->n == 0 || bits->p[0] != 0)
		return false;
	*bits = str_skip(*bits, 1);
	return true;
}

/* ---- Algorithms --------------------------------------------------------- */

/* OBJECT IDENTIFIERs: RFC 8017, appendix C; RFC 5480, 2.1.1; RFC 8410, 3. */
static const struct apam_str rsa_encryption = { "\x2a\x86\x48\x86\xf7\r\1\1\1",
	9 };
static const struct apam_str ec_public_key = { "\x2a\x86\x48\xce\x3d\2\1", 7 };
static const struct apam_str ed25519 = { "\x2b\x65\x70", 3 };
static const struct apam_str p256 = { "\x2a\x86\x48\xce\x3d\3\1\7", 8 };
static const struct apam_str p384 = { "\x2b\x81\4\0\x22", 5 };
static const struct apam_str p521 = { "\x2b\x81\4\0\x23", 5 };

static bool
take_curve(struct apam_str *from, int32_t *kind)
{
	struct apam_str curve;

	if (!take(from, OBJECT, &curve))
		return false;
	*kind = str_equal(curve, p256) ? APAM_KIND_EC_P256 :
	    str_equal(curve, p384)     ? APAM_KIND_EC_P384 :
	    str_equal(curve, p521)     ? APAM_KIND_EC_P521 :
					 0;
	return true;
}

/* AlgorithmIdentifier; the kind is 0 where it is one that apam does not use. */
static bool
take_algorithm(struct apam_str *from, int32_t *kind)
{
	struct apam_str all, algorithm, none;

	if (!take(from, SEQUENCE, &all) || !take(&all, OBJECT, &algorithm))
		return false;
	*kind = 0;
	if (str_equal(algorithm, ec_public_key))
		return take_curve(&all, kind) && all.n == 0;
	if (str_equal(algorithm, rsa_encryption)) {
		*kind = APAM_KIND_RSA;
		return is_one(all, NULL_TAG, &none) && none.n == 0;
	}
	if (str_equal(algorithm, ed25519)) {
		*kind = APAM_KIND_ED25519;
		return all.n == 0;
	}
	return true;
}

/* ---- RSA ---------------------------------------------------------------- */

const char *
key_asn1_rsa(struct apam_str der, struct crypto_numbers *numbers)
{
	struct apam_str all;
	bool ok = is_one(der, SEQUENCE, &all) && take_small(&all, 0);

	*numbers = (struct crypto_numbers){ .kind = APAM_KIND_RSA };
	for (size_t i = 0; ok && i < CRYPTO_NUMBERS; i++)
		ok = take_number(&all, &numbers->at[i]);
	return ok && all.n == 0 && numbers->at[CRYPTO_D].n > 0 ? NULL :
								 malformed;
}

const char *
key_asn1_rsa_public(struct apam_str der, struct crypto_numbers *numbers)
{
	struct apam_str all;

	*numbers = (struct crypto_numbers){ .kind = APAM_KIND_RSA };
	if (is_one(der, SEQUENCE, &all) &&
	    take_number(&all, &numbers->at[CRYPTO_N]) &&
	    take_number(&all, &numbers->at[CRYPTO_E]) && all.n == 0)
		return NULL;
	return malformed;
}

/* ---- Curves ------------------------------------------------------------- */

static const char *
set_point(struct apam_str point, struct crypto_numbers *numbers)
{
	const size_t octets = point.n / 2;

	if (point.n == 0 || point.p[0] != UNCOMPRESSED)
		return "the key has a point that is compressed: write it "
		       "uncompressed";
	if (point.n % 2 == 0)
		return malformed;
	point = str_skip(point, 1);
	numbers->at[CRYPTO_X] = str_cut(point, octets);
	numbers->at[CRYPTO_Y] = str_skip(point, octets);
	return NULL;
}

/* `kind` is what PKCS#8 says, or 0: then the key says it. */
static const char *
read_ec(struct apam_str der, int32_t kind, struct crypto_numbers *numbers)
{
	struct apam_str all, d, part, bits;
	int32_t own = kind;

	if (!is_one(der, SEQUENCE, &all) || !take_small(&all, 1) ||
	    !take(&all, OCTET_STRING, &d))
		return malformed;
	if (take(&all, CONTEXT(0), &part) &&
	    (!take_curve(&part, &own) || part.n > 0))
		return malformed;
	*numbers = (struct crypto_numbers){ .kind = own };
	numbers->at[CRYPTO_D] = d;
	if (own == 0)
		return unknown;
	if ((kind != 0 && own != kind) || d.n == 0)
		return malformed;
	if (!take(&all, CONTEXT(1), &part))
		return all.n == 0 ? NULL : malformed;
	if (!take_bits(&part, &bits) || part.n > 0 || all.n > 0)
		return malformed;
	return set_point(bits, numbers);
}

const char *
key_asn1_ec(struct apam_str der, struct crypto_numbers *numbers)
{
	return read_ec(der, 0, numbers);
}

/* RFC 8410, 7. */
static const char *
read_ed25519(struct apam_str der, struct crypto_numbers *numbers)
{
	*numbers = (struct crypto_numbers){ .kind = APAM_KIND_ED25519 };
	return is_one(der, OCTET_STRING, &numbers->at[CRYPTO_D]) &&
		numbers->at[CRYPTO_D].n > 0 ?
	    NULL :
	    malformed;
}

/* ---- What names its algorithm ------------------------------------------- */

/* What may follow the key: attributes, and the public key, which is computed. */
static bool
is_rest(struct apam_str rest)
{
	struct apam_str part;

	(void)take(&rest, CONTEXT(0), &part);
	(void)take(&rest, 0x81, &part);
	return rest.n == 0;
}

const char *
key_asn1_pkcs8(struct apam_str der, struct crypto_numbers *numbers)
{
	struct apam_str all, key;
	int32_t kind;

	if (!is_one(der, SEQUENCE, &all) || !take_small(&all, 1) ||
	    !take_algorithm(&all, &kind) || !take(&all, OCTET_STRING, &key) ||
	    !is_rest(all))
		return malformed;
	if (kind == APAM_KIND_RSA)
		return key_asn1_rsa(key, numbers);
	if (kind == APAM_KIND_ED25519)
		return read_ed25519(key, numbers);
	return kind == 0 ? unknown : read_ec(key, kind, numbers);
}

const char *
key_asn1_public(struct apam_str der, struct crypto_numbers *numbers)
{
	struct apam_str all, bits;
	int32_t kind;

	if (!is_one(der, SEQUENCE, &all) || !take_algorithm(&all, &kind) ||
	    !take_bits(&all, &bits) || all.n > 0)
		return malformed;
	*numbers = (struct crypto_numbers){ .kind = kind };
	if (kind == 0)
		return unknown;
	if (kind == APAM_KIND_RSA)
		return key_asn1_rsa_public(bits, numbers);
	if (kind != APAM_KIND_ED25519)
		return set_point(bits, numbers);
	numbers->at[CRYPTO_X] = bits;
	return bits.n > 0 ? NULL : malformed;
}
