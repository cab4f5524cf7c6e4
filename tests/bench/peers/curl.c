/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libcurl: what a request costs before anything is sent, its URL and bearer
 * token being set on a handle that is kept, which is then reset.  The header
 * itself is made when the request is performed: that is not in here.
 */
#include <curl/curl.h>

#include "peer.h"

#define URL "https://api.example.com/v1/things?page=2"

static CURL *handle;
static char *token;

static void
once(void)
{
	peer_need(curl_easy_setopt(handle, CURLOPT_URL, URL) == CURLE_OK &&
		curl_easy_setopt(handle, CURLOPT_HTTPAUTH,
		    (long)CURLAUTH_BEARER) == CURLE_OK &&
		curl_easy_setopt(handle, CURLOPT_XOAUTH2_BEARER, token) ==
		    CURLE_OK,
	    "curl_easy_setopt failed");
	curl_easy_reset(handle);
}

int
main(void)
{
	token = peer_token();
	handle = curl_easy_init();
	peer_need(handle != NULL, "curl_easy_init failed");
	return peer_report(once);
}
