/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The core services for modules.  Each is a thin layer between the ABI's types
 * and the file that does the work; none does I/O except for the log.
 */
#include "abi/services.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/op.h"
#include "abi/signing.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "base/utf8.h"
#include "crypto/digest.h"
#include "http/response.h"
#include "text/challenge.h"
#include "text/encode.h"
#include "text/header.h"
#include "text/json.h"
#include "text/lifetime.h"

#define TEXT_MAX (1024 * 1024)
#define MESSAGE_MAX 256

struct apam_text {
	struct buf b;
};

/* The format strings are the modules', where the compiler checks them. */
static void service_log(const struct apam_services *svc,
    enum apam_log_level level, const char *format, ...) APAM_PRINTF(3, 4);
static enum apam_status service_refuse_option(const struct apam_services *svc,
    size_t index, const char *format, ...) APAM_PRINTF(3, 4);
static enum apam_step service_key_state(struct apam_op *op,
    enum apam_key_state state, const char *format, ...) APAM_PRINTF(3, 4);
static enum apam_step service_fail(struct apam_op *op, enum apam_status status,
    const char *format, ...) APAM_PRINTF(3, 4);
static enum apam_status service_refuse(struct apam_signing *out,
    enum apam_status status, const char *format, ...) APAM_PRINTF(3, 4);

/* ---- What modules say -------------------------------------------------- */

/* Format a text, cut to `size`; it is empty if it cannot be formatted. */
static void APAM_PRINTF(3, 0)
    put_text(char *to, size_t size, const char *format, va_list args)
{
	if (vsnprintf(to, size, format, args) < 0)
		to[0] = '\0';
	utf8_flatten(to);
}

/* A module that reports a failure with a status that is not one is broken. */
static enum apam_status
as_failure(enum apam_status status)
{
	return status == APAM_OK || !status_is_known(status) ? APAM_E_ABI :
							       status;
}

/* ---- Log, time, chance, options --------------------------------------- */

static void
service_log(const struct apam_services *svc, enum apam_log_level level,
    const char *format, ...)
{
	const struct services *s = (const struct services *)(const void *)svc;
	va_list args;

	va_start(args, format);
	log_vline(s->log, level, s->scheme, format, args);
	va_end(args);
}

static int64_t
service_now(const struct apam_services *svc)
{
	(void)svc;
	return clock_unix();
}

static bool
service_random(const struct apam_services *svc, void *to, size_t n)
{
	(void)svc;
	/* A larger length is a mistake, and would not fit. */
	return n <= INT32_MAX && random_bytes(to, n);
}

static enum apam_status
service_refuse_option(
    const struct apam_services *svc, size_t index, const char *format, ...)
{
	const struct services *s = (const struct services *)(const void *)svc;
	char text[MESSAGE_MAX];
	va_list args;

	va_start(args, format);
	put_text(text, sizeof(text), format, args);
	va_end(args);
	if (s->refuse != NULL)
		s->refuse(s->refuse_arg, index, text);
	return APAM_E_CONFIG;
}

static void
service_prepare_unneeded(const struct apam_services *svc)
{
	/*
	 * It is the core's, and no other thread sees it before the entry is
	 * open.
	 */
	struct services *s = (struct services *)(uintptr_t)svc;

	s->prepare_unneeded = true;
}

/* ---- Secret texts ----------------------------------------------------- */

static struct apam_text *
service_text_new(const struct apam_services *svc)
{
	struct apam_text *t = malloc(sizeof(*t));

	(void)svc;
	if (t != NULL)
		buf_init(&t->b, TEXT_MAX);
	return t;
}

/*
 * Append with `put`.  If the bytes are in the text itself, a copy is made
 * first, because the text moves when it grows.
 */
static void
append_text(struct apam_text *text, struct apam_str bytes,
    void (*put)(struct buf *b, struct apam_str bytes))
{
	struct buf longer;

	if (text == NULL)
		return;
	if (!buf_holds(&text->b, bytes)) {
		put(&text->b, bytes);
		return;
	}
	buf_init(&longer, TEXT_MAX);
	buf_put(&longer, buf_view(&text->b));
	put(&longer, bytes);
	buf_free(&text->b);
	text->b = longer;
}

