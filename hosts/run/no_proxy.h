/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of hosts in no_proxy, which programs go to without a proxy.  There is
 * no standard of it; what follows is what most programs have in common.
 */
#ifndef HOSTS_RUN_NO_PROXY_H
#define HOSTS_RUN_NO_PROXY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * True where one entry covers a host: "*"; the host itself or a domain that it is
 * in, with or without a dot or "*." in front, and a port behind; a network such
 * as "10.0.0.0/8".
 */
bool no_proxy_covers(const char *entry, size_t n, const char *host);

/* True where some entry of a list does. */
bool no_proxy_has(const char *list, const char *host);

/*
 * A copy of the list without the entries that cover one of the hosts, which the
 * caller frees; NULL without memory.
 */
char *no_proxy_without(
    const char *list, const char *const *hosts, size_t count);

#endif
