/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options are read by the core's own reader, and the module has the core's
 * own services: what is played is what a host would do.
 */
#include "drive/played.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/accept.h"
#include "base/error.h"
#include "base/str.h"
#include "file/secret.h"

#define LOGGED_MAX 65536
#define PATH_SIZE 4096

static int64_t now_ms = PLAYED_NOW_MS;
static unsigned char next_random;

void
played_set_time(int64_t to_ms)
{
	now_ms = to_ms;
}

int64_t
played_time(void)
{
	return now_ms;
}

static int64_t
service_now(const struct apam_services *svc)
{
	(void)svc;
	return now_ms;
}

static int32_t
service_random(const struct apam_services *svc, void *to, size_t n)
{
	unsigned char *bytes = to;

	(void)svc;
	for (size_t i = 0; i < n; i++)
		bytes[i] = next_random++;
	return APAM_OK;
}

/* ---- Loading ---------------------------------------------------------- */

/* Its name without ".so" is its scheme. */
static void
scheme_of(const char *path, char scheme[APAM_NAME_SIZE])
{
	const char *slash = strrchr(path, '/');
	size_t n;

	path = slash == NULL ? path : slash + 1;
	n = strlen(path);
	if (n > 3 && strcmp(path + n - 3, ".so") == 0)
		n -= 3;
	(void)snprintf(scheme, APAM_NAME_SIZE, "%.*s", (int)n, path);
}

bool
played_load(struct played *p, const char *path, struct apam_error *err)
{
	char scheme[APAM_NAME_SIZE], whole[PATH_SIZE];
	const struct apam_module *found = NULL;
	void *handle;

	memset(p, 0, sizeof(*p));
	scheme_of(path, scheme);
	/* A name without a slash would be looked for in the system. */
	(void)snprintf(whole, sizeof(whole), "%s%s",
	    strchr(path, '/') == NULL ? "./" : "", path);
	handle = dlopen(whole, RTLD_NOW | RTLD_LOCAL);
	if (handle != NULL)
		found = dlsym(handle, "apam_module_1");
	if (handle == NULL && access(path, R_OK) != 0) {
		(void)error_set(
		    err, APAM_E_MODULE, "%s: %s", path, strerror(errno));
		return false;
	}
	if (found == NULL) {
		(void)error_set(err, APAM_E_MODULE, "%s: %s", path,
		    handle == NULL ? "it is not a shared object that loads" :
				     "it does not export apam_module_1");
		return false;
	}
	return module_accept(found, path, scheme, &p->module, err) == APAM_OK;
}

/* ---- Options ---------------------------------------------------------- */

static void
note(void *arg, enum apam_log_level level, const char *line)
{
	struct played *p = arg;
	struct apam_str text = apam_str(line);
	struct apam_str scheme = apam_str(p->module.scheme);

	(void)level;
	if (str_starts(text, scheme) && text.n > scheme.n + 2 &&
	    text.p[scheme.n] == ':')
		text = str_skip(text, scheme.n + 2);
	if (p->logged.n > 0)
		buf_put_char(&p->logged, '\n');
	buf_put(&p->logged, text);
}

struct option_table
played_table(const struct played *p)
{
	return (struct option_table){ p->module.options, p->module.option_size,
		p->module.option_count };
}

static void
refused(void *arg, const size_t *path, size_t count, const char *text)
{
	struct played *p = arg;
	const struct option_table table = played_table(p);

	if (p->refusal[0] != '\0')
		return;
	option_path_name(&table, path, count, p->refused, sizeof(p->refused));
	(void)snprintf(p->refusal, sizeof(p->refusal), "%s", text);
}

/* Refuse what the reader of options found; it names the option itself. */
static int32_t
refuse_first(struct played *p, const char *otherwise)
{
	const char *text = p->problems.first.text;

	(void)snprintf(p->refusal, sizeof(p->refusal), "%s",
	    text[0] != '\0' ? text : otherwise);
	return APAM_E_CONFIG;
}

/* What is looked up while secrets are filled in. */
struct filling {
	struct played *p;
	const struct played_secret *secrets;
	size_t count;
};

/*
 * What the secret holds is a key in PEM or as JWK, which says what it is.  Its
 * bytes are hidden from the module.
 */
static bool
make_key(
    struct played *p, const struct apam_option *o, struct apam_value *value)
{
	const struct apam_key_source source = { .size = sizeof(source),
		.kind = o->flags & APAM_OPT_SYMMETRIC ? APAM_KIND_SYMMETRIC : 0,
		.bytes = value->str };
	struct apam_key **key = &p->keys[p->key_count];

	if (p->svc.pub.key_make(&p->svc.pub, &source, key) == APAM_OK) {
		value->key = *key;
		value->str = APAM_STR("");
		p->key_count++;
		return true;
	}
	(void)snprintf(p->refused, sizeof(p->refused), "%s", o->name);
	(void)snprintf(p->refusal, sizeof(p->refusal),
	    o->flags & APAM_OPT_SYMMETRIC ?
		"the secret is too short or too long for a key" :
		"the secret is not a key in PEM or as JWK");
	return false;
}

