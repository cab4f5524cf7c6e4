/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Holding a response back, reading its headers, passing it on.
 */
#define _DEFAULT_SOURCE
#include "curl/answer.h"

#include <stdlib.h>
#include <string.h>

#define HEAD_MAX ((size_t)256 * 1024) /* bytes */

/* ---- Bytes -------------------------------------------------------------- */

/* A new block each time: realloc would leave a copy that is not wiped. */
static bool
held_grow(struct held *h, size_t room)
{
	char *p = malloc(room);

	if (p == NULL)
		return false;
	if (h->n > 0) {
		memcpy(p, h->p, h->n);
		explicit_bzero(h->p, h->n);
	}
	free(h->p);
	h->p = p;
	h->room = room;
	return true;
}

static enum apam_status
held_add(struct held *h, const char *p, size_t n)
{
	if (n > h->max - h->n)
		return APAM_E_PROVIDER;
	if (n > h->room - h->n && !held_grow(h, 2 * (h->n + n)))
		return APAM_E_MEMORY;
	if (n > 0)
		memcpy(h->p + h->n, p, n);
	h->n += n;
	return APAM_OK;
}

static void
held_free(struct held *h)
{
	if (h->p != NULL)
		explicit_bzero(h->p, h->room);
	free(h->p);
	h->p = NULL;
	h->n = h->room = 0;
}

/* ---- Beginning and ending ----------------------------------------------- */

void
answer_init(struct answer *a, const struct apam_transfer *transfer, CURL *easy,
    size_t body_max)
{
	*a = (struct answer){ .transfer = transfer,
		.easy = easy,
		.head.max = HEAD_MAX,
		.body.max = body_max };
}

void
answer_reset(struct answer *a)
{
	/* Nobody asks any more whether it was authentic. */
	if (a->proof.begun)
		(void)(proof_end(&a->proof, false, NULL) == APAM_OK);
	held_free(&a->head);
	held_free(&a->body);
	free(a->headers);
	a->headers = NULL;
	a->header_count = 0;
	a->has_begun = false;
}

void
answer_free(struct answer *a)
{
	answer_reset(a);
}

/* The response cannot be taken any further. */
static bool
give_up(struct answer *a, enum apam_status status, const char *why)
{
	a->status = status;
	a->why = why;
	return false;
}

/* The same with the words of an error of apam's. */
static bool
give_up_saying(struct answer *a, const struct apam_error *err)
{
	memcpy(a->said, err->text, sizeof(a->said));
	return give_up(a, err->status, a->said);
}

/* ---- To the host -------------------------------------------------------- */

/* Give bytes to a callback of the host's, in pieces of the size it expects. */
static bool
give(struct answer *a, curl_write_callback to, void *arg, char *p, size_t n)
{
	while (to != NULL && n > 0) {
		size_t piece = n < CURL_MAX_WRITE_SIZE ? n :
							 CURL_MAX_WRITE_SIZE;

		if (to(p, 1, piece, arg) != piece)
			return give_up(a, APAM_E_USAGE,
			    "the program did not accept the response");
		p += piece;
		n -= piece;
	}
	return true;
}

/* The bytes up to the end of the line at `at`, with its newline. */
static size_t
line_length(const struct held *head, size_t at)
{
	const char *end = memchr(head->p + at, '\n', head->n - at);

	return end == NULL ? head->n - at : (size_t)(end - head->p) + 1 - at;
}

/* A header callback gets one line at a time. */
static bool
give_head(struct answer *a)
{
	const struct apam_transfer *t = a->transfer;
	size_t n;

	for (size_t at = 0; at < a->head.n; at += n) {
		n = line_length(&a->head, at);
		if (!give(a, t->header, t->header_arg, a->head.p + at, n))
			return false;
	}
	return true;
}

bool
answer_pass_on(struct answer *a)
{
	const struct apam_transfer *t = a->transfer;

	if (a->passed_on)
		return true;
	a->passed_on = true;
	return give_head(a) &&
	    give(a, t->write, t->write_arg, a->body.p, a->body.n);
}

/* ---- From libcurl ------------------------------------------------------- */

size_t
answer_on_header(char *p, size_t one, size_t n, void *arg)
{
	static const char status_line[] = "HTTP/";
	struct answer *a = arg;
	enum apam_status status;

	n *= one;
	/* A trailer: who verifies has seen the headers, and it is none. */
	if (a->has_begun && proof_is_asked(&a->proof))
		return n;
	/* Another head: the one before was interim, or a proxy's. */
	if (!a->has_begun && n >= sizeof(status_line) - 1 &&
	    memcmp(p, status_line, sizeof(status_line) - 1) == 0)
		a->head.n = 0;
	status = held_add(&a->head, p, n);
	if (status == APAM_OK)
		return n;
	(void)give_up(a, status,
	    status == APAM_E_MEMORY ?
		"out of memory" :
		"the headers of the response are too large");
	return 0;
}

