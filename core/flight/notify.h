/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Telling people what became of keys: the audit log hears of changed states,
 * the administrator's list of keys of uses and checks.  No signature depends on
 * whether people could be told.
 *
 * Not to be called with the context's lock held.
 */
#ifndef CORE_FLIGHT_NOTIFY_H
#define CORE_FLIGHT_NOTIFY_H

#include "entry/entry.h"
#include "keys/note.h"

/* To be called after something was found out about the key. */
void notify_finding(struct entry *e);

/*
 * Learn from the notes of programs whether this very key was ever seen to work.
 * Reads files the first time, if the process itself does not know.
 */
void notify_recall(struct entry *e);

/*
 * To be called after the API accepted a static key, for the first time in this
 * process: that is noted, if it was not known.
 */
void notify_proven(struct entry *e);

/*
 * The last check of the key that this user's programs noted: fills in *note.
 * False if there is none, or if it is about another secret of the same id.
 */
bool notify_last_check(struct entry *e, struct key_note *note);

/*
 * The same from other users' programs, also where it does not say which secret
 * it is about.  Nothing is decided by it.
 */
bool notify_hearsay(struct entry *e, struct key_note *note);

/*
 * The id of the key for logs and reports, of APAM_KEY_ID_SIZE bytes.  It is cut
 * until it is known to be an id, and not a secret in the wrong place: until the
 * key was seen to work, or an administrator registered it.
 */
void notify_key_id(struct entry *e, char *key_id);

/* To be called after the key signed. */
void notify_use(struct entry *e);

/*
 * The same of a gateway, for this user and service, which may be NULL: once a
 * minute for each of them.
 */
void notify_use_for(struct entry *e, unsigned long uid, const char *unit);

#endif
