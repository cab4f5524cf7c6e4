/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registry's word on one key is looked up in the index once for each look
 * at the registry, and kept with the entry.
 */
#include "flight/admit.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fork_gate.h"
#include "entry/share.h"
#include "keys/stands.h"

/* What the index says of one key. */
struct word {
	const struct entry *entry;
	struct key_index_slot slot;
	char by[KEY_TEXT_MAX + 1], why[KEY_TEXT_MAX + 1];
	bool found;
	struct buf secret; /* read where a mark asks for it */
	bool asked;
	struct apam_error failed; /* no mark can be made */
	bool unsure; /* an archived one may stand for it */
};

/* Say who archived the key, when and why; cut if it is too long. */
static void
describe_archiving(const struct word *w, char to[APAM_EVIDENCE_SIZE])
{
	time_t at = (time_t)w->slot.archived_at;
	char when[32] = "?";
	struct tm utc;

	if (gmtime_r(&at, &utc) != NULL)
		(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
	if (snprintf(to, APAM_EVIDENCE_SIZE, "archived by %s at %s%s%s",
		w->by[0] == '\0' ? "?" : w->by, when,
		w->why[0] == '\0' ? "" : ": ", w->why) < 0)
		to[0] = '\0';
}

/* Read once, when the first mark asks for it. */
static bool
word_secret(void *arg, struct apam_str *secret)
{
	struct word *w = arg;

	if (!w->asked && !entry_key_secret(w->entry, &w->secret))
		(void)error_set(&w->failed, APAM_E_MEMORY, "out of memory");
	w->asked = true;
	*secret = buf_view(&w->secret);
	return w->failed.status == APAM_OK;
}

static bool
consider_record(void *arg, const struct key_index_slot *slot)
{
	struct word *w = arg;
	const struct key_asked key = { .key = { w->entry->conf->scheme,
					   entry_key_id(w->entry).p,
					   { NULL, 0 } },
		.read = word_secret,
		.arg = w,
		.failed = &w->failed };
	const struct key_claim claim = { slot->marked != 0, slot->salt,
		slot->mark };
	enum key_stands stands = KEY_STANDS_NOT;

	if (!w->found ||
	    key_counts_before(w->slot.archived_at, slot->archived_at))
		stands = key_claim_stands(&claim, &key);
	if (stands == KEY_STANDS) {
		w->slot = *slot;
		w->found = true;
	}
	/* Where all of an id are active, so is the key, whichever it is. */
	w->unsure = w->unsure ||
	    (stands == KEY_STANDS_UNSURE && slot->archived_at != 0);
	return w->slot.archived_at == 0;
}

/* Errors: what key_view_open has, and what key_mark has. */
static enum apam_status
read_registry_word(
    struct word *w, const struct key_view *view, struct apam_error *err)
{
	const struct entry *e = w->entry;
	unsigned char hash[KEY_HASH_SIZE];
	int failed;

	key_hash(e->conf->scheme, entry_key_id(e), hash);
	failed = key_index_find(
	    view->fd, &view->head, hash, consider_record, w);
	if (failed == 0 && w->found)
		failed = key_index_evidence(
		    view->fd, &view->head, &w->slot, w->by, w->why);
	if (failed != 0)
		return key_view_refuse(&e->env->keys.registry, failed, err);
	if (w->unsure && w->slot.archived_at == 0)
		return error_set_at(err, w->failed.status, w->failed.file, 0,
		    "%s", w->failed.text);
	return APAM_OK;
}

static enum apam_status
open_and_read(struct word *w, struct apam_error *err)
{
	struct key_view view;
	enum apam_status status = key_view_open(
	    &w->entry->env->keys.registry, NULL, &view, err);

	if (status == APAM_OK && view.fd >= 0)
		status = read_registry_word(w, &view, err);
	key_view_close(&view);
	return status;
}

static void
take_registry_word(const struct word *w, struct registry_state *to)
{
	const struct key_record record = { .marked = w->slot.marked != 0,
		.mark = { w->slot.mark[0], w->slot.mark[1] } };

	key_mark_text(&record, to->mark);
	to->drops = w->slot.drops;
	to->archived_at = w->slot.archived_at;
	/* The C library takes locks to convert times. */
	fork_defer();
	if (to->archived_at != 0)
		describe_archiving(w, to->evidence);
	fork_permit();
}

/* A key without an id is never registered. */
static enum apam_status
look_up(const struct entry *e, const struct keys *keys,
    struct registry_state *to, struct apam_error *err)
{
	struct word word = { .entry = e, .failed = { .entry = -1 } };
	enum apam_status status = APAM_OK;

	/* Before they are hashed: if they change meanwhile, ask once more. */
	*to = (struct registry_state){ .reading = keys->number,
		.secrets = present_secrets_number(e->present) };
	if (entry_key_id(e).n == 0 || !keys->there)
		return APAM_OK;
	buf_init(&word.secret, ENTRY_SECRET_MAX);
	status = keys->open ? read_registry_word(&word, &keys->view, err) :
			      open_and_read(&word, err);
	buf_free(&word.secret);
	if (status == APAM_OK && word.found)
		take_registry_word(&word, to);
	return status;
}

/*
 * Take over what is newer.  The credential is dropped under the same lock: a
 * stack that inherits in between would otherwise have both.
 */
static void
take_over(struct entry *e, const struct registry_state *fresh)
{
	struct registry_state *known = &e->registry;
	bool drop = false;

	pthread_mutex_lock(&e->env->lock);
	if (fresh->reading > known->reading ||
	    fresh->secrets != known->secrets) {
		drop = (known->reading != 0 && fresh->drops != known->drops) ||
		    (fresh->archived_at != 0 && known->archived_at == 0);
		*known = *fresh;
	}
	if (drop)
		entry_drop(e);
	pthread_mutex_unlock(&e->env->lock);
	if (drop)
		share_forget(e, NULL);
}

static void
read_known(struct entry *e, struct registry_state *to)
{
	pthread_mutex_lock(&e->env->lock);
	*to = e->registry;
	pthread_mutex_unlock(&e->env->lock);
}

static enum apam_status
refuse_archived(const struct registry_state *a, struct apam_error *err)
{
	return error_set(err, APAM_E_ARCHIVED, "the key was %s", a->evidence);
}

/*
 * The registry cannot be read now.  What was known before is enough for
 * revocation_ttl, if the counter has not moved since.  That a key was archived
 * is never forgotten.
 */
static enum apam_status
admit_unknown(const struct entry *e, const struct keys *keys,
    const struct registry_state *known, const struct apam_error *why,
    struct apam_error *err)
{
	if (known->archived_at != 0)
		return refuse_archived(known, err);
	if (e->conf->allow_unknown || entry_key_id(e).n == 0)
		return APAM_OK;
	if (keys->damage.status != APAM_OK && keys->holds != 0 &&
	    known->reading >= keys->holds &&
	    clock_ms() - keys->held_until <= e->conf->revocation_ttl * 1000)
		return APAM_OK;
	return error_set(err, APAM_E_UNKNOWN,
	    "it is not known whether the key is archived, and on_unknown is "
	    "not \"allow\": %.120s%s%.300s",
	    why->file, why->file[0] == '\0' ? "" : ": ", why->text);
}

enum apam_status
admit_entry(struct entry *e, const struct keys *keys, struct apam_error *err)
{
	struct registry_state known, fresh;
	struct apam_error why = APAM_ERROR_INIT;
	enum apam_status status;

	read_known(e, &known);
	if (keys->damage.status != APAM_OK)
		return admit_unknown(e, keys, &known, &keys->damage, err);
	if (known.reading != keys->number ||
	    known.secrets != present_secrets_number(e->present)) {
		error_clear(&why);
		status = look_up(e, keys, &fresh, &why);
		if (status == APAM_E_MEMORY)
			return error_set(err, status, "%s", why.text);
		if (status != APAM_OK)
			return admit_unknown(e, keys, &known, &why, err);
		take_over(e, &fresh);
		known = fresh;
	}
	return known.archived_at != 0 ? refuse_archived(&known, err) : APAM_OK;
}

enum apam_status
admit_now(struct entry *e, struct apam_error *err)
{
	struct keys keys;
	enum apam_status status = keys_current(&e->env->keys, &keys, NULL, err);

	if (status == APAM_OK)
		status = admit_entry(e, &keys, err);
	keys_close(&keys);
	return status;
}

bool
admit_is_archived(struct entry *e, struct key_finding *finding)
{
	struct registry_state a;

	(void)admit_now(e, NULL);
	read_known(e, &a);
	if (a.archived_at == 0)
		return false;
	if (finding != NULL) {
		finding->state = APAM_KEY_ARCHIVED;
		finding->at = a.archived_at;
		(void)snprintf(finding->evidence, sizeof(finding->evidence),
		    "%s", a.evidence);
	}
	return true;
}
