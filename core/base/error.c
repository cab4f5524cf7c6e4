/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The detail of a failure, filled in once.
 *
 * Texts come from this library, from modules and from the libraries below.
 * Anything that could break the line that a person reads is replaced here.  The
 * detail is not a log.
 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/utf8.h"

/* Make it one line of whole characters: cutting may have split the last one. */
static void
make_line(char *text, size_t size)
{
	size_t lead = strlen(text);
	const bool full = lead + 1 >= size;

	while (
	    full && lead > 0 && ((unsigned char)text[lead - 1] & 0xc0) == 0x80)
		lead--;
	if (full && lead > 0 && ((unsigned char)text[lead - 1] & 0x80) != 0)
		text[lead - 1] = '\0';
	utf8_flatten(text);
}

static void
fill_error(struct apam_error *err, enum apam_status status, const char *file,
    unsigned line, const char *format, va_list args) APAM_PRINTF(5, 0);

/* Fill in *err, unless it has an error already. */
static void
fill_error(struct apam_error *err, enum apam_status status, const char *file,
    unsigned line, const char *format, va_list args)
{
	if (err == NULL || err->status != APAM_OK)
		return;
	error_clear(err);
	err->status = status;
	err->line = line;
	if (file != NULL)
		(void)snprintf(err->file, sizeof(err->file), "%s", file);
	(void)vsnprintf(err->text, sizeof(err->text), format, args);
	make_line(err->file, sizeof(err->file));
	make_line(err->text, sizeof(err->text));
}

enum apam_status
error_set(
    struct apam_error *err, enum apam_status status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fill_error(err, status, NULL, 0, format, args);
	va_end(args);
	return status;
}

enum apam_status
error_set_at(struct apam_error *err, enum apam_status status, const char *file,
    unsigned line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fill_error(err, status, file, line, format, args);
	va_end(args);
	return status;
}

void
error_copy(struct apam_error *to, const struct apam_error *from)
{
	if (to == NULL)
		return;
	to->status = from->status;
	memcpy(to->text, from->text, sizeof(to->text));
	memcpy(to->file, from->file, sizeof(to->file));
	memcpy(to->profile, from->profile, sizeof(to->profile));
	to->line = from->line;
	to->entry = from->entry;
	if (error_has_retry_at(to))
		to->retry_at = error_has_retry_at(from) ? from->retry_at : 0;
}

void
error_locate(struct apam_error *err, const char *profile, int entry)
{
	if (err == NULL || err->status == APAM_OK)
		return;
	if (profile != NULL && err->profile[0] == '\0')
		(void)snprintf(
		    err->profile, sizeof(err->profile), "%s", profile);
	if (err->entry < 0)
		err->entry = entry;
}

void
error_retry(struct apam_error *err, int64_t wait)
{
	if (err == NULL || err->status == APAM_OK || wait <= 0 ||
	    !error_has_retry_at(err))
		return;
	err->retry_at = clock_unix() + (wait + 999) / 1000;
}
