/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scheme whose provider signs its answers: the header Answer-Mac has the HMAC
 * (RFC 2104) of method, URL, the request's Authorization and the status, each
 * on a line, and of the body's SHA-256, with the secret, in hex.  Of no use
 * outside tests.
 *
 * `break` names what the module does wrong.
 */
#include <apam/scheme.h>

#include <stdio.h>

#include "stub.h"

enum { OPT_SECRET, OPT_HEADER, OPT_BREAK, OPT_COUNT };
enum { BREAK_NOTHING, BREAK_SILENT, BREAK_STATUS, BREAK_SAID };

static const char *const breaks[] = { "nothing", "silent", "status", "said",
	NULL };

static const struct apam_option options[OPT_COUNT] = {
	[OPT_SECRET] = { .name = "secret",
	    .help = "reference to the secret",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED },
	[OPT_HEADER] = { .name = "header",
	    .help = "the header to sign with",
	    .type = APAM_OPT_STRING,
	    .default_value = "Authorization" },
	[OPT_BREAK] = { .name = "break",
	    .help = "how verify returns what it may not",
	    .type = APAM_OPT_CHOICE,
	    .choices = breaks,
	    .default_value = "nothing" },
};

static int64_t
breaks_at(const struct scheme_entry *e)
{
	return scheme_option(e, OPT_BREAK)->num;
}

static int32_t
verify_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;

	return scheme_keep_for_ever(
	    e->svc, op, scheme_option(e, OPT_SECRET)->str);
}

static int32_t
verify_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *e = state;

	(void)request;
	e->svc->sign_header(
	    e->svc, out, scheme_option(e, OPT_HEADER)->str, credential->secret);
	return APAM_OK;
}

static int32_t
verify_check(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;

	return apam_key_statef(
	    e->svc, op, APAM_KEY_UNKNOWN, "there is nobody to ask");
}

/* ---- Verifying ----------------------------------------------------------- */

static struct apam_str
sent_header(const struct apam_request_view *r, struct apam_str name)
{
	for (size_t i = 0; i < r->header_count; i++)
		if (r->headers[i].name.n == name.n &&
		    memcmp(r->headers[i].name.p, name.p, name.n) == 0)
			return r->headers[i].value;
	return APAM_STR("");
}

/* In hex; empty where there is no memory for it. */
static struct apam_text *
make_mac(const struct scheme_entry *e, const struct apam_request_view *request,
    const struct apam_response *response, struct apam_str digest)
{
	const struct apam_services *svc = e->svc;
	char status[8];
	const int n_status = snprintf(
	    status, sizeof(status), "%d", (int)response->status);
	const struct apam_str parts[] = { request->method, APAM_STR("\n"),
		request->url, APAM_STR("\n"),
		sent_header(request, scheme_option(e, OPT_HEADER)->str),
		APAM_STR("\n"), { status, (size_t)n_status }, APAM_STR("\n"),
		digest };
	const struct apam_key_source source = { .size = sizeof(source),
		.kind = APAM_KIND_SYMMETRIC,
		.bytes = scheme_option(e, OPT_SECRET)->str };
	struct apam_text *text = svc->text_new(svc, 0);
	struct apam_key *key = NULL;
	unsigned char mac[APAM_HASH_MAX];
	size_t n = 0;

	if (svc->key_make(svc, &source, &key) == APAM_OK &&
	    svc->hmac(svc, key, APAM_HASH_SHA256, parts,
		sizeof(parts) / sizeof(parts[0]), mac, &n) == APAM_OK)
		svc->text_put(svc, text, APAM_WRITING_HEX,
		    (struct apam_str){ (const char *)mac, n });
	svc->key_free(svc, &key);
	return text;
}

static int32_t
verify_verify(void *state, const struct apam_request_view *request,
    const struct apam_response *response, struct apam_str digest,
    struct apam_verifying *out)
{
	const struct scheme_entry *e = state;
	const struct apam_services *svc = e->svc;
	const struct apam_str given = svc->header(svc, response, "Answer-Mac");
	struct apam_text *mac;
	bool made, same;

	if (breaks_at(e) == BREAK_SILENT)
		return APAM_E_NOT_AUTHENTIC;
	if (breaks_at(e) == BREAK_STATUS)
		return 4711;
	if (given.n != 64)
		return svc->not_authentic(
		    svc, out, APAM_STR("it has no Answer-Mac"));
	mac = make_mac(e, request, response, digest);
	made = svc->text_view(svc, mac).n > 0;
	same = svc->equal(svc, svc->text_view(svc, mac), given);
	svc->text_free(svc, &mac);
	if (!made)
		return APAM_E_MEMORY;
	if (!same)
		return svc->not_authentic(
		    svc, out, APAM_STR("its Answer-Mac is another one"));
	if (breaks_at(e) == BREAK_SAID)
		(void)svc->not_authentic(svc, out, APAM_STR("and yet it is"));
	return APAM_OK;
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	.scheme = "verify-test",
	.summary = "verifies answers by an HMAC",
	.vendor = "apam tests",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = scheme_open,
	.close = scheme_close,
	.acquire = verify_acquire,
	.sign = verify_sign,
	.judge = stub_judge,
	.check = verify_check,
	.verify = verify_verify,
	.verify_hash = APAM_HASH_SHA256,
};
