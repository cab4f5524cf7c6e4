/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scheme whose provider signs its answers: the header Answer-Mac has the HMAC
 * (RFC 2104) of method, URL, the request's Authorization and the status, each
 * on a line, and of the body, with the secret, in hex.  Of no use outside tests.
 *
 * `break` names what the module does wrong.
 */
#include <apam/scheme.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "stub.h"

enum { OPT_SECRET, OPT_HEADER, OPT_BREAK, OPT_COUNT };
enum { BREAK_NOTHING, BREAK_BEGIN, BREAK_BODY, BREAK_END, BREAK_MADE };

static const char *const breaks[] = { "nothing", "begin", "body", "end", "made",
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
	    .help = "which slot returns what it may not",
	    .type = APAM_OPT_CHOICE,
	    .choices = breaks,
	    .default_value = "nothing" },
};

struct run {
	EVP_MAC_CTX *mac;
	char wanted[65];
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

static void
add(struct run *run, struct apam_str bytes)
{
	(void)EVP_MAC_update(run->mac, (const unsigned char *)bytes.p, bytes.n);
}

static void
add_line(struct run *run, struct apam_str text)
{
	add(run, text);
	add(run, APAM_STR("\n"));
}

static struct apam_str
sent_header(const struct apam_request_view *r, struct apam_str name)
{
	for (size_t i = 0; i < r->header_count; i++)
		if (r->headers[i].name.n == name.n &&
		    memcmp(r->headers[i].name.p, name.p, name.n) == 0)
			return r->headers[i].value;
	return APAM_STR("");
}

static void
begin_run(const struct scheme_entry *e, struct run *run,
    const struct apam_request_view *request,
    const struct apam_response *response)
{
	const struct apam_str key = scheme_option(e, OPT_SECRET)->str;
	char sha256[] = "SHA256", status[8];
	const OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(
					  OSSL_MAC_PARAM_DIGEST, sha256, 0),
		OSSL_PARAM_construct_end() };
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	(void)snprintf(status, sizeof(status), "%d", (int)response->status);
	run->mac = EVP_MAC_CTX_new(hmac);
	EVP_MAC_free(hmac);
	(void)EVP_MAC_init(
	    run->mac, (const unsigned char *)key.p, key.n, params);
	add_line(run, request->method);
	add_line(run, request->url);
	add_line(run, sent_header(request, scheme_option(e, OPT_HEADER)->str));
	add_line(run, apam_str(status));
}

static int32_t
verify_begin(void *state, const struct apam_request_view *request,
    const struct apam_response *response, struct apam_verifying *out, void **to)
{
	const struct scheme_entry *e = state;
	const struct apam_str mac = e->svc->header(
	    e->svc, response, "Answer-Mac");
	struct run *run;

	if (breaks_at(e) == BREAK_BEGIN)
		return APAM_E_NOT_AUTHENTIC;
	if (mac.n != 64)
		return e->svc->not_authentic(
		    e->svc, out, APAM_STR("it has no Answer-Mac"));
	run = calloc(1, sizeof(*run));
	if (run == NULL)
		return APAM_E_MEMORY;
	memcpy(run->wanted, mac.p, mac.n);
	begin_run(e, run, request, response);
	*to = run;
	if (breaks_at(e) == BREAK_MADE)
		return e->svc->not_authentic(
		    e->svc, out, APAM_STR("it is told to say so"));
	return APAM_OK;
}

static int32_t
verify_body(
    void *state, void *to, struct apam_str piece, struct apam_verifying *out)
{
	const struct scheme_entry *e = state;

	if (breaks_at(e) == BREAK_BODY)
		(void)e->svc->not_authentic(
		    e->svc, out, APAM_STR("and yet it is"));
	add(to, piece);
	return APAM_OK;
}

static int32_t
verify_end(void *state, void *to, int32_t whole, struct apam_verifying *out)
{
	const struct scheme_entry *e = state;
	struct run *run = to;
	unsigned char mac[EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	size_t n = 0;
	bool same;

	(void)EVP_MAC_final(run->mac, mac, &n, sizeof(mac));
	EVP_MAC_CTX_free(run->mac);
	for (size_t i = 0; i < n; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", mac[i]);
	same = e->svc->equal(e->svc, apam_str(hex), apam_str(run->wanted));
	free(run);
	if (breaks_at(e) == BREAK_END)
		return 4711;
	/* Of a body that was cut nothing is known. */
	if (!whole || same)
		return APAM_OK;
	return e->svc->not_authentic(
	    e->svc, out, APAM_STR("its Answer-Mac is another one"));
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
	.verify_begin = verify_begin,
	.verify_body = verify_body,
	.verify_end = verify_end,
};
