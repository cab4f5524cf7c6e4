/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the key registry says of an entry's key, before anything else is asked:
 * an archived key signs nothing, nor is it sent to its provider.
 */
#ifndef CORE_ADMISSION_H
#define CORE_ADMISSION_H

#include "keys/reading.h"


/* Of one entry, as of one look at the registry. */
struct admission {
	uint64_t reading;	/* 0: none yet */
	int64_t archived_at;	/* Unix s; 0: it is not archived */
	char evidence[APAM_EVIDENCE_SIZE]; /* by whom, when, why */
	char mark[APAM_MARK_SIZE]; /* of its record, or "" */
	uint64_t drops;		/* how often its credentials were dropped */
};

struct entry;

/*
 * May this key sign?  Drops the entry's credential where the registry asks for
 * that, or the key is archived.  Errors: ARCHIVED; UNKNOWN, where nothing is
 * known of the key, for longer than the entry bears, and the entry does not ask
 * for on_unknown = "allow"; MEMORY.
 */
enum apam_status entry_admit(struct entry *e, const struct keys *keys,
    struct apam_error *err);

/* The same by the registry as it is now, whoever asks for it. */
enum apam_status entry_may_sign(struct entry *e, struct apam_error *err);

/*
 * True where the key is archived now; *finding, which may be NULL, is then
 * that, with time and evidence.
 */
struct key_finding;
bool entry_is_archived(struct entry *e, struct key_finding *finding);

#endif
