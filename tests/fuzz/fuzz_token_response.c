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

/* RFC 8037, A.1. */
#define ED25519                                                                \
	"{\"kty\":\"OKP\",\"crv\":\"Ed25519\","                                \
	"\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\","               \
	"\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"
#define URL "token_url = \"https://a.example/t\"; "
#define SIGNED                                                                 \
	"issuer = \"https://a.example\"; client_id = \"id\"; "                 \
	"client_key = \"file:/key\"; client_auth = \"private_key_jwt\"; "      \
	"grant = \"jwt-bearer\"; assertion = { key_id = \"thumbprint\"; };"
#define TLS                                                                    \
	"issuer = \"https://a.example\"; client_id = \"id\"; "                 \
	"client_key = \"file:/key\"; client_certificate = \"/cert.pem\"; "     \
	"client_auth = \"tls_client_auth\";"
#define EXCHANGED                                                              \
	URL "grant = \"token-exchange\"; subject_token = \"env:FAKE\"; "       \
	    "requested_token_type = \"urn:r\";"

#define BASE "client_id = \"id\"; client_secret = \"env:FAKE\"; "

/* A certificate whose thumbprint is asked for: it has one, or says why not. */
static void
fuzz_certificate(const struct apam_services *svc, struct apam_str input)
{
	struct apam_text *print = svc->text_new(svc, 0);
	int32_t status = jose_certificate_thumbprint(svc, input, print);

	if (status == APAM_OK)
		HOLDS(svc->text_view(svc, print).n == 43 || fuzz_is_starved());
	else
		HOLDS(svc->text_view(svc, print).n == 0);
	svc->text_free(svc, &print);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct drive *plain, *found, *signing, *certified, *exchanged;
	struct apam_str input = { (const char *)data, size };

	drive_key_text = ED25519;
	if (fuzz_options(input))
		return 0;
	if (plain == NULL) {
		plain = fuzz_open(
		    BASE "token_url = \"https://a.example/t\";"
			 "introspection_url = \"https://a.example/i\";"
			 "revocation_url = \"https://a.example/r\";"
			 "scope = [ \"a\", \"b\" ];");
		found = fuzz_open(BASE "issuer = \"https://a.example\";");
		signing = fuzz_open(SIGNED);
		certified = fuzz_open(TLS);
		exchanged = fuzz_open(EXCHANGED);
	}
	fuzz_run(plain, OP_ACQUIRE, input);
	fuzz_run(plain, OP_CHECK, input);
	fuzz_run(plain, OP_REVOKE, input);
	fuzz_run(found, OP_ACQUIRE, input);
	fuzz_run(found, OP_CHECK, input);
	fuzz_run(found, OP_REVOKE, input);
	fuzz_run(signing, OP_ACQUIRE, input);
	fuzz_run(certified, OP_ACQUIRE, input);
	fuzz_run(exchanged, OP_ACQUIRE, input);
	fuzz_certificate(&plain->svc.pub, input);
	fuzz_judge(plain, input);
	return 0;
}