static void
service_text_put(struct apam_text *text, struct apam_str bytes)
{
	append_text(text, bytes, buf_put);
}

static void
service_text_put_base64(struct apam_text *text, struct apam_str bytes)
{
	append_text(text, bytes, encode_base64);
}

static void
service_text_put_form(struct apam_text *text, struct apam_str bytes)
{
	append_text(text, bytes, encode_form);
}

static void
service_text_put_percent(struct apam_text *text, struct apam_str bytes)
{
	append_text(text, bytes, encode_percent);
}

static struct apam_str
service_text_view(const struct apam_text *text)
{
	return text == NULL ? APAM_STR("") : buf_view(&text->b);
}

static void
service_text_free(struct apam_text **text)
{
	if (text == NULL || *text == NULL)
		return;
	buf_free(&(*text)->b);
	free(*text);
	*text = NULL;
}

/* ---- Step functions --------------------------------------------------- */

static struct op *
op_of(struct apam_op *op)
{
	return (struct op *)(void *)op;
}

static void
service_exchange(struct apam_op *op, const char *method, struct apam_str url,
    enum apam_encoding encoding)
{
	exchange_begin(&op_of(op)->exchange, apam_str(method), url, encoding);
}

static void
service_exchange_header(
    struct apam_op *op, const char *name, struct apam_str value)
{
	fields_add_header(&op_of(op)->exchange.headers, apam_str(name), value);
}

static void
service_exchange_field(
    struct apam_op *op, struct apam_str name, struct apam_str value)
{
	exchange_add(&op_of(op)->exchange, name, value);
}

static void
service_exchange_tls_client(
    struct apam_op *op, struct apam_str certificate, struct apam_str key)
{
	struct exchange *x = &op_of(op)->exchange;

	buf_set(&x->certificate, certificate);
	buf_set(&x->key, key);
}

static void
service_exchange_tls_passphrase(struct apam_op *op, struct apam_str passphrase)
{
	struct exchange *x = &op_of(op)->exchange;

	buf_truncate(&x->passphrase, 0);
	buf_put(&x->passphrase, passphrase);
	if (strlen(buf_view(&x->passphrase).p) != x->passphrase.n &&
	    x->refused == NULL)
		x->refused = "the client key's passphrase has a NUL";
}

static void
service_memo(struct apam_op *op, struct apam_str bytes)
{
	struct op *o = op_of(op);

	buf_set(&o->memo, bytes);
	o->pub.memo = buf_view(&o->memo);
}

static void
service_credential(struct apam_op *op, struct apam_str bytes)
{
	struct op *o = op_of(op);

	buf_set(&o->credential, bytes);
	o->has_credential = true;
}

static void
service_lifetime(struct apam_op *op, int64_t seconds)
{
	op_of(op)->lifetime = seconds < 0 ? 0 : seconds;
}

static bool
service_json(const struct apam_response *response, const char *pointer,
    struct apam_json *value, const char **why)
{
	/* The JSON is cached in the core's part of the response. */
	struct response *r = (struct response *)(uintptr_t)response;
	const struct json *json;
	const char *reason = NULL;

	memset(value, 0, sizeof(*value));
	json = response_json(r, &reason);
	if (json != NULL)
		*value = json_at(json, pointer);
	if (why != NULL)
		*why = reason;
	return json != NULL;
}

static void
service_lifetime_json(struct apam_op *op, const char *pointer)
{
	struct apam_json value;

	if (op->response != NULL &&
	    service_json(op->response, pointer, &value, NULL))
		op_of(op)->lifetime = lifetime_from_json(value);
}

static enum apam_step
service_key_state(
    struct apam_op *op, enum apam_key_state state, const char *format, ...)
{
	struct op *o = op_of(op);
	va_list args;

	va_start(args, format);
	put_text(o->evidence, sizeof(o->evidence), format, args);
	va_end(args);
	o->key_state = state;
	o->has_key_state = (unsigned)state <= APAM_KEY_REJECTED;
	return APAM_STEP_DONE;
}

static enum apam_step
service_fail(
    struct apam_op *op, enum apam_status status, const char *format, ...)
{
	char text[MESSAGE_MAX];
	va_list args;

