/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that calls a URL many times, one call after the other:
 *
 *	many CONFIG PROFILE URL CALLS
 *
 * A line for every hundredth call, so that whoever reads it knows how far it is;
 * then how many calls there were, and how many of them failed.  It ends with 0
 * where none did.
 */
#include <apam/curl.h>
#include <stdio.h>
#include <stdlib.h>

static size_t
drop(char *bytes, size_t one, size_t n, void *to)
{
	(void)bytes;
	(void)to;
	return one * n;
}

/* False where it was not answered with 200. */
static bool
call(struct apam_profile *profile, CURL *easy, const char *url)
{
	const struct apam_transfer transfer = { .size = sizeof(transfer),
		.method = "GET",
		.url = url,
		.write = drop };
	struct apam_result result = APAM_RESULT_INIT;
	struct apam_error err = APAM_ERROR_INIT;
	const enum apam_status status = apam_curl_perform(
	    profile, easy, &transfer, &result, &err);

	if (status == APAM_OK && result.status == 200)
		return true;
	printf("HTTP %u: %s\n", result.status,
	    status == APAM_OK ? result.reason : err.text);
	return false;
}

static int
call_all(struct apam_profile *profile, const char *url, long calls)
{
	CURL *easy = curl_easy_init();
	long failed = 0;

	for (long i = 1; i <= calls; i++) {
		failed += !call(profile, easy, url);
		if (i % 100 == 0)
			printf("%ld\n", i);
		(void)fflush(stdout);
	}
	curl_easy_cleanup(easy);
	printf("%ld calls, %ld failed\n", calls, failed);
	return failed == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct apam_open_options options = { .size = sizeof(options) };
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_profile *profile;
	struct apam *ctx = NULL;
	enum apam_status status;
	int code = 1;

	if (argc != 5) {
		fputs("usage: many CONFIG PROFILE URL CALLS\n", stderr);
		return 2;
	}
	options.config = argv[1];
	status = apam_open(&options, &ctx, &err);
	if (status == APAM_OK)
		status = apam_profile_get(ctx, argv[2], &profile, &err);
	if (status == APAM_OK)
		code = call_all(profile, argv[3], strtol(argv[4], NULL, 10));
	else
		printf("%s\n", err.text);
	apam_close(&ctx);
	return code;
}
