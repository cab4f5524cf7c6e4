/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One signed request on a libcurl handle, and what libcurl knows of the answer.
 */
#include <stdio.h>
#include <string.h>

#include "lib/sender.h"

/* For CURLOPT_XFERINFOFUNCTION: first the body goes out, then one comes in. */
static int
on_progress(void *arg, curl_off_t all, curl_off_t received, curl_off_t to_send,
    curl_off_t sent)
{
	const struct sending *sending = arg;

	if (received > 0)
		sending->progress(
		    "received", (uint64_t)received, (uint64_t)all);
	else
		sending->progress("sent", (uint64_t)sent, (uint64_t)to_send);
	return 0;
}

static bool
prepare(CURL *easy, const struct sending *sending)
{
	CURLcode c = CURLE_OK;
	char agent[64];

	(void)snprintf(agent, sizeof(agent), "apam/%s", apam_version());
	c |= curl_easy_setopt(easy, CURLOPT_USERAGENT, agent);
	c |= curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (sending->progress == NULL)
		return c == CURLE_OK;
	c |= curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	c |= curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	c |= curl_easy_setopt(easy, CURLOPT_XFERINFODATA, sending);
	return c == CURLE_OK;
}

/* ---- The answer --------------------------------------------------------- */

static char *
copy(const char *text)
{
	return text == NULL ? NULL : strdup(text);
}

static char *
host_of(const char *url)
{
	CURLU *parsed = curl_url();
	char *part = NULL, *host = NULL;

	if (parsed != NULL && url != NULL &&
	    curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(parsed, CURLUPART_HOST, &part, 0) == CURLUE_OK)
		host = copy(part);
	curl_free(part);
	curl_url_cleanup(parsed);
	return host;
}

static void
fill(CURL *easy, struct sent *sent)
{
	const char *type = NULL, *redirect = NULL;
	curl_off_t n = 0;

	(void)curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
	(void)curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &redirect);
	(void)curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &n);
	sent->type = copy(type);
	sent->redirect = copy(redirect);
	sent->redirect_host = host_of(redirect);
	sent->body_size = n > 0 ? (uint64_t)n : 0;
}

static enum apam_status
send_request(
    const struct sending *sending, struct sent *sent, struct apam_error *err)
{
	enum apam_status status;
	CURL *easy = curl_easy_init();

	sent->result = (struct apam_result)APAM_RESULT_INIT;
	sent->detail = (struct apam_error)APAM_ERROR_INIT;
	sent->result.detail = &sent->detail;
	if (easy == NULL || !prepare(easy, sending)) {
		err->status = APAM_E_MEMORY;
		(void)snprintf(err->text, sizeof(err->text), "out of memory");
		curl_easy_cleanup(easy);
		return err->status;
	}
	status = apam_curl_perform(
	    sending->profile, easy, sending->transfer, &sent->result, err);
	if (status == APAM_OK)
		fill(easy, sent);
	curl_easy_cleanup(easy);
	return status;
}

APAM_API extern const struct sender apam_sender;

const struct sender apam_sender = {
	.size = sizeof(struct sender),
	.version = APAM_VERSION,
	.send = send_request,
};
