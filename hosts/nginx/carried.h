/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a header carries a token, or a placeholder for a key.
 */
#ifndef HOSTS_NGINX_CARRIED_H
#define HOSTS_NGINX_CARRIED_H

#include <stdbool.h>

#include "nginx.h"

/*
 * True where a header's value is the text, or has it as a Bearer token (RFC 6750,
 * 2.1) or as the password of Basic (RFC 7617).  How long it takes does not tell
 * how much of a text was right.  An empty text is carried by nothing.
 */
bool carried(ngx_str_t value, ngx_str_t text);

#endif
