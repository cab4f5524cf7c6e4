/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which requests write.  The rules guard a read key and fail closed: a request
 * that could be read in two ways counts as a write.
 *
 *	method	"POST", without case; "*": any.  No methods at all: every one
 *		but GET, HEAD and OPTIONS.
 *	path	"/a/b": this path; "*" in place of a segment: any one segment;
 *		"**" as the last segment: any rest, also none.  "!/a/b" takes
 *		paths out again.  No path, or only "!" ones: every path.
 *
 * A rule matches if both its methods and its paths match.  Patterns are written
 * unencoded.  The path of a request is percent-decoded and loses a '/' at its
 * end before it is compared; ASCII case does not matter, except for "!"
 * patterns.
 */
#ifndef WRITES_H
#define WRITES_H

#include <apam/scheme.h>

/* What is wrong with a pattern, a static text; or NULL. */
const char *write_path_bad(struct apam_str pattern);
const char *write_method_bad(struct apam_str method);

/* One rule; both lists may be empty. */
struct write_rule {
	const struct apam_str *methods;
	size_t method_count;
	const struct apam_str *paths;
	size_t path_count;
};

/* True if a request with this method and path, as sent, counts as a write. */
bool write_rule_matches(const struct write_rule *rule, struct apam_str method,
    struct apam_str path);

#endif
