/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors for people.  The texts come from the library and contain no secret.
 * The hints are a table, so that each names one thing to do.
 */
#include "lib/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/command.h"
#include "lib/json_out.h"
#include "lib/progress.h"
#include "lib/shell_word.h"

static const struct {
	enum apam_status status;
	const char *text;
} hints[] = {
	{ APAM_E_NO_PROFILE, "`apam list` shows the profiles" },
	{ APAM_E_CONFIG, "`apam lint` shows all that is wrong" },
	{ APAM_E_TRUST, "put that right, then run `apam lint`" },
	{ APAM_E_SECRET,
	    "store the secret there (`apam secret set FILE`), then run "
	    "`apam lint`" },
	{ APAM_E_MODULE, "`apam module list` shows the modules" },
	{ APAM_E_ACCESS,
	    "run it as root, or let a group of this user read the file" },
	{ APAM_E_DEADLINE, "try again, or give it longer with --timeout" },
	{ APAM_E_THROTTLED, "wait before you try again" },
	{ APAM_E_ORIGIN, "`apam explain URL` shows which profile signs it" },
	{ APAM_E_REVOKED,
	    "make a new key at the provider and store it for the profile" },
	{ APAM_E_REJECTED,
	    "compare id, secret and URL with the provider's; only where all are "
	    "right make a new key, which may kill the old one" },
	{ APAM_E_EXPIRED,
	    "make a new key at the provider and store it for the profile" },
};

static bool in_json;

void
report_in_json(bool json)
{
	in_json = json;
}

/* Print and free `line`. */
static void
print_json(json_t *line)
{
	progress_hide();
	/* It fails where standard error does: nobody can be told. */
	(void)json_dumpf(line, stderr, JSON_COMPACT | JSON_PRESERVE_ORDER);
	fputc('\n', stderr);
	json_decref(line);
}

/* Add a member, unless its text is empty. */
static void
add_text(json_t *line, const char *name, const char *text)
{
	if (text != NULL && text[0] != '\0')
		json_object_set_new(line, name, json_text(text));
}

static void
print_error_json(const char *profile, const struct apam_error *err,
    const char *text, const char *hint)
{
	const bool warning = err->status == APAM_OK;
	json_t *line = json_object();

	add_text(line, warning ? "warning" : "error", text);
	if (!warning)
		add_text(line, "status", apam_status_name(err->status));
	add_text(line, "profile", profile);
	add_text(line, "file", err->file);
	if (err->line > 0)
		json_object_set_new(line, "line", json_integer(err->line));
	add_text(line, "hint", hint);
	print_json(line);
}

void
complain(const char *format, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	progress_hide();
	if (in_json)
		print_json(json_pack("{s:o}", "message", json_text(text)));
	else
		fprintf(stderr, "apam: %s\n", text);
}

void
tell(const char *format, ...)
{
	va_list ap;

	progress_hide();
	if (isatty(STDOUT_FILENO) != 1)
		return;
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
}

static void
print_error(const char *profile, const struct apam_error *err, const char *text)
{
	const char *word = err->status == APAM_OK ? "warning" : "error";

	progress_hide();
	if (err->file[0] != '\0' && err->line > 0)
		fprintf(stderr, "%s:%u: %s: %s\n", err->file, err->line, word,
		    text);
	else if (err->file[0] != '\0')
		fprintf(stderr, "%s: %s: %s\n", err->file, word, text);
	else if (profile != NULL)
		complain("%s: %s", profile, text);
	else
		complain("%s", text);
}

/* Print an error and what to do about it; `hint` may be NULL. */
static void
report_all(const char *profile, const struct apam_error *err, const char *hint)
{
	const char *text = err->text;

	if (text[0] == '\0')
		text = apam_status_text(err->status);
	if (profile == NULL && err->profile[0] != '\0')
		profile = err->profile;
	if (in_json) {
		print_error_json(profile, err, text, hint);
		return;
	}
	print_error(profile, err, text);
	if (hint != NULL)
		complain("%s", hint);
}

void
report_error(const char *profile, const struct apam_error *err)
{
	report_all(profile, err, NULL);
}

void
report_with_hint(const struct apam_error *err, const char *hint)
{
	report_all(NULL, err, hint);
}

/* ---- Archived keys ------------------------------------------------------ */

static struct apam *about;

void
report_about(struct apam *ctx)
{
	about = ctx;
}

/* The entry that an error is about, and the id of its key. */
struct named {
	int entry;
	char id[SHELL_WORD_SIZE];
};

static bool
note_id(void *arg, const struct apam_profile_info *info)
{
	struct named *named = arg;

	if (named->entry >= 0 && (size_t)named->entry < info->entry_count)
		shell_word(named->id, info->entries[named->entry]->key_id);
	return true;
}

