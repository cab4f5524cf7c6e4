/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known about the key registry beside its text: `registry.known` in
 * state_dir says which registry exists and how far it has come.  So a registry
 * that is gone is missed, and an older text in its place is detected.  It has
 * 40 bytes: "APAMREG1", the registry's id, its generation, a checksum (SipHash
 * of the above under the id).  It is written in place, so that state_dir does
 * not appear to change.
 */
#ifndef CORE_KEYS_KNOWN_H
#define CORE_KEYS_KNOWN_H

#include "keys/record_set.h"

enum key_known_kind {
	KEY_KNOWN_NOTHING,	/* there is no such file */
	/* it exists, or may exist, and cannot be read */
	KEY_KNOWN_SOMETHING,
	KEY_KNOWN_WHOLE
};

struct key_known {
	enum key_known_kind kind;
	unsigned char registry[KEY_REGISTRY_ID];
	uint64_t generation;
};

/*
 * Read the file in state_dir, which is open as `state`.  Returns 0; or errno,
 * if this process has no descriptor or memory left to read it.
 */
int key_known_read(int state, struct key_known *known);

/* Write the file; false with errno. */
bool key_known_write(int state, const struct key_text *text);

#endif
