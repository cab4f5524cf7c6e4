/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps forks away from code that has locks of its own.  Modules, the C library
 * and the loader take locks that apam does not know: a child that was forked
 * while one of them is held would wait for it for ever.
 */
#ifndef CORE_FORK_GATE_H
#define CORE_FORK_GATE_H

/*
 * Between these two no fork takes place.  Not nested, brief, and without taking
 * any lock inside.  Threads do not keep each other out.
 */
void fork_defer(void);
void fork_permit(void);

/*
 * For the handlers of fork alone (profile/fork.c).  Shut the gate before the
 * fork, once all who are between the two calls have left; open it in the
 * parent; make it anew, open, in the child.
 */
void fork_gate_shut(void);
void fork_gate_open(void);
void fork_gate_renew(void);

#endif
