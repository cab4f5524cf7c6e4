/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An open entry, of the module return-test unless `scheme` names another, whose
 * exchanges go to a raw server.  For tests that run flights themselves.
 */
#ifndef TESTS_FLIGHTS_H
#define TESTS_FLIGHTS_H

#include "base/clock.h"
#include "base/secmem.h"
#include "entry/share.h"
#include "flight/moves.h"
#include "profile/handle.h"
#include "profile/stack.h"
#include "support/opened.h"
#include "support/project.h"
#include "support/raw_server.h"
#include "support/run.h"

#define FLIGHT_MS 5000
#define EMPTY_200 "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

struct flights {
	struct project p;
	struct raw_server server;
	struct apam_profile *profile;
	struct entry *entry;
	const char *scheme; /* set it before opening; NULL: return-test */
};

/*
 * Start the server and open a profile of one entry with these options; each '%'
 * in them stands for the server's URL.
 */
static inline void
flights_open(struct flights *t, const struct raw_answer *answer,
    const char *more, const char *options)
{
	const char *scheme = t->scheme == NULL ? "return-test" : t->scheme;
	char text[2048], url[32], entry[1024] = "";

	raw_start(&t->server, answer, NULL);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", t->server.port);
	for (size_t n = 0; *options != '\0'; options++) {
		if (*options == '%')
			(void)strcpy(entry + n, url);
		else
			entry[n] = *options;
		n = strlen(entry);
		ck_assert_uint_lt(n, sizeof(entry) - sizeof(url));
	}
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"%s\" ];\nallow_http = true;\n%s\n"
	    "auth = ( { scheme = \"%s\"; %s } );\n",
	    url, more, scheme, entry);
	project_make(&t->p);
	project_directory(&t->p, "state");
	project_module(&t->p, scheme, t->scheme == NULL);
	project_profile(&t->p, "demo", text);
	t->profile = project_get(&t->p, "demo");
	t->entry = &opened(t->profile)->entries[0];
}

/* Close everything; it need not have been opened. */
static inline void
flights_close(struct flights *t)
{
	if (t->profile != NULL)
		project_remove(&t->p);
	raw_stop(&t->server);
	t->profile = NULL;
}

static inline struct flight *
flights_new(struct flights *t, enum flight_goal goal, int ms)
{
	struct flight *f = flight_new(t->entry, goal, NULL, clock_ms() + ms);

	ck_assert_ptr_nonnull(f);
	return f;
}

/* Make its exchange, and let it go on. */
static inline enum flight_wait
flights_transfer(struct flight *f)
{
	return flight_transferred(
	    f, curl_api()->easy_perform(f->transfer.easy));
}

/* A new one in *f, from take-off as far as it goes without sleep. */
static inline enum flight_wait
flights_fly(struct flights *t, enum flight_goal goal, struct flight **f)
{
	enum flight_wait wait;

	*f = flights_new(t, goal, FLIGHT_MS);
	wait = flight_start(*f);
	while (wait == FLIGHT_TRANSFER)
		wait = flights_transfer(*f);
	return wait;
}

#endif
