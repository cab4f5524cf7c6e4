/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether the text of the registry may be used: it must be the one that
 * programs use, or newer.  Everything that decides this is here.
 */
#ifndef CORE_KEYS_REGISTRY_FIT_H
#define CORE_KEYS_REGISTRY_FIT_H

#include "keys/registry_files.h"

enum registry_fit {
	REGISTRY_FIT_NONE, /* there is no registry */
	REGISTRY_FIT_SAME, /* the index was made from this text */
	REGISTRY_FIT_NEWER, /* the index must be made from this text */
	REGISTRY_FIT_GONE, /* there was a registry, and its text is missing */
	REGISTRY_FIT_OLDER, /* of an earlier generation than what is known */
	REGISTRY_FIT_OTHER, /* of another registry */
	REGISTRY_FIT_EDITED, /* of the index's generation, with other content */
	REGISTRY_FIT_STRANGE /* nothing is known that it could follow */
};

enum registry_fit registry_fit_of(const struct registry_files *f);

/* Say why such a text is not used, and what to do. */
enum apam_status registry_fit_refuse(const struct registry_files *f,
    enum registry_fit fit);

/*
 * The latest state known beside the text, from the index and registry.known.
 * False if nothing is known.
 */
bool registry_latest(const struct registry_files *f, struct key_text *to);

#endif
