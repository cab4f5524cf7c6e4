/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * key-secret-archiveable with the input as the answer of the authentication
 * endpoint and of the API, or with options that it says.
 */
#include "modules/common/answer_rule.c"
#include "modules/common/place.c"
#include "modules/key-secret-archiveable/access.c"
#include "modules/key-secret-archiveable/auth.c"
#include "modules/key-secret-archiveable/module.c"
#include "modules/key-secret-archiveable/writes.c"
#include "modules/session/json_body.c"
#include "modules/session/session_answer.c"
#include "modules/session/session_csrf.c"
#include "modules/session/session_lifetime.c"
#include "modules/session/session_logout.c"
#include "modules/session/session_request.c"
#include "modules/session/session_run.c"
#include "modules/session/set_cookie.c"

#include "module.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct drive *d;
	struct apam_str input = { (const char *)data, size };

	if (fuzz_options(input))
		return 0;
	if (d == NULL)
		d = fuzz_open("key = \"k\"; secret = \"env:FAKE\";"
			      "exchange = { url = \"https://a.example/\"; };");
	fuzz_run(d, OP_ACQUIRE, input);
	fuzz_run(d, OP_CHECK, input);
	fuzz_judge(d, input);
	return 0;
}
