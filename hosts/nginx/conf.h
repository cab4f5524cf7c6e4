/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the directives say, apam-nginx(5).
 */
#ifndef HOSTS_NGINX_CONF_H
#define HOSTS_NGINX_CONF_H

#include "nginx.h"

/* How it is known who calls. */
enum callers {
	CALLERS_PEER = 0, /* by the Unix socket */
	CALLERS_TOKEN = 1, /* by a token that is this user's alone */
	CALLERS_ANY = 2, /* not at all: nginx decides who may call */
	CALLERS_SOCKETS = 3 /* by the kernel's table of sockets */
};

/* What a location is of the page for people. */
enum page {
	PAGE_NONE = 0,
	PAGE_FILES = 1, /* the same for everybody */
	PAGE_STATE = 2, /* for whom the gateway knows; nginx has it from another */
	PAGE_CALLS = 3 /* the same, and this module answers */
};

/* Of all of nginx. */
struct main_conf {
	bool in_use;		/* a directive needs the library */
	ngx_str_t config;	/* the main file; empty: apam's default */
	ngx_flag_t user;	/* files of the workers' user are trusted */
	ngx_uint_t log_level;	/* enum apam_log_level */
	ngx_array_t profiles;	/* ngx_str_t: those that locations name */
	ngx_array_t upstreams;	/* struct upstream_hold */
	bool shows_calls;	/* a location is PAGE_CALLS */
};

/* What a worker has learned of a location's profile. */
struct known {
	struct apam_profile *profile; /* NULL: it was not asked for yet */
	bool signs_body;	/* its scheme asked for a body */
};

/* The Host by which a worker's last request came that the location answers. */
struct answered {
	u_char host[64];
	size_t len;		/* 0: none yet */
};

/* Of one location. */
struct location_conf {
	ngx_str_t profile;	/* its data ends in NUL; empty: off */
	ngx_str_t origin;	/* "https://api.example"; empty: by Host */
	ngx_str_t prefix;	/* of the path, which is taken away; or empty */
	ngx_array_t *hosts;	/* ngx_str_t: names by which it is called */
	ngx_uint_t callers;	/* enum callers */
	ngx_uint_t page;	/* enum page; a location's own, not its parent's */
	ngx_str_t token;
	ngx_array_t *placeholders; /* ngx_str_t: texts that are not sent on */
	ngx_flag_t problems;	/* 1: nginx's own error pages become JSON */
	struct known *known;	/* of its profile; not NULL */
	struct answered *answered; /* not NULL */
};

extern ngx_command_t conf_commands[];

void *conf_create_main(ngx_conf_t *cf);
char *conf_init_main(ngx_conf_t *cf, void *conf);
void *conf_create_location(ngx_conf_t *cf);
char *conf_merge_location(ngx_conf_t *cf, void *parent, void *child);

/* True where the profile is that of the URL: "apam *". */
bool conf_is_by_url(const struct location_conf *conf);

/* The part of an origin after "://". */
ngx_str_t conf_authority(ngx_str_t origin);

#endif
