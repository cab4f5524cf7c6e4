/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the exchanges of an entry may go besides https to any host.  Both have
 * a say: the module declares which of its options lead there, and the profile
 * sets them and lists addresses.
 */
#ifndef CORE_HTTP_REACH_H
#define CORE_HTTP_REACH_H

#include "config/option_table.h"
#include "text/url.h"

struct reach {
	bool allow_http;	/* http to a loopback address */
	const struct apam_str *addresses; /* the profile's http_addresses */
	size_t address_count;
	struct option_table options; /* the module's; empty: none */
	const struct apam_value *values; /* of these */
};

/*
 * NULL if an exchange may go to `url`: it is https, or http to a loopback
 * address if `allow_http`, or http to one of the addresses, below the value of
 * an option with APAM_OPT_LOCAL_HTTP (url_outside).  Else a static text.
 */
const char *reach_url(const struct reach *r, const struct url *url);

/*
 * NULL if an exchange may go to this socket: its path is the value of an option
 * of type PATH.  Else a static text.
 */
const char *reach_socket(const struct reach *r, struct apam_str path);

#endif
