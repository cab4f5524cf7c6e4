/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Services on digests and keys.  What fails is told in the log: a module gets a
 * status alone.
 */
#include "abi/service_say.h"
#include "abi/service_tables.h"
#include "base/error.h"
#include "base/sized.h"
#include "crypto/digest.h"
#include "crypto/jwk_write.h"
#include "crypto/key_cache.h"
#include "crypto/key_text.h"
#include "crypto/key_use.h"
#include "text/encode.h"

/* What the numbers of a recipe say first. */
enum recipe { RECIPE_DERIVED = 1, RECIPE_MADE = 2 };

/* An object of apam's own that is not trusted is a fault of this machine. */
static int32_t
tell(const struct apam_services *svc, enum apam_status status,
    const struct apam_error *why)
{
	const struct services *s = services_of(svc);
	const bool usage = status == APAM_E_USAGE;

	if (status == APAM_OK || why->status == APAM_OK)
		return status;
	log_line(s->log, usage ? APAM_LOG_DEBUG : APAM_LOG_ERROR, "%s: %s",
	    s->scheme, why->text);
	return status == APAM_E_TRUST ? APAM_E_INTERNAL : status;
}

/* The core's part of the services, where it keeps keys. */
static struct key_cache *
cache_of(const struct apam_services *svc)
{
	struct services *s = (struct services *)(uintptr_t)svc;

	return &s->keys;
}

/* Nothing is made of a message of which a part is a text that failed. */
static int32_t
whole(const struct crypto_message *message)
{
	for (size_t i = 0; i < message->count; i++)
		if (buf_is_failed_view(message->parts[i]))
			return APAM_E_MEMORY;
	return APAM_OK;
}

/* ---- Digests ------------------------------------------------------------ */

static int32_t
digest(const struct apam_services *svc, int32_t hash,
    const struct apam_str *parts, size_t count, unsigned char *to, size_t *n)
{
	const struct crypto_message message = { parts, count };
	struct apam_error why;

	error_init(&why);
	if (whole(&message) != APAM_OK)
		return APAM_E_MEMORY;
	return tell(svc, digest_message(hash, &message, to, n, &why), &why);
}

static int32_t
body_digest(const struct apam_services *svc, int32_t hash,
    const struct apam_body *body, unsigned char *to, size_t *n)
{
	struct apam_error why;

	error_init(&why);
	return tell(svc, digest_body(hash, body, to, n, &why), &why);
}

/* ---- What keys do ------------------------------------------------------- */

static int32_t
hmac(const struct apam_services *svc, const struct apam_key *key, int32_t hash,
    const struct apam_str *parts, size_t count, unsigned char *to, size_t *n)
{
	const struct crypto_message message = { parts, count };
	struct apam_error why;

	error_init(&why);
	if (whole(&message) != APAM_OK)
		return APAM_E_MEMORY;
	return tell(svc, key_hmac(key, hash, &message, to, n, &why), &why);
}

static int32_t
sign(const struct apam_services *svc, const struct apam_key *key,
    int32_t algorithm, const struct apam_str *parts, size_t count,
    unsigned char *to, size_t size, size_t *n)
{
	const struct crypto_message message = { parts, count };
	struct key_signature signature = { to, size, 0 };
	struct apam_error why;
	enum apam_status status;

	error_init(&why);
	status = whole(&message);
	if (status == APAM_OK)
		status = key_sign(key, algorithm, &message, &signature, &why);
	*n = signature.n;
	return tell(svc, status, &why);
}

static int32_t
verify(const struct apam_services *svc, const struct apam_key *key,
    int32_t algorithm, const struct apam_str *parts, size_t count,
    struct apam_str signature)
{
	const struct crypto_message message = { parts, count };
	struct apam_error why;

	error_init(&why);
	if (whole(&message) != APAM_OK || buf_is_failed_view(signature))
		return APAM_E_MEMORY;
	return tell(
	    svc, key_verify(key, algorithm, &message, signature, &why), &why);
}

static int32_t
kind(const struct apam_services *svc, const struct apam_key *key)
{
	(void)svc;
	return key->kind;
}

static int32_t
jwk(const struct apam_services *svc, const struct apam_key *key,
    struct apam_text *to)
{
	struct apam_error why = APAM_ERROR_INIT;
	enum apam_status status;
	struct buf made;

	buf_init_plain(&made, APAM_SIGNATURE_MAX * 2);
	status = jwk_write(key, &made, &why);
	if (status == APAM_OK)
		svc->text_put(svc, to, APAM_WRITING_PLAIN, buf_view(&made));
	buf_free(&made);
	return tell(svc, status, &why);
}

/* ---- Making keys -------------------------------------------------------- */

static int32_t
generate(const struct apam_services *svc, int32_t of, struct apam_key **key)
{
	struct apam_error why = APAM_ERROR_INIT;

	return tell(svc, key_generate(of, key, &why), &why);
}

static void
let_go(const struct apam_services *svc, struct apam_key **key)
{
	(void)svc;
	key_drop(key);
}

static int32_t
derive(const struct apam_services *svc, const struct apam_key *key,
    int32_t hash, const struct apam_str *steps, size_t count,
    struct apam_key **to)
{
	const struct key_recipe recipe = {
		.numbers = { RECIPE_DERIVED, (uint32_t)hash, key->number },
		.parts = steps,
		.count = count,
	};
	const struct crypto_message message = { steps, count };
	struct apam_error why = APAM_ERROR_INIT;
	enum apam_status status;

