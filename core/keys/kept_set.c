/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * There is one place; a set is put there or taken by an atomic exchange.
 */
#include "keys/kept_set.h"

#include <stdatomic.h>
#include <stdlib.h>

struct key_kept {
	struct key_set set;
};

static struct key_kept *
exchange(const struct key_registry *registry, struct key_kept *with)
{
	return registry->kept == NULL ? with :
					atomic_exchange(registry->kept, with);
}

static void
free_kept(struct key_kept *kept)
{
	if (kept == NULL)
		return;
	key_set_free(&kept->set);
	free(kept);
}

void
key_kept_drop(const struct key_registry *registry)
{
	free_kept(exchange(registry, NULL));
}

void
key_kept_put(const struct key_registry *registry, struct key_set *set)
{
	struct key_kept *kept = NULL;

	if (registry->kept != NULL && set->is.generation > 0)
		kept = malloc(sizeof(*kept));
	if (kept == NULL) {
		key_set_free(set);
		return;
	}
	kept->set = *set;
	*set = (struct key_set){ .count = 0 };
	free_kept(exchange(registry, kept));
}

bool
key_kept_take(const struct key_registry *registry,
    const struct file_print *from, struct key_set *set)
{
	struct key_kept *kept = exchange(registry, NULL);
	const bool same = kept != NULL &&
	    file_print_same(&kept->set.from, from);

	if (same) {
		*set = kept->set;
		kept->set = (struct key_set){ .count = 0 };
	}
	free_kept(kept);
	return same;
}
