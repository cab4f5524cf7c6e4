/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loading, opening, closing.  Time and chance are this program's own, so that
 * two runs of a module can be compared.
 */
#define _GNU_SOURCE /* dladdr */
#include "kit/stand.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "abi/accept.h"
#include "base/error.h"
#include "base/wipe.h"
#include "crypto/key_cache.h"
#include "kit/chance.h"
#include "kit/crash.h"
#include "kit/finding.h"
#include "kit/guard.h"
#include "kit/marks.h"
#include "kit/module_file.h"
#include "kit/standing.h"

struct module stand_module;
_Thread_local struct chance standing_chance;

#define DURABLE_MARK 12 /* behind those of options */

static char told[128];
static struct url origin;
const struct apam_str stand_addresses[STAND_ADDRESSES] = {
	{ "169.254.169.254", 15 },
	{ "127.0.0.1", 9 },
	{ "100.100.100.200", 15 },
	{ "[fd00:ec2::254]", 15 },
};
static struct profile profile = {
	.origins = &origin,
	.origin_count = 1,
	.allow_http = true,
	.http_addresses = (struct apam_str *)(uintptr_t)stand_addresses,
	.http_address_count = STAND_ADDRESSES,
};
static const struct profile_entry conf = {
	.probe_method = "GET",
	.probe_target = "/kit",
	.probe = { "GET /kit", 8 },
	.ttl = 3600,
};

/* ---- What the module says --------------------------------------------- */

void
standing_heard(const char *what, struct apam_str text)
{
	if (told[0] == '\0' && mark_in(text))
		(void)snprintf(told, sizeof(told), "%s", what);
}

bool
stand_told(char *where, size_t size)
{
	(void)snprintf(where, size, "%s", told);
	return told[0] != '\0';
}

static void
on_log(void *arg, enum apam_log_level level, const char *line)
{
	(void)arg;
	(void)level;
	standing_heard("a line of the log", apam_str(line));
}

static struct env environment = {
	.log = { .write = on_log, .level = APAM_LOG_DEBUG },
};

/* ---- Loading ---------------------------------------------------------- */

const struct apam_module *
stand_find(void)
{
	const struct apam_module *found;
	void *handle;
	Dl_info info;

	finding_doing("while it was loaded");
	handle = dlopen(module_file.path, RTLD_NOW | RTLD_LOCAL);
	if (handle == NULL)
		finding_die("the loader says: %s; link what is missing into "
			    "the module, or do without it",
		    dlerror());
	found = dlsym(handle, "apam_module_1");
	if (found == NULL)
		finding_die("the module does not export apam_module_1");
	if (dladdr(found, &info) != 0)
		crash_module(info.dli_fbase);
	return found;
}

void
stand_load(void)
{
	struct module *m = &stand_module;
	struct apam_error err = APAM_ERROR_INIT;
	const struct apam_module *found = stand_find();

	if (module_accept(found, module_file.path, module_file.scheme, &m->abi,
		&err) != APAM_OK)
		finding_die("%s", err.text);
	pthread_mutex_init(&m->lock, NULL);
	m->options = (struct option_table){ m->abi.options, m->abi.option_size,
		m->abi.option_count };
	(void)url_parse(APAM_STR("https://kit.example.com"), &origin);
}

/* ---- Opening ---------------------------------------------------------- */

static int64_t
fixed_time(const struct apam_services *svc)
{
	(void)svc;
	return STANDING_NOW_MS;
}

static int32_t
fixed_chance(const struct apam_services *svc, void *to, size_t n)
{
	unsigned char *bytes = to;

	(void)svc;
	for (size_t i = 0; i < n; i++)
		bytes[i] = (unsigned char)chance_next(&standing_chance);
	return APAM_OK;
}

static void
on_refused(void *arg, const size_t *path, size_t count, const char *text)
{
	struct stand *s = arg;

	s->depth = count < PATH_DEPTH ? count : PATH_DEPTH;
	memcpy(s->path, path, s->depth * sizeof(*path));
	(void)snprintf(s->refusal, sizeof(s->refusal), "%s", text);
	standing_heard("the text of a refused option", apam_str(text));
}

static void
init_entry(struct stand *s)
{
	struct entry *e = &s->entry;

	memset(e, 0, sizeof(*e));
	e->env = &environment;
	e->profile = &profile;
	e->conf = &conf;
	e->module = &stand_module;
	pthread_mutex_init(&e->calls, NULL);
	services_init(&e->services, stand_module.abi.scheme, &environment.log);
	e->services.pub.now_ms = fixed_time;
	e->services.pub.random = fixed_chance;
	standing_fix_keys(&e->services.pub);
	e->services.pub.size += s->plan.more;
	if (s->plan.more > 0)
		standing_translate(s);
	e->services.refuse = on_refused;
	e->services.refuse_arg = s;
	crash_absent_service(e->services.log);
}

