/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding the entries of a signature in the stack there is now.
 */
#include "api/signer.h"

#include "api/sign_served.h"
#include "base/error.h"
#include "flight/verdict.h"
#include "http/response.h"
#include "profile/reload.h"

enum apam_status
signer_stack(
    struct apam_profile *profile, struct stack **stack, struct apam_error *err)
{
	struct apam_error why;

	error_init(&why);
	*stack = profile_to_judge(profile, &why);
	if (*stack != NULL)
		return APAM_OK;
	error_copy(err, &why);
	return why.status;
}

/* True where a stack before this one may have signed. */
static bool
may_be_older(const struct stack *s, const struct apam_signature *signature)
{
	return signature->generation != 0 && signature->generation <= s->since;
}

enum apam_status
signer_check(const struct stack *s, const struct apam_signature *signature,
    const struct apam_answer *answer, struct apam_error *err)
{
	if (answer->status < 100 || answer->status > RESPONSE_STATUS_MAX ||
	    (answer->header_count > 0 && answer->headers == NULL))
		return error_set(err, APAM_E_USAGE,
		    "the answer lacks its headers or HTTP status");
	if (signature->entries != 0 && stack_is_open(s) &&
	    (may_be_older(s, signature) || s->count >= APAM_ENTRIES_MAX ||
		signature->entries >> s->count == 0))
		return APAM_OK;
	return error_set(
	    err, APAM_E_USAGE, "the signature is not one of this profile");
}

size_t
signer_place(struct stack *s, const struct apam_signature *signature, size_t i)
{
	if (signature->generation > s->since || signature->entries != 1U << i)
		return i < s->count ? i : s->count;
	for (size_t j = 0; j < s->count; j++)
		if (verdict_holds(&s->entries[j], signature->generation))
			return j;
	return s->count;
}

struct entry *
signer_verifier(
    struct stack *s, const struct apam_signature *signature, size_t i)
{
	size_t at = signer_place(s, signature, i);

	/* What took its place may still know what its provider's answers have. */
	if (at == s->count && i < s->count)
		at = i;
	if (at == s->count || !authentic_is_asked(&s->entries[at]))
		return NULL;
	return &s->entries[at];
}

enum apam_status
signer_verify(struct stack *s, const struct apam_signature *signature,
    const struct authentic *answer, struct apam_error *err)
{
	enum apam_status status = APAM_OK;

	for (size_t i = 0; status == APAM_OK && i < APAM_ENTRIES_MAX; i++) {
		struct entry *e;

		if ((signature->verifies & (uint64_t)1 << i) == 0)
			continue;
		e = signer_verifier(s, signature, i);
		status = e == NULL ?
		    error_set(err, APAM_E_NOT_AUTHENTIC,
			"nobody can tell whether the answer is authentic: the "
			"entry that signed is gone from the profile") :
		    authentic_verify(e, answer, err);
	}
	return status;
}

/* Its credentials have numbers of its own, which are higher than any here. */
bool
signer_is_agent(const struct apam_profile *profile, const struct stack *s,
    const struct apam_signature *signature)
{
	return sign_is_served(profile, s) &&
	    signature->generation > atomic_load(&profile->ctx->env.generation);
}
