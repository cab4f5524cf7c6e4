/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam explain: which profile signs a URL and with what, and why each other
 * profile does not.
 */
#include <stdio.h>
#include <string.h>

#include "lib/command.h"
#include "lib/json_out.h"
#include "lib/report.h"
#include "lib/session.h"
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

static void
print_chosen(const struct apam_profile_info *info)
{
	printf("%s%s%s  %s\n", colour_bold(), info->name, colour_off(),
	    info->file);
	print_http(info);
	for (size_t i = 0; i < info->entry_count; i++) {
		const struct apam_entry_info *entry = info->entries[i];
		const char *id = entry->key_id;

		printf("  entry %zu: %s, %s%s%s", i + 1, entry->scheme,
		    entry->control, id[0] == '\0' ? "" : ", key ", id);
		if (entry->state == APAM_KEY_ARCHIVED)
			printf(", %s", entry->evidence);
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
	if (info->origin_count > 0)
		(void)snprintf(e->claims, sizeof(e->claims), "%s", info->name);
	else if (e->broken[0] == '\0')
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

/* Say why no profile signs it.  If two claim the URL, the library says so. */
static int
refuse_url(const struct cli *cli, const struct explain *e, const char *url)
{
	struct apam_profile *profile = NULL;
	struct apam_error err = APAM_ERROR_INIT;

	if (apam_profile_find(cli->ctx, url, &profile, &err) == APAM_E_CONFIG)
		complain("no profile signs this URL: %s", err.text);
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

static int
explain(struct cli *cli, const struct args *args)
{
	struct explain e = { .json = cli->json, .refused = APAM_ERROR_INIT };
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	int code = session_open(cli);

	if (code != STATUS_DONE)
		return code;
	table_init(&e.table, heads);
	e.others = cli->json ? json_array() : NULL;
	status = apam_explain(cli->ctx, args->words[0], note_profile, &e, &err);
	if (status != APAM_OK) {
		e.json = false;
		json_decref(e.chosen);
		json_decref(e.others);
		(void)table_finish(&e.table);
		return report(NULL, status, &err);
	}
	code = print_explained(&e, args->words[0]);
	session_tell_registry(cli);
	if (code != STATUS_DONE)
		return code;
	if (!e.found)
		return refuse_url(cli, &e, args->words[0]);
	return e.refused.status == APAM_OK ?
	    STATUS_DONE :
	    report(NULL, e.refused.status, &e.refused);
}

const struct command command_explain = {
	.name = "explain",
	.synopsis = "URL",
	.summary = "Say which profile signs a URL, and why the others do not",
	.notes =
	    "Sends nothing.  Exit status 1 if no profile signs it, or if the "
	    "keys that the\n"
	    "profile needs are archived; 4 if it is not known whether they are.",
	.least = 1,
	.most = 1,
	.run = explain,
};
