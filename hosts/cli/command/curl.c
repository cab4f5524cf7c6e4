/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam curl: sign a request and let curl(1) send it.  curl is given only
 * options that curl_args.c knows, one URL, and headers and data through
 * descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/command.h"
#include "lib/curl_args.h"
#include "lib/curl_data.h"
#include "lib/header_text.h"
#include "lib/report.h"
#include "lib/session.h"
#include "lib/spawn.h"

#define OUR_ARGS 22 /* the most that are added to the user's */

/* Hosts reached without a proxy; plain http is allowed to no others. */
#define THIS_MACHINE                                                           \
	"localhost,127.0.0.0/8,127.0.0.1,::1,::ffff:127.0.0.0/104,0.0.0.0,::"

/* What the profile says about the way to the server. */
struct route {
	char *ca_file, *proxy; /* or NULL */
	bool allow_http, failed;
};

/* The request, as far as this program knows it. */
struct call {
	const struct curl_args *given;
	struct curl_data data;
	int upload; /* descriptor of -T's file, or -1 */
	/* those of -H, and those that curl adds itself */
	struct apam_header *headers;
	size_t header_count;
};

/* A command line with room for every argument. */
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

static bool
note_route(void *arg, const struct apam_profile_info *info)
{
	struct route *route = arg;

	route->allow_http = info->allow_http;
	copy_text(&route->ca_file, info->ca_file, &route->failed);
	copy_text(&route->proxy, info->proxy, &route->failed);
	return true;
}

static void
put_arg(struct line *line, const char *arg)
{
	/*
	 * exec's argv is not const for historical reasons; nothing writes to
	 * it.
	 */
	line->argv[line->n++] = (char *)(uintptr_t)arg;
}

static void
put_two(struct line *line, const char *option, const char *value)
{
	put_arg(line, option);
	put_arg(line, value);
}

/* Options that make curl send exactly the signed request, and only there. */
static void
put_ours(struct line *line, const struct route *route)
{
	put_arg(line, "curl");
	put_arg(line, "-q"); /* no ~/.curlrc; must come first */
	put_two(line, "--proto", route->allow_http ? "=http,https" : "=https");
	put_two(line, "--max-redirs", "0");
	put_arg(line, "--globoff");
	put_arg(line, "--path-as-is");
	if (route->ca_file != NULL)
		put_two(line, "--cacert", route->ca_file);
	if (route->proxy != NULL)
		put_two(line, "--proxy", route->proxy);
	put_two(line, "--noproxy", route->proxy == NULL ? "*" : THIS_MACHINE);
}

/*
 * The exit status for one of curl's: 2 is a usage error, 22 an HTTP error with
 * --fail, 23 and 26 are local files, 27 is memory.
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

static void
put_input(struct line *line, struct spawn_input *input, const char *option,
    struct apam_str bytes)
{
	put_arg(line, option);
	*input = (struct spawn_input){ line->n++, bytes };
}

static int
send_by_curl(const struct call *call, const struct route *route,
    const struct apam_signature *signature)
{
	const struct curl_args *given = call->given;
	const struct curl_data *data = &call->data;
	struct spawn_input inputs[SPAWN_INPUTS];
	struct line line = { 0 };
	struct header_text text = { 0 };
	int code = -1;

	errno = ENOMEM;
	line.argv = calloc(given->pass_count + OUR_ARGS, sizeof(*line.argv));
	if (line.argv == NULL || !header_text_new(&text, signature))
		goto out;
	put_ours(&line, route);
	for (size_t i = 0; i < given->pass_count; i++)
		put_arg(&line, given->pass[i]);
	put_two(&line, "--url", signature->url);
	put_input(&line, &inputs[0], "-H", (struct apam_str){ text.p, text.n });
	if (data->given)
		put_input(&line, &inputs[1],
		    data->json ? "--json" : "--data-binary",
		    (struct apam_str){ data->p, data->n });
	code = spawn_curl(line.argv, inputs, data->given ? 2 : 1);
out:
	header_text_free(&text);
	free(line.argv);
	if (code >= 0)
		return curl_status(code);
	complain("cannot run curl: %s", strerror(errno));
	return STATUS_INTERNAL;
}

/* ---- The body ----------------------------------------------------------- */

static bool
has_header(const struct curl_args *given, struct apam_str name)
{
	for (size_t i = 0; i < given->header_count; i++) {
		struct apam_str other = given->headers[i].name;

		if (other.n == name.n &&
		    strncasecmp(other.p, name.p, name.n) == 0)
			return true;
	}
	return false;
}

