/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who used which key through the agent, for the list of keys.
 */
#ifndef CORE_ADMIN_KEYS_SERVED_H
#define CORE_ADMIN_KEYS_SERVED_H

#include "admin/profile_keys.h"
#include "agent/row.h"

/* What the agent found of the key of one entry. */
struct key_served {
	const char *profile;	/* lives as long as the named keys */
	unsigned entry;
	enum apam_key_state state;
	int64_t checked_at;	/* Unix s */
	char evidence[APAM_EVIDENCE_SIZE];
};

/* All that the agent tells this user; zeroed at first. */
struct keys_served {
	struct agent_use_row *all; /* the last one first */
	size_t count, room;
	struct key_served *keys; /* that were checked */
	size_t key_count, key_room;
	bool failed;		/* memory ran out */
};

/*
 * Ask the agent, where it serves a profile of those that name keys.  An error
 * of the agent's goes to *partial.
 */
void keys_served_read(struct keys_served *served, struct apam *ctx,
    const struct named_keys *named, struct apam_error *partial);
void keys_served_free(struct keys_served *served);

/* True if the use is of a key of this scheme, or NULL, and id. */
bool keys_served_is_of(const struct agent_use_row *use,
    const struct named_keys *named, const char *scheme, const char *id);

/* What was found last of a key of this scheme, or NULL, and id; or NULL. */
const struct key_served *keys_served_find(const struct keys_served *served,
    const struct named_keys *named, const char *scheme, const char *id);

#endif
