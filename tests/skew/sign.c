/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sign one request by the profile q, judge its answer and check the key, for
 * tests/suite/skew.sh: the module there is of another age than the library.
 *
 *	sign CONFIG
 */
#include <apam/apam.h>
#include <stdio.h>

static struct apam_error err = APAM_ERROR_INIT;

static int
fail(const char *what)
{
	printf("%s: %s: %s\n", what, apam_status_name(err.status), err.text);
	return 1;
}

static int
judge(struct apam_profile *profile, const struct apam_signature *signature)
{
	static const struct apam_header header = { { "X-Answer", 8 },
		{ "2", 1 } };
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = 200,
		.headers = &header,
		.header_count = 1 };
	struct apam_judgement judgement = { .size = sizeof(judgement) };

	if (apam_judge(profile, signature, &answer, &judgement, &err) !=
		APAM_OK ||
	    judgement.verdict != APAM_VERDICT_ACCEPTED)
		return fail("judge");
	return 0;
}

static int
check(struct apam_profile *profile)
{
	struct apam_key_report report;
	size_t n = 1;

	if (apam_check(profile, 1000, &report, &n, sizeof(report), &err) !=
		APAM_OK ||
	    report.state != APAM_KEY_GOOD ||
	    strcmp(report.evidence, "found 1") != 0)
		return fail("check");
	return 0;
}

static int
run(struct apam *ctx)
{
	static const struct apam_header header = { { "X-Own", 5 }, { "1", 1 } };
	struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example/");
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	struct apam_profile *profile;
	int failed;

	request.headers = &header;
	request.header_count = 1;
	if (apam_profile_get(ctx, "q", &profile, &err) != APAM_OK ||
	    apam_sign(profile, &request, &signature, &err) != APAM_OK ||
	    strcmp(signature.headers[0].value.p, "right") != 0)
		return fail("sign");
	failed = judge(profile, &signature);
	apam_signature_release(&signature);
	return failed || check(profile);
}

int
main(int argc, char **argv)
{
	struct apam_open_options options = { .size = sizeof(options),
		.flags = APAM_OPEN_USER };
	struct apam *ctx;
	int failed;

	options.config = argv[argc - 1];
	if (apam_open(&options, &ctx, &err) != APAM_OK)
		return fail("open");
	failed = run(ctx);
	apam_close(&ctx);
	return failed;
}
