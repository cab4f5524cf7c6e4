/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests that nginx sends once more by itself: because a connection that it
 * kept had ended, or because a provider has several addresses.
 */
#ifndef HOSTS_NGINX_RESEND_H
#define HOSTS_NGINX_RESEND_H

#include "visit.h"

/*
 * Have the request signed anew whenever nginx sends it again.  This is called
 * once nginx makes the request, as often as it does; before, it does nothing.
 * `v` may be NULL: a request that has nothing to do with apam.
 */
void resend_watch(struct visit *v);

#endif
