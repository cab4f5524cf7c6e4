/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an OpenAPI 3 document says of a profile: where the API is, and with
 * which of apam's schemes its requests can be authenticated.
 *
 * OpenAPI 3.0, 3.1 and 3.2: "servers", "security", "Security Scheme Object".
 * Nothing outside the document is read: a reference that leads elsewhere, a
 * relative server, and one with variables are named and not followed.
 *
 * All text that is not a literal may be shown: a document with such text that
 * may not be is refused.
 */
#ifndef HOSTS_CLI_OPENAPI_OPENAPI_H
#define HOSTS_CLI_OPENAPI_OPENAPI_H

#include <jansson.h>
#include <stdbool.h>

#include <apam/types.h>

enum {
	OPENAPI_BYTES_MAX = 32 << 20,	/* of a document */
	OPENAPI_SERVERS_MAX = 16,
	OPENAPI_CHOICES_MAX = 32,
	OPENAPI_PARTS_MAX = 4,		/* schemes that a request needs at once */
	OPENAPI_SETTINGS_MAX = 24,	/* of one of them */
	OPENAPI_NAME_SIZE = 192,
	OPENAPI_TEXT_SIZE = 256
};

/* An option of apam's scheme, as the document has it. */
struct openapi_setting {
	const char *option;	/* a literal */
	const char *value;	/* the document's, or a literal */
};

/* One scheme of apam's with what is known of its options. */
struct openapi_part {
	const char *scheme;	/* "api-key", ...; a literal */
	const char *name;	/* the document's, of its security scheme */
	struct openapi_setting settings[OPENAPI_SETTINGS_MAX];
	size_t count;
	char issuer[OPENAPI_TEXT_SIZE]; /* where a setting points to */
};

/* One way to authenticate: all its parts together. */
struct openapi_choice {
	/* "NAME", "NAME/FLOW" of OAuth 2.0, or "NAME+NAME" */
	char name[OPENAPI_NAME_SIZE];
	struct openapi_part parts[OPENAPI_PARTS_MAX];
	size_t count;
	unsigned uses;		/* times it is asked for; 0: it is defined only */
	const char *why_not;	/* why apam has no scheme for it; NULL: it has */
	const char *remark;	/* what to know of it, or NULL */
};

struct openapi_server {
	const char *url;
	const char *why_not;	/* why it cannot be an origin; NULL: it can */
};

struct openapi {
	json_t *root;		/* owns the text */
	const char *title;	/* or "" */
	struct openapi_server servers[OPENAPI_SERVERS_MAX];
	size_t server_count;
	struct openapi_choice choices[OPENAPI_CHOICES_MAX];
	size_t choice_count;
	bool more;		/* there are more choices than that */
	unsigned elsewhere;	/* operations with servers of their own */
	const char *probe;	/* the path of a GET that needs the key and no
				   parameter, below the server's URL; or NULL */
};

/*
 * Read a document, JSON or YAML, into *doc, which is zero before and to be
 * freed by openapi_free in any case.  Returns NULL, or what is wrong: a literal,
 * or text in `problem`.
 */
const char *openapi_read(struct openapi *doc, struct apam_str text,
    char problem[OPENAPI_TEXT_SIZE]);

void openapi_free(struct openapi *doc);

/*
 * Fill in one part by the Security Scheme Object `scheme`; `flow` is the name of
 * an OAuth 2.0 flow, or NULL; `scopes` are those that the API asks for.  Returns
 * NULL, or why apam has no scheme for it, a literal.
 */
const char *openapi_part_of(struct openapi_part *part, json_t *scheme,
    const char *flow, json_t *scopes);

/* The flows of an OAuth 2.0 scheme in the order of preference, NULL last. */
extern const char *const openapi_flows[];

#endif
