/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A module that `apam module check` finds nothing wrong with.  Each file of
 * tests/kit/broken takes it and spoils one thing.
 */
#ifndef TESTS_KIT_SOUND_H
#define TESTS_KIT_SOUND_H

#include <apam/scheme.h>

#include <stdlib.h>

enum { OPT_NAME, OPT_SECRET, OPT_NOTE, OPT_COUNT };

static const struct apam_option sound_options[OPT_COUNT] = {
	[OPT_NAME] = { .name = "name",
	    .help = "the key's name",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_KEY_ID },
	[OPT_SECRET] = { .name = "secret",
	    .help = "reference to the secret",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED },
	[OPT_NOTE] = { .name = "note",
	    .help = "what is sent beside it",
	    .type = APAM_OPT_STRING },
};

static inline int32_t
sound_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *s = state;

	return scheme_keep_for_ever(s->svc, op,
	    s->svc->secret(s->svc, op, scheme_option(s, OPT_SECRET)));
}

/* Ask for the answer that most providers would give. */
static inline int32_t
sound_exchange(const struct scheme_entry *s, struct apam_op *op)
{
	s->svc->exchange(s->svc, op, APAM_STR("POST"),
	    APAM_STR("https://kit.example.com/token"), APAM_ENCODING_FORM);
	s->svc->exchange_field(s->svc, op, APAM_STR("client_secret"),
	    scheme_option(s, OPT_SECRET)->str);
	return APAM_STEP_EXCHANGE;
}

static inline int32_t
sound_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *s = state;

	(void)request;
	s->svc->sign_header(
	    s->svc, out, APAM_STR("X-Sound"), credential->secret);
	return APAM_OK;
}

static inline int32_t
sound_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	(void)state;
	(void)out;
	*reason = "the status alone";
	if (answer->response->status == 401)
		return APAM_VERDICT_REJECTED;
	return answer->response->status < 300 ? APAM_VERDICT_ACCEPTED :
						APAM_VERDICT_UNKNOWN;
}

static inline int32_t
sound_check(void *state, struct apam_op *op)
{
	const struct scheme_entry *s = state;

	return s->svc->key_state(
	    s->svc, op, APAM_KEY_UNKNOWN, APAM_STR("nobody can be asked"));
}

/* The descriptor; what is given besides the scheme takes its place in it. */
#define SOUND_MODULE(name_, ...)                                               \
	_Pragma("GCC diagnostic ignored \"-Woverride-init\"")                  \
	const struct apam_module apam_module_1 = {                             \
		.magic = APAM_MODULE_MAGIC,                                    \
		.size = sizeof(struct apam_module),                            \
		.abi_major = APAM_ABI_MAJOR,                                   \
		.abi_minor = APAM_ABI_MINOR,                                   \
		.traits = APAM_TRAIT_THREADS_PER_CALL,                         \
		.scheme = (name_),                                             \
		.summary = "a module with one thing wrong",                    \
		.vendor = "apam tests",                                        \
		.version = "1",                                                \
		.options = sound_options,                                      \
		.option_size = sizeof(sound_options[0]),                       \
		.option_count = OPT_COUNT,                                     \
		.open = scheme_open,                                           \
		.close = scheme_close,                                         \
		.acquire = sound_acquire,                                      \
		.sign = sound_sign,                                            \
		.judge = sound_judge,                                          \
		.check = sound_check,                                          \
		__VA_ARGS__                                                    \
	}

#endif
