/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Setting up one sending on a handle of the host's, and what came of it.
 */
#define _DEFAULT_SOURCE
#include "curl/handle.h"

#include <limits.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "curl/explain.h"
#include "curl/failure.h"
#include "curl/header_list.h"
#include "curl/options.h"

/* ---- Time --------------------------------------------------------------- */

int64_t
curl_handle_clock(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_BOOTTIME, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int
curl_handle_left(const struct curl_handle *h)
{
	const int64_t left = h->deadline - curl_handle_clock();

	if (left < 1)
		return 1;
	return left > INT_MAX ? INT_MAX : (int)left;
}

/* ---- The body ----------------------------------------------------------- */

/* What is sent: the request's own, or what the scheme makes of it; or NULL. */
static const struct apam_body *
body_of(const struct curl_handle *h)
{
	return h->signature->body != NULL ? h->signature->body :
					    h->transfer->body;
}

/* A reader must give as many bytes as the body says, where it says so. */
static bool
is_right(const struct apam_body *body, uint64_t offset, int64_t got, size_t n)
{
	if (got < 0 || (uint64_t)got > n)
		return false;
	if (body->length == 0)
		return true;
	return offset + (uint64_t)got <= body->length &&
	    (got > 0 || offset == body->length);
}

/* The scheme may have said why. */
static void
say_unreadable(struct curl_handle *h)
{
	struct apam_error *why = &h->body_failure;

	failure_clear(why);
	h->answer.status = apam_body_failure(h->signature, why);
	h->answer.why = why->text;
	if (h->answer.status != APAM_OK)
		return;
	h->answer.status = APAM_E_USAGE;
	h->answer.why = "the body of the request cannot be read";
}

static size_t
on_read(char *to, size_t one, size_t n, void *arg)
{
	struct curl_handle *h = arg;
	const struct apam_body *body = body_of(h);
	int64_t got = body->read(body->arg, h->offset, to, one * n);

	if (!is_right(body, h->offset, got, one * n)) {
		say_unreadable(h);
		return CURL_READFUNC_ABORT;
	}
	h->offset += (uint64_t)got;
	h->read_all = got == 0;
	return (size_t)got;
}

/* libcurl sends a body again where a connection that it kept has gone. */
static int
on_seek(void *arg, curl_off_t offset, int origin)
{
	struct curl_handle *h = arg;

	if (origin != SEEK_SET || offset < 0)
		return CURL_SEEKFUNC_CANTSEEK;
	h->offset = (uint64_t)offset;
	h->read_all = false;
	return CURL_SEEKFUNC_OK;
}

/* NONE where the transfer has no body. */
static int32_t
kind_of(const struct curl_handle *h)
{
	return body_of(h) == NULL ? APAM_BODY_NONE : body_of(h)->kind;
}

static bool
wants_body(const char *method)
{
	return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
	    strcmp(method, "PATCH") == 0;
}

static CURLcode
set_reader(struct curl_handle *h)
{
	CURL *easy = h->easy;
	const uint64_t length = body_of(h)->length;
	CURLcode c = CURLE_OK;

	h->offset = 0;
	h->read_all = false;
	c |= curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	c |= curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
	c |= curl_easy_setopt(easy, CURLOPT_READDATA, h);
	c |= curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
	c |= curl_easy_setopt(easy, CURLOPT_SEEKDATA, h);
	c |= curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE,
	    length == 0 ? (curl_off_t)-1 : (curl_off_t)length);
	return c;
}

static CURLcode
set_bytes(struct curl_handle *h)
{
	struct apam_str bytes = APAM_STR("");
	CURLcode c = CURLE_OK;

	if (kind_of(h) == APAM_BODY_BYTES && body_of(h)->bytes.n > 0)
		bytes = body_of(h)->bytes;
	c |= curl_easy_setopt(h->easy, CURLOPT_POST, 1L);
	c |= curl_easy_setopt(
	    h->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)bytes.n);
	c |= curl_easy_setopt(h->easy, CURLOPT_POSTFIELDS, bytes.p);
	return c;
}

static CURLcode
set_body(struct curl_handle *h)
{
	const struct apam_transfer *t = h->transfer;
	CURLcode c = CURLE_OK;

	/* It undoes what made the last request an upload or a HEAD. */
	c |= curl_easy_setopt(h->easy, CURLOPT_HTTPGET, 1L);
	if (kind_of(h) == APAM_BODY_READER)
		c |= set_reader(h);
	else if (kind_of(h) == APAM_BODY_BYTES || wants_body(t->method))
		c |= set_bytes(h);
	if (strcmp(t->method, "HEAD") == 0)
		c |= curl_easy_setopt(h->easy, CURLOPT_NOBODY, 1L);
	c |= curl_easy_setopt(h->easy, CURLOPT_CUSTOMREQUEST, t->method);
	return c;
}

