/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a signature that modules made is not used.
 */
#ifndef TESTS_REFUSED_H
#define TESTS_REFUSED_H

#include "abi/signing.h"
#include "base/error.h"

/* NULL, or the first failure of a builder, until the next call. */
static inline const char *
signing_refused(const struct apam_signing *s)
{
	static struct apam_error why = APAM_ERROR_INIT;

	error_clear(&why);
	return signing_check(s, &why) == APAM_OK ? NULL : why.text;
}

#endif
