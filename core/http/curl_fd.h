/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors that libcurl makes for itself and leaves open to every program
 * that the host starts: the two ends by which curl_multi_wakeup works.  There
 * is no way to ask for them.
 */
#ifndef CORE_CURL_FD_H
#define CORE_CURL_FD_H

#include "http/curl_api.h"

/*
 * Have a new multi handle's close with exec.  They are found by waking it
 * twice: the descriptors with nothing in them before, and more after each.
 * Where they cannot be found they stay as they are.
 */
void curl_fd_seal(const struct curl_api *curl, CURLM *multi);

#endif
