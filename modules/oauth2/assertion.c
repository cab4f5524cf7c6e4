/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Assertions, RFC 7523, 3: short statements of who we are, signed anew for each
 * request.  How they are written is in the group "assertion".
 *
 * Each has its own jti, so that a provider may take it once.  It says no nbf: a
 * clock that is a little fast would make it invalid.
 */
#include "oauth2.h"

#define JTI_SIZE 16 /* bytes */
#define LIFETIME 300 /* seconds, where nothing else is said */

const struct apam_option oauth2_assertion_members[OAUTH2_ASSERTION_COUNT] = {
	[OAUTH2_ASSERTION_ALGORITHM] = { .name = "algorithm",
	    .help = "how it is signed; by default what the key is for",
	    .type = APAM_OPT_CHOICE,
	    .choices = jose_algorithm_names },
	[OAUTH2_ASSERTION_KEY_ID] = { .name = "key_id",
	    .help = "kid of its header; \"thumbprint\": that of RFC 7638",
	    .type = APAM_OPT_STRING },
	[OAUTH2_ASSERTION_TYPE] = { .name = "type",
	    .help = "typ of its header; by default JWT",
	    .type = APAM_OPT_STRING },
	[OAUTH2_ASSERTION_CERTIFICATE] = { .name = "certificate",
	    .help = "reference to a certificate, for x5t#S256 of its header",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_LINES | APAM_OPT_PASSING },
	[OAUTH2_ASSERTION_AUDIENCE] = { .name = "audience",
	    .help = "aud; by default issuer or token_url, the one that is set",
	    .type = APAM_OPT_STRING },
	[OAUTH2_ASSERTION_LIFETIME] = { .name = "lifetime",
	    .help = "how long it is valid; by default 5m",
	    .type = APAM_OPT_DURATION,
	    .min = 10,
	    .max = 3600 },
	[OAUTH2_ASSERTION_ISSUER] = { .name = "issuer",
	    .help = "grant jwt-bearer: iss; by default client_id",
	    .type = APAM_OPT_STRING },
	[OAUTH2_ASSERTION_SUBJECT] = { .name = "subject",
	    .help = "grant jwt-bearer: sub; by default iss",
	    .type = APAM_OPT_STRING },
	[OAUTH2_ASSERTION_CLAIMS] = { .name = "claims",
	    .help = "grant jwt-bearer: more claims, each a string",
	    .type = APAM_OPT_MAP },
};

/* ---- Options ---------------------------------------------------------- */

const struct apam_value *
oauth2_assertion(const struct oauth2 *o, enum oauth2_assertion i)
{
	static const struct apam_value unset;
	const struct apam_value *group = oauth2_option(o, OAUTH2_OPT_ASSERTION);

	return group->set ? apam_value_at(o->options, group->members, i) :
			    &unset;
}

static struct apam_str
member_text(const struct oauth2 *o, enum oauth2_assertion i)
{
	const struct apam_value *value = oauth2_assertion(o, i);

	return value->set ? value->str : APAM_STR("");
}

static int32_t APAM_PRINTF(3, 4) refuse(
    const struct oauth2 *o, enum oauth2_assertion i, const char *format, ...)
{
	const size_t path[] = { OAUTH2_OPT_ASSERTION, i };
	APAM_FORMAT_TEXT(text, format);

	return o->svc->refuse_option(o->svc, path, 2, apam_str(text));
}

static const struct jose_algorithm *
algorithm_for(const struct oauth2 *o, int32_t kind)
{
	const struct apam_value *set = oauth2_assertion(
	    o, OAUTH2_ASSERTION_ALGORITHM);

	return set->set ? jose_algorithm_at((size_t)set->num) :
			  jose_algorithm_of(kind);
}

static const char *
kind_name(int32_t kind)
{
	static const char *const names[] = {
		[APAM_KIND_SYMMETRIC] = "a secret",
		[APAM_KIND_EC_P256] = "an EC key of P-256",
		[APAM_KIND_EC_P384] = "an EC key of P-384",
		[APAM_KIND_EC_P521] = "an EC key of P-521",
		[APAM_KIND_ED25519] = "an Ed25519 key",
		[APAM_KIND_RSA] = "an RSA key",
	};

	return (size_t)kind < sizeof(names) / sizeof(names[0]) ?
	    names[kind] :
	    "a key of another kind";
}

