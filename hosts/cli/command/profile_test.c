/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam profile test: lint, explain, check and one request, and one verdict.
 */
#include "lib/session.h"
#include "lib/verdict.h"

static int
test_run(struct cli *cli, const struct args *args)
{
	static struct verdict verdict;
	const char *name = args->words[0];
	const char *url = args->word_count > 1 ? args->words[1] : NULL;
	int code;

	if (session_is_url(name) || (url != NULL && !session_is_url(url)))
		return usage_error(&command_profile_test,
		    "first comes the profile's name, then the URL");
	code = session_open(cli);
	if (code != STATUS_DONE)
		return code;
	verdict_find(cli, name, url,
	    VERDICT_LINT | VERDICT_EXPLAIN | VERDICT_CHECK | VERDICT_REQUEST,
	    &verdict);
	code = verdict_show(cli, name, &verdict);
	session_tell_registry(cli);
	return code;
}

const struct command command_profile_test = {
	.name = "profile test",
	.synopsis = "PROFILE [URL]",
	.summary = "Say in one line whether a profile works, and if not, why",
	.notes =
	    "Checks its file, whether it signs its URL, and its keys at the "
	    "provider; then\n"
	    "makes one GET request, of URL or of its probe.  Exit status as "
	    "`apam check`.",
	.least = 1,
	.most = 2,
	.run = test_run,
};
