/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What apam_sign shares with other calls that sign.
 */
#ifndef CORE_API_SIGN_H
#define CORE_API_SIGN_H

#include "flight/obtain.h"
#include "profile/stack.h"

/*
 * apam_sign with a given patience: APAM_E_PENDING where it has none and a
 * credential is being acquired.
 */
enum apam_status sign_with(struct apam_profile *profile,
    const struct apam_request *request, struct apam_signature *signature,
    const struct patience *patience, struct apam_error *err);

/*
 * From the profile's slot alone; false where that cannot serve: slot/read.h.
 * `request` was checked.  A caller that it names is served where the slot may be
 * used for that one, whose rules need not be looked at.
 */
bool sign_short(struct apam_profile *profile,
    const struct apam_request *request, struct apam_signature *signature);

/*
 * With what the profile's slot lends; false where there is nothing, or anything
 * is out of the ordinary.  The signature was set up.
 */
bool sign_direct(struct apam_profile *profile,
    const struct apam_request *request, struct apam_signature *signature);

/* apam_sign where the slot cannot serve; it also knows what to say. */
enum apam_status sign_long(struct apam_profile *profile,
    const struct apam_request *request, struct apam_signature *signature,
    struct apam_error *err);

#endif
