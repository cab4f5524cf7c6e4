/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sign a request for each URL given, all at once, in one thread with poll(2).
 * Says which profile signed which URL; a program would now send them.
 */
#include <apam/apam.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

struct job {
	struct apam_profile *profile;
	struct apam_request request;
	struct apam_signature signature;
	struct apam_call *call;
	enum apam_status status;
};

static void
finish(struct job *job, const struct apam_error *err)
{
	apam_call_cancel(&job->call);
	if (job->status == APAM_OK)
		printf("%s: %zu headers of %s\n", job->request.url,
		    job->signature.header_count,
		    apam_profile_name(job->profile));
	else
		printf("%s: %s\n", job->request.url, err->text);
	apam_signature_release(&job->signature);
}

static void
start(struct apam *ctx, struct job *job, const char *url)
{
	struct apam_error err = APAM_ERROR_INIT;

	job->request = (struct apam_request)APAM_REQUEST("GET", url);
	job->signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	job->status = apam_profile_find(ctx, url, &job->profile, &err);
	if (job->status == APAM_OK)
		job->status = apam_sign_start(job->profile, &job->request,
		    &job->signature, &job->call, &err);
	if (job->status != APAM_E_PENDING)
		finish(job, &err);
}

/* How many are still under way. */
static int
collect(struct job *jobs, int n)
{
	struct apam_error err = APAM_ERROR_INIT;
	int pending = 0;

	for (int i = 0; i < n; i++) {
		if (jobs[i].call == NULL)
			continue;
		jobs[i].status = apam_call_result(jobs[i].call, &err);
		if (jobs[i].status == APAM_E_PENDING)
			pending++;
		else
			finish(&jobs[i], &err);
	}
	return pending;
}

int
main(int argc, char **argv)
{
	struct apam_open_options options = { .size = sizeof(options),
		.flags = APAM_OPEN_NO_THREAD };
	int n = argc - 1, failed = 0;
	struct job *jobs = calloc((size_t)n + 1, sizeof(*jobs));
	struct apam *ctx = NULL;
	struct apam_error err = APAM_ERROR_INIT;

	if (jobs == NULL || apam_open(&options, &ctx, &err) != APAM_OK) {
		fprintf(stderr, "poll: %s\n", jobs == NULL ? "" : err.text);
		return 1;
	}
	for (int i = 0; i < n; i++)
		start(ctx, &jobs[i], argv[i + 1]);
	while (collect(jobs, n) > 0) {
		/* A program has its other descriptors here, too. */
		struct pollfd fd = { .fd = apam_fd(ctx), .events = POLLIN };

		(void)poll(&fd, 1, apam_timeout(ctx));
		apam_step(ctx);
	}
	for (int i = 0; i < n; i++)
		failed |= jobs[i].status != APAM_OK;
	free(jobs);
	apam_close(&ctx);
	return failed;
}