/* ---- Headers ------------------------------------------------------------ */

static bool
same_name(struct apam_str a, struct apam_str b)
{
	return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

static bool
is_signed(const struct apam_signature *s, struct apam_str name)
{
	for (size_t i = 0; i < s->header_count; i++)
		if (same_name(s->headers[i].name, name))
			return true;
	return false;
}

static bool
make_list(struct curl_handle *h)
{
	const struct apam_transfer *t = h->transfer;
	const struct apam_signature *s = h->signature;
	bool typed = false;

	/* No "Expect: 100-continue": it costs a round trip. */
	if (!header_list_add(&h->list, "Expect:"))
		return false;
	for (size_t i = 0; i < t->header_count; i++) {
		typed |= same_name(
		    t->headers[i].name, APAM_STR("Content-Type"));
		if (!is_signed(s, t->headers[i].name) &&
		    !header_list_add_field(&h->list, &t->headers[i]))
			return false;
	}
	for (size_t i = 0; i < s->header_count; i++)
		if (!header_list_add_field(&h->list, &s->headers[i]))
			return false;
	/* libcurl would call any body without a type a form, an empty one too. */
	return typed || header_list_add(&h->list, "Content-Type:");
}

/* ---- The request -------------------------------------------------------- */

/* The way that the administrator wants it to go. */
static CURLcode
set_way(const struct curl_handle *h)
{
	const struct apam_transport *way = h->transport;
	CURL *easy = h->easy;
	CURLcode c = CURLE_OK;

	c |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
	    way->allow_http ? "http,https" : "https");
	/* Empty, these keep libcurl from asking the environment. */
	c |= curl_easy_setopt(
	    easy, CURLOPT_PROXY, way->proxy == NULL ? "" : way->proxy);
	c |= curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	if (way->ca_file != NULL)
		c |= curl_easy_setopt(easy, CURLOPT_CAINFO, way->ca_file);
	if (h->by_http1)
		c |= curl_easy_setopt(
		    easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	return c;
}

/* The bytes are the signature's, which outlives what is set here. */
static struct curl_blob
blob_of(struct apam_str bytes)
{
	return (struct curl_blob){ .data = (void *)(uintptr_t)bytes.p,
		.len = bytes.n,
		.flags = CURL_BLOB_NOCOPY };
}

/*
 * The certificate that the profile signs with, in place of the host's own.
 * libcurl uses a connection or a TLS session again only for the same bytes of a
 * certificate, and these have the version of the pair.
 */
static CURLcode
set_certificate(struct curl_handle *h)
{
	const struct apam_client_certificate *pair = h->signature->certificate;
	struct curl_blob certificate, key;
	CURL *easy = h->easy;
	CURLcode c = CURLE_OK;

	if (pair == NULL)
		return CURLE_OK;
	h->has_certificate = true;
	certificate = blob_of(pair->certificate);
	key = blob_of(pair->key);
	c |= curl_easy_setopt(easy, CURLOPT_SSLCERT, NULL);
	c |= curl_easy_setopt(easy, CURLOPT_SSLKEY, NULL);
	c |= curl_easy_setopt(easy, CURLOPT_SSLCERTTYPE, "PEM");
	c |= curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &certificate);
	c |= curl_easy_setopt(easy, CURLOPT_SSLKEYTYPE, pair->key_type);
	c |= curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &key);
	/* Set, or OpenSSL would ask on the terminal. */
	c |= curl_easy_setopt(easy, CURLOPT_KEYPASSWD, pair->passphrase);
	return c;
}

static void
take_certificate_back(struct curl_handle *h)
{
	static const CURLoption set[] = { CURLOPT_SSLCERT_BLOB,
		CURLOPT_SSLKEY_BLOB, CURLOPT_SSLCERTTYPE, CURLOPT_SSLKEYTYPE,
		CURLOPT_KEYPASSWD };

	for (size_t i = 0;
	     h->has_certificate && i < sizeof(set) / sizeof(set[0]); i++)
		(void)curl_easy_setopt(h->easy, set[i], NULL);
	h->has_certificate = false;
}

/* An answer is verified as it was sent, so that libcurl decodes none. */
static CURLcode
set_coding(const struct curl_handle *h)
{
	if (h->signature->verifies == 0)
		return CURLE_OK;
	return curl_easy_setopt(h->easy, CURLOPT_ACCEPT_ENCODING, NULL);
}

