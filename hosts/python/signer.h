/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of apam._apam that is not the library's: what is faster in C than in
 * Python.  A request is made, signed, judged and verified by one call each.  The
 * bytes are those of Python's objects, which the caller keeps until the
 * signature is released.
 *
 * Texts come as one block, with a NUL between each two: of a request method, URL,
 * and name and value of each header; of an answer the headers alone.  A NUL within
 * one of them would make others of them, so that the block is held against their
 * number.
 */
#ifndef HOSTS_PYTHON_SIGNER_H
#define HOSTS_PYTHON_SIGNER_H

#include <stdlib.h>
#include <string.h>

#include <apam/admin.h>

#define STORE_SIZE 4096

/*
 * What signer_sign returns: a status, what is so of the signature, and from that
 * bit on the bytes of its block of headers.
 */
enum {
	SIGNER_STATUS = 0xffff,
	SIGNER_NUL = 0xffff, /* as a status: a text has a NUL in it */
	SIGNER_SAME_URL = 0x10000,
	SIGNER_CERTIFICATE = 0x20000,
	SIGNER_VERIFIES = 0x40000,
	SIGNER_BLOCK = 20
};

struct signer {
	struct apam_request request;
	struct apam_signature signature;
	struct apam_error err;
	struct apam_body body;
	struct apam_header *headers; /* the request's */
	size_t header_room;
	char *block; /* the headers to add */
	size_t block_n, block_size;
	_Alignas(struct apam_header) char store[STORE_SIZE];
};

/* NULL if memory runs out. */
static struct signer *
signer_new(void)
{
	struct signer *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->signature.size = sizeof(s->signature);
	s->signature.store = s->store;
	s->signature.store_size = sizeof(s->store);
	s->err.size = sizeof(s->err);
	s->request.size = sizeof(s->request);
	s->body.size = sizeof(s->body);
	return s;
}

/* Wipe the credential. */
static void
signer_clear(struct signer *s)
{
	if (s->block_n > 0)
		explicit_bzero(s->block, s->block_n);
	s->block_n = 0;
	apam_signature_release(&s->signature);
}

static void
signer_free(struct signer *s)
{
	if (s == NULL)
		return;
	signer_clear(s);
	free(s->block);
	free(s->headers);
	free(s);
}

/* The next text of a block, of which n bytes are left; p NULL: there is none. */
static struct apam_str
next_text(const char **block, const char *end)
{
	struct apam_str text = { NULL, 0 };

	if (*block > end)
		return text;
	text = apam_str(*block);
	*block += text.n + 1;
	return text;
}

/*
 * Fill in views of the headers in what is left of a block, whose last NUL is at
 * `end`.  False if it does not hold `count` of them.
 */
static bool
view_headers(const char *block, const char *end, size_t count,
    struct apam_header *to)
{
	for (size_t i = 0; i < count; i++) {
		to[i].name = next_text(&block, end);
		to[i].value = next_text(&block, end);
	}
	return block == end + 1;
}

static enum apam_status
no_memory(struct signer *s)
{
	s->err.status = APAM_E_MEMORY;
	strcpy(s->err.text, "out of memory");
	return APAM_E_MEMORY;
}

/* Make s->headers of at least n.  False if memory runs out. */
static bool
grow_headers(struct signer *s, size_t n)
{
	if (n <= s->header_room)
		return true;
	free(s->headers);
	s->header_room = 0;
	s->headers = calloc(n, sizeof(*s->headers));
	if (s->headers == NULL)
		return false;
	s->header_room = n;
	return true;
}

/*
 * Say what is to be signed, by a block of n bytes with header_count headers: a
 * status, or SIGNER_NUL.  It takes what signer_sign does.
 */
static int64_t
signer_fill(struct signer *s, struct apam_profile *profile, const char *block,
    size_t n, size_t header_count, int timeout_ms, int32_t body_kind,
    const char *body, size_t body_size)
{
	const char *end = block + n;

	(void)profile;
	if (!grow_headers(s, header_count))
		return no_memory(s);
	s->request.method = next_text(&block, end).p;
	s->request.url = next_text(&block, end).p;
	if (!view_headers(block, end, header_count, s->headers))
		return SIGNER_NUL;
	s->request.headers = s->headers;
	s->request.header_count = header_count;
	s->request.timeout_ms = timeout_ms;
	s->request.body = body_kind == APAM_BODY_NONE ? NULL : &s->body;
	s->body.kind = body_kind;
	s->body.bytes.p = body;
	s->body.bytes.n = body_size;
	return APAM_OK;
}

static size_t
headers_size(const struct apam_signature *signature)
{
	size_t n = 0;

	for (size_t i = 0; i < signature->header_count; i++)
		n += signature->headers[i].name.n +
		    signature->headers[i].value.n + 2;
	return n;
}

