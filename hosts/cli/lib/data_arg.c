/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Request bodies are read into memory completely, so that a request can be sent
 * twice.
 */
#include "lib/data_arg.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define CHUNK 65536

/* Append the rest of `from`. */
static bool
read_rest(FILE *from, struct data *data)
{
	size_t n = 0, got = CHUNK;

	while (got == CHUNK) {
		char *more = realloc(data->owned, n + CHUNK);
		if (more == NULL)
			return false;
		data->owned = more;
		got = fread(more + n, 1, CHUNK, from);
		n += got;
	}
	data->bytes = (struct apam_str){ data->owned, n };
	return ferror(from) == 0;
}

bool
data_read_file(const char *name, struct data *data)
{
	FILE *from = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
	int saved;
	bool ok;

	memset(data, 0, sizeof(*data));
	if (from == NULL)
		return false;
	ok = read_rest(from, data);
	saved = errno;
	if (from != stdin)
		fclose(from);
	errno = saved;
	return ok;
}

/* Only objects and lists: a lone number or word may as well be a form. */
static bool
is_json(struct apam_str bytes)
{
	json_t *value = json_loadb(
	    bytes.n == 0 ? "" : bytes.p, bytes.n, JSON_ALLOW_NUL, NULL);
	bool ok = value != NULL;

	json_decref(value);
	return ok;
}

bool
data_read(const char *arg, struct data *data)
{
	memset(data, 0, sizeof(*data));
	if (arg[0] != '@')
		data->bytes = apam_str(arg);
	else if (!data_read_file(arg + 1, data))
		return false;
	data->json = is_json(data->bytes);
	return true;
}

void
data_free(struct data *data)
{
	free(data->owned);
	memset(data, 0, sizeof(*data));
}
