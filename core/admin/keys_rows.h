/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rows of the list of keys (apam_keys): a row for each record of the
 * registry, and for each key that a profile names and that no record stands
 * for.
 */
#ifndef CORE_ADMIN_KEYS_ROWS_H
#define CORE_ADMIN_KEYS_ROWS_H

#include <apam/admin.h>

#include "admin/key_uses.h"
#include "admin/keys_served.h"
#include "admin/profile_keys.h"
#include "base/id_index.h"
#include "keys/use.h"

/* One key, as it is listed. */
struct key_row {
	struct apam_key_info info;
	const struct key_record *record; /* NULL: not registered */
	char mark[APAM_MARK_SIZE];
	const char **profiles;
	size_t profile_room;
	const struct key_readers *readers; /* NULL: no profile names it */
	struct key_use *use; /* NULL: no note is of it */
	const char *missed;
	struct key_uses uses; /* through the agent and gateways */
	const struct key_served *served; /* what it found; NULL: nothing */
};

struct key_rows {
	struct key_row *all;
	size_t count, room;
	struct id_index by_id;
	bool failed; /* out of memory */
};

/*
 * Make the rows of `set` and `named`, sorted by id, scheme and mark; both live
 * as long as the rows.  With `id`, only the records that have it or that a
 * profile names.  Where a secret cannot be read that would tell two keys apart,
 * *partial says so.  Without memory rows->failed is set.
 */
void key_rows_collect(struct key_rows *rows, const struct key_set *set,
    struct named_keys *named, const char *id, struct apam_error *partial);

void key_rows_free(struct key_rows *rows);

#endif
