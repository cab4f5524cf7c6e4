/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam login: a person logs in once, and the secret that this brings is kept.
 * The library makes the exchanges; here are the terminal, the browser and the
 * socket that it comes back to.
 */
#define _GNU_SOURCE /* ppoll */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/browser.h"
#include "lib/command.h"
#include "lib/entry_arg.h"
#include "lib/local_listener.h"
#include "lib/login_talk.h"
#include "lib/report.h"
#include "lib/session.h"

#define TIMEOUT_MAX 86400
#define TURN_MS 1000

/* What the person is to type. */
enum wanted { WANTED_NOTHING, WANTED_YES, WANTED_ADDRESS };

struct session {
	const char *name; /* of the profile */
	struct cli *cli;
	const struct args *args;
	struct apam_login_options options;
	struct apam_login *login;
	struct apam_login_event event;
	struct apam_error err;
	struct local_listener listener;
	struct login_line line;
	enum wanted wanted;
	bool over; /* no event comes any more */
	bool typed_out; /* standard input has ended */
};

/* ---- Signals ------------------------------------------------------------ */

static volatile sig_atomic_t caught;
static const int ending[] = { SIGINT, SIGTERM, SIGHUP };
#define ENDING (sizeof(ending) / sizeof(ending[0]))

static void
on_signal(int number)
{
	caught = number;
}

/* They come while the program waits, and at no other time. */
static void
hold_signals(sigset_t *before)
{
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t held;

	(void)sigemptyset(&action.sa_mask);
	(void)sigemptyset(&held);
	for (size_t i = 0; i < ENDING; i++) {
		(void)sigaddset(&held, ending[i]);
		(void)sigaction(ending[i], &action, NULL);
	}
	(void)sigprocmask(SIG_BLOCK, &held, before);
}

/* End as a program does that does not catch it. */
static void
end_by_signal(const sigset_t *before)
{
	(void)signal(caught, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, before, NULL);
	(void)raise(caught);
}

/* ---- Arguments ---------------------------------------------------------- */

static const struct flag flags[] = {
	{ .name = "entry",
	    .value = "N",
	    .help = "the entry of the profile, from 1" },
	{ .name = "scheme",
	    .value = "SCHEME",
	    .help = "the entry of this scheme" },
	{ .name = "device", .help = "by a code that is entered on any device" },
	{ .name = "browser", .help = "by a browser that comes back" },
	{ .name = "no-browser",
	    .help = "open no browser: show the address, and take the one that "
		    "is pasted" },
	{ .name = "port",
	    .value = "N",
	    .help = "where the browser comes back to; else any" },
	{ .name = "redirect-uri",
	    .value = "URI",
	    .help = "the same in full, as it is registered at the provider" },
	{ .name = "timeout",
	    .value = "SECONDS",
	    .help = "how long the login may take; else 900" },
	{ .name = NULL },
};

/* The number of a flag, `least` to `most`; -1 if it is not one. */
static long
number_of(const char *text, long least, long most)
{
	char *end;
	long n;

	if (text[0] < '0' || text[0] > '9')
		return -1;
	errno = 0;
	n = strtol(text, &end, 10);
	return *end != '\0' || errno != 0 || n < least || n > most ? -1 : n;
}

static int
check_pairs(const struct args *args)
{
	const bool device = args_has(args, "device");

	if (device && args_has(args, "browser"))
		return usage_error(&command_login,
		    "--device and --browser exclude each other");
	if (device &&
	    (args_has(args, "no-browser") || args_has(args, "port") ||
		args_has(args, "redirect-uri")))
		return usage_error(&command_login,
		    "--no-browser, --port and --redirect-uri are for a login "
		    "by a browser, not for --device");
	if (args_has(args, "port") && args_has(args, "redirect-uri"))
		return usage_error(&command_login,
		    "--port and --redirect-uri exclude each other");
	return STATUS_DONE;
}

static int
read_options(struct session *s)
{
	const char *timeout = args_value(s->args, "timeout");
	struct apam_login_options *o = &s->options;
	int code = check_pairs(s->args);
	long seconds;

	o->size = sizeof(*o);
	if (code == STATUS_DONE)
		code = entry_arg(
		    &command_login, s->args, &o->entry, &o->scheme);
	if (code != STATUS_DONE)
		return code;
	if (args_has(s->args, "device"))
		o->way = APAM_LOGIN_CODE;
	if (args_has(s->args, "browser") || args_has(s->args, "no-browser"))
		o->way = APAM_LOGIN_BROWSER;
	if (timeout == NULL)
		return STATUS_DONE;
	seconds = number_of(timeout, 1, TIMEOUT_MAX);
	if (seconds < 0)
		return usage_error(&command_login,
		    "--timeout takes seconds, 1 to %d", TIMEOUT_MAX);
	o->timeout_ms = (int)seconds * 1000;
	return STATUS_DONE;
}

/* ---- Where a browser comes back to -------------------------------------- */

