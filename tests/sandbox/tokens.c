/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The token table: a ring of slots, chained into buckets by digest, so memory
 * is bounded and a lookup costs one SHA-256. Texts are not kept.
 * Expiring a provider's tokens is one step of its generation.
 */
#include "tokens.h"
#include "encoding.h"
#include "switches.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#define SLOTS 131072
#define BUCKETS 65536
#define DIGEST 32
#define NO_SLOT 0 /* slots count from 1 */

struct token {
	unsigned char digest[DIGEST];
	const struct key *key; /* NULL: the slot is free */
	int64_t expires_ms;
	uint64_t generation;
	uint32_t next;
	bool revoked;
};

static struct token slots[SLOTS + 1];
static uint32_t buckets[BUCKETS];
static uint32_t last_slot;
static unsigned char signing_key[DIGEST];
static int64_t lives[PROVIDERS];
static uint64_t generations[PROVIDERS], minted[PROVIDERS];

bool
tokens_init(void)
{
	lives[SEVENSIGNAL] = 86400;
	lives[XYSENSE] = 3600;
	lives[SESSION] = 3600;
	return RAND_bytes(signing_key, sizeof(signing_key)) == 1;
}

void
tokens_set_life(enum provider provider, int64_t seconds)
{
	lives[provider] = seconds;
}

static uint32_t *
bucket_of(const unsigned char *digest)
{
	return &buckets[(digest[0] << 8 | digest[1]) % BUCKETS];
}

static bool
digest_text(const char *text, unsigned char *digest)
{
	return EVP_Digest(
		   text, strlen(text), digest, NULL, EVP_sha256(), NULL) == 1;
}

static void
slot_unlink(uint32_t slot)
{
	uint32_t *link = bucket_of(slots[slot].digest);

	while (*link != NO_SLOT && *link != slot)
		link = &slots[*link].next;
	if (*link == slot)
		*link = slots[slot].next;
	slots[slot].key = NULL;
}

static bool
slot_store(const char *text, const struct key *key)
{
	uint32_t slot = last_slot % SLOTS + 1;
	struct token *token = &slots[slot];
	uint32_t *bucket;

	if (token->key)
		slot_unlink(slot);
	if (!digest_text(text, token->digest))
		return false;
	bucket = bucket_of(token->digest);
	token->next = *bucket;
	token->key = key;
	token->expires_ms = now_ms() + lives[key->provider] * 1000;
	token->generation = generations[key->provider];
	token->revoked = false;
	*bucket = last_slot = slot;
	minted[key->provider]++;
	return true;
}

static bool
random_hex(char *out)
{
	unsigned char bytes[16];

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return false;
	for (size_t i = 0; i < sizeof(bytes); i++)
		sprintf(out + 2 * i, "%02x", bytes[i]);
	return true;
}

static bool
jwt_claims(const struct key *key, const char *scope, const char *id, char *out)
{
	int64_t now = now_ms() / 1000;
	char expiry[48] = "";
	int length;

	if (switch_is(key->provider, "token", "jwt"))
		snprintf(expiry, sizeof(expiry), ",\"exp\":%" PRId64,
		    now + lives[key->provider]);
	length = snprintf(out, TOKEN_TEXT_MAX / 2,
	    "{\"iss\":\"sandbox\",\"aud\":\"%s\",\"iat\":%" PRId64
	    "%s,\"jti\":\"%s\",\"scope\":\"%s\"}",
	    provider_name(key->provider), now, expiry, id, scope);
	return length > 0 && length < TOKEN_TEXT_MAX / 2;
}

static bool
jwt_write(const char *claims, char *out)
{
	static const char header[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
	unsigned char mac[DIGEST];
	size_t used;

	base64url(header, sizeof(header) - 1, out);
	used = strlen(out);
	out[used++] = '.';
	base64url(claims, strlen(claims), out + used);
	if (!HMAC(EVP_sha256(), signing_key, sizeof(signing_key),
		(unsigned char *)out, strlen(out), mac, NULL))
		return false;
	used = strlen(out);
	out[used++] = '.';
	base64url(mac, sizeof(mac), out + used);
	return true;
}

bool
token_mint(const struct key *key, const char *scope, char *out)
{
	char id[2 * 16 + 1], claims[TOKEN_TEXT_MAX / 2];

	if (!random_hex(id))
		return false;
	if (switch_is(key->provider, "token", "opaque"))
		snprintf(out, TOKEN_TEXT_MAX, "opaque-%s", id);
	else if (!jwt_claims(key, scope, id, claims) || !jwt_write(claims, out))
		return false;
	return slot_store(out, key);
}

static bool
token_lives(const struct token *token)
{
	enum provider provider = token->key->provider;

	if (token->revoked || token->generation != generations[provider] ||
	    token->expires_ms <= now_ms())
		return false;
	return token->key->state == KEY_GOOD ||
	    switch_is(provider, "tokens_outlive_key", "on");
}

struct token *
token_find(enum provider provider, const char *text)
{
	unsigned char digest[DIGEST];
	uint32_t slot;

	if (!digest_text(text, digest))
		return NULL;
	slot = *bucket_of(digest);
	while (slot != NO_SLOT && memcmp(slots[slot].digest, digest, DIGEST))
		slot = slots[slot].next;
	if (slot == NO_SLOT || slots[slot].key->provider != provider)
		return NULL;
	return token_lives(&slots[slot]) ? &slots[slot] : NULL;
}

struct token *
token_bearer(enum provider provider, const char *header)
{
	if (!header || strncmp(header, "Bearer ", 7))
		return NULL;
	return token_find(provider, header + 7);
}

const struct key *
token_key(const struct token *token)
{
	return token->key;
}

int64_t
token_expires_ms(const struct token *token)
{
	return token->expires_ms;
}

void
token_revoke(struct token *token)
{
	token->revoked = true;
}

void
tokens_expire(enum provider provider)
{
	generations[provider]++;
}

uint64_t
tokens_minted(enum provider provider)
{
	return minted[provider];
}

bool
expires_in_text(enum provider provider, char *out, size_t size)
{
	/* With a third column, the true life stands between the two. */
	static const char *const shapes[][3] = {
		{ "number", "", "" },
		{ "string", "\"", "\"" },
		{ "float", "", ".5" },
		{ "zero", "0", NULL },
		{ "negative", "-1", NULL },
		{ "huge", "999999999999999999", NULL },
		{ "overflow", "99999999999999999999999999", NULL },
		{ "null", "null", NULL },
		{ "text", "\"soon\"", NULL },
	};
	const char *shape = switch_get(provider, "expires_in");
	char life[24] = "";
	size_t i = 0;

	while (i < sizeof(shapes) / sizeof(shapes[0]) &&
	    strcmp(shape, shapes[i][0]))
		i++;
	if (i == sizeof(shapes) / sizeof(shapes[0]))
		return false;
	if (shapes[i][2])
		snprintf(life, sizeof(life), "%" PRId64, lives[provider]);
	snprintf(out, size, "%s%s%s", shapes[i][1], life,
	    shapes[i][2] ? shapes[i][2] : "");
	return true;
}
