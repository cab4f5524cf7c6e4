/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a gateway can have its addresses, before it writes or says anything.
 */
#ifndef HOSTS_CLI_GATEWAY_GATEWAY_ADDRESSES_H
#define HOSTS_CLI_GATEWAY_GATEWAY_ADDRESSES_H

#include "gateway/gateway_options.h"

/*
 * A socket that a gateway left when it was killed is removed.  An address that
 * is in use, or is not for this user, is an error.  Returns an exit status, and
 * has then said what is wrong.
 */
int gateway_addresses_take(const struct gateway_options *options);

#endif
