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
 * What is wrong with the fields among these parts, a static text that follows
 * the name of part *at; NULL: nothing is.
 */
const char *json_body_bad(
    const struct session_part *parts, size_t count, size_t *at);

/*
 * Append the object to a text.  The parts are ones that json_body_bad found
 * nothing wrong with, or, with nested false, their names are as they are; one of
 * them is a field.
 */
void json_body_put(const struct session *s, struct apam_op *op,
    struct apam_text *to);

#endif
