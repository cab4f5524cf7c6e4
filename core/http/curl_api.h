/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of libcurl that apam calls, looked up when they are first
 * needed.
 *
 * Loading libcurl and its libraries takes about ten milliseconds, more than
 * everything else that a short program does with apam; and a program that finds
 * its credential in a file needs no exchange.  So libapam is not linked to it.
 */
#ifndef CORE_HTTP_CURL_API_H
#define CORE_HTTP_CURL_API_H

#include <curl/curl.h>
#include <stdbool.h>

#include "file/internal.h"

struct curl_api {
	__typeof__(curl_easy_init) *easy_init;
	__typeof__(curl_easy_cleanup) *easy_cleanup;
	__typeof__(curl_easy_setopt) *easy_setopt;
	__typeof__(curl_easy_getinfo) *easy_getinfo;
	__typeof__(curl_easy_perform) *easy_perform;
	__typeof__(curl_easy_strerror) *easy_strerror;
	__typeof__(curl_slist_append) *slist_append;
	__typeof__(curl_slist_free_all) *slist_free_all;
	__typeof__(curl_getdate) *getdate;
	__typeof__(curl_version_info) *version_info;
	__typeof__(curl_multi_init) *multi_init;
	__typeof__(curl_multi_cleanup) *multi_cleanup;
	__typeof__(curl_multi_wakeup) *multi_wakeup;
	__typeof__(curl_multi_setopt) *multi_setopt;
	__typeof__(curl_multi_add_handle) *multi_add_handle;
	__typeof__(curl_multi_remove_handle) *multi_remove_handle;
	__typeof__(curl_multi_socket_action) *multi_socket_action;
	__typeof__(curl_multi_info_read) *multi_info_read;
};

/* What internal/curl.so exports, as apam_internal. */
struct curl_object {
	struct internal_head head;
	__typeof__(curl_global_init) *global_init;
	struct curl_api api;
};

/*
 * The core's own, initialised; NULL with *err set where it does not load:
 * INTERNAL, TRUST or MEMORY, with the file.
 */
const struct curl_api *curl_api_load(struct apam_error *err);

/* The same where nobody is told why. */
const struct curl_api *curl_api(void);

/* True if its TLS is OpenSSL, whose numbers and texts apam knows. */
bool curl_api_has_openssl(const struct curl_api *curl);

#endif
