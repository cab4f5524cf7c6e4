/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a file can hold certificates in PEM (RFC 7468), as far as that shows
 * without a library that reads certificates: markers, base64, and the outermost
 * length of the DER within.  Not whether they are valid, or whose they are.
 */
#ifndef CORE_PEM_H
#define CORE_PEM_H

#include <apam/types.h>

/*
 * NULL where `text` holds a certificate and none that is damaged; else static
 * text, as "it has no certificate ...", and *line, from 1, or 0 where no line
 * is to blame.
 */
const char *pem_problem(struct apam_str text, unsigned *line);

#endif
