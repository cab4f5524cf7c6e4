/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam profile new: a profile from answers or options, with its secret stored and
 * its key checked.
 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/confirm.h"
#include "lib/json_out.h"
#include "lib/report.h"
#include "lib/session.h"
#include "lib/verdict.h"
#include "making/making.h"

static const struct flag flags[] = {
	{ .name = "url", .value = "URL", .help = "where the API is" },
	{ .name = "openapi",
	    .value = "FILE",
	    .help = "an OpenAPI 3 document of the API, JSON or YAML" },
	{ .name = "security",
	    .value = "NAME",
	    .help = "which security scheme of the document" },
	{ .name = "scheme",
	    .value = "SCHEME",
	    .help = "how it authenticates: `apam module list`" },
	{ .name = "set",
	    .value = "OPTION=VALUE",
	    .many = true,
	    .help = "an option of the scheme, or of the profile" },
	{ .name = "secret",
	    .value = "OPTION=REF",
	    .many = true,
	    .help = "where a secret is, as file:PATH; - is standard input" },
	{ .letter = 'g',
	    .name = "group",
	    .value = "GROUP",
	    .help = "a group that may read the stored secret, too" },
	{ .name = "force", .help = "replace the profile that is there" },
	{ .name = "no-check", .help = "do not ask the provider about the key" },
	{ .name = NULL },
};

/* ---- Before ---------------------------------------------------------------------- */

/* Nothing is asked for that could not be stored. */
static int
check_directory(const struct making *m)
{
	const char *dir = apam_directory(m->cli->ctx, "profile_dir");

	if (access(dir, W_OK | X_OK) == 0)
		return STATUS_DONE;
	complain("%s: %s: profiles are made there", dir, strerror(errno));
	if (geteuid() == 0)
		complain("make it: `mkdir -p %s`", dir);
	else
		complain("run it as root, or name a main file of your own by "
			 "-c, whose profile_dir is yours, apam.conf(5)");
	return STATUS_CONFIG;
}

static int
read_group(struct making *m)
{
	const char *name = args_value(m->args, "group");
	const struct group *group = name == NULL ? NULL : getgrnam(name);

	m->group = -1;
	m->group_name = name;
	if (name == NULL)
		return STATUS_DONE;
	if (group == NULL)
		return usage_error(&command_profile_new,
		    "there is no group %s; `getent group` shows them", name);
	m->group = group->gr_gid;
	return STATUS_DONE;
}

/* A service's programs read the secret by its group. */
static int
ask_group(struct making *m)
{
	char answer[ASK_SIZE];
	const struct group *group;

	if (!m->terminal || m->group_name != NULL || geteuid() != 0 ||
	    m->secret_count == 0)
		return STATUS_DONE;
	for (;;) {
		if (!ask_line("Group whose programs may read the secret, too "
			      "(- for root alone)",
			"-", true, answer))
			return making_ended();
		group = answer[0] == '\0' ? NULL : getgrnam(answer);
		if (answer[0] == '\0' || group != NULL)
			break;
		ask_again("there is no group of that name; `getent group` "
			  "shows them");
	}
	if (group != NULL) {
		m->group = group->gr_gid;
		m->group_name = group->gr_name;
	}
	return STATUS_DONE;
}

/* ---- Afterwards ------------------------------------------------------------------- */

/* The first URL that a document says and nobody has confirmed, or NULL. */
static const char *
unconfirmed(const struct making *m)
{
	const struct draft_value *v = m->draft.profile.values;

	for (size_t i = 0; i < m->draft.profile.count; i++)
		if (v[i].offered)
			return v[i].text;
	for (size_t e = 0; e < m->draft.entry_count; e++) {
		const struct draft_part *part = &m->draft.entries[e];

		for (size_t i = 0; i < part->count; i++)
			if (part->values[i].offered &&
			    part->values[i].option->type == APAM_OPT_URL)
				return part->values[i].text;
	}
	return NULL;
}

/* True where an entry cannot sign before somebody has logged in. */
static bool
needs_login(const struct making *m)
{
	for (size_t e = 0; e < m->draft.entry_count; e++) {
		const struct draft_part *part = &m->draft.entries[e];

		for (size_t i = 0; i < part->count; i++)
			if (strncmp(part->values[i].text, "store:", 6) == 0 &&
			    (part->values[i].option->flags &
				APAM_OPT_DURABLE) != 0)
				return true;
	}
	return false;
}

/* Why the provider is not asked; NULL: it is. */
static const char *
no_check(const struct making *m)
{
	if (args_has(m->args, "no-check"))
		return "--no-check was given";
	if (needs_login(m))
		return "somebody has to log in first";
	if (unconfirmed(m) != NULL)
		return "nobody has confirmed the URLs that the document says: "
		       "read the profile first";
	if (m->terminal &&
	    !ask_yes("Ask the provider now whether the key works?", true))
		return "you said no";
	return NULL;
}

static void
tell_made(const struct making *m)
{
	printf("%s is made.\n", m->place);
	for (size_t i = 0; i < m->secret_count; i++)
		printf("%s has the secret (%s), for %s%s.\n",
		    m->secrets[i].path, m->secrets[i].option,
		    geteuid() == 0 ? "root" : "your user",
		    m->group_name == NULL ? " alone" : " and the group");
	(void)fflush(stdout);
}

