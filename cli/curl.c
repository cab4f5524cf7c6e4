/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam curl: sign a request and let curl(1) send it.  curl is given only
 * options that curl_args.c knows, one URL, and the headers by descriptor.
 */
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "command.h"
#include "curl_args.h"
#include "header_text.h"
#include "report.h"
#include "session.h"
#include "spawn.h"

#define OUR_ARGS 20 /* at most, besides the user's */

/* Where no proxy comes between; plain http goes nowhere else. */
#define THIS_MACHINE                                                           \
	"localhost,127.0.0.0/8,127.0.0.1,::1,::ffff:127.0.0.0/104,0.0.0.0,::"

/* What the profile says of the way to the server. */
struct route {
	char *ca_file, *proxy; /* or NULL */
	bool allow_http, failed;
};

/* Room for every argument. */
struct line {
	char **argv;
	size_t n;
};

static void
copy_text(char **to, const char *from, bool *failed)
{
	*to = from == NULL ? NULL : strdup(from);
	*failed = *failed || (from != NULL && *to == NULL);
}

static void
note_route(void *arg, const struct apam_profile_info *info)
{
	struct route *route = arg;

	route->allow_http = info->allow_http;
	copy_text(&route->ca_file, info->ca_file, &route->failed);
	copy_text(&route->proxy, info->proxy, &route->failed);
}

static void
put(struct line *line, const char *arg)
{
	/* exec's argv is not const for history's sake; nobody writes to it. */
	line->argv[line->n++] = (char *)(uintptr_t)arg;
}

static void
put_two(struct line *line, const char *option, const char *value)
{
	put(line, option);
	put(line, value);
}

/* What makes curl send exactly the signed request, and only there. */
static void
put_ours(struct line *line, const struct route *route)
{
	put(line, "curl");
	put(line, "-q"); /* no ~/.curlrc; must come first */
	put_two(line, "--proto", route->allow_http ? "=http,https" : "=https");
	put_two(line, "--max-redirs", "0");
	put(line, "--globoff");
	put(line, "--path-as-is");
	if (route->ca_file != NULL)
		put_two(line, "--cacert", route->ca_file);
	if (route->proxy != NULL)
		put_two(line, "--proxy", route->proxy);
	put_two(line, "--noproxy", route->proxy == NULL ? "*" : THIS_MACHINE);
}

/*
 * curl's exit status in the terms of ours: 2 is its own usage error, 22 an
 * HTTP error with --fail, 23 and 26 local files, 27 memory.
 */
static int
curl_status(int code)
{
	switch (code) {
	case 0:
		return STATUS_DONE;
	case 2:
		return STATUS_USAGE;
	case 22:
		return STATUS_REFUSED;
	case 23:
	case 26:
	case 27:
		return STATUS_INTERNAL;
	default:
		return STATUS_TEMPORARY;
	}
}

static int
send_by_curl(const struct curl_args *given, const struct route *route,
    const struct apam_signature *signature)
{
	struct line line = { 0 };
	struct header_text text = { 0 };
	int code = -1;
	size_t slot;

	errno = ENOMEM;
	line.argv = calloc(given->pass_count + OUR_ARGS, sizeof(*line.argv));
	if (line.argv == NULL || !header_text_new(&text, signature))
		goto out;
	put_ours(&line, route);
	for (size_t i = 0; i < given->pass_count; i++)
		put(&line, given->pass[i]);
	put_two(&line, "--url", signature->url);
	put(&line, "-H");
	slot = line.n;
	code = spawn_curl(line.argv, slot, &text);
out:
	header_text_free(&text);
	free(line.argv);
	if (code >= 0)
		return curl_status(code);
	complain("cannot run curl: %s", strerror(errno));
	return STATUS_INTERNAL;
}

/* curl would send both a header of -H and ours of the same name. */
static bool
collides(const struct curl_args *given, const struct apam_signature *signature)
{
	for (size_t i = 0; i < given->header_count; i++) {
		struct apam_str a = given->headers[i].name;

		for (size_t k = 0; k < signature->header_count; k++) {
			struct apam_str b = signature->headers[k].name;
			if (a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0)
				return true;
		}
	}
	return false;
}

static int
sign_and_send(struct apam_profile *profile, const struct curl_args *given)
{
	struct apam_request request = APAM_REQUEST(given->method, given->url);
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	struct apam_error err = { 0 };
	struct route route = { 0 };
	enum apam_status status;
	int code = STATUS_INTERNAL;

	request.headers = given->headers;
	request.header_count = given->header_count;
	request.body.kind = given->has_body ? APAM_BODY_UNKNOWN :
					      APAM_BODY_NONE;
	status = apam_sign(profile, &request, &signature, &err);
	if (status != APAM_OK)
		return report(apam_profile_name(profile), status, &err);
	apam_profile_show(profile, note_route, &route);
	if (collides(given, &signature))
		code = usage_error(&command_curl,
		    "the profile sets a header that -H sets too");
	else if (route.failed)
		complain("out of memory");
	else
		code = send_by_curl(given, &route, &signature);
	apam_signature_release(&signature);
	free(route.ca_file);
	free(route.proxy);
	return code;
}

static int
curl(struct cli *cli, const struct args *args)
{
	struct curl_args given = { 0 };
	struct apam_profile *profile = NULL;
	int code;

	if (!curl_args_read(&given, args->words + 1, args->word_count - 1)) {
		code = usage_error(&command_curl, "%s", given.problem);
		goto out;
	}
	code = session_profile(cli, args->words[0], &profile);
	if (code == STATUS_DONE)
		code = sign_and_send(profile, &given);
out:
	curl_args_free(&given);
	return code;
}

const struct command command_curl = {
	.name = "curl",
	.synopsis = "PROFILE -- CURL-ARGUMENTS...",
	.summary = "Sign a request and send it with curl(1)",
	.notes = "The credential goes to curl by a descriptor, never on its "
		 "command line.  One\nURL; options that redirect, trace or "
		 "weaken are refused.",
	.least = 2,
	.most = (size_t)-1,
	.run = curl,
};
