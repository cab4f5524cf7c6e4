/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an answer of a provider means, for tables of such answers: the verdict
 * if the API gave it, and the state of the key if a check got it, each with its
 * reason.
 *
 * The module is the real one, opened from a profile.  Answers to a check go
 * over the wire to a real flight, so that redirects and broken connections are
 * real, too.  Each endpoint has a path; PROBE is the API's.
 */
#ifndef TESTS_FACTS_H
#define TESTS_FACTS_H

#include "entry/probe.h"
#include "support/drive.h"
#include "support/judged.h"
#include "support/flights.h"

#define FACTS_SECRET "FAKE-facts-secret"
#define FACTS_PATHS 4
#define FACTS_DEADLINE_MS 400 /* for servers that do not answer */
#define PROBE "/probe"

/* An answer in the form of drive.h: status, a line for each header, body. */
#define JSON "\nContent-Type: application/json\n\n"
#define PAGE "\nContent-Type: text/html; charset=utf-8\n\n<!DOCTYPE html><p>"
#define TO(target) "\nLocation: " target "\n\n"

/* No answer; any other text that is not a status is sent unchanged. */
#define SILENCE "silence"
#define NOBODY "nobody"
#define HANGUP ""
#define FLOOD "flood"
#define GARBAGE "garbage\r\n\r\n"
#define HALF                                                                   \
	"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"                \
	"Content-Length: 99\r\n\r\n{"

/* Faults of the network, and what a check then says; '%' is the port. */
#define FACTS_BROKEN                                                           \
	{ "nobody answers", SILENCE, APAM_KEY_UNKNOWN,                         \
		"127.0.0.1:% did not answer in time" },                        \
	    { "nobody listens", NOBODY, APAM_KEY_UNKNOWN,                      \
		    "127.0.0.1:% refuses connections: check the port, and "    \
		    "whether a server runs" },                                 \
	    { "the connection is closed", HANGUP, APAM_KEY_UNKNOWN,            \
		    "127.0.0.1:% closed the connection before any answer" },   \
	    { "no HTTP", GARBAGE, APAM_KEY_UNKNOWN,                            \
		    "127.0.0.1:% gives an answer that is not HTTP" },          \
	    { "a flood", FLOOD, APAM_KEY_UNKNOWN,                              \
		    "the response is larger than 1048576 bytes" },             \
	{                                                                      \
		"half an answer", HALF, APAM_KEY_UNKNOWN,                      \
		    "127.0.0.1:% ended its response too early"                 \
	}

/* A row for an endpoint that only a check, or acquiring, asks. */
struct fact {
	const char *name;
	const char *answer;
	enum apam_key_state state;
	const char *evidence; /* the whole text */
};

/* A row for the API: what a host concludes, and what a check by probe does. */
struct api_fact {
	const char *name;
	const char *answer;
	enum apam_verdict verdict;
	enum apam_key_state state; /* if only this answer decides */
	const char *reason; /* the verdict's */
	const char *probed; /* the probe's, if it differs */
};

struct facts {
	struct flights f;
	struct raw_route routes[FACTS_PATHS + 1];
	char wire[FACTS_PATHS][16384];
	size_t count;
	struct flight *flight; /* the last one */
	struct credential *with; /* in use; or NULL */
};

/* ---- Answers on the wire ---------------------------------------------- */

/* Write "200\nA: b\n\nbody" as HTTP. */
static inline void
facts_spell(const char *answer, char *to, size_t size)
{
	struct apam_str text = apam_str(answer), line = drive_line(&text);
	size_t n = (size_t)snprintf(
	    to, size, "HTTP/1.1 %.*s Fact\r\n", (int)line.n, line.p);

	while ((line = drive_line(&text)).n > 0)
		n += (size_t)snprintf(
		    to + n, size - n, "%.*s\r\n", (int)line.n, line.p);
	n += (size_t)snprintf(to + n, size - n, "Connection: close\r\n\r\n%.*s",
	    (int)text.n, text.p);
	ck_assert_uint_lt(n, size);
}

/* From now on `path` gives this answer. */
static inline void
facts_answer(struct facts *t, const char *path, const char *answer)
{
	size_t i = 0;

	while (i < t->count && strcmp(t->routes[i].path, path) != 0)
		i++;
	ck_assert_uint_lt(i, FACTS_PATHS);
	if (i == t->count)
		t->count++;
	t->routes[i].path = path;
	t->routes[i].answer = (struct raw_answer){ .head = t->wire[i],
		.silent = strcmp(answer, SILENCE) == 0 };
	if (answer[0] >= '1' && answer[0] <= '5')
		facts_spell(answer, t->wire[i], sizeof(t->wire[i]));
	else
		(void)snprintf(t->wire[i], sizeof(t->wire[i]), "%s", answer);
	if (strcmp(answer, FLOOD) == 0)
		t->routes[i].answer = (struct raw_answer){
			.head = "HTTP/1.1 200 OK\r\n\r\n",
			.more = "a kilobyte, or what counts as much here: "
				"sixty-four bytes.......\n",
			.times = 1U << 15,
		};
	/* A closed listener keeps its port, so that nothing else can get it. */
	if (strcmp(answer, NOBODY) == 0)
		(void)shutdown(t->f.server.fd, SHUT_RDWR);
}

