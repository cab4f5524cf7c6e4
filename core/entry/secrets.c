/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the secrets of one entry.  The array is sized before anything is
 * read, because values keep views of its buffers.
 */
#include "entry/secrets.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "file/secret.h"
#include "text/secret_oddity.h"

struct reading {
	struct secrets *secrets;
	const char *file;
	unsigned line;
	bool user;
	struct problems *all;
};

static size_t
count_secrets(const struct option_table *table, const struct apam_value *values)
{
	const struct apam_option *o;
	struct option_table members;
	size_t n = 0;

	for (size_t i = 0; i < table->count; i++) {
		o = option_at(table, i);
		members = (struct option_table){ o->members, table->option_size,
			o->member_count };
		if (!values[i].set)
			continue;
		if (o->type == APAM_OPT_SECRET)
			n++;
		if (o->type == APAM_OPT_GROUP)
			n += count_secrets(&members, values[i].members);
		for (size_t g = 0;
		     o->type == APAM_OPT_GROUPS && g < values[i].count; g++)
			n += count_secrets(
			    &members, values[i].members + g * o->member_count);
	}
	return n;
}

/* Before it is read, so that no later change goes unnoticed. */
static void
note_file(const struct secrets *s, struct apam_str ref)
{
	const struct apam_str file = secret_ref_file(ref);

	if (s->watch != NULL && file.n > 0)
		file_prints_add(s->watch, file.p);
}

static bool
read_one(struct reading *r, const char *option, struct apam_value *value)
{
	struct secrets *s = r->secrets;
	struct buf *b = &s->all[s->count];
	struct apam_error err = APAM_ERROR_INIT;
	const char *odd;

	buf_init(b, SECRET_MAX);
	s->count++;
	note_file(s, value->str);
	s->various |= secret_ref_file(value->str).n == 0;
	if (secret_ref_read(value->str, r->user, s->deadline, b, &err) !=
	    APAM_OK) {
		problems_add(r->all, err.status, r->file, r->line, "%s: %s",
		    option, err.text);
		return false;
	}
	value->str = buf_view(b);
	odd = secret_oddity(value->str);
	if (odd != NULL)
		problems_warn(r->all, r->file, r->line,
		    "%s: the secret %s, which is sent as part of it: is that "
		    "intended?",
		    option, odd);
	return true;
}

static bool
read_table(struct reading *r, const struct option_table *table,
    struct apam_value *values, const unsigned *lines)
{
	bool ok = true;

	for (size_t i = 0; i < table->count; i++) {
		const struct apam_option *o = option_at(table, i);
		const struct option_table members = { o->members,
			table->option_size, o->member_count };
		/* Ours: option_read made them in its arena. */
		struct apam_value *inner =
		    (struct apam_value *)(uintptr_t)values[i].members;
		size_t groups = o->type == APAM_OPT_GROUP ? 1 :
		    o->type == APAM_OPT_GROUPS            ? values[i].count :
							    0;

		if (!values[i].set)
			continue;
		if (lines != NULL)
			r->line = lines[i];
		if (o->type == APAM_OPT_SECRET)
			ok = read_one(r, o->name, &values[i]) && ok;
		for (size_t g = 0; g < groups; g++)
			ok = read_table(r, &members,
				 inner + g * o->member_count, NULL) &&
			    ok;
	}
	return ok;
}

bool
secrets_read(struct secrets *secrets, const struct option_table *table,
    struct option_values *values, const char *file, bool user,
    struct problems *all)
{
	struct reading r = { secrets, file, 0, user, all };

	secrets->room = count_secrets(table, values->values);
	if (secrets->room == 0)
		return true;
	secrets->all = calloc(secrets->room, sizeof(*secrets->all));
	if (secrets->all == NULL) {
		problems_add(all, APAM_E_MEMORY, file, 0, "out of memory");
		return false;
	}
	return read_table(&r, table, values->values, values->lines);
}

void
secrets_free(struct secrets *secrets)
{
	for (size_t i = 0; i < secrets->count; i++)
		buf_free(&secrets->all[i]);
	free(secrets->all);
	memset(secrets, 0, sizeof(*secrets));
}
