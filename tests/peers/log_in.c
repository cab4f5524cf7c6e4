/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logs in by the public calls, for tests that are the person.
 *
 *	log_in CONFIG PROFILE code|browser [REDIRECT_URI]
 *
 * Prints a line for each event: "show URL CODE"; "confirm URL", and goes on;
 * "redirect URL", and reads the address with which the browser came back from
 * standard input.  Ends with 0 after "done STORED", else with 1 after "failed
 * STATUS TEXT".
 */
#include <apam/admin.h>
#include <apam/apam.h>
#include <stdio.h>
#include <string.h>

#define WAIT_MS 1000
#define ADDRESS_MAX 8192

static struct apam_error err = APAM_ERROR_INIT;

static bool
come_back(struct apam_login *login)
{
	char line[ADDRESS_MAX];

	if (fgets(line, sizeof(line), stdin) == NULL)
		return false;
	line[strcspn(line, "\n")] = '\0';
	return apam_login_redirected(login, line, &err) == APAM_OK;
}

/* Do what an event asks for; false: the login is over. */
static bool
obey(struct apam_login *login, const struct apam_login_event *event)
{
	switch (event->kind) {
	case APAM_LOGIN_WAIT:
		return true;
	case APAM_LOGIN_SHOW:
		printf("show %s %s\n", event->url, event->code);
		return true;
	case APAM_LOGIN_CONFIRM:
		printf("confirm %s\n", event->url);
		return apam_login_confirm(login, true, &err) == APAM_OK;
	case APAM_LOGIN_REDIRECT:
		printf("redirect %s\n", event->url);
		(void)fflush(stdout);
		return come_back(login);
	default:
		return false;
	}
}

static int
log_in(struct apam_profile *profile, const struct apam_login_options *options)
{
	struct apam_login_event event = { .size = sizeof(event) };
	struct apam_login *login = NULL;
	enum apam_status status = apam_login_start(
	    profile, options, &login, &err);

	if (status == APAM_OK)
		do {
			status = apam_login_next(login, WAIT_MS, &event, &err);
			if (status != APAM_OK && status != APAM_E_PENDING)
				break;
			(void)fflush(stdout);
		} while (obey(login, &event));
	if (status == APAM_OK && event.kind == APAM_LOGIN_DONE)
		printf("done %s\n", event.stored);
	else
		printf(
		    "failed %s %s\n", apam_status_name(err.status), err.text);
	apam_login_cancel(&login);
	return status == APAM_OK && err.status == APAM_OK ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct apam_open_options options = { .size = sizeof(options) };
	struct apam_login_options how = { .size = sizeof(how), .entry = -1 };
	struct apam_profile *profile;
	struct apam *ctx = NULL;
	int result;

	if (argc < 4)
		return 2;
	options.config = argv[1];
	how.way = strcmp(argv[3], "code") == 0 ? APAM_LOGIN_CODE :
						 APAM_LOGIN_BROWSER;
	how.redirect_uri = argc > 4 ? argv[4] : NULL;
	if (apam_open(&options, &ctx, &err) != APAM_OK ||
	    apam_profile_get(ctx, argv[2], &profile, &err) != APAM_OK) {
		printf(
		    "failed %s %s\n", apam_status_name(err.status), err.text);
		return 3;
	}
	result = log_in(profile, &how);
	apam_close(&ctx);
	return result;
}
