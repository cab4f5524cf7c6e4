/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam helper git: a credential helper of git's, whose protocol is described in
 * gitcredentials(7) and git-credential(1).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/basic.h"
#include "helper/door.h"
#include "helper/input.h"
#include "lib/report.h"

/* What git says, in the text that was read. */
struct asked {
	const char *protocol, *host;
	const char *secret; /* a password or a token; or NULL */
	bool authtype; /* git can send more than Basic */
};

/* Take one line, "name=value". */
static void
take_line(struct asked *asked, const char *line)
{
	if (strncmp(line, "protocol=", 9) == 0)
		asked->protocol = line + 9;
	else if (strncmp(line, "host=", 5) == 0)
		asked->host = line + 5;
	else if (strncmp(line, "password=", 9) == 0)
		asked->secret = line + 9;
	else if (strncmp(line, "credential=", 11) == 0)
		asked->secret = line + 11;
	else if (strcmp(line, "capability[]=authtype") == 0)
		asked->authtype = true;
}

/* The lines end at an empty one.  The text is cut at their ends. */
static void
read_lines(struct asked *asked, char *text)
{
	while (text[0] != '\0' && text[0] != '\n') {
		char *end = text + strcspn(text, "\n");
		const bool last = *end == '\0';

		*end = '\0';
		take_line(asked, text);
		text = last ? end : end + 1;
	}
}

static int
say(const struct apam_str *parts, size_t count, int64_t ends)
{
	char end[64];
	int code = output_write(parts, count);

	if (code != STATUS_DONE || ends == 0)
		return code;
	snprintf(end, sizeof(end), "password_expiry_utc=%" PRId64 "\n", ends);
	return output_write((struct apam_str[]){ apam_str(end) }, 1);
}

static int
give_basic(struct apam_str encoded, int64_t ends)
{
	struct basic basic;
	int code = STATUS_REFUSED;

	if (basic_read(encoded, &basic))
		code = say((struct apam_str[]){ APAM_STR("username="),
			       basic.user, APAM_STR("\npassword="),
			       basic.password, APAM_STR("\n") },
		    5, ends);
	else
		complain("what the profile sends is not a user and a password "
			 "that git could take");
	basic_wipe(&basic);
	return code;
}

static int
give_bearer(const struct asked *asked, struct apam_str token, int64_t ends)
{
	if (token.p == NULL || !asked->authtype) {
		complain(token.p == NULL ?
			"the profile's credential is neither Basic nor Bearer, "
			"which is all that git sends" :
			"this git sends user and password alone, and the "
			"profile's credential is a Bearer token: git 2.46 or "
			"later sends it");
		return STATUS_REFUSED;
	}
	return say(
	    (struct apam_str[]){ APAM_STR("capability[]=authtype\n"
					  "authtype=Bearer\ncredential="),
		token, APAM_STR("\nephemeral=1\n") },
	    3, ends);
}

static int
give(const struct asked *asked, const struct door *door)
{
	struct apam_str value, basic;

	if (!door_authorization(door, &value))
		return STATUS_REFUSED;
	basic = door_token(value, "Basic");
	if (basic.p != NULL)
		return give_basic(basic, door->ends);
	return give_bearer(asked, door_token(value, "Bearer"), door->ends);
}

static bool
is_text(struct apam_str a, const char *text)
{
	return a.n == strlen(text) && memcmp(a.p, text, a.n) == 0;
}

/*
 * True where what was refused is what would be handed out now: another git may
 * have had it renewed meanwhile, or another helper have known it.
 */
static bool
is_current(const struct asked *asked, const struct door *door)
{
	const struct apam_str value = door_header(door, "Authorization");
	const struct apam_str encoded = door_token(value, "Basic"),
			      token = door_token(value, "Bearer");
	struct basic basic;
	bool is = asked->secret == NULL;

	if (is || encoded.p == NULL)
		return is || (token.p != NULL && is_text(token, asked->secret));
	is = basic_read(encoded, &basic) &&
	    is_text(basic.password, asked->secret);
	basic_wipe(&basic);
	return is;
}

/* git asks nobody else, not even the user, after this line. */
static void
stop_asking(void)
{
	(void)output_write((struct apam_str[]){ APAM_STR("quit=1\n") }, 1);
}

static int
answer(struct cli *cli, const char *action, const struct asked *asked)
{
	char place[PLACE_MAX];
	struct door door;
	int code;

	if (asked->protocol == NULL || asked->host == NULL ||
	    strcmp(asked->protocol, "https") != 0 ||
	    snprintf(place, sizeof(place), "https://%s", asked->host) >=
		(int)sizeof(place))
		return STATUS_DONE;
	code = door_open(cli, place, &door);
	if (code == STATUS_DONE && door.profile != NULL) {
		if (strcmp(action, "get") == 0)
			code = give(asked, &door);
		else if (is_current(asked, &door))
			door_refused(&door);
	}
	if (code != STATUS_DONE && strcmp(action, "get") == 0)
		stop_asking();
	door_close(&door);
	return code;
}

static int
helper_git(struct cli *cli, const struct args *args)
{
	const char *action = args->words[0];
	struct asked asked = { .protocol = NULL };
	char *text;
	int code;

	/* What git was given is kept already; and it may add actions. */
	if (strcmp(action, "get") != 0 && strcmp(action, "erase") != 0)
		return STATUS_DONE;
	text = input_read();
	if (text == NULL)
		return STATUS_INTERNAL;
	read_lines(&asked, text);
	code = answer(cli, action, &asked);
	free(text);
	return code;
}

const struct command command_helper_git = {
	.name = "helper git",
	.synopsis = "get | erase | store",
	.summary = "Be a credential helper of git",
	.notes =
	    "For git: git config --global credential.helper apam\n"
	    "Hosts that no profile is for are left to git's other helpers.",
	.text_only = true,
	.least = 1,
	.most = 1,
	.run = helper_git,
};
