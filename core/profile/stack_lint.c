/* SPDX-License-Identifier: BSD-2-Clause */
#include "profile/stack_lint.h"

#include <string.h>
#include <unistd.h>

#include "file/trust.h"
#include "keys/secret_readers.h"
#include "text/key_look.h"

/* Signing works without sharing, so that only lint tells of it. */
static void
lint_sharing(const struct stack *s, struct problems *all)
{
	const struct settings *settings = s->env->settings;
	struct apam_error err = APAM_ERROR_INIT;
	int fd;

	if (!s->profile->share_credentials)
		return;
	fd = trust_open(
	    settings->state_dir, TRUST_DIRECTORY, settings->user, &err);
	if (fd >= 0)
		(void)close(fd);
	else
		problems_add(all, err.status, s->profile->file, 0,
		    "share_credentials needs state_dir: %s", err.text);
}

/* The line of the option that names the key. */
static unsigned
id_line(const struct entry *e)
{
	for (size_t i = 0; i < e->values.count; i++) {
		if (option_at(&e->module->options, i)->flags & APAM_OPT_KEY_ID)
			return e->values.lines[i];
	}
	return 0;
}

/* If id and secret were swapped, the secret would be shown as an id. */
static void
lint_looks(const struct entry *e, struct problems *all)
{
	const char *why = NULL;

	for (size_t i = 0; i < e->secrets.count && why == NULL; i++)
		why = key_look_problem(
		    entry_key_id(e), buf_view(&e->secrets.all[i]));
	if (why != NULL)
		problems_warn(all, e->profile->file, id_line(e), "%s", why);
}

static void
lint_reuse(const struct entry *e, struct problems *all)
{
	if (e->conf->reuse_line != 0)
		problems_warn(all, e->profile->file, e->conf->reuse_line,
		    "reuse: has no effect, because the entry has no durable "
		    "secret, \"store:NAME\"");
}

/* How the durable secret is, at the line of its option. */
static void
lint_stored(const struct entry *e, struct problems *all)
{
	const struct stored_base base = entry_store(e);
	const char *file = e->profile->file;
	struct stored_news news;
	unsigned line;

	if (!stored_is(&e->stored)) {
		lint_reuse(e, all);
		return;
	}
	line = e->values.lines[e->stored.option];
	stored_look(&e->stored, &base, e->conf, &news);
	if (news.sound)
		problems_warn(all, file, line,
		    "store:%s lies on the disk as it is, in a file that this "
		    "user and root can read",
		    e->stored.name);
	else
		problems_warn(all, file, line, "%s", news.text);
}

/* What the agent's user may not read, where that is not who lints. */
static void
lint_agent(const struct entry *e, const struct stack_agent *agent,
    struct problems *all)
{
	char where[TRUST_PATH_MAX + 1];

	for (size_t i = 0; i < e->secrets.count; i++) {
		const struct secret_source *s = &e->secrets.sources[i];
		const struct apam_str file = secret_ref_file(s->ref);

		if (file.n == 0 ||
		    key_reader_barrier(file.p, agent->id, where) == NULL)
			continue;
		if (strcmp(where, file.p) == 0)
			problems_add(all, APAM_E_SECRET, e->profile->file,
			    s->line,
			    "%s: user %s, as whom the agent runs, may not read "
			    "%s: give the file to a group of that user, with "
			    "chgrp and chmod 640",
			    s->option, agent->user, where);
		else
			problems_add(all, APAM_E_SECRET, e->profile->file,
			    s->line,
			    "%s: user %s, as whom the agent runs, may not pass "
			    "the folder %s: let it, with chmod o+x",
			    s->option, agent->user, where);
	}
}

void
stack_lint(struct env *env, struct profile *draft,
    const struct stack_agent *agent, struct problems *all)
{
	struct stack s = { .env = env,
		.profile = draft,
		.withheld = agent != NULL && agent->withheld };
	struct gifts gifts;

	lint_sharing(&s, all);
	if (stack_open_entries(&s, all)) {
		for (size_t i = 0; i < s.count && !s.withheld; i++) {
			lint_looks(&s.entries[i], all);
			lint_stored(&s.entries[i], all);
			if (agent != NULL && agent->id != 0)
				lint_agent(&s.entries[i], agent, all);
		}
		gifts = stack_gifts(&s);
		gifts_lint(&gifts, all);
		stack_close_entries(&s);
	}
	file_prints_free(&s.watch);
}
