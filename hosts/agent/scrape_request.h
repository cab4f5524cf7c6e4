/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The request with which a scraper asks for metrics, as bytes: GET /metrics in
 * HTTP/1.0 or 1.1.  It is strict, because any program of this machine can send
 * one, and so can any page that a browser shows.
 */
#ifndef HOSTS_AGENT_SCRAPE_REQUEST_H
#define HOSTS_AGENT_SCRAPE_REQUEST_H

#include <apam/types.h>

#define SCRAPE_REQUEST_MAX 4096 /* bytes of a head */

enum scrape_request {
	SCRAPE_MORE, /* its head is not whole yet */
	SCRAPE_GOOD,
	SCRAPE_BAD, /* it is not HTTP/1, has a body, or names another host */
	SCRAPE_METHOD, /* it is not a GET */
	SCRAPE_ELSEWHERE /* another path */
};

/*
 * Read what has come so far, at most SCRAPE_REQUEST_MAX bytes; as many as that
 * without an end are BAD.  Host, where there is one, must be this machine by
 * loopback: a name that was made to lead here is not.
 */
enum scrape_request scrape_request_read(struct apam_str bytes);

#endif
