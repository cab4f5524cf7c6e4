/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nginx starts with none of its upstreams where one is wrong, so what is wrong
 * is left out before.
 */
#include "gateway/serving.h"

#include <netdb.h>
#include <string.h>

#include "lib/report.h"
#include "lib/session.h"

struct collecting {
	const struct args *args;
	const struct nginx_conf *now; /* NULL: at the start */
	struct nginx_conf *to;
	struct nginx_conf in_error; /* its origins alone: they come last */
	bool failed; /* out of memory */
	bool lost; /* something that is served now cannot be */
};

/* ---- Profiles ------------------------------------------------------------ */

static bool
is_chosen(const struct args *args, const char *name)
{
	for (size_t i = 0; i < args->word_count; i++)
		if (strcmp(args->words[i], name) == 0)
			return true;
	return args->word_count == 0;
}

/* True where one of the profile's origins, or this one, is served now. */
static bool
is_served(const struct nginx_conf *now, const char *profile, const char *origin)
{
	for (size_t i = 0; now != NULL && i < now->count; i++)
		if (!now->origins[i].in_error &&
		    strcmp(now->origins[i].profile, profile) == 0 &&
		    (origin == NULL ||
			strcmp(now->origins[i].origin, origin) == 0))
			return true;
	return false;
}

/* "FILE:LINE: TEXT", as far as there are the first two. */
static void
say_wrong(const char *profile, const char *what, const struct apam_error *why)
{
	if (why->file[0] == '\0')
		complain("%s %s: %s", profile, what, why->text);
	else if (why->line == 0)
		complain("%s %s: %s: %s", profile, what, why->file, why->text);
	else
		complain("%s %s: %s:%u: %s", profile, what, why->file,
		    why->line, why->text);
}

/*
 * What is served now is not left out: the gateway goes on with it.  Else what is
 * asked for there is refused, unless it is not for this user, or it is not known
 * where that is.
 */
static void
refuse_profile(struct collecting *c, const struct apam_profile_info *profile)
{
	const struct apam_error *why = profile->why;
	const bool known = profile->entry_count > 0;

	if (is_served(c->now, profile->name, NULL)) {
		report_error(profile->name, why);
		c->lost = true;
		return;
	}
	if (profile->origin_count == 0 || why->status == APAM_E_ACCESS) {
		say_wrong(profile->name, "is left out", why);
		return;
	}
	say_wrong(profile->name, "is refused until it is mended", why);
	c->failed = !nginx_conf_add(known ? c->to : &c->in_error, profile);
}

static bool
add_profile(void *arg, const struct apam_profile_info *profile)
{
	struct collecting *c = arg;

	if (!is_chosen(c->args, profile->name))
		return true;
	if (profile->why != NULL)
		refuse_profile(c, profile);
	else
		c->failed = !nginx_conf_add(c->to, profile);
	return !c->failed;
}

/* A profile that was asked for by name has to be there and right. */
static int
check_named(struct cli *cli, const struct args *args)
{
	struct apam_profile *profile;
	int code = STATUS_DONE;

	for (size_t i = 0; i < args->word_count && code == STATUS_DONE; i++)
		code = session_profile(cli, args->words[i], &profile);
	return code;
}

/* ---- Origins ------------------------------------------------------------- */

/* What is wrong with an origin, for nginx; NULL: nothing. */
static const char *
origin_unfit(const struct gateway_origin *o)
{
	struct addrinfo *found = NULL;

	if (o->host[0] == '[' ||
	    getaddrinfo(o->host, NULL, NULL, &found) == 0) {
		if (found != NULL)
			freeaddrinfo(found);
		return NULL;
	}
	return "its name cannot be looked up now";
}

static void
leave_out_unfit(struct collecting *c)
{
	const struct gateway_origin *o;
	const char *why;
	bool served;

	for (size_t i = 0; i < c->to->count;) {
		o = &c->to->origins[i];
		why = origin_unfit(o);
		if (why == NULL) {
			i++;
			continue;
		}
		served = is_served(c->now, o->profile, o->origin);
		complain(served ? "%s: %s cannot be served: %s" :
				  "%s: %s is left out: %s",
		    o->profile, o->origin, why);
		c->lost = c->lost || served;
		nginx_conf_drop(c->to, i);
	}
}

/* ---- Both ---------------------------------------------------------------- */

/* What has come of it. */
static int
conclude(const struct collecting *c)
{
	if (c->failed) {
		complain("out of memory");
		return STATUS_INTERNAL;
	}
	if (c->lost) {
		complain("the gateway goes on as it was: mend what is wrong, "
			 "and it is read again");
		return STATUS_CONFIG;
	}
	if (c->to->count == 0 && c->now == NULL) {
		complain("there is nothing to serve: no profile has an origin "
			 "that nginx can verify");
		return STATUS_CONFIG;
	}
	return STATUS_DONE;
}

int
serving_collect(struct cli *cli, const struct args *args,
    const struct nginx_conf *now, struct nginx_conf *conf)
{
	struct collecting c = { .args = args, .now = now, .to = conf };
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	int code;

	session_close(cli);
	code = session_open(cli);
	if (code == STATUS_DONE && now == NULL)
		code = check_named(cli, args);
	if (code != STATUS_DONE)
		return code;
	status = apam_profiles(cli->ctx, add_profile, &c, &err);
	if (status != APAM_OK)
		code = report(NULL, status, &err);
	else if (!c.failed)
		leave_out_unfit(&c);
	if (code == STATUS_DONE)
		code = conclude(&c);
	if (code == STATUS_DONE && !nginx_conf_append(conf, &c.in_error)) {
		complain("out of memory");
		code = STATUS_INTERNAL;
	}
	nginx_conf_free(&c.in_error);
	return code;
}
