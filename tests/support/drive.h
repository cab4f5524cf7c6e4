/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Driving a module without a network: open it with options as in a file, give
 * its step functions answers, and check what it asked for and made.
 *
 * This uses the core's own options, services, operations and responses.
 * Answers are text: the status, a line for each header, an empty line, the
 * body.  It does not need Check, so fuzz targets share it; a mistake of the
 * test itself aborts.
 */
#ifndef TESTS_DRIVE_H
#define TESTS_DRIVE_H

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/judging.h"
#include "abi/op.h"
#include "abi/services.h"
#include "abi/signing.h"
#include "base/str.h"
#include "config/option.h"
#include "config/syntax.h"
#include "crypto/key.h"
#include "crypto/key_text.h"

#define DRIVE_HEADERS_MAX 16
#define DRIVE_NOW_MS 1700000000000

struct drive {
	const struct apam_module *module;
	struct services svc;
	struct log log;
	char logged[1024]; /* all lines so far */
	struct problems problems;
	struct conf *conf;
	struct option_values values;
	struct apam_options options;
	struct apam_key *key; /* of options that are keys */
	void *state;
	char refusal[512]; /* text of refuse_option or of the option reader */
	size_t refused_option;
};

/* ---- Opening ---------------------------------------------------------- */

static inline void
drive_note(void *arg, enum apam_log_level level, const char *line)
{
	struct drive *d = arg;
	size_t n = strlen(d->logged);

	(void)level;
	(void)snprintf(d->logged + n, sizeof(d->logged) - n, "%s\n", line);
}

static inline void
drive_refused(
    void *arg, const size_t *path, size_t count, const char *text)
{
	struct drive *d = arg;

	d->refused_option = count == 0 ? SIZE_MAX : path[0];
	(void)snprintf(d->refusal, sizeof(d->refusal), "%s", text);
}

/* Abort with a message if `ok` is false: the test cannot go on. */
static inline void
drive_need(bool ok, const char *what, const char *detail)
{
	if (ok)
		return;
	(void)fprintf(stderr, "drive: %s: %s\n", what, detail);
	abort();
}

/* Load the module in the file `name` ("modules/x.so") of the build tree. */
static inline const struct apam_module *
drive_load(const char *name)
{
	const char *build = getenv("APAM_BUILD");
	const struct apam_module *module;
	char path[512];
	void *handle;

	if (build == NULL)
		build = getenv("BUILD");
	(void)snprintf(path, sizeof(path), "%s%s/%s",
	    build != NULL && build[0] == '/' ? "" : "./",
	    build == NULL ? "build" : build, name);
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	drive_need(handle != NULL, "cannot load", path);
	module = dlsym(handle, "apam_module_1");
	drive_need(module != NULL, "no module", path);
	return module;
}

/* The text, in PEM or as a JWK, of each option that is an asymmetric key. */
static const char *drive_key_text;

/* False where memory runs out. */
static inline bool
drive_set_key(struct drive *d, struct apam_value *value, bool symmetric,
    const char *secret)
{
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status = APAM_OK;

	if (d->key == NULL && symmetric)
		status = key_of_bytes(
		    APAM_STR(""), apam_str(secret), &d->key, &err);
	else if (d->key == NULL && drive_key_text != NULL)
		status = key_of_text(apam_str(drive_key_text), &d->key, &err);
	if (status == APAM_E_MEMORY)
		return false;
	drive_need(status == APAM_OK && d->key != NULL, "no key", err.text);
	value->str = APAM_STR("");
	value->key = d->key;
	return true;
}

/*
 * Secrets are references; here each gets the same text, those of groups, too.
 * False where memory runs out.
 */
static inline bool
drive_set_secrets(struct drive *d, const struct option_table *table,
    struct apam_value *values, const char *secret)
{
	bool ok = true;

