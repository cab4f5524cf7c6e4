/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules for values that go beyond their type, shared by the main file and
 * profiles.
 */
#include "config/rules.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/str.h"
#include "file/trust.h"
#include "text/url.h"

bool
option_check_refuse(
    const struct option_check *check, size_t i, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	problems_add(check->problems, APAM_E_CONFIG, check->file,
	    check->values->lines[i], "%s: %s", option_at(check->table, i)->name,
	    text);
	return false;
}

bool
option_check_path(const struct option_check *check, size_t i)
{
	const struct apam_value *value = &check->values->values[i];
	const char *why;

	if (!value->set)
		return true;
	why = trust_path_problem(value->str);
	return why == NULL || option_check_refuse(check, i, "%s", why);
}

bool
option_check_proxy(const struct option_check *check, size_t i)
{
	const struct apam_value *value = &check->values->values[i];
	const char *why;
	struct url url;

	if (!value->set)
		return true;
	why = url_parse(value->str, &url);
	if (why != NULL)
		return option_check_refuse(check, i, "%s", why);
	if (!str_equal(url.path, APAM_STR("/")) ||
	    str_find(value->str, '?') != value->str.n ||
	    str_find(value->str, '#') != value->str.n)
		return option_check_refuse(
		    check, i, "write the proxy's scheme, host and port alone");
	return true;
}

bool
scheme_name_ok(struct apam_str name)
{
	if (name.n == 0 || name.n > SCHEME_NAME_MAX || name.p[0] == '-')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		const char c = name.p[i];

		if (c != '-' && (!str_is_alnum(c) || c != str_lower(c)))
			return false;
	}
	return true;
}
