/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Building the HTTP request that a module asks for.  A body is a form (RFC
 * 6749, appendix B) or one flat JSON object of strings.
 */
#include "http/exchange.h"

#include <string.h>

#include "base/str.h"
#include "text/encode.h"
#include "text/header.h"
#include "text/url.h"

#define BODY_MAX (1024 * 1024)
#define PATH_MAX_BYTES 4096
#define PASSPHRASE_MAX 1023 /* the most that OpenSSL reads */

void
exchange_init(struct exchange *x)
{
	memset(x, 0, sizeof(*x));
	buf_init(&x->url, URL_MAX);
	fields_init(&x->headers);
	buf_init(&x->body, BODY_MAX);
	buf_init(&x->certificate, PATH_MAX_BYTES);
	buf_init(&x->key, PATH_MAX_BYTES);
	buf_init(&x->passphrase, PASSPHRASE_MAX);
}

void
exchange_free(struct exchange *x)
{
	buf_free(&x->passphrase);
	buf_free(&x->key);
	buf_free(&x->certificate);
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
exchange_begin(struct exchange *x, const char *method, struct apam_str url,
    enum apam_encoding encoding)
{
	size_t n = strlen(method);

	exchange_free(x);
	exchange_init(x);
	if (n >= sizeof(x->method) || !header_name_ok(apam_str(method))) {
		refuse_exchange(x, "the method is not an HTTP method");
		return;
	}
	memcpy(x->method, method, n + 1);
	x->encoding = encoding;
	buf_put(&x->url, url);
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
	case APAM_ENCODING_NONE:
		break;
	}
	refuse_exchange(x, "an exchange without a body was given a field");
}

static void
close_body(struct exchange *x)
{
	switch (x->encoding) {
	case APAM_ENCODING_NONE:
		return;
	case APAM_ENCODING_FORM:
		fields_add_header(&x->headers, APAM_STR("Content-Type"),
		    APAM_STR("application/x-www-form-urlencoded"));
		return;
	case APAM_ENCODING_JSON:
		buf_put(
		    &x->body, x->body.n > 0 ? APAM_STR("}") : APAM_STR("{}"));
		fields_add_header(&x->headers, APAM_STR("Content-Type"),
		    APAM_STR("application/json"));
		return;
	}
	refuse_exchange(x, "the encoding of the exchange is unknown");
}

const char *
exchange_finish(struct exchange *x, bool allow_http)
{
	struct url url;
	const char *why;

	close_body(x);
	fields_add_header(
	    &x->headers, APAM_STR("Accept"), APAM_STR("application/json"));
	if (x->refused != NULL)
		return x->refused;
	if (x->headers.refused != NULL)
		return x->headers.refused;
	if (x->url.failed || x->body.failed || x->certificate.failed ||
	    x->key.failed || x->passphrase.failed)
		return "the exchange is too large";

	why = url_parse(buf_view(&x->url), &url);
	if (why != NULL)
		return why;
	return url_insecure(&url, allow_http);
}

bool
exchange_no_memory(const struct exchange *x)
{
	return x->url.no_memory || x->headers.text.no_memory ||
	    x->body.no_memory || x->certificate.no_memory || x->key.no_memory ||
	    x->passphrase.no_memory;
}
