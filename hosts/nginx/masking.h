/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nginx's error log, without the query that is sent: nginx names the upstream's
 * URL in it, and a scheme may have put its key there.
 */
#ifndef HOSTS_NGINX_MASKING_H
#define HOSTS_NGINX_MASKING_H

#include "visit.h"

/* From now on, for this request. */
void masking_begin(struct visit *v);

#endif
