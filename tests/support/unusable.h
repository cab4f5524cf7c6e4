/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries with which a profile cannot be used, one for each reason: every call
 * on the profile must refuse.  The modules are in tests/modules/.
 */
#ifndef TESTS_UNUSABLE_H
#define TESTS_UNUSABLE_H

#include <apam/apam.h>

static const struct {
	const char *entries;
	enum apam_status status;
} unusable[] = {
	{ "{ scheme = \"absent\"; }", APAM_E_MODULE },
	{ "{ scheme = \"return-test\"; }, "
	  "{ scheme = \"return-test\"; open = 512; }",
	    APAM_E_CONFIG },
	{ "{ scheme = \"hmac-test\"; key_id = \"k\"; secret = \"file:@/no\"; }",
	    APAM_E_SECRET },
};

#endif
