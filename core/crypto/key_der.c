/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DER by hand, of the key's numbers: OpenSSL's own encoder leaves a private
 * key's bytes behind in memory that it has freed.  RSA is RFC 8017, A.1.2;
 * curves are RFC 5915, 3, and Ed25519 is RFC 8410, 7; all within RFC 5958, 2.
 */
#include "crypto/key_der.h"

#include "base/error.h"
#include "base/fork_gate.h"
#include "crypto/openssl.h"

#define NUMBER_MAX 2048 /* bytes: RSA of 16384 bits */

enum { TAG_INTEGER = 0x02, TAG_OCTETS = 0x04, TAG_SEQUENCE = 0x30 };

/* AlgorithmIdentifier of each kind, whole. */
static const struct {
	int32_t kind;
	struct apam_str is;
} algorithms[] = {
	{ APAM_KIND_EC_P256,
	    { "\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86"
	      "\x48\xce\x3d\x03\x01\x07",
		21 } },
	{ APAM_KIND_EC_P384,
	    { "\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81"
	      "\x04\x00\x22",
		18 } },
	{ APAM_KIND_EC_P521,
	    { "\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81"
	      "\x04\x00\x23",
		18 } },
	{ APAM_KIND_ED25519, { "\x30\x05\x06\x03\x2b\x65\x70", 7 } },
	{ APAM_KIND_RSA,
	    { "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00",
		15 } },
};

/* The length of what follows: X.690, 8.1.3. */
static void
put_length(struct buf *to, size_t n)
{
	if (n > 255) {
		buf_put_char(to, (char)0x82);
		buf_put_char(to, (char)(n >> 8));
	} else if (n > 127) {
		buf_put_char(to, (char)0x81);
	}
	buf_put_char(to, (char)n);
}

static void
put(struct buf *to, char tag, struct apam_str content)
{
	buf_put_char(to, tag);
	put_length(to, content.n);
	buf_put(to, content);
}

/* A number that is not negative: X.690, 8.3. */
static void
put_integer(struct buf *to, struct apam_str number)
{
	const bool high = number.n > 0 && ((unsigned char)number.p[0] & 0x80);

	buf_put_char(to, TAG_INTEGER);
	put_length(to, number.n + high);
	if (high)
		buf_put_char(to, '\0');
	buf_put(to, number);
}

/* Append a number of the key, as an INTEGER or as an OCTET STRING. */
static enum apam_status
put_number(const struct apam_key *key, enum crypto_number which, bool integer,
    struct buf *to, struct apam_error *err)
{
	unsigned char bytes[NUMBER_MAX];
	struct crypto_failure failure;
	struct apam_str number = { (const char *)bytes, 0 };
	bool ok;

	fork_defer();
	ok = key->crypto->key_private(
	    key->object, which, bytes, sizeof(bytes), &number.n, &failure);
	fork_permit();
	if (ok && integer)
		put_integer(to, number);
	else if (ok)
		put(to, TAG_OCTETS, number);
	wipe(bytes, sizeof(bytes));
	return ok ? APAM_OK : openssl_failed(&failure, err);
}

static enum apam_status
put_rsa(const struct apam_key *key, struct buf *to, struct apam_error *err)
{
	enum apam_status status = APAM_OK;

	put_integer(to, (struct apam_str){ "\0", 1 });
	for (int i = 0; i < CRYPTO_NUMBERS && status == APAM_OK; i++)
		status = put_number(key, (enum crypto_number)i, true, to, err);
	return status;
}

/* What the OCTET STRING of the key holds. */
static enum apam_status
put_inner(const struct apam_key *key, struct buf *to, struct apam_error *err)
{
	enum apam_status status;
	struct buf content;

	if (key->kind == APAM_KIND_ED25519)
		return put_number(key, CRYPTO_D, false, to, err);
	buf_init(&content, KEY_DER_MAX);
	if (key->kind == APAM_KIND_RSA) {
		status = put_rsa(key, &content, err);
	} else {
		put_integer(&content, APAM_STR("\1"));
		status = put_number(key, CRYPTO_D, false, &content, err);
	}
	put(to, TAG_SEQUENCE, buf_view(&content));
	if (status == APAM_OK && content.failed)
		status = error_set(err, APAM_E_MEMORY, "out of memory");
	buf_free(&content);
	return status;
}

static struct apam_str
algorithm_of(int32_t kind)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (algorithms[i].kind == kind)
			return algorithms[i].is;
	return APAM_STR("");
}

enum apam_status
key_der(const struct apam_key *key, struct buf *to, struct apam_error *err)
{
	const struct apam_str algorithm = algorithm_of(key->kind);
	enum apam_status status;
	struct buf inner, all;

	if (algorithm.n == 0 || !key->is_private)
		return error_set(err, APAM_E_USAGE,
		    "the key has no private part: it cannot be that of a "
		    "certificate");
	if (key->signer != NULL)
		return error_set(err, APAM_E_USAGE,
		    "the key stays in an OpenSSL store: it cannot be that of a "
		    "certificate");
	buf_init(&inner, KEY_DER_MAX);
	buf_init(&all, KEY_DER_MAX);
	status = put_inner(key, &inner, err);
	put_integer(&all, (struct apam_str){ "\0", 1 });
	buf_put(&all, algorithm);
	put(&all, TAG_OCTETS, buf_view(&inner));
	put(to, TAG_SEQUENCE, buf_view(&all));
	if (status == APAM_OK && (inner.failed || all.failed || to->failed))
		status = error_set(err, APAM_E_MEMORY, "out of memory");
	buf_free(&all);
	buf_free(&inner);
	if (status != APAM_OK)
		buf_free(to);
	return status;
}