static int
refuse_listener(const struct session *s, const char *why, int error)
{
	struct apam_error err = { .size = sizeof(err), .status = APAM_E_USAGE };

	if (error == 0)
		return usage_error(&command_login, "--redirect-uri: %s", why);
	(void)snprintf(err.text, sizeof(err.text),
	    "cannot listen on port %u of this machine: %s",
	    (unsigned)s->listener.port, strerror(error));
	report_with_hint(&err,
	    error == EADDRINUSE ?
		"end the program that has the port, as another `apam login`; "
		"or name another with --port" :
		"name another port with --port, or use --device");
	return error == EADDRINUSE ? STATUS_TEMPORARY : STATUS_CONFIG;
}

/* One that is https comes back to nobody here: its address is pasted. */
static bool
is_elsewhere(const char *uri)
{
	return uri != NULL && strncmp(uri, "https://", 8) == 0;
}

static int
listen_for_browser(struct session *s)
{
	const char *uri = args_value(s->args, "redirect-uri");
	const char *text = args_value(s->args, "port"), *why;
	long port = 0;
	int error;

	if (s->options.way == APAM_LOGIN_CODE)
		return STATUS_DONE;
	if (text != NULL)
		port = number_of(text, 1, UINT16_MAX);
	if (port < 0)
		return usage_error(
		    &command_login, "--port takes a port, 1 to 65535");
	s->options.redirect_uri = uri;
	if (is_elsewhere(uri))
		return STATUS_DONE;
	why = local_listener_open(&s->listener, uri, (uint16_t)port, &error);
	if (why != NULL)
		return refuse_listener(s, why, error);
	s->options.redirect_uri = s->listener.uri;
	return STATUS_DONE;
}

/* ---- Events ------------------------------------------------------------- */

/* There is no way to go on: say so, and end. */
static int
give_up(struct session *s, const char *why, const char *hint)
{
	struct apam_error err = { .size = sizeof(err), .status = APAM_E_USAGE };

	(void)snprintf(err.text, sizeof(err.text), "%s", why);
	report_with_hint(&err, hint);
	s->over = true;
	return STATUS_USAGE;
}

static int
ask_yes(struct session *s)
{
	if (!login_talk_can_ask())
		return give_up(s,
		    "a person has to confirm where to log in, and standard "
		    "input is not a terminal",
		    "run it in a terminal");
	login_talk_ask_yes();
	s->wanted = WANTED_YES;
	return STATUS_DONE;
}

/* The browser is started, or the person opens one. */
static int
send_browser(struct session *s)
{
	bool opened;

	local_listener_expect(&s->listener, s->event.url);
	opened = !args_has(s->args, "no-browser") && browser_open(s->event.url);
	if (login_talk_can_ask()) {
		login_talk_ask_address(opened);
		s->wanted = WANTED_ADDRESS;
		return STATUS_DONE;
	}
	if (opened && s->listener.uri[0] != '\0')
		return STATUS_DONE;
	return give_up(s,
	    "there is no browser here, and standard input is not a terminal, "
	    "where an address could be pasted",
	    "run it in a terminal, or use --device if the provider has that");
}

static int
tell_failure(struct session *s)
{
	const enum apam_status status = s->err.status;

	if (status != APAM_E_EXPIRED && status != APAM_E_DEADLINE &&
	    status != APAM_E_DENIED && status != APAM_E_PROVIDER)
		return report(s->name, status, &s->err);
	(void)snprintf(s->err.profile, sizeof(s->err.profile), "%s", s->name);
	report_with_hint(
	    &s->err, "nothing was changed; `apam login` begins anew");
	return exit_status(status);
}

static int
end_login(struct session *s)
{
	const bool done = s->event.kind == APAM_LOGIN_DONE;

	s->over = true;
	local_listener_tell(&s->listener, done,
	    done ? "You are logged in" : "The login has failed",
	    done ? "You can close this page and go back to the terminal." :
		   "The terminal where apam runs says why. You can close this "
		   "page.");
	if (s->wanted != WANTED_NOTHING)
		fputc('\n', stderr);
	if (!done)
		return tell_failure(s);
	printf(
	    "%s: logged in; the secret is in %s\n", s->name, s->event.stored);
	return STATUS_DONE;
}

static int
follow(struct session *s)
{
	switch (s->event.kind) {
	case APAM_LOGIN_WAIT:
		break;
	case APAM_LOGIN_SHOW:
		login_talk_say(&s->event);
		complain("waiting for the login; Ctrl-C ends it");
		break;
	case APAM_LOGIN_CONFIRM:
		login_talk_say(&s->event);
		return ask_yes(s);
	case APAM_LOGIN_REDIRECT:
		login_talk_say(&s->event);
		return send_browser(s);
	case APAM_LOGIN_DONE:
	case APAM_LOGIN_FAILED:
		return end_login(s);
	}
	return STATUS_DONE;
}

/* ---- Answers ------------------------------------------------------------ */

