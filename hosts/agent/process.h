/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel says of this process: proc(5).
 */
#ifndef HOSTS_AGENT_PROCESS_H
#define HOSTS_AGENT_PROCESS_H

#include <stdint.h>

struct process_view;

struct process_facts {
	double cpu_s; /* used, by user and system */
	double start_s; /* when it began, Unix time */
	uint64_t resident, virtual, locked; /* bytes */
	uint64_t descriptors, descriptors_max;
};

/*
 * Open what is read later, so that nothing has to be found then.  NULL, with
 * errno: no memory, or no /proc.
 */
struct process_view *process_view_new(void);

/* *v may be NULL; it is set to NULL. */
void process_view_free(struct process_view **v);

/* What cannot be read is 0. */
void process_view_read(const struct process_view *v, struct process_facts *to);

#endif
