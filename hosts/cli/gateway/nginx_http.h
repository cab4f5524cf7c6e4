/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands in nginx's `http`, whichever gateway it is: `apam gateway` writes
 * it, and so does `apam run` (hosts/run), which is built with this file.
 */
#ifndef HOSTS_CLI_GATEWAY_NGINX_HTTP_H
#define HOSTS_CLI_GATEWAY_NGINX_HTTP_H

#include <stdio.h>

/* Write it.  What nginx has to keep in files is in `dir`. */
void nginx_http_write(FILE *to, const char *dir);

/*
 * The headers that nginx sets, with this Host, which may be a variable.  A
 * location that sets one of them has to set all.
 */
void nginx_http_write_headers(FILE *to, const char *indent, const char *host);

#endif
