/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A gateway from its first file to its end: nginx runs, and follows the profiles
 * that come, change and go.
 */
#ifndef HOSTS_CLI_GATEWAY_GATEWAY_RUN_H
#define HOSTS_CLI_GATEWAY_GATEWAY_RUN_H

#include "gateway/gateway_files.h"
#include "gateway/nginx_place.h"

/* One gateway.  Set to zero at the start; gateway_free ends it. */
struct gateway {
	/* Set by the caller: */
	struct cli *cli;
	const struct args *args;	/* its words are profiles to serve */
	struct gateway_options options;
	struct nginx_conf conf;		/* what is served */
	char nginx[NGINX_PLACE_SIZE];	/* path of the program */
	char module[NGINX_PLACE_SIZE];
	char page[NGINX_PLACE_SIZE];	/* folder of the page's files */
	/* Set by gateway_run: */
	char *text;			/* of `conf`, as nginx has it */
	char page_token[GATEWAY_TOKEN_SIZE];
	int page_socket;
};

/*
 * Write its files, say what is served, and run nginx until it ends.  The cli's
 * session is open at the start, and closed at the end.  Returns an exit status,
 * and has then said what is wrong.
 */
int gateway_run(struct gateway *g);

/*
 * Check that nginx can be told of a configuration.  Returns an exit status, and
 * has then said what is wrong.
 */
int gateway_conf_check(const struct nginx_conf *conf);

/* Free what it holds; NULL does nothing. */
void gateway_free(struct gateway *g);

#endif
