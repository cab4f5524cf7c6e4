/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam explain: which profile signs a URL and with what, and why each other
 * profile does not; with --as, what the profile's rules give somebody for it.
 */
#include <stdio.h>
#include <string.h>

#include "lib/command.h"
#include "lib/json_out.h"
#include "lib/report.h"
#include "lib/session.h"
#include "lib/somebody.h"
#include "lib/table.h"

static const char *const heads[] = { "NOT CHOSEN", "WHY", "FILE", NULL };

struct explain {
	bool json, found;
	char broken[256]; /* the first profile that cannot be read, or empty */
	char claims[256]; /* the profile for the URL if it has an error */
	/* Why the chosen profile signs nothing, if it does not. */
	struct apam_error refused;
	json_t *chosen, *others;
	struct table table; /* the other profiles */
};

/* Where else than to https its credentials may go. */
static void
print_http(const struct apam_profile_info *info)
{
	if (!info->allow_http && info->http_address_count == 0)
		return;
	printf("  http to%s", info->allow_http ? " this machine" : "");
	for (size_t i = 0; i < info->http_address_count; i++)
		printf("%s %s", i > 0 || info->allow_http ? "," : "",
		    info->http_addresses[i]);
	putchar('\n');
}

/* What programs are told in place of a key. */
static void
print_run(const struct apam_profile_info *info)
{
	for (size_t i = 0; i < info->run_count; i++)
		printf("  `apam run` sets %s=%s\n", info->run_names[i],
		    info->run_values[i]);
}

static void
print_chosen(const struct apam_profile_info *info)
{
	printf("%s%s%s  %s\n", colour_bold(), info->name, colour_off(),
	    info->file);
	print_http(info);
	print_run(info);
	for (size_t i = 0; i < info->entry_count; i++) {
		const struct apam_entry_info *entry = info->entries[i];
		const char *id = entry->key_id;

		printf("  entry %zu: %s, %s%s%s", i + 1, entry->scheme,
		    entry->control, id[0] == '\0' ? "" : ", key ", id);
		if (entry->state == APAM_KEY_ARCHIVED)
			printf(", %s", entry->evidence);
		if (entry->login_needed)
			printf(", login needed");
		if (entry->last_error[0] != '\0')
			printf(", last error: %s", entry->last_error);
		putchar('\n');
	}
}

/* Note why nothing is signed: the first entry that does not sign counts. */
static void
note_refused(struct explain *e, const struct apam_profile_info *info)
{
	const char *why = info->admission == APAM_E_ARCHIVED ?
	    "the keys that it needs are archived" :
	    "it is not known whether its keys are archived";

	e->refused.status = info->admission;
	e->refused.entry = (int)info->refused;
	(void)snprintf(
	    e->refused.profile, sizeof(e->refused.profile), "%s", info->name);
	(void)snprintf(
	    e->refused.text, sizeof(e->refused.text), "signs nothing: %s", why);
}

/* Note a profile that does not sign because it has an error. */
static void
note_broken(struct explain *e, const struct apam_profile_info *info)
{
	if (info->entry_count > 0)
		(void)snprintf(e->claims, sizeof(e->claims), "%s", info->name);
	else if (info->origin_count == 0 && e->broken[0] == '\0')
		(void)snprintf(e->broken, sizeof(e->broken), "%s", info->name);
}

static bool
note_profile(void *arg, const struct apam_profile_info *info)
{
	const char *why = info->why == NULL ? NULL : info->why->text;
	struct explain *e = arg;
	const char *cells[] = { info->name, why, info->file };

	e->found = e->found || why == NULL;
	if (why != NULL && info->why->status != APAM_E_ORIGIN)
		note_broken(e, info);
	if (why == NULL && info->admission != APAM_OK)
		note_refused(e, info);
	if (e->json && why == NULL)
		e->chosen = json_profile(info);
	else if (e->json)
		json_array_append_new(e->others,
		    json_pack("{s:o, s:o, s:o}", "name", json_text(info->name),
			"file", json_text(info->file), "why", json_text(why)));
	else if (why == NULL)
		print_chosen(info);
	else
		table_add(&e->table, cells);
	return true;
}

