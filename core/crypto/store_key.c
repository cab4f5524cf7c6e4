/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One lock for all: a device answers one at a time, and not each provider bears
 * threads (tpm2-openssl 1.1 does not).  Other keys do not take it.
 */
#include "crypto/store_key.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fork_gate.h"
#include "base/str.h"
#include "crypto/key_asn1.h"
#include "crypto/openssl.h"
#include "file/trust.h"

struct store_key {
	struct key_signer pub; /* first */
	const struct crypto_object *crypto;
	char *uri;
	char *file; /* NULL: the URI is not file: */
	struct buf pin;
	bool user;
	/* What follows is guarded by the lock. */
	unsigned child; /* openssl_child, when the signer was opened */
	void *signer; /* crypto's; NULL: to be opened again */
	struct crypto_public public; /* the signer's */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- Opening ------------------------------------------------------------ */

/* What OpenSSL says, with the URI, which is not a secret. */
static enum apam_status
failed(const struct store_key *s, const struct crypto_failure *failure,
    struct apam_error *err)
{
	if (failure->status == APAM_E_MEMORY)
		return openssl_failed(failure, err);
	return error_set(
	    err, APAM_E_SECRET, "openssl-store:%s: %s", s->uri, failure->text);
}

static enum apam_status
open_at(struct store_key *s, const char *uri, struct apam_error *err)
{
	const struct crypto_store at = { uri, buf_view(&s->pin), s->child };
	struct crypto_failure failure;

	s->signer = s->crypto->key_of_store(&at, &s->public, &failure);
	return s->signer != NULL ? APAM_OK : failed(s, &failure, err);
}

/* OpenSSL opens the very file that was found safe. */
static enum apam_status
open_file(struct store_key *s, struct apam_error *err)
{
	struct apam_error own = APAM_ERROR_INIT;
	enum apam_status status;
	char path[32];
	int fd;

	fd = trust_open(s->file, TRUST_SECRET, s->user, &own);
	if (fd < 0)
		return error_set(err,
		    own.status == APAM_E_CONFIG ? APAM_E_SECRET : own.status,
		    "%s", own.text);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	status = open_at(s, path, err);
	(void)close(fd);
	return status;
}

/* Forget the signer; what a parent opened is the parent's. */
static void
drop_signer(struct store_key *s)
{
	if (s->signer != NULL && s->child == openssl_child())
		s->crypto->key_free(s->signer);
	s->signer = NULL;
}

static enum apam_status
open_signer(struct store_key *s, struct apam_error *err)
{
	s->child = openssl_child();
	return s->file != NULL ? open_file(s, err) : open_at(s, s->uri, err);
}

/* ---- Its public part ---------------------------------------------------- */

static enum apam_status
make_public(
    const struct store_key *s, struct apam_key **key, struct apam_error *err)
{
	const struct apam_str der = { (const char *)s->public.der,
		s->public.n };
	struct apam_error own = APAM_ERROR_INIT;
	struct crypto_numbers numbers;
	const char *why = key_asn1_public(der, &numbers);

	if (why != NULL)
		return error_set(
		    err, APAM_E_SECRET, "openssl-store:%s: %s", s->uri, why);
	if (key_of_numbers(&numbers, key, &own) == APAM_OK)
		return APAM_OK;
	return error_set(err,
	    own.status == APAM_E_USAGE ? APAM_E_SECRET : own.status, "%s",
	    own.text);
}

/* Opened again, it must be the same. */
static enum apam_status
reopen(struct store_key *s, struct apam_error *err)
{
	const struct crypto_public was = s->public;
	const enum apam_status status = open_signer(s, err);
	bool same;

	if (status == APAM_OK) {
		same = s->public.n == was.n &&
		    memcmp(s->public.der, was.der, was.n) == 0;
		if (same)
			return APAM_OK;
		(void)error_set(err, APAM_E_SECRET,
		    "openssl-store:%s: another key is there now: open the "
		    "profile anew",
		    s->uri);
	}
	drop_signer(s);
	s->public = was;
	return err->status;
}

/* ---- Signing ------------------------------------------------------------ */

static enum apam_status
sign(struct store_key *s, int32_t algorithm,
    const struct crypto_message *message, unsigned char *to, size_t *n,
    struct apam_error *err)
{
	struct crypto_failure failure;
	enum apam_status status;

	if (s->child != openssl_child())
		drop_signer(s);
	if (s->signer == NULL) {
		status = reopen(s, err);
		if (status != APAM_OK)
			return status;
	}
	if (s->crypto->sign(s->signer, algorithm, message, 0, to, n, &failure))
		return APAM_OK;
	/* A session may be over, or the device gone: the next one looks. */
	drop_signer(s);
	return failed(s, &failure, err);
}

static enum apam_status
sign_locked(struct key_signer *signer, int32_t algorithm,
    const struct crypto_message *message, unsigned char *to, size_t *n,
    struct apam_error *err)
{
	enum apam_status status;

	fork_lock(&lock);
	status = sign(
	    (struct store_key *)signer, algorithm, message, to, n, err);
	fork_unlock(&lock);
	return status;
}

/* ---- Making and freeing ------------------------------------------------- */

static void
free_store(struct key_signer *signer)
{
	struct store_key *s = (struct store_key *)signer;

	fork_lock(&lock);
	drop_signer(s);
	fork_unlock(&lock);
	buf_free(&s->pin);
	free(s->uri);
	free(s->file);
	free(s);
}

static struct store_key *
new_store(const struct key_uri *uri, struct apam_str pin, bool user)
{
	struct store_key *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	buf_init(&s->pin, pin.n);
	buf_put(&s->pin, pin);
	s->pub = (struct key_signer){ sign_locked, free_store };
	s->user = user;
	s->uri = str_dup(uri->uri);
	if (uri->file.n > 0)
		s->file = str_dup(uri->file);
	if (s->uri != NULL && (uri->file.n == 0 || s->file != NULL) &&
	    !s->pin.failed)
		return s;
	free_store(&s->pub);
	return NULL;
}

static enum apam_status
open_first(struct store_key *s, struct apam_error *err)
{
	enum apam_status status;

	fork_lock(&lock);
	status = open_signer(s, err);
	fork_unlock(&lock);
	return status;
}

enum apam_status
store_key_open(const struct key_uri *uri, struct apam_str pin, bool user,
    struct apam_key **key, struct apam_error *err)
{
	const struct crypto_object *crypto = openssl(err);
	struct store_key *s;
	enum apam_status status;

	*key = NULL;
	if (crypto == NULL)
		return err->status;
	s = new_store(uri, pin, user);
	if (s == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	s->crypto = crypto;
	status = open_first(s, err);
	if (status == APAM_OK)
		status = make_public(s, key, err);
	if (status != APAM_OK) {
		free_store(&s->pub);
		return status;
	}
	(*key)->is_private = true;
	(*key)->signer = &s->pub;
	return APAM_OK;
}
