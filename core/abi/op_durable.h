/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of a run (op.h) that is about the entry's durable secret.
 */
#ifndef CORE_ABI_OP_DURABLE_H
#define CORE_ABI_OP_DURABLE_H

#include <apam/module.h>

#include "base/buf.h"

/*
 * The entry's durable secret, and what the module says of it.  What it says
 * holds until its next step.
 */
struct op_durable {
	const struct apam_value *value;	/* its option's; NULL: there is none */
	/*
	 * As they are now; the runner sets both.  Facts are lines, as
	 * durable_record.h has them.
	 */
	struct apam_str secret, facts;
	bool spends;		/* the exchange asked for sends it */
	bool succeeds;		/* `successor` is to be kept in its place */
	struct buf successor;
	bool unkept;		/* there is one, and no store to keep it in */
	struct buf kept;	/* login: the facts of the whole run, as lines */
	bool unfit;		/* one of them cannot be kept */
};

#endif