static bool
set_request(struct curl_handle *h)
{
	CURL *easy = h->easy;
	CURLcode c = CURLE_OK;
	long left = curl_handle_left(h);

	if (!curl_options_reset(easy))
		return false;
	c |= curl_easy_setopt(easy, CURLOPT_URL, h->signature->url);
	c |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, h->list);
	c |= curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, left);
	c |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, answer_on_header);
	c |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, &h->answer);
	c |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, answer_on_body);
	c |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, &h->answer);
	c |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, h->detail);
	c |= set_way(h);
	c |= set_certificate(h);
	c |= set_coding(h);
	c |= set_body(h);
	return c == CURLE_OK;
}

/* ---- An answer that was lost --------------------------------------------- */

bool
method_is_idempotent(const char *method)
{
	static const char *const all[] = { "GET", "HEAD", "OPTIONS", "TRACE",
		"PUT", "DELETE" };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(method, all[i]) == 0)
			return true;
	return false;
}

static bool
has_read_all(const struct curl_handle *h)
{
	const uint64_t length = body_of(h)->length;

	return h->read_all || (length > 0 && h->offset == length);
}

/* The server may have all of the request, so that it may have taken effect. */
static bool
went_out_whole(const struct curl_handle *h)
{
	curl_off_t sent = 0;
	uint64_t all = 0;

	if (kind_of(h) == APAM_BODY_BYTES)
		all = body_of(h)->bytes.n;
	if (kind_of(h) == APAM_BODY_READER)
		all = has_read_all(h) ? h->offset : UINT64_MAX;
	(void)curl_easy_getinfo(h->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
	return sent >= 0 && (uint64_t)sent >= all;
}

bool
curl_handle_lost(const struct curl_handle *h, CURLcode code)
{
	if (code != CURLE_HTTP2 && code != CURLE_HTTP2_STREAM &&
	    code != CURLE_HTTP3)
		return false;
	return !h->by_http1 && !h->answer.passed_on &&
	    h->answer.status == APAM_OK &&
	    (method_is_idempotent(h->transfer->method) || !went_out_whole(h));
}

/* ---- Before and after --------------------------------------------------- */

/* What may stay in the handle is policy; what is of this call goes. */
static const CURLoption pointers[] = {
	CURLOPT_URL,
	CURLOPT_HTTPHEADER,
	CURLOPT_HEADERFUNCTION,
	CURLOPT_HEADERDATA,
	CURLOPT_WRITEFUNCTION,
	CURLOPT_WRITEDATA,
	CURLOPT_READFUNCTION,
	CURLOPT_READDATA,
	CURLOPT_SEEKFUNCTION,
	CURLOPT_SEEKDATA,
	CURLOPT_POSTFIELDS,
	CURLOPT_CUSTOMREQUEST,
	CURLOPT_ERRORBUFFER,
};

static void
take_back(struct curl_handle *h)
{
	/* Nothing was ever set, or it is already back. */
	if (h->list == NULL)
		return;
	for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++)
		(void)curl_easy_setopt(h->easy, pointers[i], NULL);
	take_certificate_back(h);
	(void)curl_easy_setopt(
	    h->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)-1);
	(void)curl_easy_setopt(h->easy, CURLOPT_HTTPGET, 1L);
	if (h->by_http1)
		(void)curl_easy_setopt(h->easy, CURLOPT_HTTP_VERSION,
		    (long)CURL_HTTP_VERSION_NONE);
	header_list_free(&h->list);
}

void
curl_handle_init(struct curl_handle *h)
{
	h->body_failure.size = sizeof(h->body_failure);
	answer_init(&h->answer, h->transfer, h->easy, h->transport->body_max);
}

bool
curl_handle_set(struct curl_handle *h)
{
	answer_reset(&h->answer);
	if (make_list(h) && set_request(h))
		return true;
	take_back(h);
	return false;
}

enum apam_status
curl_handle_sent(struct curl_handle *h, CURLcode code, struct apam_error *err)
{
	struct answer *a = &h->answer;
	enum apam_status status;

	h->status = (unsigned)curl_fact(h->easy, CURLINFO_RESPONSE_CODE);
	if (a->status != APAM_OK)
		status = failure_set(err, a->status, "%s", a->why);
	else
		status = curl_explain(h, code, err);
	take_back(h);
	if (status == APAM_OK && !(answer_prove(a) && answer_read_headers(a)))
		status = failure_set(err, a->status, "%s", a->why);
	return status;
}

void
curl_handle_free(struct curl_handle *h)
{
	take_back(h);
	answer_free(&h->answer);
}
