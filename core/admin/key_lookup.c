/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Resolving the name of a key.  Messages name keys that are known, never the
 * text that was asked for: it may be a secret in the wrong place.
 */
#include "admin/key_lookup.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "config/rules.h"
#include "text/suggest.h"

#define LIST_MAX 360 /* bytes of a message that list keys */

/* The keys that the name fits. */
struct candidates {
	struct key_choice first;
	size_t count;
	const struct key_record *other; /* registered, but not wanted */
	char list[LIST_MAX];
};

const char *
key_name_problem(const struct apam_key_name *name)
{
	const char *why = name->id == NULL ? "is missing" :
					     key_text_problem(name->id);

	if (why == NULL && name->id[0] == '\0')
		why = "is empty";
	if (why != NULL)
		return "the id is missing, too long, or not plain text";
	if (name->scheme != NULL && !scheme_name_ok(apam_str(name->scheme)))
		return "this is not a scheme; `apam module list` shows them";
	if (name->mark != NULL && strlen(name->mark) != APAM_MARK_SIZE - 1)
		return "the mark of a secret is four hex digits; `apam keys "
		       "list` shows it";
	return NULL;
}

/* ---- What the name fits ------------------------------------------------- */

static void
list(struct candidates *c, const char *format, ...) APAM_PRINTF(2, 3);

static void
list(struct candidates *c, const char *format, ...)
{
	size_t n = strlen(c->list);
	va_list args;

	if (n > 0)
		n += (size_t)snprintf(c->list + n, LIST_MAX - n, ", ");
	if (n >= LIST_MAX)
		return;
	va_start(args, format);
	(void)vsnprintf(c->list + n, LIST_MAX - n, format, args);
	va_end(args);
}

static bool
record_is(const struct key_record *record, const struct apam_key_name *name)
{
	char mark[APAM_MARK_SIZE];

	if (strcmp(record->id, name->id) != 0 ||
	    (name->scheme != NULL && strcmp(record->scheme, name->scheme) != 0))
		return false;
	key_mark_text(record, mark);
	return name->mark == NULL || strcmp(mark, name->mark) == 0;
}

static bool
record_wanted(const struct key_record *record, enum key_wanted wanted)
{
	return wanted == KEY_WANTED_REGISTERED ||
	    (wanted == KEY_WANTED_LIVE && record->archived_at == 0) ||
	    (wanted == KEY_WANTED_ARCHIVED && record->archived_at != 0);
}

static void
consider_registered(
    struct candidates *c, struct key_record *record, enum key_wanted wanted)
{
	char mark[APAM_MARK_SIZE];

	if (!record_wanted(record, wanted)) {
		c->other = record;
		return;
	}
	if (c->count++ == 0)
		c->first = (struct key_choice){ record, NULL };
	key_mark_text(record, mark);
	list(c, "%s %s", record->scheme,
	    record->marked ? mark : "with any secret");
}

bool
key_is_registered(const struct key_set *set, struct named_key *key)
{
	const struct key_asked asked = named_key_asked(key);

	for (size_t i = 0; i < set->count; i++)
		if (key_record_stands(&set->records[i], &asked) !=
		    KEY_STANDS_NOT)
			return true;
	return false;
}

static bool
same_secret(struct named_key *a, struct named_key *b)
{
	return !named_key_secret(a) || !named_key_secret(b) ||
	    bytes_equal(buf_view(&a->secret), buf_view(&b->secret));
}

/* True if an earlier named key is the same key. */
static bool
is_again(const struct key_question *q, struct named_key *key)
{
	const char *scheme = key->entry.conf->scheme;

	for (struct named_key *k = q->named->first; k != key; k = k->next)
		if (named_key_is(k, scheme, q->name->id) &&
		    !key_is_registered(q->set, k) &&
		    (q->wanted == KEY_WANTED_NEW || same_secret(k, key)))
			return true;
	return false;
}

static void
consider_named(
    struct candidates *c, const struct key_question *q, struct named_key *key)
{
	if (!named_key_is(key, q->name->scheme, q->name->id) ||
	    key_is_registered(q->set, key) || is_again(q, key))
		return;
	if (c->count++ == 0)
		c->first = (struct key_choice){ NULL, key };
	list(c, "%s not registered (profile %s)", key->entry.conf->scheme,
	    key->profile);
}

static void
consider_keys(struct candidates *c, const struct key_question *q)
{
	for (size_t i = 0; i < q->set->count; i++)
		if (record_is(&q->set->records[i], q->name))
			consider_registered(c, &q->set->records[i], q->wanted);
	/* A key that is not registered has no mark. */
	if (q->name->mark != NULL || key_wanted_is_record(q->wanted))
		return;
	for (struct named_key *k = q->named->first; k != NULL; k = k->next)
		consider_named(c, q, k);
}

