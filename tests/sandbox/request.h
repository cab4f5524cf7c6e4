/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One request as a provider of the sandbox sees it, and the answer it gives.
 * Providers run with the sandbox's one lock held and do no I/O: they read a
 * request, look at keys, tokens and switches, and fill in an answer.
 * This knows nothing of sockets, faults or the log; server.c does.
 */
#ifndef SANDBOX_REQUEST_H
#define SANDBOX_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct MHD_Connection;

enum provider {
	SEVENSIGNAL,
	XYSENSE,
	SEED,
	APIKEY,
	SESSION,
	PROVIDERS,
	CONTROL = PROVIDERS
};

struct request {
	enum provider provider;
	const char *method;
	const char *path; /* percent-decoded, without the query */
	const char *query; /* as sent, "" when there is none */
	const char *body; /* NUL-terminated */
	size_t body_len;
	const char *key_id; /* set by the provider: a known key, or NULL */
	struct MHD_Connection *connection;
};

/* How the connection ends, when not in the ordinary way. */
enum cut { CUT_NONE, CUT_HALF, CUT_RESET };

#define ANSWER_HEADERS 8

struct answer {
	unsigned status;
	const char *type; /* static */
	char *body; /* malloc'd, owned */
	size_t body_len;
	size_t header_count;
	struct {
		const char *name; /* static */
		char value[512];
	} headers[ANSWER_HEADERS];
	enum cut cut;
};

#define TYPE_JSON "application/json"
#define TYPE_HTML "text/html; charset=utf-8"

/* The header's value, or NULL; it lives as long as the request. */
const char *request_header(const struct request *request, const char *name);

/* The decoded query parameter, or NULL; it lives as long as the request. */
const char *request_arg(const struct request *request, const char *name);

/* Whether method and path are just these. */
bool
request_is(const struct request *request, const char *method, const char *path);

/* Whether the Content-Type is TYPE, whatever its parameters. */
bool request_has_type(const struct request *request, const char *type);

/* The body parsed as a JSON object (caller decrefs), or NULL. */
json_t *request_json(const struct request *request);

/* Copies IN into SIZE bytes, cut if need be, with "?" for every byte that is
 * not printable ASCII: what a client sent need not be text. */
void copy_printable(char *out, size_t size, const char *in);

/* Whether PATH is PREFIX or lies under it. */
bool path_under(const char *path, const char *prefix);

/* Replaces the answer's status, type and body; JSON is stolen. */
void answer_json(struct answer *answer, unsigned status, json_t *json);

/* Replaces the answer's status, type and body with a copy of TEXT. */
void answer_text(
    struct answer *answer, unsigned status, const char *type, const char *text);

/* Adds a header; more than ANSWER_HEADERS are dropped. */
void answer_header(struct answer *answer, const char *name, const char *value);

/* Frees what the answer owns. */
void answer_clear(struct answer *answer);

/* The provider's name as the control listener spells it. */
const char *provider_name(enum provider provider);

/* Finds a provider by that name; false when there is none. */
bool provider_parse(const char *name, enum provider *provider);

/* Milliseconds since 1970-01-01 UTC. */
int64_t now_ms(void);

/* 7SIGNAL's answer. */
void sevensignal_answer(struct request *request, struct answer *answer);

/* XY Sense's answer. */
void xysense_answer(struct request *request, struct answer *answer);

/* SEED's answer. */
void seed_answer(struct request *request, struct answer *answer);

/* The answer of the provider with plain keys. */
void apikey_answer(struct request *request, struct answer *answer);

/* The answer of the provider with logins. */
void sessions_answer(struct request *request, struct answer *answer);

/* The control listener's answer. */
void control_answer(struct request *request, struct answer *answer);

#endif
