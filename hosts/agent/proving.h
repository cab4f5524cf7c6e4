/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which process is at the other end, where the kernel gives no descriptor of it
 * (SO_PEERPIDFD, since Linux 6.5): the process proves it.  Only where a rule
 * needs its service.
 *
 *	agent	opens a descriptor of the process with the peer's number, which
 *		may have become another's, and sends it a nonce
 *	peer	answers with the nonce; the kernel adds the number of who answers
 *	agent	if that is the number, and the process of the descriptor still
 *		lives, it is the one that answered
 *
 * The nonce shows that the answer was sent after the descriptor was opened: an
 * earlier one may be that of a process that had the number before.
 */
#ifndef HOSTS_AGENT_PROVING_H
#define HOSTS_AGENT_PROVING_H

#include "agent/peer.h"

#define PROVING_SIZE 16 /* bytes */

/* PROVING_NONE: it holds no descriptor. */
struct proving {
	int pidfd;
	unsigned char nonce[PROVING_SIZE];
};

#define PROVING_NONE { .pidfd = -1 }

/*
 * Begin: proving->nonce is to be sent.  False where the process has ended, or the
 * system has no descriptor left or no random bytes: then it is of no service
 * (now), and nothing is to be sent.
 */
bool proving_begin(struct proving *proving, const struct peer *peer);

/*
 * What the peer answered, in a message that peer_sent has found to be the
 * peer's.  Its service is in peer->caller afterwards, if it is of one.  False if
 * this answers nothing that was asked, or something else: the connection must
 * be closed.  Ends the proof either way.
 */
bool proving_end(struct proving *proving, struct peer *peer, struct apam_str nonce);

/* Close what it holds; twice is harmless. */
void proving_free(struct proving *proving);

#endif
