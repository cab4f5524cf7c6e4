/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of fake keys. None of these is a secret of anything.
 * Keys never move in the table, so a token may point at its key.
 */
#include "keys.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define KEYS_MAX 2048

static const struct key fixed[] = {
	{ SEVENSIGNAL, KEY_GOOD, "SANDBOX.CLIENT.ONE",
	    "not-a-secret-7signal-one", "user" },
	{ SEVENSIGNAL, KEY_GOOD, "SANDBOX.CLIENT.TWO",
	    "not-a-secret-7signal-two", "user" },
	{ SEVENSIGNAL, KEY_GOOD, "SANDBOX.CLIENT.ADMIN",
	    "not-a-secret-7signal-admin", "admin" },
	/* RFC 6749, 2.3.1: these show whether id and secret are encoded. */
	{ SEVENSIGNAL, KEY_GOOD, "sandbox:odd id", "not+a%secret/&=:odd",
	    "user" },
	{ XYSENSE, KEY_GOOD, "sandbox-read", "not-a-secret-xy-read", "read" },
	{ XYSENSE, KEY_GOOD, "sandbox-read-2", "not-a-secret-xy-read-2",
	    "read" },
	{ XYSENSE, KEY_GOOD, "sandbox-write", "not-a-secret-xy-write",
	    "write" },
	{ SEED, KEY_GOOD, "demo@example.com",
	    "0123456789abcdef0123456789abcdef01234567", "user" },
	{ SEED, KEY_GOOD, "second@example.com",
	    "89abcdef0123456789abcdef0123456789abcdef", "user" },
	{ APIKEY, KEY_GOOD, "sandbox-key", "not-a-secret-key", "user" },
	/* What a URL, a cookie and a header must each carry unharmed. */
	{ APIKEY, KEY_GOOD, "sandbox-key-2", "not+a%secret&=/key", "user" },
	{ APIKEY, KEY_GOOD, "sandbox-application", "not-a-secret-application",
	    "user" },
	{ SESSION, KEY_GOOD, "robot", "not-a-secret-robot", "user" },
	/* What JSON and forms must each carry unharmed. */
	{ SESSION, KEY_GOOD, "odd robot", "not+a%secret&\"=/\\robot", "user" },
};

static struct key keys[KEYS_MAX];
static size_t key_count;

void
keys_reset(void)
{
	memcpy(keys, fixed, sizeof(fixed));
	key_count = sizeof(fixed) / sizeof(fixed[0]);
}

struct key *
key_find(enum provider provider, const char *id, bool ignore_case)
{
	int (*compare)(const char *, const char *) = ignore_case ? strcasecmp :
								   strcmp;

	for (size_t i = 0; i < key_count; i++) {
		if (keys[i].provider == provider && !compare(keys[i].id, id))
			return &keys[i];
	}
	return NULL;
}

bool
key_accepts(const struct key *key, const char *secret)
{
	size_t length = strlen(secret);

	return key && key->state == KEY_GOOD && length == strlen(key->secret) &&
	    !CRYPTO_memcmp(secret, key->secret, length);
}

bool
key_rotate(struct key *key, const char *secret)
{
	if (strlen(secret) >= sizeof(key->secret))
		return false;
	snprintf(key->secret, sizeof(key->secret), "%s", secret);
	return true;
}

bool
key_add(enum provider provider, const char *id, const char *secret,
    const char *access)
{
	struct key *key = &keys[key_count];

	if (key_count == KEYS_MAX || key_find(provider, id, false) ||
	    strlen(id) >= sizeof(key->id) ||
	    strlen(access) >= sizeof(key->access) || !key_rotate(key, secret))
		return false;
	key->provider = provider;
	key->state = KEY_GOOD;
	snprintf(key->id, sizeof(key->id), "%s", id);
	snprintf(key->access, sizeof(key->access), "%s", access);
	key_count++;
	return true;
}
