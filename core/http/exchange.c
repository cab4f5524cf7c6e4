/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Building the HTTP request that a module asks for.  A body is a form (RFC
 * 6749, appendix B), one flat JSON object of strings, or the module's own.
 */
#include "http/exchange.h"

#include <string.h>

#include "base/str.h"
#include "crypto/key.h"
#include "file/trust.h"
#include "text/encode.h"
#include "text/header.h"
#include "text/url.h"

#define BODY_MAX (1024 * 1024)
#define TYPE_MAX 255
#define PATH_MAX_BYTES 4096
#define PASSPHRASE_MAX 1023 /* the most that OpenSSL reads */

void
exchange_init(struct exchange *x)
{
	memset(x, 0, sizeof(*x));
	buf_init(&x->url, URL_MAX);
	fields_init(&x->headers);
	buf_init(&x->body, BODY_MAX);
	buf_init(&x->type, TYPE_MAX);
	buf_init(&x->socket, TRUST_PATH_MAX);
	buf_init(&x->certificate, PATH_MAX_BYTES);
	buf_init(&x->key, PATH_MAX_BYTES);
	buf_init(&x->passphrase, PASSPHRASE_MAX);
}

void
exchange_free(struct exchange *x)
{
	key_drop(&x->key_handle);
	buf_free(&x->passphrase);
	buf_free(&x->key);
	buf_free(&x->certificate);
	buf_free(&x->socket);
	buf_free(&x->type);
	buf_free(&x->body);
	fields_free(&x->headers);
	buf_free(&x->url);
}

static void
refuse_exchange(struct exchange *x, const char *why)
{
	if (x->refused == NULL)
		x->refused = why;
}

void
exchange_begin(struct exchange *x, struct apam_str method, struct apam_str url,
    int32_t encoding)
{
	exchange_free(x);
	exchange_init(x);
	if (method.n >= sizeof(x->method) || !header_name_ok(method) ||
	    str_equal(method, APAM_STR("CONNECT"))) {
		refuse_exchange(x, "the method is not an HTTP method");
		return;
	}
	memcpy(x->method, method.p, method.n);
	x->method[method.n] = '\0';
	x->encoding = encoding;
	buf_put(&x->url, url);
	x->url_given = url.n;
}

void
exchange_query(struct exchange *x, struct apam_str name, struct apam_str value)
{
	const struct apam_str url = buf_view(&x->url);

	if (str_find(url, '#') < url.n)
		refuse_exchange(
		    x, "the URL of an exchange with parameters has a fragment");
	buf_put_char(&x->url, str_find(url, '?') < url.n ? '&' : '?');
	encode_percent(&x->url, name);
	buf_put_char(&x->url, '=');
	encode_percent(&x->url, value);
}

static void
add_form_field(struct exchange *x, struct apam_str name, struct apam_str value)
{
	if (x->body.n > 0)
		buf_put_char(&x->body, '&');
	encode_form(&x->body, name);
	buf_put_char(&x->body, '=');
	encode_form(&x->body, value);
}

static void
add_json_field(struct exchange *x, struct apam_str name, struct apam_str value)
{
	buf_put_char(&x->body, x->body.n > 0 ? ',' : '{');
	encode_json_string(&x->body, name);
	buf_put_char(&x->body, ':');
	encode_json_string(&x->body, value);
}

void
exchange_add(struct exchange *x, struct apam_str name, struct apam_str value)
{
	switch (x->encoding) {
	case APAM_ENCODING_FORM:
		add_form_field(x, name, value);
		return;
	case APAM_ENCODING_JSON:
		add_json_field(x, name, value);
		return;
	default:
		break;
	}
	refuse_exchange(x,
	    "an exchange whose body is not a form or JSON was given a field");
}

void
exchange_body(struct exchange *x, struct apam_str type, struct apam_str bytes)
{
	if (x->encoding != APAM_ENCODING_RAW)
		refuse_exchange(
		    x, "an exchange whose body is not its own was given one");
	if (type.n == 0)
		refuse_exchange(x, "the body has no content type");
	buf_set(&x->type, type);
	buf_set(&x->body, bytes);
}

/* The core's own, which counts who holds it. */
static struct apam_key *
hold(const struct apam_key *key)
{
	return key_hold((struct apam_key *)(uintptr_t)key);
}

