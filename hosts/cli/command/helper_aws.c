/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam helper aws: keys for AWS's SDKs from an API of a profile that hands out
 * short-lived ones, such as a broker of the company's.  Without a program it is
 * what `credential_process` of an AWS configuration runs; with one, that program
 * has a container endpoint to ask.
 */
#include <stdlib.h>
#include <string.h>

#include "helper/aws_server.h"
#include "helper/input.h"
#include "lib/report.h"
#include "lib/session.h"

static const struct flag flags[] = {
	{ .letter = 'X',
	    .name = "method",
	    .value = "METHOD",
	    .help = "GET if not given" },
	{ .name = NULL },
};

static int
write_keys(const struct aws_source *source)
{
	json_t *keys, *made;
	int code = aws_keys_get(source, &keys);

	if (code != STATUS_DONE)
		return code;
	made = aws_keys_for_process(keys);
	json_decref(keys);
	return output_json(made);
}

/* The words that follow the URL are the program's. */
static int
become(const struct aws_source *source, const struct args *args)
{
	char **argv = calloc(args->word_count, sizeof(*argv));
	int code = STATUS_INTERNAL;

	if (argv == NULL) {
		complain("out of memory");
		return code;
	}
	/* execv takes texts that it does not change as if it did. */
	memcpy(argv, args->words + 1, (args->word_count - 1) * sizeof(*argv));
	code = aws_server_become(source, argv);
	free(argv);
	return code;
}

static int
helper_aws(struct cli *cli, const struct args *args)
{
	const char *method = args_value(args, "method");
	struct aws_source source = { .method = method == NULL ? "GET" : method,
		.url = args->words[0] };
	int code = session_profile_for(cli, NULL, source.url, &source.profile);

	if (code != STATUS_DONE)
		return code;
	return args->word_count > 1 ? become(&source, args) :
				      write_keys(&source);
}

const struct command command_helper_aws = {
	.name = "helper aws",
	.synopsis = "[-X METHOD] URL [-- PROGRAM [ARGUMENT ...]]",
	.summary = "Get keys for AWS's SDKs from an API of a profile",
	.notes =
	    "For AWS: in ~/.aws/config, credential_process = apam helper aws "
	    "URL\nOr run a PROGRAM, which is told where to ask for keys.\nThe "
	    "API's answer has AccessKeyId and SecretAccessKey, at the top or "
	    "under\nCredentials; or access_key and secret_key under data.",
	.flags = flags,
	.text_only = true,
	.least = 1,
	.most = 1 << 16,
	.run = helper_aws,
};
