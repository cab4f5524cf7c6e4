/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The origins that a profile's file in error is for, as far as they can be read.
 * A request to one of them is refused, and not sent without a signature
 * (profile/finder.c).
 *
 * Only a file that would be believed if it were in order claims anything: else
 * its other writers could have requests refused that are not the profile's.
 */
#ifndef CORE_CONFIG_CLAIMS_H
#define CORE_CONFIG_CLAIMS_H

#include "base/arena.h"
#include "text/url.h"

/* All of them; zeroed at first. */
struct claims {
	struct url *origins; /* without query; the path may be a part */
	const char **texts;  /* the same */
	size_t count, room, text_room;
	struct arena arena; /* owns the texts */
};

/*
 * Add what the text of a file claims: each URL in its list of origins, whatever
 * else is wrong with the file.  Of a path that no origin may have, the part
 * before what is wrong is claimed.  False without memory.
 */
bool claims_add(struct claims *claims, struct apam_str text);

/*
 * Read what a file claims; nothing where it cannot be opened or is not to be
 * believed.  `user`: user mode of file/trust.h.  False without memory or
 * descriptors: then it is not known what the file claims.
 */
bool claims_read(struct claims *claims, const char *file, bool user);

/* Free all; *claims is zeroed then. */
void claims_free(struct claims *claims);

#endif
