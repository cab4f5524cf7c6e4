/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Services for signing a request, judging an answer and verifying a response.
 */
#include "abi/judging.h"
#include "abi/rewriting.h"
#include "abi/service_say.h"
#include "abi/service_tables.h"
#include "abi/signing.h"
#include "base/error.h"
#include "base/sized.h"
#include "base/str.h"
#include "text/encode.h"
#include "text/header.h"

static void
sign_header(const struct apam_services *svc, struct apam_signing *out,
    struct apam_str name, struct apam_str value)
{
	(void)svc;
	/* That of a text that failed is refused below, with the reason. */
	if (value.n == 0 && !buf_is_failed_view(value))
		(void)error_set(&out->error, APAM_E_ABI,
		    "the module signed with an empty header");
	if (header_is_framing(name))
		fields_refuse(&out->headers,
		    "the module set a header that only the sender may set");
	fields_add_header(&out->headers, name, value);
}

/* ---- Query ------------------------------------------------------------ */

static void
add_parameter(
    struct apam_signing *out, struct apam_str name, struct apam_str value)
{
	if (out->query.count == SIGNING_QUERY_MAX || name.n == 0)
		fields_refuse(&out->query,
		    "a query parameter has no name, or is one too many");
	fields_add_written(&out->query, name, value, encode_percent);
}

static void
sign_query(const struct apam_services *svc, struct apam_signing *out,
    struct apam_str name, struct apam_str value)
{
	(void)svc;
	add_parameter(out, name, value);
}

static void
sign_query_default(const struct apam_services *svc, struct apam_signing *out,
    struct apam_str name, struct apam_str value)
{
	const size_t i = out->query.count;

	(void)svc;
	add_parameter(out, name, value);
	if (out->query.count > i)
		out->query_defaults |= (uint64_t)1 << i;
}

/* ---- Cookies ---------------------------------------------------------- */

/* cookie-octet, RFC 6265, 4.1.1. */
static bool
is_cookie_value(struct apam_str value)
{
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] <= ' ' || value.p[i] > '~' ||
		    str_is_one_of(value.p[i], "\",;\\"))
			return false;
	return value.n > 0 || buf_is_failed_view(value);
}

static void
sign_cookie(const struct apam_services *svc, struct apam_signing *out,
    struct apam_str name, struct apam_str value)
{
	(void)svc;
	if (!header_name_ok(name) || !is_cookie_value(value))
		fields_refuse(&out->cookies,
		    "a cookie's name or value has characters that it must not "
		    "have");
	fields_add(&out->cookies, name, value);
}

/* ---- What the signature covers, and needs ------------------------------ */

static bool
is_sent(const struct apam_signing *out, struct apam_str name)
{
	const struct apam_request_view *r = out->request;

	return r == NULL ||
	    header_find(r->headers, r->header_count, name).p != NULL;
}

static void
sign_covers(const struct apam_services *svc, struct apam_signing *out,
    struct apam_str name)
{
	(void)svc;
	if (header_name_ok(name) && !is_sent(out, name))
		(void)error_set(&out->error, APAM_E_ABI,
		    "the module covers the header %.*s, which is not among "
		    "those that will be sent",
		    (int)(name.n < 64 ? name.n : 64), name.p);
	fields_add_header(&out->covers, name, APAM_STR(""));
}

static void
sign_certificate(const struct apam_services *svc, struct apam_signing *out,
    const struct apam_certificate *certificate)
{
	const char *why;

	(void)svc;
	pair_source_free(&out->certificate);
	out->certificate = pair_source_new(certificate);
	if (out->certificate == NULL) {
		(void)error_set(&out->error, APAM_E_MEMORY,
		    "there is no memory for the client certificate's names");
		return;
	}
	why = pair_source_problem(out->certificate);
	if (why != NULL)
		(void)error_set(&out->error, APAM_E_ABI, "%s", why);
}

static void
sign_nothing(const struct apam_services *svc, struct apam_signing *out)
{
	(void)svc;
	out->nothing = true;
}

/* ---- Bodies ------------------------------------------------------------ */

static bool
has_body(const struct apam_signing *out)
{
	const struct apam_request_view *r = out->request;

	return r != NULL && r->body != NULL && r->body->kind != APAM_BODY_NONE;
}

static bool
is_known(const struct apam_rewrite *rewrite)
{
	return rewrite->hash >= 0 && rewrite->hash <= APAM_HASH_MD5;
}

/* The run is the core's from here on, whatever is wrong. */
static void
sign_body(const struct apam_services *svc, struct apam_signing *out,
    const struct apam_rewrite *rewrite)
{
	struct apam_rewrite mine;

	(void)svc;
	if (out->rewrites) {
		(void)error_set(&out->error, APAM_E_ABI,
		    "the module rewrites the body twice");
		return;
	}
	if (sized_take(&sized_rewrite, rewrite, &mine, NULL) != APAM_OK ||
	    !is_known(&mine))
		(void)error_set(&out->error, APAM_E_ABI,
		    "the module rewrites the body in a way that is not known");
	else if (mine.piece == 0 || mine.piece > REWRITING_PIECE_MAX)
		(void)error_set(&out->error, APAM_E_ABI,
		    "the module rewrites the body by pieces of no size, or too "
		    "large ones");
	else if (!has_body(out))
		(void)error_set(&out->error, APAM_E_ABI,
		    "the module rewrites a body that is not there");
	out->rewrite = mine;
	out->rewrites = true;
}

static void
body_put(const struct apam_services *svc, struct apam_rewriting *out,
    struct apam_str bytes)
{
	(void)svc;
	rewriting_put(out, bytes);
}

static void
body_put_piece(const struct apam_services *svc, struct apam_rewriting *out)
{
	(void)svc;
	rewriting_put_piece(out);
}

static int32_t
refuse_body(const struct apam_services *svc, struct apam_rewriting *out,
    int32_t status, struct apam_str text)
{
	char message[SERVICE_MESSAGE_MAX];

	service_message(svc, text, message, sizeof(message));
	return error_set(&out->error, service_failure(status), "%s", message);
}

static int32_t
refuse_request(const struct apam_services *svc, struct apam_signing *out,
    int32_t status, struct apam_str text)
{
	char message[SERVICE_MESSAGE_MAX];

	service_message(svc, text, message, sizeof(message));
	return error_set(&out->error, service_failure(status), "%s", message);
}

/* ---- Answers ---------------------------------------------------------- */

static void
judge_memo(const struct apam_services *svc, struct apam_judging *out,
    struct apam_str bytes)
{
	(void)svc;
	buf_set(&out->memo, bytes);
	out->has_memo = true;
}

static int32_t
refuse_response(const struct apam_services *svc, struct apam_verifying *out,
    struct apam_str text)
{
	char message[SERVICE_MESSAGE_MAX];

	service_message(svc, text, message, sizeof(message));
	return error_set(&out->error, APAM_E_NOT_AUTHENTIC, "%s", message);
}

void
services_add_signing(struct apam_services *to)
{
	to->sign_header = sign_header;
	to->sign_query = sign_query;
	to->sign_query_default = sign_query_default;
	to->sign_cookie = sign_cookie;
	to->sign_covers = sign_covers;
	to->sign_certificate = sign_certificate;
	to->sign_nothing = sign_nothing;
	to->refuse = refuse_request;
	to->judge_memo = judge_memo;
	to->not_authentic = refuse_response;
	to->sign_body = sign_body;
	to->body_put = body_put;
	to->body_put_piece = body_put_piece;
	to->body_refuse = refuse_body;
}
