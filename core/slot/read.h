/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The readers' side of a slot.  All of it is inline, so that apam_sign, of
 * which it is the short way, has one frame on the stack for it.
 */
#ifndef CORE_SLOT_READ_H
#define CORE_SLOT_READ_H

#include <string.h>

#include <apam/apam.h>

#include "base/buf.h"
#include "base/sized.h"
#include "slot/parameter.h"
#include "slot/slot.h"
#include "text/header.h"

#define STORE_ALIGN _Alignof(struct apam_header)
#ifndef ALWAYS_INLINE
#define ALWAYS_INLINE inline __attribute__((always_inline))
#endif

/* Upper-case letters alone: every method there is. */
static inline bool
method_is_plain(const char *method)
{
	size_t n = 0;

	if (method[0] == 'G' && method[1] == 'E' && method[2] == 'T' &&
	    method[3] == '\0')
		return true;
	while (method[n] >= 'A' && method[n] <= 'Z')
		n++;
	return n > 0 && n < 16 && method[n] == '\0';
}

static inline bool
headers_are_plain(const struct apam_request *r)
{
	if (r->headers == NULL)
		return false;
	for (size_t i = 0; i < r->header_count; i++)
		if (!header_name_ok(r->headers[i].name) ||
		    !header_value_ok(r->headers[i].value))
			return false;
	return true;
}

static inline bool
body_is_plain(const struct apam_body *body)
{
	return (body->size == sizeof(*body) ||
		   sized_check(&sized_body, body, NULL) == APAM_OK) &&
	    body->kind != APAM_BODY_READER &&
	    (body->kind != APAM_BODY_DIGESTS || body->digests != NULL) &&
	    (uint32_t)body->kind <= APAM_BODY_UNKNOWN;
}

/* True if the request names a caller, for whom the program sends it. */
static ALWAYS_INLINE bool
request_names_caller(const struct apam_request *r)
{
	return SIZED_HAS(struct apam_request, r, caller) && r->caller != NULL;
}

/* A caller that the request names is not looked at here. */
static ALWAYS_INLINE bool
request_is_plain(const struct apam_request *r)
{
	if (r->size != sizeof(*r) &&
	    sized_check(&sized_request, r, NULL) != APAM_OK)
		return false;
	if (r->method == NULL || r->url == NULL || r->timeout_ms < 0)
		return false;
	return (r->body == NULL || body_is_plain(r->body)) &&
	    (r->header_count == 0 || headers_are_plain(r)) &&
	    method_is_plain(r->method);
}

/* The URL plainly is in one of the origins; an open slot has one or more. */
static ALWAYS_INLINE bool
url_is_ours(const struct slot *slot, const char *url)
{
	return url_is_plain(url, &slot->origins[0]) ||
	    (RELAXED_LOAD(slot->origin_count) > 1 &&
		slot_has_other_origin(slot, url));
}

/*
 * Write the header array at `to`, of headers whose names and values are in the
 * `n` bytes of `text`, one behind the other from `at` on, each followed by a
 * NUL.  False where they are not within them.
 */
static ALWAYS_INLINE bool
slot_place_headers(struct apam_header *to, const struct slot *slot,
    size_t count, const char *text, size_t at, size_t n)
{
	const _Atomic uint64_t *sizes = slot->page.headers;

	for (; count > 0; count--, to++, sizes++) {
		const uint64_t both = RELAXED_LOAD(*sizes);
		const size_t name_n = (uint32_t)both, value_n = both >> 32;

		to->name = (struct apam_str){ text + at, name_n };
		at += name_n + 1;
		to->value = (struct apam_str){ text + at, value_n };
		at += value_n + 1;
		if (at > n)
			return false;
	}
	return true;
}

/*
 * Wipe what an older signature left after the first `n` bytes.  It may have
 * been in another store.
 */
static inline void
slot_wipe_rest(struct apam_signature *s, size_t n)
{
	const size_t used = s->used < s->store_size ? s->used : s->store_size;

	if (used > n)
		wipe(s->store + n, used - n);
}

/*
 * Fill in the signature, and copy the image out; false where there is none, or
 * it does not fit, or the URL is not one to add the parameters to.
 */
