/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each event is passed on once, as long as it is news.
 */
#include "flight/notify.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/audit.h"
#include "base/clock.h"
#include "entry/seen_secret.h"
#include "file/user_dir.h"
#include "keys/note.h"
#include "text/key_look.h"

/* Without the lock, because each signature of the long way asks. */
static bool
use_is_due(struct entry *e)
{
	int64_t now = clock_ms(), told = atomic_load(&e->use_told);

	if (told != 0 && now - told < KEY_NOTE_EVERY_S * 1000)
		return false;
	return atomic_compare_exchange_strong(&e->use_told, &told, now);
}

/* Which key the note is of.  It is hashed without the context's lock. */
static void
note_key(struct entry *e, struct key_note *note)
{
	const struct apam_str id = entry_key_id(e);
	char mark[APAM_MARK_SIZE];

	pthread_mutex_lock(&e->env->lock);
	memcpy(mark, e->registry.mark, sizeof(mark));
	pthread_mutex_unlock(&e->env->lock);
	note->key[0] = '\0';
	if (id.n > 0)
		key_note_key(e->conf->scheme, id.p, mark, note->key);
}

static void
name_key(struct entry *e, struct key_note *note)
{
	note_key(e, note);
	note->at = clock_unix();
	key_note_program(note->program);
}

/* Say once why the administrator hears nothing of this user's keys. */
static void
say_missed(struct env *env)
{
	const struct settings *s = env->settings;
	struct apam_error why = APAM_ERROR_INIT;
	const int fd = user_dir_open(s->state_dir, s->user, true, &why);

	if (fd >= 0)
		(void)close(fd);
	else if (!atomic_exchange(&env->note_missed, true))
		log_line(&env->log,
		    why.status == APAM_E_TRUST ? APAM_LOG_ERROR :
						 APAM_LOG_WARNING,
		    "uses and checks of keys are not noted: %s", why.text);
}

/*
 * Which secret was seen good, and which one this is about.  A secret that was
 * not good, such as a wrong one of the same id, leaves what the last note said.
 * It is hashed without the context's lock.
 */
static void
name_secret(struct entry *e, struct key_note *note)
{
	char made[SEEN_TEXT];
	bool wanted;

	pthread_mutex_lock(&e->env->lock);
	wanted = e->credential.key.seen_good && !e->seen_own;
	pthread_mutex_unlock(&e->env->lock);
	if (wanted)
		wanted = entry_seen_make(e, made);
	pthread_mutex_lock(&e->env->lock);
	if (wanted && !e->seen_own) {
		memcpy(e->seen, made, sizeof(e->seen));
		e->seen_own = true;
	}
	memcpy(note->seen, e->seen, sizeof(note->seen));
	wanted = !e->seen_own;
	pthread_mutex_unlock(&e->env->lock);
	if (wanted)
		(void)entry_seen_make(e, note->about);
	else
		memcpy(note->about, note->seen, sizeof(note->about));
}

static void
write_note(
    const struct entry *e, enum key_note_kind kind, const struct key_note *note)
{
	const struct settings *s = e->env->settings;

	if (note->key[0] != '\0' &&
	    !key_note_write(s->state_dir, s->user, kind, note))
		say_missed(e->env);
}

void
notify_use(struct entry *e)
{
	struct key_note note = { .state = APAM_KEY_UNKNOWN };

	if (!use_is_due(e))
		return;
	name_key(e, &note);
	write_note(e, KEY_NOTE_USED, &note);
}

void
notify_use_for(struct entry *e, unsigned long uid, const char *unit)
{
	struct key_note note = {
		.state = APAM_KEY_UNKNOWN, .for_other = true, .other_uid = uid
	};

	if (unit != NULL)
		(void)snprintf(
		    note.other_unit, sizeof(note.other_unit), "%s", unit);
	name_key(e, &note);
	write_note(e, KEY_NOTE_USED, &note);
}

/* ---- Ids ----------------------------------------------------------------- */

