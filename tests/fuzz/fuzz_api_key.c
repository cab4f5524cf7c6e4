/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * api-key with the input as the API's answer, or with options that it says.
 */
#include "modules/api-key/key_place.c"
#include "modules/api-key/module.c"
#include "modules/api-key/refusal.c"
#include "modules/common/answer_rule.c"
#include "modules/common/place.c"

#include "module.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct drive *d;
	struct apam_str input = { (const char *)data, size };

	fuzz_rejects_by_option = true;
	if (fuzz_options(input))
		return 0;
	if (d == NULL)
		d = fuzz_open("key = \"env:FAKE\"; header = \"X-Api-Key\";");
	fuzz_use(d, input);
	return 0;
}
