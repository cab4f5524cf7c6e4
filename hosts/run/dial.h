/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a tunnel leads: to the gateway, to a host, or to the proxy that the user
 * had before this run.
 */
#ifndef HOSTS_RUN_DIAL_H
#define HOSTS_RUN_DIAL_H

#include "run/dial_proxy.h"

/* A connection to a socket of this machine; -1 with errno set. */
int dial_local(const char *path);

/* A connection to a host; -1, and *why is a static text. */
int dial_host(const struct site *to, const char **why);

/* The same through a proxy. */
int dial_by_proxy(
    const struct dial_proxy *proxy, const struct site *to, const char **why);

#endif
