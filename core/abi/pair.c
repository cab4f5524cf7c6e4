/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading pairs, and keeping the last one of an entry.
 */
#include "abi/pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fork_gate.h"
#include "base/refs.h"
#include "crypto/key_der.h"
#include "file/trust.h"
#include "text/pem.h"

#define FILE_SIZE_MAX 65536
#define NAME_SIZE_MAX 4096
#define LOOK_MS 1000

/* ---- What is named ------------------------------------------------------ */

struct pair_source *
pair_source_new(const struct apam_certificate *from)
{
	struct pair_source *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	buf_init_plain(&s->file, NAME_SIZE_MAX);
	buf_init_plain(&s->key_file, NAME_SIZE_MAX);
	buf_init(&s->passphrase, NAME_SIZE_MAX);
	buf_set(&s->file, from->file);
	buf_set(&s->key_file, from->key_file);
	buf_set(&s->passphrase, from->passphrase);
	/* The core's own, which counts who holds it. */
	if (from->key != NULL)
		s->key = key_hold((struct apam_key *)(uintptr_t)from->key);
	if (s->file.no_memory || s->key_file.no_memory ||
	    s->passphrase.no_memory)
		pair_source_free(&s);
	return s;
}

static bool
has_nul(const struct buf *b)
{
	return b->n > 0 && memchr(b->p, '\0', b->n) != NULL;
}

const char *
pair_source_problem(const struct pair_source *s)
{
	if (s->file.n == 0 || (s->key_file.n > 0) == (s->key != NULL))
		return "a client certificate has a file, and a key in a file "
		       "or as a handle";
	if (has_nul(&s->passphrase) || has_nul(&s->file) ||
	    has_nul(&s->key_file))
		return "the client certificate's names or passphrase have a "
		       "NUL";
	return NULL;
}

void
pair_source_free(struct pair_source **source)
{
	struct pair_source *s = *source;

	*source = NULL;
	if (s == NULL)
		return;
	key_drop(&s->key);
	buf_free(&s->passphrase);
	buf_free(&s->key_file);
	buf_free(&s->file);
	free(s);
}

static struct apam_certificate
view_of(const struct pair_source *s)
{
	return (
	    struct apam_certificate){ .size = sizeof(struct apam_certificate),
		.file = buf_view(&s->file),
		.key_file = buf_view(&s->key_file),
		.key = s->key,
		.passphrase = buf_view(&s->passphrase) };
}

struct apam_certificate
pair_named(const struct pair *pair)
{
	return view_of(pair->source);
}

static bool
source_same(const struct pair_source *a, const struct pair_source *b)
{
	return bytes_equal(buf_view(&a->file), buf_view(&b->file)) &&
	    bytes_equal(buf_view(&a->key_file), buf_view(&b->key_file)) &&
	    bytes_equal(buf_view(&a->passphrase), buf_view(&b->passphrase)) &&
	    a->key == b->key;
}

/* ---- Reading ------------------------------------------------------------- */

/* A key is a secret like others; nobody must be asked for its passphrase. */
static enum apam_status
read_key(struct pair *p, bool user, struct apam_error *err)
{
	const struct pair_source *s = p->source;
	const char *file = buf_view(&s->key_file).p;
	enum apam_status status;

	if (s->key != NULL)
		return key_der(s->key, &p->key, err);
	file_prints_add(&p->files, file);
	status = trust_read(file, TRUST_SECRET, user, &p->key, err);
	if (status == APAM_OK && s->passphrase.n == 0 &&
	    pem_key_is_encrypted(buf_view(&p->key)))
		return error_set(err, APAM_E_CONFIG,
		    "the client key %s is encrypted: give its passphrase, or "
		    "store it without one",
		    file);
	return status;
}

/*
 * The version is in the certificate's text, outside of what PEM takes for its
 * own (RFC 7468, 2).  HTTP clients keep connections and TLS sessions by the
 * certificate's bytes and not by the key's.
 */
