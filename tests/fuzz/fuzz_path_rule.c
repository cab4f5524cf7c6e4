/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules on paths, names of services, and texts of cgroup files.  The first line
 * of the input is a rule or a unit, the rest a path or such a text.  A path
 * that is not unsure is its own only spelling: it has no dot or empty segment,
 * however often it is decoded, and every rule that fits it is its beginning.
 */
#include "text/path_rule.h"

#include "base/str.h"
#include "fuzz.h"
#include "support/drive.h"
#include "text/encode.h"
#include "text/unit_name.h"
#include "text/url_path.h"

/* As a server does it: one decoding, then no part that leads up or nowhere. */
static void
check_sure(struct apam_str path)
{
	struct apam_str segment, rest;
	struct buf decoded;

	HOLDS(path.n > 0 && path.p[0] == '/' && path.n <= URL_MAX);
	HOLDS(str_find(path, ';') == path.n);
	HOLDS(str_find(path, '\\') == path.n);
	HOLDS(url_path_unclear(path) == NULL);
	buf_init_plain(&decoded, URL_MAX);
	if (decode_percent(&decoded, path)) {
		HOLDS(memchr(decoded.p, '\0', decoded.n) == NULL);
		rest = str_skip(buf_view(&decoded), 1);
		while (rest.n > 0) {
			segment = str_cut(rest, str_find(rest, '/'));
			HOLDS(segment.n > 0);
			HOLDS(segment.p[segment.n - 1] != '.');
			HOLDS(segment.p[segment.n - 1] != ' ');
			rest = str_skip(rest,
			    segment.n < rest.n ? segment.n + 1 : segment.n);
		}
	}
	buf_free(&decoded);
}

static void
check_fit(struct apam_str rule, struct apam_str path)
{
	size_t n = rule.n;

	HOLDS(path_rule_covers(rule, rule));
	if (!path_rule_fits(rule, path))
		return;
	if (str_find(rule, '*') == rule.n) {
		HOLDS(str_equal(rule, path));
		return;
	}
	n--;
	HOLDS(path.n >= n && memcmp(path.p, rule.p, n) == 0);
	HOLDS(path.p[n - 1] == '/');
}

static void
check_unit(struct apam_str name, struct apam_str text)
{
	const struct apam_str unit = unit_of_cgroup(text);

	if (unit.n > 0) {
		HOLDS(unit.p >= text.p && unit.p + unit.n <= text.p + text.n);
		HOLDS(unit_name_problem(unit) == NULL);
	}
	if (unit_name_problem(name) == NULL) {
		HOLDS(name.n > 8 && name.n <= UNIT_NAME_MAX);
		HOLDS(str_find(name, '/') == name.n);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct apam_str text = { (const char *)data, size };
	struct apam_str first = drive_line(&text);

	check_unit(first, text);
	if (path_unsure(text) != NULL)
		return 0;
	check_sure(text);
	if (path_rule_problem(first) == NULL)
		check_fit(first, text);
	return 0;
}