	for (size_t i = 0; i < table->count; i++) {
		const struct apam_option *o = option_at(table, i);
		const struct option_table members = { o->members,
			table->option_size, o->member_count };
		/* Ours: option_read made them. */
		struct apam_value *inner = (struct apam_value *)(uintptr_t)
					       values[i].members;
		size_t groups = o->type == APAM_OPT_GROUPS ? values[i].count :
							     1;

		if (o->type == APAM_OPT_SECRET && values[i].set)
			values[i].str = apam_str(secret);
		if (o->type == APAM_OPT_KEY && values[i].set)
			ok = drive_set_key(d, &values[i],
				 o->flags & APAM_OPT_SYMMETRIC, secret) &&
			    ok;
		for (size_t g = 0; inner != NULL && g < groups; g++)
			ok = drive_set_secrets(d, &members,
				 inner + g * o->member_count, secret) &&
			    ok;
	}
	return ok;
}

/*
 * Open `module` with options written as in a profile.  Returns the status of
 * the module's open, or APAM_E_CONFIG if the options were refused before;
 * d->refusal then says why.  Free with drive_close in any case.
 */
static inline enum apam_status
drive_open(struct drive *d, const struct apam_module *module, const char *text,
    const char *secret)
{
	const struct option_table table = { module->options,
		module->option_size, module->option_count };
	const struct option_source source = { .file = "test",
		.what = "the entry",
		.allow_http = true,
		.problems = &d->problems };
	int32_t status;

	memset(d, 0, sizeof(*d));
	d->module = module;
	d->log = (struct log){ drive_note, d, APAM_LOG_DEBUG };
	services_init(&d->svc, module->scheme, &d->log);
	d->svc.refuse = drive_refused;
	d->svc.refuse_arg = d;
	d->conf = conf_parse("test", apam_str(text), &d->problems);
	if (d->conf == NULL) {
		(void)snprintf(d->refusal, sizeof(d->refusal), "%s",
		    d->problems.first.text);
		return APAM_E_CONFIG;
	}
	if (!option_read(config_root_setting(&d->conf->tree), &source, &table,
		&d->values)) {
		(void)snprintf(d->refusal, sizeof(d->refusal), "%s",
		    d->problems.first.text);
		return APAM_E_CONFIG;
	}
	if (!drive_set_secrets(d, &table, d->values.values, secret))
		return APAM_E_MEMORY;
	d->options = (struct apam_options){ sizeof(d->options),
		sizeof(struct apam_value), d->values.count, d->values.values };
	status = module->open(&d->svc.pub, &d->options, &d->state);
	return (enum apam_status)status;
}

static inline void
drive_close(struct drive *d)
{
	if (d->state != NULL)
		d->module->close(d->state);
	key_drop(&d->key);
	option_values_free(&d->values);
	conf_free(&d->conf);
	memset(d, 0, sizeof(*d));
}

/* ---- Memory that runs out --------------------------------------------- */

/* How many more texts may be made; negative: any number. */
static int drive_texts = -1;
static struct apam_text *(*drive_text_new)(
    const struct apam_services *svc, int32_t secret);

static inline struct apam_text *
drive_limited_text_new(const struct apam_services *svc, int32_t secret)
{
	if (drive_texts == 0)
		return NULL;
	drive_texts--;
	return drive_text_new(svc, secret);
}

/* From now on only `n` texts can be made. */
static inline void
drive_limit_texts(struct drive *d, int n)
{
	if (d->svc.pub.text_new != drive_limited_text_new)
		drive_text_new = d->svc.pub.text_new;
	d->svc.pub.text_new = drive_limited_text_new;
	drive_texts = n;
}

/* ---- Answers ---------------------------------------------------------- */

struct answer {
	struct response response;
	struct apam_header headers[DRIVE_HEADERS_MAX];
	size_t count;
};

/* Take a line, without its newline, from the text. */
static inline struct apam_str
drive_line(struct apam_str *text)
{
	size_t n = str_find(*text, '\n');
	struct apam_str line = str_cut(*text, n);

	*text = str_skip(*text, n < text->n ? n + 1 : n);
	return line;
}

