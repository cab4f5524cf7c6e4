/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a request carries a value: in a header (RFC 9110, 5.5), perhaps after a
 * word such as "Bearer ", in a query parameter, or in a cookie (RFC 6265,
 * 4.1.1); and which values can go there.
 *
 * What is wrong is a static text that follows the name of what it is about;
 * NULL: nothing is.
 */
#ifndef PLACE_H
#define PLACE_H

#include <apam/scheme.h>

enum place_kind { PLACE_HEADER, PLACE_QUERY, PLACE_COOKIE };

struct place {
	enum place_kind kind;
	struct apam_str name;
	struct apam_str prefix;	/* PLACE_HEADER; or empty */
};

/* What is wrong with its name. */
const char *place_name_bad(const struct place *place);

/* What is wrong with what stands before a header's value. */
const char *place_prefix_bad(struct apam_str prefix);

/* Why this value cannot go there. */
const char *place_value_bad(const struct place *place, struct apam_str value);

/* Would one overwrite the other?  Headers' names have no case: RFC 9110, 5.1. */
bool place_same(const struct place *a, const struct place *b);

/* Send the value there.  Returns APAM_OK, or what `refuse` returned. */
int32_t place_sign(const struct apam_services *svc, const struct place *place,
    struct apam_str value, struct apam_signing *out);

/* Take the next of several values that a credential has, a line each. */
struct apam_str place_next_line(struct apam_str *lines);

#endif
