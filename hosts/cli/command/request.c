/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam request: one complete signed call.  The library signs, sends, judges and
 * sends again; this file has the command line, the output and the exit status.
 */
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "lib/command.h"
#include "lib/data_arg.h"
#include "lib/header_args.h"
#include "lib/outfile.h"
#include "lib/progress.h"
#include "lib/reply.h"
#include "lib/report.h"
#include "lib/sender.h"
#include "lib/session.h"
#include "lib/table.h"
#include "lib/trace.h"

#define TIMEOUT_MAX 86400 /* seconds */

static const struct flag flags[] = {
	{ .letter = 'X',
	    .name = "method",
	    .value = "METHOD",
	    .help = "GET if not given, POST with -d" },
	{ .letter = 'H',
	    .name = "header",
	    .value = "'NAME: VALUE'",
	    .many = true,
	    .help = "send this header too" },
	{ .letter = 'd',
	    .name = "data",
	    .value = "DATA",
	    .help = "send DATA, @FILE or @- (standard input)" },
	{ .letter = 'o',
	    .name = "output",
	    .value = "FILE",
	    .help = "write the body to FILE, once it is complete" },
	{ .letter = 'i',
	    .name = "include",
	    .help = "write the response's headers too" },
	{ .letter = 'v',
	    .name = "verbose",
	    .help = "show on standard error what is sent, masked" },
	{ .name = "timeout",
	    .value = "SECONDS",
	    .help = "for the whole call; the profile's if not given" },
	{ .name = NULL },
};

/* One run of the command. */
struct call {
	const struct args *args;
	const char *name; /* the profile's */
	struct apam_profile *profile;
	struct apam_transfer transfer;
	struct apam_body body; /* of it */
	struct apam_header *headers; /* with room for one more */
	struct data data;
	struct outfile out;
	struct reply reply;
	struct trace trace;
	struct sent sent;
};

/* ---- The command line ------------------------------------------------- */

static int
read_timeout(struct call *call)
{
	const char *text = args_value(call->args, "timeout");
	char *end = NULL;
	long seconds;

	if (text == NULL)
		return STATUS_DONE;
	seconds = strtol(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || seconds < 1 ||
	    seconds > TIMEOUT_MAX)
		return usage_error(&command_request,
		    "--timeout takes seconds, 1 to %d", TIMEOUT_MAX);
	call->transfer.timeout_ms = (int)seconds * 1000;
	return STATUS_DONE;
}

static int
read_headers(struct call *call)
{
	struct apam_transfer *transfer = &call->transfer;
	const int code = header_args(&command_request, call->args,
	    &call->headers, &transfer->header_count);

	transfer->headers = call->headers;
	return code;
}

static bool
has_header(const struct call *call, struct apam_str name)
{
	for (size_t i = 0; i < call->transfer.header_count; i++)
		if (call->headers[i].name.n == name.n &&
		    strncasecmp(call->headers[i].name.p, name.p, name.n) == 0)
			return true;
	return false;
}

static int
read_data(struct call *call)
{
	const struct apam_str type = APAM_STR("Content-Type");
	const struct apam_str json = APAM_STR("application/json");
	const struct apam_str form = APAM_STR(
	    "application/x-www-form-urlencoded");
	const char *arg = args_value(call->args, "data");

	if (arg == NULL)
		return STATUS_DONE;
	if (!data_read(arg, &call->data)) {
		complain("cannot read %s: %s", arg + 1, strerror(errno));
		return STATUS_USAGE;
	}
	call->transfer.method = "POST";
	call->body = (struct apam_body){ .size = sizeof(call->body),
		.kind = APAM_BODY_BYTES,
		.bytes = call->data.bytes };
	call->transfer.body = &call->body;
	if (!has_header(call, type))
		call->headers[call->transfer.header_count++] =
		    (struct apam_header){ type, call->data.json ? json : form };
	return STATUS_DONE;
}

static int
read_call(struct call *call)
{
	int code;

	call->transfer.size = sizeof(call->transfer);
	call->transfer.url = call->args->words[call->args->word_count - 1];
	call->transfer.method = "GET";
	if (call->args->word_count == 1 && !session_is_url(call->transfer.url))
		return usage_error(&command_request, "a URL is missing");
	code = read_timeout(call);
	if (code == STATUS_DONE)
		code = read_headers(call);
	if (code == STATUS_DONE)
		code = read_data(call);
	if (args_value(call->args, "method") != NULL)
		call->transfer.method = args_value(call->args, "method");
	return code;
}

/* ---- The transfer ----------------------------------------------------- */

static int
open_output(struct call *call)
{
	const char *path = args_value(call->args, "output");

	call->reply.to = stdout;
	call->reply.terminal = path == NULL && on_terminal();
	call->reply.hold = call->reply.terminal;
	if (path == NULL)
		return STATUS_DONE;
	if (!outfile_open(&call->out, path)) {
		complain("cannot write %s: %s", path, strerror(errno));
		return STATUS_USAGE;
	}
	call->reply.to = call->out.to;
	return STATUS_DONE;
}

/*
 * A file is seen once it is complete, so that what is to be verified first may
 * be written to it meanwhile, however large it is.
 */
static uint64_t
transfer_flags(const struct call *call)
{
	return call->out.temporary != NULL ? APAM_TRANSFER_UNVERIFIED : 0;
}

