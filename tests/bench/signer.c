/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signing as a host does it, in a loop.
 */
#include "signer.h"

#include "bench.h"
#include "raw.h"

#define URL "https://api.example.com/v1/things?page=2"

/* Bytes of the block in which a signature is laid out. */
static size_t
bytes_of(const struct apam_signature *s)
{
	size_t n = s->header_count * sizeof(struct apam_header);

	for (size_t i = 0; i < s->header_count; i++)
		n += s->headers[i].name.n + s->headers[i].value.n + 2;
	if (s->url >= s->store && s->url < s->store + s->store_size)
		n += strlen(s->url) + 1;
	return n;
}

void
signer_init(struct signer *signer, const char *profile)
{
	static const struct apam_request request = APAM_REQUEST("GET", URL);
	_Alignas(64) char store[STORE_SIZE];
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_error err = APAM_ERROR_INIT;

	signer->profile = site_profile(profile);
	signer->request = request;
	signer->release = false;
	s.store = store;
	s.store_size = sizeof(store);
	if (apam_sign(signer->profile, &signer->request, &s, &err) != APAM_OK)
		need(false, err.text);
	need(s.owned == NULL && s.header_count == 1,
	    "a signature is not in the caller's store");
	raw_set(store, bytes_of(&s));
	apam_signature_release(&s);
}

void
signer_run(void *arg, size_t n)
{
	_Alignas(64) char store[STORE_SIZE];
	struct signer *signer = arg;
	struct apam_error err = APAM_ERROR_INIT;

	for (size_t i = 0; i < n; i++) {
		struct apam_signature s = APAM_SIGNATURE_INIT;

		s.store = store;
		s.store_size = sizeof(store);
		if (apam_sign(signer->profile, &signer->request, &s, &err) !=
		    APAM_OK)
			need(false, err.text);
		use(store);
		if (signer->release)
			apam_signature_release(&s);
	}
}
