/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a module says of an answer beside its verdict: a memo to keep, or why a
 * response is not authentic.
 */
#ifndef CORE_ABI_JUDGING_H
#define CORE_ABI_JUDGING_H

#include <apam/module.h>

#include <apam/apam.h>

#include "base/buf.h"

#define JUDGING_MEMO_MAX 4096

struct apam_judging {
	struct buf memo;
	bool has_memo;
};

struct apam_verifying {
	struct apam_error error;
};

static inline void
judging_init(struct apam_judging *j)
{
	buf_init(&j->memo, JUDGING_MEMO_MAX);
	j->has_memo = false;
}

static inline void
verifying_init(struct apam_verifying *v)
{
	*v = (struct apam_verifying){ .error = APAM_ERROR_INIT };
}

static inline void
judging_free(struct apam_judging *j)
{
	buf_free(&j->memo);
}

#endif