static void
tell_next(const struct making *m, const struct verdict *verdict, bool checked)
{
	const char *name = m->draft.name;
	const char *url = draft_get(&m->draft.profile, "origins");
	const char *probe = draft_get(&m->draft.entries[0], "probe");
	size_t host = strlen(url);

	if (probe != NULL && strncmp(probe, "GET ", 4) != 0)
		probe = NULL;
	if (probe != NULL)
		host = (size_t)(strstr(url, "://") - url) + 3;
	host += probe == NULL ? 0 : strcspn(url + host, "/");
	printf("Next:\n");
	if (m->group_name != NULL)
		printf("  apam users add USER        once, for the user whose "
		       "programs use it\n");
	if (needs_login(m))
		printf("  apam login %s\n", name);
	if (checked && verdict->refused && m->secret_count > 0)
		printf("  apam secret set %s\n", m->secrets[0].path);
	if (!checked || verdict->code != STATUS_DONE)
		printf("  apam profile test %s\n", name);
	printf("  apam request %s %.*s%s\n", name, (int)host, url,
	    probe == NULL ? "/..." : probe + strlen("GET "));
}

static int
show_json(const struct making *m, const struct verdict *v, const char *skipped)
{
	json_t *secrets = json_array();
	const int login = needs_login(m);

	for (size_t i = 0; i < m->secret_count; i++)
		json_array_append_new(secrets, json_text(m->secrets[i].path));
	return json_finish(json_pack(
	    "{s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:o, s:o}", "profile",
	    json_text(m->draft.name), "file", json_text(m->place), "secrets",
	    secrets, "login_needed", login, "checked", (int)(skipped == NULL),
	    "works",
	    skipped != NULL || v->unknown ?
		json_null() :
		json_boolean(v->code == STATUS_DONE),
	    "found", json_text(v->found[0] == '\0' ? NULL : v->found), "why",
	    json_text(skipped != NULL ? skipped :
		    v->why[0] == '\0' ? NULL :
					v->why),
	    "todo", json_text(v->todo[0] == '\0' ? NULL : v->todo)));
}

/* The context was opened before there was the profile. */
static int
look_again(struct cli *cli)
{
	session_close(cli);
	return session_open(cli);
}

/* A profile whose key nobody can be asked about is made all the same. */
static int
conclude(struct making *m)
{
	static struct verdict verdict;
	const char *skipped;
	int code = STATUS_DONE;

	if (!m->cli->json)
		tell_made(m);
	skipped = no_check(m);
	if (skipped == NULL) {
		code = look_again(m->cli);
		if (code != STATUS_DONE)
			return code;
		verdict_find(m->cli, m->draft.name, NULL,
		    VERDICT_EXPLAIN | VERDICT_CHECK, &verdict);
	}
	if (m->cli->json)
		code = show_json(m, &verdict, skipped);
	else if (skipped != NULL)
		printf("Its key was not checked: %s.\n", skipped);
	else
		(void)verdict_show(m->cli, m->draft.name, &verdict);
	if (!m->cli->json)
		tell_next(m, &verdict, skipped == NULL);
	if (code != STATUS_DONE || skipped != NULL || verdict.unknown)
		return code;
	return verdict.code;
}

static int
new_run(struct cli *cli, const struct args *args)
{
	static struct given_secret secrets[SECRETS_MAX];
	static struct making m;
	int code = session_open(cli);

	m = (struct making){ .cli = cli,
		.args = args,
		.terminal = can_confirm(),
		.force = args_has(args, "force"),
		.secrets = secrets,
		.group = -1 };
	m.draft.title = "";
	if (code == STATUS_DONE)
		code = check_directory(&m);
	if (code == STATUS_DONE)
		code = read_group(&m);
	if (code == STATUS_DONE)
		code = making_read_document(&m);
	if (code == STATUS_DONE && m.terminal)
		ask_say(
		    "Enter takes the answer in [brackets]; Ctrl-C ends, and "
		    "nothing is made.\n"
		    "Requests below the API's URL are signed; the key goes "
		    "nowhere else.");
	if (code == STATUS_DONE)
		code = making_choose(&m);
	if (code == STATUS_DONE)
		code = making_fill(&m);
	if (code == STATUS_DONE)
		code = ask_group(&m);
	if (code == STATUS_DONE)
		code = making_save(&m);
	if (code == STATUS_DONE)
		code = conclude(&m);
	making_free(&m);
	return code;
}

const struct command command_profile_new = {
	.name = "profile new",
	.synopsis = "[NAME] [OPTIONS]",
	.summary = "Make a profile: ask for what it needs, or take options",
	.notes =
	    "On a terminal, what is not given is asked for; the secret is not "
	    "shown.  Without\n"
	    "one, --url, --scheme, --set and --secret give the answers, and the "
	    "secret may\n"
	    "come from standard input.  The profile is linted before it is put "
	    "in place; then\n"
	    "the provider is asked about the key, unless --no-check is given.",
	.flags = flags,
	.least = 0,
	.most = 1,
	.run = new_run,
};
