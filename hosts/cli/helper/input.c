/* SPDX-License-Identifier: BSD-2-Clause */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "helper/input.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/header_text.h"
#include "lib/report.h"

#define INPUT_MAX 65536 /* bytes */

/* Bytes that were read; -1 with errno set. */
static ssize_t
read_all(char *to, size_t room)
{
	size_t n = 0;

	while (n < room) {
		const ssize_t got = read(STDIN_FILENO, to + n, room - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	return (ssize_t)n;
}

char *
input_read(void)
{
	char *text = malloc(INPUT_MAX + 1);
	ssize_t n;

	if (text == NULL) {
		complain("out of memory");
		return NULL;
	}
	n = read_all(text, INPUT_MAX);
	if (n >= 0 && n < INPUT_MAX) {
		text[n] = '\0';
		return text;
	}
	if (n < 0)
		complain("cannot read standard input: %s", strerror(errno));
	else
		complain("standard input has more than %d bytes", INPUT_MAX);
	free(text);
	return NULL;
}

int
output_write(const struct apam_str *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!write_all(STDOUT_FILENO, parts[i])) {
			complain("cannot write standard output: %s",
			    strerror(errno));
			return STATUS_INTERNAL;
		}
	return STATUS_DONE;
}

int
output_json(json_t *value)
{
	char *text = value == NULL ? NULL : json_dumps(value, JSON_COMPACT);
	int code = STATUS_INTERNAL;

	json_decref(value);
	if (text == NULL) {
		complain("what there is to say cannot be written as JSON");
		return code;
	}
	code = output_write(
	    (struct apam_str[]){ apam_str(text), APAM_STR("\n") }, 2);
	explicit_bzero(text, strlen(text));
	free(text);
	return code;
}

json_t *
output_text(struct apam_str text)
{
	return json_stringn(text.p, text.n);
}
