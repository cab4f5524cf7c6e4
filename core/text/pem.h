/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a file can contain certificates in PEM (RFC 7468), as far as one can
 * tell without a library that reads certificates: markers, base64, and the
 * outermost length of the DER.  It does not tell whether they are valid, or
 * whose they are.
 */
#ifndef CORE_TEXT_PEM_H
#define CORE_TEXT_PEM_H

#include <stdbool.h>

#include <apam/types.h>

/*
 * NULL if `text` has a certificate and no damaged one.  Otherwise a static
 * text, such as "it has no certificate ...", with *line from 1, or 0 if no line
 * is at fault.
 */
const char *pem_problem(struct apam_str text, unsigned *line);

/*
 * True if a key in PEM says, in one of its two ways, that it needs a
 * passphrase.  A NUL follows `pem`.
 */
bool pem_key_is_encrypted(struct apam_str pem);

#endif
