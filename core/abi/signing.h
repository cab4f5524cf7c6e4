/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The signature of one request, while modules make it.
 */
#ifndef CORE_ABI_SIGNING_H
#define CORE_ABI_SIGNING_H

#include <apam/apam.h>

#include "text/fields.h"

struct apam_signing {
	struct fields headers;
	struct fields query;	/* percent-encoded already */
	struct fields covers;	/* names; values empty */
	struct apam_error error; /* set by `refuse` */
};

void signing_init(struct apam_signing *s);
void signing_free(struct apam_signing *s);

/* True if at least one header or parameter was added. */
bool signing_contributed(const struct apam_signing *s);
/* NULL, or the first failure of a builder; static. */
const char *signing_refused(const struct apam_signing *s);
/* The same as a status in *err: HEADER, or MEMORY if memory ran out. */
enum apam_status signing_check(const struct apam_signing *s,
    struct apam_error *err);

#endif