/* ---- What to say -------------------------------------------------------- */

/* The key is registered, but not in the state that this command wants. */
static enum apam_status
refuse_other(const struct key_question *q, const struct key_record *other,
    struct apam_error *err)
{
	switch (q->wanted) {
	case KEY_WANTED_NEW:
		return error_set(err, APAM_E_USAGE,
		    "the key is registered already; `apam keys describe` "
		    "changes its description");
	case KEY_WANTED_LIVE:
		return error_set(err, APAM_E_USAGE,
		    "the key is archived already, by %s%s%s",
		    other->archived_by, other->why[0] == '\0' ? "" : ": ",
		    other->why);
	case KEY_WANTED_ARCHIVED:
	case KEY_WANTED_REGISTERED:
		break;
	}
	return error_set(err, APAM_E_USAGE, "the key is not archived");
}

static const char *
nearest_key(const struct key_question *q)
{
	const char *best = NULL;

	for (size_t i = 0; i < q->set->count; i++)
		suggest_consider(q->name->id, q->set->records[i].id, &best);
	for (struct named_key *k = q->named->first; k != NULL; k = k->next)
		if (entry_key_id(&k->entry).n > 0)
			suggest_consider(
			    q->name->id, entry_key_id(&k->entry).p, &best);
	return suggest_near(q->name->id, best) ? best : NULL;
}

static bool
id_is_known(const struct key_question *q)
{
	const struct apam_key_name alone = { .id = q->name->id };

	for (size_t i = 0; i < q->set->count; i++)
		if (record_is(&q->set->records[i], &alone))
			return true;
	for (struct named_key *k = q->named->first; k != NULL; k = k->next)
		if (named_key_is(k, NULL, q->name->id))
			return true;
	return false;
}

/* The text for an unknown key, by what is wanted. */
static const char *const unknown[] = {
	[KEY_WANTED_NEW] = "there is no such key in any profile; give --scheme "
			   "to register it anyway",
	[KEY_WANTED_LIVE] = "there is no such key; `apam keys list` shows them",
	[KEY_WANTED_ARCHIVED] =
	    "there is no such key in the registry, and so none to restore; "
	    "`apam keys list` shows those that are archived",
	[KEY_WANTED_REGISTERED] =
	    "there is no such key in the registry; `apam keys add` registers "
	    "one",
};

static enum apam_status
refuse_unknown_key(const struct key_question *q, struct apam_error *err)
{
	const char *near = nearest_key(q);

	if (id_is_known(q))
		return error_set(err, APAM_E_USAGE,
		    "no key with this id has that scheme or mark; `apam keys "
		    "list` shows them");
	if (near != NULL)
		return error_set(
		    err, APAM_E_USAGE, "there is no such key; is it %s?", near);
	if (q->named->partial.status != APAM_OK)
		return error_set(err, APAM_E_USAGE,
		    "there is no such key, but profile %s cannot be read; "
		    "give --scheme to go on without it",
		    q->named->partial.profile);
	return error_set(err, APAM_E_USAGE, "%s", unknown[q->wanted]);
}

static enum apam_status
refuse_several(const struct candidates *c, struct apam_error *err)
{
	if (strstr(c->list, "not registered") != NULL)
		return error_set(err, APAM_E_USAGE,
		    "several keys have this id: %s; give --scheme, or register "
		    "it with `apam keys add` and give --secret MARK",
		    c->list);
	return error_set(err, APAM_E_USAGE,
	    "several keys have this id: %s; give --scheme or --secret MARK",
	    c->list);
}

/*
 * True if an unknown key may be registered.  It may be archived only if a
 * profile that cannot be read may name it; otherwise the id is probably
 * mistyped.
 */
static bool
may_be_unknown(const struct key_question *q)
{
	if (q->name->scheme == NULL || q->name->mark != NULL || id_is_known(q))
		return false;
	return q->wanted == KEY_WANTED_NEW ||
	    (q->wanted == KEY_WANTED_LIVE &&
		q->named->partial.status != APAM_OK);
}

enum apam_status
key_choose(const struct key_question *q, struct key_choice *choice,
    struct apam_error *err)
{
	struct candidates c = { { NULL, NULL }, 0, NULL, "" };

	consider_keys(&c, q);
	*choice = c.first;
	if (c.count == 1)
		return APAM_OK;
	if (c.count > 1)
		return refuse_several(&c, err);
	if (c.other != NULL)
		return refuse_other(q, c.other, err);
	return may_be_unknown(q) ? APAM_OK : refuse_unknown_key(q, err);
}
