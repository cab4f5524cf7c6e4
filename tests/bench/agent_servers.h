/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agent of the rows' configuration, and what stands in for one (rows_agent.c).
 */
#ifndef BENCH_AGENT_SERVERS_H
#define BENCH_AGENT_SERVERS_H

#include <sys/un.h>

/*
 * Start the agent at "agent", and an echo at "echo", once for all rows.  Contexts
 * of "agent.conf" ask this agent.
 */
void agent_start(void);

/* Where a socket of this name is. */
struct sockaddr_un agent_address(const char *name);

/* A connection to one, which has ten seconds to be there. */
int agent_connect(const char *name);

#endif
