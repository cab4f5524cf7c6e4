/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening and closing a context.
 */
#include "profile/context.h"

#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/environment.h"
#include "base/error.h"
#include "base/privilege.h"
#include "base/sized.h"
#include "file/absolute.h"
#include "file/secret_ahead.h"
#include "file/user_dir.h"
#include "flight/driver.h"
#include "flight/landing.h"
#include "keys/registry.h"
#include "profile/exit.h"
#include "profile/fork.h"
#include "profile/handle.h"
#include "profile/origin_index.h"
#include "profile/table.h"
#include "served/served.h"

#define OPEN_FLAGS                                                             \
	(APAM_OPEN_USER | APAM_OPEN_NO_THREAD | APAM_OPEN_NO_TLS_ENVIRONMENT)

static const char *
default_config(void)
{
	const char *named = trusted_getenv("APAM_CONFIG");

	return named != NULL && named[0] != '\0' ? named : APAM_CONFIG_FILE;
}

static struct apam *
allocate_context(
    const struct apam_open_options *options, struct settings *settings)
{
	struct apam *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->env.loop = calloc(1, sizeof(*c->env.loop));
	if (c->env.loop == NULL ||
	    !keys_init(&c->env.keys, settings, &c->env.log)) {
		free(c->env.loop);
		free(c);
		return NULL;
	}
	c->env.settings = settings;
	c->served = served_new(&c->env);
	if (c->served == NULL) {
		keys_free(&c->env.keys);
		free(c->env.loop);
		free(c);
		return NULL;
	}
	loop_init(c->env.loop, &c->env.lock, &landing_listener,
	    (options->flags & APAM_OPEN_NO_THREAD) == 0);
	c->env.may_wait = (options->flags & APAM_OPEN_NO_THREAD) == 0;
	c->env.log = (struct log){ options->log, options->log_arg,
		options->log_level };
	atomic_init(&c->env.generation, 0);
	pthread_mutex_init(&c->env.lock, NULL);
	modules_init(&c->env.modules);
	audit_init(&c->env.audit, settings);
	c->env.audit.log = &c->env.log;
	user_dir_tidy(settings->state_dir, false, &c->env.log);
	exit_retires_loops();
	fork_watch(c);
	return c;
}

static enum apam_status
fail_opening(struct problems *all, enum apam_status status, const char *text)
{
	problems_add(all, status, NULL, 0, "%s", text);
	return status;
}

static enum apam_status
take_options(const struct apam_open_options *from, struct apam_open_options *to,
    struct problems *all)
{
	struct apam_error err = APAM_ERROR_INIT;

	*to = (struct apam_open_options){ .size = sizeof(*to) };
	if (from != NULL)
		(void)sized_take(&sized_open_options, from, to, &err);
	if (err.status == APAM_OK && (to->flags & ~OPEN_FLAGS) != 0)
		(void)error_set(&err, APAM_E_USAGE,
		    "the options have a flag that this version of libapam"
		    " does not know");
	if (err.status != APAM_OK)
		problems_add_error(all, NULL, 0, &err);
	return err.status;
}

/* Of the path that is given, a relative one is taken as from here. */
static struct settings *
read_settings(const struct apam_open_options *o, struct problems *all)
{
	const char *named = o->config == NULL ? default_config() : o->config;
	char *path = NULL;
	struct settings *settings;

	if (named == o->config && named[0] != '/') {
		path = path_absolute(named);
		if (path == NULL)
			problems_add_no_folder(all, named);
		named = path;
	}
	settings = named == NULL ?
	    NULL :
	    settings_new(named, (o->flags & APAM_OPEN_USER) != 0, all);
	free(path);
	return settings;
}

enum apam_status
context_new(const struct apam_open_options *options, struct apam **ctx,
    struct problems *all)
{
	struct apam_open_options o;
	struct settings *settings;

	*ctx = NULL;
	if (take_options(options, &o, all) != APAM_OK)
		return APAM_E_USAGE;
	settings = read_settings(&o, all);
	if (settings == NULL)
		return all->first.status;
	if ((o.flags & APAM_OPEN_NO_TLS_ENVIRONMENT) != 0 &&
	    !settings->tls_environment)
		environment_forget_tls();
	*ctx = allocate_context(&o, settings);
	if (*ctx != NULL)
		return APAM_OK;
	settings_free(&settings);
	return fail_opening(all, APAM_E_MEMORY, "out of memory");
}

enum apam_status
apam_open(const struct apam_open_options *options, struct apam **ctx,
    struct apam_error *err)
{
	HOLD_CANCEL;
	struct problems all;
	enum apam_status status;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	problems_init(&all);
	status = context_new(options, ctx, &all);
	if (status != APAM_OK)
		error_copy(err, &all.first);
	return status;
}

const char *
apam_directory(const struct apam *ctx, const char *option)
{
	const struct settings *settings = ctx->env.settings;

	if (strcmp(option, "module_dir") == 0)
		return settings->module_dir;
	if (strcmp(option, "profile_dir") == 0)
		return settings->profile_dir;
	if (strcmp(option, "state_dir") == 0)
		return settings->state_dir;
	return NULL;
}

void
apam_close(struct apam **ctx)
{
	HOLD_CANCEL;
	struct apam *c = *ctx;

	*ctx = NULL;
	if (c == NULL)
		return;
	fork_unwatch(c);
	served_free(&c->served);
	driver_free(c->env.loop);
	free(c->env.loop);
	secret_ahead_free(&c->env.ahead);
	origin_index_release(&c->finder.index);
	for (size_t i = 0; i < c->profile_count; i++)
		table_free_profile(&c->profiles[i]);
	free(c->profiles);
	if (c->named != NULL)
		c->free_named(c->named);
	free(c->news);
	modules_free(&c->env.modules);
	key_kept_drop(&(struct key_registry){ .kept = &c->env.kept_keys });
	keys_free(&c->env.keys);
	settings_free(&c->env.settings);
	pthread_mutex_destroy(&c->env.lock);
	free(c);
}