/* A mistake of the person's, who is asked again. */
static void
take_address(struct session *s, const char *address)
{
	struct apam_error err = APAM_ERROR_INIT;

	if (apam_login_redirected(s->login, address, &err) == APAM_OK) {
		local_listener_expect(&s->listener, NULL);
		s->wanted = WANTED_NOTHING;
		return;
	}
	report_error(NULL, &err);
	login_talk_ask_address(false);
}

static void
take_yes(struct session *s, const char *answer)
{
	const bool yes = strcasecmp(answer, "y") == 0 ||
	    strcasecmp(answer, "yes") == 0;
	struct apam_error err = APAM_ERROR_INIT;

	s->wanted = WANTED_NOTHING;
	if (apam_login_confirm(s->login, yes, &err) != APAM_OK)
		report_error(NULL, &err);
}

static void
take_line(struct session *s)
{
	switch (login_talk_read(&s->line)) {
	case LOGIN_TYPED_NOTHING:
		return;
	case LOGIN_TYPED_TOO_LONG:
		complain("this line is too long");
		return;
	case LOGIN_TYPED_END:
		s->typed_out = true;
		if (s->wanted == WANTED_YES)
			take_yes(s, "");
		return;
	case LOGIN_TYPED_LINE:
		break;
	}
	if (s->wanted == WANTED_YES)
		take_yes(s, s->line.text);
	else if (s->line.text[0] != '\0')
		take_address(s, s->line.text);
}

static void
serve_browser(struct session *s)
{
	char url[LOCAL_REQUEST_MAX + LOCAL_URI_MAX];
	struct apam_error err = APAM_ERROR_INIT;

	if (!local_listener_serve(&s->listener, url, sizeof(url)))
		return;
	s->wanted = WANTED_NOTHING;
	if (apam_login_redirected(s->login, url, &err) == APAM_OK)
		return;
	local_listener_tell(&s->listener, false, "The login has failed",
	    "It did not wait for this page, which you can close.");
	report_error(NULL, &err);
}

/* Wait until there is something to do, and do what is not the library's. */
static void
turn(struct session *s, const sigset_t *before)
{
	struct pollfd fds[LOCAL_POLLS + 2];
	const int due = apam_timeout(s->cli->ctx);
	const int ms = due < 0 || due > TURN_MS ? TURN_MS : due;
	const struct timespec wait = { ms / 1000, ms % 1000 * 1000000L };
	size_t n = local_listener_polls(&s->listener, fds), input = 0;

	fds[n++] = (struct pollfd){ apam_fd(s->cli->ctx), POLLIN, 0 };
	if (s->wanted != WANTED_NOTHING && !s->typed_out) {
		input = n;
		fds[n++] = (struct pollfd){ STDIN_FILENO, POLLIN, 0 };
	}
	(void)ppoll(fds, (nfds_t)n, &wait, before);
	if (caught != 0)
		return;
	apam_step(s->cli->ctx);
	serve_browser(s);
	if (input > 0 && fds[input].revents != 0)
		take_line(s);
}

static int
run_login(struct session *s)
{
	sigset_t before;
	int code = STATUS_DONE;

	hold_signals(&before);
	while (!s->over && caught == 0) {
		/* What it returns is what its event says, too. */
		if (apam_login_next(s->login, 0, &s->event, &s->err) ==
		    APAM_E_PENDING)
			turn(s, &before);
		else
			code = follow(s);
	}
	apam_login_cancel(&s->login);
	if (caught != 0 && !s->over) {
		local_listener_close(&s->listener);
		fputc('\n', stderr);
		complain("the login was ended, and nothing was changed");
		session_close(s->cli);
		end_by_signal(&before);
	}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return code;
}

static int
login_run(struct cli *cli, const struct args *args)
{
	static struct session s;
	struct apam_profile *profile = NULL;
	enum apam_status status;
	int code;

	s = (struct session){ .cli = cli,
		.args = args,
		.name = args->words[0],
		.event = { .size = sizeof(s.event) },
		.err = APAM_ERROR_INIT };
	local_listener_init(&s.listener);
	cli->options.flags |= APAM_OPEN_NO_THREAD;
	code = read_options(&s);
	if (code == STATUS_DONE)
		code = session_profile(cli, s.name, &profile);
	if (code == STATUS_DONE)
		code = listen_for_browser(&s);
	if (code == STATUS_DONE) {
		status = apam_login_start(
		    profile, &s.options, &s.login, &s.err);
		code = status == APAM_OK ? run_login(&s) :
					   report(s.name, status, &s.err);
	}
	local_listener_close(&s.listener);
	return code;
}

const struct command command_login = {
	.name = "login",
	.synopsis = "PROFILE [--entry N | --scheme SCHEME]",
	.summary = "Log in once, for a profile whose scheme needs that",
	.notes =
	    "The user whose programs use the profile logs in.  Without "
	    "--device or --browser\n"
	    "the scheme chooses.  Until the login is done, the old one holds.  "
	    "Exit status 1\n"
	    "if the provider or the person said no, 4 if it took too long, or "
	    "the provider\n"
	    "cannot be reached.",
	.flags = flags,
	.text_only = true,
	.least = 1,
	.most = 1,
	.run = login_run,
};
