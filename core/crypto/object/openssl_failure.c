/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cause of a failure is the last error in the queue.
 */
#include "crypto/object/openssl_failure.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>

#define ENOUGH 4096

void
openssl_say(struct crypto_failure *failure, enum apam_status status,
    const char *what, const char *why)
{
	failure->status = status;
	(void)snprintf(failure->text, sizeof(failure->text), "%s%s%s", what,
	    why[0] == '\0' ? "" : ": ", why);
}

/* The queue was empty: no mark can be set, and all there is will be ours. */
static _Thread_local __attribute__((tls_model("initial-exec"))) bool was_empty;

void
openssl_begin(void)
{
	was_empty = ERR_set_mark() == 0;
}

bool
openssl_done(void)
{
	(void)ERR_pop_to_mark();
	return true;
}

/*
 * If memory runs out OpenSSL says so, or something else that came of it: then
 * there is still none.
 */
static bool
is_memory(unsigned long code)
{
	void *some;

	if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE)
		return true;
	some = OPENSSL_malloc(ENOUGH);
	OPENSSL_free(some);
	return some == NULL;
}

/*
 * Ends with the last error since openssl_begin; 0: there is none.  Where memory
 * runs out OpenSSL 3.0 leaves marks of its own behind, which would be taken for
 * ours.
 */
static unsigned long
take_code(void)
{
	const unsigned long code = ERR_peek_last_error();

	if (was_empty)
		ERR_clear_error();
	else
		(void)ERR_pop_to_mark();
	return code;
}

static bool
end(struct crypto_failure *failure, unsigned long code, enum apam_status status,
    const char *what)
{
	char why[160] = "";

	/*
	 * Nothing else is asked of OpenSSL then: a program that ends may have
	 * shut it down, and its texts are gone.
	 */
	if (is_memory(code)) {
		openssl_say(failure, APAM_E_MEMORY, "out of memory", "");
		return false;
	}
	if (code != 0)
		ERR_error_string_n(code, why, sizeof(why));
	openssl_say(failure, status, what, why);
	return false;
}

bool
openssl_is_short(void)
{
	return is_memory(ERR_peek_last_error());
}

bool
openssl_fail(struct crypto_failure *failure, const char *what)
{
	const unsigned long code = take_code();

	/* What it fails at in silence is an allocation. */
	return end(failure, code == 0 ? ERR_R_MALLOC_FAILURE : code,
	    APAM_E_INTERNAL, what);
}

static const char absent[] =
    "OpenSSL has no %s for apam (see default_properties and providers in "
    "openssl.cnf)";

bool
openssl_absent(struct crypto_failure *failure, const char *what)
{
	const unsigned long code = take_code();
	const int reason = ERR_GET_REASON(code);
	const bool unknown = reason == ERR_R_UNSUPPORTED ||
	    reason == EVP_R_UNSUPPORTED_ALGORITHM ||
	    reason == EVP_R_OPERATION_NOT_SUPPORTED_FOR_THIS_KEYTYPE;
	char text[200];

	(void)snprintf(text, sizeof(text), absent, what);
	return end(failure, code == 0 ? ERR_R_MALLOC_FAILURE : code,
	    unknown ? APAM_E_POLICY : APAM_E_INTERNAL, text);
}

bool
openssl_refuse(struct crypto_failure *failure, const char *what)
{
	return end(failure, take_code(), APAM_E_USAGE, what);
}