/* Add the headers that curl adds to data, so that a scheme can sign them. */
static void
add_headers(struct call *call)
{
	const struct curl_args *given = call->given;
	const struct apam_str type = APAM_STR("Content-Type");
	const struct apam_str accept = APAM_STR("Accept");
	size_t n = given->header_count;

	if (n > 0)
		memcpy(
		    call->headers, given->headers, n * sizeof(*given->headers));
	if (call->data.given && !has_header(given, type))
		call->headers[n++] = (struct apam_header){ type,
			curl_data_type(&call->data) };
	if (call->data.json && !has_header(given, accept))
		call->headers[n++] = (struct apam_header){ accept,
			APAM_STR("application/json") };
	call->header_count = n;
}

/* Only a regular file can be read twice, to sign it and to send it. */
static int
open_upload(const char *path)
{
	struct stat st;
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
		return fd;
	close(fd);
	return -1;
}

static int64_t
read_upload(void *arg, uint64_t offset, void *to, size_t size)
{
	return pread(*(const int *)arg, to, size, (off_t)offset);
}

static int
make_body(struct call *call)
{
	const struct curl_args *given = call->given;

	for (size_t i = 0; i < given->data_count; i++) {
		const struct curl_datum *d = &given->data[i];

		if (curl_data_add(&call->data, d->option, d->value))
			continue;
		complain("the data of --%s cannot be read: %s", d->option,
		    strerror(errno));
		return STATUS_USAGE;
	}
	call->headers = calloc(given->header_count + 2, sizeof(*call->headers));
	if (call->headers == NULL) {
		complain("out of memory");
		return STATUS_INTERNAL;
	}
	add_headers(call);
	call->upload = open_upload(given->upload);
	return STATUS_DONE;
}

/* The body for the signature: its bytes, or that they are not known. */
static struct apam_body
body_of(struct call *call)
{
	struct apam_body body = { .size = sizeof(body) };

	if (call->given->form || call->given->upload != NULL)
		body.kind = APAM_BODY_UNKNOWN;
	if (call->upload >= 0) {
		body.kind = APAM_BODY_READER;
		body.read = read_upload;
		body.arg = &call->upload;
	}
	if (call->data.given) {
		body.kind = APAM_BODY_BYTES;
		body.bytes = (struct apam_str){ call->data.p, call->data.n };
	}
	return body;
}

/* True if -H has a header of the signature: curl would send both. */
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
sign_and_send(struct apam_profile *profile, struct call *call)
{
	const struct curl_args *given = call->given;
	struct apam_request request = APAM_REQUEST(given->method, given->url);
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	const struct apam_body body = body_of(call);
	struct apam_error err = APAM_ERROR_INIT;
	struct route route = { 0 };
	enum apam_status status;
	int code = STATUS_INTERNAL;

	request.headers = call->headers;
	request.header_count = call->header_count;
	request.body = &body;
	status = apam_sign(profile, &request, &signature, &err);
	if (status != APAM_OK)
		return report(apam_profile_name(profile), status, &err);
	apam_profile_show(profile, note_route, &route);
	if (signature.certificate != NULL)
		code = report_certificate();
	else if (signature.body != NULL)
		code = report_body();
	else if (signature.verifies != 0)
		code = report_answers();
	else if (collides(given, &signature))
		code = usage_error(&command_curl,
		    "the profile sets a header that -H sets too");
	else if (route.failed)
		complain("out of memory");
	else
		code = send_by_curl(call, &route, &signature);
	apam_signature_release(&signature);
	free(route.ca_file);
	free(route.proxy);
	return code;
}

static int
curl(struct cli *cli, const struct args *args)
{
	const char *first = args->words[0];
	const bool named = first[0] != '-' && !session_is_url(first);
	struct curl_args given = { 0 };
	struct call call = { .given = &given, .upload = -1 };
	struct apam_profile *profile = NULL;
	int code;

	if (!curl_args_read(
		&given, args->words + named, args->word_count - named)) {
		code = line_error(&command_curl, given.problem);
		goto out;
	}
	code = session_profile_for(
	    cli, named ? first : NULL, given.url, &profile);
	if (code == STATUS_DONE)
		code = make_body(&call);
	if (code == STATUS_DONE)
		code = sign_and_send(profile, &call);
out:
	if (call.upload >= 0)
		close(call.upload);
	free(call.headers);
	curl_data_free(&call.data);
	curl_args_free(&given);
	return code;
}

const struct command command_curl = {
	.name = "curl",
	.synopsis = "[PROFILE] -- CURL-ARGUMENTS...",
	.summary = "Sign a request and send it with curl(1)",
	.notes =
	    "curl gets the credential through a descriptor, never on its command "
	    "line.  Give\n"
	    "exactly one URL.  Options that redirect, trace or weaken the "
	    "request are\n"
	    "refused.",
	.text_only = true,
	.least = 1,
	.most = (size_t)-1,
	.run = curl,
};
