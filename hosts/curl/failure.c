/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The detail of a failure.
 */
#include "curl/failure.h"

#include <stdarg.h>
#include <stdio.h>

bool
failure_has_size(const struct apam_error *err)
{
	return err->size >=
	    offsetof(struct apam_error, entry) + sizeof(err->entry);
}

void
failure_clear(struct apam_error *err)
{
	err->status = APAM_OK;
	err->text[0] = '\0';
	err->file[0] = '\0';
	err->profile[0] = '\0';
	err->line = 0;
	err->entry = -1;
}

enum apam_status
failure_set(
    struct apam_error *err, enum apam_status status, const char *format, ...)
{
	va_list args;

	failure_clear(err);
	err->status = status;
	va_start(args, format);
	(void)vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return status;
}

void
failure_copy(struct apam_error *to, const struct apam_error *from)
{
	to->status = from->status;
	memcpy(to->text, from->text, sizeof(to->text));
	memcpy(to->file, from->file, sizeof(to->file));
	memcpy(to->profile, from->profile, sizeof(to->profile));
	to->line = from->line;
	to->entry = from->entry;
}

void
failure_locate(struct apam_error *err, const char *profile)
{
	if (err->profile[0] == '\0')
		(void)snprintf(
		    err->profile, sizeof(err->profile), "%s", profile);
}
