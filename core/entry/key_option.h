/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options of type KEY: a secret in a file, and a handle for the module, which
 * does not see the secret.  It is read as the secrets are (entry/secrets.h),
 * when the entry opens, and not anew: who replaces a key has a new file.
 *
 * Of a key in an OpenSSL store the PIN was read.  What stands for its text is
 * then the reference and the public part.
 */
#ifndef CORE_ENTRY_KEY_OPTION_H
#define CORE_ENTRY_KEY_OPTION_H

#include "entry/secrets.h"

/* What keys in an OpenSSL store need to be told; others do not look at it. */
struct key_terms {
	bool user;	/* user mode, file/trust.h */
	bool may_wait;	/* false: nobody may wait for a device */
};

/*
 * Make a handle of each key that was read: the value then has it in the place
 * of the text, until secrets_free.  False with a problem added, at the option's
 * line, for each text that is not a key; a warning for a symmetric one that
 * looks like PEM or a JWK.
 */
bool key_options_make(struct secrets *secrets, const struct key_terms *terms,
    const char *file, struct problems *all);

#endif
