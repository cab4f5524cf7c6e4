/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam helper docker: a credential helper of Docker's, whose protocol is that of
 * github.com/docker/docker-credential-helpers.  What goes wrong is said on
 * standard output, where Docker's programs look for it.
 */
#include <stdlib.h>

#include "helper/basic.h"
#include "helper/door.h"
#include "helper/input.h"
#include "lib/report.h"

/* Docker's programs know this text, and go on without a credential. */
#define NOT_FOUND "credentials not found in native keychain\n"

static int
refuse_on_output(struct apam_str text)
{
	(void)output_write(&text, 1);
	return STATUS_REFUSED;
}

static int
give(const char *place, const struct door *door)
{
	struct apam_str value;
	struct basic basic;
	int code = STATUS_REFUSED;

	if (!door_authorization(door, &value))
		return refuse_on_output(APAM_STR(
		    "the profile's headers cannot be given to docker\n"));
	if (basic_read(door_token(value, "Basic"), &basic))
		code = output_json(json_pack("{s:s, s:o, s:o}", "ServerURL",
		    place, "Username", output_text(basic.user), "Secret",
		    output_text(basic.password)));
	else
		code = refuse_on_output(APAM_STR(
		    "the profile's credential is not user and password, which "
		    "is all that docker takes\n"));
	basic_wipe(&basic);
	return code;
}

static int
get(struct cli *cli)
{
	char *place = input_read();
	struct door door;
	int code;

	if (place == NULL)
		return STATUS_INTERNAL;
	place[strcspn(place, "\r\n")] = '\0';
	code = door_open(cli, place, &door);
	if (code != STATUS_DONE)
		(void)refuse_on_output(APAM_STR(
		    "apam does not sign for this registry; standard error and "
		    "`apam check` say why\n"));
	else if (door.profile == NULL)
		code = refuse_on_output(APAM_STR(NOT_FOUND));
	else
		code = give(place, &door);
	door_close(&door);
	free(place);
	return code;
}

static int
helper_docker(struct cli *cli, const struct args *args)
{
	const char *action = args->words[0];

	if (strcmp(action, "get") == 0)
		return get(cli);
	/* Which registries there are, profiles do not say. */
	if (strcmp(action, "list") == 0)
		return output_json(json_object());
	if (strcmp(action, "store") == 0 || strcmp(action, "erase") == 0)
		return refuse_on_output(APAM_STR(
		    "apam keeps no logins of docker's: an administrator "
		    "changes the profile\n"));
	return usage_error(&command_helper_docker,
	    "%s is not get, list, store or erase", action);
}

const struct command command_helper_docker = {
	.name = "helper docker",
	.synopsis = "get | list | store | erase",
	.summary = "Be a credential helper of docker",
	.notes = "For docker: in ~/.docker/config.json, \"credHelpers\": "
		 "{ \"HOST\": \"apam\" }",
	.text_only = true,
	.least = 1,
	.most = 1,
	.run = helper_docker,
};
