/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text is compared with the generation and checksum in the index, and with
 * the generation in registry.known.
 */
#include "keys/registry_fit.h"

#include <string.h>

#include "base/error.h"

static const char *const misfits[] = {
	[REGISTRY_FIT_NEWER] =
	    "is newer than the index that programs use: a change was "
	    "interrupted; run `apam keys list` as a user who may "
	    "change the registry",
	[REGISTRY_FIT_GONE] =
	    "is missing, and programs use the index made from it; put "
	    "back a backup with `apam keys recover FILE`",
	[REGISTRY_FIT_OLDER] =
	    "is older than the one that programs use: an old copy "
	    "was put in its place; `apam keys recover` shows which "
	    "keys would sign again with it, and uses it",
	[REGISTRY_FIT_OTHER] =
	    "belongs to another registry than the one that programs "
	    "use; `apam keys recover` shows what it would change, "
	    "and uses it",
	[REGISTRY_FIT_EDITED] =
	    "was changed by hand, and programs do not use that yet; "
	    "`apam keys recover` shows what it would change, and "
	    "uses it",
	[REGISTRY_FIT_STRANGE] =
	    "was put there by hand, and programs refuse to use it; "
	    "`apam keys recover` shows what is in it, and uses it",
};

bool
registry_latest(const struct registry_files *f, struct key_text *to)
{
	*to = (struct key_text){ .generation = 0 };
	if (f->kind == REGISTRY_INDEX_WHOLE) {
		memcpy(to->registry, f->head.registry, KEY_REGISTRY_ID);
		to->generation = f->head.generation;
	}
	if (f->known.kind == KEY_KNOWN_WHOLE &&
	    f->known.generation > to->generation) {
		memcpy(to->registry, f->known.registry, KEY_REGISTRY_ID);
		to->generation = f->known.generation;
	}
	return to->generation > 0;
}

static enum registry_fit
fit_without_text(const struct registry_files *f)
{
	if (f->known.kind != KEY_KNOWN_NOTHING ||
	    f->kind == REGISTRY_INDEX_DAMAGED)
		return REGISTRY_FIT_GONE;
	/*
	 * An empty index was left by a process that was killed while making it.
	 */
	return f->kind == REGISTRY_INDEX_WHOLE && f->head.count > 0 ?
	    REGISTRY_FIT_GONE :
	    REGISTRY_FIT_NONE;
}

enum registry_fit
registry_fit_of(const struct registry_files *f)
{
	const struct key_text *is = &f->set.is;
	struct key_text known;

	if (!f->text_there)
		return fit_without_text(f);
	if (is->generation == 0 || !registry_latest(f, &known))
		return REGISTRY_FIT_STRANGE;
	if (memcmp(is->registry, known.registry, KEY_REGISTRY_ID) != 0)
		return REGISTRY_FIT_OTHER;
	if (is->generation < known.generation)
		return REGISTRY_FIT_OLDER;
	if (f->kind != REGISTRY_INDEX_WHOLE ||
	    is->generation > f->head.generation)
		return REGISTRY_FIT_NEWER;
	return is->size == f->head.text_size && is->sum == f->head.text_sum ?
	    REGISTRY_FIT_SAME :
	    REGISTRY_FIT_EDITED;
}

enum apam_status
registry_fit_refuse(const struct registry_files *f, enum registry_fit fit)
{
	struct key_text known;

	if (fit != REGISTRY_FIT_OLDER || !registry_latest(f, &known))
		return registry_files_refuse(f, APAM_E_CONFIG, 0, misfits[fit]);
	return error_set(f->err, APAM_E_CONFIG,
	    "%s/" KEY_PLACE_REGISTRY "/" KEY_PLACE_KEYS
	    " has generation %llu, and programs use %llu: it %s",
	    f->registry->state_dir, (unsigned long long)f->set.is.generation,
	    (unsigned long long)known.generation, misfits[fit]);
}
