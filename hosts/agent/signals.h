/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The signals that tell apamd what to do, as something that a loop can wait for.
 */
#ifndef HOSTS_AGENT_SIGNALS_H
#define HOSTS_AGENT_SIGNALS_H

enum signals_seen { SIGNALS_RELOAD = 0x1, SIGNALS_END = 0x2 };

/*
 * Take SIGHUP, and SIGTERM and SIGINT, from here on; SIGPIPE is ignored.
 * Returns a descriptor that is readable when one came; below 0: there is none.
 */
int signals_open(void);

/* What came since the last call, of enum signals_seen. */
unsigned signals_take(void);

#endif
