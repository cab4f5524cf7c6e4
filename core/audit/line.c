/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fields are written in a fixed order, in one of three forms.  The facility is
 * authpriv, whose logs only administrators may read.
 */
#include "audit/line.h"

#include <assert.h>
#include <stdio.h>

#include "base/str.h"
#include "base/utf8.h"

#define MESSAGE_ROOM 1024 /* more than is written of it */
#define FACILITY 10 /* RFC 3164, 4.1.1: security, private */
enum { WARNING = 4, NOTICE = 5 };

struct writer {
	enum audit_form form;
	char *to;
	size_t n;
};

/* ---- Text --------------------------------------------------------------- */

static void
line_put(struct writer *w, struct apam_str s)
{
	assert(w->n + s.n <= AUDIT_LINE_MAX);
	memcpy(w->to + w->n, s.p, s.n);
	w->n += s.n;
}

static void
put_character(struct writer *w, struct apam_str c)
{
	if (w->form != AUDIT_JOURNAL && (c.p[0] == '"' || c.p[0] == '\\'))
		line_put(w, APAM_STR("\\"));
	line_put(w, c);
}

static void
put_clean(struct writer *w, const char *value, size_t max)
{
	struct apam_str rest = apam_str(value), c;
	size_t used = 0;

	while (rest.n > 0) {
		c = utf8_take_plain(&rest);
		used += c.n;
		if (used > max)
			return;
		put_character(w, c);
	}
}

/* ---- Fields ------------------------------------------------------------- */

static void
put_field(struct writer *w, const char *name, const char *value, size_t max)
{
	if (value == NULL || value[0] == '\0')
		return;
	if (w->form == AUDIT_JSON)
		line_put(w, APAM_STR(",\""));
	else if (w->form == AUDIT_SYSLOG)
		line_put(w, APAM_STR(" "));
	line_put(w, apam_str(name));
	line_put(w,
	    w->form == AUDIT_JSON       ? APAM_STR("\":\"") :
		w->form == AUDIT_SYSLOG ? APAM_STR("=\"") :
					  APAM_STR("="));
	put_clean(w, value, max);
	line_put(w, w->form == AUDIT_JOURNAL ? APAM_STR("\n") : APAM_STR("\""));
}

static void
put_text(struct writer *w, const char *name, const char *value)
{
	put_field(w, name, value, AUDIT_TEXT_MAX);
}

static void
put_number(struct writer *w, const char *name, long long value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", value);
	put_text(w, name, text);
}

/* ---- What the event says ------------------------------------------------- */

static const char *
event_name(enum audit_what what)
{
	switch (what) {
	case AUDIT_STATE:
		return "state";
	case AUDIT_REFUSED:
		return "refused";
	case AUDIT_REGISTRY:
		return "registry";
	case AUDIT_LOGIN:
		return "login";
	case AUDIT_USED:
		return "used";
	}
	return "unknown";
}

static bool
is_state(const struct audit_event *event, enum apam_key_state state)
{
	return event->state != NULL &&
	    strcmp(event->state, apam_key_state_name(state)) == 0;
}

static int
priority(const struct audit_event *event)
{
	if (event->what == AUDIT_LOGIN)
		return event->state != NULL &&
			strcmp(event->state, AUDIT_LOGIN_NEEDED) == 0 ?
		    WARNING :
		    NOTICE;
	return event->what == AUDIT_STATE &&
		(is_state(event, APAM_KEY_EXPIRED) ||
		    is_state(event, APAM_KEY_ARCHIVED) ||
		    is_state(event, APAM_KEY_REVOKED) ||
		    is_state(event, APAM_KEY_REJECTED)) ?
	    WARNING :
	    NOTICE;
}

static bool
has_text(const char *text)
{
	return text != NULL && text[0] != '\0';
}

/* Append a part to a message; colons separate them. */
static void
add_part(char message[MESSAGE_ROOM], const char *word, const char *part)
{
	const size_t n = strlen(message);

	if (!has_text(part))
		return;
	(void)snprintf(message + n, MESSAGE_ROOM - n, "%s%s%s",
	    n == 0 ? "" : ": ", word, part);
}

