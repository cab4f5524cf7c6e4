/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * secret_ref_check alone, nothing is read: what passes is of a known kind,
 * without control characters, and its path is absolute and plain.
 */
#include "base/str.h"
#include "file/secret.h"
#include "file/trust.h"
#include "fuzz.h"

static void
check_path(struct apam_str ref, struct apam_str prefix)
{
	if (!str_starts(ref, prefix))
		return;
	ref = str_skip(ref, prefix.n);
	ref = str_cut(ref,
	    prefix.n == 5 && prefix.p[0] == 'e' ? str_find(ref, ' ') : ref.n);
	HOLDS(trust_path_problem(ref) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct apam_str ref = { (const char *)data, size };
	const char *why = secret_ref_check(ref);

	if (why != NULL) {
		HOLDS(why[0] != '\0');
		return 0;
	}
	HOLDS(secret_ref_is(ref));
	HOLDS(!str_has_control(ref));
	HOLDS(str_find(ref, ':') < size);
	check_path(ref, APAM_STR("file:"));
	check_path(ref, APAM_STR("world-readable:"));
	check_path(ref, APAM_STR("exec:"));
	HOLDS((secret_ref_file(ref).n > 0) ==
	    (str_starts(ref, APAM_STR("file:")) ||
		str_starts(ref, APAM_STR("world-readable:"))));
	if (str_starts(ref, APAM_STR("credential:")))
		HOLDS(str_find(ref, '/') == ref.n);
	return 0;
}
