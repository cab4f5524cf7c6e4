/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The core's libcurl is an object's (file/internal.h).
 */
#include "http/curl_api.h"

#include <string.h>

#include "base/error.h"

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

bool
curl_api_has_openssl(const struct curl_api *curl)
{
	const curl_version_info_data *v = curl->version_info(CURLVERSION_NOW);

	return v->ssl_version != NULL &&
	    strncmp(v->ssl_version, "OpenSSL/", strlen("OpenSSL/")) == 0;
}
