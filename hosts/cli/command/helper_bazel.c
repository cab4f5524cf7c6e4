/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam helper bazel: a credential helper of Bazel's, whose protocol is that of
 * github.com/EngFlow/credential-helper-spec: a URI goes in, headers come out.
 */
#include <stdlib.h>

#include "helper/door.h"
#include "helper/input.h"
#include "lib/report.h"
#include "lib/when.h"

/* { "Name": [ "value" ] } */
static json_t *
headers_of(const struct door *door)
{
	const struct apam_signature *s = &door->signature;
	json_t *all = json_object();

	for (size_t i = 0; i < s->header_count; i++) {
		json_t *values = json_array();

		json_array_append_new(values, output_text(s->headers[i].value));
		json_object_setn_new(
		    all, s->headers[i].name.p, s->headers[i].name.n, values);
	}
	return all;
}

static int
give(const struct door *door)
{
	json_t *made = json_object();
	char ends[WHEN_SIZE];

	if (door->profile != NULL)
		json_object_set_new(made, "headers", headers_of(door));
	if (door->ends != 0) {
		when_text(ends, door->ends);
		json_object_set_new(made, "expires", json_string(ends));
	}
	return output_json(made);
}

static int
helper_bazel(struct cli *cli, const struct args *args)
{
	char *text;
	json_t *asked;
	const char *uri;
	struct door door;
	int code;

	if (strcmp(args->words[0], "get") != 0)
		return usage_error(
		    &command_helper_bazel, "%s is not get", args->words[0]);
	text = input_read();
	if (text == NULL)
		return STATUS_INTERNAL;
	asked = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	free(text);
	uri = json_string_value(json_object_get(asked, "uri"));
	if (uri == NULL) {
		json_decref(asked);
		complain("standard input is not { \"uri\": \"...\" }");
		return STATUS_USAGE;
	}
	code = door_open(cli, uri, &door);
	if (code == STATUS_DONE)
		code = give(&door);
	door_close(&door);
	json_decref(asked);
	return code;
}

const struct command command_helper_bazel = {
	.name = "helper bazel",
	.synopsis = "get",
	.summary = "Be a credential helper of Bazel",
	.notes = "For Bazel: --credential_helper=HOST=bazel-credential-apam",
	.text_only = true,
	.least = 1,
	.most = 1,
	.run = helper_bazel,
};
