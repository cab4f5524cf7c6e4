/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * basic-email-key with the input as the API's answer and as a redirect's target,
 * or with options that it says.
 */
#include "modules/basic-email-key/module.c"
#include "modules/common/location.c"

#include "module.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct drive *d;
	struct apam_str input = { (const char *)data, size };

	if (fuzz_options(input))
		return 0;
	if (d == NULL)
		d = fuzz_open("email = \"e\"; key = \"env:FAKE\";"
			      "query = { id = \"1\"; };");
	fuzz_judge(d, input);
	HOLDS(!location_below(input, APAM_STR("/app/login")) ||
	    scheme_has_char(input, '/'));
	return 0;
}
