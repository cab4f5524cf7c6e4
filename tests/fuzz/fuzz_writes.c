/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules for requests that write: the first line of the input is a
 * pattern, the second a path.
 */
#include "modules/key-secret-archiveable/writes.c"

#include "fuzz.h"
#include "support/drive.h"

static bool
matches(struct apam_str pattern, struct apam_str path)
{
	const struct write_rule rule = { .paths = &pattern, .path_count = 1 };

	return write_rule_matches(&rule, APAM_STR("POST"), path);
}

/* What is unclear is a write, whatever the rule takes out. */
static void
check_unclear(struct apam_str pattern, struct apam_str path)
{
	static const char *const unclear[] = { "%2f", "%5C", "%25", "%00",
		"%3b", "%", "%4", "%zz", ";", "\\", "/../x", "/./x", "//x",
		"/%2e%2E", "\n" };
	char text[512];
	size_t i;

	if (path.n > 256 || !str_starts(path, APAM_STR("/")))
		return;
	for (i = 0; i < sizeof(unclear) / sizeof(unclear[0]); i++) {
		(void)snprintf(text, sizeof(text), "/%s", unclear[i]);
		HOLDS(matches(pattern, apam_str(text)));
		memcpy(text, path.p, path.n);
		(void)snprintf(
		    text + path.n, sizeof(text) - path.n, "%s", unclear[i]);
		HOLDS(matches(pattern,
		    (struct apam_str){ text, path.n + strlen(unclear[i]) }));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct apam_str path = { (const char *)data, size };
	struct apam_str pattern = drive_line(&path);
	const struct write_rule every = { 0 };
	bool taken_out;

	/* Without rules the path counts for nothing. */
	HOLDS(write_rule_matches(&every, APAM_STR("POST"), path));
	HOLDS(!write_rule_matches(&every, APAM_STR("GET"), path));
	(void)write_method_bad(pattern);
	if (write_path_bad(pattern) != NULL)
		return 0;
	check_unclear(pattern, path);
	(void)matches(pattern, path);
	/* A plain pattern matches itself; one taken out does not. */
	taken_out = str_starts(pattern, APAM_STR("!"));
	path = str_skip(pattern, taken_out);
	if (!scheme_has_char(pattern, '*'))
		HOLDS(matches(pattern, path) == !taken_out);
	return 0;
}
