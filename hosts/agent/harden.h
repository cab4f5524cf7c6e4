/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What keeps the memory of this process from others, and what it needs of the
 * system for many clients.
 */
#ifndef HOSTS_AGENT_HARDEN_H
#define HOSTS_AGENT_HARDEN_H

#include <stddef.h>

/*
 * No core dumps; no other process of the same user may look into this one; as
 * many descriptors as the system lets it have; memory locked, as far as the
 * system lets it.  Before any secret is read.
 */
void harden_process(void);

/* How many descriptors the process may have open. */
size_t harden_descriptors(void);

#endif
