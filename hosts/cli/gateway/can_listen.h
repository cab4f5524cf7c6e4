/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether an address can be listened at, before nginx is started: it would say
 * so in its own words, after the gateway has said that it serves there.
 */
#ifndef HOSTS_CLI_GATEWAY_CAN_LISTEN_H
#define HOSTS_CLI_GATEWAY_CAN_LISTEN_H

#include <stdbool.h>

/*
 * The address is unix:/PATH, 127.0.0.1:PORT (or another address of 127) or
 * [::1]:PORT; nothing is left there.  False: it cannot, errno says why; EINVAL is
 * an address that is none.  One in use is tried again for two seconds, since a
 * gateway that has just ended may still be there.
 */
bool can_listen(const char *address);

#endif
