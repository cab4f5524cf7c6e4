/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What share_file.c needs to know of an entry, and what becomes of its results.
 */
#include "entry/share.h"

#include "base/error.h"
#include "entry/share_file.h"
#include "text/lifetime.h"

/* The file of an entry, and what seals it. */
struct place {
	struct share_file file; /* borrows the fingerprint */
	unsigned char fingerprint[FINGERPRINT_SIZE];
};

/* False, with *why set, where its fingerprint cannot be made. */
static bool
place_find(struct place *place, const struct entry *e, struct apam_error *why)
{
	*why = (struct apam_error){ .entry = -1 };
	place->file = (struct share_file){
		.state_dir = e->env->settings->state_dir,
		.user = e->policy.user,
		.identity = { .profile = e->profile->name,
		    .entry = (uint32_t)e->index,
		    .fingerprint = place->fingerprint },
	};
	return entry_fingerprint(e, place->fingerprint, why) == APAM_OK;
}

static void
place_leave(struct place *place)
{
	wipe(place->fingerprint, sizeof(place->fingerprint));
}

static void
say_of_shared(const struct entry *e, enum apam_log_level level, const char *why)
{
	log_line(&e->env->log, level, "%s: entry %zu: not shared: %s",
	    e->profile->name, entry_number(e), why);
}

/* Make the credential that a record describes; takes over its secret. */
static struct credential *
make_shared(struct entry *e, struct share_record *record)
{
	bool forever = record->expires == INT64_MAX;
	struct apam_error why = APAM_ERROR_INIT;
	struct credential *c;

	c = credential_new(&record->secret, next_generation(e->env),
	    record->sent,
	    forever ? APAM_FOREVER : (record->expires - record->sent) / 1000);
	if (c == NULL)
		return NULL;
	c->minted = true;
	c->view.acquired_ms = record->acquired * 1000;
	if (entry_render(e, c, &why) == APAM_OK)
		return c;
	say_of_shared(e, APAM_LOG_WARNING, why.text);
	credential_release(&c);
	return NULL;
}

struct credential *
share_load(struct entry *e, const struct credential *except)
{
	struct share_record record;
	struct credential *c = NULL;
	struct apam_error failed = APAM_ERROR_INIT;
	struct place place;
	const char *why = failed.text;
	const bool found = place_find(&place, e, &failed) &&
	    share_file_read(&place.file, &record, &why);

	place_leave(&place);
	if (!found) {
		say_of_shared(e, APAM_LOG_DEBUG, why);
		return NULL;
	}
	if (except == NULL ||
	    !bytes_equal(buf_view(&record.secret), except->view.secret))
		c = make_shared(e, &record);
	share_record_free(&record);
	return c;
}

static int
try_lock(struct entry *e, const struct share_file *file)
{
	struct apam_error err = APAM_ERROR_INIT;
	const char *why;
	int lock;

	if (share_file_prepare(file, &err) != APAM_OK) {
		say_of_shared(e,
		    err.status == APAM_E_TRUST ? APAM_LOG_ERROR :
						 APAM_LOG_WARNING,
		    err.text);
		return SHARE_UNUSABLE;
	}
	lock = share_file_try_lock(file, &why);
	if (lock == SHARE_FILE_BUSY)
		return SHARE_BUSY;
	if (lock == SHARE_FILE_UNUSABLE) {
		say_of_shared(e, APAM_LOG_WARNING, why);
		return SHARE_UNUSABLE;
	}
	return lock;
}

int
share_try_lock(struct entry *e)
{
	struct apam_error why = APAM_ERROR_INIT;
	struct place place;
	int lock = SHARE_UNUSABLE;

	if (place_find(&place, e, &why))
		lock = try_lock(e, &place.file);
	else
		say_of_shared(e, APAM_LOG_WARNING, why.text);
	place_leave(&place);
	return lock;
}

bool
share_holder(const struct entry *e, struct lock_holder *to)
{
	struct apam_error why = APAM_ERROR_INIT;
	struct place place;
	struct stat st;
	const bool found = place_find(&place, e, &why) &&
	    share_file_lock_stat(&place.file, &st);

	place_leave(&place);
	return found && lock_holder_find(&st, to);
}

void
share_store(struct entry *e, const struct credential *c, int lock)
{
	struct share_record record = {
		.sent = c->since,
		.expires = c->expires,
		.acquired = c->view.acquired_ms / 1000,
	};
	struct apam_error failed = APAM_ERROR_INIT;
	struct place place;
	const char *why = failed.text;

	if (lock < 0 || !c->minted)
		return;
	buf_init(&record.secret, SHARE_RECORD_SECRET_MAX);
	buf_put(&record.secret, c->view.secret);
	if (!place_find(&place, e, &failed) ||
	    !share_file_write(&place.file, lock, &record, &why))
		say_of_shared(e, APAM_LOG_WARNING, why);
	place_leave(&place);
	share_record_free(&record);
}

void
share_forget(struct entry *e, const struct credential *c)
{
	struct apam_error why = APAM_ERROR_INIT;
	struct place place;

	if (!entry_shares(e))
		return;
	if (place_find(&place, e, &why))
		share_file_forget(
		    &place.file, c == NULL ? APAM_STR("") : c->view.secret);
	place_leave(&place);
}
