/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commands are run as a person would run them, so that the page never says
 * anything else than they do, and nothing of what they read stays here.
 */
#define _GNU_SOURCE /* fgetpwent */
#include "gateway/page_state.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/child_output.h"
#include "lib/json_out.h"
#include "lib/session.h"

#define WORDS_MAX 4
#define LOG_MAX 50 /* lines */
#define METRICS_MAX 1048576 /* bytes */

/* ---- Commands ------------------------------------------------------------- */

/* What a command prints; an empty list where it printed nothing of use. */
static json_t *
ask(const struct cli *cli, const char *const words[])
{
	const char *argv[WORDS_MAX + 5] = { "apam", "--json" };
	json_t *said = NULL;
	FILE *from;
	size_t n = 2;
	pid_t pid;

	if (cli->options.config != NULL) {
		argv[n++] = "-c";
		argv[n++] = cli->options.config;
	}
	for (size_t i = 0; i < WORDS_MAX && words[i] != NULL; i++)
		argv[n++] = words[i];
	from = child_output(
	    "/proc/self/exe", (char *const *)(uintptr_t)argv, true, &pid);
	if (from != NULL) {
		said = json_loadf(from, 0, NULL);
		(void)fclose(from);
		(void)child_wait(pid);
	}
	return said == NULL ? json_array() : said;
}

/* ---- Whose profiles ------------------------------------------------------- */

static bool
sees_all(const struct apam_caller *caller)
{
	return caller->uid == 0 || caller->uid == geteuid();
}

static bool
is_named(struct cli *cli, const char *name, const char *url,
    const struct apam_caller *caller)
{
	struct apam_grant grant = { .size = sizeof(grant) };
	struct apam_profile *profile;

	return apam_profile_get(cli->ctx, name, &profile, NULL) == APAM_OK &&
	    apam_profile_grant(profile, caller, "GET", url, &grant, NULL) ==
	    APAM_OK &&
	    grant.named;
}

/*
 * Take the profiles that are not his out of the list; `mine` has the others.
 * Where apam is not open, nothing says which are his.
 */
static void
choose_profiles(struct cli *cli, bool open, json_t *list,
    const struct apam_caller *caller, json_t *mine)
{
	const bool all = sees_all(caller);
	const char *name, *url;
	json_t *p;

	for (size_t i = json_array_size(list); i > 0; i--) {
		p = json_array_get(list, i - 1);
		name = json_string_value(json_object_get(p, "name"));
		url = json_string_value(
		    json_array_get(json_object_get(p, "origins"), 0));
		if (name != NULL &&
		    (all ||
			(open && url != NULL &&
			    is_named(cli, name, url, caller))))
			json_object_set_new(mine, name, json_true());
		else
			json_array_remove(list, i - 1);
	}
}

static bool
is_mine(const json_t *mine, const json_t *profile)
{
	const char *name = json_string_value(profile);

	return name != NULL && json_object_get(mine, name) != NULL;
}

/* Keep the elements whose `profile` is his. */
static void
keep_profiles(json_t *list, const json_t *mine)
{
	for (size_t i = json_array_size(list); i > 0; i--)
		if (!is_mine(mine,
			json_object_get(
			    json_array_get(list, i - 1), "profile")))
			json_array_remove(list, i - 1);
}

/* Keep the names of his profiles; false where there are none. */
static bool
keep_names(json_t *names, const json_t *mine)
{
	for (size_t i = json_array_size(names); i > 0; i--)
		if (!is_mine(mine, json_array_get(names, i - 1)))
			json_array_remove(names, i - 1);
	return json_array_size(names) > 0;
}

static bool
is_users(const json_t *use, unsigned long uid)
{
	return json_integer_value(json_object_get(use, "uid")) ==
	    (json_int_t)uid;
}

/* What others did with a key is not his to see. */
static void
keep_own_uses(json_t *key, const struct apam_caller *caller)
{
	json_t *uses = json_object_get(key, "uses");

	for (size_t i = json_array_size(uses); i > 0; i--)
		if (!is_users(json_array_get(uses, i - 1), caller->uid))
			json_array_remove(uses, i - 1);
	if (!is_users(json_object_get(key, "used"), caller->uid))
		json_object_set_new(key, "used", json_null());
}