	*to = NULL;
	if (whole(&message) != APAM_OK)
		return APAM_E_MEMORY;
	*to = key_cache_find(cache_of(svc), &recipe);
	if (*to != NULL)
		return APAM_OK;
	status = key_derive(key, hash, &message, to, &why);
	if (status == APAM_OK)
		key_cache_keep(cache_of(svc), &recipe, *to);
	return tell(svc, status, &why);
}

/* The bytes of a source, or of its key, as they are. */
static enum apam_status
read_bytes(const struct apam_key_source *source, struct buf *to,
    struct apam_error *err)
{
	const struct apam_str written = source->key == NULL ?
	    source->bytes :
	    buf_view(&source->key->bytes);
	bool (*decode)(struct buf * b, struct apam_str text) = NULL;

	if (source->writing == APAM_WRITING_PLAIN)
		buf_put(to, written);
	else if (source->writing == APAM_WRITING_HEX)
		decode = decode_put_hex;
	else if (source->writing == APAM_WRITING_BASE64)
		decode = decode_base64;
	else if (source->writing == APAM_WRITING_BASE64URL)
		decode = decode_base64url;
	else
		return error_set(err, APAM_E_USAGE,
		    "a key is not made of bytes that are so written");
	if ((decode == NULL || decode(to, written)) && !to->failed)
		return APAM_OK;
	if (to->no_memory)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	return error_set(err, APAM_E_USAGE,
	    "the bytes for a key are not written as they should be");
}

static enum apam_status
make_of_bytes(const struct apam_key_source *source, struct apam_str bytes,
    struct apam_key **key, struct apam_error *err)
{
	struct crypto_numbers numbers = { .kind = source->kind };

	if (source->kind == 0)
		return key_of_text(bytes, key, err);
	if (source->kind == APAM_KIND_SYMMETRIC)
		return key_of_bytes(source->prefix, bytes, key, err);
	if (source->kind != APAM_KIND_EC_P256)
		return error_set(err, APAM_E_USAGE,
		    "a key of this kind is made of PEM or a JWK");
	numbers.at[CRYPTO_D] = bytes;
	return key_of_numbers(&numbers, key, err);
}

static enum apam_status
make(const struct apam_key_source *source, struct apam_key **key,
    struct apam_error *err)
{
	enum apam_status status;
	struct buf bytes;

	if (source->prefix.n > 0 && source->kind != APAM_KIND_SYMMETRIC)
		return error_set(err, APAM_E_USAGE,
		    "a prefix stands before the bytes of a symmetric key");
	if (source->key != NULL &&
	    (source->key->kind != APAM_KIND_SYMMETRIC ||
		source->kind != APAM_KIND_SYMMETRIC || source->bytes.n > 0))
		return error_set(err, APAM_E_USAGE,
		    "a key is made of a symmetric one, or of bytes");
	buf_init(&bytes, KEY_BYTES_MAX);
	status = read_bytes(source, &bytes, err);
	if (status == APAM_OK)
		status = make_of_bytes(source, buf_view(&bytes), key, err);
	buf_free(&bytes);
	return status;
}

/* With the credential: the core makes it once for each. */
static enum apam_status
make_once(const struct apam_services *svc, const struct apam_key_source *source,
    struct apam_key **key, struct apam_error *err)
{
	const struct apam_str parts[] = { source->prefix, source->bytes };
	const struct key_recipe recipe = {
		.numbers = { RECIPE_MADE, (uint32_t)source->kind,
		    (uint32_t)source->writing,
		    source->key == NULL ? 0 : source->key->number },
		.parts = parts,
		.count = 2,
		.acquired_ms = source->credential->acquired_ms,
		.secret = source->credential->secret.p,
	};
	enum apam_status status;

	*key = key_cache_find(cache_of(svc), &recipe);
	if (*key != NULL)
		return APAM_OK;
	status = make(source, key, err);
	if (status == APAM_OK)
		key_cache_keep(cache_of(svc), &recipe, *key);
	return status;
}

static int32_t
make_key(const struct apam_services *svc, const struct apam_key_source *given,
    struct apam_key **key)
{
	struct apam_error why = APAM_ERROR_INIT;
	struct apam_key_source source;
	enum apam_status status;

	*key = NULL;
	status = sized_take(&sized_key_source, given, &source, &why);
	if (status == APAM_OK &&
	    (buf_is_failed_view(source.prefix) ||
		buf_is_failed_view(source.bytes)))
		status = APAM_E_MEMORY;
	if (status == APAM_OK)
		status = source.credential != NULL ?
		    make_once(svc, &source, key, &why) :
		    make(&source, key, &why);
	return tell(svc, status, &why);
}

/* ---- The table ---------------------------------------------------------- */

void
services_add_keys(struct apam_services *to)
{
	to->digest = digest;
	to->body_digest = body_digest;
	to->hmac = hmac;
	to->key_sign = sign;
	to->key_verify = verify;
	to->key_make = make_key;
	to->key_derive = derive;
	to->key_generate = generate;
	to->key_free = let_go;
	to->key_kind = kind;
	to->key_jwk = jwk;
}
