/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cookies that an answer sets: RFC 6265, 5.2 and 5.3.  Domain and path are not
 * looked at: a profile names the cookie, and its origins say where it goes.
 */
#ifndef SET_COOKIE_H
#define SET_COOKIE_H

#include <apam/scheme.h>

struct set_cookie {
	struct apam_str name, value;	/* of the answer */
	int64_t max_age;	/* seconds; 0: it is deleted; -1: not said */
};

/*
 * Read header number `i` of the answer.  False where that is another header, or
 * a cookie without a name.
 */
bool set_cookie_at(
    const struct apam_response *r, size_t i, struct set_cookie *cookie);

/* The last one of this name; false where there is none, or it is deleted. */
bool set_cookie_find(const struct apam_response *r, struct apam_str name,
    struct set_cookie *cookie);

/*
 * Append all that it sets and does not delete as a Cookie header has them:
 * "a=1; b=2".  One that no header can carry is left out.
 */
void set_cookie_put_all(const struct apam_services *svc,
    const struct apam_response *r, struct apam_text *to);

/* The value of a cookie in such a text; empty if there is none. */
struct apam_str set_cookie_in(struct apam_str cookies, struct apam_str name);

#endif
