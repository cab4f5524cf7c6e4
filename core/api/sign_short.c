/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_sign: the short way where the profile's slot can serve, else the long
 * way (sign.c).
 */
#include "api/sign.h"
#include "base/error.h"
#include "base/sized.h"
#include "profile/handle.h"
#include "slot/read.h"

static ALWAYS_INLINE bool
from_slot(struct apam_profile *profile, const struct apam_request *request,
    struct apam_signature *signature)
{
	return slot_sign(
	    atomic_load_explicit(&profile->slot, memory_order_acquire), request,
	    signature);
}

bool
sign_short(struct apam_profile *profile, const struct apam_request *request,
    struct apam_signature *signature)
{
	return from_slot(profile, request, signature);
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
