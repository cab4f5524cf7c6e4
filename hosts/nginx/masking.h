/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nginx's error log, without queries: nginx names the request's line and the
 * upstream's URL in it.  A client may have put a key into the one, and a scheme
 * its own into the other.
 */
#ifndef HOSTS_NGINX_MASKING_H
#define HOSTS_NGINX_MASKING_H

#include "visit.h"

/* From now on, for this request. */
void masking_begin(struct visit *v);

#endif
