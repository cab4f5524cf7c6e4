/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Laying a signature out in one block: the header array, the covered names,
 * then the bytes, each text with a NUL.
 */
#include "api/signature.h"

#include <stdalign.h>
#include <string.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/secmem.h"
#include "base/sized.h"
#include "entry/new_body.h"

/* Stands before the block in memory of our own. */
struct owned {
	size_t size;
	struct pair *pair; /* held; or NULL */
	struct new_body *body; /* or NULL; of an entry of: */
	struct stack *stack; /* held; or NULL */
	_Alignas(max_align_t) char block[];
};

/* Copy a text to *next with a NUL and move that on. */
static struct apam_str
lay_out(char **next, struct apam_str text)
{
	struct apam_str there = { *next, text.n };

	if (text.n > 0)
		memcpy(*next, text.p, text.n);
	(*next)[text.n] = '\0';
	*next += text.n + 1;
	return there;
}

static size_t
size_of(const struct request *r, const struct apam_signing *s)
{
	size_t n = s->headers.count * sizeof(struct apam_header) +
	    s->covers.count * sizeof(struct apam_str);

	/* Both lists hold each text with its NUL already. */
	n += s->headers.text.n + s->covers.text.n;
	if (!request_url_is_given(r))
		n += r->view.url.n + 1;
	return n;
}

/* A pair, and a rewritten body with its stack, are the signature's now. */
static void
take_over(struct owned *owned, struct apam_signing *s, struct stack *stack,
    struct new_body **body)
{
	owned->pair = s->pair;
	owned->body = *body;
	owned->stack = *body == NULL ? NULL : stack_hold(stack);
	s->pair = NULL;
	*body = NULL;
}

/*
 * Memory for `need` bytes: the host's where it is aligned and enough, and there
 * is nothing to let go of.
 */
static char *
signature_block(struct apam_signature *to, size_t need, struct apam_signing *s,
    struct stack *stack, struct new_body **body)
{
	struct owned *owned;
	size_t got;

	if (s->pair == NULL && *body == NULL && to->store != NULL &&
	    to->store_size >= need &&
	    (uintptr_t)to->store % alignof(struct apam_header) == 0) {
		to->used = need;
		return to->store;
	}
	owned = secmem_alloc(sizeof(*owned) + need, &got);
	if (owned == NULL)
		return NULL;
	owned->size = got;
	take_over(owned, s, stack, body);
	to->owned = owned;
	return owned->block;
}

/*
 * A program that cannot be told must not send without a certificate, or another
 * body, nor use an answer that is to be verified.
 */
static enum apam_status
check_told(const struct apam_signature *to, const struct stack_result *result,
    struct apam_error *err)
{
	if (SIZED_HAS(struct apam_signature, to, body))
		return APAM_OK;
	if (result->verifies != 0)
		return error_set(err, APAM_E_USAGE,
		    "the provider signs its answers, which the program was "
		    "built without verifying: build it anew");
	if (result->total.rewriter != NULL)
		return error_set(err, APAM_E_USAGE,
		    "the scheme rewrites the body, which the program was built "
		    "without: build it anew");
	if (result->total.pair == NULL)
		return APAM_OK;
	return error_set(err, APAM_E_USAGE,
	    "the profile signs with a client certificate, which the program was "
	    "built without: build it anew");
}

/*
 * Lay out headers, covered names and the URL in a block of size_of bytes.
 * False when out of memory.
 */
static bool
fill_block(char *block, struct apam_signature *to,
    const struct request *request, struct apam_signing *s)
{
	const struct apam_header *from = fields_array(&s->headers);
	const struct apam_header *names = fields_array(&s->covers);
	struct apam_header *headers = (struct apam_header *)(void *)block;
	struct apam_str *covered = (struct apam_str *)(void *)(headers +
	    s->headers.count);
	char *next = (char *)(covered + s->covers.count);

	if ((s->headers.count > 0 && from == NULL) ||
	    (s->covers.count > 0 && names == NULL))
		return false;
	for (size_t i = 0; i < s->headers.count; i++) {
		headers[i].name = lay_out(&next, from[i].name);
		headers[i].value = lay_out(&next, from[i].value);
	}
	for (size_t i = 0; i < s->covers.count; i++)
		covered[i] = lay_out(&next, names[i].name);
	to->url = request->given.p;
	if (!request_url_is_given(request))
		to->url = lay_out(&next, request->view.url).p;
	to->headers = headers;
	to->header_count = s->headers.count;
	to->covered = covered;
	to->covered_count = s->covers.count;
	return true;
}

enum apam_status
signature_fill(struct apam_signature *to, const struct request *request,
    struct stack *stack, struct stack_result *result, struct apam_error *err)
{
	struct apam_signing *s = &result->total;
	const struct pair *pair = s->pair;
	struct new_body *body = NULL, *mine;
	enum apam_status status = check_told(to, result, err);
	char *block;

	if (status == APAM_OK && s->rewriter != NULL)
		status = new_body_make(
		    &s->rewriter, &request->body, &body, err);
	if (status != APAM_OK)
		return status;
	mine = body;
	block = signature_block(to, size_of(request, s), s, stack, &mine);
	new_body_free(&mine);
	if (block == NULL || !fill_block(block, to, request, s))
		return error_set(err, APAM_E_MEMORY, "out of memory");
	to->generation = result->generation;
	to->credential = result->credential;
	to->entries = result->entries;
	/* All or none: no version of the struct has some of them. */
	if (!SIZED_HAS(struct apam_signature, to, body))
		return APAM_OK;
	to->method = request->view.method.p;
	to->memo = s->memo;
	to->verifies = result->verifies;
	to->certificate = pair == NULL ? NULL : &pair->pub;
	to->body = body == NULL ? NULL : new_body_view(body);
	return APAM_OK;
}

void
apam_signature_release(struct apam_signature *signature)
{
	struct owned *owned = signature->owned;
	char *store = signature->store;
	size_t size = signature->store_size, used = signature->used;
	const size_t end = signature->size < sizeof(*signature) ?
	    signature->size :
	    sizeof(*signature);

	if (owned != NULL) {
		new_body_free(&owned->body);
		stack_release(&owned->stack);
		pair_release(&owned->pair);
		secmem_free(owned, owned->size);
	} else if (store != NULL)
		wipe(store, used < size ? used : size);
	/* An older program's may be shorter, a newer one's longer. */
	if (end > offsetof(struct apam_signature, url))
		memset(&signature->url, 0,
		    end - offsetof(struct apam_signature, url));
}

enum apam_status
apam_body_failure(
    const struct apam_signature *signature, struct apam_error *err)
{
	HOLD_CANCEL;
	const struct owned *owned;
	const struct apam_error *why;

	if (!sized_begin(err) ||
	    sized_check(&sized_signature, signature, err) != APAM_OK)
		return APAM_E_USAGE;
	owned = signature->owned;
	if (owned == NULL || owned->body == NULL)
		return APAM_OK;
	why = new_body_failure(owned->body);
	if (why->status != APAM_OK)
		error_copy(err, why);
	return why->status;
}
