/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of libcurl that `apam request` calls, looked up when it runs.
 * The program is not linked to libcurl, because loading it takes longer than
 * everything the other commands do.
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
 * Load libcurl for the whole program, so that libapam finds it as its host's.
 * Returns false if it cannot be loaded or lacks a function.
 */
bool curl_library_load(struct curl_library *curl);

#endif
