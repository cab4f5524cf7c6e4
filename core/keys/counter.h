/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The counter that tells every running program of this machine that the key
 * registry has changed: one number in a page that all may read and only the
 * administrator may write (segment.h).  A signature costs one load of it.
 *
 * Which page that is stands in a small file, `counter` in the directory of the
 * index, which is read and never mapped:
 *	8	"APAMCNT2"
 *	8	the number of the segment, and 0, 4 bytes each
 *	16	its nonce
 *	40	the boot that it is of, with zeros behind
 *	8	the set of segments that it is in, or 0
 *	8	checksum: SipHash of the above under the nonce
 *
 * Not every program can attach the page: after a boot there is none before the
 * owner has run a program, containers as a rule see other segments, a sandbox
 * may forbid it.  Such a program is blind, and looks at the index itself at
 * each signature.
 */
#ifndef CORE_KEY_COUNTER_H
#define CORE_KEY_COUNTER_H

#include "keys/segment.h"

/* The one of a context.  Its page stays where it is until it is freed. */
struct key_counter {
	void *page;
	const _Atomic uint64_t *value; /* never NULL; 0 while there is no page */
	const _Atomic uint64_t *generation; /* that was announced last, or 0 */
	unsigned char nonce[KEY_SEGMENT_NONCE];
	bool attached;
	/*
	 * There is, or may be, a page that cannot be attached: changes may not
	 * be seen, so look at the index each time.
	 */
	bool blind;
};

/* An empty page.  False without memory. */
bool key_counter_init(struct key_counter *counter);
void key_counter_free(struct key_counter *counter);

/*
 * Attach the page that the file in `directory` names in place of what is there
 * now, where it is another one.  Where there is no such file, or -1 for a
 * directory, what is there stays: who makes another waits until all have looked
 * again.  Where it cannot be attached, the counter is blind.  Readers may go on
 * meanwhile; calls of this must not run at once.
 */
void key_counter_follow(struct key_counter *counter, int directory);

/*
 * For the owner's programs, under the registry's lock: advance the counter, and
 * say that the registry is at `generation`.  A page that is missing, or cannot
 * be reached from here, is made anew.  False where that failed; *young is set
 * where running programs may not have attached it yet, as it was made less than
 * 1.5 seconds ago.
 */
bool key_counter_advance(int directory, const struct key_segment_owner *owner,
    uint64_t generation, bool *young);

/*
 * True where the file names no page of this boot that is to be seen from here,
 * and the owner's next program ought to make one.
 */
bool key_counter_is_lost(int directory);

/* Remove the page that the file names, and the file. */
void key_counter_remove(int directory);

#endif
