/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JWT-SVIDs of SPIFFE's Workload API, to prove that an exchange carries gRPC:
 * HTTP/2 over a Unix socket, a body of any bytes, trailers.  The protocol is
 * that of github.com/spiffe/spiffe, standards/SPIFFE_Workload_Endpoint.md and
 * workloadapi.proto, RPC FetchJWTSVID; gRPC's framing is that of
 * github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md.  Of no use outside tests.
 */
#include <apam/scheme.h>

#include <string.h>

#include "stub.h"

#define URL "http://localhost/SpiffeWorkloadAPI/FetchJWTSVID"
#define FRAME_HEAD 5 /* a flag and four bytes of length */
#define REQUEST_MAX 2048

/* Fields of JWTSVIDRequest, JWTSVIDResponse, JWTSVID. */
enum { REQUEST_AUDIENCE = 1, REQUEST_ID = 2 };
enum { RESPONSE_SVIDS = 1 };
enum { SVID_TOKEN = 2 };

/* Wire types of protocol buffers. */
enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

enum { OPT_SOCKET, OPT_AUDIENCE, OPT_ID, OPT_COUNT };

static const struct apam_option options[OPT_COUNT] = {
	[OPT_SOCKET] = { .name = "socket",
	    .help = "the Workload API's socket",
	    .type = APAM_OPT_PATH,
	    .flags = APAM_OPT_REQUIRED },
	[OPT_AUDIENCE] = { .name = "audience",
	    .help = "whom the token is for",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED },
	[OPT_ID] = { .name = "spiffe_id",
	    .help = "which identity, if there are several",
	    .type = APAM_OPT_STRING },
};

static struct apam_str
text_of(const struct scheme_entry *e, size_t i)
{
	return scheme_option(e, i)->str;
}

static int32_t
spiffe_open(const struct apam_services *svc, const struct apam_options *values,
    void **state)
{
	const struct scheme_entry e = { svc, values };

	if (text_of(&e, OPT_AUDIENCE).n + text_of(&e, OPT_ID).n + 64 >
	    REQUEST_MAX)
		return apam_refuse_optionf(svc, OPT_AUDIENCE, "is too long");
	return scheme_open(svc, values, state);
}

/* ---- The request -------------------------------------------------------- */

static size_t
put_varint(char *to, size_t n)
{
	size_t at = 0;

	for (; n > 127; n >>= 7)
		to[at++] = (char)(n | 128);
	to[at++] = (char)n;
	return at;
}

static size_t
put_field(char *to, unsigned number, struct apam_str value)
{
	size_t at = put_varint(to, number << 3 | WIRE_BYTES);

	at += put_varint(to + at, value.n);
	if (value.n > 0)
		memcpy(to + at, value.p, value.n);
	return at + value.n;
}

/* A frame of gRPC with a JWTSVIDRequest; its length. */
static size_t
put_request(const struct scheme_entry *e, char to[REQUEST_MAX])
{
	char *message = to + FRAME_HEAD;
	size_t n = put_field(
	    message, REQUEST_AUDIENCE, text_of(e, OPT_AUDIENCE));

	if (text_of(e, OPT_ID).n > 0)
		n += put_field(message + n, REQUEST_ID, text_of(e, OPT_ID));
	to[0] = 0;
	for (int i = 0; i < 4; i++)
		to[1 + i] = (char)(n >> (24 - 8 * i));
	return FRAME_HEAD + n;
}

static int32_t
ask(const struct scheme_entry *e, struct apam_op *op)
{
	const struct apam_services *svc = e->svc;
	char body[REQUEST_MAX];
	const size_t n = put_request(e, body);

	svc->exchange(
	    svc, op, APAM_STR("POST"), APAM_STR(URL), APAM_ENCODING_RAW);
	svc->exchange_socket(svc, op, text_of(e, OPT_SOCKET));
	svc->exchange_http2(svc, op);
	svc->exchange_header(svc, op, APAM_STR("te"), APAM_STR("trailers"));
	svc->exchange_header(
	    svc, op, APAM_STR("workload.spiffe.io"), APAM_STR("true"));
	svc->exchange_body(svc, op, APAM_STR("application/grpc"),
	    (struct apam_str){ body, n });
	op->phase = 1;
	return APAM_STEP_EXCHANGE;
}

/* ---- The answer --------------------------------------------------------- */

static bool
take(struct apam_str *s, size_t n, struct apam_str *taken)
{
	if (n > s->n)
		return false;
	*taken = (struct apam_str){ s->p, n };
	s->p += n;
	s->n -= n;
	return true;
}

static bool
take_varint(struct apam_str *s, uint64_t *n)
{
	*n = 0;
	for (unsigned shift = 0; s->n > 0 && shift < 64; shift += 7) {
		const unsigned char byte = (unsigned char)*s->p++;

		s->n--;
		*n |= (uint64_t)(byte & 127) << shift;
		if (byte < 128)
			return true;
	}
	return false;
}

