/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Edits of the registry's records.  No file is touched here.
 */
#include "admin/record_edit.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/login_name.h"
#include "base/random.h"

/*
 * A mark is taken with a chance of 1 in 65536: so many in a row do not happen.
 */
#define SALT_TRIES 16

static bool
same_id(const struct key_record *record, const struct key_identity *key)
{
	return strcmp(record->scheme, key->scheme) == 0 &&
	    strcmp(record->id, key->id) == 0;
}

const char *
key_edit_text(struct key_set *set, const char *what, const char *text,
    struct apam_error *err)
{
	const char *why, *copy;

	if (text == NULL)
		return "";
	why = key_text_problem(text);
	if (why != NULL) {
		(void)error_set(err, APAM_E_USAGE, "%s: %s", what, why);
		return NULL;
	}
	copy = key_set_text(set, apam_str(text));
	if (copy == NULL)
		(void)error_set(err, APAM_E_MEMORY, "out of memory");
	return copy;
}

static bool
mark_taken(const struct key_set *set, const struct key_identity *key,
    const unsigned char mark[KEY_MARK_SIZE])
{
	for (size_t i = 0; i < set->count; i++) {
		const struct key_record *r = &set->records[i];

		if (r->marked && same_id(r, key) &&
		    memcmp(r->mark, mark, KEY_MARK_SIZE) == 0)
			return true;
	}
	return false;
}

static enum apam_status
make_mark(const struct key_set *set, const struct key_identity *key,
    struct key_record *record, struct apam_error *err)
{
	for (int i = 0; i < SALT_TRIES; i++) {
		if (!random_bytes(record->salt, KEY_SALT_SIZE))
			return error_set(err, APAM_E_INTERNAL,
			    "the system gives no random numbers");
		if (key_mark(key, record->salt, record->mark, err) != APAM_OK)
			return err->status;
		record->marked = true;
		if (!mark_taken(set, key, record->mark))
			return APAM_OK;
	}
	return error_set(err, APAM_E_INTERNAL,
	    "this id has too many keys: all marks are in use");
}

struct key_record *
key_edit_register(
    struct key_set *set, const struct key_identity *key, struct apam_error *err)
{
	char who[LOGIN_NAME_SIZE];
	struct key_record record = { .scheme = key->scheme,
		.id = key->id,
		.description = "",
		.access = "",
		.created_at = clock_unix(),
		.created_by = who,
		.archived_by = "",
		.why = "" };
	const char *why = key_text_problem(key->id);
	struct key_record *added;

	if (key->id[0] == '\0')
		why = "it is empty";
	if (why != NULL) {
		(void)error_set(err, APAM_E_USAGE, "the key's id: %s", why);
		return NULL;
	}
	if (key->secret.n > 0 && make_mark(set, key, &record, err) != APAM_OK)
		return NULL;
	login_name(who);
	added = key_set_add(set, &record);
	if (added == NULL && set->count >= KEY_RECORDS_MAX)
		(void)error_set(err, APAM_E_USAGE,
		    "the key registry is full: it has %d keys, the most "
		    "allowed; remove those that are no longer used from its "
		    "text, then run `apam keys recover`",
		    KEY_RECORDS_MAX);
	else if (added == NULL)
		(void)error_set(err, APAM_E_MEMORY, "out of memory");
	return added;
}

enum apam_status
key_edit_archive(struct key_set *set, struct key_record *record,
    const char *why, struct apam_error *err)
{
	char who[LOGIN_NAME_SIZE];
	const char *reason = key_edit_text(set, "reason", why, err);
	const char *by;

	login_name(who);
	by = reason == NULL ? NULL : key_edit_text(set, "user", who, err);
	if (by == NULL)
		return err->status;
	record->archived_at = clock_unix();
	record->archived_by = by;
	record->why = reason;
	return APAM_OK;
}

void
key_edit_restore(struct key_record *record)
{
	record->archived_at = 0;
	record->archived_by = "";
	record->why = "";
	/*
	 * Programs that found the key dead, or never saw it archived, try
	 * again.
	 */
	record->drops++;
}
