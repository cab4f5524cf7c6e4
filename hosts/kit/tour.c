/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers are copied for each use: the core keeps the JSON of a response in it.
 */
#include "kit/tour.h"

#include <string.h>

#include "kit/checks.h"
#include "kit/finding.h"
#include "kit/guard.h"
#include "kit/standing.h"

static const struct {
	const char *method, *url;
	enum apam_body_kind body;
	const char *bytes;
} requests[TOUR_REQUESTS] = {
	{ "GET", "https://kit.example.com/", APAM_BODY_NONE, "" },
	{ "GET", "https://kit.example.com/a%20b/c?d=e&f=%3D", APAM_BODY_NONE,
	    "" },
	{ "HEAD", "https://kit.example.com", APAM_BODY_NONE, "" },
	{ "DELETE", "https://kit.example.com/x/", APAM_BODY_NONE, "" },
	{ "POST", "https://kit.example.com/things", APAM_BODY_BYTES,
	    "{\"a\":1}" },
	{ "POST", "https://kit.example.com/things?", APAM_BODY_BYTES, "" },
	{ "PUT", "https://kit.example.com/thing", APAM_BODY_UNKNOWN, "" },
	{ "PATCH", "https://kit.example.com/?q", APAM_BODY_READER, "abc" },
};

static const int32_t statuses[] = { 200, 204, 302, 400, 401, 403, 404, 429, 500,
	503 };

/* The body of a reader, which the core may ask for more than once. */
static int64_t
read_body(void *arg, uint64_t offset, void *to, size_t size)
{
	const char *text = arg;
	const size_t n = strlen(text);
	size_t left;

	if (offset >= n)
		return 0;
	left = n - (size_t)offset;
	if (left > size)
		left = size;
	memcpy(to, text + offset, left);
	return (int64_t)left;
}

static void
init_request(struct tour *t, size_t i)
{
	static const struct apam_header some[] = {
		{ { "Accept", 6 }, { "application/json", 16 } },
		{ { "x-kit", 5 }, { "a, b", 4 } },
	};
	const struct apam_header copies[] = {
		{ guard_text("the name of a header", some[0].name, false),
		    guard_text("the value of a header", some[0].value, false) },
		{ guard_text("the name of a header", some[1].name, false),
		    guard_text("the value of a header", some[1].value, false) },
	};

	t->bodies[i] = (struct apam_body){
		.size = sizeof(t->bodies[i]),
		.kind = requests[i].body,
		.bytes = guard_text("the body of a request",
		    apam_str(requests[i].bytes), false),
		.read = read_body,
		.arg = (void *)(uintptr_t)requests[i].bytes,
	};
	t->requests[i] = (struct apam_request){
		.size = sizeof(t->requests[i]),
		.method = requests[i].method,
		.url = requests[i].url,
		.headers = guard_copy(
		    "the headers of a request", copies, sizeof(copies)),
		.header_count = i % 3,
		.body = &t->bodies[i],
	};
}

void
tour_init(struct tour *t)
{
	memset(t, 0, sizeof(*t));
	for (size_t i = 0; i < TOUR_REQUESTS; i++)
		init_request(t, i);
	for (unsigned i = 0; i < TOUR_ANSWERS; i++)
		if (i < ANSWERS_PLAUSIBLE)
			answer_plausible(&t->answers[i], i);
		else
			answer_status(
			    &t->answers[i], statuses[i - ANSWERS_PLAUSIBLE]);
}

struct stand *
bench_begin(struct bench *b, bool full)
{
	struct stand *s = &b->stand;

	stand_load();
	tour_init(&b->tour);
	*s = (struct stand){ .plan = {
				 .full = full, .given = run_options.given } };
	if (!stand_open_any(s))
		finding_die("open: %s", s->refusal);
	return s;
}

/* ---- Step functions --------------------------------------------------- */

/* Which answer comes next. */
struct turn {
	const struct tour *tour;
	unsigned i;
};

static void
copy_answer(const struct response *from, struct response *to)
{
	response_view(to, (unsigned)from->pub.status, from->pub.headers,
	    from->pub.header_count, from->pub.body);
}

static void
next_answer(void *arg, struct response *r)
{
	struct turn *turn = arg;

	copy_answer(&turn->tour->answers[turn->i % ANSWERS_PLAUSIBLE], r);
	turn->i++;
}

enum apam_status
tour_run(struct stand *s, const struct tour *t, enum op_kind kind,
    unsigned first, struct record *record)
{
	struct turn turn = { t, first };
	const struct answering answering = { next_answer, &turn };

	return stand_run(s, kind, &answering, record);
}

bool
tour_acquire(struct stand *s, const struct tour *t, struct record *record)
{
	for (unsigned i = 0; i < ANSWERS_PLAUSIBLE; i++)
		if (tour_run(s, t, OP_ACQUIRE, i, record) == APAM_OK &&
		    s->credential != NULL)
			return true;
	return false;
}

static void
sign_all(struct stand *s, const struct tour *t, struct record *record)
{
	for (size_t i = 0; i < TOUR_REQUESTS; i++)
		stand_send(s, &t->requests[i], record);
}

struct tour_end
tour_walk(struct stand *s, const struct tour *t, struct record *record)
{
	struct tour_end end = { 0 };
	struct response r;

	standing_chance = (struct chance){ 1 };
	stand_refresh(s);
	end.has_credential = tour_acquire(s, t, record);
	sign_all(s, t, record);
	for (size_t i = 0; i < TOUR_ANSWERS; i++) {
		copy_answer(&t->answers[i], &r);
		stand_judge(s, &r, record);
		response_free(&r);
		stand_verify(s, &t->requests[0], &t->answers[i], record);
	}
	/* What judge kept is seen now. */
	sign_all(s, t, record);
	end.checked = tour_run(s, t, OP_CHECK, 0, record);
	if (stand_module.abi.revoke != NULL)
		(void)tour_run(s, t, OP_REVOKE, 0, record);
	if (stand_module.abi.login != NULL)
		(void)tour_run(s, t, OP_LOGIN, 0, record);
	return end;
}
