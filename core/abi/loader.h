/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader: finds, checks and loads the module of a scheme.
 *
 * The file is always <module_dir>/<scheme>.so.  Path trust and the pin are
 * checked before dlopen, because constructors run in it.  Loaded modules are
 * never unloaded.
 */
#ifndef CORE_ABI_LOADER_H
#define CORE_ABI_LOADER_H

#include <pthread.h>

#include <apam/apam.h>
#include <apam/module.h>

#include "config/main_conf.h"
#include "config/option.h"

/* A loaded module; lives as long as its context. */
struct module {
	struct module *next;
	struct apam_module abi;	/* our copy: functions it lacks are NULL */
	struct option_table options;
	pthread_mutex_t lock;	/* for modules without a thread trait */
};

struct modules {
	pthread_mutex_t lock;
	struct module *first;
};

void modules_init(struct modules *all);
void modules_free(struct modules *all);

/*
 * The module of a scheme, which the first call loads.  NULL with *err set:
 * MODULE, TRUST, MEMORY.
 */
struct module *modules_get(struct modules *all, const struct settings *settings,
    const char *scheme, struct apam_error *err);

/*
 * True for lower-case letters, digits and '-', at most 64, not starting with
 * '-'.
 */
bool module_name_ok(const char *name);

#endif
