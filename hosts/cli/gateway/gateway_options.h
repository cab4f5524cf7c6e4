/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the options of `apam gateway` ask for: where it listens and keeps its
 * files, how it is known who calls, where people look at it.
 */
#ifndef HOSTS_CLI_GATEWAY_GATEWAY_OPTIONS_H
#define HOSTS_CLI_GATEWAY_GATEWAY_OPTIONS_H

#include "gateway/nginx_conf.h"
#include "lib/command.h"

#define GATEWAY_PATH_SIZE 4096

struct gateway_options {
	char dir[GATEWAY_PATH_SIZE];	/* for files of this gateway's own */
	char listen[GATEWAY_PATH_SIZE];	/* "unix:/run/x", "127.0.0.1:1" */
	char page_listen[GATEWAY_PATH_SIZE]; /* for the page alone; "": none */
	char config[GATEWAY_PATH_SIZE];	/* apam's main file; "": the default */
	bool user;			/* that one is this user's own */
	enum gateway_who who;
	unsigned workers;
};

/*
 * Read them; nothing is made or opened.  Without --dir the directory is below
 * /run for root, below $XDG_RUNTIME_DIR for others; without --listen there is a
 * socket in it.  The main file is that of -c, or of $APAM_CONFIG.
 *
 * Returns an exit status, and has then said what is wrong.
 */
int gateway_options_read(struct gateway_options *to, const struct cli *cli,
    const struct args *args);

/* The Unix socket at which it listens; NULL: it listens at a port. */
const char *gateway_options_socket(const struct gateway_options *options);

/* The address at which a browser finds the page; NULL: there is none. */
const char *gateway_options_page(const struct gateway_options *options);

/* True if a browser is known by a token. */
bool gateway_options_page_token(const struct gateway_options *options);

#endif
