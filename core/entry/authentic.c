/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The slot verify of a module.
 */
#include "entry/authentic.h"

#include "base/error.h"
#include "crypto/digests.h"

bool
authentic_is_asked(const struct entry *e)
{
	return e->module->abi.verify != NULL;
}

unsigned
authentic_hashes(const struct entry *e)
{
	const int32_t hash = e->module->abi.verify_hash;

	return hash == 0 ? 0 : 1U << hash;
}

/* Turn what a slot returned and said into one status. */
static enum apam_status
check_result(
    const struct apam_verifying *v, int32_t returned, struct apam_error *err)
{
	if (returned == APAM_E_MEMORY)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	if (returned != (int32_t)v->error.status)
		return error_set(err, APAM_E_ABI,
		    "the module did not return what it said of the answer");
	if (returned == APAM_OK)
		return APAM_OK;
	return error_set(err, APAM_E_NOT_AUTHENTIC,
	    "the answer is not authentic: %s", v->error.text);
}

enum apam_status
authentic_verify(
    struct entry *e, const struct authentic *a, struct apam_error *err)
{
	const int32_t hash = e->module->abi.verify_hash;
	struct apam_str digest = digests_find(
	    a->digests, a->digest_count, hash);
	struct apam_verifying v;
	int32_t returned;

	/* What stands in place of the secret is known to everybody. */
	if (entry_is_withheld(e) || digest.n != digest_size(hash))
		return error_set(err, APAM_E_NOT_AUTHENTIC,
		    "nobody can tell whether the answer is authentic: the "
		    "profile has changed since it signed");
	verifying_init(&v);
	entry_enter(e);
	returned = e->module->abi.verify(
	    e->state, a->request, a->response, digest, &v);
	entry_leave(e);
	return check_result(&v, returned, err);
}