/* ---- Rules ------------------------------------------------------------- */

/* Note why somebody is not given what the request needs. */
static void
note_not_given(struct explain *e, const char *profile, const char *why)
{
	if (e->refused.status != APAM_OK)
		return;
	e->refused.status = APAM_E_POLICY;
	(void)snprintf(
	    e->refused.profile, sizeof(e->refused.profile), "%s", profile);
	(void)snprintf(e->refused.text, sizeof(e->refused.text), "%s", why);
}

static json_t *
json_grant(const struct somebody *who, const struct apam_grant *grant)
{
	json_t *rule = grant->given ? json_integer(grant->rule) : json_null();

	return json_pack("{s:I, s:o, s:b, s:b, s:o, s:o, s:o}", "uid",
	    (json_int_t)who->caller.uid, "unit", json_text(who->caller.unit),
	    "served", grant->served, "ruled", grant->ruled, "rule", rule,
	    "give",
	    json_text(grant->given ? apam_give_name(grant->give) : NULL),
	    "why_not",
	    json_text(grant->why_not[0] == '\0' ? NULL : grant->why_not));
}

static const char by_agent[] =
    "The agent decides by this rule; programs read no secret of the profile.";
static const char by_itself[] =
    "In a program that reads the secret itself, this holds against mistakes "
    "alone.";

static void
print_grant(const struct somebody *who, const char *method,
    const struct apam_grant *grant)
{
	if (!grant->ruled)
		printf("  user %s: the profile has no rules: %s\n", who->name,
		    grant->served ?
			"the agent signs for root and its own user alone" :
			"any program signs that can read its secrets");
	else if (grant->given)
		printf("  user %s, %s: rule %u (line %u) gives \"%s\"\n"
		       "    %s\n    %s\n",
		    who->name, method, grant->rule, grant->line,
		    apam_give_name(grant->give), apam_give_text(grant->give),
		    grant->served ? by_agent : by_itself);
	else
		printf("  user %s, %s: no rule fits\n", who->name, method);
}

/* What the chosen profile gives somebody. */
static enum apam_status
explain_grant(const struct cli *cli, struct explain *e,
    const struct somebody *who, const char *method, const char *url,
    struct apam_error *err)
{
	struct apam_grant grant = { .size = sizeof(grant) };
	struct apam_profile *profile;
	enum apam_status status = apam_profile_find(
	    cli->ctx, url, &profile, err);

	if (status == APAM_OK)
		status = apam_profile_grant(
		    profile, &who->caller, method, url, &grant, err);
	if (status != APAM_OK)
		return status;
	if (grant.why_not[0] != '\0')
		note_not_given(e, apam_profile_name(profile), grant.why_not);
	if (e->json)
		json_object_set_new(
		    e->chosen, "grant", json_grant(who, &grant));
	else
		print_grant(who, method, &grant);
	return APAM_OK;
}

/* ---- The command ------------------------------------------------------- */

/* Print and free what was collected. */
static int
print_explained(struct explain *e, const char *url)
{
	json_t *chosen = e->chosen;

	if (!e->json) {
		if (e->found && e->table.rows > 0 && on_terminal())
			putchar('\n');
		return table_finish(&e->table);
	}
	if (chosen == NULL)
		chosen = json_null();
	return json_finish(json_pack("{s:o, s:o, s:o, s:b}", "url",
	    json_text(url), "chosen", chosen, "others", e->others, "signs",
	    e->found && e->refused.status == APAM_OK));
}

/*
 * Say why no profile signs it.  If two claim the URL, or one whose file is in
 * error, the library says so.
 */
