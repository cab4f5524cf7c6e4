/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * basic-email-key with the input as the API's answer, as a redirect's target
 * and as the query of a request, or with options that it says.
 */
#include "modules/basic-email-key/module.c"
#include "modules/basic-email-key/query.c"

#include "module.h"

/* A parameter is added where the query has none of that name, and only there. */
static void
check_query(struct drive *d, struct apam_str query)
{
	struct apam_request_view request = drive_request("GET", "/api/");
	struct apam_signing out;

	request.query = query;
	signing_init(&out);
	if (d->module->prepare(d->state, &request, &out) == APAM_OK &&
	    signing_refused(&out) == NULL)
		HOLDS(out.query.count ==
		    (query_has(query, APAM_STR("id")) ? 0 : 1));
	else
		HOLDS(fuzz_is_starved());
	signing_free(&out);
}

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
	check_query(d, input);
	HOLDS(!location_below(input, APAM_STR("/app/login")) ||
	    has_char(input, '/'));
	return 0;
}
