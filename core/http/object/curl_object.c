/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The object that is linked to libcurl.  The compiler holds each member against
 * libcurl's header, and the linker finds each function.
 */
#include "http/curl_api.h"

/* Found by its name, by internal_load. */
extern const struct curl_object apam_internal;

__attribute__((visibility("default"))) const struct curl_object
    apam_internal = {
	    .head = INTERNAL_HEAD(apam_internal),
	    .global_init = curl_global_init,
	    .api = {
		.easy_init = curl_easy_init,
		.easy_cleanup = curl_easy_cleanup,
		.easy_setopt = curl_easy_setopt,
		.easy_getinfo = curl_easy_getinfo,
		.easy_perform = curl_easy_perform,
		.easy_strerror = curl_easy_strerror,
		.slist_append = curl_slist_append,
		.slist_free_all = curl_slist_free_all,
		.getdate = curl_getdate,
		.version_info = curl_version_info,
		.multi_init = curl_multi_init,
		.multi_cleanup = curl_multi_cleanup,
		.multi_wakeup = curl_multi_wakeup,
		.multi_setopt = curl_multi_setopt,
		.multi_add_handle = curl_multi_add_handle,
		.multi_remove_handle = curl_multi_remove_handle,
		.multi_socket_action = curl_multi_socket_action,
		.multi_info_read = curl_multi_info_read,
	    },
    };
