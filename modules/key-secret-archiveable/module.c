/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options, signing and judging of key-secret-archiveable.
 */
#include "key_secret.h"

#include <stdlib.h>

static const char *const modes[] = { "exchange", "headers", "basic", NULL };
static const char *const encodings[] = { "json", "form", NULL };
static const char *const accesses[] = { "read", "write", NULL };

static const struct apam_option exchange_options[EX_COUNT] = {
	[EX_URL] = { .name = "url",
	    .help = "the URL that exchanges key and secret for a token",
	    .type = APAM_OPT_URL },
	[EX_ENCODING] = { .name = "encoding",
	    .help = "how they are sent",
	    .type = APAM_OPT_CHOICE,
	    .default_value = "json",
	    .choices = encodings },
	[EX_KEY_FIELD] = { .name = "key_field",
	    .help = "name of the field for the key",
	    .type = APAM_OPT_STRING,
	    .default_value = DEFAULT_KEY_FIELD },
	[EX_SECRET_FIELD] = { .name = "secret_field",
	    .help = "name of the field for the secret",
	    .type = APAM_OPT_STRING,
	    .default_value = DEFAULT_SECRET_FIELD },
	[EX_TOKEN_POINTER] = { .name = "token_pointer",
	    .help = "JSON pointer to the token in the answer",
	    .type = APAM_OPT_STRING,
	    .default_value = DEFAULT_TOKEN_POINTER },
	[EX_EXPIRES_POINTER] = { .name = "expires_pointer",
	    .help = "JSON pointer to its lifetime in seconds, if it is sent",
	    .type = APAM_OPT_STRING,
	    .default_value = DEFAULT_EXPIRES_POINTER },
};

static const struct apam_option headers_options[HD_COUNT] = {
	[HD_KEY] = { .name = "key",
	    .help = "name of the header for the key",
	    .type = APAM_OPT_STRING,
	    .default_value = DEFAULT_KEY_HEADER },
	[HD_SECRET] = { .name = "secret",
	    .help = "name of the header for the secret",
	    .type = APAM_OPT_STRING,
	    .default_value = DEFAULT_SECRET_HEADER },
};

static const struct apam_option writes_options[WR_COUNT] = {
	[WR_METHODS] = { .name = "methods",
	    .help = "methods that write; default: all but GET, HEAD and "
		    "OPTIONS",
	    .type = APAM_OPT_LIST },
	[WR_PATHS] = { .name = "paths",
	    .help = "paths that are written: \"*\" is any segment, a last"
		    " \"**\" any rest, \"!\" in front takes paths out",
	    .type = APAM_OPT_LIST },
};

static const struct apam_option options[OPT_COUNT] = {
	[OPT_KEY] = { .name = "key",
	    .help = "the key, like a user name",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_KEY_ID },
	[OPT_SECRET] = { .name = "secret",
	    .help = "reference to the key's secret, like a password",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED },
	[OPT_MODE] = { .name = "mode",
	    .help = "exchange key and secret for a token, or send both as "
		    "headers or as Basic",
	    .type = APAM_OPT_CHOICE,
	    .default_value = "exchange",
	    .choices = modes },
	[OPT_EXCHANGE] = { .name = "exchange",
	    .help = "for mode exchange",
	    .type = APAM_OPT_GROUP,
	    .members = exchange_options,
	    .member_count = EX_COUNT },
	[OPT_HEADERS] = { .name = "headers",
	    .help = "for mode headers",
	    .type = APAM_OPT_GROUP,
	    .members = headers_options,
	    .member_count = HD_COUNT },
	[OPT_ACCESS] = { .name = "access",
	    .help = "a read key refuses requests that write",
	    .type = APAM_OPT_CHOICE,
	    .default_value = "read",
	    .choices = accesses },
	[OPT_WRITES] = { .name = "writes",
	    .help = "which requests write; default: all but GET, HEAD and "
		    "OPTIONS",
	    .type = APAM_OPT_GROUPS,
	    .members = writes_options,
	    .member_count = WR_COUNT },
};

