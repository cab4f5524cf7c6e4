/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scheme that signs each request anew, to prove that the ABI carries such
 * schemes (SigV4, RFC 9421) before one of them is a module.
 *
 * HMAC-SHA256 (RFC 2104) with the secret over: method, target with the date
 * parameter, each covered header as "name:value", and the body's SHA-256 in
 * hex; each on a line that ends in LF.  Of no use outside tests.
 */
#include <apam/scheme.h>

enum { OPT_KEY_ID, OPT_SECRET, OPT_HEADERS, OPT_COUNT };

static const struct apam_option options[OPT_COUNT] = {
	[OPT_KEY_ID] = { .name = "key_id",
	    .help = "the key's name",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_KEY_ID },
	[OPT_SECRET] = { .name = "secret",
	    .help = "reference to the secret",
	    .type = APAM_OPT_KEY,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_SYMMETRIC },
	[OPT_HEADERS] = { .name = "headers",
	    .help = "names of headers to cover",
	    .type = APAM_OPT_LIST },
};

static int32_t
hmac_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;

	return scheme_keep_for_ever(
	    e->svc, op, scheme_option(e, OPT_KEY_ID)->str);
}

static const struct apam_header *
find_header(const struct apam_request_view *r, struct apam_str name)
{
	const struct apam_header *header;
	size_t i;

	for (i = 0; i < r->header_count; i++) {
		header = &r->headers[i];
		if (scheme_same_nocase(header->name, name))
			return header;
	}
	return NULL;
}

static void
put(const struct scheme_entry *e, struct apam_text *text, struct apam_str bytes)
{
	e->svc->text_put(e->svc, text, APAM_WRITING_PLAIN, bytes);
}

static void
put_hex(const struct scheme_entry *e, struct apam_text *text,
    const unsigned char *bytes, size_t n)
{
	e->svc->text_put(e->svc, text, APAM_WRITING_HEX,
	    (struct apam_str){ (const char *)bytes, n });
}

/* The target as it will go out: the parameter is the last of the query. */
static void
put_target(const struct scheme_entry *e, struct apam_text *text,
    const struct apam_request_view *r, struct apam_str date)
{
	put(e, text, r->path);
	put(e, text, APAM_STR("?"));
	put(e, text, r->query);
	put(e, text,
	    r->query.n > 0 ? APAM_STR("&hmac-date=") : APAM_STR("hmac-date="));
	put(e, text, date);
	put(e, text, APAM_STR("\n"));
}

static int32_t
put_headers(const struct scheme_entry *e, struct apam_text *text,
    const struct apam_request_view *r, struct apam_signing *out)
{
	const struct apam_value *names = scheme_option(e, OPT_HEADERS);
	const struct apam_header *header;
	size_t i;

	for (i = 0; i < names->count; i++) {
		header = find_header(r, names->items[i]);
		if (header == NULL)
			return apam_refusef(e->svc, out, APAM_E_POLICY,
			    "the request has no %s header to cover",
			    names->items[i].p);
		put(e, text, names->items[i]);
		put(e, text, APAM_STR(":"));
		put(e, text, header->value);
		put(e, text, APAM_STR("\n"));
		e->svc->sign_covers(e->svc, out, apam_str(names->items[i].p));
	}
	return APAM_OK;
}

#define DATE_SIZE 20

/* A number that is not negative, at the end of `digits`. */
static struct apam_str
decimal(int64_t number, char digits[DATE_SIZE])
{
	size_t at = DATE_SIZE;

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	return (struct apam_str){ digits + at, DATE_SIZE - at };
}

static int32_t
put_message(const struct scheme_entry *e, struct apam_text *text,
    const struct apam_request_view *r, struct apam_signing *out)
{
	unsigned char digest[APAM_HASH_MAX];
	char digits[DATE_SIZE];
	const struct apam_str date = decimal(r->now_ms / 1000, digits);
	int32_t status;
	size_t n;

	put(e, text, r->method);
	put(e, text, APAM_STR("\n"));
	put_target(e, text, r, date);
	status = put_headers(e, text, r, out);
	if (status != APAM_OK)
		return status;
	if (e->svc->body_digest(
		e->svc, APAM_HASH_SHA256, r->body, digest, &n) != APAM_OK)
		return apam_refusef(e->svc, out, APAM_E_POLICY,
		    "the body is not known, and the signature covers it");
	put_hex(e, text, digest, n);
	put(e, text, APAM_STR("\n"));
	e->svc->sign_query(e->svc, out, APAM_STR("hmac-date"), date);
	return APAM_OK;
}

/* HMAC-TEST keyid=...,signature=..., behind the message in its text. */
static int32_t
put_signature(const struct scheme_entry *e, struct apam_text *text,
    struct apam_signing *out)
{
	const struct apam_services *svc = e->svc;
	const struct apam_str message = svc->text_view(svc, text);
	unsigned char mac[APAM_HASH_MAX];
	struct apam_str all;
	size_t n;

	if (message.n == 0 ||
	    svc->hmac(svc, scheme_option(e, OPT_SECRET)->key, APAM_HASH_SHA256,
		&message, 1, mac, &n) != APAM_OK)
		return apam_refusef(svc, out, APAM_E_INTERNAL,
		    "the signature cannot be computed");
	put(e, text, APAM_STR("HMAC-TEST keyid="));
	put(e, text, scheme_option(e, OPT_KEY_ID)->str);
	put(e, text, APAM_STR(",signature="));
	put_hex(e, text, mac, n);
	all = svc->text_view(svc, text);
	if (all.n == 0)
		return APAM_E_MEMORY;
	svc->sign_header(svc, out, APAM_STR("Authorization"),
	    (struct apam_str){ all.p + message.n, all.n - message.n });
	return APAM_OK;
}

static int32_t
hmac_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *e = state;
	struct apam_text *text = e->svc->text_new(e->svc, 0);
	int32_t status = put_message(e, text, request, out);

	(void)credential;
	if (status == APAM_OK)
		status = put_signature(e, text, out);
	e->svc->text_free(e->svc, &text);
	return status;
}

static int32_t
judge_response(void *state, const struct apam_response *r, const char **reason)
{
	(void)state;
	*reason = "the status alone";
	if (r->status == 401)
		return APAM_VERDICT_REJECTED;
	if (r->status == 403)
		return APAM_VERDICT_FORBIDDEN;
	return r->status < 300 ? APAM_VERDICT_ACCEPTED : APAM_VERDICT_UNKNOWN;
}

static int32_t
hmac_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	(void)out;
	return judge_response(state, answer->response, reason);
}

static int32_t
hmac_check(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;

	return scheme_check_by_probe(
	    e->svc, op, state, hmac_acquire, judge_response);
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL,
	.scheme = "hmac-test",
	.summary = "signs each request with HMAC-SHA256",
	.vendor = "apam tests",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = scheme_open_short_lived,
	.close = scheme_close,
	.acquire = hmac_acquire,
	.sign = hmac_sign,
	.judge = hmac_judge,
	.check = hmac_check,
};
