/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The core services that modules are given (module.h), and the log that they
 * and the core write to.
 */
#ifndef CORE_SERVICES_H
#define CORE_SERVICES_H

#include <apam/module.h>

#include "base/log.h"

/* Called by refuse_option: index in the module's table, and the text. */
struct services {
	struct apam_services pub; /* modules are given &pub */
	const struct log *log;
	const char *scheme;	/* stands before its log lines */
	bool prepare_unneeded;	/* as the module said in open */
	void (*refuse)(void *arg, size_t index, const char *text);
	void *refuse_arg;
};

/* `log` may be NULL.  All must outlive the services. */
void services_init(struct services *s, const char *scheme,
    const struct log *log);

#endif
