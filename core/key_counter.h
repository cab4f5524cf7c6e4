/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The counter that tells every running program of this machine that the key
 * registry has changed: one number in a file that all may map and only the
 * administrator may write.  A signature costs one load of it.
 *
 * The file is 4096 bytes, written out in full so that no page of it is a hole:
 *	8	"APAMCNT1"
 *	8	when it was made, Unix time in ms
 *	8	the number, in this machine's byte order
 *	rest	zero
 * It begins with a random number, so that a new file never says the same as the
 * one that it replaces.  It is advanced by pwrite, which says when the disk is
 * full, where a store to the mapping would kill the process.  It must not be
 * truncated, which would kill those who read it; it may be deleted.
 */
#ifndef CORE_KEY_COUNTER_H
#define CORE_KEY_COUNTER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define KEY_COUNTER_SIZE 4096

/* The one of a context.  Its page stays where it is until it is freed. */
struct key_counter {
	void *page;
	const _Atomic uint64_t *value; /* never NULL; 0 while there is no file */
	uint64_t device, inode;	/* of the file that is mapped; 0: none */
	/*
	 * There is, or may be, a file that could not be mapped: its changes may
	 * not be seen, so look at the registry each time.
	 */
	bool blind;
};

/* An empty page.  False without memory. */
bool key_counter_init(struct key_counter *counter);
void key_counter_free(struct key_counter *counter);

/*
 * Map the file `counter` of the registry's directory in place of what is
 * mapped now, where it is another one; an empty page where there is none or it
 * is no counter, or where `directory` is -1.  Where it cannot be opened or
 * mapped, what is mapped stays, and the counter is blind.  Readers may go on
 * meanwhile; calls of this must not run at once.  True where the file is
 * mapped.
 */
bool key_counter_follow(struct key_counter *counter, int directory);

/*
 * For the administrator's programs, under the registry's lock: make the file
 * where it is missing, no counter, or does not show in a mapping what is
 * written to it; else advance it.  False where that failed;
 * *young is set where running programs may not have mapped it yet, as it was
 * made less than 1.5 seconds ago.
 */
bool key_counter_advance(int directory, bool *young);

#endif
