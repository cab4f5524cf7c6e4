/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of libcurl that `apam request` calls, found when it runs.
 * Loading libcurl takes longer than all that the other commands do, so the
 * program is not linked to it.
 */
#ifndef CLI_CURL_LIBRARY_H
#define CLI_CURL_LIBRARY_H

#include <stdbool.h>

#include <curl/curl.h>

struct curl_library {
	__typeof__(curl_easy_init) *easy_init;
	__typeof__(curl_easy_cleanup) *easy_cleanup;
	__typeof__(curl_easy_setopt) *easy_setopt;
	__typeof__(curl_easy_getinfo) *easy_getinfo;
	__typeof__(curl_url) *url;
	__typeof__(curl_url_set) *url_set;
	__typeof__(curl_url_get) *url_get;
	__typeof__(curl_url_cleanup) *url_cleanup;
	__typeof__(curl_free) *free;
};

/*
 * Load libcurl for the whole program, where libapam looks for its host's.
 * False where it does not load or lacks a function.
 */
bool curl_library_load(struct curl_library *curl);

#endif
