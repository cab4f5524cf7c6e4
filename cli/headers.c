/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam headers: the headers for one request, for other programs to send.
 * Writes all of them or nothing.
 */
#include <errno.h>
#include <unistd.h>

#include "command.h"
#include "header_text.h"
#include "report.h"
#include "session.h"

static const struct flag flags[] = {
	{ .letter = 'X',
	    .name = "method",
	    .value = "METHOD",
	    .help = "the request's method, GET if not given" },
	{ .name = NULL },
};

static int
write_headers(const struct apam_signature *signature)
{
	struct header_text text = { 0 };
	int code = STATUS_DONE;

	if (!header_text_new(&text, signature)) {
		complain("out of memory");
		return STATUS_INTERNAL;
	}
	if (!header_text_write(&text, STDOUT_FILENO)) {
		complain("cannot write standard output: %s", strerror(errno));
		code = STATUS_INTERNAL;
	}
	header_text_free(&text);
	return code;
}

/* A scheme that adds query parameters needs more than headers. */
static void
warn_about_url(const char *name, const char *given, const char *signed_url)
{
	size_t n = strcspn(given, "#");

	if (strlen(signed_url) == n && memcmp(given, signed_url, n) == 0)
		return;
	complain("%s: the profile also changes the URL; `apam request` and "
		 "`apam curl` send it so",
	    name);
}

static int
headers(struct cli *cli, const struct args *args)
{
	const char *name = args->words[0], *url = args->words[1];
	const char *method = args_value(args, "method");
	struct apam_request request = APAM_REQUEST(
	    method == NULL ? "GET" : method, url);
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	struct apam_profile *profile = NULL;
	struct apam_error err = { 0 };
	enum apam_status status;
	int code = session_profile(cli, name, &profile);

	if (code != STATUS_DONE)
		return code;
	status = apam_sign(profile, &request, &signature, &err);
	if (status != APAM_OK)
		return report(name, status, &err);
	code = write_headers(&signature);
	if (code == STATUS_DONE)
		warn_about_url(name, url, signature.url);
	apam_signature_release(&signature);
	return code;
}

const struct command command_headers = {
	.name = "headers",
	.synopsis = "PROFILE [-X METHOD] URL",
	.summary = "Print the headers that sign one request",
	.notes = "Writes `Name: value` lines, nothing else, and nothing at all "
		 "on failure.\nThey hold the credential.",
	.flags = flags,
	.least = 2,
	.most = 2,
	.run = headers,
};
