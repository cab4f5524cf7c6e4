/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a handle may bring along from an earlier use: whatever decides where a
 * request goes, how it is framed, what it carries beside our credential and
 * whom TLS trusts is put to a safe value.
 */
#ifndef HOSTS_CURL_OPTIONS_H
#define HOSTS_CURL_OPTIONS_H

#include <curl/curl.h>
#include <stdbool.h>

/* Before a request is put into `easy`.  False where libcurl refuses a value. */
bool curl_options_reset(CURL *easy);

#endif
