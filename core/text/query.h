/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Query strings, read as servers read forms (RFC 6749, appendix B).
 */
#ifndef CORE_TEXT_QUERY_H
#define CORE_TEXT_QUERY_H

#include <stdbool.h>

#include <apam/types.h>

/*
 * True if the query has a parameter of this name, which is percent-encoded.
 * Both are compared decoded; a malformed escape is taken literally.
 */
bool query_has(struct apam_str query, struct apam_str name);

#endif
