/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The signature is that of a GET request to the origin's root.
 */
#include "helper/door.h"

#include <stdio.h>
#include <strings.h>
#include <time.h>

#include <apam/module.h>

#include "lib/report.h"
#include "lib/session.h"

#define HTTPS "https://"

/* ---- Which profile ------------------------------------------------------ */

/* "https://HOST[:PORT]/"; false where the place is not of that form. */
static bool
root_of(const char *place, char url[PLACE_MAX])
{
	size_t n;

	if (strncasecmp(place, HTTPS, sizeof(HTTPS) - 1) == 0)
		place += sizeof(HTTPS) - 1;
	else if (strstr(place, "://") != NULL)
		return false;
	n = strcspn(place, "/?#");
	return n > 0 &&
	    snprintf(url, PLACE_MAX, HTTPS "%.*s/", (int)n, place) < PLACE_MAX;
}

/* A profile that may be for the URL: its origins cannot be read. */
static bool
tell_unread(void *arg, const struct apam_profile_info *info)
{
	const struct apam_error *why = info->why;

	(void)arg;
	if (why != NULL && why->status != APAM_E_ORIGIN &&
	    info->origin_count == 0)
		complain("profile %s, which may be for it, is not used: %s",
		    info->name, why->text);
	return true;
}

/*
 * A URL that no profile is for is left to the other program's own ways; where
 * one may have been meant, that is said.
 */
static int
find_profile(struct cli *cli, const char *url, struct apam_profile **profile)
{
	struct apam_error err = APAM_ERROR_INIT;
	const int code = session_open(cli);
	enum apam_status status;

	if (code != STATUS_DONE)
		return code;
	status = apam_profile_find(cli->ctx, url, profile, &err);
	if (status == APAM_E_NO_PROFILE &&
	    apam_explain(cli->ctx, url, tell_unread, NULL, &err) != APAM_OK)
		return report(NULL, err.status, &err);
	if (status == APAM_E_NO_PROFILE || status == APAM_E_URL) {
		*profile = NULL;
		return STATUS_DONE;
	}
	return status == APAM_OK ? STATUS_DONE : report(NULL, status, &err);
}

/* ---- What it may hand out ----------------------------------------------- */

/* What an entry's module says of itself; false where it signs each request. */
static bool
is_static(struct cli *cli, const char *scheme)
{
	struct apam_error err = APAM_ERROR_INIT;
	const struct apam_module *module = NULL;

	return apam_module_get(cli->ctx, scheme, &module, &err) == APAM_OK &&
	    (module->traits & APAM_TRAIT_STATIC) != 0;
}

static int
refuse(const struct door *door, const char *why)
{
	complain("%s: %s", apam_profile_name(door->profile), why);
	return STATUS_REFUSED;
}

/* Look at the entries that signed: what they are, and when that ends. */
static int
look_at_entries(struct cli *cli, struct door *door)
{
	struct apam_entry_status all[APAM_ENTRIES_MAX];
	struct apam_error err = APAM_ERROR_INIT;
	size_t count = APAM_ENTRIES_MAX;
	enum apam_status status = apam_profile_status(
	    door->profile, all, &count, sizeof(all[0]), NULL, &err);
	int64_t ends;

	if (status != APAM_OK)
		return report(apam_profile_name(door->profile), status, &err);
	for (size_t i = 0; i < count; i++) {
		if (!(door->signature.entries & 1U << i))
			continue;
		if (!is_static(cli, all[i].scheme))
			return refuse(door,
			    "its scheme signs each request anew, so that there "
			    "is nothing to hand out: use `apam curl`, or a "
			    "program of libapam's");
		if (all[i].expires_in < 0)
			continue;
		ends = (int64_t)time(NULL) + all[i].expires_in;
		if (door->ends == 0 || ends < door->ends)
			door->ends = ends;
	}
	return STATUS_DONE;
}

static int
look_at_signature(const struct door *door)
{
	const struct apam_signature *s = &door->signature;

	if (s->certificate != NULL)
		return report_certificate();
	if (s->verifies != 0)
		return report_answers();
	if (strcmp(s->url, door->url) != 0)
		return refuse(door,
		    "it adds a query parameter, which no credential helper "
		    "can hand out: use `apam curl`");
	return STATUS_DONE;
}

int
door_open(struct cli *cli, const char *place, struct door *door)
{
	struct apam_request request = APAM_REQUEST("GET", NULL);
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	int code;

	*door = (struct door){ .signature = APAM_SIGNATURE_INIT };
	if (!root_of(place, door->url))
		return STATUS_DONE;
	code = find_profile(cli, door->url, &door->profile);
	if (code != STATUS_DONE || door->profile == NULL)
		return code;
	request.url = door->url;
	status = apam_sign(door->profile, &request, &door->signature, &err);
	if (status != APAM_OK)
		return report(apam_profile_name(door->profile), status, &err);
	code = look_at_entries(cli, door);
	return code == STATUS_DONE ? look_at_signature(door) : code;
}

void
door_close(struct door *door)
{
	apam_signature_release(&door->signature);
}

/* ---- What it hands out -------------------------------------------------- */

static bool
is_called(const struct apam_header *header, const char *name)
{
	return header->name.n == strlen(name) &&
	    strncasecmp(header->name.p, name, header->name.n) == 0;
}

struct apam_str
door_header(const struct door *door, const char *name)
{
	const struct apam_signature *s = &door->signature;

	for (size_t i = 0; i < s->header_count; i++)
		if (is_called(&s->headers[i], name))
			return s->headers[i].value;
	return (struct apam_str){ NULL, 0 };
}

bool
door_authorization(const struct door *door, struct apam_str *value)
{
	*value = door_header(door, "Authorization");
	if (value->p != NULL && door->signature.header_count == 1)
		return true;
	(void)refuse(door,
	    "it adds a header that is not Authorization, which this protocol "
	    "cannot carry: use `apam curl`");
	return false;
}

struct apam_str
door_token(struct apam_str value, const char *scheme)
{
	const size_t n = strlen(scheme);

	if (value.n <= n || strncasecmp(value.p, scheme, n) != 0 ||
	    value.p[n] != ' ')
		return (struct apam_str){ NULL, 0 };
	value.p += n;
	value.n -= n;
	while (value.n > 0 && value.p[0] == ' ') {
		value.p++;
		value.n--;
	}
	return value;
}

void
door_refused(struct door *door)
{
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = 401 };
	struct apam_judgement judgement = { .size = sizeof(judgement) };
	struct apam_request request = APAM_REQUEST("GET", door->url);
	struct apam_signature fresh = APAM_SIGNATURE_INIT;
	struct apam_error err = APAM_ERROR_INIT;

	if (apam_judge(door->profile, &door->signature, &answer, &judgement,
		&err) != APAM_OK ||
	    !judgement.replay)
		return;
	/* The next signature is what settles it. */
	if (apam_sign(door->profile, &request, &fresh, &err) != APAM_OK)
		(void)report(
		    apam_profile_name(door->profile), err.status, &err);
	apam_signature_release(&fresh);
}
