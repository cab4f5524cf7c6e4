/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The counter that tells every running program of this machine that the key
 * registry has changed: one number in a page that all users can read and only
 * the administrator can write (segment.h).  A signature costs one load of it.
 *
 * A small file, `counter` in the directory of the index, names the page.  It is
 * read and never mapped:
 *	8	"APAMCNT2"
 *	8	the number of the segment, and 0, 4 bytes each
 *	16	its nonce
 *	40	its boot, followed by zeros
 *	8	the set of segments that it is in, or 0
 *	8	checksum: SipHash of the above under the nonce
 *
 * Some programs cannot attach the page: after a boot there is none until the
 * owner has run a program, containers usually see other segments, a sandbox may
 * forbid it.  Such a program is blind, and checks the index itself at each
 * signature.
 */
#ifndef CORE_KEYS_COUNTER_H
#define CORE_KEYS_COUNTER_H

#include "keys/segment.h"

/* The counter of a context.  Its page keeps its address until it is freed. */
struct key_counter {
	void *page;
	const _Atomic uint64_t *value; /* never NULL; 0 without a page */
	const _Atomic uint64_t *generation; /* the last one announced, or 0 */
	unsigned char nonce[KEY_SEGMENT_NONCE];
	bool attached;
	/*
	 * There is, or may be, a page that cannot be attached, so changes may
	 * go unnoticed: check the index each time.
	 */
	bool blind;
};

/* Make an empty page.  False if memory runs out. */
bool key_counter_init(struct key_counter *counter);
void key_counter_free(struct key_counter *counter);

/*
 * If the file in `directory` names another page than the attached one, attach
 * that.  If there is no such file, or `directory` is -1, the old page stays: a
 * program that makes a new page waits until all programs have looked again.  If
 * the page cannot be attached, the counter becomes blind.  Readers may go on
 * during the call, but two such calls must not run at once.
 *
 * Returns 0; or errno, if this process has no descriptor or memory left to
 * look.  Then an index may be older than the one that was announced, and
 * nothing says so.
 */
int key_counter_follow(struct key_counter *counter, int directory);

/*
 * For the owner's programs, with the registry's lock held: advance the counter,
 * and announce that the registry has this generation.  A page that is missing
 * or unreachable is made new.  False if that fails; *young is set if running
 * programs may not have attached the page yet, because it was made less than
 * 1.5 seconds ago.
 */
bool key_counter_advance(int directory, const struct key_segment_owner *owner,
    uint64_t generation, bool *young);

/*
 * True if the file names no page of this boot that can be seen from here; then
 * the owner's next program should make one.  False if the file or the boot is
 * not known now: a new page would announce nothing of what the old one does.
 */
bool key_counter_is_lost(int directory);

/* Remove the page that the file names, and the file. */
void key_counter_remove(int directory);

#endif
