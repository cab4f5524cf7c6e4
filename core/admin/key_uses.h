/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For whom one key signed: what the agent tells, and what gateways noted that sign
 * themselves.
 */
#ifndef CORE_ADMIN_KEY_USES_H
#define CORE_ADMIN_KEY_USES_H

#include <apam/admin.h>

#include "agent/row.h"
#include "keys/note.h"

/* Zeroed at first. */
struct key_uses {
	struct apam_key_use **all;
	size_t count, room;
	bool failed;		/* memory ran out: some are missing */
};

/* *use must live as long. */
void key_uses_add_served(
    struct key_uses *uses, const struct agent_use_row *use);

/* A note that a gateway made for somebody else; it is copied. */
void key_uses_add_noted(struct key_uses *uses, const struct key_note *note);

/* The last one first. */
void key_uses_sort(struct key_uses *uses);

void key_uses_free(struct key_uses *uses);

#endif
