/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam keys recover: make the key registry from a text, which is a backup or
 * the one in state_dir, after saying which keys would sign again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command/keys.h"
#include "lib/confirm.h"
#include "lib/data_arg.h"
#include "lib/json_out.h"
#include "lib/report.h"
#include "lib/session.h"

#define SHOWN_MAX 20 /* keys named, of each kind */

static const struct flag flags[] = {
	{ .name = "yes", .help = "do not ask" },
	{ .name = NULL },
};

/* What would change. */
struct recovery {
	bool json;
	json_t *active, *archived; /* with --json */
	unsigned shown[2]; /* index 1: archived */
};

static bool
show_change(void *arg, const struct apam_registry_change *change)
{
	struct recovery *r = arg;
	const bool marked = change->mark[0] != '\0';

	if (r->json)
		json_array_append_new(
		    change->archived ? r->archived : r->active,
		    json_pack("{s:o, s:o, s:o}", "scheme",
			json_text(change->scheme), "id", json_text(change->id),
			"secret", json_text(change->mark)));
	else if (r->shown[change->archived]++ < SHOWN_MAX)
		complain("%s (%s%s%s) %s", change->id, change->scheme,
		    marked ? ", secret " : "", change->mark,
		    change->archived ? "will be archived" : "will sign again");
	return true;
}

static void
show_sum(const struct apam_registry_outlook *outlook)
{
	complain("the text has %llu key%s; with it, %llu that are archived now "
		 "will sign again, and %llu more will be archived",
	    (unsigned long long)outlook->keys, outlook->keys == 1 ? "" : "s",
	    (unsigned long long)outlook->active,
	    (unsigned long long)outlook->archived);
	if (outlook->unnamed > 0)
		complain("%llu of the keys that will sign again are in no text "
			 "and no profile: their ids are not known",
		    (unsigned long long)outlook->unnamed);
	if (outlook->none)
		complain("there is no registry on this machine yet, so nothing "
			 "is lost");
	else if (outlook->generation == 0)
		complain("the index is missing or damaged, so keys that only "
			 "it has as archived are not known");
}

/* Ask only if an archived key would sign again, or if that is unknown. */
static bool
may_go(const struct args *args, const struct apam_registry_outlook *outlook)
{
	if (outlook->active == 0 && outlook->generation != 0)
		return true;
	return confirm(args, "Make the registry from this text?");
}

static int
say_done(const struct recovery *r, const struct apam_registry_outlook *outlook)
{
	if (r->json)
		return json_finish(json_pack("{s:I, s:O, s:O, s:I}", "keys",
		    (json_int_t)outlook->keys, "signs_again", r->active,
		    "archived", r->archived, "unnamed",
		    (json_int_t)outlook->unnamed));
	printf("the key registry is recovered, with %llu key%s\n",
	    (unsigned long long)outlook->keys, outlook->keys == 1 ? "" : "s");
	return STATUS_DONE;
}

/*
 * `apam lint` checks the text in state_dir only, so it is not suggested for
 * another.
 */
static int
report_text(const struct apam_registry_text *text, const struct apam_error *err)
{
	if (text->name == NULL)
		return report(NULL, err->status, err);
	report_error(NULL, err);
	return exit_status(err->status);
}

static int
recover(struct cli *cli, const struct args *args,
    const struct apam_registry_text *text, struct recovery *r)
{
	struct apam_registry_outlook outlook = { .size = sizeof(outlook) };
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status = apam_registry_compare(
	    cli->ctx, text, show_change, r, &outlook, &err);

	if (status != APAM_OK)
		return report_text(text, &err);
	if (!r->json)
		show_sum(&outlook);
	if (!may_go(args, &outlook))
		return STATUS_REFUSED;
	status = apam_registry_recover(cli->ctx, text, &outlook, &err);
	return status == APAM_OK ? say_done(r, &outlook) :
				   report(NULL, status, &err);
}

static int
recover_run(struct cli *cli, const struct args *args)
{
	struct recovery r = { .json = cli->json };
	struct apam_registry_text text = { .size = sizeof(text) };
	struct data data = { .owned = NULL };
	int code = session_open(cli);

	if (code != STATUS_DONE)
		return code;
	if (args->word_count > 0) {
		text.name = args->words[0];
		if (!data_read_file(text.name, &data)) {
			complain("%s: %s", text.name, strerror(errno));
			data_free(&data);
			return STATUS_CONFIG;
		}
		text.bytes = data.bytes.p;
		text.count = data.bytes.n;
	}
	r.active = json_array();
	r.archived = json_array();
	code = recover(cli, args, &text, &r);
	json_decref(r.active);
	json_decref(r.archived);
	data_free(&data);
	return code;
}

const struct command command_keys_recover = {
	.name = "keys recover",
	.synopsis = "[--yes] [FILE|-]",
	.summary = "Make the key registry from its text or from a backup",
	.notes =
	    "Without FILE: from the text in state_dir, wherever it came from.  "
	    "Says which\n"
	    "keys would sign again, and asks; without a terminal it then does "
	    "nothing and\n"
	    "exits with 1, unless --yes is given.  The index and the counter are "
	    "in no\n"
	    "backup; they are made new.",
	.flags = flags,
	.least = 0,
	.most = 1,
	.run = recover_run,
};