/* One field; *value is empty unless it is of bytes. */
static bool
take_field(struct apam_str *s, uint64_t *number, struct apam_str *value)
{
	struct apam_str passed;
	uint64_t tag, n = 0;

	*value = (struct apam_str){ s->p, 0 };
	if (!take_varint(s, &tag))
		return false;
	*number = tag >> 3;
	switch (tag & 7) {
	case WIRE_VARINT:
		return take_varint(s, &n);
	case WIRE_64:
		return take(s, 8, &passed);
	case WIRE_32:
		return take(s, 4, &passed);
	case WIRE_BYTES:
		return take_varint(s, &n) && n <= s->n &&
		    take(s, (size_t)n, value);
	default:
		return false;
	}
}

/*
 * The first field of bytes with this number; empty where there is none.  False
 * if the message is malformed.
 */
static bool
find_field(struct apam_str message, uint64_t wanted, struct apam_str *found)
{
	struct apam_str value;
	uint64_t number;

	*found = (struct apam_str){ message.p, 0 };
	while (message.n > 0) {
		if (!take_field(&message, &number, &value))
			return false;
		if (number == wanted && value.n > 0 && found->n == 0)
			*found = value;
	}
	return true;
}

/* The one message of a gRPC answer, which is not compressed. */
static bool
take_message(struct apam_str body, struct apam_str *message)
{
	struct apam_str head;
	size_t n = 0;

	if (!take(&body, FRAME_HEAD, &head) || head.p[0] != 0)
		return false;
	for (int i = 1; i < FRAME_HEAD; i++)
		n = n << 8 | (unsigned char)head.p[i];
	return n == body.n && take(&body, n, message);
}

/* Base64url in three parts: JWS, RFC 7515, 7.1. */
static bool
is_token(struct apam_str s)
{
	static const char fine[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz"
				   "0123456789-_.";

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\0' || strchr(fine, s.p[i]) == NULL)
			return false;
	return true;
}

static int32_t
fail_by_status(
    const struct scheme_entry *e, struct apam_op *op, struct apam_str status)
{
	if (scheme_same(status, APAM_STR("7")))
		return apam_failf(e->svc, op, APAM_E_DENIED,
		    "the agent has no identity for this process");
	if (scheme_same(status, APAM_STR("3")))
		return apam_failf(e->svc, op, APAM_E_CONFIG,
		    "the agent does not take the request: check audience");
	return apam_failf(e->svc, op, APAM_E_PROVIDER,
	    "the agent gave no token: its gRPC status is %.*s",
	    status.n > 8 ? 8 : (int)status.n, status.p);
}

static int32_t
read_answer(const struct scheme_entry *e, struct apam_op *op)
{
	const struct apam_services *svc = e->svc;
	const struct apam_response *r = op->response;
	struct apam_str status = svc->header(svc, r, "grpc-status");
	struct apam_str message, svid, token;

	if (r->status != 200 || status.n == 0)
		return apam_failf(svc, op, APAM_E_PROVIDER,
		    "the answer is not one of gRPC to its end");
	if (!scheme_same(status, APAM_STR("0")))
		return fail_by_status(e, op, status);
	if (!take_message(r->body, &message) ||
	    !find_field(message, RESPONSE_SVIDS, &svid) ||
	    !find_field(svid, SVID_TOKEN, &token) || !is_token(token))
		return apam_failf(
		    svc, op, APAM_E_PROVIDER, "the answer is malformed");
	if (token.n == 0)
		return apam_failf(
		    svc, op, APAM_E_PROVIDER, "the answer has no JWT-SVID");
	svc->credential(svc, op, token);
	return APAM_STEP_DONE;
}

static int32_t
spiffe_acquire(void *state, struct apam_op *op)
{
	return op->phase == 0 ? ask(state, op) : read_answer(state, op);
}

static int32_t
spiffe_check(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;
	const int32_t step = spiffe_acquire(state, op);

	if (step != APAM_STEP_DONE)
		return step;
	return apam_key_statef(
	    e->svc, op, APAM_KEY_GOOD, "the agent gave a JWT-SVID");
}

/* ---- Requests ----------------------------------------------------------- */

static int32_t
spiffe_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *e = state;

	(void)request;
	return scheme_sign_authorization(
	    e->svc, out, APAM_STR("Bearer "), credential->secret);
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	.scheme = "spiffe-test",
	.summary = "JWT-SVIDs of SPIFFE's Workload API",
	.vendor = "apam tests",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = spiffe_open,
	.close = scheme_close,
	.acquire = spiffe_acquire,
	.sign = spiffe_sign,
	.judge = stub_judge,
	.check = spiffe_check,
};
