/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Those that are not read anew are copied from the present set.
 */
#include "entry/secret_renewal.h"

#include <stdlib.h>

#include "base/error.h"

struct secret_renewal *
secret_renewal_new(const struct secrets *secrets, struct secret_set *now,
    bool user, int64_t deadline)
{
	struct secret_renewal *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->secrets = secrets;
	r->user = user;
	r->deadline = deadline;
	r->set = secret_set_new(secrets->count);
	if (r->set == NULL) {
		free(r);
		return NULL;
	}
	r->now = now == NULL ? NULL : secret_set_hold(now);
	return r;
}

void
secret_renewal_free(struct secret_renewal **r)
{
	struct secret_renewal *old = *r;

	*r = NULL;
	if (old == NULL)
		return;
	secret_reading_end(&old->reading);
	secret_set_release(&old->set);
	secret_set_release(&old->now);
	free(old);
}

static enum apam_status
copy_present(struct secret_renewal *r, struct buf *to, struct apam_error *err)
{
	const struct buf *all = r->now == NULL ? r->secrets->all : r->now->all;

	buf_put(to, buf_view(&all[r->next]));
	if (!to->failed)
		return APAM_OK;
	return error_set(err, APAM_E_MEMORY, "out of memory");
}

/* Begin to read the next one, or go on with it. */
static enum apam_status
read_next(struct secret_renewal *r, struct apam_error *err)
{
	const struct secret_source *source = &r->secrets->sources[r->next];
	const struct secret_terms terms = { source->form, r->user,
		r->deadline };
	struct buf *to = &r->set->all[r->next];

	if (!source->anew)
		return copy_present(r, to, err);
	if (r->reading.exec != NULL)
		return secret_reading_go_on(&r->reading, err);
	return secret_reading_begin(&r->reading, source->ref, &terms, to, err);
}

enum apam_status
secret_renewal_go_on(struct secret_renewal *r, struct apam_error *err)
{
	struct apam_error own = APAM_ERROR_INIT;
	enum apam_status status;

	while (r->next < r->secrets->count) {
		status = read_next(r, &own);
		if (status == APAM_E_PENDING)
			return status;
		secret_reading_end(&r->reading);
		if (status != APAM_OK)
			return error_set(err, status, "%s: %s",
			    r->secrets->sources[r->next].option, own.text);
		r->next++;
	}
	return APAM_OK;
}
