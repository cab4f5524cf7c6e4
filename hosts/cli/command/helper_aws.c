/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam helper aws: what `credential_process` of an AWS configuration runs
 * (docs.aws.amazon.com/sdkref, "Process credential provider").  The keys come
 * from an API of a profile that hands out short-lived ones, such as a broker of
 * the company's: it is asked by one signed request.
 */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include <stdlib.h>
#include <string.h>

#include "helper/input.h"
#include "lib/command.h"
#include "lib/report.h"
#include "lib/sender.h"
#include "lib/session.h"

#define ANSWER_MAX 65536 /* bytes */

/* The body of the answer. */
struct body {
	char text[ANSWER_MAX];
	size_t n;
};

static size_t
take_body(char *p, size_t size, size_t count, void *arg)
{
	struct body *body = arg;
	const size_t n = size * count;

	if (n > sizeof(body->text) - body->n)
		return 0;
	memcpy(body->text + body->n, p, n);
	body->n += n;
	return n;
}

/* The value of the first of two names; NULL: none of them has text. */
static json_t *
either(json_t *from, const char *name, const char *other)
{
	json_t *value = json_object_get(from, name);

	if (!json_is_string(value))
		value = json_object_get(from, other);
	return json_is_string(value) ? value : NULL;
}

/*
 * Keys may stand at the top, as container endpoints of AWS and `credential_process`
 * have them; under "Credentials", as STS has them; or under "data" in snake case, as
 * Vault has them.
 */
static json_t *
keys_in(json_t *answer)
{
	json_t *inner = json_object_get(answer, "Credentials");

	if (inner == NULL)
		inner = json_object_get(answer, "data");
	return json_is_object(inner) ? inner : answer;
}

/* What `credential_process` is to write; NULL: there are no keys. */
static json_t *
process_of(json_t *answer)
{
	json_t *from = keys_in(answer), *made;
	json_t *id = either(from, "AccessKeyId", "access_key");
	json_t *secret = either(from, "SecretAccessKey", "secret_key");
	json_t *token = either(from, "SessionToken", "Token");
	json_t *ends = either(from, "Expiration", "expiration");

	if (token == NULL)
		token = either(from, "session_token", "security_token");
	if (id == NULL || secret == NULL)
		return NULL;
	made = json_pack("{s:i, s:O, s:O}", "Version", 1, "AccessKeyId", id,
	    "SecretAccessKey", secret);
	if (token != NULL)
		json_object_set(made, "SessionToken", token);
	if (ends != NULL)
		json_object_set(made, "Expiration", ends);
	return made;
}

static int
give(const char *name, const struct body *body, unsigned status)
{
	json_t *answer, *made;

	if (status != 200) {
		complain("%s: HTTP %u instead of keys", name, status);
		return status == 429 || status >= 500 ? STATUS_TEMPORARY :
							STATUS_REFUSED;
	}
	answer = json_loadb(body->text, body->n, JSON_REJECT_DUPLICATES, NULL);
	made = process_of(answer);
	json_decref(answer);
	if (made == NULL) {
		complain("%s: the answer is not JSON with AccessKeyId and "
			 "SecretAccessKey",
		    name);
		return STATUS_REFUSED;
	}
	return output_json(made);
}

/* Ask for the keys. */
static int
ask(struct apam_profile *profile, const char *method, const char *url,
    struct body *body)
{
	const char *name = apam_profile_name(profile);
	const struct sender *sender = sender_load();
	struct apam_transfer transfer = { .size = sizeof(transfer),
		.method = method,
		.url = url,
		.write = take_body,
		.write_arg = body };
	const struct sending sending = { .profile = profile,
		.transfer = &transfer };
	struct apam_error err = APAM_ERROR_INIT;
	struct sent sent = { 0 };
	enum apam_status status;
	int code;

	if (sender == NULL)
		return STATUS_INTERNAL;
	status = sender->send(&sending, &sent, &err);
	code = status == APAM_OK ? give(name, body, sent.result.status) :
				   report(name, status, &err);
	sent_free(&sent);
	return code;
}

static const struct flag flags[] = {
	{ .letter = 'X',
	    .name = "method",
	    .value = "METHOD",
	    .help = "GET if not given" },
	{ .name = NULL },
};

static int
helper_aws(struct cli *cli, const struct args *args)
{
	const char *url = args->words[0];
	const char *method = args_value(args, "method");
	struct apam_profile *profile = NULL;
	struct body *body = NULL;
	int code = session_profile_for(cli, NULL, url, &profile);

	if (code != STATUS_DONE)
		return code;
	body = calloc(1, sizeof(*body));
	if (body == NULL) {
		complain("out of memory");
		return STATUS_INTERNAL;
	}
	code = ask(profile, method == NULL ? "GET" : method, url, body);
	explicit_bzero(body, sizeof(*body));
	free(body);
	return code;
}

const struct command command_helper_aws = {
	.name = "helper aws",
	.synopsis = "[-X METHOD] URL",
	.summary = "Get keys for AWS's SDKs from an API of a profile",
	.notes =
	    "For AWS: in ~/.aws/config, credential_process = apam helper aws "
	    "URL\nThe answer has AccessKeyId and SecretAccessKey, at the "
	    "top or under Credentials;\nor access_key and secret_key "
	    "under data.",
	.flags = flags,
	.text_only = true,
	.least = 1,
	.most = 1,
	.run = helper_aws,
};