static bool
is_success(const struct answer *a)
{
	long status = 0;

	(void)curl_easy_getinfo(a->easy, CURLINFO_RESPONSE_CODE, &status);
	return status >= 200 && status <= 299;
}

/* ---- Verifying ---------------------------------------------------------- */

static bool
begin_proof(struct answer *a)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_answer head = { .size = sizeof(head) };
	long status = 0;

	if (a->proof.begun)
		return true;
	if (!answer_read_headers(a))
		return false;
	/* The program would be given it, and the module not. */
	if (a->has_odd_line)
		return give_up(a, APAM_E_NOT_AUTHENTIC,
		    "the answer is not authentic: a line of its head is not a "
		    "header");
	(void)curl_easy_getinfo(a->easy, CURLINFO_RESPONSE_CODE, &status);
	head.status = (unsigned)status;
	head.headers = a->headers;
	head.header_count = a->header_count;
	return proof_begin(&a->proof, &head, &err) == APAM_OK ||
	    give_up_saying(a, &err);
}

/* Take in a piece; it is held back unless the host wants it at once. */
static bool
prove_body(struct answer *a, const char *p, size_t n)
{
	struct apam_error err = APAM_ERROR_INIT;

	if (!begin_proof(a))
		return false;
	if (proof_body(&a->proof, (struct apam_str){ p, n }, &err) != APAM_OK)
		return give_up_saying(a, &err);
	if (a->proof.streams || n <= a->body.max - a->body.n)
		return true;
	return give_up(a, APAM_E_PROVIDER,
	    "the answer is to be verified before it is used, and is larger "
	    "than limits.body: raise that in the profile, or write the answer "
	    "to a file");
}

bool
answer_prove(struct answer *a)
{
	struct apam_error err = APAM_ERROR_INIT;

	if (!proof_is_asked(&a->proof))
		return true;
	return begin_proof(a) &&
	    (proof_end(&a->proof, true, &err) == APAM_OK ||
		give_up_saying(a, &err));
}

/* True if the host may have the body as it comes. */
static bool
goes_on_at_once(const struct answer *a, size_t n)
{
	if (proof_is_asked(&a->proof) && !a->proof.streams)
		return false;
	return is_success(a) || n > a->body.max - a->body.n;
}

size_t
answer_on_body(char *p, size_t one, size_t n, void *arg)
{
	struct answer *a = arg;
	const struct apam_transfer *t = a->transfer;

	n *= one;
	a->has_begun = true;
	if (proof_is_asked(&a->proof) && !prove_body(a, p, n))
		return 0;
	if (goes_on_at_once(a, n) && !answer_pass_on(a))
		return 0;
	if (a->passed_on)
		return give(a, t->write, t->write_arg, p, n) ? n : 0;
	if (held_add(&a->body, p, n) == APAM_OK)
		return n;
	(void)give_up(a, APAM_E_MEMORY, "out of memory");
	return 0;
}

/* ---- Header fields ------------------------------------------------------ */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct apam_str
trim(struct apam_str s)
{
	while (s.n > 0 && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* RFC 9110, 5.6.2. */
static bool
is_token(struct apam_str s)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.p[i];
		const bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

		if (!letter && !(c >= '0' && c <= '9') &&
		    (c == '\0' || strchr(others, c) == NULL))
			return false;
	}
	return s.n > 0;
}

/* A tab is none: RFC 9110, 5.5. */
static bool
has_control(struct apam_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < ' ' && s.p[i] != '\t') ||
		    s.p[i] == 0x7f)
			return true;
	return false;
}

/* Read one line; false where it is not a field. */
static bool
read_field(const char *line, size_t n, struct apam_header *field)
{
	const char *colon = memchr(line, ':', n);

	if (colon == NULL)
		return false;
	field->name = (struct apam_str){ line, (size_t)(colon - line) };
	field->value = trim(
	    (struct apam_str){ colon + 1, n - field->name.n - 1 });
	return is_token(field->name) && !has_control(field->value);
}

/* The empty line behind them. */
static bool
is_end(const char *line, size_t n)
{
	return trim((struct apam_str){ line, n }).n == 0;
}

bool
answer_read_headers(struct answer *a)
{
	const struct held *head = &a->head;
	size_t lines = 0, n;

	free(a->headers);
	a->header_count = 0;
	for (size_t at = 0; at < head->n; at += line_length(head, at))
		lines++;
	a->headers = calloc(lines + 1, sizeof(*a->headers));
	if (a->headers == NULL)
		return give_up(a, APAM_E_MEMORY, "out of memory");
	a->has_odd_line = false;
	for (size_t at = 0; at < head->n; at += n) {
		n = line_length(head, at);
		if (read_field(head->p + at, n, &a->headers[a->header_count]))
			a->header_count++;
		else
			a->has_odd_line |= at > 0 && !is_end(head->p + at, n);
	}
	return true;
}
