/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The raw counterparts of signing.  CLOCK_MONOTONIC_COARSE is Linux.
 */
#define _GNU_SOURCE
#include "raw.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "bench.h"

struct slot {
	atomic_uint sequence;
	int64_t expires; /* of the coarse clock, in seconds */
	size_t n;
	char bytes[STORE_SIZE];
};

static struct slot the_slot;
static _Atomic(struct slot *) current;

void
raw_set(const void *bytes, size_t n)
{
	need(n <= STORE_SIZE, "a signature is larger than its store");
	the_slot.n = n;
	the_slot.expires = INT64_MAX;
	memcpy(the_slot.bytes, bytes, n);
	atomic_store_explicit(&current, &the_slot, memory_order_release);
}

/* False where the credential has expired, which it never has. */
static bool
is_fresh(const struct slot *s)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return t.tv_sec < s->expires;
}

void
raw_copy(void *arg, size_t n)
{
	_Alignas(64) char store[STORE_SIZE];
	const struct slot *s = atomic_load(&current);

	(void)arg;
	for (size_t i = 0; i < n; i++) {
		memcpy(store, s->bytes, s->n);
		use(store);
	}
}

void
raw_load_clock_copy(void *arg, size_t n)
{
	_Alignas(64) char store[STORE_SIZE];
	const struct slot *s;

	(void)arg;
	for (size_t i = 0; i < n; i++) {
		s = atomic_load_explicit(&current, memory_order_acquire);
		if (!is_fresh(s))
			return;
		memcpy(store, s->bytes, s->n);
		use(store);
	}
}

void
raw_load_clock_count_copy(void *arg, size_t n)
{
	const _Atomic uint64_t *counter = arg;
	const uint64_t counted = atomic_load(counter);
	_Alignas(64) char store[STORE_SIZE];
	const struct slot *s;

	for (size_t i = 0; i < n; i++) {
		s = atomic_load_explicit(&current, memory_order_acquire);
		if (atomic_load_explicit(counter, memory_order_relaxed) !=
			counted ||
		    !is_fresh(s))
			return;
		memcpy(store, s->bytes, s->n);
		use(store);
	}
}

void
raw_load_clock_copy_wipe(void *arg, size_t n)
{
	_Alignas(64) char store[STORE_SIZE];
	const struct slot *s;

	(void)arg;
	for (size_t i = 0; i < n; i++) {
		s = atomic_load_explicit(&current, memory_order_acquire);
		if (!is_fresh(s))
			return;
		memcpy(store, s->bytes, s->n);
		use(store);
		explicit_bzero(store, s->n);
	}
}

/* False where a writer came between; there is none. */
static bool
copy_once(struct slot *s, char *store)
{
	unsigned before = atomic_load_explicit(
	    &s->sequence, memory_order_acquire);

	if (before & 1U)
		return false;
	memcpy(store, s->bytes, s->n);
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&s->sequence, memory_order_relaxed) ==
	    before;
}

void
raw_seqlock_copy(void *arg, size_t n)
{
	_Alignas(64) char store[STORE_SIZE];
	struct slot *s = atomic_load(&current);

	(void)arg;
	for (size_t i = 0; i < n; i++) {
		while (!copy_once(s, store))
			continue;
		use(store);
	}
}

/* What one thread signs with: each is made ready once, and used again. */
struct hashing {
	EVP_MAC_CTX *mac;
	EVP_MD *hash;
	EVP_MD_CTX *digest;
};

static void
hashing_init(struct hashing *h)
{
	static char name[] = "SHA256";
	static const unsigned char key[] =
	    "0123456789abcdef0123456789abcdef01234567";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	h->mac = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	h->hash = EVP_MD_fetch(NULL, name, NULL);
	h->digest = EVP_MD_CTX_new();
	need(h->mac != NULL && h->hash != NULL && h->digest != NULL &&
		EVP_MAC_init(h->mac, key, sizeof(key) - 1, params) == 1,
	    "OpenSSL has no HMAC");
}

static void
hashing_free(struct hashing *h)
{
	EVP_MD_CTX_free(h->digest);
	EVP_MD_free(h->hash);
	EVP_MAC_CTX_free(h->mac);
}

void
raw_hmac(void *arg, size_t n)
{
	static const unsigned char message[150] = { 'm' };
	unsigned char mac[EVP_MAX_MD_SIZE], body[EVP_MAX_MD_SIZE];
	struct hashing h;
	size_t size;

	(void)arg;
	hashing_init(&h);
	for (size_t i = 0; i < n; i++) {
		(void)EVP_DigestInit_ex2(h.digest, h.hash, NULL);
		(void)EVP_DigestFinal_ex(h.digest, body, NULL);
		use(body);
		(void)EVP_MAC_init(h.mac, NULL, 0, NULL);
		(void)EVP_MAC_update(h.mac, message, sizeof(message));
		(void)EVP_MAC_final(h.mac, mac, &size, sizeof(mac));
		use(mac);
	}
	hashing_free(&h);
}

void
raw_hmac_once(void *arg, size_t n)
{
	static const unsigned char message[150] = { 'm' };
	static const char key[] = "0123456789abcdef0123456789abcdef01234567";
	unsigned char mac[EVP_MAX_MD_SIZE], body[EVP_MAX_MD_SIZE];
	unsigned size;

	(void)arg;
	for (size_t i = 0; i < n; i++) {
		(void)EVP_Digest(message, 0, body, &size, EVP_sha256(), NULL);
		use(body);
		(void)HMAC(EVP_sha256(), key, sizeof(key) - 1, message,
		    sizeof(message), mac, &size);
		use(mac);
	}
}
