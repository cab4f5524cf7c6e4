/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What went wrong in OpenSSL, as struct crypto_failure.
 *
 * OpenSSL's queue of errors is the host's.  So each function of the table
 * begins with openssl_begin, and ends with one of the three others, which take
 * from the queue what came since.
 */
#ifndef CORE_CRYPTO_OBJECT_OPENSSL_FAILURE_H
#define CORE_CRYPTO_OBJECT_OPENSSL_FAILURE_H

#include "crypto/object/openssl_object.h"

void openssl_begin(void);
/* Returns true. */
bool openssl_done(void);
/* `what` failed: MEMORY or INTERNAL.  Returns false. */
bool openssl_fail(struct crypto_failure *failure, const char *what);
/*
 * An algorithm is not to be had: the same, and POLICY where no provider has it.
 * `what` is its name.
 */
bool openssl_absent(struct crypto_failure *failure, const char *what);
/* What was given is not right: USAGE, or MEMORY.  Returns false. */
bool openssl_refuse(struct crypto_failure *failure, const char *what);

/* Has memory run out since openssl_begin? */
bool openssl_is_short(void);

/* Without OpenSSL's queue. */
void openssl_say(struct crypto_failure *failure, enum apam_status status,
    const char *what, const char *why);

#endif
