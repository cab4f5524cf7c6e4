/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The signature of one request, while modules make it.
 */
#include "abi/signing.h"

#include <string.h>

#include "base/error.h"

void
signing_init(struct apam_signing *s)
{
	memset(s, 0, sizeof(*s));
	fields_init(&s->headers);
	fields_init(&s->query);
	fields_init(&s->covers);
	error_clear(&s->error);
}

void
signing_free(struct apam_signing *s)
{
	fields_free(&s->covers);
	fields_free(&s->query);
	fields_free(&s->headers);
}

bool
signing_contributed(const struct apam_signing *s)
{
	return s->headers.count > 0 || s->query.count > 0;
}

const char *
signing_refused(const struct apam_signing *s)
{
	if (s->headers.refused != NULL)
		return s->headers.refused;
	if (s->query.refused != NULL)
		return s->query.refused;
	return s->covers.refused;
}

enum apam_status
signing_check(const struct apam_signing *s, struct apam_error *err)
{
	const char *why = signing_refused(s);
	bool no_memory = s->headers.text.no_memory || s->query.text.no_memory ||
	    s->covers.text.no_memory;

	if (why == NULL)
		return APAM_OK;
	return error_set(
	    err, no_memory ? APAM_E_MEMORY : APAM_E_HEADER, "%s", why);
}
