/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam headers: the headers for one request that another program sends.  Prints
 * all of them or nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/command.h"
#include "lib/data_arg.h"
#include "lib/header_args.h"
#include "lib/header_text.h"
#include "lib/report.h"
#include "lib/session.h"

static const struct flag flags[] = {
	{ .letter = 'X',
	    .name = "method",
	    .value = "METHOD",
	    .help = "GET if not given, POST with -d" },
	{ .letter = 'H',
	    .name = "header",
	    .value = "'NAME: VALUE'",
	    .many = true,
	    .help = "the request has this header" },
	{ .letter = 'd',
	    .name = "data",
	    .value = "DATA",
	    .help = "the request's body: DATA, @FILE or @- (standard input)" },
	{ .name = "no-body", .help = "the request has no body" },
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
	if (!write_all(STDOUT_FILENO, (struct apam_str){ text.p, text.n })) {
		complain("cannot write standard output: %s", strerror(errno));
		code = STATUS_INTERNAL;
	}
	header_text_free(&text);
	return code;
}

/* If the scheme adds query parameters, the headers alone do not suffice. */
static void
tell_url(const char *name, const char *given, const char *signed_url)
{
	size_t n = strcspn(given, "#");

	if (strlen(signed_url) == n && memcmp(given, signed_url, n) == 0)
		return;
	complain(
	    "%s: the profile also adds to the URL; send the request to:", name);
	fprintf(stderr, "%s\n", signed_url);
}

/* ---- The body ----------------------------------------------------------- */

/*
 * The body to sign.  If the method usually has a body and the user said nothing
 * about it, the body is unknown: only a scheme that signs bodies then refuses.
 */
static struct apam_body
body_of(const struct args *args, const char *method, const struct data *data)
{
	struct apam_body body = { .size = sizeof(body) };

	if (args_has(args, "data")) {
		body.kind = APAM_BODY_BYTES;
		body.bytes = data->bytes;
	} else if (!args_has(args, "no-body") &&
	    (strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
		strcmp(method, "PATCH") == 0)) {
		body.kind = APAM_BODY_UNKNOWN;
	}
	return body;
}

static int
read_data(const struct args *args, struct data *data)
{
	const char *arg = args_value(args, "data");

	if (arg != NULL && args_has(args, "no-body"))
		return usage_error(
		    &command_headers, "-d and --no-body exclude each other");
	if (arg == NULL || data_read(arg, data))
		return STATUS_DONE;
	complain("cannot read %s: %s", arg + 1, strerror(errno));
	return STATUS_USAGE;
}

/* ---- Signing ------------------------------------------------------------ */

static int
sign(const char *name, struct apam_profile *profile,
    const struct apam_request *request)
{
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status = apam_sign(profile, request, &signature, &err);
	int code;

	if (status == APAM_E_POLICY &&
	    request->body->kind == APAM_BODY_UNKNOWN) {
		code = report(name, status, &err);
		complain("if it signs the body, give the body with -d, or say "
			 "--no-body");
		return code;
	}
	if (status != APAM_OK)
		return report(name, status, &err);
	if (signature.certificate != NULL)
		code = report_certificate();
	else if (signature.body != NULL)
		code = report_body();
	else
		code = write_headers(&signature);
	if (code == STATUS_DONE)
		tell_url(name, request->url, signature.url);
	if (code == STATUS_DONE && signature.verifies != 0)
		complain("the provider signs its answers: whoever gets one has "
			 "to verify it, as `apam request` does");
	apam_signature_release(&signature);
	return code;
}

static int
headers(struct cli *cli, const struct args *args)
{
	const char *name = args->word_count == 1 ? NULL : args->words[0];
	const char *url = args->words[args->word_count - 1];
	const char *method = args_value(args, "method");
	struct apam_profile *profile = NULL;
	struct apam_header *given = NULL;
	struct apam_request request;
	struct apam_body body;
	struct data data = { 0 };
	int code = read_data(args, &data);

	if (method == NULL)
		method = args_has(args, "data") ? "POST" : "GET";
	request = (struct apam_request)APAM_REQUEST(method, url);
	body = body_of(args, method, &data);
	request.body = &body;
	if (code == STATUS_DONE)
		code = header_args(
		    &command_headers, args, &given, &request.header_count);
	request.headers = given;
	if (code == STATUS_DONE && name == NULL && !session_is_url(url))
		code = usage_error(&command_headers, "a URL is missing");
	if (code == STATUS_DONE)
		code = session_profile_for(cli, name, url, &profile);
	if (code == STATUS_DONE)
		code = sign(apam_profile_name(profile), profile, &request);
	free(given);
	data_free(&data);
	return code;
}

const struct command command_headers = {
	.name = "headers",
	.synopsis = "[PROFILE] [-X METHOD] URL",
	.summary = "Print the headers that sign one request",
	.notes =
	    "Prints only lines of the form `Name: value`, and nothing if it "
	    "fails.  They\n"
	    "contain the credential.  Without PROFILE: the profile for the URL's "
	    "origin.  If\n"
	    "the profile adds to the URL, standard error says where to send the "
	    "request.",
	.flags = flags,
	.text_only = true,
	.least = 1,
	.most = 2,
	.run = headers,
};
