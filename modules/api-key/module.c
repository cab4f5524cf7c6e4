/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options and slots of api-key.
 *
 * Nothing is exchanged: the credential is the key, for ever.  What is known of
 * it is known by the API's answers, so a check asks the entry's probe.
 */
#include <stdlib.h>

#include "api_key.h"

static const struct apam_option also_options[ALSO_COUNT] = {
	[ALSO_KEY] = { .name = "key",
	    .help = "reference to another key",
	    .type = APAM_OPT_SECRET },
	[ALSO_TEXT] = { .name = "text",
	    .help = "in place of a key: what is not secret, such as an "
		    "application's id",
	    .type = APAM_OPT_STRING },
	[ALSO_HEADER] = { .name = "header",
	    .help = "name of the header that carries it",
	    .type = APAM_OPT_STRING },
	[ALSO_PREFIX] = { .name = "prefix",
	    .help = "what stands before it in the header",
	    .type = APAM_OPT_STRING },
	[ALSO_QUERY] = { .name = "query",
	    .help = "name of the query parameter that carries it",
	    .type = APAM_OPT_STRING },
	[ALSO_COOKIE] = { .name = "cookie",
	    .help = "name of the cookie that carries it",
	    .type = APAM_OPT_STRING },
};

static const struct apam_option refusal_options[RULE_COUNT] = {
	[RULE_STATUS] = { .name = "status",
	    .help = "the status of the answer",
	    .type = APAM_OPT_INTEGER,
	    .flags = APAM_OPT_REQUIRED,
	    .min = 200,
	    .max = 499 },
	[RULE_POINTER] = { .name = "pointer",
	    .help = "JSON pointer to the value that tells it",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED },
	[RULE_VALUE] = { .name = "value",
	    .help = "what stands there when the key is refused",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED },
};

static const struct apam_option options[OPT_COUNT] = {
	[OPT_KEY] = { .name = "key",
	    .help = "reference to the key",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED },
	[OPT_HEADER] = { .name = "header",
	    .help = "name of the header that carries the key; one of header, "
		    "query and cookie is needed",
	    .type = APAM_OPT_STRING },
	[OPT_PREFIX] = { .name = "prefix",
	    .help = "what stands before the key in the header, such as "
		    "\"Bearer \" with its space",
	    .type = APAM_OPT_STRING },
	[OPT_QUERY] = { .name = "query",
	    .help = "name of the query parameter that carries the key",
	    .type = APAM_OPT_STRING },
	[OPT_COOKIE] = { .name = "cookie",
	    .help = "name of the cookie that carries the key",
	    .type = APAM_OPT_STRING },
	[OPT_KEY_ID] = { .name = "key_id",
	    .help = "a name for the key in reports and the key registry; it "
		    "is not sent",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_KEY_ID },
	[OPT_ALSO] = { .name = "also",
	    .help = "what else is sent: more keys, or texts that are not "
		    "secret",
	    .type = APAM_OPT_GROUPS,
	    .members = also_options,
	    .member_count = ALSO_COUNT },
	[OPT_REFUSALS] = { .name = "refusals",
	    .help = "answers besides 401 with which the provider refuses a "
		    "key, told by a value in their JSON",
	    .type = APAM_OPT_GROUPS,
	    .members = refusal_options,
	    .member_count = RULE_COUNT },
};

static void
api_key_close(void *state)
{
	struct api_key *k = state;

	free(k->refusals.rules);
	free(k->places);
	free(k);
}

static int32_t
api_key_open(const struct apam_services *svc, const struct apam_options *values,
    void **state)
{
	struct api_key *k = calloc(1, sizeof(*k));
	int32_t status;

	if (k == NULL)
		return APAM_E_MEMORY;
	k->svc = svc;
	k->options = values;
	status = places_open(k);
	if (status == APAM_OK)
		status = answer_rules_open(
		    svc, values, OPT_REFUSALS, &k->refusals);
	if (status != APAM_OK) {
		api_key_close(k);
		return status;
	}
	*state = k;
	return APAM_OK;
}

/* ---- The credential --------------------------------------------------- */

/* Add the key of a place, as it is now, as a line. */
static int32_t
put_key(const struct api_key *k, struct apam_op *op,
    const struct key_place *place, struct apam_text *keys)
{
	const struct apam_services *svc = k->svc;
	struct apam_str key = svc->secret(svc, op, place->key);
	const char *why = place_value_bad(&place->place, key);

	/* A key that was read anew may be another than `open` saw. */
	if (why != NULL)
		return apam_failf(svc, op, APAM_E_SECRET, "the key %s", why);
	if (place != k->places)
		svc->text_put(svc, keys, APAM_WRITING_PLAIN, APAM_STR("\n"));
	svc->text_put(svc, keys, APAM_WRITING_PLAIN, key);
	return APAM_STEP_DONE;
}

static int32_t
api_key_acquire(void *state, struct apam_op *op)
{
	const struct api_key *k = state;
	struct apam_text *keys = k->svc->text_new(k->svc, 1);
	int32_t step = APAM_STEP_DONE;
	size_t i;

	for (i = 0; i < k->count && step == APAM_STEP_DONE; i++)
		if (k->places[i].key != NULL)
			step = put_key(k, op, &k->places[i], keys);
	if (step == APAM_STEP_DONE)
		step = scheme_keep_text_for_ever(k->svc, op, keys);
	k->svc->text_free(k->svc, &keys);
	return step;
}

static int32_t
api_key_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	(void)request;
	return places_sign(state, credential->secret, out);
}

/* ---- Judging and checking --------------------------------------------- */

static int32_t
api_key_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	(void)out;
	return answer_judge(state, answer->response, reason);
}

static int32_t
api_key_check(void *state, struct apam_op *op)
{
	const struct api_key *k = state;

	return scheme_check_by_probe(
	    k->svc, op, state, api_key_acquire, answer_judge);
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	.scheme = "api-key",
	.summary = "API keys in headers, query parameters or cookies",
	.vendor = "apam",
	.version = APAM_VERSION,
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = api_key_open,
	.close = api_key_close,
	.acquire = api_key_acquire,
	.sign = api_key_sign,
	.judge = api_key_judge,
	.check = api_key_check,
};
