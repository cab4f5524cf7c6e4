/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loading by the path that was checked: LD_LIBRARY_PATH has no say in it.
 */
#include "file/internal.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/environment.h"
#include "base/error.h"
#include "base/exit_watch.h"
#include "base/fork_gate.h"
#include "base/privilege.h"
#include "file/trust.h"

_Static_assert(
    sizeof(APAM_VERSION) <= sizeof(((struct internal_head *)0)->version),
    "a version fits");

/* Constructors run when it is loaded: it is looked at before. */
static enum apam_status
check_file(const char *path, struct apam_error *err)
{
	struct apam_error why = APAM_ERROR_INIT;
	const int fd = trust_open(path, TRUST_FILE, !process_is_setid(), &why);

	if (fd >= 0) {
		(void)close(fd);
		return APAM_OK;
	}
	return error_set_at(err,
	    why.status == APAM_E_CONFIG ? APAM_E_INTERNAL : why.status, path, 0,
	    "a part of apam cannot be loaded: %s", why.text);
}

static enum apam_status
check_head(const char *path, const struct internal_head *head, size_t size,
    struct apam_error *err)
{
	if (head == NULL)
		return error_set_at(err, APAM_E_INTERNAL, path, 0,
		    "the file is not a part of apam: it does not export "
		    "apam_internal; install apam again");
	if (head->size != size ||
	    strncmp(head->version, APAM_VERSION, sizeof(head->version)) != 0)
		return error_set_at(err, APAM_E_INTERNAL, path, 0,
		    "the file is a part of another apam than this one; install "
		    "the library and its parts of one version");
	return APAM_OK;
}

const struct internal_head *
internal_load(
    const char *path, bool checked, size_t size, struct apam_error *err)
{
	const struct internal_head *head;
	void *handle;

	if (checked && check_file(path, err) != APAM_OK)
		return NULL;
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (handle == NULL) {
		(void)error_set_at(err, APAM_E_INTERNAL, path, 0,
		    "a part of apam does not load: %s; install the library "
		    "that it needs",
		    dlerror());
		return NULL;
	}
	head = dlsym(handle, "apam_internal");
	if (check_head(path, head, size, err) != APAM_OK)
		head = NULL;
	(void)dlclose(handle);
	return head;
}

/* Within the gate and the lock. */
static const struct internal_head *
load_and_start(const struct internal *what, struct apam_error *err)
{
	char path[TRUST_PATH_MAX + 1];
	const int n = snprintf(path, sizeof(path), "%s/%s.so",
	    internal_place.directory, what->name);
	const struct internal_head *head;

	if (n < 0 || (size_t)n >= sizeof(path)) {
		(void)error_set(err, APAM_E_INTERNAL,
		    "a part of apam cannot be loaded: its path is too long");
		return NULL;
	}
	head = internal_load(path, internal_place.checked, what->size, err);
	if (head == NULL || what->start(head, err) != APAM_OK)
		return NULL;
	/* After the library's own handlers, and so before them at the end. */
	exit_watch();
	return head;
}

const struct internal_head *
internal_get(struct internal *what, struct apam_error *err)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	const struct internal_head *head = atomic_load_explicit(
	    &what->started, memory_order_acquire);

	if (head != NULL)
		return head;
	environment_forget();
	fork_lock(&lock);
	head = atomic_load(&what->started);
	if (head == NULL) {
		head = load_and_start(what, err);
		atomic_store(&what->started, head);
	}
	fork_unlock(&lock);
	return head;
}
