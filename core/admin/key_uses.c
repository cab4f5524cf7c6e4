/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each use is a block of its own, so that it stays where it is while others come.
 */
#include "admin/key_uses.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* A use with the texts that a note had. */
struct noted_use {
	struct apam_key_use is; /* the first: see key_uses */
	char program[PROGRAM_NAME_SIZE];
	char unit[UNIT_NAME_MAX + 1];
};

static struct noted_use *
add(struct key_uses *uses)
{
	struct noted_use *to = calloc(1, sizeof(*to));

	if (to == NULL ||
	    !array_grow(&uses->all, uses->count, &uses->room,
		sizeof(struct apam_key_use *))) {
		free(to);
		uses->failed = true;
		return NULL;
	}
	uses->all[uses->count++] = &to->is;
	return to;
}

void
key_uses_add_served(struct key_uses *uses, const struct agent_use_row *use)
{
	struct noted_use *to = add(uses);

	if (to == NULL)
		return;
	to->is = (struct apam_key_use){ .size = sizeof(to->is),
		.profile = use->profile,
		.program = use->program,
		.unit = use->unit,
		.uid = (unsigned long)use->user,
		.at = use->at,
		.count = use->count,
		.signer = "" };
}

/* Whoever noted that it has no name: "" would be the agent. */
void
key_uses_add_noted(struct key_uses *uses, const struct key_note *note)
{
	struct noted_use *to = add(uses);

	if (to == NULL)
		return;
	memcpy(to->program, note->program, sizeof(to->program));
	memcpy(to->unit, note->other_unit, sizeof(to->unit));
	to->is = (struct apam_key_use){ .size = sizeof(to->is),
		.profile = "",
		.program = "",
		.unit = to->unit,
		.uid = note->other_uid,
		.at = note->at,
		.signer = note->program[0] == '\0' ? "?" : to->program,
		.signer_uid = note->uid };
}

static int
compare(const void *a, const void *b)
{
	const struct apam_key_use *const *one = a, *const *other = b;

	return ((*one)->at < (*other)->at) - ((*one)->at > (*other)->at);
}

void
key_uses_sort(struct key_uses *uses)
{
	if (uses->count > 0)
		qsort(uses->all, uses->count, sizeof(struct apam_key_use *),
		    compare);
}

void
key_uses_free(struct key_uses *uses)
{
	for (size_t i = 0; i < uses->count; i++)
		free(uses->all[i]);
	free(uses->all);
	*uses = (struct key_uses){ .all = NULL };
}