void
exchange_certificate(
    struct exchange *x, const struct apam_certificate *certificate)
{
	const struct apam_str passphrase = certificate->passphrase;

	if (certificate->file.n == 0 ||
	    (certificate->key_file.n > 0) == (certificate->key != NULL))
		refuse_exchange(x,
		    "a client certificate has a file, and a key in a file or "
		    "as a handle");
	if (passphrase.n > 0 &&
	    memchr(passphrase.p, '\0', passphrase.n) != NULL)
		refuse_exchange(x, "the client key's passphrase has a NUL");
	buf_set(&x->certificate, certificate->file);
	buf_set(&x->key, certificate->key_file);
	buf_set(&x->passphrase, passphrase);
	key_drop(&x->key_handle);
	if (certificate->key != NULL)
		x->key_handle = hold(certificate->key);
}

/* ---- The end ----------------------------------------------------------- */

/* Add a header where the module has not set its own. */
static void
add_default(struct exchange *x, struct apam_str name, struct apam_str value)
{
	struct apam_header h;
	size_t at = 0;

	while (fields_next(&x->headers, &at, &h))
		if (str_equal_nocase(h.name, name))
			return;
	fields_add_header(&x->headers, name, value);
}

static void
close_body(struct exchange *x)
{
	struct apam_str type = buf_view(&x->type);

	switch (x->encoding) {
	case APAM_ENCODING_NONE:
		return;
	case APAM_ENCODING_FORM:
		type = APAM_STR("application/x-www-form-urlencoded");
		break;
	case APAM_ENCODING_JSON:
		buf_put(
		    &x->body, x->body.n > 0 ? APAM_STR("}") : APAM_STR("{}"));
		type = APAM_STR("application/json");
		break;
	case APAM_ENCODING_RAW:
		if (type.n == 0)
			refuse_exchange(x, "the exchange was given no body");
		break;
	default:
		refuse_exchange(x, "the encoding of the exchange is unknown");
		return;
	}
	if (strcmp(x->method, "HEAD") == 0)
		refuse_exchange(x, "a HEAD request cannot have a body");
	add_default(x, APAM_STR("Content-Type"), type);
}

/* gRPC's servers ask for the one TE that HTTP/2 has: RFC 9113, 8.2.2. */
static bool
is_for_trailers(const struct exchange *x, const struct apam_header *h)
{
	return x->http2 && str_equal_nocase(h->name, APAM_STR("TE")) &&
	    str_equal(h->value, APAM_STR("trailers"));
}

static const char *
headers_problem(const struct exchange *x)
{
	struct apam_header h;
	size_t at = 0;

	while (fields_next(&x->headers, &at, &h))
		if (header_is_framing(h.name) && !is_for_trailers(x, &h))
			return "a header of the connection, such as Host or "
			       "Content-Length, is not the module's to set";
	return NULL;
}

static bool
is_too_large(const struct exchange *x)
{
	return x->url.failed || x->body.failed || x->type.failed ||
	    x->socket.failed || x->certificate.failed || x->key.failed ||
	    x->passphrase.failed;
}

/* Nothing leaves this machine by a socket. */
static const char *
check_way(struct exchange *x, const struct reach *reach)
{
	struct url url;
	const char *why = url_parse(buf_view(&x->url), &url);

	if (why != NULL)
		return why;
	why = x->socket.n > 0 ? reach_socket(reach, buf_view(&x->socket)) :
				reach_url(reach, &url);
	x->clear = why == NULL && !url.https;
	return why;
}

const char *
exchange_finish(struct exchange *x, const struct reach *reach)
{
	const char *why;

	close_body(x);
	add_default(x, APAM_STR("Accept"), APAM_STR("application/json"));
	if (x->refused != NULL)
		return x->refused;
	if (x->headers.refused != NULL)
		return x->headers.refused;
	if (is_too_large(x))
		return "the exchange is too large";
	why = headers_problem(x);
	return why != NULL ? why : check_way(x, reach);
}

bool
exchange_no_memory(const struct exchange *x)
{
	return x->url.no_memory || x->headers.text.no_memory ||
	    x->body.no_memory || x->type.no_memory || x->socket.no_memory ||
	    x->certificate.no_memory || x->key.no_memory ||
	    x->passphrase.no_memory;
}
