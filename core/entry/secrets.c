/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the secrets of one entry: they are found first and read then, in the
 * order of the options' table.  Values keep views of the array's buffers, so
 * that it is as large as it will be before anything is read.
 */
#include "entry/secrets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "crypto/key.h"
#include "file/secret.h"
#include "file/trust.h"
#include "text/secret_oddity.h"

/* How often files are read again that changed meanwhile. */
#define READS_MAX 16

struct reading {
	struct secrets *secrets;
	struct file_prints files; /* as they were before they were read */
	const char *file;
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
		if (o->type == APAM_OPT_SECRET || o->type == APAM_OPT_KEY)
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

/* ---- Finding ------------------------------------------------------------- */

static enum secret_form
form_of(const struct apam_option *o)
{
	if (o->flags & APAM_OPT_BINARY)
		return SECRET_BINARY;
	if (o->type == APAM_OPT_KEY && !(o->flags & APAM_OPT_SYMMETRIC))
		return SECRET_LINES;
	return o->flags & APAM_OPT_LINES ? SECRET_LINES : SECRET_LINE;
}

/* A key is not read anew, and no module reads its text. */
static void
find_one(struct secrets *s, const struct apam_option *o,
    struct apam_value *value, unsigned line)
{
	const bool file = secret_ref_file(value->str).n > 0;
	const bool stored = secret_ref_store(value->str).n > 0;
	const bool key = o->type == APAM_OPT_KEY;
	const bool anew = !file && !stored && !key;
	struct key_uri uri;
	const bool elsewhere = secret_ref_key_uri(value->str, &uri);

	s->sources[s->count] = (struct secret_source){ value->str, o->name,
		value, line, form_of(o), anew, stored,
		(o->flags & APAM_OPT_PASSING) != 0, key,
		key && o->flags & APAM_OPT_SYMMETRIC, elsewhere };
	s->places[s->count] = key ? NULL : value;
	buf_init(&s->all[s->count++], SECRET_MAX);
	s->various |= !file;
	s->some_anew |= anew;
	s->some_elsewhere |= elsewhere;
}

/* `lines` is NULL in a group, whose own line is `line`. */
static void
find_all(struct secrets *s, const struct option_table *table,
    struct apam_value *values, const unsigned *lines, unsigned line)
{
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
			line = lines[i];
		if (o->type == APAM_OPT_SECRET || o->type == APAM_OPT_KEY)
			find_one(s, o, &values[i], line);
		for (size_t g = 0; g < groups; g++)
			find_all(s, &members, inner + g * o->member_count, NULL,
			    line);
	}
}

/* ---- Reading ------------------------------------------------------------- */

static void
note_path(struct reading *r, struct apam_str file)
{
	if (file.n == 0)
		return;
	file_prints_add(&r->files, file.p);
	if (r->secrets->watch != NULL)
		file_prints_add(r->secrets->watch, file.p);
}

/* Before it is read, so that no later change goes unnoticed. */
static void
note_file(struct reading *r, struct apam_str ref)
{
	char path[TRUST_PATH_MAX + 1];
	struct key_uri uri;

	note_path(r, secret_ref_file(ref));
	if (!secret_ref_key_uri(ref, &uri) || uri.file.n == 0)
		return;
	(void)snprintf(path, sizeof(path), "%.*s", SARG(uri.file));
	note_path(r, apam_str(path));
}

static void
warn_of_oddity(struct reading *r, const struct secret_source *source)
{
	const char *odd = source->form == SECRET_LINE && !source->stored ?
	    secret_oddity(source->value->str) :
	    NULL;

	if (odd != NULL)
		problems_warn(r->all, r->file, source->line,
		    "%s: the secret %s, which is taken as part of it: is that "
		    "intended?",
		    source->option, odd);
}

/* The reference of the PIN; empty: there is none. */
static struct apam_str
pin_of(struct reading *r, struct apam_str ref)
{
	struct key_uri uri;

	if (!secret_ref_key_uri(ref, &uri))
		return APAM_STR("");
	note_file(r, uri.pin);
	return uri.pin;
}

/* Its program has all of its own time where nobody waits for it. */
static enum apam_status
read_ref(struct reading *r, const struct secret_source *source,
    struct apam_str ref, struct buf *to, struct apam_error *err)
{
	struct secret_ahead *ahead = r->secrets->ahead;
	const struct secret_place place = { r->file, source->line };
	const struct secret_terms terms = { source->elsewhere ? SECRET_LINE :
								source->form,
		r->user, ahead == NULL ? r->secrets->deadline : 0 };

