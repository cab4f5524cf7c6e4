/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_sign: the short way where the profile's slot can serve, else the long
 * way (sign.c).
 */
#include "api/named_caller.h"
#include "api/sign.h"
#include "base/error.h"
#include "base/sized.h"
#include "profile/handle.h"
#include "slot/page_file.h"
#include "slot/read.h"

static ALWAYS_INLINE bool
from_slot(struct apam_profile *profile, const struct apam_request *request,
    struct apam_signature *signature)
{
	return slot_sign(
	    atomic_load_explicit(&profile->slot, memory_order_acquire), request,
	    signature);
}

/*
 * True where what the slot signs for this process it signs for the caller, too.
 * A slot of this process's own is of a profile without rules (profile/warm.c);
 * the agent's page was given to this user with these groups.
 */
static bool
is_for(const struct slot *slot, const struct apam_caller *caller)
{
	if (slot_serial(slot) != 0)
		return named_caller_is_self(caller);
	return named_caller_is_plain(caller) && named_caller_is_master(caller);
}

bool
sign_short(struct apam_profile *profile, const struct apam_request *request,
    struct apam_signature *signature)
{
	const struct slot *slot = atomic_load_explicit(
	    &profile->slot, memory_order_acquire);

	return slot != NULL &&
	    (!request_names_caller(request) || is_for(slot, request->caller)) &&
	    slot_sign_from(slot, false, request, signature);
}

SHORT_WAY enum apam_status
apam_sign(struct apam_profile *profile, const struct apam_request *request,
    struct apam_signature *signature, struct apam_error *err)
{
	if ((signature->size == sizeof(*signature) ||
		sized_check(&sized_signature, signature, NULL) == APAM_OK) &&
	    (err == NULL || err->size >= sized_error.first) &&
	    from_slot(profile, request, signature)) {
		error_clear(err);
		return APAM_OK;
	}
	return sign_long(profile, request, signature, err);
}