/* The text is valid until the next call. */
static const char *
hint_archived(const struct apam_error *err)
{
	static char text[SHELL_WORD_SIZE + 128];
	struct named named = { .entry = err->entry };
	struct apam_profile *profile = NULL;

	if (about != NULL && err->profile[0] != '\0' &&
	    apam_profile_get(about, err->profile, &profile, NULL) == APAM_OK)
		apam_profile_show(profile, note_id, &named);
	(void)snprintf(text, sizeof(text),
	    "give the profile another key; or let this one sign again: "
	    "`apam keys restore %s%s`",
	    named.id[0] == '-' ? "-- " : "",
	    named.id[0] == '\0' ? "ID" : named.id);
	return text;
}

/* Its secret is one that a login brings, not one of a file. */
static bool
is_of_record(const struct apam_error *err)
{
	return err->status == APAM_E_SECRET &&
	    strstr(err->text, "store:") != NULL;
}

/* It is there, and the disk that it lies on fails. */
static bool
is_of_disk(const struct apam_error *err)
{
	return is_of_record(err) && strstr(err->text, " of store:") != NULL &&
	    (strstr(err->text, " cannot be ") != NULL ||
		strstr(err->text, "there is no room") != NULL);
}

/* The text is valid until the next call. */
static const char *
hint_login(const struct apam_error *err)
{
	static char text[APAM_NAME_SIZE + 64];

	(void)snprintf(text, sizeof(text), "run `apam login %s`",
	    err->profile[0] == '\0' ? "PROFILE" : err->profile);
	return text;
}

const char *
report_hint_for(const struct apam_error *err)
{
	/* If no file is at fault, the error's text itself says what to do. */
	if (err->status == APAM_E_CONFIG && err->file[0] == '\0')
		return NULL;
	/* The secret is stored, but another user's programs may read it. */
	if (strstr(err->text, "run it as root") != NULL)
		return NULL;
	if (err->status == APAM_E_ARCHIVED)
		return hint_archived(err);
	if (strstr(err->text, "say which one, by its number") != NULL)
		return "`apam status` numbers the entries; --entry N names one";
	if (is_of_disk(err))
		return "make room in state_dir, or let this user write there; "
		       "nobody has to log in";
	if (err->status == APAM_E_LOGIN || is_of_record(err))
		return hint_login(err);
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (hints[i].status == err->status)
			return hints[i].text;
	return NULL;
}

void
report_hint(const struct apam_error *err)
{
	const char *hint = report_hint_for(err);

	if (hint != NULL)
		complain("%s", hint);
}

int
report(
    const char *profile, enum apam_status status, const struct apam_error *err)
{
	struct apam_error copy = *err;

	copy.status = status;
	if (profile != NULL && copy.profile[0] == '\0')
		(void)snprintf(
		    copy.profile, sizeof(copy.profile), "%s", profile);
	report_all(profile, &copy, report_hint_for(&copy));
	return exit_status(status);
}

int
exit_status(enum apam_status status)
{
	if (status == APAM_OK)
		return STATUS_DONE;
	switch (APAM_CLASS(status)) {
	case APAM_CLASS_USAGE:
		return STATUS_USAGE;
	case APAM_CLASS_CONFIG:
		return STATUS_CONFIG;
	case APAM_CLASS_TEMPORARY:
		return STATUS_TEMPORARY;
	case APAM_CLASS_DENIED:
	case APAM_CLASS_REVOKED:
		return STATUS_REFUSED;
	default:
		return STATUS_INTERNAL;
	}
}

const char *
report_key_state(const struct apam_key_report *report)
{
	return report->why == APAM_E_LOGIN ? "login needed" :
					     apam_key_state_name(report->state);
}

int
report_key_status(const struct apam_key_report *report)
{
	if (APAM_CLASS(report->why) == APAM_CLASS_CONFIG)
		return STATUS_CONFIG;
	if (report->why == APAM_E_LOGIN)
		return STATUS_REFUSED;
	if (report->state == APAM_KEY_GOOD)
		return STATUS_DONE;
	return report->state == APAM_KEY_UNKNOWN ? STATUS_TEMPORARY :
						   STATUS_REFUSED;
}

int
report_certificate(void)
{
	complain(
	    "the profile signs with a client certificate, which headers do "
	    "not carry: use `apam request`");
	return STATUS_REFUSED;
}

int
report_body(void)
{
	complain("the scheme rewrites the body that is sent, which headers do "
		 "not carry: use `apam request`");
	return STATUS_REFUSED;
}

int
report_answers(void)
{
	complain("the provider signs its answers, which curl does not verify: "
		 "use `apam request`");
	return STATUS_REFUSED;
}