/* Member `i` of a group; NULL if it is not set. */
static const struct apam_value *
member(const struct key_secret *k, enum option group, size_t i)
{
	const struct apam_value *value = key_secret_option(k, group);

	if (value->members == NULL)
		return NULL;
	value = apam_value_at(k->options, value->members, i);
	return value->set ? value : NULL;
}

static struct apam_str
member_text(const struct key_secret *k, enum option group, size_t i,
    struct apam_str otherwise)
{
	const struct apam_value *value = member(k, group, i);

	return value == NULL ? otherwise : value->str;
}

/* ---- Options: mode exchange ------------------------------------------- */

static const char refused[] =
    "the key is revoked, archived or wrong, or its secret is";
static const char misunderstood[] =
    "it does not understand the request: check "
    "exchange.encoding, key_field and secret_field";
static const char absent[] = "the answer has no token at token_pointer";

static const struct session_texts texts = {
	.who = "authentication endpoint",
	.refused = refused,
	.misunderstood = misunderstood,
	.absent = absent,
};

/* Key and secret go in, a bearer token comes out: RFC 6750, 2.1. */
static void
fill_session(struct key_secret *k)
{
	const struct apam_value *encoding = member(
	    k, OPT_EXCHANGE, EX_ENCODING);
	const bool form = encoding != NULL && encoding->num == FIELDS_FORM;

	k->parts[0] = (struct session_part){ .what = PART_TEXT,
		.name = member_text(
		    k, OPT_EXCHANGE, EX_KEY_FIELD, APAM_STR(DEFAULT_KEY_FIELD)),
		.text = k->key };
	k->parts[1] = (struct session_part){ .what = PART_SECRET,
		.name = member_text(k, OPT_EXCHANGE, EX_SECRET_FIELD,
		    APAM_STR(DEFAULT_SECRET_FIELD)),
		.secret = key_secret_option(k, OPT_SECRET) };
	k->token = (struct session_token){
		.source = { FROM_POINTER,
		    member_text(k, OPT_EXCHANGE, EX_TOKEN_POINTER,
			APAM_STR(DEFAULT_TOKEN_POINTER)) },
		.to = { PLACE_HEADER, APAM_STR("Authorization"),
		    APAM_STR("Bearer ") }
	};
	k->session = (struct session){ .svc = k->svc,
		.texts = &texts,
		.login = { .method = APAM_STR("POST"),
		    .url = member_text(k, OPT_EXCHANGE, EX_URL, APAM_STR("")),
		    .encoding = form ? APAM_ENCODING_FORM : APAM_ENCODING_JSON,
		    .parts = k->parts,
		    .part_count = 2,
		    .status = SESSION_200_OR_201 },
		.tokens = &k->token,
		.token_count = 1,
		.lifetime = { member_text(k, OPT_EXCHANGE, EX_EXPIRES_POINTER,
				  APAM_STR(DEFAULT_EXPIRES_POINTER)),
		    UNIT_SECONDS } };
}

static int32_t
open_exchange(struct key_secret *k)
{
	const struct apam_services *svc = k->svc;

	fill_session(k);
	if (k->session.login.url.n == 0)
		return apam_refuse_optionf(svc, OPT_EXCHANGE,
		    "url is missing: mode exchange needs it");
	if (scheme_same(k->parts[0].name, k->parts[1].name))
		return apam_refuse_optionf(svc, OPT_EXCHANGE,
		    "key_field and secret_field are the same");
	if (!scheme_is_pointer(k->token.source.name))
		return apam_refuse_optionf(svc, OPT_EXCHANGE,
		    "token_pointer is not a JSON pointer: write \"/name\"");
	if (!scheme_is_pointer(k->session.lifetime.pointer))
		return apam_refuse_optionf(svc, OPT_EXCHANGE,
		    "expires_pointer is not a JSON pointer: write \"/name\"");
	return APAM_OK;
}

/* ---- Options: modes headers and basic --------------------------------- */

