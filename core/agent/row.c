/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of the rows.  Each kind of row has tags of its own, from 1, which
 * are appended to and never renumbered.
 */
#include "agent/row.h"

#include <stddef.h>

#include "agent/layout.h"

#define ROW_MAX 8192 /* bytes: more than the texts of any row */

#define FIELD(type, member, tag, kind, max)                                    \
	{                                                                      \
		tag, LAYOUT_##kind, offsetof(struct type, member), max, false  \
	}
#define LAYOUT(type, fields)                                                   \
	{                                                                      \
		sizeof(struct type), fields,                                   \
		    sizeof(fields) / sizeof((fields)[0])                       \
	}

static bool
put_row(const struct layout *layout, const void *from, struct frame_writer *to)
{
	char room[1024];
	struct frame_writer row;
	struct buf items;
	bool ok;

	buf_init_in(&items, ROW_MAX, room, sizeof(room));
	frame_begin(&row, &items, 0, 0);
	ok = layout_write(layout, from, &row) &&
	    agent_row_put(to, buf_view(&items));
	buf_free(&items);
	return ok;
}

/* A state of a newer library's. */
static void
know_state(enum apam_key_state *state)
{
	if ((unsigned)*state > APAM_KEY_REJECTED)
		*state = APAM_KEY_UNKNOWN;
}

/* ---- Where credentials stand --------------------------------------------- */

static const struct layout_field status_fields[] = {
	FIELD(apam_entry_status, entry, 1, UNSIGNED, APAM_ENTRIES_MAX - 1),
	FIELD(apam_entry_status, latched, 2, STATUS, 0),
	FIELD(apam_entry_status, key_state, 3, UNSIGNED, 0),
	FIELD(apam_entry_status, last_status, 4, STATUS, 0),
	FIELD(apam_entry_status, scheme, 5, CHARS, APAM_NAME_SIZE),
	FIELD(apam_entry_status, key_id, 6, CHARS, APAM_KEY_ID_SIZE),
	FIELD(apam_entry_status, evidence, 7, CHARS, APAM_EVIDENCE_SIZE),
	FIELD(apam_entry_status, last_error, 8, CHARS, APAM_TEXT_SIZE),
	FIELD(apam_entry_status, usable, 9, BOOL, 0),
	FIELD(apam_entry_status, refreshing, 10, BOOL, 0),
	FIELD(apam_entry_status, generation, 11, NUMBER, 0),
	FIELD(apam_entry_status, acquired_at, 12, NUMBER, 0),
	FIELD(apam_entry_status, expires_in, 13, NUMBER, 0),
	FIELD(apam_entry_status, refresh_in, 14, NUMBER, 0),
	FIELD(apam_entry_status, checked_at, 15, NUMBER, 0),
	FIELD(apam_entry_status, last_error_at, 16, NUMBER, 0),
	FIELD(apam_entry_status, stored, 17, CHARS, APAM_EVIDENCE_SIZE),
	FIELD(apam_entry_status, login_needed, 18, BOOL, 0),
	FIELD(apam_entry_status, stored_at, 19, NUMBER, 0),
	FIELD(apam_entry_status, exchanges, 20, NUMBER, 0),
	FIELD(apam_entry_status, unanswered, 21, NUMBER, 0),
	FIELD(apam_entry_status, acquired, 22, NUMBER, 0),
	FIELD(apam_entry_status, not_acquired, 23, NUMBER, 0),
};
static const struct layout status_layout = LAYOUT(
    apam_entry_status, status_fields);

bool
agent_put_status(
    struct frame_writer *to, const struct apam_entry_status *status)
{
	return put_row(&status_layout, status, to);
}

const char *
agent_take_status(struct apam_entry_status *status, struct apam_str row)
{
	const char *wrong = layout_read(&status_layout, status, NULL, row);

	status->size = sizeof(*status);
	know_state(&status->key_state);
	return wrong;
}

/* ---- What became of checks and revocations ------------------------------- */

