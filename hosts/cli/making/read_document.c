/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The document that a new profile is made from: its bytes, and what it says of
 * itself.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "lib/report.h"
#include "making/making.h"

/* Its bytes, in m->bytes; false with errno set, or 0 where it is too large. */
static bool
read_file(struct making *m, const char *path, size_t *n)
{
	FILE *from = fopen(path, "rb");
	size_t room = 1 << 16, got;
	char *more;

	*n = 0;
	while (from != NULL && *n <= OPENAPI_BYTES_MAX) {
		more = realloc(m->bytes, room);
		if (more == NULL)
			break;
		m->bytes = more;
		got = fread(m->bytes + *n, 1, room - *n, from);
		*n += got;
		if (got == 0 && ferror(from) == 0) {
			(void)fclose(from);
			return true;
		}
		if (got == 0)
			break;
		room *= *n == room ? 2 : 1;
	}
	if (from != NULL && *n > OPENAPI_BYTES_MAX)
		errno = EFBIG;
	if (from != NULL)
		(void)fclose(from);
	return false;
}

int
making_read_document(struct making *m)
{
	const char *path = args_value(m->args, "openapi"), *why;
	char problem[OPENAPI_TEXT_SIZE];
	size_t n;

	if (path == NULL)
		return STATUS_DONE;
	if (!read_file(m, path, &n)) {
		complain("%s: %s", path, strerror(errno));
		return STATUS_USAGE;
	}
	(void)snprintf(m->document, sizeof(m->document), "%s", path);
	utf8_flatten(m->document);
	why = openapi_read(&m->doc, (struct apam_str){ m->bytes, n }, problem);
	if (why != NULL) {
		complain("%s: %s", m->document, why);
		return STATUS_USAGE;
	}
	m->draft.document = m->document;
	m->draft.title = m->doc.title;
	if (m->doc.elsewhere > 0)
		complain(
		    "%s: %u of its operations have servers of their own: "
		    "add those to origins, where they are to be signed, too",
		    m->document, m->doc.elsewhere);
	return STATUS_DONE;
}
