/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The provider's answer: judged, and passed on, or the request is sent once
 * more.
 */
#ifndef HOSTS_NGINX_ANSWER_H
#define HOSTS_NGINX_ANSWER_H

#include "visit.h"

/* Put the filters into nginx's chains. */
void answer_install(void);

/* What the answer waited for is there. */
void answer_woken(struct visit *v);

#endif