static void
prepare_call(struct call *call)
{
	struct apam_transfer *transfer = &call->transfer;

	transfer->flags = transfer_flags(call);
	transfer->write = reply_body;
	transfer->write_arg = &call->reply;
	if (args_has(call->args, "include")) {
		transfer->header = reply_header;
		transfer->header_arg = &call->reply;
	}
	if (args_has(call->args, "verbose")) {
		trace_profile(call->profile);
		call->trace.transfer = transfer;
		transfer->sending = trace_sending;
		transfer->arg = &call->trace;
	}
}

static int
perform(struct call *call)
{
	const struct sender *sender = sender_load();
	/* On a terminal the response itself shows the progress. */
	const struct sending sending = { .profile = call->profile,
		.transfer = &call->transfer,
		.progress = call->reply.terminal ? NULL : progress_bytes };
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;

	if (sender == NULL)
		return STATUS_INTERNAL;
	prepare_call(call);
	status = sender->send(&sending, &call->sent, &err);
	progress_hide();
	return status == APAM_OK ? STATUS_DONE :
				   report(call->name, status, &err);
}

/* ---- The answer ------------------------------------------------------- */

/* True if `to` is `from` with a slash at the end of its path. */
static bool
adds_slash(const char *from, const char *to)
{
	const size_t n = strcspn(from, "?#");

	return strncmp(from, to, n) == 0 && to[n] == '/' &&
	    strchr("?#", to[n + 1]) != NULL;
}

/* Say where a redirect leads, as far as that may be shown. */
static void
explain_redirect(const struct call *call)
{
	const char *target = call->sent.redirect;
	const char *host = call->sent.redirect_host;

	fputs("; the redirect was not followed", stderr);
	if (target != NULL && adds_slash(call->transfer.url, target)) {
		fputs(", it adds a slash at the end of the URL's path: write "
		      "it there",
		    stderr);
		return;
	}
	/* Only the host: the rest may be secret. */
	fputs(host == NULL ? "" : ", it points to ", stderr);
	trace_safe(apam_str(host));
}

static int
verdict_status(const struct apam_result *result)
{
	switch (result->verdict) {
	case APAM_VERDICT_REJECTED:
	case APAM_VERDICT_FORBIDDEN:
	case APAM_VERDICT_SUSPECT:
		return STATUS_REFUSED;
	case APAM_VERDICT_THROTTLED:
		return STATUS_TEMPORARY;
	default:
		break;
	}
	if (result->status == 429 || result->status >= 500)
		return STATUS_TEMPORARY;
	if (result->status >= 200 && result->status < 300)
		return STATUS_DONE;
	return STATUS_REFUSED;
}

/* Print one line that says why the answer is not a success. */
static void
explain_answer(const struct call *call)
{
	const struct apam_result *result = &call->sent.result;
	const struct apam_error *detail = &call->sent.detail;
	const char *reason = result->reason;

	fprintf(stderr, "apam: %s: HTTP %u", call->name, result->status);
	if (reason != NULL && reason[0] != '\0')
		fprintf(stderr, ": %s", reason);
	if (result->status >= 300 && result->status < 400)
		explain_redirect(call);
	if (detail->text[0] != '\0')
		fprintf(stderr, "; not sent again: %s", detail->text);
	fputc('\n', stderr);
	report_hint(detail);
}

static bool
is_json_type(const char *type)
{
	return type != NULL &&
	    (strncasecmp(type, "application/json", 16) == 0 ||
		strstr(type, "+json") != NULL);
}

/* Say what a terminal does not show: a body in a file, or no body. */
static void
tell_unseen(const struct call *call)
{
	if (call->sent.body_size == 0)
		tell("HTTP %u, and no body.", call->sent.result.status);
	else if (call->out.path != NULL)
		tell("HTTP %u: the body is in %s.", call->sent.result.status,
		    call->out.path);
}

static int
answer(struct call *call)
{
	const char *type = call->sent.type;
	int code = verdict_status(&call->sent.result);

	if (args_has(call->args, "verbose"))
		trace_answer(call->sent.result.status, type);
	reply_finish(&call->reply, is_json_type(type));
	if (call->out.to != NULL && !outfile_commit(&call->out)) {
		complain(
		    "cannot write %s: %s", call->out.path, strerror(errno));
		return STATUS_INTERNAL;
	}
	fflush(stdout);
	if (code != STATUS_DONE)
		explain_answer(call);
	else
		tell_unseen(call);
	return code;
}

static int
request(struct cli *cli, const struct args *args)
{
	struct call call = { .args = args };
	int code = read_call(&call);

	if (args->word_count > 1)
		call.name = args->words[0];
	if (code == STATUS_DONE)
		code = session_profile_for(
		    cli, call.name, call.transfer.url, &call.profile);
	if (code == STATUS_DONE)
		call.name = apam_profile_name(call.profile);
	if (code == STATUS_DONE)
		code = open_output(&call);
	if (code == STATUS_DONE)
		code = perform(&call);
	if (code == STATUS_DONE)
		code = answer(&call);
	sent_free(&call.sent);
	outfile_discard(&call.out);
	reply_free(&call.reply);
	data_free(&call.data);
	free(call.headers);
	return code;
}

const struct command command_request = {
	.name = "request",
	.synopsis = "[PROFILE] URL",
	.summary = "Send one signed request and write the response's body",
	.notes = "Sends once more if another credential may help; follows no "
		 "redirect.  JSON is\n"
		 "indented on a terminal, and JSON given with -d is sent as "
		 "application/json.\n"
		 "Exit status 0 for 2xx, 4 for 429 and 5xx, 1 for all others.",
	.flags = flags,
	.text_only = true,
	.least = 1,
	.most = 2,
	.run = request,
};
