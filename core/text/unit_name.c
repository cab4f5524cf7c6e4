/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names are as systemd has them; what it escapes in the names of groups (a
 * leading '_') is left out: such a service is not known here.
 */
#include "text/unit_name.h"

#include "base/str.h"

static const char suffix[] = ".service";
#define SUFFIX (sizeof(suffix) - 1)

static bool
ends_with(struct apam_str s, const char *end, size_t n)
{
	return s.n > n && memcmp(s.p + s.n - n, end, n) == 0;
}

const char *
unit_name_problem(struct apam_str name)
{
	struct apam_str prefix, rest;

	if (!ends_with(name, suffix, SUFFIX))
		return "not a service: write its whole name, as in "
		       "\"backup.service\"";
	if (name.n > UNIT_NAME_MAX)
		return "longer than 255 bytes";
	for (size_t i = 0; i < name.n; i++)
		if (!str_is_alnum(name.p[i]) &&
		    !str_is_one_of(name.p[i], ":-_.\\@"))
			return "not a service: a unit's name has letters, "
			       "digits and \":-_.\\@\" alone";
	prefix = str_cut(name, str_find(name, '@'));
	if (prefix.n == 0)
		return "not a service: there is nothing in front of the '@'";
	rest = str_skip(name, prefix.n);
	if (rest.n == SUFFIX + 1)
		return "a template: write the instance, as in "
		       "\"sync@one.service\"";
	return NULL;
}

/* The path of the line "0::PATH", cgroups(7); the kernel allows no newline. */
static struct apam_str
unified_path(struct apam_str text)
{
	struct apam_str line;

	while (text.n > 0) {
		line = str_cut(text, str_find(text, '\n'));
		text = str_skip(text, line.n < text.n ? line.n + 1 : line.n);
		if (str_starts(line, APAM_STR("0::/")))
			return str_skip(line, 3);
	}
	return APAM_STR("");
}

struct apam_str
unit_of_cgroup(struct apam_str text)
{
	struct apam_str path = unified_path(text), name;

	while (path.n > 1) {
		path = str_skip(path, 1);
		name = str_cut(path, str_find(path, '/'));
		path = str_skip(path, name.n);
		if (str_equal(name, APAM_STR("user.slice")))
			break;
		if (ends_with(name, ".slice", 6))
			continue;
		if (unit_name_problem(name) == NULL && name.p[0] != '_')
			return name;
		break;
	}
	return APAM_STR("");
}
