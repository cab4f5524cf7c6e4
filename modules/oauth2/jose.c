/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON Web Signatures, RFC 7515.  The services do the arithmetic and the
 * escaping; this is the order in which they are called.
 */
#include "jose.h"

#define HMAC(bits)                                                             \
	{                                                                      \
		"HS" #bits, APAM_KIND_SYMMETRIC, 0, APAM_HASH_SHA##bits        \
	}
#define RSA(padding, bits)                                                     \
	{                                                                      \
#padding #bits, APAM_KIND_RSA, APAM_ALG_##padding##bits, 0     \
	}

/* In the order of the names. */
static const struct jose_algorithm algorithms[] = {
	HMAC(256),
	HMAC(384),
	HMAC(512),
	{ "ES256", APAM_KIND_EC_P256, APAM_ALG_ES256, 0 },
	{ "ES384", APAM_KIND_EC_P384, APAM_ALG_ES384, 0 },
	{ "ES512", APAM_KIND_EC_P521, APAM_ALG_ES512, 0 },
	{ "EdDSA", APAM_KIND_ED25519, APAM_ALG_EDDSA, 0 },
	{ "Ed25519", APAM_KIND_ED25519, APAM_ALG_EDDSA, 0 },
	RSA(RS, 256),
	RSA(RS, 384),
	RSA(RS, 512),
	RSA(PS, 256),
	RSA(PS, 384),
	RSA(PS, 512),
};

#define ALGORITHMS (sizeof(algorithms) / sizeof(algorithms[0]))

const char *const jose_algorithm_names[] = { "HS256", "HS384", "HS512", "ES256",
	"ES384", "ES512", "EdDSA", "Ed25519", "RS256", "RS384", "RS512",
	"PS256", "PS384", "PS512", NULL };

_Static_assert(sizeof(jose_algorithm_names) / sizeof(char *) == ALGORITHMS + 1,
    "each algorithm has a name");

const struct jose_algorithm *
jose_algorithm_at(size_t i)
{
	return &algorithms[i];
}

const struct jose_algorithm *
jose_algorithm_of(int32_t kind)
{
	size_t i = 0;

	while (i + 1 < ALGORITHMS && algorithms[i].kind != kind)
		i++;
	return &algorithms[i];
}

/* ---- JSON ------------------------------------------------------------- */

static void
put(const struct apam_services *svc, struct apam_text *to, const char *plain)
{
	svc->text_put(svc, to, APAM_WRITING_PLAIN, apam_str(plain));
}

void
jose_object_begin(struct jose_object *object, const struct apam_services *svc)
{
	object->svc = svc;
	object->text = svc->text_new(svc, 1);
	object->has_members = false;
	put(svc, object->text, "{");
}

static void
put_name(struct jose_object *object, struct apam_str name)
{
	const struct apam_services *svc = object->svc;

	put(svc, object->text, object->has_members ? "," : "");
	svc->text_put(svc, object->text, APAM_WRITING_JSON, name);
	put(svc, object->text, ":");
	object->has_members = true;
}

void
jose_object_string(
    struct jose_object *object, struct apam_str name, struct apam_str value)
{
	put_name(object, name);
	object->svc->text_put(
	    object->svc, object->text, APAM_WRITING_JSON, value);
}

void
jose_object_number(
    struct jose_object *object, struct apam_str name, int64_t value)
{
	put_name(object, name);
	object->svc->text_put_number(object->svc, object->text, value);
}

struct apam_str
jose_object_end(struct jose_object *object)
{
	put(object->svc, object->text, "}");
	return object->svc->text_view(object->svc, object->text);
}

void
jose_object_free(struct jose_object *object)
{
	object->svc->text_free(object->svc, &object->text);
}

/* ---- Signatures ------------------------------------------------------- */

static int32_t
sign(const struct apam_services *svc, const struct apam_key *key,
    const struct jose_algorithm *algorithm, struct apam_str input,
    unsigned char to[APAM_SIGNATURE_MAX], size_t *n)
{
	if (algorithm->signature == 0)
		return svc->hmac(svc, key, algorithm->hash, &input, 1, to, n);
	return svc->key_sign(svc, key, algorithm->signature, &input, 1, to,
	    APAM_SIGNATURE_MAX, n);
}

