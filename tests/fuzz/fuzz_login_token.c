/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * login-token with the input as every answer: of the page with a CSRF token, of
 * the login, of the logout and of the API, or with options that it says.
 */
#include "modules/common/answer_rule.c"
#include "modules/common/location.c"
#include "modules/common/place.c"
#include "modules/login-token/login_logout.c"
#include "modules/login-token/login_parts.c"
#include "modules/login-token/login_tokens.c"
#include "modules/login-token/module.c"
#include "modules/session/json_body.c"
#include "modules/session/session_answer.c"
#include "modules/session/session_csrf.c"
#include "modules/session/session_lifetime.c"
#include "modules/session/session_logout.c"
#include "modules/session/session_request.c"
#include "modules/session/session_run.c"
#include "modules/session/set_cookie.c"

#include "module.h"

#define BASE                                                                   \
	"user = \"u\"; secret = \"env:FAKE\"; "                                \
	"login = { url = \"https://a.example/in\"; user_field = \"/a/u\"; "    \
	"secret_field = \"/a/p\"; }; "
#define LOGOUT                                                                 \
	"logout = { from_header = \"Location\"; method = \"DELETE\"; "         \
	"token_header = \"X-Subject\"; };"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct drive *plain, *cookies;
	struct apam_str input = { (const char *)data, size };

	fuzz_rejects_by_option = true;
	if (fuzz_options(input))
		return 0;
	if (plain == NULL) {
		plain = fuzz_open(BASE
		    "token = ( { from_pointer = \"/token\"; } ); "
		    "lifetime = { pointer = \"/end\"; unit = \"rfc3339\"; }; "
		    "refusals = ( { status = 400; pointer = \"/code\"; "
		    "value = \"bad\"; } ); "
		    "login_redirects = [ \"/in\" ]; "
		    "ended = ( { status = 403; } ); " LOGOUT);
		cookies = fuzz_open(
		    BASE "csrf = { url = \"https://a.example/c\"; "
			 "from_cookie = \"c\"; header = \"X-C\"; }; "
			 "token = ( { from_cookie = \"s\"; }, "
			 "{ from_header = \"X-T\"; } ); "
			 "login_redirects = [ \"/in\" ]; "
			 "ended = ( { status = 403; } ); " LOGOUT);
	}
	fuzz_use(plain, input);
	fuzz_run(cookies, OP_ACQUIRE, input);
	fuzz_run(cookies, OP_CHECK, input);
	fuzz_run(cookies, OP_REVOKE, input);
	return 0;
}
