/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known of the key registry beside its text: `registry.known` in
 * state_dir says which registry there is and how far it had come, so that a
 * registry that is gone is missed, and one that an older text would take back
 * is known for it.  40 bytes: "APAMREG1", the registry's id, its generation,
 * a checksum (SipHash of the above under the id).  It is written in place, so
 * that nothing in state_dir is seen to change.
 */
#ifndef CORE_KEY_KNOWN_H
#define CORE_KEY_KNOWN_H

#include "keys/record_set.h"

enum key_known_kind {
	KEY_KNOWN_NOTHING,	/* there is no such file */
	KEY_KNOWN_SOMETHING,	/* there is, or may be, and cannot be read */
	KEY_KNOWN_WHOLE
};

struct key_known {
	enum key_known_kind kind;
	unsigned char registry[KEY_REGISTRY_ID];
	uint64_t generation;
};

/* Read it in state_dir, which is open. */
void key_known_read(int state, struct key_known *known);

/* Write it; false with errno. */
bool key_known_write(int state, const struct key_text *text);

#endif