static ALWAYS_INLINE bool
slot_copy_image(
    const struct slot *slot, struct apam_signature *s, const char *url)
{
	const uint32_t shape = RELAXED_LOAD(slot->page.shape);
	const size_t count = page_headers(shape);
	const size_t text_n = page_image_bytes(shape);
	const size_t n = text_n + count * sizeof(struct apam_header);
	char *store = s->store;

	if (!page_shape_fits(shape) || n > s->store_size)
		return false;
	if (s->used > n)
		slot_wipe_rest(s, n);
	s->used = n;
	s->url = url;
	s->headers = (void *)(store + text_n);
	s->header_count = count;
	s->generation = RELAXED_LOAD(slot->page.generation);
	s->credential = RELAXED_LOAD(slot->page.credential);
	s->entries = RELAXED_LOAD(slot->page.entries);
	if (!slot_place_headers((void *)(store + text_n), slot, count, store,
		page_parameters(shape) * sizeof(struct slot_parameter), text_n))
		return false;
	torn_copy(store, slot->page.image, text_n);
	/* The image ends in NUL, unless it is torn: a reader of strings needs
	   one. */
	store[text_n - 1] = '\0';
	/* Most signatures have no parameters: the call is kept out of their
	   way. */
	return __builtin_expect(page_parameters(shape) == 0, 1) ||
	    slot_add_query(s, shape);
}

/* True where the page may be used now, with the agent or alone. */
static ALWAYS_INLINE bool
slot_may_serve(const struct slot *slot, bool alone)
{
	return alone ? slot_is_counted(slot) &&
		page_span_holds(&slot->page.alone) :
		       slot_is_good(slot);
}

/*
 * slot_sign, or with `alone` slot_sign_alone, of a slot, for whom that may
 * sign.
 */
static ALWAYS_INLINE bool
slot_sign_from(const struct slot *slot, bool alone,
    const struct apam_request *request, struct apam_signature *s)
{
	uint64_t before;

	if (s->owned != NULL || s->store == NULL ||
	    (uintptr_t)s->store % STORE_ALIGN != 0)
		return false;
	before = atomic_load_explicit(&slot->page.sequence, memory_order_acquire);
	if ((before & 1) != 0 || RELAXED_LOAD(slot->page.shape) == 0 ||
	    !slot_may_serve(slot, alone) || !request_is_plain(request) ||
	    !url_is_ours(slot, request->url) ||
	    !slot_copy_image(slot, s, request->url))
		return false;
	atomic_thread_fence(memory_order_acquire);
	if (RELAXED_LOAD(slot->page.sequence) != before)
		return false;
	s->covered = NULL;
	s->covered_count = 0;
	/* These members came together: a struct has all of them or none. */
	if (SIZED_HAS(struct apam_signature, s, certificate)) {
		s->method = request->method;
		s->memo = 0;
		s->verifies = 0;
		s->certificate = NULL;
	}
	return true;
}

/*
 * Sign from the slot, which may be NULL, into the host's store.  False where
 * anything is not plain: the slot is closed or no longer good, the request is
 * not obviously well-formed and the profile's, the store is too small.  Then
 * the caller goes the long way, which also knows what to say.
 */
static ALWAYS_INLINE bool
slot_sign(const struct slot *slot, const struct apam_request *request,
    struct apam_signature *s)
{
	return slot != NULL && !request_names_caller(request) &&
	    slot_sign_from(slot, false, request, s);
}

/*
 * The loan of what signs such a request, from a slot that may be NULL.  NULL
 * where the slot is closed or no longer good, or the request is not obviously
 * well-formed; its URL is still to be looked at.
 */
static inline struct loan *
slot_signer(const struct slot *slot, const struct apam_request *request)
{
	uint64_t before;

	if (slot == NULL || request_names_caller(request))
		return NULL;
	before = atomic_load_explicit(
	    &slot->page.sequence, memory_order_acquire);
	if ((before & 1) != 0 || RELAXED_LOAD(slot->page.shape) != 0 ||
	    !slot_is_good(slot) || !request_is_plain(request))
		return NULL;
	atomic_thread_fence(memory_order_acquire);
	return RELAXED_LOAD(slot->page.sequence) == before ?
	    atomic_load_explicit(&slot->signer, memory_order_acquire) :
	    NULL;
}

#endif
