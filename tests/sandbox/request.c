/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a request and filling in an answer, for the providers.
 * Names of headers compare without case, everything else as it is.
 */
#include "request.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const char *const provider_names[PROVIDERS] = {
	[SEVENSIGNAL] = "7signal",
	[XYSENSE] = "xysense",
	[SEED] = "seed",
	[APIKEY] = "apikey",
	[SESSION] = "session",
};

const char *
provider_name(enum provider provider)
{
	return provider < PROVIDERS ? provider_names[provider] : "control";
}

bool
provider_parse(const char *name, enum provider *provider)
{
	for (unsigned i = 0; name && i < PROVIDERS; i++) {
		if (!strcmp(name, provider_names[i])) {
			*provider = (enum provider)i;
			return true;
		}
	}
	return false;
}

int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *
request_header(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(
	    request->connection, MHD_HEADER_KIND, name);
}

const char *
request_arg(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(
	    request->connection, MHD_GET_ARGUMENT_KIND, name);
}

bool
request_is(const struct request *request, const char *method, const char *path)
{
	return !strcmp(request->method, method) && !strcmp(request->path, path);
}

bool
request_has_type(const struct request *request, const char *type)
{
	const char *value = request_header(request, "Content-Type");
	size_t length = strlen(type);

	if (!value || strncasecmp(value, type, length))
		return false;
	return value[length] == '\0' || value[length] == ';' ||
	    value[length] == ' ';
}

json_t *
request_json(const struct request *request)
{
	json_t *json = json_loadb(
	    request->body, request->body_len, JSON_REJECT_DUPLICATES, NULL);

	if (json_is_object(json))
		return json;
	json_decref(json);
	return NULL;
}

void
copy_printable(char *out, size_t size, const char *in)
{
	size_t i = 0;

	for (; in[i] && i + 1 < size; i++)
		out[i] = in[i] >= ' ' && in[i] < 0x7f ? in[i] : '?';
	out[i] = '\0';
}

bool
path_under(const char *path, const char *prefix)
{
	return !strncmp(path, prefix, strlen(prefix));
}

static void
answer_take(
    struct answer *answer, unsigned status, const char *type, char *body)
{
	free(answer->body);
	answer->status = status;
	answer->type = type;
	answer->body = body;
	answer->body_len = body ? strlen(body) : 0;
}

void
answer_json(struct answer *answer, unsigned status, json_t *json)
{
	answer_take(answer, status, TYPE_JSON, json_dumps(json, JSON_COMPACT));
	json_decref(json);
}

void
answer_text(
    struct answer *answer, unsigned status, const char *type, const char *text)
{
	answer_take(answer, status, type, strdup(text));
}

void
answer_header(struct answer *answer, const char *name, const char *value)
{
	size_t i = answer->header_count;

	if (i == ANSWER_HEADERS)
		return;
	answer->header_count++;
	answer->headers[i].name = name;
	snprintf(answer->headers[i].value, sizeof(answer->headers[i].value),
	    "%s", value);
}

void
answer_clear(struct answer *answer)
{
	free(answer->body);
	answer->body = NULL;
	answer->body_len = 0;
	answer->header_count = 0;
}