/* The thumbprint of what is secret would say something of it. */
static bool
wants_thumbprint(const struct oauth2 *o)
{
	return scheme_same(
	    member_text(o, OAUTH2_ASSERTION_KEY_ID), APAM_STR("thumbprint"));
}

int32_t
oauth2_assertion_check(const struct oauth2 *o, int32_t kind)
{
	const struct jose_algorithm *algorithm = algorithm_for(o, kind);

	if (algorithm->kind != kind)
		return refuse(o, OAUTH2_ASSERTION_ALGORITHM,
		    "%s is not for %s; leave it out, or write one that is",
		    algorithm->name, kind_name(kind));
	if (kind == APAM_KIND_SYMMETRIC && wants_thumbprint(o))
		return refuse(o, OAUTH2_ASSERTION_KEY_ID,
		    "a secret has no thumbprint: write the provider's name for "
		    "it, or leave it out");
	return APAM_OK;
}

/* Claims that are made here, and what sets them. */
static const struct {
	const char *claim, *by;
} own_claims[] = {
	{ "iss", "assertion.issuer" },
	{ "sub", "assertion.subject" },
	{ "aud", "assertion.audience" },
	{ "exp", "assertion.lifetime" },
	{ "iat", "nothing: it is the time" },
	{ "nbf", "nothing: it is left out" },
	{ "jti", "nothing: it is made anew" },
};

int32_t
oauth2_assertion_check_claims(const struct oauth2 *o)
{
	const struct apam_value *claims = oauth2_assertion(
	    o, OAUTH2_ASSERTION_CLAIMS);
	size_t i, k;

	for (i = 0; i < claims->count; i++)
		for (k = 0; k < sizeof(own_claims) / sizeof(own_claims[0]); k++)
			if (scheme_same(claims->names[i],
				apam_str(own_claims[k].claim)))
				return refuse(o, OAUTH2_ASSERTION_CLAIMS,
				    "may not set %s; what sets it is %s",
				    own_claims[k].claim, own_claims[k].by);
	return APAM_OK;
}

int32_t
oauth2_assertion_check_grant_only(const struct oauth2 *o)
{
	static const enum oauth2_assertion members[] = {
		OAUTH2_ASSERTION_ISSUER, OAUTH2_ASSERTION_SUBJECT,
		OAUTH2_ASSERTION_CLAIMS
	};
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (oauth2_assertion(o, members[i])->set)
			return refuse(o, members[i],
			    "is for an assertion that apam signs for the grant "
			    "jwt-bearer; leave it out");
	return APAM_OK;
}

/* ---- Writing ---------------------------------------------------------- */

/* RFC 7515, 4.1.4. */
static int32_t
put_key_id(const struct oauth2 *o, struct jose_object *header,
    const struct apam_key *key)
{
	struct apam_str kid = member_text(o, OAUTH2_ASSERTION_KEY_ID);
	struct apam_text *print = NULL;
	int32_t status = APAM_OK;

	if (wants_thumbprint(o)) {
		print = o->svc->text_new(o->svc, 0);
		status = jose_thumbprint(o->svc, key, print);
		kid = o->svc->text_view(o->svc, print);
	}
	if (kid.n > 0)
		jose_object_string(header, APAM_STR("kid"), kid);
	o->svc->text_free(o->svc, &print);
	return status;
}

/* RFC 7515, 4.1.8. */
static int32_t
put_certificate(
    const struct oauth2 *o, struct apam_op *op, struct jose_object *header)
{
	const struct apam_value *set = oauth2_assertion(
	    o, OAUTH2_ASSERTION_CERTIFICATE);
	struct apam_text *print;
	int32_t status;

	if (!set->set)
		return APAM_OK;
	print = o->svc->text_new(o->svc, 0);
	status = jose_certificate_thumbprint(
	    o->svc, o->svc->secret(o->svc, op, set), print);
	jose_object_string(
	    header, APAM_STR("x5t#S256"), o->svc->text_view(o->svc, print));
	o->svc->text_free(o->svc, &print);
	return status;
}

