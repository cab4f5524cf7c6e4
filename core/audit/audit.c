/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many lines are written, and where.  Threads may write at the same time:
 * the counts are single words.  No fork takes place while a line is sent, so
 * that a child has no copy of the descriptor.
 */
#include "audit/audit.h"

#include <unistd.h>

#include "audit/line.h"
#include "audit/sink.h"
#include "base/clock.h"
#include "base/fork_gate.h"
#include "base/this_process.h"
#include "file/user_dir.h"

/*
 * Of a minute's lines, these are kept free of refusals, which hosts can
 * provoke; and as many again of uses, so that programs which call themselves
 * something else each time do not hide what they are refused.
 */
#define RESERVED 20

#define MINUTE_MS 60000
#define COUNT_BITS 16 /* of audit.minute */
#define COUNT_MAX ((UINT64_C(1) << COUNT_BITS) - 1)

void
audit_init(struct audit *audit, const struct settings *settings)
{
	*audit = (struct audit){ .settings = settings,
		.journal = AUDIT_JOURNAL_SOCKET,
		.syslog = AUDIT_SYSLOG_SOCKET };
}

void
audit_renew(struct audit *audit)
{
	atomic_store(&audit->dropped, 0);
}

bool
audit_due(struct audit_repeat *repeat, enum apam_status status, int64_t now,
    unsigned long *untold)
{
	*untold = 0;
	if (status == repeat->status &&
	    now - repeat->at < AUDIT_EVERY_S * INT64_C(1000)) {
		repeat->untold++;
		return false;
	}
	*untold = repeat->untold;
	*repeat = (struct audit_repeat){ .status = status, .at = now };
	return true;
}

/*
 * Another thread may have begun the minute after this one read the clock.  One
 * that begins much later is left over from before the clock went back.
 */
static bool
has_passed(uint64_t begin, int64_t now)
{
	const int64_t since = now - (int64_t)begin;

	return since >= MINUTE_MS || since <= -MINUTE_MS;
}

/* How many lines a minute may have before one of this kind. */
static unsigned
most_before(enum audit_what what)
{
	switch (what) {
	case AUDIT_USED:
		return AUDIT_PER_MINUTE - 2 * RESERVED;
	case AUDIT_REFUSED:
		return AUDIT_PER_MINUTE - RESERVED;
	default:
		return AUDIT_PER_MINUTE;
	}
}

/* Count a line; false if this minute has had enough. */
static bool
within_rate(struct audit *audit, enum audit_what what)
{
	const unsigned limit = most_before(what);
	const int64_t now = clock_ms();
	uint64_t before = atomic_load(&audit->minute), after;

	do {
		after = before;
		if (has_passed(before >> COUNT_BITS, now))
			after = (uint64_t)now << COUNT_BITS;
		if ((after & COUNT_MAX) >= limit)
			return false;
		after++;
	} while (!atomic_compare_exchange_weak(&audit->minute, &before, after));
	return true;
}

static enum audit_sunk
tell_socket(
    const char *path, enum audit_form form, const struct audit_facts *facts)
{
	char line[AUDIT_LINE_MAX];
	const size_t n = audit_line(form, facts, line);

	return audit_sink_socket(path, (struct apam_str){ line, n });
}

/* Log it once: the next line would fail for the same reason. */
static void
say_lost(struct audit *audit, const struct apam_error *why)
{
	if (!atomic_exchange(&audit->said, true))
		log_line(audit->log, APAM_LOG_ERROR,
		    "the audit log is lost: %s", why->text);
}

static enum audit_sunk
tell_file(struct audit *audit, const struct audit_facts *facts)
{
	const struct settings *settings = audit->settings;
	struct apam_error why = APAM_ERROR_INIT;
	char line[AUDIT_LINE_MAX];
	const size_t n = audit_line(AUDIT_JSON, facts, line);
	const int directory = user_dir_open(
	    settings->state_dir, settings->user, true, &why);
	enum audit_sunk result;

	if (directory < 0) {
		say_lost(audit, &why);
		return AUDIT_LOST;
	}
	result = audit_sink_file(directory, (struct apam_str){ line, n });
	(void)close(directory);
	return result;
}

/*
 * Use the first sink that exists.  If it is full the line is dropped; it does
 * not go to the next.
 */
static enum audit_sunk
tell_sink(struct audit *audit, const struct audit_facts *facts)
{
	enum audit_sunk result = AUDIT_ABSENT;

	if (audit->settings->audit == SETTINGS_AUDIT_AUTO) {
		result = tell_socket(audit->journal, AUDIT_JOURNAL, facts);
		if (result == AUDIT_ABSENT)
			result = tell_socket(
			    audit->syslog, AUDIT_SYSLOG, facts);
	}
	return result == AUDIT_ABSENT ? tell_file(audit, facts) : result;
}

static void
write_line(struct audit *audit, const struct audit_event *event)
{
	char program[PROGRAM_NAME_SIZE];
	const unsigned long dropped = atomic_exchange(&audit->dropped, 0);
	const struct audit_facts facts = { .event = event,
		.dropped = dropped,
		.time = clock_unix(),
		.uid = (unsigned long)geteuid(),
		.pid = (long)getpid(),
		.program = program };

	program_name(program);
	if (!within_rate(audit, event->what) ||
	    tell_sink(audit, &facts) != AUDIT_TOLD)
		(void)atomic_fetch_add(&audit->dropped, dropped + 1);
}

void
audit_write(struct audit *audit, const struct audit_event *event)
{
	if (audit->settings->audit == SETTINGS_AUDIT_OFF)
		return;
	fork_defer();
	write_line(audit, event);
	fork_permit();
}
