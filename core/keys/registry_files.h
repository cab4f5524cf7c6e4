/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of the key registry, opened and read together: its state at one
 * moment, and the lock that a change needs.
 */
#ifndef CORE_KEYS_REGISTRY_FILES_H
#define CORE_KEYS_REGISTRY_FILES_H

#include "keys/index.h"
#include "keys/known.h"
#include "keys/place.h"

enum registry_index_kind {
	REGISTRY_INDEX_NONE,
	REGISTRY_INDEX_DAMAGED,
	REGISTRY_INDEX_WHOLE
};

struct registry_files {
	const struct key_registry *registry;
	struct apam_error *err;
	int64_t deadline; /* clock_ms, for the lock */
	int state, text, index, lock; /* descriptors; -1: not open */
	bool text_there;
	struct key_set set; /* of the text */
	enum registry_index_kind kind; /* of the index */
	struct key_index_head head;
	struct key_known known;
};

/* Begin with nothing open.  `err` is where all that follows puts errors. */
struct registry_files registry_files_begin(const struct key_registry *registry,
    struct apam_error *err);

/* Close, unlock and free all of it. */
void registry_files_end(struct registry_files *f);

/* Open state_dir, which must be there, and take the lock. */
bool registry_files_enter(struct registry_files *f);

/*
 * Take the lock in state_dir, which is open.  False with an error, such as
 * DEADLINE if another program held it until f->deadline.
 */
bool registry_files_lock(struct registry_files *f);

/*
 * Read the files again: the text if `text`, the head of the index, and
 * registry.known.  A damaged index is not an error here, because it can be made
 * new.
 */
enum apam_status registry_files_look(struct registry_files *f, bool text);

/*
 * Make a set of a text, which the set then owns.  `name` is what errors call
 * the text; NULL: it is the one in place.
 */
enum apam_status registry_files_parse(const struct registry_files *f,
    struct buf *text, const char *name, struct key_set *set);

/* True if this process is one of the registry's owner. */
bool registry_files_are_ours(const struct registry_files *f);

/* Say what is wrong with the text in place.  Returns `status`. */
enum apam_status registry_files_refuse(const struct registry_files *f,
    enum apam_status status, unsigned line, const char *what);

/* Say that `name` could not be changed; `number` is its errno.  False. */
bool registry_files_failed(const struct registry_files *f, const char *name,
    int number);

#endif