static void
keep_keys(json_t *keys, const json_t *mine, const struct apam_caller *caller)
{
	json_t *key;

	for (size_t i = json_array_size(keys); i > 0; i--) {
		key = json_array_get(keys, i - 1);
		if (!keep_names(json_object_get(key, "profiles"), mine))
			json_array_remove(keys, i - 1);
		else
			keep_own_uses(key, caller);
	}
}

/* ---- The rest ------------------------------------------------------------- */

/* The last lines of the audit log of a day. */
static json_t *
log_of(const struct cli *cli)
{
	static const char *const words[WORDS_MAX] = { "log", "--since", "24h" };
	json_t *all = ask(cli, words);

	while (json_array_size(all) > LOG_MAX)
		json_array_remove(all, json_array_size(all) - LOG_MAX - 1);
	return all;
}

struct text {
	char *bytes;
	size_t n;
};

static bool
add_text(void *arg, struct apam_str piece)
{
	struct text *text = arg;

	if (piece.n > METRICS_MAX - text->n)
		return false;
	memcpy(text->bytes + text->n, piece.p, piece.n);
	text->n += piece.n;
	return true;
}

/* "name{labels} value", as the agent writes it, without comments. */
static json_t *
samples_of(char *text)
{
	json_t *all = json_array();
	char *line, *rest = text, *space;

	while ((line = strsep(&rest, "\n")) != NULL) {
		space = strrchr(line, ' ');
		if (line[0] == '#' || space == NULL)
			continue;
		*space = '\0';
		json_array_append_new(all,
		    json_pack("[o, o]", json_text(line), json_text(space + 1)));
	}
	return all;
}

static json_t *
agent_of(struct cli *cli)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct text text = { .bytes = calloc(1, METRICS_MAX + 1) };
	json_t *agent;

	if (text.bytes == NULL)
		return json_null();
	if (apam_agent_metrics(cli->ctx, add_text, &text, &err) == APAM_OK)
		agent = json_pack(
		    "{s:n, s:o}", "problem", "samples", samples_of(text.bytes));
	else
		agent = json_pack(
		    "{s:o, s:[]}", "problem", json_text(err.text), "samples");
	free(text.bytes);
	return agent;
}

/* Names for numbers, of this machine's file alone: nothing is asked for it. */
static json_t *
users(void)
{
	json_t *all = json_object();
	FILE *from = fopen("/etc/passwd", "re");
	const struct passwd *who;
	char uid[24];

	while (from != NULL && (who = fgetpwent(from)) != NULL) {
		snprintf(uid, sizeof(uid), "%lu", (unsigned long)who->pw_uid);
		if (json_object_get(all, uid) == NULL)
			json_object_set_new(all, uid, json_text(who->pw_name));
	}
	if (from != NULL)
		(void)fclose(from);
	return all;
}

/* Leave what the caller may see. */
static void
keep_own(
    struct cli *cli, bool open, json_t *state, const struct apam_caller *caller)
{
	json_t *mine = json_object();

	choose_profiles(
	    cli, open, json_object_get(state, "profiles"), caller, mine);
	if (!sees_all(caller)) {
		keep_profiles(json_object_get(state, "status"), mine);
		keep_keys(json_object_get(state, "keys"), mine, caller);
	}
	json_decref(mine);
}

json_t *
page_state(struct cli *cli, const struct apam_caller *caller)
{
	static const char *const list[WORDS_MAX] = { "list" },
				 *const status[WORDS_MAX] = { "status" },
				 *const keys[WORDS_MAX] = { "keys", "list" };
	const bool all = sees_all(caller),
		   open = session_open(cli) == STATUS_DONE;
	json_t *state = json_pack("{s:s, s:I, s:b, s:o, s:o, s:o, s:o, s:o, "
				  "s:o}",
	    "version", apam_version(), "now", (json_int_t)time(NULL), "all",
	    (int)all, "profiles", ask(cli, list), "status", ask(cli, status),
	    "keys", ask(cli, keys), "log", all ? log_of(cli) : json_null(),
	    "agent", all && open ? agent_of(cli) : json_null(), "users",
	    users());

	keep_own(cli, open, state, caller);
	session_close(cli);
	return state;
}