/* ---- The entry --------------------------------------------------------- */

/* Open an entry; '%' in its options stands for the server's URL. */
static inline void
facts_open(struct facts *t, const char *scheme, const char *options)
{
	/* A path that is not in a table must not be asked. */
	const struct raw_answer stray = {
		.head = "HTTP/1.1 418 Stray\r\nContent-Length: 0\r\n\r\n"
	};

	ck_assert_int_eq(setenv("FACTS_SECRET", FACTS_SECRET, 1), 0);
	memset(t, 0, sizeof(*t));
	t->f.scheme = scheme;
	flights_open(&t->f, &stray, "", options);
	t->f.server.routes = t->routes;
}

static inline void
facts_close(struct facts *t)
{
	flight_free(&t->flight);
	credential_release(&t->with);
	flights_close(&t->f);
}

/* Run a whole flight; its results are in t->flight. */
static inline void
facts_fly(struct facts *t, enum flight_goal goal)
{
	bool silent = false;
	enum flight_wait wait;

	for (size_t i = 0; i < t->count; i++)
		silent = silent || t->routes[i].answer.silent;
	flight_free(&t->flight);
	t->flight = flight_new(t->f.entry, goal, t->with,
	    clock_ms() + (silent ? FACTS_DEADLINE_MS : FLIGHT_MS));
	ck_assert_ptr_nonnull(t->flight);
	wait = flight_start(t->flight);
	while (wait == FLIGHT_TRANSFER)
		wait = flight_transferred(t->flight,
		    curl_api()->easy_perform(t->flight->transfer.easy));
	ck_assert_int_eq(wait, FLIGHT_LANDED);
}

/* ---- Looking ----------------------------------------------------------- */

/* The expected text, with the server's port in place of '%'. */
static inline void
facts_place(const struct facts *t, const char *text, char *to, size_t size)
{
	const char *port = strstr(text, "127.0.0.1:%");

	if (port == NULL)
		(void)snprintf(to, size, "%s", text);
	else
		(void)snprintf(to, size, "%.*s127.0.0.1:%u%s",
		    (int)(port - text), text, t->f.server.port, port + 11);
}

/* The check had this result, for this reason. */
static inline void
facts_found(const struct facts *t, const char *name, enum apam_key_state state,
    const char *expected)
{
	const struct key_finding *found = &t->flight->finding;
	char evidence[APAM_EVIDENCE_SIZE];

	facts_place(t, expected, evidence, sizeof(evidence));
	ck_assert_msg(found->state == state, "%s: %s: %s", name,
	    apam_key_state_name(found->state), found->evidence);
	ck_assert_msg(strcmp(found->evidence, evidence) == 0, "%s: %s, not %s",
	    name, found->evidence, evidence);
	ck_assert_msg(!drive_holds(found->evidence, "CANARY") &&
		!drive_holds(found->evidence, FACTS_SECRET),
	    "%s: shows what it must not", name);
	ck_assert_msg(found->at > 0, "%s: no time", name);
}

/* The place to which a redirect pointed was not asked. */
static inline void
facts_not_followed(const struct facts *t, const char *name, const char *path)
{
	struct apam_str line = apam_str(t->f.server.request);
	size_t n = strlen(path);

	line = str_skip(line, str_find(line, ' ') + 1);
	ck_assert_msg(str_equal(str_cut(line, n), apam_str(path)),
	    "%s: asked %.40s last", name, t->f.server.request);
}

/* Run a check whose last question, to `path`, got this answer. */
static inline void
facts_check(struct facts *t, const char *path, const struct fact *fact)
{
	facts_answer(t, path, fact->answer);
	facts_fly(t, FLIGHT_PROVE);
	facts_found(t, fact->name, fact->state, fact->evidence);
	if (strcmp(fact->answer, NOBODY) != 0)
		facts_not_followed(t, fact->name, path);
}

/* Acquiring agrees with the check: a key is not dead for only one of them. */
static inline void
facts_acquire(struct facts *t, const char *path, const struct fact *fact)
{
	enum apam_status status;

	facts_answer(t, path, fact->answer);
	facts_fly(t, FLIGHT_ACQUIRE);
	status = t->flight->error.status;
	ck_assert_msg((status == APAM_OK) == (fact->state == APAM_KEY_GOOD) &&
		(status == APAM_E_REVOKED) == (fact->state == APAM_KEY_REVOKED),
	    "%s: %s", fact->name, apam_status_name(status));
	ck_assert_msg(
	    (t->flight->made != NULL) == (fact->state == APAM_KEY_GOOD), "%s",
	    fact->name);
}

