/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that runs on while its tokens die: calls a URL every few
 * milliseconds for some seconds, in one process with one context.
 *
 *	renew CONFIG PROFILE URL SECONDS
 *
 * Prints what it saw, and ends with 0 where every call was answered with 200
 * and more than one token was used.  A provider that counts in whole seconds
 * lets a token die up to one second before it said: then a call is sent again,
 * once for each token at most.
 */
#include <apam/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PAUSE_NS 20000000L

struct tally {
	unsigned calls, failed, replayed, tokens;
	uint64_t generation;
};

static void
sending(void *arg, const struct apam_signature *signature)
{
	struct tally *t = arg;

	if (signature->generation != t->generation)
		t->tokens++;
	t->generation = signature->generation;
}

static void
call(struct apam_profile *profile, CURL *easy, const char *url, struct tally *t)
{
	const struct apam_transfer transfer = {
		.size = sizeof(transfer),
		.method = "GET",
		.url = url,
		.sending = sending,
		.arg = t,
	};
	struct apam_result result = APAM_RESULT_INIT;
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status = apam_curl_perform(
	    profile, easy, &transfer, &result, &err);

	t->calls++;
	t->replayed += result.tries > 1;
	if (status == APAM_OK && result.status == 200)
		return;
	t->failed++;
	printf("HTTP %u: %s\n", result.status,
	    status == APAM_OK ? result.reason : err.text);
}

int
main(int argc, char **argv)
{
	const struct timespec pause = { 0, PAUSE_NS };
	struct apam_open_options options = { .size = sizeof(options) };
	struct apam_profile *profile;
	struct apam *ctx = NULL;
	struct apam_error err = APAM_ERROR_INIT;
	struct tally t = { 0 };
	CURL *easy = curl_easy_init();
	time_t end;

	if (argc != 5)
		return 2;
	options.config = argv[1];
	if (apam_open(&options, &ctx, &err) != APAM_OK ||
	    apam_profile_get(ctx, argv[2], &profile, &err) != APAM_OK) {
		printf("%s\n", err.text);
		return 3;
	}
	end = time(NULL) + atoi(argv[4]);
	while (time(NULL) < end) {
		call(profile, easy, argv[3], &t);
		(void)nanosleep(&pause, NULL);
	}
	printf("%u calls, %u failed, %u sent again, %u tokens\n", t.calls,
	    t.failed, t.replayed, t.tokens);
	curl_easy_cleanup(easy);
	apam_close(&ctx);
	return t.failed == 0 && t.replayed < t.tokens && t.tokens > 1 ? 0 : 1;
}
