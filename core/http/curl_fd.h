/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors that libcurl makes for itself and leaves open to every program
 * that the host starts: the two ends used by curl_multi_wakeup.  libcurl has no
 * call that tells them.
 */
#ifndef CORE_HTTP_CURL_FD_H
#define CORE_HTTP_CURL_FD_H

#include "http/curl_api.h"

/*
 * Make those of a new multi handle close-on-exec.  They are found by waking the
 * handle twice: they are empty before, and fuller after each time.  If they
 * cannot be found, they stay as they are.
 */
void curl_fd_seal(const struct curl_api *curl, CURLM *multi);

#endif
