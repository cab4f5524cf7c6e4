/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An exchange on its way through libcurl: client.h begins and ends it, outcome.h
 * says what came of it.
 */
#ifndef CORE_HTTP_TRANSFER_H
#define CORE_HTTP_TRANSFER_H

#include "base/own_fd.h"
#include "http/curl_api.h"
#include "http/response.h"

/* An exchange under way; zeroed: none.  It must not be moved. */
struct http_transfer {
	CURL *easy;
	struct curl_slist *list;
	struct response *r;
	const char *proxy;	/* the one used; "": none */
	struct own_fd socket;	/* the Unix socket's file; else none */
	const char *socket_path; /* NULL: none */
	struct buf certificate, key; /* the client's: PEM; PEM or DER */
	/* Once it has ended: the provider may have seen some of it. */
	bool sent;
	char detail[CURL_ERROR_SIZE];
};

#endif
