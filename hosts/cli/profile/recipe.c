/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The questions of the schemes that come with apam, in the order in which they
 * are asked.
 */
#include "profile/recipe.h"

#include <stddef.h>

#define API_KEY "api-key"
#define CLIENT "oauth2-client-credentials"
#define REFRESH "oauth2-refresh-token"

const struct recipe recipes[] = {
	{ .scheme = API_KEY,
	    .option = "header",
	    .unset = { "query", "cookie" },
	    .fallback = "Authorization",
	    .question = "Header that carries the key (- if it goes into the "
			"URL or a cookie)" },
	{ .scheme = API_KEY,
	    .option = "query",
	    .unset = { "header", "cookie" },
	    .fallback = "api_key",
	    .question = "Query parameter that carries the key (- if it goes "
			"into a cookie)" },
	{ .scheme = API_KEY,
	    .option = "cookie",
	    .unset = { "header", "query" },
	    .needed = true,
	    .question = "Cookie that carries the key" },
	{ .scheme = API_KEY,
	    .option = "prefix",
	    .set = "header",
	    .only = "Authorization",
	    .fallback = "Bearer",
	    .word = true,
	    .question = "Word that stands before the key there (- for none)" },
	{ .scheme = API_KEY,
	    .option = "key_id",
	    .fallback = "@",
	    .quiet = true },
	{ .scheme = CLIENT,
	    .option = "token_url",
	    .unset = { "issuer" },
	    .question = "Token URL, as the provider's page calls it (- if you "
			"know the issuer alone)" },
	{ .scheme = CLIENT,
	    .option = "issuer",
	    .unset = { "token_url" },
	    .needed = true,
	    .question = "Issuer URL" },
	{ .scheme = CLIENT, .option = "client_id" },
	{ .scheme = CLIENT, .option = "client_secret" },
	{ .scheme = CLIENT,
	    .option = "scope",
	    .fallback = "-",
	    .question = "Scopes to ask for, with spaces between them (- for "
			"none)" },
	{ .scheme = REFRESH,
	    .option = "issuer",
	    .unset = { "token_url", "resource" },
	    .fallback = "-",
	    .question = "Issuer URL, where the endpoints can be found by it "
			"(- if not)" },
	{ .scheme = REFRESH,
	    .option = "token_url",
	    .unset = { "issuer", "resource" },
	    .needed = true,
	    .question = "Token URL" },
	{ .scheme = REFRESH,
	    .option = "login",
	    .fallback = "browser",
	    .question = "How a person logs in (browser, or device for a code "
			"that is entered elsewhere)" },
	{ .scheme = REFRESH,
	    .option = "authorization_url",
	    .set = "login",
	    .only = "browser",
	    .unset = { "issuer", "resource" },
	    .needed = true,
	    .question = "Authorization URL, the page where a browser logs in" },
	{ .scheme = REFRESH,
	    .option = "device_url",
	    .set = "login",
	    .only = "device",
	    .unset = { "issuer", "resource" },
	    .needed = true,
	    .question = "Device authorization URL" },
	{ .scheme = REFRESH, .option = "client_id", .needed = true },
	{ .scheme = REFRESH, .option = "client_secret", .fallback = "-" },
	{ .scheme = REFRESH,
	    .option = "scope",
	    .fallback = "-",
	    .question = "Scopes to ask for at login, with spaces between them "
			"(- for none)" },
	{ .scheme = NULL },
};