static struct apam_str
audience(const struct oauth2 *o)
{
	const struct apam_value *set = oauth2_assertion(
	    o, OAUTH2_ASSERTION_AUDIENCE);

	if (set->set)
		return set->str;
	return oauth2_text(o,
	    oauth2_option(o, OAUTH2_OPT_ISSUER)->set ? OAUTH2_OPT_ISSUER :
						       OAUTH2_OPT_TOKEN_URL);
}

/* RFC 7523, 3: 2 and 7 make it ours alone, and once. */
static int32_t
put_claims(const struct oauth2 *o, const struct oauth2_claims *say,
    struct jose_object *claims)
{
	const struct apam_services *svc = o->svc;
	const struct apam_value *set = oauth2_assertion(
	    o, OAUTH2_ASSERTION_LIFETIME);
	const int64_t now = svc->now_ms(svc) / 1000;
	struct apam_text *jti = svc->text_new(svc, 0);
	const int32_t status = jose_put_random(svc, JTI_SIZE, jti);
	size_t i;

	jose_object_string(claims, APAM_STR("iss"), say->issuer);
	jose_object_string(claims, APAM_STR("sub"), say->subject);
	jose_object_string(claims, APAM_STR("aud"), audience(o));
	jose_object_string(claims, APAM_STR("jti"), svc->text_view(svc, jti));
	jose_object_number(claims, APAM_STR("iat"), now);
	jose_object_number(
	    claims, APAM_STR("exp"), now + (set->set ? set->num : LIFETIME));
	for (i = 0; say->more != NULL && i < say->more->count; i++)
		jose_object_string(
		    claims, say->more->names[i], say->more->items[i]);
	svc->text_free(svc, &jti);
	return status;
}

static int32_t
write_parts(const struct oauth2 *o, struct apam_op *op,
    const struct apam_key *key, const struct oauth2_claims *say,
    struct jose_object *header, struct jose_object *claims)
{
	const struct apam_value *type = oauth2_assertion(
	    o, OAUTH2_ASSERTION_TYPE);
	int32_t status;

	jose_object_string(header, APAM_STR("alg"),
	    apam_str(algorithm_for(o, o->svc->key_kind(o->svc, key))->name));
	jose_object_string(
	    header, APAM_STR("typ"), type->set ? type->str : APAM_STR("JWT"));
	status = put_key_id(o, header, key);
	if (status == APAM_OK)
		status = put_certificate(o, op, header);
	if (status == APAM_OK)
		status = put_claims(o, say, claims);
	return status;
}

/* End the step for a status other than OK. */
static int32_t
fail(const struct oauth2 *o, struct apam_op *op, int32_t status)
{
	const char *why = "the assertion cannot be signed: may this key sign, "
			  "and is the algorithm allowed?";

	if (status == APAM_E_MEMORY)
		why = "out of memory";
	if (status == APAM_E_USAGE &&
	    oauth2_assertion(o, OAUTH2_ASSERTION_CERTIFICATE)->set)
		why = "assertion.certificate has no certificate in PEM, or the "
		      "key cannot sign";
	return apam_failf(o->svc, op,
	    status == APAM_E_USAGE ? APAM_E_SECRET : status, "%s", why);
}

int32_t
oauth2_assertion_write(const struct oauth2 *o, struct apam_op *op,
    const struct apam_key *key, const struct oauth2_claims *say,
    struct apam_text *to)
{
	const struct apam_services *svc = o->svc;
	struct jose_object header, claims;
	int32_t status;

	jose_object_begin(&header, svc);
	jose_object_begin(&claims, svc);
	status = write_parts(o, op, key, say, &header, &claims);
	if (status == APAM_OK)
		status = jose_compact(svc, key,
		    algorithm_for(o, svc->key_kind(svc, key)),
		    jose_object_end(&header), jose_object_end(&claims), to);
	jose_object_free(&claims);
	jose_object_free(&header);
	return status == APAM_OK ? APAM_STEP_EXCHANGE : fail(o, op, status);
}
