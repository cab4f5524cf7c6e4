/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which requests write.  The rules guard a read key; they fail closed: what
 * could be read in two ways counts as a write.
 *
 *	method	"POST", without case; "*": any.  No methods at all: every one
 *		but GET, HEAD and OPTIONS.
 *	path	"/a/b": this path; "*" in place of a segment: any one segment;
 *		"**" as the last segment: any rest, also none.  "!/a/b" takes
 *		paths out again.  No path, or only "!" ones: every path.
 *
 * A rule matches where its methods and its paths do.  Patterns are written
 * plainly; the path of a request is compared percent-decoded and without '/'
 * at its end; without ASCII case, but for what "!" takes out.
 */
#ifndef WRITES_H
#define WRITES_H

#include "../common.h"

/* What is wrong with a pattern; static, or NULL. */
const char *write_path_bad(struct apam_str pattern);
const char *write_method_bad(struct apam_str method);

/* One rule; both lists may be empty. */
struct write_rule {
	const struct apam_str *methods;
	size_t method_count;
	const struct apam_str *paths;
	size_t path_count;
};

/* True where a request of this method and path, as sent, counts. */
bool write_rule_matches(const struct write_rule *rule, struct apam_str method,
    struct apam_str path);

#endif
