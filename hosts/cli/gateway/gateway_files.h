/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files in a gateway's directory, which this user alone can read: tokens,
 * what leads a browser to the page, and nginx's configuration.
 */
#ifndef HOSTS_CLI_GATEWAY_GATEWAY_FILES_H
#define HOSTS_CLI_GATEWAY_GATEWAY_FILES_H

#include "gateway/gateway_options.h"

#define GATEWAY_FILE_SIZE (GATEWAY_PATH_SIZE + 16)
#define GATEWAY_TOKEN_SIZE 49 /* 24 bytes in hexadecimal, and a NUL */

/* The path of a file there, as "token" or "nginx.conf". */
void gateway_file(char to[GATEWAY_FILE_SIZE],
    const struct gateway_options *options, const char *name);

/*
 * Make the directory where it is not there.  Nobody else may have a hand in it.
 * Returns an exit status, and has then said what is wrong; so do those that
 * follow.
 */
int gateway_directory_make(const char *dir);

/*
 * Write DIR/token and DIR/page-token, those that are needed, anew for this run,
 * and DIR/page.html, where there is a page.  The page's token is left in
 * `page_token`; "": a browser needs none.
 */
int gateway_tokens_write(const struct gateway_options *options,
    char page_token[GATEWAY_TOKEN_SIZE]);

/* The text of a configuration, which the caller frees; NULL without memory. */
char *gateway_conf_text(const struct nginx_conf *conf);

/* Write DIR/nginx.conf, at once, so that nginx never reads a part of it. */
int gateway_conf_write(const struct gateway_options *options, const char *text);

#endif
