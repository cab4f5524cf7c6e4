/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agent of the rows' configuration, and what stands in for one (rows_agent.c).
 */
#ifndef BENCH_AGENT_SERVERS_H
#define BENCH_AGENT_SERVERS_H

#include <sys/types.h>
#include <sys/un.h>

/*
 * Start the agent at "agent", and an echo at "echo", once for all rows.  Contexts
 * of "agent.conf" ask this agent.
 */
void agent_start(void);

/* One more server for agent_place, which ends with this program. */
void agent_add_server(pid_t pid);

/* On which processors this program and all servers run. */
enum agent_place {
	PLACE_ANY,	/* where they like */
	PLACE_ONE,	/* all of them on one */
	PLACE_APART	/* this program on one, the servers on another one */
};
void agent_place(enum agent_place how);

/* Where a socket of this name is. */
struct sockaddr_un agent_address(const char *name);

/* A connection to one, which has ten seconds to be there. */
int agent_connect(const char *name);

#endif
