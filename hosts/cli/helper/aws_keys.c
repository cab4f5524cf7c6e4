/* SPDX-License-Identifier: BSD-2-Clause */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "helper/aws_keys.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/report.h"
#include "lib/sender.h"
#include "lib/when.h"

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

/* ---- What the answer says ------------------------------------------------ */

/* Set keys[name] to the first of three that has text in `from`. */
static void
take(json_t *keys, const char *name, json_t *from, const char *other,
    const char *third)
{
	json_t *value = json_object_get(from, name);

	if (!json_is_string(value))
		value = json_object_get(from, other);
	if (!json_is_string(value))
		value = json_object_get(from, third);
	if (json_is_string(value))
		json_object_set(keys, name, value);
}

/* Vault says for how many seconds they are good. */
static void
take_lease(json_t *keys, json_t *answer)
{
	const json_int_t lease = json_integer_value(
	    json_object_get(answer, "lease_duration"));
	char ends[WHEN_SIZE];

	if (lease <= 0 || lease > INT32_MAX ||
	    json_object_get(keys, "Expiration") != NULL)
		return;
	when_text(ends, (int64_t)time(NULL) + lease);
	json_object_set_new(keys, "Expiration", json_string(ends));
}

/* The keys in an answer; NULL: there are none. */
static json_t *
read_keys(json_t *answer)
{
	json_t *from = json_object_get(answer, "Credentials");
	json_t *keys = json_object();

	if (from == NULL)
		from = json_object_get(answer, "data");
	if (!json_is_object(from))
		from = answer;
	take(keys, "AccessKeyId", from, "access_key", "");
	take(keys, "SecretAccessKey", from, "secret_key", "");
	if (json_object_size(keys) != 2) {
		json_decref(keys);
		return NULL;
	}
	take(keys, "SessionToken", from, "security_token", "session_token");
	take(keys, "SessionToken", from, "Token", "");
	take(keys, "Expiration", from, "expiration", "");
	take_lease(keys, answer);
	return keys;
}

static int
judge(const char *name, const struct body *body, unsigned status, json_t **keys)
{
	json_t *answer;

	if (status != 200) {
		complain("%s: HTTP %u instead of keys", name, status);
		return status == 429 || status >= 500 ? STATUS_TEMPORARY :
							STATUS_REFUSED;
	}
	answer = json_loadb(body->text, body->n, JSON_REJECT_DUPLICATES, NULL);
	*keys = read_keys(answer);
	json_decref(answer);
	if (*keys != NULL)
		return STATUS_DONE;
	complain("%s: the answer is not JSON with AccessKeyId and "
		 "SecretAccessKey",
	    name);
	return STATUS_REFUSED;
}

/* ---- Asking --------------------------------------------------------------- */

static int
ask(const struct aws_source *source, struct body *body, json_t **keys)
{
	const char *name = apam_profile_name(source->profile);
	const struct sender *sender = sender_load();
	struct apam_transfer transfer = { .size = sizeof(transfer),
		.method = source->method,
		.url = source->url,
		.write = take_body,
		.write_arg = body };
	const struct sending sending = { .profile = source->profile,
		.transfer = &transfer };
	struct apam_error err = APAM_ERROR_INIT;
	struct sent sent = { 0 };
	enum apam_status status;
	int code;

	if (sender == NULL)
		return STATUS_INTERNAL;
	status = sender->send(&sending, &sent, &err);
	code = status == APAM_OK ? judge(name, body, sent.result.status, keys) :
				   report(name, status, &err);
	sent_free(&sent);
	return code;
}

int
aws_keys_get(const struct aws_source *source, json_t **keys)
{
	struct body *body = calloc(1, sizeof(*body));
	int code;

	*keys = NULL;
	if (body == NULL) {
		complain("out of memory");
		return STATUS_INTERNAL;
	}
	code = ask(source, body, keys);
	explicit_bzero(body, sizeof(*body));
	free(body);
	return code;
}

/* ---- As others take them -------------------------------------------------- */

json_t *
aws_keys_for_process(json_t *keys)
{
	json_t *made = json_pack("{s:i}", "Version", 1);

	json_object_update(made, keys);
	return made;
}

json_t *
aws_keys_for_container(json_t *keys)
{
	json_t *token = json_object_get(keys, "SessionToken");
	json_t *ends = json_object_get(keys, "Expiration");

	if (token == NULL || ends == NULL)
		return NULL;
	return json_pack("{s:O, s:O, s:O, s:O}", "AccessKeyId",
	    json_object_get(keys, "AccessKeyId"), "SecretAccessKey",
	    json_object_get(keys, "SecretAccessKey"), "Token", token,
	    "Expiration", ends);
}
