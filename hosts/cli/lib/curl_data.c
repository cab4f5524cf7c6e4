/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The data options of curl(1).  With -d the data is text, or @FILE without its
 * line ends and NULs; --data-binary and --json take @FILE unchanged; for
 * --data-raw an @ is text; --data-urlencode encodes CONTENT, =CONTENT,
 * NAME=CONTENT, @FILE, NAME@FILE.  Parts are joined by an ampersand; those of
 * --json are simply appended.
 */
#include "lib/curl_data.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define CHUNK 65536

/* Make room for n more bytes. */
static bool
reserve(struct curl_data *data, size_t n)
{
	size_t cap = data->cap == 0 ? 256 : data->cap;
	char *more;

	if (n > (size_t)-1 / 4 - data->n) {
		errno = ENOMEM;
		return false;
	}
	while (cap < data->n + n)
		cap *= 2;
	if (cap == data->cap)
		return true;
	more = realloc(data->p, cap);
	if (more == NULL)
		return false;
	data->p = more;
	data->cap = cap;
	return true;
}

static bool
put_bytes(struct curl_data *data, const char *p, size_t n)
{
	if (!reserve(data, n))
		return false;
	if (n > 0)
		memcpy(data->p + data->n, p, n);
	data->n += n;
	return true;
}

/* As curl does: the characters of RFC 3986, 2.3; a space is +, others %XX. */
static bool
put_encoded(struct curl_data *data, const char *p, size_t n)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~";
	char code[4];
	bool ok = true;

	for (size_t i = 0; ok && i < n; i++) {
		if (p[i] != '\0' && strchr(plain, p[i]) != NULL) {
			ok = put_bytes(data, p + i, 1);
			continue;
		}
		(void)snprintf(code, sizeof(code), "%%%02X",
		    (unsigned)(unsigned char)p[i]);
		ok = p[i] == ' ' ? put_bytes(data, "+", 1) :
				   put_bytes(data, code, 3);
	}
	return ok;
}

static bool
read_rest(struct curl_data *data, FILE *from)
{
	size_t got = CHUNK;

	while (got == CHUNK) {
		if (!reserve(data, CHUNK))
			return false;
		got = fread(data->p + data->n, 1, CHUNK, from);
		data->n += got;
	}
	return ferror(from) == 0;
}

/* Append the bytes of a file, or of standard input. */
static bool
put_file(struct curl_data *data, const char *name)
{
	FILE *from = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
	bool ok = from != NULL && read_rest(data, from);
	int saved = errno;

	if (from != NULL && from != stdin)
		fclose(from);
	errno = saved;
	return ok;
}

/* Drop line ends and NULs from position `at` on. */
static void
flatten(struct curl_data *data, size_t at)
{
	size_t n = at;

	for (size_t i = at; i < data->n; i++)
		if (memchr("\r\n", data->p[i], 3) == NULL)
			data->p[n++] = data->p[i];
	data->n = n;
}

static bool
add_encoded(struct curl_data *data, const char *value)
{
	const char *mark = strchr(value, '=');
	struct curl_data file = { 0 };
	size_t name;
	bool ok;

	if (mark == NULL)
		mark = strchr(value, '@');
	name = mark == NULL ? 0 : (size_t)(mark - value);
	ok = put_bytes(data, value, name) &&
	    (name == 0 || put_bytes(data, "=", 1));
	if (ok && mark != NULL && *mark == '@')
		ok = put_file(&file, mark + 1) &&
		    put_encoded(data, file.p, file.n);
	else if (ok)
		ok = put_encoded(data, mark == NULL ? value : mark + 1,
		    strlen(mark == NULL ? value : mark + 1));
	curl_data_free(&file);
	return ok;
}

bool
curl_data_add(struct curl_data *data, const char *option, const char *value)
{
	const bool json = strcmp(option, "json") == 0;
	const bool whole = json || strcmp(option, "data-binary") == 0;
	size_t at;

	if (data->given && !json && !put_bytes(data, "&", 1))
		return false;
	data->given = true;
	data->json |= json;
	at = data->n;
	if (strcmp(option, "data-urlencode") == 0)
		return add_encoded(data, value);
	if (value[0] != '@' || strcmp(option, "data-raw") == 0)
		return put_bytes(data, value, strlen(value));
	if (!put_file(data, value + 1))
		return false;
	if (!whole)
		flatten(data, at);
	return true;
}

struct apam_str
curl_data_type(const struct curl_data *data)
{
	return data->json ? APAM_STR("application/json") :
			    APAM_STR("application/x-www-form-urlencoded");
}

void
curl_data_free(struct curl_data *data)
{
	free(data->p);
	memset(data, 0, sizeof(*data));
}