static int
refuse_url(const struct cli *cli, const struct explain *e, const char *url)
{
	struct apam_profile *profile = NULL;
	struct apam_error err = APAM_ERROR_INIT;
	const enum apam_status status = apam_profile_find(
	    cli->ctx, url, &profile, &err);

	if (status != APAM_OK && status != APAM_E_NO_PROFILE &&
	    err.profile[0] == '\0')
		complain("no profile signs this URL: %s", err.text);
	else if (err.profile[0] != '\0')
		complain("no profile signs this URL; profile %s claims it but "
			 "has an error: see `apam lint`",
		    err.profile);
	else if (e->claims[0] != '\0')
		complain("no profile signs this URL; profile %s claims it but "
			 "has an error: see `apam lint`",
		    e->claims);
	else if (e->broken[0] != '\0')
		complain("no profile signs this URL; it may be for profile %s, "
			 "which has an error: see `apam lint`",
		    e->broken);
	else
		complain("no profile signs this URL; add its origin to the "
			 "profile that should, or write one, apam.conf(5)");
	return STATUS_REFUSED;
}

/* Drop what was collected, after an error. */
static int
give_up(
    struct explain *e, enum apam_status status, const struct apam_error *err)
{
	json_decref(e->chosen);
	json_decref(e->others);
	e->json = false;
	(void)table_finish(&e->table);
	return report(NULL, status, err);
}

static int
explain_to(struct cli *cli, const struct somebody *who, const char *method,
    const char *url)
{
	struct explain e = { .json = cli->json, .refused = APAM_ERROR_INIT };
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	int code;

	table_init(&e.table, heads);
	e.others = cli->json ? json_array() : NULL;
	status = apam_explain(cli->ctx, url, note_profile, &e, &err);
	if (status == APAM_OK && e.found && who != NULL)
		status = explain_grant(cli, &e, who, method, url, &err);
	if (status != APAM_OK)
		return give_up(&e, status, &err);
	code = print_explained(&e, url);
	session_tell_registry(cli);
	if (code != STATUS_DONE)
		return code;
	if (!e.found)
		return refuse_url(cli, &e, url);
	return e.refused.status == APAM_OK ?
	    STATUS_DONE :
	    report(NULL, e.refused.status, &e.refused);
}

static int
explain(struct cli *cli, const struct args *args)
{
	const char *user = args_value(args, "as");
	const char *url = args->words[args->word_count - 1];
	struct somebody who;
	int code;

	if (user == NULL && (args->word_count > 1 || args_has(args, "unit")))
		return usage_error(
		    &command_explain, "a method and --unit are for --as USER");
	code = session_open(cli);
	if (code != STATUS_DONE || user == NULL)
		return code != STATUS_DONE ? code :
					     explain_to(cli, NULL, NULL, url);
	code = somebody_find(&who, user);
	who.caller.unit = args_value(args, "unit");
	if (code == STATUS_DONE)
		code = explain_to(cli, &who,
		    args->word_count > 1 ? args->words[0] : "GET", url);
	somebody_free(&who);
	return code;
}

static const struct flag flags[] = {
	{ .name = "as",
	    .value = "USER",
	    .help = "what the profile's rules give this user, by name or uid" },
	{ .name = "unit",
	    .value = "UNIT",
	    .help = "the same in this system service, as backup.service" },
	{ .name = NULL },
};

const struct command command_explain = {
	.name = "explain",
	.synopsis = "[--as USER [--unit UNIT] [METHOD]] URL",
	.summary = "Say which profile signs a URL, and why the others do not",
	.notes =
	    "Sends nothing.  Exit status 1 if no profile signs it, if the "
	    "keys that the\n"
	    "profile needs are archived, or if its rules give USER nothing to "
	    "sign with;\n"
	    "4 if it is not known whether keys are archived.",
	.flags = flags,
	.least = 1,
	.most = 2,
	.run = explain,
};