/* Read an answer; it points into `text`.  A bad status is 200. */
static inline void
answer_read(struct answer *a, struct apam_str text)
{
	struct apam_str line = drive_line(&text);
	int64_t status;
	size_t colon;

	memset(a, 0, sizeof(*a));
	if (!str_number(line, 599, &status) || status < 100)
		status = 200;
	while ((line = drive_line(&text)).n > 0) {
		colon = str_find(line, ':');
		if (colon == line.n || a->count == DRIVE_HEADERS_MAX)
			continue;
		a->headers[a->count].name = str_cut(line, colon);
		a->headers[a->count].value = str_trim(
		    str_skip(line, colon + 1));
		a->count++;
	}
	response_view(
	    &a->response, (unsigned)status, a->headers, a->count, text);
}

static inline void
answer_free(struct answer *a)
{
	response_free(&a->response);
}

/* ---- Calls ------------------------------------------------------------ */

/* Make one step with an answer as text; NULL for the first step. */
static inline enum apam_step
drive_step(struct drive *d, struct op *op, const char *text)
{
	struct answer answer;
	enum apam_step step;

	if (text == NULL)
		return op_step(op, d->module, d->state, NULL);
	answer_read(&answer, apam_str(text));
	step = op_step(op, d->module, d->state, &answer.response);
	answer_free(&answer);
	return step;
}

/* Get the verdict on the answer to a GET on api.example. */
static inline enum apam_verdict
drive_ask(struct drive *d, const struct response *r, const char **reason)
{
	const struct apam_answer_view view = { .size = sizeof(view),
		.response = &r->pub,
		.method = APAM_STR("GET"),
		.origin = APAM_STR("https://api.example"),
		.now_ms = DRIVE_NOW_MS };
	struct apam_judging out;
	int32_t verdict;

	judging_init(&out);
	verdict = d->module->judge(d->state, &view, &out, reason);
	judging_free(&out);
	return (enum apam_verdict)verdict;
}

/* Get the verdict on an answer given as text. */
static inline enum apam_verdict
drive_judge(struct drive *d, const char *text, const char **reason)
{
	struct answer answer;
	enum apam_verdict verdict;

	*reason = NULL;
	answer_read(&answer, apam_str(text));
	verdict = drive_ask(d, &answer.response, reason);
	answer_free(&answer);
	return verdict;
}

/* A request to sign, with a method and a target on api.example. */
static inline struct apam_request_view
drive_request(const char *method, const char *target)
{
	static const struct apam_body none;
	struct apam_str t = apam_str(target);
	size_t mark = str_find(t, '?');

	return (struct apam_request_view){
		.size = sizeof(struct apam_request_view),
		.method = apam_str(method),
		.url = t,
		.scheme = APAM_STR("https"),
		.host = APAM_STR("api.example"),
		.path = str_cut(t, mark),
		.query = str_skip(t, mark < t.n ? mark + 1 : mark),
		.port = 443,
		.body = &none,
		.now_ms = DRIVE_NOW_MS,
	};
}

/*
 * Sign with a credential's bytes, as the core takes it; free *out with
 * signing_free.
 */
static inline enum apam_status
drive_sign(struct drive *d, const struct apam_request_view *request,
    const char *credential, struct apam_signing *out)
{
	const struct apam_credential_view view = { sizeof(view),
		apam_str(credential), DRIVE_NOW_MS };
	struct apam_error err;
	int32_t status;

	signing_init(out);
	status = d->module->sign(d->state, &view, request, out);
	return status == APAM_OK ? signing_check(out, &err) :
				   (enum apam_status)status;
}

/* ---- Looking ---------------------------------------------------------- */

/* The value of a field, or "" if there is none. */
static inline const char *
drive_field(struct fields *f, const char *name)
{
	const struct apam_header *all = fields_array(f);
	size_t i;

	for (i = 0; all != NULL && i < f->count; i++)
		if (str_equal_nocase(all[i].name, apam_str(name)))
			return all[i].value.p;
	return "";
}

/* True if `text` contains `part`; used to find leaks. */
static inline bool
drive_holds(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

#endif
