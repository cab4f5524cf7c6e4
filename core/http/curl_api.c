/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The core's libcurl is an object's (file/internal.h); a host's is found by
 * name, all of its functions or none.
 */
#define _GNU_SOURCE
#include "http/curl_api.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "base/error.h"

/* ---- The core's own ------------------------------------------------------ */

/* The TLS library comes along, and both are set up. */
static enum apam_status
start(const struct internal_head *head, struct apam_error *err)
{
	const struct curl_object *object = (const struct curl_object *)head;
	const CURLcode code = object->global_init(CURL_GLOBAL_DEFAULT);

	if (code == CURLE_OK)
		return APAM_OK;
	return error_set(err, APAM_E_INTERNAL, "libcurl does not start: %s",
	    object->api.easy_strerror(code));
}

const struct curl_api *
curl_api_load(struct apam_error *err)
{
	static struct internal curl = { .name = "curl",
		.size = sizeof(struct curl_object),
		.start = start };
	const struct internal_head *head = internal_get(&curl, err);

	return head == NULL ? NULL : &((const struct curl_object *)head)->api;
}

const struct curl_api *
curl_api(void)
{
	return curl_api_load(NULL);
}

/* ---- A host's ------------------------------------------------------------ */

/* The table is filled in by offset: one row for each member. */
#define FUNCTION(name)                                                         \
	{                                                                      \
		"curl_" #name, offsetof(struct curl_api, name)                 \
	}

static const struct {
	const char *name;
	size_t offset;
} functions[] = {
	FUNCTION(easy_init),
	FUNCTION(easy_cleanup),
	FUNCTION(easy_setopt),
	FUNCTION(easy_getinfo),
	FUNCTION(easy_perform),
	FUNCTION(easy_strerror),
	FUNCTION(easy_option_by_name),
	FUNCTION(slist_append),
	FUNCTION(slist_free_all),
	FUNCTION(getdate),
	FUNCTION(version_info),
	FUNCTION(multi_init),
	FUNCTION(multi_cleanup),
	FUNCTION(multi_wakeup),
	FUNCTION(multi_setopt),
	FUNCTION(multi_add_handle),
	FUNCTION(multi_remove_handle),
	FUNCTION(multi_socket_action),
	FUNCTION(multi_info_read),
};

_Static_assert(sizeof(struct curl_api) ==
	sizeof(functions) / sizeof(functions[0]) * sizeof(void *),
    "every member has its row");

struct library {
	struct curl_api api;
	bool usable;
};

static struct library host;

static bool
find_all(void *handle, struct curl_api *api)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		void *found = dlsym(handle, functions[i].name);

		if (found == NULL)
			return false;
		memcpy(
		    (char *)api + functions[i].offset, &found, sizeof(found));
	}
	return true;
}

static void
find_host(void)
{
	host.usable = find_all(RTLD_DEFAULT, &host.api);
}

const struct curl_api *
curl_api_of_host(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (pthread_once(&once, find_host) != 0 || !host.usable)
		return NULL;
	return &host.api;
}

bool
curl_api_has_openssl(const struct curl_api *curl)
{
	const curl_version_info_data *v = curl->version_info(CURLVERSION_NOW);

	return v->ssl_version != NULL &&
	    strncmp(v->ssl_version, "OpenSSL/", strlen("OpenSSL/")) == 0;
}
