/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The row of the first load of a module in a process.  RTLD_NODELETE keeps a
 * module as long as the process lives, so each sample needs a process of its
 * own.
 */
#define _GNU_SOURCE
#include <apam/admin.h>

#include <dlfcn.h>

#include "bench.h"

#define SCHEME "basic-email-key"

static double
load_ours(void)
{
	const struct apam_module *module = NULL;
	struct apam *ctx = site_open("apam.conf");
	struct apam_error err = APAM_ERROR_INIT;
	double start = now_ns();

	if (apam_module_get(ctx, SCHEME, &module, &err) != APAM_OK)
		need(false, err.text);
	return now_ns() - start;
}

/* A context is opened here, too, so that both children are alike. */
static double
load_raw(void)
{
	struct apam *ctx = site_open("apam.conf");
	const char *path = site_path("modules/" SCHEME ".so");
	double start = now_ns();
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	double end;

	need(handle != NULL && dlsym(handle, "apam_module_1") != NULL,
	    "the module does not load");
	end = now_ns();
	need(ctx != NULL, "no context");
	return end - start;
}

static double
sample_load_ours(void *arg)
{
	(void)arg;
	return in_child(load_ours);
}

static double
sample_load_raw(void *arg)
{
	(void)arg;
	return in_child(load_raw);
}

void
run_module_load(struct result *result)
{
	const struct work ours = { sample_load_ours, NULL };
	const struct work raw = { sample_load_raw, NULL };

	measure(&ours, &raw, 301, result);
}
