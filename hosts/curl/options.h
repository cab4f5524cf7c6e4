/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a handle of the host's may bring along from an earlier use: whatever
 * decides where a request goes, how it is framed, what it carries beside our
 * credential and whom TLS trusts is put to a safe value.
 */
#ifndef CORE_CURL_OPTIONS_H
#define CORE_CURL_OPTIONS_H

#include <stdbool.h>

#include "http/curl_api.h"

/*
 * Before a request is put into `easy`, of the host's libcurl `curl`
 * (curl_api_of_host).  False where libcurl takes a value no more.
 */
bool curl_options_reset(const struct curl_api *curl, CURL *easy);

#endif