	if (ref.n == 0)
		return APAM_OK;
	return ahead == NULL || secret_ref_file(ref).n > 0 ?
	    secret_ref_read(ref, &terms, to, err) :
	    secret_ahead_read(ahead, &place, ref, &terms, to, err);
}

static bool
read_one(struct reading *r, const struct secret_source *source, struct buf *to)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_str ref = source->ref;
	enum apam_status status;

	if (source->stored) {
		source->value->str = APAM_STR("");
		return true;
	}
	source->value->str = source->ref;
	buf_free(to);
	note_file(r, source->ref);
	if (source->elsewhere)
		ref = pin_of(r, source->ref);
	status = read_ref(r, source, ref, to, &err);
	if (status == APAM_OK)
		source->value->str = buf_view(to);
	else if (status != APAM_E_PENDING)
		problems_add(r->all, err.status, r->file, source->line,
		    "%s: %s", source->option, err.text);
	return status == APAM_OK;
}

/* `again`: those of files alone. */
static bool
read_all(struct reading *r, bool again)
{
	struct secrets *s = r->secrets;
	bool ok = true;

	for (size_t i = 0; i < s->count; i++)
		if (!again || !s->sources[i].anew)
			ok = read_one(r, &s->sources[i], &s->all[i]) && ok;
	return ok;
}

/* Secrets of one volume belong together: none is of another moment. */
static bool
read_still(struct reading *r)
{
	bool ok = read_all(r, false);

	for (int i = 0; i < READS_MAX && ok; i++) {
		if (!file_prints_changed(&r->files))
			break;
		file_prints_free(&r->files);
		ok = read_all(r, true);
	}
	file_prints_free(&r->files);
	for (size_t i = 0; i < r->secrets->count && ok; i++)
		warn_of_oddity(r, &r->secrets->sources[i]);
	return ok;
}

bool
secrets_find(struct secrets *secrets, const struct option_table *table,
    struct option_values *values)
{
	secrets->room = count_secrets(table, values->values);
	if (secrets->room == 0)
		return true;
	secrets->all = calloc(secrets->room, sizeof(*secrets->all));
	secrets->sources = calloc(secrets->room, sizeof(*secrets->sources));
	secrets->places = calloc(secrets->room, sizeof(*secrets->places));
	if (secrets->all == NULL || secrets->sources == NULL ||
	    secrets->places == NULL)
		return false;
	find_all(secrets, table, values->values, values->lines, 0);
	return true;
}

bool
secrets_read(struct secrets *secrets, const struct option_table *table,
    struct option_values *values, const char *file, bool user,
    struct problems *all)
{
	struct reading r = {
		.secrets = secrets, .file = file, .user = user, .all = all
	};

	if (!secrets_find(secrets, table, values)) {
		problems_add(all, APAM_E_MEMORY, file, 0, "out of memory");
		return false;
	}
	return secrets->count == 0 || read_still(&r);
}

/* The handle that entry/key_option.c made, if it has. */
static void
drop_key(struct secret_source *source)
{
	/* Ours: module.h makes it constant for modules. */
	struct apam_key *key;

	if (!source->key || source->value->key == NULL)
		return;
	key = (struct apam_key *)(uintptr_t)source->value->key;
	source->value->key = NULL;
	key->written = APAM_STR("");
	key_drop(&key);
}

enum apam_status
secrets_withhold(struct secrets *secrets, int32_t kind, struct apam_error *err)
{
	secrets->withheld = true;
	secrets->some_anew = false;
	for (size_t i = 0; i < secrets->count; i++) {
		struct secret_source *source = &secrets->sources[i];
		struct apam_value *value = source->value;

		drop_key(source);
		value->str = source->stored || source->key ?
		    APAM_STR("") :
		    APAM_STR("withheld");
		if (!source->key)
			continue;
		value->key = key_withheld(
		    source->symmetric ? APAM_KIND_SYMMETRIC : kind);
		if (value->key == NULL)
			return error_set(err, APAM_E_MEMORY, "out of memory");
	}
	return APAM_OK;
}

void
secrets_free(struct secrets *secrets)
{
	for (size_t i = 0; i < secrets->count; i++) {
		drop_key(&secrets->sources[i]);
		buf_free(&secrets->all[i]);
	}
	free(secrets->all);
	free(secrets->sources);
	free(secrets->places);
	memset(secrets, 0, sizeof(*secrets));
}
