/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether the text of the registry may be used: it must be the one that
 * programs use, or newer.  Everything that decides this is here.
 */
#ifndef CORE_REGISTRY_FIT_H
#define CORE_REGISTRY_FIT_H

#include "keys/registry_files.h"

enum registry_fit {
	FIT_NONE, /* there is no registry */
	FIT_SAME, /* the index was made from this text */
	FIT_NEWER, /* the index must be made from this text */
	FIT_GONE,
	FIT_OLDER,
	FIT_OTHER,
	FIT_EDITED,
	FIT_STRANGE
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
