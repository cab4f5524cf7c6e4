/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can fail for a reason of this machine is tried before the first file is
 * written: the files may be those of a gateway that runs there.
 */
#include "gateway/gateway_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/gateway_addresses.h"
#include "gateway/gateway_say.h"
#include "gateway/page_server.h"
#include "gateway/serving.h"
#include "gateway/supervise.h"
#include "lib/report.h"
#include "lib/session.h"

/* ---- Before nginx runs --------------------------------------------------- */

/* nginx asks here for what the page shows. */
static int
open_page(struct gateway *g)
{
	char path[GATEWAY_FILE_SIZE];

	gateway_file(path, &g->options, "page.sock");
	g->page_socket = page_server_open(path);
	if (g->page_socket >= 0)
		return STATUS_DONE;
	complain("cannot listen at %s: %s; say another directory with --dir",
	    path, strerror(errno));
	return STATUS_CONFIG;
}

static int
write_conf(struct gateway *g)
{
	g->text = gateway_conf_text(&g->conf);
	if (g->text != NULL)
		return gateway_conf_write(&g->options, g->text);
	complain("out of memory");
	return STATUS_INTERNAL;
}

static int
set_up(struct gateway *g)
{
	int code = gateway_directory_make(g->options.dir);

	if (code == STATUS_DONE)
		code = gateway_addresses_take(&g->options);
	if (code == STATUS_DONE)
		code = gateway_tokens_write(&g->options, g->page_token);
	if (code == STATUS_DONE)
		code = open_page(g);
	return code == STATUS_DONE ? write_conf(g) : code;
}

/* ---- While it runs ------------------------------------------------------- */

int
gateway_conf_check(const struct nginx_conf *conf)
{
	const char *unfit = nginx_conf_unfit(conf);

	if (unfit == NULL)
		return STATUS_DONE;
	complain(
	    "nginx's configuration cannot hold %s: use another path", unfit);
	return STATUS_CONFIG;
}

/* Take what is served from now on.  True: nginx is to read it. */
static bool
take(struct gateway *g, struct nginx_conf *next, bool asked)
{
	char *text = gateway_conf_text(next);
	const bool same = text != NULL && strcmp(text, g->text) == 0;

	if (text == NULL || (same && !asked) ||
	    gateway_conf_write(&g->options, text) != STATUS_DONE) {
		nginx_conf_free(next);
		free(text);
		return false;
	}
	nginx_conf_free(&g->conf);
	g->conf = *next;
	free(g->text);
	g->text = text;
	gateway_say(&g->options, &g->conf, g->page_token, stdout);
	return true;
}

/* A profile's file has changed, or SIGHUP came. */
static bool
changed(void *arg, bool asked)
{
	struct gateway *g = arg;
	struct nginx_conf next = g->conf;
	int code;

	next.origins = NULL;
	next.count = 0;
	code = serving_collect(g->cli, g->args, &g->conf, &next);
	if (code == STATUS_DONE)
		code = gateway_conf_check(&next);
	session_close(g->cli);
	if (code == STATUS_DONE)
		return take(g, &next, asked);
	nginx_conf_free(&next);
	return false;
}

static void
answer_page(void *arg)
{
	struct gateway *g = arg;

	page_server_run(g->page_socket, g->cli);
}

static int
run_nginx(struct gateway *g, const char *profile_dir)
{
	char name[] = "-e", log[] = "stderr", by[] = "-c";
	char file[GATEWAY_FILE_SIZE], pid[GATEWAY_FILE_SIZE];
	char *const argv[] = { g->nginx, name, log, by, file, NULL };
	const struct supervised s = { .argv = argv,
		.ready = pid,
		.directory = profile_dir,
		.changed = changed,
		.beside = answer_page,
		.arg = g };

	gateway_file(file, &g->options, "nginx.conf");
	gateway_file(pid, &g->options, "nginx.pid");
	(void)unlink(pid);
	return supervise(&s);
}

/* ---- All of it ----------------------------------------------------------- */

int
gateway_run(struct gateway *g)
{
	char *profile_dir;
	int code = set_up(g);

	if (code != STATUS_DONE)
		return code;
	profile_dir = strdup(apam_directory(g->cli->ctx, "profile_dir"));
	session_close(g->cli);
	gateway_say(&g->options, &g->conf, g->page_token, stdout);
	code = run_nginx(g, profile_dir);
	free(profile_dir);
	return code;
}

void
gateway_free(struct gateway *g)
{
	if (g == NULL)
		return;
	nginx_conf_free(&g->conf);
	free(g->text);
	free(g);
}
