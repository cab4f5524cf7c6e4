/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether the text of the registry may be taken: it must be what programs go
 * by, or newer.  All that decides this is here.
 */
#ifndef CORE_REGISTRY_FIT_H
#define CORE_REGISTRY_FIT_H

#include "keys/registry_files.h"

enum registry_fit {
	FIT_NONE, /* there is no registry */
	FIT_SAME, /* the index was made from this text */
	FIT_NEWER, /* it is to be made from this text */
	FIT_GONE,
	FIT_OLDER,
	FIT_OTHER,
	FIT_EDITED,
	FIT_STRANGE
};

enum registry_fit registry_fit_of(const struct registry_files *f);

/* Say why such a text is not taken, and what to do. */
enum apam_status registry_fit_refuse(const struct registry_files *f,
    enum registry_fit fit);

/*
 * The latest that is known beside the text, by the index and registry.known.
 * False: nothing is.
 */
bool registry_latest(const struct registry_files *f, struct key_text *to);

#endif
