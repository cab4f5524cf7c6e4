/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oauth2-client-credentials with the input as every answer: of the token
 * endpoint, the metadata, introspection, revocation and the API, or with
 * options that it says.
 */
#include "modules/oauth2-client-credentials/grant_bearer.c"
#include "modules/oauth2-client-credentials/grant_client.c"
#include "modules/oauth2-client-credentials/grant_exchange.c"
#include "modules/oauth2-client-credentials/module.c"
#include "modules/oauth2/answer.c"
#include "modules/oauth2/assertion.c"
#include "modules/oauth2/check.c"
#include "modules/oauth2/client.c"
#include "modules/oauth2/entry.c"
#include "modules/oauth2/jose.c"
#include "modules/oauth2/judge.c"
#include "modules/oauth2/metadata.c"
#include "modules/oauth2/options.c"
#include "modules/oauth2/revoke.c"

#include "module.h"

#define BASE "client_id = \"id\"; client_secret = \"env:FAKE\"; "

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct drive *plain, *found;
	struct apam_str input = { (const char *)data, size };

	if (fuzz_options(input))
		return 0;
	if (plain == NULL) {
		plain = fuzz_open(
		    BASE "token_url = \"https://a.example/t\";"
			 "introspection_url = \"https://a.example/i\";"
			 "revocation_url = \"https://a.example/r\";"
			 "scope = [ \"a\", \"b\" ];");
		found = fuzz_open(BASE "issuer = \"https://a.example\";");
	}
	fuzz_run(plain, OP_ACQUIRE, input);
	fuzz_run(plain, OP_CHECK, input);
	fuzz_run(plain, OP_REVOKE, input);
	fuzz_run(found, OP_ACQUIRE, input);
	fuzz_run(found, OP_CHECK, input);
	fuzz_run(found, OP_REVOKE, input);
	fuzz_judge(plain, input);
	return 0;
}
