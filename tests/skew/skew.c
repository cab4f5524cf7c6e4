/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A module of another age than its core: tests/suite/skew.sh builds it against
 * the frozen copy of module.h, and against headers of which each struct that may
 * grow has a member more (GROWN).  It reads each struct that it is shown, all
 * elements of the arrays, and refuses where something is not as it should be.
 */
#include <apam/module.h>
#include <stdlib.h>

enum {
	OPT_KEY_ID,
	OPT_SECRET,
	OPT_LIST,
	OPT_GROUP,
	OPT_GROUPS,
	OPT_LAST,
	OPT_COUNT
};
enum { MEMBER_A, MEMBER_B, MEMBER_COUNT };

static const struct apam_option members[MEMBER_COUNT] = {
	[MEMBER_A] = { .name = "a", .help = "one", .type = APAM_OPT_INTEGER },
	[MEMBER_B] = { .name = "b", .help = "two", .type = APAM_OPT_STRING },
};

static const struct apam_option options[OPT_COUNT] = {
	[OPT_KEY_ID] = { .name = "key_id",
	    .help = "the key",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_KEY_ID },
	[OPT_SECRET] = { .name = "secret",
	    .help = "a secret",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED },
	[OPT_LIST] = { .name = "list",
	    .help = "a list",
	    .type = APAM_OPT_LIST },
	[OPT_GROUP] = { .name = "one",
	    .help = "a group",
	    .type = APAM_OPT_GROUP,
	    .members = members,
	    .member_count = MEMBER_COUNT },
	[OPT_GROUPS] = { .name = "many",
	    .help = "groups",
	    .type = APAM_OPT_GROUPS,
	    .members = members,
	    .member_count = MEMBER_COUNT },
	[OPT_LAST] = { .name = "last",
	    .help = "the last one",
	    .type = APAM_OPT_DURATION,
	    .default_value = "90s" },
};

struct skew {
	const struct apam_services *svc;
	const struct apam_options *options;
};

static int
is(struct apam_str text, const char *expected)
{
	const struct apam_str e = apam_str(expected);

	return text.n == e.n && memcmp(text.p, e.p, e.n) == 0;
}

/* Element `i` of group number `n`. */
static const struct apam_value *
member(const struct skew *s, size_t option, size_t n, size_t i)
{
	return apam_value_at(s->options,
	    apam_option_value(s->options, option)->members,
	    n * MEMBER_COUNT + i);
}

static int
options_are_right(const struct skew *s)
{
	const struct apam_value *list = apam_option_value(s->options, OPT_LIST);

	return s->options->count == OPT_COUNT && list->count == 2 &&
	    is(list->items[1], "y") &&
	    member(s, OPT_GROUP, 0, MEMBER_A)->num == 1 &&
	    is(member(s, OPT_GROUP, 0, MEMBER_B)->str, "z") &&
	    apam_option_value(s->options, OPT_GROUPS)->count == 2 &&
	    member(s, OPT_GROUPS, 1, MEMBER_A)->num == 3 &&
	    is(member(s, OPT_GROUPS, 1, MEMBER_B)->str, "v") &&
	    apam_option_value(s->options, OPT_LAST)->num == 90;
}

/* A service that came later is there in a core that has it, and not else. */
static int
services_are_right(const struct apam_services *svc)
{
#ifdef GROWN
	const char *knows = getenv("SKEW_KNOWS");

	return APAM_HAS_SERVICE(svc, grown) == (knows != NULL);
#else
	return APAM_HAS_SERVICE(svc, not_authentic);
#endif
}

static int32_t
skew_open(const struct apam_services *svc, const struct apam_options *values,
    void **state)
{
	struct skew *s = (struct skew *)calloc(1, sizeof(*s));

	if (s == NULL)
		return APAM_E_MEMORY;
	s->svc = svc;
	s->options = values;
	if (options_are_right(s) && services_are_right(svc)) {
		*state = s;
		return APAM_OK;
	}
	free(s);
	return apam_refuse_optionf(
	    svc, OPT_LAST, "the options or services are not right");
}

static void
skew_close(void *state)
{
	free(state);
}

static int32_t
skew_acquire(void *state, struct apam_op *op)
{
	const struct skew *s = (const struct skew *)state;
	const struct apam_value *secret = apam_option_value(
	    s->options, OPT_SECRET);

	s->svc->memo(s->svc, op, APAM_STR("kept"));
	if (!is(op->memo, "kept") || op->response != NULL)
		return apam_failf(s->svc, op, APAM_E_INTERNAL, "no memo");
	s->svc->credential(s->svc, op, s->svc->secret(s->svc, op, secret));
	s->svc->lifetime(s->svc, op, 3600);
	return APAM_STEP_DONE;
}

static int32_t
skew_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct skew *s = (const struct skew *)state;

	if (!is(request->host, "api.example") || request->port != 443 ||
	    request->header_count != 1 || !is(request->headers[0].value, "1") ||
	    request->body->kind != APAM_BODY_NONE ||
	    !is(credential->secret, "not-a-secret"))
		return apam_refusef(s->svc, out, APAM_E_INTERNAL,
		    "the request is not shown right");
	s->svc->sign_header(s->svc, out, APAM_STR("X-Skew"), APAM_STR("right"));
	return APAM_OK;
}

static int32_t
skew_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	(void)state;
	(void)out;
	*reason = "the status";
	return answer->response->status == 200 &&
		is(answer->response->headers[0].value, "2") ?
	    APAM_VERDICT_ACCEPTED :
	    APAM_VERDICT_UNKNOWN;
}

static int32_t
skew_check(void *state, struct apam_op *op)
{
	const struct skew *s = (const struct skew *)state;

	return apam_key_statef(s->svc, op, APAM_KEY_GOOD, "found %d", 1);
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL,
	.scheme = "skew",
	.summary = "looks at all that it is shown",
	.vendor = "apam tests",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = skew_open,
	.close = skew_close,
	.acquire = skew_acquire,
	.sign = skew_sign,
	.judge = skew_judge,
	.check = skew_check,
};
