/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a provider said of a revocation, in one word.
 */
#ifndef CORE_ADMIN_REVOKE_WORD_H
#define CORE_ADMIN_REVOKE_WORD_H

#include <apam/admin.h>

/* `had`: there was something to revoke.  Static text. */
static inline const char *
revoke_word(enum apam_status status, bool had)
{
	if (status == APAM_OK)
		return had ? "revoked" : "nothing";
	if (status == APAM_E_POLICY)
		return "impossible";
	return APAM_CLASS(status) == APAM_CLASS_TEMPORARY ||
		status == APAM_E_CONFIG ?
	    "not revoked" :
	    "refused";
}

#endif
