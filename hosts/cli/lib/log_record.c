/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading lines of the audit log.  Other programs wrote them, so a line can
 * contain anything until it has been checked.
 */
#include "lib/log_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/since.h"

#define NAME_SIZE 32
#define VALUE_SIZE 1024
#define DAY 86400

static const char *const fields[] = { "MESSAGE", "APAM_EVENT", "APAM_PROFILE",
	"APAM_ENTRY", "APAM_SCHEME", "APAM_KEY", "APAM_STATE", "APAM_STATUS",
	"APAM_PROVIDER", "APAM_EVIDENCE", "APAM_REPEATS", "APAM_UID",
	"APAM_PID", "APAM_PROGRAM", "APAM_DROPPED", "APAM_FOR_UID",
	"APAM_FOR_UNIT", "APAM_FOR_PROGRAM" };
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

const char *
log_record_text(const json_t *record, const char *field)
{
	const char *text = json_string_value(json_object_get(record, field));

	return text == NULL ? "" : text;
}

int64_t
log_record_time(const json_t *record)
{
	return json_integer_value(json_object_get(record, "TIME"));
}

/* The text fields of an object, and the time of the line. */
static json_t *
take_fields(const json_t *from, int64_t at)
{
	json_t *record = json_object();
	json_t *value;

	for (size_t i = 0; i < FIELDS; i++) {
		value = json_object_get(from, fields[i]);
		if (json_is_string(value))
			json_object_set(record, fields[i], value);
	}
	json_object_set_new(record, "TIME", json_integer(at));
	if (at > 0 && log_record_text(record, "APAM_EVENT")[0] != '\0')
		return record;
	json_decref(record);
	return NULL;
}

static void
set_uid(json_t *record, const char *uid)
{
	if (record != NULL && uid[0] != '\0')
		json_object_set_new(record, "APAM_UID", json_string(uid));
}

json_t *
log_record_file(const char *line, unsigned long uid)
{
	json_t *object = json_loads(line, 0, NULL);
	json_t *record = take_fields(
	    object, json_integer_value(json_object_get(object, "TIME")));
	char text[24];

	snprintf(text, sizeof(text), "%lu", uid);
	set_uid(record, text);
	json_decref(object);
	return record;
}

json_t *
log_record_journal(const char *line)
{
	json_t *object = json_loads(line, 0, NULL);
	const char *at = log_record_text(object, "__REALTIME_TIMESTAMP");
	json_t *record = take_fields(object, strtoll(at, NULL, 10) / 1000000);

	set_uid(record, log_record_text(object, "_UID"));
	json_decref(object);
	return record;
}

/* ---- Syslog --------------------------------------------------------------- */

/* RFC 3339, as rsyslog writes it.  Fractions of a second are dropped. */
static bool
read_new_time(const char *line, int64_t *at)
{
	char text[] = "0000-00-00T00:00:00Z";
	const size_t n = sizeof(text) - 2;
	const char *zone;
	int hours = 0, minutes = 0;

	if (strlen(line) <= n || line[10] != 'T')
		return false;
	memcpy(text, line, n);
	zone = line + n;
	if (*zone == '.')
		zone += 1 + strspn(zone + 1, "0123456789");
	if (!since_read(text, 0, at))
		return false;
	if (sscanf(zone, "%3d:%2d", &hours, &minutes) == 2)
		*at -= hours * 3600 + (*zone == '-' ? -60 : 60) * minutes;
	return true;
}

/* RFC 3164, 4.1.2: "Jan 31 12:00:00", in local time. */
static bool
read_old_time(const char *line, int64_t now, int64_t *at)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const time_t today = (time_t)now;
	char name[4] = "", text[40];
	const char *month;
	int day, hour, minute, second;
	struct tm tm;

	if (sscanf(line, "%3s %2d %2d:%2d:%2d", name, &day, &hour, &minute,
		&second) != 5 ||
	    localtime_r(&today, &tm) == NULL)
		return false;
	month = strstr(months, name);
	if (month == NULL || (month - months) % 3 != 0)
		return false;
	for (int before = 0; before < 2; before++) {
		snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d",
		    tm.tm_year + 1900 - before, (int)(month - months) / 3 + 1,
		    day, hour, minute, second);
		if (since_read(text, now, at) && *at <= now + DAY)
			return true;
	}
	return false;
}

/* Copy a quoted value without its escapes; returns what follows it, or NULL. */
static const char *
read_value(const char *from, char to[VALUE_SIZE])
{
	size_t n = 0;

	for (; *from != '\0' && *from != '"'; from++) {
		if (*from == '\\' && from[1] != '\0')
			from++;
		if (n + 1 < VALUE_SIZE)
			to[n++] = *from;
	}
	to[n] = '\0';
	return *from == '"' ? from + 1 : NULL;
}

/* Read NAME="value" pairs into an object. */
static json_t *
read_pairs(const char *from)
{
	json_t *object = json_object();
	char name[NAME_SIZE], value[VALUE_SIZE];
	int n = 0;

	while (from != NULL && sscanf(from, " %31[A-Z_]=\"%n", name, &n) == 1 &&
	    n > 0) {
		from = read_value(from + n, value);
		n = 0;
		if (from != NULL)
			json_object_set_new(object, name, json_string(value));
	}
	return object;
}

json_t *
log_record_syslog(const char *line, int64_t now)
{
	const char *tag = strstr(line, " apam["), *pairs, *message;
	json_t *object, *record;
	int64_t at;

	if (tag == NULL ||
	    (!read_new_time(line, &at) && !read_old_time(line, now, &at)))
		return NULL;
	message = strstr(tag, "]: ");
	/* Quotes in the message are escaped, so this one is not in it. */
	pairs = message == NULL ? NULL : strstr(message, " APAM_EVENT=\"");
	if (pairs == NULL)
		return NULL;
	object = read_pairs(pairs);
	json_object_set_new(object, "MESSAGE",
	    json_stringn(message + 3, (size_t)(pairs - message - 3)));
	record = take_fields(object, at);
	json_decref(object);
	return record;
}

json_t *
log_record_any(const char *line, int64_t now)
{
	json_t *object, *record;

	if (line[0] != '{')
		return log_record_syslog(line, now);
	record = log_record_journal(line);
	if (record != NULL)
		return record;
	object = json_loads(line, 0, NULL);
	record = take_fields(
	    object, json_integer_value(json_object_get(object, "TIME")));
	json_decref(object);
	return record;
}
