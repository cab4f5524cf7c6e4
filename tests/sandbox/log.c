/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The request log: one ring for each provider, so memory is bounded.
 * Texts longer than their field are cut. Totals go on when the ring is full.
 */
#include "log.h"
#include "tokens.h"

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

#define RING 8192
#define PATHS 64
#define STATUSES 1000

struct entry {
	int64_t time_ms;
	unsigned status;
	size_t body_len;
	bool has_authorization;
	char method[12];
	char path[128];
	char query[192];
	char headers[256];
	char key_id[64];
	char fault[16];
};

struct path_count {
	char name[144]; /* "METHOD path" */
	uint64_t requests;
};

struct provider_log {
	struct entry ring[RING];
	uint64_t requests;
	uint64_t minted_before; /* what log_clear takes off the mints */
	uint64_t in_flight, in_flight_max;
	uint64_t statuses[STATUSES];
	struct path_count paths[PATHS];
};

static struct provider_log logs[PROVIDERS];

/* Adds a header's name to a list separated by spaces, if it fits. */
static enum MHD_Result
add_name(void *list, enum MHD_ValueKind kind, const char *name, const char *v)
{
	struct entry *entry = list;
	size_t used = strlen(entry->headers);

	(void)kind;
	(void)v;
	if (used + strlen(name) + 2 > sizeof(entry->headers))
		return MHD_NO;
	if (used)
		entry->headers[used++] = ' ';
	copy_printable(
	    entry->headers + used, sizeof(entry->headers) - used, name);
	return MHD_YES;
}

static void
count_path(struct provider_log *log, const struct entry *entry)
{
	char name[sizeof(log->paths[0].name)];

	snprintf(name, sizeof(name), "%s %s", entry->method, entry->path);
	for (size_t i = 0; i < PATHS; i++) {
		struct path_count *path = &log->paths[i];

		if (!path->requests)
			memcpy(path->name, name, sizeof(name));
		if (!strcmp(path->name, name)) {
			path->requests++;
			return;
		}
	}
}

static void
fill_entry(struct entry *entry, const struct request *request)
{
	memset(entry, 0, sizeof(*entry));
	entry->time_ms = now_ms();
	entry->body_len = request->body_len;
	entry->has_authorization = request_header(request, "Authorization");
	copy_printable(entry->method, sizeof(entry->method), request->method);
	copy_printable(entry->path, sizeof(entry->path), request->path);
	copy_printable(entry->query, sizeof(entry->query), request->query);
	if (request->key_id)
		snprintf(entry->key_id, sizeof(entry->key_id), "%s",
		    request->key_id);
	MHD_get_connection_values(
	    request->connection, MHD_HEADER_KIND, add_name, entry);
}

void
log_request(const struct request *request, const struct answer *answer,
    const char *fault)
{
	struct provider_log *log = &logs[request->provider];
	struct entry *entry = &log->ring[log->requests++ % RING];

	fill_entry(entry, request);
	entry->status = answer->cut == CUT_RESET ? 0 : answer->status;
	snprintf(entry->fault, sizeof(entry->fault), "%s", fault);
	log->statuses[entry->status % STATUSES]++;
	count_path(log, entry);
	log->in_flight++;
	if (log->in_flight > log->in_flight_max)
		log->in_flight_max = log->in_flight;
}

void
log_finished(enum provider provider)
{
	logs[provider].in_flight--;
}

static json_t *
entry_json(const struct entry *entry)
{
	json_t *key = entry->key_id[0] ? json_string(entry->key_id) : NULL;

	return json_pack("{s:I, s:s, s:s, s:s, s:i, s:o, s:b, s:s, s:I, s:s}",
	    "time_ms", (json_int_t)entry->time_ms, "method", entry->method,
	    "path", entry->path, "query", entry->query, "status",
	    (int)entry->status, "key", key ? key : json_null(),
	    "has_authorization", (int)entry->has_authorization, "header_names",
	    entry->headers, "body_bytes", (json_int_t)entry->body_len, "fault",
	    entry->fault);
}

json_t *
log_json(enum provider provider)
{
	struct provider_log *log = &logs[provider];
	uint64_t first = log->requests > RING ? log->requests - RING : 0;
	json_t *list = json_array();

	for (uint64_t i = first; i < log->requests; i++)
		json_array_append_new(list, entry_json(&log->ring[i % RING]));
	return list;
}

static json_t *
statuses_json(const struct provider_log *log)
{
	json_t *object = json_object();
	char name[16];

	for (unsigned i = 0; i < STATUSES; i++) {
		if (!log->statuses[i])
			continue;
		snprintf(name, sizeof(name), "%u", i);
		json_object_set_new(
		    object, name, json_integer((json_int_t)log->statuses[i]));
	}
	return object;
}

static json_t *
paths_json(const struct provider_log *log)
{
	json_t *object = json_object();

	for (size_t i = 0; i < PATHS && log->paths[i].requests; i++)
		json_object_set_new(object, log->paths[i].name,
		    json_integer((json_int_t)log->paths[i].requests));
	return object;
}

json_t *
log_counts(void)
{
	json_t *object = json_object();

	for (unsigned p = 0; p < PROVIDERS; p++) {
		const struct provider_log *log = &logs[p];
		uint64_t minted = tokens_minted((enum provider)p);

		json_object_set_new(object, provider_name((enum provider)p),
		    json_pack("{s:I, s:I, s:I, s:I, s:o, s:o}", "requests",
			(json_int_t)log->requests, "minted",
			(json_int_t)(minted - log->minted_before), "in_flight",
			(json_int_t)log->in_flight, "in_flight_max",
			(json_int_t)log->in_flight_max, "status",
			statuses_json(log), "paths", paths_json(log)));
	}
	return object;
}

void
log_clear(void)
{
	for (unsigned p = 0; p < PROVIDERS; p++) {
		struct provider_log *log = &logs[p];

		log->requests = 0;
		log->minted_before = tokens_minted((enum provider)p);
		log->in_flight_max = log->in_flight;
		memset(log->statuses, 0, sizeof(log->statuses));
		memset(log->paths, 0, sizeof(log->paths));
	}
}
