/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam gateway: nginx, with apam's module, as a gateway for chosen profiles.
 * Here it is put together; gateway/gateway_run.c runs it.
 */
#include <stdlib.h>
#include <unistd.h>

#include "gateway/gateway_run.h"
#include "gateway/serving.h"
#include "lib/command.h"
#include "lib/report.h"

static int
find_nginx(struct gateway *g)
{
	if (!nginx_place_module(g->module))
		complain(
		    "apam's module for nginx is not there: `make nginx` builds "
		    "it, and then `make install` installs it");
	else if (!nginx_place_page(g->page))
		complain("the files of the gateway's page are not there: "
			 "install apam again");
	else if (!nginx_place_program(g->nginx))
		complain("there is no nginx: install Debian's package nginx");
	else
		return STATUS_DONE;
	return STATUS_CONFIG;
}

/*
 * What nginx is told but for the profiles.  With --print nobody asks for what
 * the page shows, so that there is none.
 */
static void
fill(struct nginx_conf *conf, const struct gateway *g)
{
	const struct gateway_options *o = &g->options;

	conf->module = g->module;
	conf->dir = o->dir;
	conf->listen = o->listen;
	conf->who = o->who;
	conf->workers = o->workers;
	conf->config = o->config[0] == '\0' ? NULL : o->config;
	conf->user = o->user;
	conf->root = geteuid() == 0;
	conf->page = args_has(g->args, "print") ? NULL : g->page;
	conf->page_listen = o->page_listen[0] == '\0' ? NULL : o->page_listen;
}

static int
prepare(struct gateway *g)
{
	int code = gateway_options_read(&g->options, g->cli, g->args);

	if (code == STATUS_DONE)
		code = find_nginx(g);
	if (code == STATUS_DONE)
		code = serving_collect(g->cli, g->args, NULL, &g->conf);
	if (code != STATUS_DONE)
		return code;
	fill(&g->conf, g);
	return gateway_conf_check(&g->conf);
}

static int
run_gateway(struct cli *cli, const struct args *args)
{
	struct gateway *g = calloc(1, sizeof(*g));
	int code;

	if (g == NULL) {
		complain("out of memory");
		return STATUS_INTERNAL;
	}
	g->cli = cli;
	g->args = args;
	code = prepare(g);
	if (code == STATUS_DONE && args_has(args, "print"))
		nginx_conf_write(&g->conf, stdout);
	else if (code == STATUS_DONE)
		code = gateway_run(g);
	gateway_free(g);
	return code;
}

static const struct flag flags[] = {
	{ .name = "listen",
	    .value = "ADDRESS",
	    .help = "unix:/PATH, or a port of 127.0.0.1" },
	{ .name = "dir",
	    .value = "DIRECTORY",
	    .help = "where its files go, and its socket" },
	{ .name = "workers",
	    .value = "N",
	    .help = "processes that take requests; 1 by default" },
	{ .name = "who",
	    .value = "HOW",
	    .help = "who calls on a port: token, or sockets" },
	{ .name = "page",
	    .value = "PORT",
	    .help = "for a browser to look at the gateway" },
	{ .name = "print", .help = "print nginx's configuration, and stop" },
	{ .name = NULL },
};

const struct command command_gateway = {
	.name = "gateway",
	.synopsis = "[--listen ADDRESS] [--who HOW] [--page PORT] "
		    "[--dir DIRECTORY] [--workers N] [--print] [PROFILE ...]",
	.summary = "Let programs call APIs without keys, through nginx",
	.notes = "Without a profile all are served.  It says how it is called, "
		 "and runs until\nit is ended.  apam-nginx(5) has what nginx "
		 "does.",
	.flags = flags,
	.text_only = true,
	.most = (size_t)-1,
	.run = run_gateway,
};
