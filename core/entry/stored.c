/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which options a secret belongs to is said by the module's table, so that the
 * core knows of no issuer and no client.
 */
#include "entry/stored.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "file/secret.h"
#include "file/trust.h"

#define SPENDING_TEXT_SIZE 128
#define BINDING (APAM_OPT_BINDS | APAM_OPT_KEY_ID)

/* The next name in the order of bytes, of options that bind, after `last`. */
static size_t
next_bound(const struct option_table *table, const struct option_values *values,
    const char *last)
{
	size_t best = table->count;
	const char *name;

	for (size_t i = 0; i < table->count; i++) {
		name = option_at(table, i)->name;
		if ((option_at(table, i)->flags & BINDING) != 0 &&
		    values->values[i].set && strcmp(name, last) > 0 &&
		    (best == table->count ||
			strcmp(name, option_at(table, best)->name) < 0))
			best = i;
	}
	return best;
}

/* In the order of names: another version may have them in another one. */
static bool
put_bound(struct stored *s, const struct option_table *table,
    const struct option_values *values)
{
	const char *name = "";
	size_t i;

	buf_init_plain(&s->bound, DURABLE_HEAD_MAX);
	while ((i = next_bound(table, values, name)) < table->count) {
		name = option_at(table, i)->name;
		buf_put(&s->bound, APAM_STR("bound "));
		buf_put(&s->bound, apam_str(name));
		buf_put_char(&s->bound, ' ');
		buf_put(&s->bound, values->values[i].str);
		buf_put_char(&s->bound, '\n');
	}
	return !s->bound.failed;
}

static void
identify(struct stored *s, const struct stored_base *at)
{
	const struct durable_place place = stored_place(s, at);
	struct apam_error why = APAM_ERROR_INIT;
	struct apam_str family = APAM_STR("");
	struct durable_copy copy;

	/* After a logout nobody goes on with what came of that login. */
	if (durable_read(&place, &copy, &why) == APAM_OK && copy.there &&
	    copy.is.secret.n > 0)
		family = copy.is.family;
	(void)snprintf(s->identity, sizeof(s->identity), "store:%s %.*s",
	    s->name, SARG(family));
	durable_copy_free(&copy);
}

static void
note_lock(const struct stored *s, const struct stored_base *at,
    struct file_prints *watch)
{
	const struct durable_place place = stored_place(s, at);
	char path[TRUST_PATH_MAX + STORE_NAME_MAX + 64];

	if (watch != NULL && durable_lock_path(&place, path, sizeof(path)))
		file_prints_add(watch, path);
}

bool
stored_find(struct stored *s, const struct option_table *table,
    const struct option_values *values, const struct stored_base *at,
    struct file_prints *watch)
{
	struct apam_str name;

	for (size_t i = 0; i < table->count; i++) {
		if (option_at(table, i)->type != APAM_OPT_SECRET ||
		    !values->values[i].set)
			continue;
		name = secret_ref_store(values->values[i].str);
		if (name.n == 0 || name.n > STORE_NAME_MAX)
			continue;
		(void)snprintf(s->name, sizeof(s->name), "%.*s", SARG(name));
		s->option = i;
		machine_mark(s->machine);
		/* Before it is read, so that no later login goes unnoticed. */
		note_lock(s, at, watch);
		identify(s, at);
		return put_bound(s, table, values);
	}
	return true;
}

void
stored_free(struct stored *s)
{
	buf_free(&s->bound);
	*s = (struct stored){ .option = 0 };
}

struct durable_place
stored_place(const struct stored *s, const struct stored_base *at)
{
	return (struct durable_place){ at->state_dir, at->user, s->name };
}

struct durable_claim
stored_claim(const struct stored *s, const char *scheme)
{
	return (struct durable_claim){ apam_str(scheme), apam_str(s->machine),
		buf_view(&s->bound) };
}

/* What there is to say after "generation N"; `wait` as of durable_turn_wait. */
static void
describe_spending(
    const struct durable_record *is, int64_t wait, char to[SPENDING_TEXT_SIZE])
{
	int n = 0;

	*to = '\0';
	if (is->state == DURABLE_SPENDING)
		n = snprintf(to, SPENDING_TEXT_SIZE,
		    ", sent %lld times without an answer",
		    (long long)is->sendings);
	if (wait > 0)
		(void)snprintf(to + n, SPENDING_TEXT_SIZE - (size_t)n,
		    "; reuse = \"strict\" sends it again in %lld s",
		    (long long)(wait / 1000 + 1));
}

static void
describe(const struct durable_turn *look, bool strict, char *to, size_t size)
{
	const struct durable_record *is = &look->record.is;
	char spending[SPENDING_TEXT_SIZE];

	describe_spending(is, strict ? durable_turn_wait(look) : 0, spending);
	(void)snprintf(to, size, "store:%.*s, generation %lld%s",
	    SARG(is->name), (long long)is->generation, spending);
}

void
stored_look(const struct stored *s, const struct stored_base *at,
    const struct profile_entry *conf, struct stored_news *to)
{
	const struct durable_claim claim = stored_claim(s, conf->scheme);
	struct apam_error why = APAM_ERROR_INIT;
	struct durable_turn look = DURABLE_TURN_NONE;

	*to = (struct stored_news){ .sound = false };
	look.place = stored_place(s, at);
	to->sound = durable_read(&look.place, &look.record, &why) == APAM_OK &&
	    durable_turn_admit(&look, &claim, &why) == APAM_OK;
	if (to->sound)
		describe(&look, conf->reuse_strict, to->text, sizeof(to->text));
	else
		(void)snprintf(to->text, sizeof(to->text), "%.*s",
		    (int)sizeof(to->text) - 1, why.text);
	if (look.record.there)
		to->since = look.record.is.since;
	durable_turn_end(&look);
}
