/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that signs, again and again, until it is killed; the API takes
 * each token once, so that each signature needs a refresh.
 *
 *	rotate CONFIG PROFILE URL [COUNT]
 *
 * Prints a line for each, which begins with the time of CLOCK_MONOTONIC in ms:
 * "MS ok", "MS login TEXT" where somebody has to log in, or "MS STATUS TEXT";
 * after one of the latter it waits a little.  With COUNT it ends after so many,
 * with 0 where all were "ok".
 */
#include <apam/apam.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PAUSE_NS 50000000L

static void
say(const char *what, const char *text)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	printf("%.3f %s%s%s\n",
	    (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6, what,
	    *text == '\0' ? "" : " ", text);
	(void)fflush(stdout);
}

/* The API gives this answer. */
static void
answer(struct apam_profile *profile, const struct apam_signature *signature,
    unsigned status)
{
	const struct apam_header json = { APAM_STR("Content-Type"),
		APAM_STR("application/json") };
	const struct apam_answer given = { .size = sizeof(given),
		.status = status,
		.headers = &json,
		.header_count = 1,
		.body = APAM_STR("{}") };
	struct apam_judgement judgement = { .size = sizeof(judgement) };
	struct apam_error err = APAM_ERROR_INIT;

	if (apam_judge(profile, signature, &given, &judgement, &err) != APAM_OK)
		say("judge", err.text);
}

static bool
sign(struct apam_profile *profile, const char *url)
{
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	struct apam_error err = APAM_ERROR_INIT;
	const struct apam_request request = APAM_REQUEST("GET", url);
	const enum apam_status status = apam_sign(
	    profile, &request, &signature, &err);

	/* It takes the token once, so that the next signature needs another. */
	if (status == APAM_OK) {
		answer(profile, &signature, 200);
		answer(profile, &signature, 401);
	}
	apam_signature_release(&signature);
	if (status == APAM_OK)
		say("ok", "");
	else
		say(status == APAM_E_LOGIN ? "login" : apam_status_name(status),
		    err.text);
	return status == APAM_OK;
}

int
main(int argc, char **argv)
{
	const struct timespec pause = { 0, PAUSE_NS };
	struct apam_open_options options = { .size = sizeof(options) };
	struct apam_profile *profile;
	struct apam *ctx = NULL;
	struct apam_error err = APAM_ERROR_INIT;
	const long count = argc > 4 ? atol(argv[4]) : 0;
	bool all = true;

	if (argc < 4)
		return 2;
	options.config = argv[1];
	if (apam_open(&options, &ctx, &err) != APAM_OK ||
	    apam_profile_get(ctx, argv[2], &profile, &err) != APAM_OK) {
		say("open", err.text);
		return 3;
	}
	for (long i = 0; count == 0 || i < count; i++)
		if (!sign(profile, argv[3])) {
			all = false;
			(void)nanosleep(&pause, NULL);
		}
	apam_close(&ctx);
	return all ? 0 : 1;
}
