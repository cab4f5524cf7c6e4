/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A JSON object (RFC 8259) of a login's fields.  A field whose name begins with
 * '/' is at that JSON pointer (RFC 6901): "/auth/name" is a member of a member.
 * A segment of digits is the index of an array, whose elements come in order.
 */
#ifndef JSON_BODY_H
#define JSON_BODY_H

#include "session.h"

/*
 * What is wrong with the last part, which is a field, where all before it are
 * right: a static text that follows its name; NULL: nothing is.
 */
const char *json_body_bad(const struct session_part *parts, size_t count);

/*
 * Append the object of the login's fields, of which there is one at least.  They
 * are right, or, with nested false, their names are taken as they are.
 */
void json_body_put(const struct session *s, struct apam_op *op,
    struct apam_text *to);

#endif
