/* SPDX-License-Identifier: BSD-2-Clause */
/* GET argv[1], signed by the profile whose origin it belongs to. */
#include <apam/curl.h>
#include <stdio.h>

static size_t
show(char *bytes, size_t one, size_t n, void *to)
{
	return fwrite(bytes, one, n, to);
}

int
main(int argc, char **argv)
{
	struct apam *ctx = NULL;
	struct apam_profile *profile;
	struct apam_result result = APAM_RESULT_INIT;
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_transfer get = { .size = sizeof(get),
		.method = "GET",
		.url = argc > 1 ? argv[1] : "",
		.write = show,
		.write_arg = stdout };
	CURL *easy = curl_easy_init();
	enum apam_status status = apam_open(NULL, &ctx, &err);

	if (status == APAM_OK)
		status = apam_profile_find(ctx, get.url, &profile, &err);
	if (status == APAM_OK)
		status = apam_curl_perform(profile, easy, &get, &result, &err);
	if (status != APAM_OK)
		fprintf(stderr, "host: %s\n", err.text);
	curl_easy_cleanup(easy);
	apam_close(&ctx);
	return status == APAM_OK && result.status < 300 ? 0 : 1;
}
