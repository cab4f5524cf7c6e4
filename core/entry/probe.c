/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The probe.  It is bound to the profile's first origin and signed like any
 * request, so that nothing goes out that apam_sign would not sign.
 */
#include "entry/probe.h"

#include "abi/request.h"
#include "base/error.h"
#include "config/entry_conf.h"

static enum apam_status
fill_probe(struct exchange *x, struct entry *e, const struct request *request,
    struct apam_signing *s, struct apam_error *err)
{
	const struct apam_header *headers = fields_array(&s->headers);
	const struct reach reach = { .allow_http = e->profile->allow_http };
	struct apam_certificate certificate = { .size = 0 };
	const char *why;

	if (s->pair != NULL)
		certificate = pair_named(s->pair);
	exchange_begin(x, apam_str(e->conf->probe_method), request->view.url,
	    APAM_ENCODING_NONE);
	for (size_t i = 0; headers != NULL && i < s->headers.count; i++)
		fields_add_header(
		    &x->headers, headers[i].name, headers[i].value);
	if (s->pair != NULL)
		exchange_certificate(x, &certificate);
	why = exchange_finish(x, &reach);
	if (why == NULL)
		return APAM_OK;
	return error_set(
	    err, APAM_E_CONFIG, "the probe cannot be sent: %s", why);
}

enum apam_status
probe_build(struct entry *e, const struct credential *c, struct exchange *x,
    struct apam_error *err)
{
	struct apam_request from = { .size = sizeof(from) };
	struct apam_signing s;
	struct request request;
	enum apam_status status;
	struct buf url;

	signing_init(&s);
	buf_init(&url, URL_MAX);
	profile_probe_url(e->profile, e->conf, &url);
	from.method = e->conf->probe_method;
	from.url = buf_view(&url).p;

	status = request_init(&request, &from, e->profile, err);
	if (status == APAM_OK)
		status = entry_prepare(e, &request, &s, err);
	if (status == APAM_OK)
		status = entry_sign(e, c, &request, &s, err);
	if (status == APAM_OK)
		status = signing_join_cookies(&s, APAM_STR(""), err);
	if (status == APAM_OK)
		status = fill_probe(x, e, &request, &s, err);
	request_free(&request);
	buf_free(&url);
	signing_free(&s);
	return status;
}
