/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * acme-sign: each request is signed by an HMAC over its method, its target, the
 * time and its body.
 *
 *	X-Acme-Key		the key's id
 *	X-Acme-Time		Unix seconds
 *	X-Acme-Signature	hex of HMAC-SHA256(key, METHOD LF TARGET LF TIME
 *				LF hex of SHA-256(body))
 *
 * The provider gives a text as the key, so the option is a symmetric one.  The
 * module has a handle, asks for an HMAC with it, and does not see the text.
 */
#include <apam/scheme.h>

enum { OPT_ID, OPT_KEY, OPT_COUNT };

static const struct apam_option options[OPT_COUNT] = {
	[OPT_ID] = { .name = "id",
	    .help = "the id of the key",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_KEY_ID },
	[OPT_KEY] = { .name = "key",
	    .help = "reference to the key",
	    .type = APAM_OPT_KEY,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_SYMMETRIC },
};

static int32_t
acme_sign_open(const struct apam_services *svc,
    const struct apam_options *values, void **state)
{
	if (!scheme_all_visible(apam_option_value(values, OPT_ID)->str))
		return apam_refuse_optionf(svc, OPT_ID,
		    "has a space or a character that a header cannot carry");
	return scheme_open_short_lived(svc, values, state);
}

/* The key is in its handle, so what stands for it here is its id. */
static int32_t
acme_sign_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;

	return scheme_keep_for_ever(e->svc, op, scheme_option(e, OPT_ID)->str);
}

/* ---- Signing ---------------------------------------------------------- */

/* Append bytes in hex. */
static void
put_hex(const struct scheme_entry *e, struct apam_text *to,
    const unsigned char *bytes, size_t n)
{
	e->svc->text_put(
	    e->svc, to, APAM_WRITING_HEX, scheme_str((const char *)bytes, n));
}

/* What is signed; `time` is text, too. */
static int32_t
describe(const struct scheme_entry *e, const struct apam_request_view *request,
    struct apam_str time, struct apam_text *to)
{
	const struct apam_services *svc = e->svc;
	const struct apam_str end = APAM_STR("\n");
	unsigned char digest[APAM_HASH_MAX];
	size_t n = 0;
	int32_t status = svc->body_digest(
	    svc, APAM_HASH_SHA256, request->body, digest, &n);

	if (status != APAM_OK)
		return status;
	svc->text_put(svc, to, APAM_WRITING_PLAIN, request->method);
	svc->text_put(svc, to, APAM_WRITING_PLAIN, end);
	svc->text_put(svc, to, APAM_WRITING_PLAIN, request->path);
	if (request->query.n > 0)
		svc->text_put(svc, to, APAM_WRITING_PLAIN, APAM_STR("?"));
	svc->text_put(svc, to, APAM_WRITING_PLAIN, request->query);
	svc->text_put(svc, to, APAM_WRITING_PLAIN, end);
	svc->text_put(svc, to, APAM_WRITING_PLAIN, time);
	svc->text_put(svc, to, APAM_WRITING_PLAIN, end);
	put_hex(e, to, digest, n);
	return APAM_OK;
}

/* Sign what `described` says, and put the headers into the request. */
static int32_t
sign_described(const struct scheme_entry *e, struct apam_str described,
    struct apam_str time, struct apam_signing *out)
{
	const struct apam_services *svc = e->svc;
	const struct apam_key *key = scheme_option(e, OPT_KEY)->key;
	unsigned char mac[APAM_HASH_MAX];
	size_t n = 0;
	int32_t status = svc->hmac(
	    svc, key, APAM_HASH_SHA256, &described, 1, mac, &n);
	struct apam_text *hex = svc->text_new(svc, 0);

	if (status == APAM_OK)
		put_hex(e, hex, mac, n);
	if (status == APAM_OK) {
		svc->sign_header(svc, out, APAM_STR("X-Acme-Key"),
		    scheme_option(e, OPT_ID)->str);
		svc->sign_header(svc, out, APAM_STR("X-Acme-Time"), time);
		svc->sign_header(svc, out, APAM_STR("X-Acme-Signature"),
		    svc->text_view(svc, hex));
	}
	svc->text_free(svc, &hex);
	return status;
}

/* Why a request is not signed. */
static int32_t
refuse(const struct scheme_entry *e, struct apam_signing *out, int32_t status)
{
	switch (status) {
	case APAM_OK:
		return APAM_OK;
	case APAM_E_USAGE:
		return apam_refusef(e->svc, out, APAM_E_POLICY,
		    "the signature covers the body, which is not at hand: give "
		    "the body, or its SHA-256, with the request");
	case APAM_E_MEMORY:
		return apam_refusef(
		    e->svc, out, APAM_E_MEMORY, "out of memory");
	default:
		return apam_refusef(e->svc, out, status,
		    "OpenSSL does not compute the signature");
	}
}

static int32_t
acme_sign_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *e = state;
	const struct apam_services *svc = e->svc;
	struct apam_text *time = svc->text_new(svc, 0);
	struct apam_text *described = svc->text_new(svc, 0);
	int32_t status;

	(void)credential;
	svc->text_put_number(svc, time, request->now_ms / 1000);
	status = describe(e, request, svc->text_view(svc, time), described);
	if (status == APAM_OK)
		status = sign_described(e, svc->text_view(svc, described),
		    svc->text_view(svc, time), out);
	svc->text_free(svc, &described);
	svc->text_free(svc, &time);
	return refuse(e, out, status);
}

/* ---- Checking --------------------------------------------------------- */

static int32_t
acme_sign_check(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;

	return scheme_check_by_probe(
	    e->svc, op, state, acme_sign_acquire, NULL);
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL,
	.scheme = "acme-sign",
	.summary = "An HMAC over each request",
	.vendor = "example",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = acme_sign_open,
	.close = scheme_close,
	.acquire = acme_sign_acquire,
	.sign = acme_sign_sign,
	/* One that signs a body in chunks has body_piece and the like, too. */
	.judge = scheme_judge_answer,
	.check = acme_sign_check,
};
