/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration of nginx that a gateway is: which profiles it serves, where
 * it listens, and who may call.
 */
#ifndef HOSTS_CLI_GATEWAY_NGINX_CONF_H
#define HOSTS_CLI_GATEWAY_NGINX_CONF_H

#include <stdbool.h>
#include <stdio.h>

#include <apam/admin.h>

/* How it is known who calls. */
enum gateway_who {
	GATEWAY_PEER = 0,	/* by the Unix socket */
	GATEWAY_TOKEN = 1,	/* by DIR/token */
	GATEWAY_SOCKETS = 2	/* by the kernel's table of sockets */
};

/* One origin of a profile, as nginx needs it. */
struct gateway_origin {
	char *profile;
	char *origin;		/* "https://api.example:8443" */
	char *host;		/* "api.example" */
	char *authority;	/* "api.example:8443", without a port where that
				   is the scheme's */
	char *address;		/* "api.example:8443", always with a port */
	char *ca_file;		/* PEM */
	bool https;
	bool by_path;		/* /PROFILE/ leads here: it is the first one */
	bool in_error;		/* the profile's file is: nothing is sent there */
};

struct nginx_conf {
	const char *module;	/* file of the module */
	const char *dir;	/* for files of this gateway's own */
	const char *listen;	/* as nginx has it: "unix:/run/x", "127.0.0.1:1" */
	const char *config;	/* apam's main file; NULL: the default */
	unsigned workers;	/* processes that take requests */
	bool user;		/* files of this user are trusted as well */
	bool root;		/* nginx is started by root */
	enum gateway_who who;
	const char *page;	/* folder of the files of the page for people;
				   NULL: there is no page */
	const char *page_listen; /* an address for the page alone; NULL: none */
	struct gateway_origin *origins;
	size_t count;
};

/*
 * Add the origins of a profile.  An origin of a host that an earlier one has is
 * left out.  Where the profile's file is in error, what is asked for there is
 * refused, and nothing is sent.  Returns false without memory.
 */
bool nginx_conf_add(
    struct nginx_conf *conf, const struct apam_profile_info *profile);

/* Have all origins of `from` behind those of `conf`; false without memory. */
bool nginx_conf_append(struct nginx_conf *conf, struct nginx_conf *from);

/*
 * Take origin `i` out.  The profile's next one, if it has one, takes its place
 * in the path.
 */
void nginx_conf_drop(struct nginx_conf *conf, size_t i);

/*
 * What of it cannot be written into a file of nginx's, as a path with a quote;
 * NULL: nothing.
 */
const char *nginx_conf_unfit(const struct nginx_conf *conf);

/*
 * The page is beside the profiles where the gateway listens, and alone at
 * `page_listen`.  Who looks at it by TCP is known by DIR/page-token, which is
 * good for nothing else, or by the table of sockets.  What it shows comes from
 * the socket DIR/page.sock.
 */
void nginx_conf_write(const struct nginx_conf *conf, FILE *to);
void nginx_conf_free(struct nginx_conf *conf);

#endif