/* What a host is told about the API's answer. */
static inline void
facts_judge(struct facts *t, const struct api_fact *fact)
{
	enum apam_verdict verdict;
	struct answer answer;
	const char *reason;

	answer_read(&answer, apam_str(fact->answer));
	verdict = judged(t->f.entry, &answer.response, &reason);
	answer_free(&answer);
	ck_assert_msg(verdict == fact->verdict, "%s: %s: %s", fact->name,
	    apam_verdict_name(verdict), reason);
	ck_assert_msg(strcmp(reason, fact->reason) == 0, "%s: %s, not %s",
	    fact->name, reason, fact->reason);
}

/*
 * What a check by probe makes of it.  If `mint` is not NULL, it is the evidence
 * of a token that was issued before: it stays unless the probe refutes it.
 */
static inline void
facts_probe(struct facts *t, const struct api_fact *fact, const char *mint)
{
	enum apam_key_state state = fact->state;
	char evidence[APAM_EVIDENCE_SIZE];

	(void)snprintf(evidence, sizeof(evidence),
	    "%s%sprobe: %s", mint == NULL ? "" : mint,
	    mint == NULL ? "" : "; ",
	    fact->probed != NULL ? fact->probed : fact->reason);
	if (mint != NULL && state == APAM_KEY_UNKNOWN)
		state = APAM_KEY_GOOD;
	facts_answer(t, PROBE, fact->answer);
	facts_fly(t, FLIGHT_PROVE);
	facts_found(t, fact->name, state, evidence);
	facts_not_followed(t, fact->name, PROBE);
}

/* ---- What never means anything ----------------------------------------- */

/* No answer with one of these statuses is evidence, whatever is in it. */
static const unsigned facts_mute[] = { 300, 301, 302, 303, 304, 305, 307, 308,
	403, 429, 500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 599 };

static const char *const facts_bodies[] = { JSON "{}", PAGE, "\n\n",
	JSON "{\"access_token\":\"a\",\"token_type\":\"Bearer\","
	     "\"idToken\":\"a\",\"active\":true}",
	JSON "{\"error\":\"invalid_client\",\"active\":false}",
	"\nWWW-Authenticate: Bearer error=\"invalid_token\"\n\n",
	"\nLocation: https://evil.example/\nRetry-After: 1\n\n" };

#define FACTS_MUTE (ROWS(facts_mute) * ROWS(facts_bodies))
#define FACTS_PAGES 400 /* a page with any status, from 200 */

/* Answer number `i`: first those statuses, then the pages. */
static inline const char *
facts_empty_word(int i, char *to, size_t size)
{
	if (i < FACTS_MUTE)
		(void)snprintf(to, size, "%u%s",
		    facts_mute[i / ROWS(facts_bodies)],
		    facts_bodies[i % ROWS(facts_bodies)]);
	else
		(void)snprintf(to, size, "%d" PAGE, 200 + i - FACTS_MUTE);
	return to;
}

/* For a host, and for a check by probe. */
static inline void
facts_api_is_mute(struct facts *t)
{
	struct key_finding found;
	enum apam_verdict verdict;
	struct answer answer;
	const char *reason;
	char text[512];
	bool probes;

	for (int i = 0; i < FACTS_MUTE + FACTS_PAGES; i++) {
		(void)facts_empty_word(i, text, sizeof(text));
		answer_read(&answer, apam_str(text));
		verdict = judged(t->f.entry, &answer.response, &reason);
		probes = probed(t->f.entry, &answer.response, &found);
		answer_free(&answer);
		ck_assert_msg(verdict != APAM_VERDICT_ACCEPTED &&
			verdict != APAM_VERDICT_REJECTED &&
			(!probes || found.state == APAM_KEY_UNKNOWN),
		    "%s: %s, %s", text, apam_verdict_name(verdict),
		    apam_key_state_name(found.state));
	}
}

/* True if the state is unknown, or could not be asked for. */
static inline bool
facts_found_nothing(const struct op *op)
{
	return op->error.status != APAM_OK ?
	    APAM_CLASS(op->error.status) == APAM_CLASS_CONFIG :
	    op->has_key_state && op->key_state == APAM_KEY_UNKNOWN;
}

/*
 * For a check by the endpoint that it asks first.  `but` is a status whose
 * answers there are about the key, except for pages; 0: there is none.
 */
static inline void
facts_endpoint_is_mute(struct facts *t, unsigned but)
{
	struct entry *e = t->f.entry;
	struct answer answer;
	char text[512];
	struct op op;

	for (int i = 0; i < FACTS_MUTE + FACTS_PAGES; i++) {
		(void)facts_empty_word(i, text, sizeof(text));
		answer_read(&answer, apam_str(text));
		op_init(&op, OP_CHECK, true, NULL);
		(void)op_step(&op, &e->module->abi, e->state, NULL);
		/*
		 * It may look in another place, where the answer is the same.
		 */
		while (op_step(&op, &e->module->abi, e->state,
			   &answer.response) == APAM_STEP_EXCHANGE)
			ck_assert_uint_lt(op.steps, 4);
		ck_assert_msg(facts_found_nothing(&op) ||
			((unsigned)answer.response.pub.status == but &&
			    !drive_holds(text, "DOCTYPE")),
		    "%s: %s", text, op.evidence);
		op_free(&op);
		answer_free(&answer);
	}
}

#endif
