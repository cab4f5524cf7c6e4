/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scheme that signs each request anew, to prove that the ABI carries such
 * schemes (SigV4, RFC 9421) before one of them is a module.
 *
 * HMAC-SHA256 (RFC 2104) with the secret over: method, target with the date
 * parameter, each covered header as "name:value", and the body's SHA-256 in
 * hex; each on a line that ends in LF.  Of no use outside tests.
 */
#include <apam/module.h>

#include <stdlib.h>

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

struct hmac_state {
	const struct apam_services *svc;
	const struct apam_options *options;
	const struct apam_key *key;
};

static const struct apam_value *
option(const struct hmac_state *h, size_t i)
{
	return apam_option_value(h->options, i);
}

static void
hmac_close(void *state)
{
	free(state);
}

static int32_t
hmac_open(const struct apam_services *svc, const struct apam_options *values,
    void **state)
{
	struct hmac_state *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return APAM_E_MEMORY;
	h->svc = svc;
	h->options = values;
	h->key = option(h, OPT_SECRET)->key;
	*state = h;
	return APAM_OK;
}

static int32_t
hmac_acquire(void *state, struct apam_op *op)
{
	const struct hmac_state *h = state;

	h->svc->credential(h->svc, op, option(h, OPT_KEY_ID)->str);
	h->svc->lifetime(h->svc, op, APAM_FOREVER);
	return APAM_STEP_DONE;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool
same_name(struct apam_str a, struct apam_str b)
{
	size_t i;

	for (i = 0; i < a.n && i < b.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return a.n == b.n;
}

static const struct apam_header *
find_header(const struct apam_request_view *r, struct apam_str name)
{
	const struct apam_header *header;
	size_t i;

	for (i = 0; i < r->header_count; i++) {
		header = &r->headers[i];
		if (same_name(header->name, name))
			return header;
	}
	return NULL;
}

static void
put(const struct hmac_state *h, struct apam_text *text, struct apam_str bytes)
{
	h->svc->text_put(h->svc, text, APAM_WRITING_PLAIN, bytes);
}

static void
put_hex(const struct hmac_state *h, struct apam_text *text,
    const unsigned char *bytes, size_t n)
{
	h->svc->text_put(h->svc, text, APAM_WRITING_HEX,
	    (struct apam_str){ (const char *)bytes, n });
}

/* The target as it will go out: the parameter is the last of the query. */
static void
put_target(const struct hmac_state *h, struct apam_text *text,
    const struct apam_request_view *r, struct apam_str date)
{
	put(h, text, r->path);
	put(h, text, APAM_STR("?"));
	put(h, text, r->query);
	put(h, text,
	    r->query.n > 0 ? APAM_STR("&hmac-date=") : APAM_STR("hmac-date="));
	put(h, text, date);
	put(h, text, APAM_STR("\n"));
}

static int32_t
put_headers(const struct hmac_state *h, struct apam_text *text,
    const struct apam_request_view *r, struct apam_signing *out)
{
	const struct apam_value *names = option(h, OPT_HEADERS);
	const struct apam_header *header;
	size_t i;

	for (i = 0; i < names->count; i++) {
		header = find_header(r, names->items[i]);
		if (header == NULL)
			return apam_refusef(h->svc, out, APAM_E_POLICY,
			    "the request has no %s header to cover",
			    names->items[i].p);
		put(h, text, names->items[i]);
		put(h, text, APAM_STR(":"));
		put(h, text, header->value);
		put(h, text, APAM_STR("\n"));
		h->svc->sign_covers(h->svc, out, apam_str(names->items[i].p));
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
put_message(const struct hmac_state *h, struct apam_text *text,
    const struct apam_request_view *r, struct apam_signing *out)
{
	unsigned char digest[APAM_HASH_MAX];
	char digits[DATE_SIZE];
	const struct apam_str date = decimal(r->now_ms / 1000, digits);
	int32_t status;
	size_t n;

	put(h, text, r->method);
	put(h, text, APAM_STR("\n"));
	put_target(h, text, r, date);
	status = put_headers(h, text, r, out);
	if (status != APAM_OK)
		return status;
	if (h->svc->body_digest(
		h->svc, APAM_HASH_SHA256, r->body, digest, &n) != APAM_OK)
		return apam_refusef(h->svc, out, APAM_E_POLICY,
		    "the body is not known, and the signature covers it");
	put_hex(h, text, digest, n);
	put(h, text, APAM_STR("\n"));
	h->svc->sign_query(h->svc, out, APAM_STR("hmac-date"), date);
	return APAM_OK;
}

/* HMAC-TEST keyid=...,signature=..., behind the message in its text. */
static int32_t
put_signature(const struct hmac_state *h, struct apam_text *text,
    struct apam_signing *out)
{
	const struct apam_services *svc = h->svc;
	const struct apam_str message = svc->text_view(svc, text);
	unsigned char mac[APAM_HASH_MAX];
	struct apam_str all;
	size_t n;

	if (message.n == 0 ||
	    svc->hmac(svc, h->key, APAM_HASH_SHA256, &message, 1, mac, &n) !=
		APAM_OK)
		return apam_refusef(svc, out, APAM_E_INTERNAL,
		    "the signature cannot be computed");
	put(h, text, APAM_STR("HMAC-TEST keyid="));
	put(h, text, option(h, OPT_KEY_ID)->str);
	put(h, text, APAM_STR(",signature="));
	put_hex(h, text, mac, n);
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
	const struct hmac_state *h = state;
	struct apam_text *text = h->svc->text_new(h->svc, 0);
	int32_t status = put_message(h, text, request, out);

	(void)credential;
	if (status == APAM_OK)
		status = put_signature(h, text, out);
	h->svc->text_free(h->svc, &text);
	return status;
}

static int32_t
hmac_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	const struct apam_response *r = answer->response;

	(void)state;
	(void)out;
	*reason = "the status alone";
	if (r->status == 401)
		return APAM_VERDICT_REJECTED;
	if (r->status == 403)
		return APAM_VERDICT_FORBIDDEN;
	return r->status < 300 ? APAM_VERDICT_ACCEPTED : APAM_VERDICT_UNKNOWN;
}

static int32_t
hmac_check(void *state, struct apam_op *op)
{
	const struct hmac_state *h = state;

	if (op->response != NULL)
		return apam_key_statef(h->svc, op,
		    op->response->status < 300 ? APAM_KEY_GOOD :
						 APAM_KEY_UNKNOWN,
		    "probe: the status alone");
	if (op->probe.n == 0)
		return apam_key_statef(h->svc, op, APAM_KEY_UNKNOWN,
		    "no probe is configured to ask the provider");
	(void)hmac_acquire(state, op);
	h->svc->exchange_probe(h->svc, op);
	return APAM_STEP_EXCHANGE;
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
	.open = hmac_open,
	.close = hmac_close,
	.acquire = hmac_acquire,
	.sign = hmac_sign,
	.judge = hmac_judge,
	.check = hmac_check,
};