static enum apam_status
read_certificate(struct pair *p, bool user, struct apam_error *err)
{
	const char *file = buf_view(&p->source->file).p;
	enum apam_status status;
	char line[64];

	file_prints_add(&p->files, file);
	status = trust_read(file, TRUST_FILE, user, &p->certificate, err);
	if (status != APAM_OK)
		return status;
	(void)snprintf(line, sizeof(line), "\napam: pair %llu\n",
	    (unsigned long long)p->pub.version);
	p->certificate.max += sizeof(line);
	buf_put(&p->certificate, apam_str(line));
	return p->certificate.failed ?
	    error_set(err, APAM_E_MEMORY, "out of memory") :
	    APAM_OK;
}

static struct pair *
pair_new(const struct pair_source *source)
{
	static _Atomic uint64_t versions;
	const struct apam_certificate named = view_of(source);
	struct pair *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	refs_init(&p->refs);
	buf_init(&p->certificate, FILE_SIZE_MAX);
	buf_init(&p->key, FILE_SIZE_MAX);
	p->pub.version = atomic_fetch_add(&versions, 1) + 1;
	p->source = pair_source_new(&named);
	if (p->source == NULL)
		pair_release(&p);
	return p;
}

/* What hosts see, once all is read. */
static void
show(struct pair *p)
{
	const struct pair_source *s = p->source;

	p->pub.size = sizeof(p->pub);
	p->pub.certificate = buf_view(&p->certificate);
	p->pub.key = buf_view(&p->key);
	p->pub.key_type = s->key != NULL ? "DER" : "PEM";
	p->pub.passphrase = buf_view(&s->passphrase).p;
	p->pub.file = buf_view(&s->file).p;
	p->pub.key_file = s->key != NULL ? NULL : buf_view(&s->key_file).p;
}

static struct pair *
pair_read(const struct pair_source *source, bool user, struct apam_error *err)
{
	struct pair *p = pair_new(source);
	enum apam_status status;

	if (p == NULL) {
		(void)error_set(err, APAM_E_MEMORY, "out of memory");
		return NULL;
	}
	atomic_store(&p->check_at, clock_ms() + LOOK_MS);
	status = read_key(p, user, err);
	if (status == APAM_OK)
		status = read_certificate(p, user, err);
	if (status == APAM_OK)
		show(p);
	else
		pair_release(&p);
	return p;
}

static struct pair *
pair_hold(struct pair *p)
{
	if (p != NULL)
		refs_hold(&p->refs);
	return p;
}

void
pair_release(struct pair **pair)
{
	struct pair *p = *pair;

	*pair = NULL;
	if (p == NULL || !refs_drop(&p->refs))
		return;
	file_prints_free(&p->files);
	buf_free(&p->key);
	buf_free(&p->certificate);
	pair_source_free(&p->source);
	free(p);
}

/* ---- The last one of an entry --------------------------------------------- */

void
pair_cache_init(struct pair_cache *cache)
{
	pthread_mutex_init(&cache->lock, NULL);
	cache->pair = NULL;
}

void
pair_cache_free(struct pair_cache *cache)
{
	pair_release(&cache->pair);
	pthread_mutex_destroy(&cache->lock);
}

static struct pair *
take(struct pair_cache *cache)
{
	struct pair *p;

	fork_lock(&cache->lock);
	p = pair_hold(cache->pair);
	fork_unlock(&cache->lock);
	return p;
}

static void
put(struct pair_cache *cache, struct pair *fresh)
{
	struct pair *old;

	fork_lock(&cache->lock);
	old = cache->pair;
	cache->pair = pair_hold(fresh);
	fork_unlock(&cache->lock);
	pair_release(&old);
}

/* True if it is what the source names, and its files are as they were. */
static bool
still_holds(struct pair *p, const struct pair_source *source)
{
	const int64_t now = clock_ms();

	if (p == NULL || !source_same(p->source, source))
		return false;
	if (now < atomic_load(&p->check_at))
		return true;
	atomic_store(&p->check_at, now + LOOK_MS);
	return !file_prints_changed(&p->files);
}

struct pair *
pair_get(struct pair_cache *cache, const struct pair_source *source, bool user,
    struct apam_error *err)
{
	struct pair *p = take(cache);

	if (still_holds(p, source))
		return p;
	pair_release(&p);
	p = pair_read(source, user, err);
	if (p != NULL)
		put(cache, p);
	return p;
}
