/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One listener on a free loopback port: https for a provider, plain http for
 * control. Collects the body, asks the provider, lets faults strike, logs, and
 * sends. It knows no provider's rules.
 */
#ifndef SANDBOX_SERVER_H
#define SANDBOX_SERVER_H

#include "certs.h"
#include "request.h"

struct MHD_Daemon;

struct listener {
	enum provider provider; /* CONTROL: plain http, no faults, no log */
	void (*answer)(struct request *request, struct answer *answer);
	struct MHD_Daemon *daemon;
	unsigned port;
};

/* Starts the listener and sets its port; CERTS is used by https alone. */
bool listener_open(struct listener *listener, const struct certs *certs);

/* Ends it; parking_close comes first. NULL-safe for one that never began. */
void listener_close(struct listener *listener);

#endif