/* "user 1000, backup.service, program curl" */
static void
add_asker(char message[MESSAGE_ROOM], const char *word,
    const struct audit_asker *asker)
{
	char text[MESSAGE_ROOM / 2];

	if (asker == NULL)
		return;
	(void)snprintf(text, sizeof(text), "user %lu%s%.200s%s%.200s",
	    asker->uid, has_text(asker->unit) ? ", " : "",
	    has_text(asker->unit) ? asker->unit : "",
	    has_text(asker->program) ? ", program " : "",
	    has_text(asker->program) ? asker->program : "");
	add_part(message, word, text);
}

/* What was refused, and why. */
static void
add_refusal(char message[MESSAGE_ROOM], const struct audit_event *event)
{
	static const char *const words[] = {
		[AUDIT_NOT_SIGNED] = "not signed: ",
		[AUDIT_NOT_VERIFIED] = "no answer verified: ",
		[AUDIT_NOT_REVOKED] = "not revoked: ",
	};

	add_part(message, words[event->refused],
	    has_text(event->evidence) ? event->evidence :
					apam_status_text(event->status));
}

static void
put_message(struct writer *w, const struct audit_event *event)
{
	char message[MESSAGE_ROOM] = "";

	add_part(message, "profile ", event->profile);
	add_part(message, "key ", event->key_id);
	add_asker(message, event->what == AUDIT_USED ? "signed for " : "for ",
	    event->asker);
	if (event->what != AUDIT_REFUSED) {
		add_part(message, "", event->state);
		add_part(message, "at the provider ", event->provider);
		add_part(message, "", event->evidence);
	} else {
		add_refusal(message, event);
	}
	if (w->form == AUDIT_SYSLOG)
		put_clean(w, message, AUDIT_MESSAGE_MAX);
	else
		put_field(w, "MESSAGE", message, AUDIT_MESSAGE_MAX);
}

static void
put_event(struct writer *w, const struct audit_event *event)
{
	put_text(w, "APAM_EVENT", event_name(event->what));
	put_text(w, "APAM_PROFILE", event->profile);
	if (event->entry >= 0)
		put_number(w, "APAM_ENTRY", event->entry + 1LL);
	put_text(w, "APAM_SCHEME", event->scheme);
	put_text(w, "APAM_KEY", event->key_id);
	put_text(w, "APAM_STATE", event->state);
	if (event->what == AUDIT_REFUSED)
		put_text(w, "APAM_STATUS", apam_status_name(event->status));
	put_text(w, "APAM_PROVIDER", event->provider);
	put_text(w, "APAM_EVIDENCE", event->evidence);
	if (event->asker != NULL) {
		put_number(w, "APAM_FOR_UID", (long long)event->asker->uid);
		put_text(w, "APAM_FOR_UNIT", event->asker->unit);
		put_text(w, "APAM_FOR_PROGRAM", event->asker->program);
	}
	if (event->repeats > 0)
		put_number(w, "APAM_REPEATS", (long long)event->repeats);
}

/* ---- The line ----------------------------------------------------------- */

/* Write what comes before the message. */
static void
put_head(struct writer *w, const struct audit_facts *facts)
{
	const int level = priority(facts->event);
	char text[64] = "";

	if (w->form == AUDIT_JSON)
		(void)snprintf(text, sizeof(text), "{\"TIME\":%lld",
		    (long long)facts->time);
	else if (w->form == AUDIT_SYSLOG)
		(void)snprintf(text, sizeof(text),
		    "<%d>apam[%ld]: ", FACILITY * 8 + level, facts->pid);
	line_put(w, apam_str(text));
	if (w->form == AUDIT_SYSLOG)
		return;
	put_number(w, "PRIORITY", level);
	put_text(w, "SYSLOG_IDENTIFIER", "apam");
	if (w->form == AUDIT_JOURNAL)
		put_number(w, "SYSLOG_FACILITY", FACILITY);
}

size_t
audit_line(enum audit_form form, const struct audit_facts *facts,
    char to[AUDIT_LINE_MAX])
{
	struct writer w = { form, to, 0 };

	put_head(&w, facts);
	put_message(&w, facts->event);
	put_event(&w, facts->event);
	put_number(&w, "APAM_UID", (long long)facts->uid);
	put_number(&w, "APAM_PID", facts->pid);
	put_text(&w, "APAM_PROGRAM", facts->program);
	if (facts->dropped > 0)
		put_number(&w, "APAM_DROPPED", (long long)facts->dropped);
	if (form == AUDIT_JSON)
		line_put(&w, APAM_STR("}\n"));
	return w.n;
}
