/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tokens that providers have minted. A token is a real JWT
 * (RFC 7519, HS256 with a key made at start) or opaque; it is looked up by its
 * digest, and the oldest one is forgotten when the table is full.
 * Callers hold the sandbox's lock.
 */
#ifndef SANDBOX_TOKENS_H
#define SANDBOX_TOKENS_H

#include "keys.h"

#define TOKEN_TEXT_MAX 1024

struct token;

/* Makes the signing key and the default lives; false without random bytes. */
bool tokens_init(void);

/* How long tokens minted from now on live. */
void tokens_set_life(enum provider provider, int64_t seconds);

/* Mints a token for KEY into OUT (TOKEN_TEXT_MAX bytes). */
bool token_mint(const struct key *key, const char *scope, char *out);

/* The live token with that text, or NULL: unexpired, not revoked, and its key
 * still good unless the provider's tokens outlive their key. */
struct token *token_find(enum provider provider, const char *text);

/* The token in an "Authorization: Bearer" header, as above; HEADER may be
 * NULL. */
struct token *token_bearer(enum provider provider, const char *header);

/* The key that minted it. */
const struct key *token_key(const struct token *token);

/* When it expires, in milliseconds since 1970-01-01 UTC. */
int64_t token_expires_ms(const struct token *token);

/* Ends it now. */
void token_revoke(struct token *token);

/* Every token of the provider is dead from now on. */
void tokens_expire(enum provider provider);

/* How many tokens the provider has minted. */
uint64_t tokens_minted(enum provider provider);

/* Writes the provider's idea of "expires_in", as its switch says, as JSON text
 * into OUT; false when the member is to be left out. */
bool expires_in_text(enum provider provider, char *out, size_t size);

#endif
