/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each check runs in a child of its own, with limits, so that a module that
 * crashes, hangs or ends the process fails that check and no other.
 */
#ifndef HOSTS_KIT_CHILD_H
#define HOSTS_KIT_CHILD_H

#include "kit/finding.h"

/*
 * Run `check` with `arg` in a child and put into *to what it found.  `seconds`
 * is how long each step may compute, of those that finding_doing tells, and the
 * child may wait five times as long.  The time in which a busy machine lets it
 * compute slowly is not counted.  False if no child can be made.
 */
bool child_run(void (*check)(void *arg), void *arg, unsigned seconds,
    struct finding *to);

#endif