	va_start(args, format);
	put_text(text, sizeof(text), format, args);
	va_end(args);
	status = as_failure(status);
	(void)error_set(&op_of(op)->error, status, "%s", text);
	return APAM_STEP_FAILED;
}

/* ---- Responses -------------------------------------------------------- */

static struct apam_str
service_header(const struct apam_response *response, const char *name)
{
	return header_find(
	    response->headers, response->header_count, apam_str(name));
}

static bool
service_challenge(const struct apam_response *response, const char *scheme,
    const char *parameter, char *to, size_t size)
{
	return challenge_find(response->headers, response->header_count, scheme,
	    parameter, to, size);
}

/* ---- Signing ---------------------------------------------------------- */

static void
service_sign_header(
    struct apam_signing *out, const char *name, struct apam_str value)
{
	/*
	 * An empty value means that building it ran out of memory; never send
	 * that.
	 */
	if (value.n == 0)
		(void)error_set(&out->error, APAM_E_ABI,
		    "the module signed with an empty header");
	fields_add_header(&out->headers, apam_str(name), value);
}

static void
service_sign_query(
    struct apam_signing *out, struct apam_str name, struct apam_str value)
{
	struct buf n, v;

	buf_init(&n, TEXT_MAX);
	buf_init(&v, TEXT_MAX);
	encode_percent(&n, name);
	encode_percent(&v, value);
	if (n.failed || v.failed) {
		out->query.text.no_memory = n.no_memory || v.no_memory;
		out->query.refused = out->query.text.no_memory ?
		    "out of memory" :
		    "no room for a query parameter";
	}
	fields_add(&out->query, buf_view(&n), buf_view(&v));
	buf_free(&v);
	buf_free(&n);
}

static void
service_sign_covers(struct apam_signing *out, const char *name)
{
	fields_add_header(&out->covers, apam_str(name), APAM_STR(""));
}

static bool
service_body_sha256(const struct apam_services *svc,
    const struct apam_body *body, unsigned char digest[32])
{
	const struct services *s = (const struct services *)(const void *)svc;
	struct apam_error why = APAM_ERROR_INIT;

	if (digest_body(body, digest, &why) == APAM_OK)
		return true;
	if (why.status != APAM_OK)
		log_line(s->log, APAM_LOG_ERROR,
		    "%s: the body cannot be hashed: %s", s->scheme, why.text);
	return false;
}

static enum apam_status
service_refuse(
    struct apam_signing *out, enum apam_status status, const char *format, ...)
{
	char text[MESSAGE_MAX];
	va_list args;

	va_start(args, format);
	put_text(text, sizeof(text), format, args);
	va_end(args);
	status = as_failure(status);
	return error_set(&out->error, status, "%s", text);
}

/* ---- The table -------------------------------------------------------- */

static const struct apam_services services = {
	.size = sizeof(struct apam_services),
	.log = service_log,
	.now = service_now,
	.random = service_random,
	.refuse_option = service_refuse_option,
	.prepare_unneeded = service_prepare_unneeded,
	.text_new = service_text_new,
	.text_put = service_text_put,
	.text_put_base64 = service_text_put_base64,
	.text_put_form = service_text_put_form,
	.text_put_percent = service_text_put_percent,
	.text_view = service_text_view,
	.text_free = service_text_free,
	.equal = bytes_equal,
	.exchange = service_exchange,
	.exchange_header = service_exchange_header,
	.exchange_field = service_exchange_field,
	.exchange_tls_client = service_exchange_tls_client,
	.exchange_tls_passphrase = service_exchange_tls_passphrase,
	.memo = service_memo,
	.credential = service_credential,
	.lifetime = service_lifetime,
	.lifetime_json = service_lifetime_json,
	.key_state = service_key_state,
	.fail = service_fail,
	.json = service_json,
	.header = service_header,
	.challenge = service_challenge,
	.sign_header = service_sign_header,
	.sign_query = service_sign_query,
	.sign_covers = service_sign_covers,
	.body_sha256 = service_body_sha256,
	.refuse = service_refuse,
};

void
services_init(struct services *s, const char *scheme, const struct log *log)
{
	memset(s, 0, sizeof(*s));
	s->pub = services;
	s->scheme = scheme;
	s->log = log;
}
