/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines that carry the credential out of this program.  They bypass stdio,
 * because its buffers are not wiped.
 */
#include "lib/header_text.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static size_t
total(const struct apam_signature *signature)
{
	size_t n = 0;

	for (size_t i = 0; i < signature->header_count; i++)
		n += signature->headers[i].name.n +
		    signature->headers[i].value.n + sizeof(": \n") - 1;
	return n;
}

static void
put_str(struct header_text *text, struct apam_str s)
{
	if (s.n > 0)
		memcpy(text->p + text->n, s.p, s.n);
	text->n += s.n;
}

bool
header_text_new(
    struct header_text *text, const struct apam_signature *signature)
{
	text->n = 0;
	text->p = malloc(total(signature) + 1);
	if (text->p == NULL)
		return false;
	for (size_t i = 0; i < signature->header_count; i++) {
		put_str(text, signature->headers[i].name);
		put_str(text, APAM_STR(": "));
		put_str(text, signature->headers[i].value);
		put_str(text, APAM_STR("\n"));
	}
	return true;
}

void
header_text_free(struct header_text *text)
{
	/*
	 * volatile: the optimiser would remove writes that come just before
	 * free.
	 */
	volatile char *p = text->p;

	for (size_t i = 0; i < text->n; i++)
		p[i] = 0;
	free(text->p);
	text->p = NULL;
	text->n = 0;
}

bool
write_all(int fd, struct apam_str bytes)
{
	size_t done = 0;

	while (done < bytes.n) {
		ssize_t n = write(fd, bytes.p + done, bytes.n - done);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			done += (size_t)n;
	}
	return true;
}
