/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that knows its key: one process with one context, which does one
 * step after the other and prints what a host can see of each.
 *
 *	prove CONFIG PROFILE STEP ...
 *
 *	call=URL	a signed GET: "call: 200, token 1, 1 sent", the tokens
 *			numbered as they come
 *	check		"check: good: EVIDENCE", by apam_check
 *	status		"status: good, usable: EVIDENCE", by apam_profile_status
 *	order=URL	a POST without credentials, to whoever drives the provider
 *
 * Ends with 0 where every step could be done, whatever it found.
 */
#include <apam/admin.h>
#include <apam/curl.h>
#include <stdio.h>
#include <string.h>

#define WAIT_MS 10000

static struct apam_profile *profile;
static struct apam_error err = APAM_ERROR_INIT;
static unsigned tokens;
static uint64_t generation;

static void
sending(void *arg, const struct apam_signature *signature)
{
	(void)arg;
	tokens += signature->generation != generation;
	generation = signature->generation;
}

static bool
call(CURL *easy, const char *url)
{
	const struct apam_transfer transfer = { .size = sizeof(transfer),
		.method = "GET",
		.url = url,
		.sending = sending };
	struct apam_result result = APAM_RESULT_INIT;

	if (apam_curl_perform(profile, easy, &transfer, &result, &err) !=
	    APAM_OK)
		return false;
	printf("call: %u, token %u, %u sent\n", result.status, tokens,
	    result.tries);
	return true;
}

static bool
check(void)
{
	struct apam_key_report report;
	size_t count = 1;

	if (apam_check(profile, WAIT_MS, &report, &count, sizeof(report),
		&err) != APAM_OK)
		return false;
	printf("check: %s: %s\n", apam_key_state_name(report.state),
	    report.evidence);
	return true;
}

static bool
show(void)
{
	struct apam_entry_status status;
	size_t count = 1;

	if (apam_profile_status(profile, &status, &count, sizeof(status), NULL,
		&err) != APAM_OK)
		return false;
	printf("status: %s, %s: %s\n", apam_key_state_name(status.key_state),
	    status.usable ? "usable" : "not usable", status.evidence);
	return true;
}

static bool
order(const char *url)
{
	CURL *easy = curl_easy_init();
	long status = 0;

	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "");
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)WAIT_MS);
	if (curl_easy_perform(easy) == CURLE_OK)
		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(easy);
	return status == 200;
}

static bool
step(CURL *easy, const char *what)
{
	if (strncmp(what, "call=", 5) == 0)
		return call(easy, what + 5);
	if (strncmp(what, "order=", 6) == 0)
		return order(what + 6);
	if (strcmp(what, "check") == 0)
		return check();
	return strcmp(what, "status") == 0 && show();
}

int
main(int argc, char **argv)
{
	struct apam_open_options options = { .size = sizeof(options) };
	struct apam *ctx = NULL;
	CURL *easy = curl_easy_init();
	bool ok = true;

	if (argc < 3)
		return 2;
	options.config = argv[1];
	if (apam_open(&options, &ctx, &err) != APAM_OK ||
	    apam_profile_get(ctx, argv[2], &profile, &err) != APAM_OK) {
		printf("%s\n", err.text);
		return 3;
	}
	for (int i = 3; i < argc && ok; i++) {
		ok = step(easy, argv[i]);
		if (!ok)
			printf("%s: %s\n", argv[i], err.text);
	}
	curl_easy_cleanup(easy);
	apam_close(&ctx);
	return ok ? 0 : 1;
}
