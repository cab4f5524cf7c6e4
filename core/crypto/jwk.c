/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Members that a key does not need are not looked at: who wrote the profile
 * says what the key is for.
 */
#include "crypto/jwk.h"

#include "base/str.h"
#include "text/encode.h"
#include "text/json.h"

static const char unknown[] =
    "the JWK is none of those that apam uses: kty is RSA, EC with crv "
    "P-256, P-384 or P-521, OKP with crv Ed25519, or oct";

/* By kind; its members, by enum crypto_number. */
static const struct shape {
	const char *kty, *crv;
	const char *names[CRYPTO_NUMBERS];
} shapes[] = {
	[APAM_KIND_SYMMETRIC] = { "oct", NULL, { "/k" } },
	[APAM_KIND_EC_P256] = { "EC", "P-256", { "/x", "/y", "/d" } },
	[APAM_KIND_EC_P384] = { "EC", "P-384", { "/x", "/y", "/d" } },
	[APAM_KIND_EC_P521] = { "EC", "P-521", { "/x", "/y", "/d" } },
	[APAM_KIND_ED25519] = { "OKP", "Ed25519",
	    { [CRYPTO_X] = "/x", [CRYPTO_D] = "/d" } },
	[APAM_KIND_RSA] = { "RSA", NULL,
	    { "/n", "/e", "/d", "/p", "/q", "/dp", "/dq", "/qi" } },
};

static bool
is_text(const struct json *json, const char *pointer, const char *text)
{
	const struct apam_json value = json_at(json, pointer);

	return value.type == APAM_JSON_STRING &&
	    str_equal(value.str, apam_str(text));
}

/* 0: none. */
static int32_t
kind_of(const struct json *json)
{
	for (int32_t kind = APAM_KIND_SYMMETRIC; kind <= KEY_KIND_LAST; kind++)
		if (is_text(json, "/kty", shapes[kind].kty) &&
		    (shapes[kind].crv == NULL ||
			is_text(json, "/crv", shapes[kind].crv)))
			return kind;
	return 0;
}

/* Where a number lies in the buffer, which moves as it grows. */
struct place {
	size_t at, n;
};

static bool
read_number(const struct json *json, const char *name, struct buf *bytes,
    struct place *place)
{
	const struct apam_json value = json_at(json, name);

	*place = (struct place){ bytes->n, 0 };
	if (value.type == APAM_JSON_ABSENT)
		return true;
	if (value.type != APAM_JSON_STRING || value.str.n == 0 ||
	    !decode_base64url(bytes, value.str))
		return false;
	place->n = bytes->n - place->at;
	return true;
}

/* Has it what such a key must have? */
static bool
is_whole(const struct crypto_numbers *numbers)
{
	const struct apam_str *at = numbers->at;
	size_t primes = 0;

	for (size_t i = CRYPTO_P; i < CRYPTO_NUMBERS; i++)
		primes += at[i].n > 0;
	if (numbers->kind == APAM_KIND_RSA)
		return at[CRYPTO_N].n > 0 && at[CRYPTO_E].n > 0 &&
		    (primes == 0 || (primes == 5 && at[CRYPTO_D].n > 0));
	return at[CRYPTO_X].n > 0 &&
	    (at[CRYPTO_Y].n > 0 ||
		shapes[numbers->kind].names[CRYPTO_Y] == NULL);
}

static const char *
read_members(
    const struct json *json, struct buf *bytes, struct crypto_numbers *numbers)
{
	struct place places[CRYPTO_NUMBERS] = { { 0, 0 } };
	const char *name;

	for (size_t i = 0; i < CRYPTO_NUMBERS; i++) {
		name = shapes[numbers->kind].names[i];
		if (name != NULL && !read_number(json, name, bytes, &places[i]))
			return "the JWK has a member that is not base64url";
	}
	for (size_t i = 0; i < CRYPTO_NUMBERS; i++) {
		struct apam_str *number = &numbers->at[i];

		*number = str_cut(
		    str_skip(buf_view(bytes), places[i].at), places[i].n);
		while (numbers->kind == APAM_KIND_RSA && number->n > 0 &&
		    number->p[0] == 0)
			*number = str_skip(*number, 1);
	}
	return is_whole(numbers) ? NULL : "the JWK lacks a member";
}

static const char *
read_json(
    const struct json *json, struct buf *bytes, struct crypto_numbers *numbers)
{
	*numbers = (struct crypto_numbers){ .kind = kind_of(json) };
	if (json_at(json, "/keys").type != APAM_JSON_ABSENT)
		return "it is a set of JWKs: write the one that is meant alone";
	if (numbers->kind == 0 ||
	    json_at(json, "/oth").type != APAM_JSON_ABSENT)
		return unknown;
	return read_members(json, bytes, numbers);
}

const char *
jwk_read(
    struct apam_str text, struct buf *bytes, struct crypto_numbers *numbers)
{
	struct json *json;
	const char *why = json_new(text, &json);

	if (why != NULL)
		return why;
	/* Whatever is decoded is shorter. */
	buf_reserve(bytes, text.n);
	why = read_json(json, bytes, numbers);
	json_free(&json);
	return why;
}