/* RFC 7515, 5.1 and 7.1. */
int32_t
jose_compact(const struct apam_services *svc, const struct apam_key *key,
    const struct jose_algorithm *algorithm, struct apam_str header,
    struct apam_str payload, struct apam_text *to)
{
	unsigned char signature[APAM_SIGNATURE_MAX];
	struct apam_str input;
	size_t n = 0;
	int32_t status;

	svc->text_put(svc, to, APAM_WRITING_BASE64URL, header);
	put(svc, to, ".");
	svc->text_put(svc, to, APAM_WRITING_BASE64URL, payload);
	input = svc->text_view(svc, to);
	status = sign(svc, key, algorithm, input, signature, &n);
	if (status != APAM_OK)
		return status;
	put(svc, to, ".");
	svc->text_put(svc, to, APAM_WRITING_BASE64URL,
	    scheme_str((const char *)signature, n));
	return APAM_OK;
}

/* ---- Hashes and random numbers ----------------------------------------- */

int32_t
jose_put_sha256(const struct apam_services *svc, struct apam_str bytes,
    struct apam_text *to)
{
	unsigned char digest[APAM_HASH_MAX];
	size_t n;
	int32_t status;

	status = svc->digest(svc, APAM_HASH_SHA256, &bytes, 1, digest, &n);
	if (status == APAM_OK)
		svc->text_put(svc, to, APAM_WRITING_BASE64URL,
		    scheme_str((const char *)digest, n));
	return status;
}

int32_t
jose_put_random(
    const struct apam_services *svc, size_t size, struct apam_text *to)
{
	unsigned char bytes[JOSE_RANDOM_MAX];
	const int32_t status = svc->random(svc, bytes, size);

	if (status == APAM_OK)
		svc->text_put(svc, to, APAM_WRITING_BASE64URL,
		    scheme_str((const char *)bytes, size));
	return status;
}

/* ---- Thumbprints ------------------------------------------------------ */

int32_t
jose_thumbprint(const struct apam_services *svc, const struct apam_key *key,
    struct apam_text *to)
{
	struct apam_text *jwk = svc->text_new(svc, 0);
	int32_t status = svc->key_jwk(svc, key, jwk);

	if (status == APAM_OK)
		status = jose_put_sha256(svc, svc->text_view(svc, jwk), to);
	svc->text_free(svc, &jwk);
	return status;
}

#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"
#define PEM_END "-----END CERTIFICATE-----"

/* Where `what` is first found in `s`; s.n where it is not. */
static size_t
find(struct apam_str s, struct apam_str what)
{
	size_t i = 0;

	while (i < s.n && !scheme_starts(scheme_str(s.p + i, s.n - i), what))
		i++;
	return i;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What stands between the lines of the first certificate; empty: nothing. */
static struct apam_str
pem_body(struct apam_str pem)
{
	const struct apam_str begin = APAM_STR(PEM_BEGIN);
	size_t from = find(pem, begin);
	size_t n;

	if (from == pem.n)
		return APAM_STR("");
	for (from += begin.n; from < pem.n && is_space(pem.p[from]); from++)
		;
	pem = scheme_str(pem.p + from, pem.n - from);
	n = find(pem, APAM_STR(PEM_END));
	return scheme_str(pem.p, n < pem.n ? n : 0);
}

/* Base64 is read without the ends of lines. */
static void
put_words(const struct apam_services *svc, struct apam_text *to,
    struct apam_str lines)
{
	size_t from = 0, i;

	for (i = 0; i <= lines.n; i++) {
		if (i < lines.n && !is_space(lines.p[i]))
			continue;
		svc->text_put(svc, to, APAM_WRITING_PLAIN,
		    scheme_str(lines.p + from, i - from));
		from = i + 1;
	}
}

int32_t
jose_certificate_thumbprint(
    const struct apam_services *svc, struct apam_str pem, struct apam_text *to)
{
	const struct apam_str body = pem_body(pem);
	struct apam_text *base64, *der;
	int32_t status;

	if (body.n == 0)
		return APAM_E_USAGE;
	base64 = svc->text_new(svc, 0);
	der = svc->text_new(svc, 0);
	put_words(svc, base64, body);
	status = svc->text_read(
	    svc, der, APAM_WRITING_BASE64, svc->text_view(svc, base64));
	if (status == APAM_OK)
		status = jose_put_sha256(svc, svc->text_view(svc, der), to);
	svc->text_free(svc, &der);
	svc->text_free(svc, &base64);
	return status;
}