/* A path that leads to nothing is a fault of the module's. */
static void
check_refusal(struct stand *s)
{
	char name[256];

	option_path_name(
	    &stand_module.options, s->path, s->depth, name, sizeof(name));
	if (strchr(name, '?') != NULL)
		finding_fail("open refused an option by the path \"%s\", which "
			     "the module's table does not have: path[0] is the "
			     "index in the table",
		    name);
}

static void
check_opened(struct stand *s, int32_t status)
{
	if (s->depth > 0)
		check_refusal(s);
	if (status == APAM_OK && s->depth > 0)
		finding_fail("open refused an option and returned APAM_OK: "
			     "return what refuse_option returned");
	if (status == APAM_E_CONFIG && s->depth == 0)
		finding_fail("open returned APAM_E_CONFIG without "
			     "refuse_option: call it, so that the "
			     "administrator learns which option is wrong");
	if (status != APAM_OK && status != APAM_E_CONFIG &&
	    status != APAM_E_MEMORY)
		finding_fail("open returned %d: return APAM_OK, what "
			     "refuse_option returned, or APAM_E_MEMORY",
		    (int)status);
}

/* The core keeps values of its own size, whatever the module sees. */
static void
make_values(struct stand *s)
{
	struct entry *e = &s->entry;
	struct plan plan = s->plan;
	const struct apam_options *own;

	e->options = *values_make(
	    &stand_module.options, &s->plan, &e->services.pub);
	plan.more = 0;
	own = s->plan.more == 0 ?
	    &e->options :
	    values_make(&stand_module.options, &plan, &e->services.pub);
	e->values.values = (struct apam_value *)(uintptr_t)own->values;
	e->values.count = own->count;
}

bool
stand_open(struct stand *s)
{
	init_entry(s);
	make_values(s);
	return stand_open_again(s);
}

bool
stand_open_again(struct stand *s)
{
	struct entry *e = &s->entry;
	int32_t status;

	s->depth = 0;
	s->credential = NULL;
	s->entry.memos = NULL;
	s->durable = s->facts = (struct buf){ .p = NULL };
	stand_refresh(s);
	standing_chance = (struct chance){ 1 };
	finding_doing("in open");
	entry_enter(e);
	status = e->module->abi.open(&e->services.pub, &e->options, &e->state);
	entry_leave(e);
	e->needs_prepare = e->module->abi.prepare != NULL &&
	    !e->services.prepare_unneeded;
	check_opened(s, status);
	s->open = status == APAM_OK;
	if (!s->open) {
		memos_release(&e->memos);
		buf_free(&s->durable);
		buf_free(&s->facts);
	}
	return s->open;
}

void
stand_refresh(struct stand *s)
{
	char secret[MARK_SIZE + 1];

	memos_release(&s->entry.memos);
	s->entry.memos = memos_new();
	buf_free(&s->facts);
	buf_init(&s->facts, OP_FACTS_MAX);
	buf_free(&s->durable);
	buf_init(&s->durable, OP_CREDENTIAL_MAX);
	mark_write(s->plan.secrets + DURABLE_MARK, secret);
	buf_put(&s->durable, (struct apam_str){ secret, MARK_SIZE });
	wipe(secret, sizeof(secret));
}

bool
stand_open_any(struct stand *s)
{
	char name[256];

	for (unsigned tries = 0; tries < 500; tries++) {
		const size_t mark = guard_mark();

		if (stand_open(s))
			return true;
		guard_release(mark);
		if (finding_failed() || s->depth == 0 ||
		    !plan_next(
			&s->plan, &stand_module.options, s->path, s->depth))
			break;
	}
	option_path_name(
	    &stand_module.options, s->path, s->depth, name, sizeof(name));
	finding_fail("open refused all values that were tried; the last one "
		     "of option %s: %s; give one that is good: -o NAME=VALUE",
	    name, s->refusal);
	return false;
}

void
stand_close(struct stand *s)
{
	if (!s->open)
		return;
	memos_release(&s->entry.memos);
	buf_free(&s->facts);
	buf_free(&s->durable);
	credential_release(&s->credential);
	finding_doing("in close");
	entry_enter(&s->entry);
	s->entry.module->abi.close(s->entry.state);
	entry_leave(&s->entry);
	/* Those that it derived are an entry's, and end with it. */
	key_cache_free(&s->entry.services.keys);
	s->open = false;
}
