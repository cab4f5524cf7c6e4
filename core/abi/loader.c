/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader.  The order matters: name, trust, pin, and only then dlopen,
 * because constructors run in dlopen.  The file is loaded by its checked path;
 * /proc/self/fd must not be used, because glibc caches libraries by name.
 */
#include "abi/loader.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/accept.h"
#include "base/error.h"
#include "base/str.h"
#include "config/directory.h"
#include "config/rules.h"
#include "crypto/digest.h"
#include "file/trust.h"
#include "text/suggest.h"

#define PATH_MAX_BYTES 4096

void
modules_init(struct modules *all)
{
	pthread_mutex_init(&all->lock, NULL);
	all->first = NULL;
}

void
modules_free(struct modules *all)
{
	struct module *next;

	for (struct module *m = all->first; m != NULL; m = next) {
		next = m->next;
		pthread_mutex_destroy(&m->lock);
		free(m);
	}
	all->first = NULL;
	pthread_mutex_destroy(&all->lock);
}

bool
module_name_ok(const char *name)
{
	return scheme_name_ok(apam_str(name));
}

static enum apam_status
check_pin(const struct settings *settings, const char *scheme, const char *path,
    int fd, struct apam_error *err)
{
	struct apam_error why = APAM_ERROR_INIT;
	unsigned char found[DIGEST_SIZE];

	for (size_t i = 0; i < settings->pin_count; i++) {
		if (!str_equal(settings->pins[i].scheme, apam_str(scheme)))
			continue;
		if (digest_file(fd, found, &why) == APAM_E_USAGE)
			return error_set_at(err, APAM_E_MODULE, path, 0,
			    "the module cannot be read to check its pin");
		if (why.status != APAM_OK)
			return error_set_at(err, why.status, path, 0,
			    "the module's pin cannot be checked: %s", why.text);
		if (memcmp(found, settings->pins[i].sha256, DIGEST_SIZE) != 0)
			return error_set_at(err, APAM_E_MODULE, path, 0,
			    "the module is not the one pinned in %s: its "
			    "sha256 differs; install the right file or "
			    "change the pin",
			    settings->file);
	}
	return APAM_OK;
}

/*
 * There is no such scheme: the name is misspelt, or the module is not
 * installed.
 */
static enum apam_status
refuse_absent(
    const struct settings *settings, const char *scheme, struct apam_error *err)
{
	const char *best = NULL;
	struct directory list;
	bool near;

	(void)directory_read(&list, settings->module_dir, ".so", settings->user,
	    module_name_ok, NULL);
	for (size_t i = 0; i < list.count; i++)
		suggest_consider(scheme, list.names[i], &best);
	near = suggest_near(scheme, best);
	(void)error_set(err, APAM_E_MODULE,
	    "there is no scheme %s: %.300s has no such module%s%s%s", scheme,
	    settings->module_dir, near ? "; did you mean " : "",
	    near ? best : "", near ? "?" : "");
	directory_free(&list);
	return APAM_E_MODULE;
}

/* Check everything that can be checked before the module's code runs. */
static enum apam_status
check_module_file(const struct settings *settings, const char *scheme,
    const char *path, struct apam_error *err)
{
	struct apam_error why = APAM_ERROR_INIT;
	enum apam_status status;
	int fd;

	fd = trust_open(path, TRUST_FILE, settings->user, &why);
	if (fd < 0 && access(path, F_OK) != 0 && errno == ENOENT)
		return refuse_absent(settings, scheme, err);
	if (fd < 0)
		return error_set_at(err,
		    why.status == APAM_E_TRUST ? APAM_E_TRUST : APAM_E_MODULE,
		    path, 0, "the module of scheme %s cannot be used: %s",
		    scheme, why.text);
	status = check_pin(settings, scheme, path, fd, err);
	close(fd);
	return status;
}

static enum apam_status
open_file(const char *scheme, const char *path, struct apam_module *abi,
    struct apam_error *err)
{
	/* NODELETE: a thread may still be in the module's code. */
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	const struct apam_module *found;
	enum apam_status status;

	if (handle == NULL)
		return error_set_at(err, APAM_E_MODULE, path, 0,
		    "the module does not load: %s", dlerror());
	found = dlsym(handle, "apam_module_1");
	if (found == NULL)
		status = error_set_at(err, APAM_E_MODULE, path, 0,
		    "the module does not export apam_module_1");
	else
		status = module_accept(found, path, scheme, abi, err);
	dlclose(handle);
	return status;
}

static struct module *
load_module(
    const struct settings *settings, const char *scheme, struct apam_error *err)
{
	char path[PATH_MAX_BYTES];
	struct module *m = NULL;
	int n;

	if (!module_name_ok(scheme)) {
		(void)error_set(err, APAM_E_MODULE,
		    "a scheme's name has only lower-case letters, digits and "
		    "'-'");
		return NULL;
	}
	n = snprintf(
	    path, sizeof(path), "%s/%s.so", settings->module_dir, scheme);
	if (n < 0 || (size_t)n >= sizeof(path)) {
		(void)error_set(
		    err, APAM_E_CONFIG, "the path of the module is too long");
		return NULL;
	}
	if (check_module_file(settings, scheme, path, err) != APAM_OK)
		return NULL;

	m = calloc(1, sizeof(*m));
	if (m == NULL) {
		(void)error_set(err, APAM_E_MEMORY, "out of memory");
		return NULL;
	}
	if (open_file(scheme, path, &m->abi, err) != APAM_OK) {
		free(m);
		return NULL;
	}
	pthread_mutex_init(&m->lock, NULL);
	m->options = (struct option_table){ m->abi.options, m->abi.option_size,
		m->abi.option_count };
	return m;
}

struct module *
modules_get(struct modules *all, const struct settings *settings,
    const char *scheme, struct apam_error *err)
{
	struct module *m;

	pthread_mutex_lock(&all->lock);
	for (m = all->first; m != NULL; m = m->next)
		if (strcmp(m->abi.scheme, scheme) == 0)
			break;
	if (m == NULL) {
		m = load_module(settings, scheme, err);
		if (m != NULL) {
			m->next = all->first;
			all->first = m;
		}
	}
	pthread_mutex_unlock(&all->lock);
	return m;
}