static const struct layout_field report_fields[] = {
	FIELD(apam_key_report, entry, 1, UNSIGNED, APAM_ENTRIES_MAX - 1),
	FIELD(apam_key_report, state, 2, UNSIGNED, 0),
	FIELD(apam_key_report, checked_at, 3, NUMBER, 0),
	FIELD(apam_key_report, scheme, 4, CHARS, APAM_NAME_SIZE),
	FIELD(apam_key_report, key_id, 5, CHARS, APAM_KEY_ID_SIZE),
	FIELD(apam_key_report, evidence, 6, CHARS, APAM_EVIDENCE_SIZE),
	FIELD(apam_key_report, why, 7, STATUS, 0),
};
static const struct layout report_layout = LAYOUT(
    apam_key_report, report_fields);

bool
agent_put_report(struct frame_writer *to, const struct apam_key_report *report)
{
	return put_row(&report_layout, report, to);
}

const char *
agent_take_report(struct apam_key_report *report, struct apam_str row)
{
	const char *wrong = layout_read(&report_layout, report, NULL, row);

	report->size = sizeof(*report);
	know_state(&report->state);
	return wrong;
}

static const struct layout_field revoked_fields[] = {
	FIELD(apam_revoke_report, entry, 1, UNSIGNED, APAM_ENTRIES_MAX - 1),
	FIELD(apam_revoke_report, status, 2, STATUS, 0),
	FIELD(apam_revoke_report, scheme, 3, CHARS, APAM_NAME_SIZE),
	FIELD(apam_revoke_report, key_id, 4, CHARS, APAM_KEY_ID_SIZE),
	FIELD(apam_revoke_report, text, 5, CHARS, APAM_EVIDENCE_SIZE),
	FIELD(apam_revoke_report, drop_text, 6, CHARS, APAM_EVIDENCE_SIZE),
	FIELD(apam_revoke_report, had_credential, 7, BOOL, 0),
	FIELD(apam_revoke_report, drop_status, 8, STATUS, 0),
};
static const struct layout revoked_layout = LAYOUT(
    apam_revoke_report, revoked_fields);

bool
agent_put_revoked(
    struct frame_writer *to, const struct apam_revoke_report *report)
{
	return put_row(&revoked_layout, report, to);
}

const char *
agent_take_revoked(struct apam_revoke_report *report, struct apam_str row)
{
	const char *wrong = layout_read(&revoked_layout, report, NULL, row);

	report->size = sizeof(*report);
	return wrong;
}

/* ---- What the rules give ------------------------------------------------- */

static const struct layout_field grant_fields[] = {
	FIELD(apam_grant, ruled, 1, BOOL, 0),
	FIELD(apam_grant, given, 2, BOOL, 0),
	FIELD(apam_grant, give, 3, UNSIGNED, APAM_GIVE_SECRET),
	FIELD(apam_grant, rule, 4, UNSIGNED, 0),
	FIELD(apam_grant, line, 5, UNSIGNED, 0),
	FIELD(apam_grant, why_not, 6, CHARS, APAM_TEXT_SIZE),
};
static const struct layout grant_layout = LAYOUT(apam_grant, grant_fields);

bool
agent_put_grant(struct frame_writer *to, const struct apam_grant *grant)
{
	return put_row(&grant_layout, grant, to);
}

const char *
agent_take_grant(struct apam_grant *grant, struct apam_str row)
{
	const char *wrong = layout_read(&grant_layout, grant, NULL, row);

	grant->size = sizeof(*grant);
	return wrong;
}

/* ---- Uses ---------------------------------------------------------------- */

static const struct layout_field use_fields[] = {
	FIELD(agent_use_row, profile, 1, CHARS, APAM_NAME_SIZE),
	FIELD(agent_use_row, entry, 2, UNSIGNED, APAM_ENTRIES_MAX - 1),
	FIELD(agent_use_row, program, 3, CHARS, AGENT_PROGRAM_MAX + 1),
	FIELD(agent_use_row, unit, 4, CHARS, AGENT_UNIT_SIZE),
	FIELD(agent_use_row, user, 5, NUMBER, UINT32_MAX),
	FIELD(agent_use_row, at, 6, NUMBER, INT64_MAX),
	FIELD(agent_use_row, count, 7, NUMBER, 0),
};
static const struct layout use_layout = LAYOUT(agent_use_row, use_fields);

bool
agent_put_use(struct frame_writer *to, const struct agent_use_row *use)
{
	return put_row(&use_layout, use, to);
}

const char *
agent_take_use(struct agent_use_row *use, struct apam_str row)
{
	return layout_read(&use_layout, use, NULL, row);
}