/* What the script says of a reference; NULL: nothing. */
static const struct played_secret *
find_secret(const struct filling *f, struct apam_str reference)
{
	for (size_t i = 0; i < f->count; i++)
		if (str_equal(f->secrets[i].reference, reference))
			return &f->secrets[i];
	return NULL;
}

/* What is in the store is empty at `open`, and may not be there at all. */
static bool
fill_stored(struct played *p, const struct played_secret *secret,
    struct apam_value *value)
{
	if (secret != NULL)
		p->stored = secret->bytes;
	value->str = APAM_STR("");
	return true;
}

static bool
fill_one(
    struct filling *f, const struct apam_option *o, struct apam_value *value)
{
	struct played *p = f->p;
	const struct played_secret *secret = find_secret(f, value->str);
	struct buf *b;

	if (str_starts(value->str, APAM_STR("store:")))
		return fill_stored(p, secret, value);
	if (secret == NULL || p->keep_count == PLAYED_SECRETS_MAX) {
		(void)snprintf(p->refused, sizeof(p->refused), "%s", o->name);
		(void)snprintf(p->refusal, sizeof(p->refusal),
		    "the script has no section \"secret %.*s\"",
		    SARG(value->str));
		return false;
	}
	b = &p->keep[p->keep_count++];
	buf_init(b, SECRET_MAX);
	buf_put(b, secret->bytes);
	value->str = buf_view(b);
	return o->type == APAM_OPT_SECRET ? !b->failed : make_key(p, o, value);
}

static bool fill_table(struct filling *f, const struct option_table *table,
    struct apam_value *values);

static bool
fill_value(struct filling *f, const struct option_table *table, size_t i,
    struct apam_value *value)
{
	const struct apam_option *o = option_at(table, i);
	const struct option_table members = { o->members, table->option_size,
		o->member_count };
	/* Ours: option_read made them. */
	struct apam_value *inner = (struct apam_value *)(uintptr_t)
				       value->members;
	const size_t groups = o->type == APAM_OPT_GROUP ? 1 :
	    o->type == APAM_OPT_GROUPS                  ? value->count :
							  0;

	if (!value->set)
		return true;
	if (o->type == APAM_OPT_SECRET || o->type == APAM_OPT_KEY)
		return fill_one(f, o, value);
	for (size_t g = 0; g < groups; g++)
		if (!fill_table(f, &members, inner + g * o->member_count))
			return false;
	return true;
}

static bool
fill_table(struct filling *f, const struct option_table *table,
    struct apam_value *values)
{
	for (size_t i = 0; i < table->count; i++)
		if (!fill_value(f, table, i, &values[i]))
			return false;
	return true;
}

static bool
read_options(struct played *p, struct apam_str options,
    const struct played_secret *secrets, size_t count)
{
	const struct option_table table = played_table(p);
	const struct option_source source = { .file = "options",
		.what = "the entry",
		.allow_http = true,
		.http_addresses = p->addresses,
		.http_address_count = p->address_count,
		.problems = &p->problems };
	struct filling f = { p, secrets, count };

	problems_init(&p->problems);
	if (!conf_guard("options", options, &p->problems))
		return false;
	p->conf = conf_parse("options", options, &p->problems);
	if (p->conf == NULL ||
	    !option_read(config_root_setting(&p->conf->tree), &source, &table,
		&p->values))
		return false;
	p->keep = calloc(PLAYED_SECRETS_MAX, sizeof(*p->keep));
	return p->keep != NULL && fill_table(&f, &table, p->values.values);
}

int32_t
played_open(struct played *p, struct apam_str options,
    const struct played_secret *secrets, size_t count)
{
	int32_t status;

	played_close(p);
	buf_init(&p->logged, LOGGED_MAX);
	p->log = (struct log){ note, p, APAM_LOG_DEBUG };
	services_init(&p->svc, p->module.scheme, &p->log);
	p->svc.pub.now_ms = service_now;
	p->svc.pub.random = service_random;
	p->svc.refuse = refused;
	p->svc.refuse_arg = p;
	next_random = 0;
	if (!read_options(p, options, secrets, count))
		return p->refusal[0] != '\0' ? APAM_E_CONFIG :
					       refuse_first(p, "out of memory");
	p->svc.secrets = p->keep;
	p->svc.secret_count = p->keep_count;
	p->options = (struct apam_options){ sizeof(p->options),
		sizeof(struct apam_value), p->values.count, p->values.values };
	status = p->module.open(&p->svc.pub, &p->options, &p->state);
	if (status == APAM_OK && p->state == NULL)
		status = APAM_E_ABI;
	return status;
}

void
played_close(struct played *p)
{
	if (p->state != NULL)
		p->module.close(p->state);
	p->state = NULL;
	for (size_t i = 0; i < p->key_count; i++)
		p->svc.pub.key_free(&p->svc.pub, &p->keys[i]);
	p->key_count = 0;
	for (size_t i = 0; i < p->keep_count; i++)
		buf_free(&p->keep[i]);
	free(p->keep);
	p->keep = NULL;
	p->keep_count = 0;
	p->stored = APAM_STR("");
	option_values_free(&p->values);
	conf_free(&p->conf);
	buf_free(&p->logged);
	p->refused[0] = p->refusal[0] = '\0';
}
