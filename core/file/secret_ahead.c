/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A list: few secrets are of programs, and fewer are read at one time.
 */
#include "file/secret_ahead.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"

struct ahead {
	struct ahead *next;
	char *file, *ref; /* copies */
	unsigned line;
	struct secret_reading reading;
	enum apam_status status; /* PENDING while its program runs */
	struct buf secret;
	struct apam_error err;
	int64_t until; /* clock_ms: it is forgotten; set once it has ended */
};

struct secret_ahead {
	struct ahead *first;
};

struct secret_ahead *
secret_ahead_new(void)
{
	return calloc(1, sizeof(struct secret_ahead));
}

static void
free_one(struct ahead *one)
{
	secret_reading_end(&one->reading);
	buf_free(&one->secret);
	free(one->file);
	free(one->ref);
	free(one);
}

static void
take_out(struct ahead **at)
{
	struct ahead *one = *at;

	*at = one->next;
	free_one(one);
}

void
secret_ahead_free(struct secret_ahead **a)
{
	struct secret_ahead *old = *a;

	*a = NULL;
	if (old == NULL)
		return;
	while (old->first != NULL)
		take_out(&old->first);
	free(old);
}

/* ---- Reading ------------------------------------------------------------- */

static struct ahead *
find(const struct secret_ahead *a, const struct secret_place *place,
    struct apam_str ref)
{
	struct ahead *one = a->first;

	while (one != NULL &&
	    (one->line != place->line || strcmp(one->file, place->file) != 0 ||
		!str_equal(apam_str(one->ref), ref)))
		one = one->next;
	return one;
}

static void
end_one(struct ahead *one, enum apam_status status)
{
	one->status = status;
	if (status == APAM_E_PENDING)
		return;
	secret_reading_end(&one->reading);
	one->until = clock_ms() + SECRET_AHEAD_KEPT_MS;
}

static struct ahead *
begin(struct secret_ahead *a, const struct secret_place *place,
    struct apam_str ref, const struct secret_terms *terms)
{
	struct ahead *one = calloc(1, sizeof(*one));

	if (one == NULL)
		return NULL;
	buf_init(&one->secret, SECRET_MAX);
	error_init(&one->err);
	one->line = place->line;
	one->file = str_dup(apam_str(place->file));
	one->ref = str_dup(ref);
	if (one->file == NULL || one->ref == NULL) {
		free_one(one);
		return NULL;
	}
	one->next = a->first;
	a->first = one;
	end_one(one,
	    secret_reading_begin(
		&one->reading, ref, terms, &one->secret, &one->err));
	return one;
}

enum apam_status
secret_ahead_read(struct secret_ahead *a, const struct secret_place *place,
    struct apam_str ref, const struct secret_terms *terms, struct buf *to,
    struct apam_error *err)
{
	struct ahead *one = find(a, place, ref);

	if (one == NULL)
		one = begin(a, place, ref, terms);
	if (one == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	if (one->status == APAM_E_PENDING)
		return APAM_E_PENDING;
	if (one->status != APAM_OK) {
		error_copy(err, &one->err);
		return one->status;
	}
	buf_put(to, buf_view(&one->secret));
	if (!to->failed)
		return APAM_OK;
	return error_set(err, APAM_E_MEMORY, "out of memory");
}

void
secret_ahead_settle(struct secret_ahead *a, const char *file, bool read)
{
	const int64_t soon = clock_ms() + SECRET_AHEAD_FAILED_MS;

	for (struct ahead **at = &a->first; *at != NULL;) {
		struct ahead *one = *at;

		if (strcmp(one->file, file) == 0 &&
		    (read || one->status == APAM_OK)) {
			take_out(at);
			continue;
		}
		if (strcmp(one->file, file) == 0 &&
		    one->status != APAM_E_PENDING && one->until > soon)
			one->until = soon;
		at = &one->next;
	}
}

/* ---- Going on ------------------------------------------------------------ */

bool
secret_ahead_go_on(struct secret_ahead *a)
{
	bool ended = false;

	for (struct ahead **at = &a->first; *at != NULL;) {
		struct ahead *one = *at;

		if (one->status == APAM_E_PENDING) {
			end_one(one,
			    secret_reading_go_on(&one->reading, &one->err));
			ended = ended || one->status != APAM_E_PENDING;
		} else if (clock_ms() >= one->until) {
			take_out(at);
			continue;
		}
		at = &one->next;
	}
	return ended;
}

int
secret_ahead_fd(const struct secret_ahead *a, size_t i)
{
	const struct ahead *one = a->first;

	while (one != NULL && i-- > 0)
		one = one->next;
	if (one == NULL)
		return SECRET_AHEAD_NONE;
	return one->status == APAM_E_PENDING ?
	    secret_exec_fd(one->reading.exec) :
	    -1;
}

int64_t
secret_ahead_due(const struct secret_ahead *a)
{
	int64_t due = INT64_MAX, one_due;

	for (const struct ahead *one = a->first; one != NULL; one = one->next) {
		one_due = one->status == APAM_E_PENDING ?
		    secret_exec_due(one->reading.exec) :
		    one->until;
		if (one_due < due)
			due = one_due;
	}
	return due;
}
