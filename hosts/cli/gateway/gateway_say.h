/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `apam gateway` prints: what it serves, how it is looked at, and how it is
 * called.
 */
#ifndef HOSTS_CLI_GATEWAY_GATEWAY_SAY_H
#define HOSTS_CLI_GATEWAY_GATEWAY_SAY_H

#include <stdio.h>

#include "gateway/gateway_options.h"

/*
 * Print it.  `page_token` is the token for a browser, or "": it is shown where
 * `to` is a terminal, which is this user's; another file may be kept for others
 * to read.
 */
void gateway_say(const struct gateway_options *options,
    const struct nginx_conf *conf, const char *page_token, FILE *to);

#endif
