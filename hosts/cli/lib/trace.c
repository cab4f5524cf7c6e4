/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trace of a request: what is sent, with each header of the signature
 * masked, and the answer's status and type.  Bodies are never traced.
 */
#include "lib/trace.h"

#include <apam/admin.h>
#include <stdio.h>
#include <strings.h>

#include "lib/mask.h"
#include "lib/progress.h"

void
trace_safe(struct apam_str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		fputc(c >= ' ' && c < 0x7f ? c : '?', stderr);
	}
}

static bool
show_profile(void *arg, const struct apam_profile_info *info)
{
	(void)arg;
	fprintf(stderr, "> profile %s (%s)\n", info->name, info->file);
	return true;
}

void
trace_profile(struct apam_profile *profile)
{
	apam_profile_show(profile, show_profile, NULL);
}

/* True if the signature has a header with this name. */
static bool
replaced(const struct apam_signature *signature, struct apam_str name)
{
	for (size_t i = 0; i < signature->header_count; i++) {
		struct apam_str other = signature->headers[i].name;
		if (other.n == name.n &&
		    strncasecmp(other.p, name.p, name.n) == 0)
			return true;
	}
	return false;
}

static void
trace_header(struct apam_str name, struct apam_str value)
{
	fputs("> ", stderr);
	trace_safe(name);
	fputs(": ", stderr);
	trace_safe(value);
	fputc('\n', stderr);
}

static void
trace_own(const struct apam_transfer *transfer,
    const struct apam_signature *signature)
{
	for (size_t i = 0; i < transfer->header_count; i++) {
		const struct apam_header *h = &transfer->headers[i];
		if (!replaced(signature, h->name))
			trace_header(h->name, h->value);
	}
}

void
trace_sending(void *arg, const struct apam_signature *signature)
{
	struct trace *trace = arg;

	progress_hide();
	if (trace->tries++ > 0)
		fprintf(stderr, "> again, %s\n",
		    trace->credential == signature->credential ?
			"by HTTP/1.1" :
			"with another credential");
	trace->credential = signature->credential;
	fprintf(stderr, "> %s ", trace->transfer->method);
	trace_safe(apam_str(signature->url));
	fputc('\n', stderr);
	trace_own(trace->transfer, signature);
	for (size_t i = 0; i < signature->header_count; i++) {
		const struct apam_header *h = &signature->headers[i];
		char masked[MASK_SIZE];

		mask(masked, h->name, h->value);
		fputs("> ", stderr);
		trace_safe(h->name);
		fprintf(stderr, ": %s\n", masked);
	}
}

void
trace_answer(unsigned status, const char *content_type)
{
	fprintf(stderr, "< HTTP %u ", status);
	trace_safe(apam_str(content_type));
	fputc('\n', stderr);
}