static int32_t
open_headers(struct key_secret *k)
{
	const struct apam_services *svc = k->svc;

	k->key_header = member_text(
	    k, OPT_HEADERS, HD_KEY, APAM_STR(DEFAULT_KEY_HEADER));
	k->secret_header = member_text(
	    k, OPT_HEADERS, HD_SECRET, APAM_STR(DEFAULT_SECRET_HEADER));

	if (scheme_header_name_bad(k->key_header) != NULL)
		return apam_refuse_optionf(svc, OPT_HEADERS,
		    "key is not a header name that can be "
		    "used here");
	if (scheme_header_name_bad(k->secret_header) != NULL)
		return apam_refuse_optionf(svc, OPT_HEADERS,
		    "secret is not a header name that can be "
		    "used here");
	if (scheme_same_nocase(k->key_header, k->secret_header))
		return apam_refuse_optionf(
		    svc, OPT_HEADERS, "key and secret are the same header");
	return APAM_OK;
}

static int32_t
open_mode(struct key_secret *k)
{
	switch (k->mode) {
	case MODE_EXCHANGE:
		k->svc->short_lived(k->svc);
		return open_exchange(k);
	case MODE_HEADERS:
		return open_headers(k);
	case MODE_BASIC:
		break;
	}
	/* RFC 7617, 2: the first colon ends the user id. */
	if (scheme_has_char(k->key, ':'))
		return apam_refuse_optionf(k->svc, OPT_KEY,
		    "has a colon, which mode basic cannot send");
	return APAM_OK;
}

/* A control character could end a header; the core refuses it, too. */
static int32_t
check_pair(const struct key_secret *k)
{
	if (k->key.n == 0 || scheme_has_control(k->key))
		return apam_refuse_optionf(
		    k->svc, OPT_KEY, "is empty or has a control character");
	if (k->secret.n == 0 || scheme_has_control(k->secret))
		return apam_refuse_optionf(
		    k->svc, OPT_SECRET, "is empty or has a control character");
	return APAM_OK;
}

/* ---- Slots ------------------------------------------------------------ */

static void
key_secret_close(void *state)
{
	free(state);
}

static int32_t
key_secret_open(const struct apam_services *svc,
    const struct apam_options *values, void **state)
{
	struct key_secret *k = calloc(1, sizeof(*k));
	int32_t status;

	if (k == NULL)
		return APAM_E_MEMORY;
	k->svc = svc;
	k->options = values;
	k->key = key_secret_option(k, OPT_KEY)->str;
	k->secret = key_secret_option(k, OPT_SECRET)->str;
	k->mode = (enum mode)key_secret_option(k, OPT_MODE)->num;
	k->access = (enum access)key_secret_option(k, OPT_ACCESS)->num;
	status = check_pair(k);
	if (status == APAM_OK)
		status = open_mode(k);
	if (status == APAM_OK)
		status = key_secret_check_writes(k);
	if (status != APAM_OK) {
		key_secret_close(k);
		return status;
	}
	*state = k;
	return APAM_OK;
}

static int32_t
key_secret_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct key_secret *k = state;

	(void)request;
	if (k->mode == MODE_HEADERS) {
		k->svc->sign_header(k->svc, out, k->key_header, k->key);
		k->svc->sign_header(
		    k->svc, out, k->secret_header, credential->secret);
		return APAM_OK;
	}
	if (k->mode == MODE_EXCHANGE)
		return session_sign(&k->session, credential->secret, out);
	/* RFC 7617, 2. */
	return scheme_sign_authorization(
	    k->svc, out, APAM_STR("Basic "), credential->secret);
}

int32_t
key_secret_judge_response(
    void *state, const struct apam_response *r, const char **reason)
{
	const struct key_secret *k = state;

	return scheme_judge(k->svc, r, reason);
}

static int32_t
key_secret_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	(void)out;
	return key_secret_judge_response(state, answer->response, reason);
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	.scheme = "key-secret-archiveable",
	.summary = "A key and a secret that an administrator can archive",
	.vendor = "apam",
	.version = APAM_VERSION,
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = key_secret_open,
	.close = key_secret_close,
	.acquire = key_secret_acquire,
	.sign = key_secret_sign,
	.judge = key_secret_judge,
	.check = key_secret_check,
	.revoke = NULL, /* keys are archived by hand, at the provider */
	.prepare = key_secret_prepare,
};