static char *
put(char *to, struct apam_str text)
{
	memcpy(to, text.p, text.n);
	to[text.n] = '\0';
	return to + text.n + 1;
}

/* Make s->block of at least n bytes.  False if memory runs out. */
static bool
grow_block(struct signer *s, size_t n)
{
	if (n <= s->block_size)
		return true;
	free(s->block);
	s->block_size = 0;
	s->block = malloc(n + 512);
	if (s->block == NULL)
		return false;
	s->block_size = n + 512;
	return true;
}

/*
 * Write the headers to add into s->block; how many bytes that has, without the
 * last NUL.  -1 if memory runs out.
 */
static int64_t
write_headers(struct signer *s)
{
	const struct apam_signature *signature = &s->signature;
	const size_t n = headers_size(signature);
	char *to;

	if (!grow_block(s, n))
		return -1;
	to = s->block;
	for (size_t i = 0; i < signature->header_count; i++) {
		to = put(to, signature->headers[i].name);
		to = put(to, signature->headers[i].value);
	}
	s->block_n = n;
	return n == 0 ? 0 : (int64_t)n - 1;
}

/* For a signature that was made: what signer_sign returns. */
static int64_t
signer_made(struct signer *s)
{
	const int64_t n = write_headers(s);

	if (n < 0) {
		apam_signature_release(&s->signature);
		return no_memory(s);
	}
	return n << SIGNER_BLOCK |
	    (s->signature.url == s->request.url ? SIGNER_SAME_URL : 0) |
	    (s->signature.certificate != NULL ? SIGNER_CERTIFICATE : 0) |
	    (s->signature.verifies != 0 ? SIGNER_VERIFIES : 0);
}

static int64_t
signer_sign(struct signer *s, struct apam_profile *profile, const char *block,
    size_t n, size_t header_count, int timeout_ms, int32_t body_kind,
    const char *body, size_t body_size)
{
	int64_t status = signer_fill(s, profile, block, n, header_count,
	    timeout_ms, body_kind, body, body_size);

	if (status == APAM_OK)
		status = apam_sign(
		    profile, &s->request, &s->signature, &s->err);
	return status == APAM_OK ? signer_made(s) : status;
}

/* An answer as Python gives it. */
struct signer_answer {
	unsigned status;
	const char *headers;
	size_t headers_n, header_count;
	const char *body;
	size_t body_n;
};

/*
 * Make the library's form of an answer; *headers is to be freed.  A status, or
 * SIGNER_NUL.
 */
static int32_t
take_answer(struct signer *s, const struct signer_answer *given,
    struct apam_header **headers, struct apam_answer *to)
{
	*headers = calloc(given->header_count + 1, sizeof(**headers));
	if (*headers == NULL)
		return no_memory(s);
	if (given->header_count > 0 &&
	    !view_headers(given->headers, given->headers + given->headers_n,
		given->header_count, *headers))
		return SIGNER_NUL;
	*to = (struct apam_answer){ sizeof(*to), given->status, *headers,
		given->header_count, { given->body, given->body_n } };
	return APAM_OK;
}

static int32_t
signer_judge(struct signer *s, struct apam_profile *profile,
    const struct signer_answer *given, struct apam_judgement *judgement)
{
	struct apam_answer answer;
	struct apam_header *headers;
	int32_t status = take_answer(s, given, &headers, &answer);

	if (status == APAM_OK)
		status = apam_judge(
		    profile, &s->signature, &answer, judgement, &s->err);
	free(headers);
	return status;
}

static enum apam_status
verify_answer(struct signer *s, struct apam_profile *profile,
    struct apam_answer *answer, bool whole)
{
	const struct apam_str bytes = answer->body;
	struct apam_verify *verify = NULL;
	enum apam_status result;

	answer->body = (struct apam_str){ NULL, 0 };
	result = apam_verify_start(
	    profile, &s->request, &s->signature, answer, &verify, &s->err);
	/* What the body was refused for is what the end says. */
	if (result == APAM_OK && bytes.n > 0)
		result = apam_verify_body(verify, bytes, NULL);
	if (verify != NULL)
		result = apam_verify_end(&verify, whole, &s->err);
	return result;
}

static int32_t
signer_verify(struct signer *s, struct apam_profile *profile,
    const struct signer_answer *given, bool whole)
{
	struct apam_answer answer;
	struct apam_header *headers;
	int32_t status = take_answer(s, given, &headers, &answer);

	if (status == APAM_OK)
		status = verify_answer(s, profile, &answer, whole);
	free(headers);
	return status;
}

#endif