void
notify_key_id(struct entry *e, char *key_id)
{
	const struct apam_str id = entry_key_id(e);
	bool known;

	notify_recall(e);
	pthread_mutex_lock(&e->env->lock);
	known = e->credential.key.seen_good || e->registry.mark[0] != '\0' ||
	    e->registry.archived_at != 0;
	pthread_mutex_unlock(&e->env->lock);
	if (id.n == 0 || known)
		(void)snprintf(key_id, APAM_KEY_ID_SIZE, "%s", id.p);
	else
		key_look_cut(id.p, key_id, APAM_KEY_ID_SIZE);
}

/* ---- Findings ----------------------------------------------------------- */

static void
audit_state(struct entry *e, const struct key_finding *found)
{
	char key_id[APAM_KEY_ID_SIZE];
	const struct audit_event event = {
		.what = AUDIT_STATE,
		.profile = e->profile->name,
		.entry = (int)e->index,
		.scheme = e->conf->scheme,
		.key_id = key_id,
		.state = apam_key_state_name(found->state),
		.evidence = found->evidence,
	};

	notify_key_id(e, key_id);
	audit_write(&e->env->audit, &event);
}

static void
write_check(struct entry *e, const struct key_finding *found)
{
	struct key_note note = { .state = APAM_KEY_UNKNOWN };

	name_key(e, &note);
	name_secret(e, &note);
	note.at = found->at;
	note.state = found->state;
	(void)snprintf(
	    note.evidence, sizeof(note.evidence), "%s", found->evidence);
	write_note(e, KEY_NOTE_CHECKED, &note);
}

void
notify_finding(struct entry *e)
{
	struct key_state *s = &e->credential.key;
	struct key_finding found;
	bool news, due;

	pthread_mutex_lock(&e->env->lock);
	found = s->found;
	news = key_state_news(s);
	due = found.at != 0 && found.at != e->check_told;
	due = due && (news || found.at - e->check_told >= KEY_NOTE_EVERY_S);
	if (due)
		e->check_told = found.at;
	pthread_mutex_unlock(&e->env->lock);
	if (news)
		audit_state(e, &found);
	if (due)
		write_check(e, &found);
}

/* ---- What is known from before ------------------------------------------ */

static bool
read_last_check(struct entry *e, struct key_note *note)
{
	const struct settings *settings = e->env->settings;

	note_key(e, note);
	return key_note_last_check(settings->state_dir, settings->user, note);
}

bool
notify_last_check(struct entry *e, struct key_note *note)
{
	return read_last_check(e, note) && entry_seen_is_of(e, note->about);
}

bool
notify_hearsay(struct entry *e, struct key_note *note)
{
	const struct settings *settings = e->env->settings;

	note_key(e, note);
	return key_note_said(settings->state_dir, settings->user, note) &&
	    (note->about[0] == '\0' || entry_seen_is_of(e, note->about));
}

void
notify_recall(struct entry *e)
{
	struct key_note note = { .state = APAM_KEY_UNKNOWN };
	bool known, seen;

	pthread_mutex_lock(&e->env->lock);
	known = e->recalled || e->credential.key.seen_good;
	pthread_mutex_unlock(&e->env->lock);
	if (known)
		return;
	seen = read_last_check(e, &note) && entry_seen_is_of(e, note.seen);
	pthread_mutex_lock(&e->env->lock);
	e->recalled = true;
	if (!e->seen_own)
		memcpy(e->seen, note.seen, sizeof(e->seen));
	e->seen_own = e->seen_own || seen;
	if (seen)
		e->credential.key.seen_good = true;
	pthread_mutex_unlock(&e->env->lock);
}

void
notify_proven(struct entry *e)
{
	const struct key_finding found = { .state = APAM_KEY_GOOD,
		.at = clock_unix(),
		.evidence = "the API accepted a request that it signed" };
	bool known;

	notify_recall(e);
	pthread_mutex_lock(&e->env->lock);
	known = e->credential.key.seen_good;
	e->credential.key.seen_good = true;
	pthread_mutex_unlock(&e->env->lock);
	if (!known)
		write_check(e, &found);
}
