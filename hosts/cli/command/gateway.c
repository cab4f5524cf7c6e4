/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam gateway: nginx, with apam's module, as a gateway for chosen profiles.  It
 * writes nginx's configuration, says how the gateway is called, and runs nginx,
 * which it tells of profiles that come, change and go.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/can_listen.h"
#include "gateway/nginx_conf.h"
#include "gateway/nginx_place.h"
#include "gateway/page_server.h"
#include "gateway/serving.h"
#include "gateway/supervise.h"
#include "lib/beside.h"
#include "lib/command.h"
#include "lib/report.h"
#include "lib/session.h"

#define TEXT_SIZE 4096
#define TOKEN_SIZE 49 /* 24 bytes in hexadecimal, and a NUL */

struct gateway {
	struct nginx_conf conf;
	char *text; /* of it, as nginx has it */
	struct cli *cli;
	const struct args *args;
	const char *socket; /* path of the Unix socket; NULL: TCP */
	char dir[TEXT_SIZE], listen[TEXT_SIZE];
	char nginx[NGINX_PLACE_SIZE], module[NGINX_PLACE_SIZE];
	char page[BESIDE_PATH_SIZE], page_listen[TEXT_SIZE];
	char page_token[TOKEN_SIZE]; /* "": none is needed, or there is none */
	int page_socket;
	char file[TEXT_SIZE], config[TEXT_SIZE], pid[TEXT_SIZE];
};

/* ---- Where it runs -------------------------------------------------------- */

static bool
fits(int n, size_t size)
{
	return n > 0 && (size_t)n < size;
}

/* Its directory: --dir, or one below where this user's sockets are. */
static int
choose_directory(struct gateway *g)
{
	const char *named = args_value(g->args, "dir");
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	char *path;

	if (named == NULL && geteuid() == 0)
		runtime = "/run";
	if (named == NULL && (runtime == NULL || runtime[0] != '/')) {
		complain("XDG_RUNTIME_DIR is not set: say with --dir where the "
			 "gateway's files go");
		return STATUS_USAGE;
	}
	if (named == NULL)
		return fits(snprintf(g->dir, sizeof(g->dir), "%s/apam-gateway",
				runtime),
			   sizeof(g->dir)) ?
		    STATUS_DONE :
		    STATUS_USAGE;
	path = session_path(named);
	if (path == NULL ||
	    !fits(
		snprintf(g->dir, sizeof(g->dir), "%s", path), sizeof(g->dir))) {
		free(path);
		complain("the directory's path cannot be used");
		return STATUS_USAGE;
	}
	free(path);
	return STATUS_DONE;
}

/* Made where it is missing; nobody else may have a hand in it. */
static int
make_directory(const char *dir)
{
	struct stat st;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
		complain("cannot make %s: %s", dir, strerror(errno));
		return STATUS_CONFIG;
	}
	if (lstat(dir, &st) != 0 || !S_ISDIR(st.st_mode) ||
	    st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
		complain("%s has to be a directory of this user's alone: "
			 "chmod 700",
		    dir);
		return STATUS_CONFIG;
	}
	return STATUS_DONE;
}

/* Loopback alone: the other way round anybody's programs could call. */
static bool
is_loopback(const char *listen)
{
	return strncmp(listen, "127.", 4) == 0 ||
	    strncmp(listen, "[::1]:", 6) == 0;
}

/* A port is one of 127.0.0.1; else it is as it is written. */
static bool
address_of(const char *named, char to[TEXT_SIZE])
{
	const bool port = named[strspn(named, "0123456789")] == '\0';

	return fits(
	    snprintf(to, TEXT_SIZE, "%s%s", port ? "127.0.0.1:" : "", named),
	    TEXT_SIZE);
}

static int
choose_listen(struct gateway *g)
{
	const char *named = args_value(g->args, "listen");
	int n;

	if (named == NULL)
		n = snprintf(
		    g->listen, sizeof(g->listen), "unix:%s/socket", g->dir);
	else
		n = address_of(named, g->listen) ? 1 : 0;
	if (!fits(n, sizeof(g->listen)) ||
	    (strncmp(g->listen, "unix:/", 6) != 0 && !is_loopback(g->listen))) {
		complain("--listen takes unix:/PATH, a port, 127.0.0.1:PORT or "
			 "[::1]:PORT");
		return STATUS_USAGE;
	}
	if (strncmp(g->listen, "unix:", 5) == 0)
		g->socket = g->listen + 5;
	if (g->socket != NULL &&
	    strlen(g->socket) >= sizeof(((struct sockaddr_un *)0)->sun_path)) {
		complain("the socket's path is too long: say another with "
			 "--listen unix:/PATH");
		return STATUS_USAGE;
	}
	return STATUS_DONE;
}

/* A socket that nobody listens on any more would keep nginx from its own. */
static int
clear_socket(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int answers;

	(void)snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	answers = fd >= 0 &&
	    connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0;
	if (fd >= 0)
		(void)close(fd);
	if (answers) {
		complain("a gateway runs at %s already: end it, or say another "
			 "address with --listen",
		    path);
		return STATUS_CONFIG;
	}
	if (unlink(path) != 0 && errno != ENOENT) {
		complain("cannot remove %s: %s", path, strerror(errno));
		return STATUS_CONFIG;
	}
	return STATUS_DONE;
}

static int
choose_who(struct gateway *g)
{
	const char *named = args_value(g->args, "who");

	if (g->socket == NULL)
		g->conf.who = GATEWAY_TOKEN;
	if (named == NULL || (strcmp(named, "token") == 0 && g->socket == NULL))
		return STATUS_DONE;
	if (strcmp(named, "sockets") == 0 && g->socket == NULL) {
		g->conf.who = GATEWAY_SOCKETS;
		return STATUS_DONE;
	}
	complain("--who takes token or sockets, and is for a port: on a Unix "
		 "socket the kernel says who calls");
	return STATUS_USAGE;
}

/* Where a browser finds the page; NULL: nowhere. */
static const char *
page_at(const struct gateway *g)
{
	if (g->page_listen[0] != '\0')
		return g->page_listen;
	return g->socket == NULL ? g->listen : NULL;
}

static bool
has_page_token(const struct gateway *g)
{
	return page_at(g) != NULL && g->conf.who != GATEWAY_SOCKETS;
}

static int
choose_page(struct gateway *g)
{
	const char *named = args_value(g->args, "page");

	if (named == NULL)
		return STATUS_DONE;
	if (!address_of(named, g->page_listen) ||
	    !is_loopback(g->page_listen)) {
		complain("--page takes a port, 127.0.0.1:PORT or [::1]:PORT");
		return STATUS_USAGE;
	}
	if (strcmp(g->page_listen, g->listen) == 0) {
		complain("--page names the port of --listen, which has the "
			 "page: leave --page out");
		return STATUS_USAGE;
	}
	g->conf.page_listen = g->page_listen;
	return STATUS_DONE;
}

/* ---- Files ---------------------------------------------------------------- */

static FILE *
create(const char *path)
{
	const int fd = open(
	    path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *to = fd < 0 ? NULL : fdopen(fd, "w");

	if (to == NULL)
		complain("cannot write %s: %s", path, strerror(errno));
	return to;
}

static int
finish(FILE *to, const char *path)
{
	const bool failed = ferror(to) != 0;

	if (fclose(to) == 0 && !failed)
		return STATUS_DONE;
	complain("cannot write %s: %s", path, strerror(errno));
	return STATUS_INTERNAL;
}

/* A token for this run, that this user alone can read; `text` has it, too. */
static int
write_token(const struct gateway *g, const char *name, char text[TOKEN_SIZE])
{
	unsigned char bytes[(TOKEN_SIZE - 1) / 2];
	char path[TEXT_SIZE + 16];
	FILE *to;

	(void)snprintf(path, sizeof(path), "%s/%s", g->dir, name);
	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes)) {
		complain("there are no random bytes for a token");
		return STATUS_INTERNAL;
	}
	to = create(path);
	if (to == NULL)
		return STATUS_CONFIG;
	for (size_t i = 0; i < sizeof(bytes); i++)
		(void)snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	fprintf(to, "%s\n", text);
	return finish(to, path);
}

static int
write_tokens(struct gateway *g)
{
	char text[TOKEN_SIZE];
	int code = STATUS_DONE;

	if (g->conf.who == GATEWAY_TOKEN)
		code = write_token(g, "token", text);
	if (code == STATUS_DONE && has_page_token(g))
		code = write_token(g, "page-token", g->page_token);
	return code;
}

/*
 * A browser is led to the page by a file of this user's alone: an address in its
 * arguments is for all users of the machine to see.
 */
static int
write_page_file(const struct gateway *g)
{
	char path[TEXT_SIZE + 16];
	FILE *to;

	(void)snprintf(path, sizeof(path), "%s/page.html", g->dir);
	to = create(path);
	if (to == NULL)
		return STATUS_CONFIG;
	fprintf(to,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
	    "<title>apam gateway</title>\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n"
	    "<meta http-equiv=\"refresh\" content=\"0; "
	    "url=http://%s/-/apam/%s%s\">\n",
	    page_at(g), g->page_token[0] == '\0' ? "" : "#", g->page_token);
	return finish(to, path);
}

/* What the page shows is asked for here. */
static int
open_page(struct gateway *g)
{
	char path[TEXT_SIZE + 16];

	(void)snprintf(path, sizeof(path), "%s/page.sock", g->dir);
	g->page_socket = page_server_open(path);
	if (g->page_socket >= 0)
		return STATUS_DONE;
	complain("cannot listen at %s: %s; say another directory with --dir",
	    path, strerror(errno));
	return STATUS_CONFIG;
}

/* The text of a configuration, which the caller frees; NULL without memory. */
static char *
text_of(const struct nginx_conf *conf)
{
	char *text = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&text, &n);

	if (to == NULL)
		return NULL;
	nginx_conf_write(conf, to);
	if (fclose(to) == 0)
		return text;
	free(text);
	return NULL;
}

/* At once, so that nginx never reads a part of it. */
static int
write_conf(const struct gateway *g, const char *text)
{
	char path[TEXT_SIZE + 8];
	FILE *to;
	int code;

	(void)snprintf(path, sizeof(path), "%s.new", g->file);
	to = create(path);
	if (to == NULL)
		return STATUS_CONFIG;
	(void)fputs(text, to);
	code = finish(to, path);
	if (code != STATUS_DONE || rename(path, g->file) == 0)
		return code;
	complain("cannot write %s: %s", g->file, strerror(errno));
	return STATUS_CONFIG;
}

/* What is in use, or is not this user's, is said before anything is served. */
static int
check_address(const char *address, const char *option)
{
	if (can_listen(address))
		return STATUS_DONE;
	complain("cannot listen at %s: %s; say another address with %s",
	    address, strerror(errno), option);
	return STATUS_CONFIG;
}

static int
check_addresses(const struct gateway *g)
{
	const int code = check_address(g->listen, "--listen");

	if (code != STATUS_DONE || g->page_listen[0] == '\0')
		return code;
	return check_address(g->page_listen, "--page");
}

static int
write_files(struct gateway *g)
{
	int code = make_directory(g->dir);

	if (code == STATUS_DONE && g->socket != NULL)
		code = clear_socket(g->socket);
	/* The files may be those of a gateway that runs there. */
	if (code == STATUS_DONE)
		code = check_addresses(g);
	if (code == STATUS_DONE)
		code = write_tokens(g);
	if (code == STATUS_DONE && page_at(g) != NULL)
		code = write_page_file(g);
	if (code == STATUS_DONE)
		code = open_page(g);
	if (code != STATUS_DONE)
		return code;
	(void)snprintf(g->file, sizeof(g->file), "%.4000s/nginx.conf", g->dir);
	(void)snprintf(g->pid, sizeof(g->pid), "%.4000s/nginx.pid", g->dir);
	(void)unlink(g->pid);
	g->text = text_of(&g->conf);
	if (g->text != NULL)
		return write_conf(g, g->text);
	complain("out of memory");
	return STATUS_INTERNAL;
}

/* ---- nginx ---------------------------------------------------------------- */

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
 * How it is looked at.  A terminal is this user's; what else is written may be
 * kept for others to read, and does not have the token.
 */
static void
say_page(const struct gateway *g)
{
	const bool shown = g->page_token[0] != '\0' && isatty(STDOUT_FILENO);

	if (page_at(g) == NULL) {
		printf(
		    "to look at it in a browser, start it with --page PORT\n");
		return;
	}
	printf("look at it:\n");
	if (shown || g->page_token[0] == '\0')
		printf("  http://%s/-/apam/%s%s\n", page_at(g),
		    shown ? "#" : "", shown ? g->page_token : "");
	printf("  xdg-open %s/page.html\n", g->dir);
}

static void
say_port(const struct gateway *g, const char *name)
{
	const char *host = g->conf.origins[0].authority;

	if (g->conf.who == GATEWAY_SOCKETS)
		printf("call it:\n"
		       "  curl http://%s/%s/PATH\n"
		       "  http_proxy=http://%s curl http://%s/PATH\n",
		    g->listen, name, g->listen, host);
	else
		printf("call it:\n"
		       "  curl -H \"Authorization: Bearer $(cat %s/token)\" "
		       "http://%s/%s/PATH\n"
		       "  http_proxy=http://apam:$(cat %s/token)@%s "
		       "curl http://%s/PATH\n",
		    g->dir, g->listen, name, g->dir, g->listen, host);
}

/* What is served, and how it is called. */
static void
say(const struct gateway *g)
{
	const char *name;

	printf("apam gateway on %s:\n", g->listen);
	for (size_t i = 0; i < g->conf.count; i++)
		if (g->conf.origins[i].by_path)
			printf("  /%s/ is %s/\n", g->conf.origins[i].profile,
			    g->conf.origins[i].origin);
	if (g->conf.count == 0) {
		printf("  no profile is left\n");
		(void)fflush(stdout);
		return;
	}
	say_page(g);
	name = g->conf.origins[0].profile;
	if (g->socket != NULL)
		printf("call it:\n"
		       "  curl --unix-socket %s http://localhost/%s/PATH\n"
		       "  curl --unix-socket %s http://%s/PATH\n",
		    g->socket, name, g->socket, g->conf.origins[0].authority);
	else
		say_port(g, name);
	(void)fflush(stdout);
}

/* Take what is served from now on.  True: nginx is to read it. */
static bool
take(struct gateway *g, struct nginx_conf *next, bool asked)
{
	char *text = text_of(next);
	const bool same = text != NULL && strcmp(text, g->text) == 0;

	if (text == NULL || (same && !asked) ||
	    write_conf(g, text) != STATUS_DONE) {
		nginx_conf_free(next);
		free(text);
		return false;
	}
	nginx_conf_free(&g->conf);
	g->conf = *next;
	free(g->text);
	g->text = text;
	say(g);
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
	if (code == STATUS_DONE && nginx_conf_unfit(&next) != NULL) {
		complain("nginx's configuration cannot hold %s: use another "
			 "path",
		    nginx_conf_unfit(&next));
		code = STATUS_CONFIG;
	}
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
	char *const argv[] = { g->nginx, name, log, by, g->file, NULL };
	const struct supervised s = { .argv = argv,
		.ready = g->pid,
		.directory = profile_dir,
		.changed = changed,
		.beside = answer_page,
		.arg = g };

	return supervise(&s);
}

/* ---- The command ---------------------------------------------------------- */

/* nginx's workers have no environment: what it says of the file is written. */
static int
choose_config(struct cli *cli, struct gateway *g)
{
	const char *named = cli->options.config;
	char *path;

	if (named == NULL)
		named = getenv("APAM_CONFIG");
	if (named == NULL)
		return STATUS_DONE;
	path = session_path(named);
	if (path != NULL)
		(void)snprintf(g->config, sizeof(g->config), "%s", path);
	free(path);
	g->conf.config = g->config;
	g->conf.user = (cli->options.flags & APAM_OPEN_USER) != 0;
	return STATUS_DONE;
}

#define WORKERS_MAX 64

/* Each of them opens apam for itself. */
static int
choose_workers(struct gateway *g)
{
	const char *named = args_value(g->args, "workers");
	unsigned n = 0;

	g->conf.workers = 1;
	if (named == NULL)
		return STATUS_DONE;
	for (size_t i = 0; named[i] >= '0' && named[i] <= '9' && i < 3; i++)
		n = n * 10 + (unsigned)(named[i] - '0');
	if (n == 0 || n > WORKERS_MAX ||
	    named[strspn(named, "0123456789")] != '\0') {
		complain("--workers takes a number from 1 to %d", WORKERS_MAX);
		return STATUS_USAGE;
	}
	g->conf.workers = n;
	return STATUS_DONE;
}

static int
prepare(struct cli *cli, struct gateway *g)
{
	int code = choose_directory(g);

	if (code == STATUS_DONE)
		code = choose_workers(g);
	if (code == STATUS_DONE)
		code = choose_listen(g);
	if (code == STATUS_DONE)
		code = choose_who(g);
	if (code == STATUS_DONE)
		code = choose_page(g);
	if (code == STATUS_DONE)
		code = choose_config(cli, g);
	if (code == STATUS_DONE)
		code = find_nginx(g);
	if (code == STATUS_DONE)
		code = serving_collect(cli, g->args, NULL, &g->conf);
	if (code != STATUS_DONE)
		return code;
	g->conf.module = g->module;
	g->conf.dir = g->dir;
	g->conf.listen = g->listen;
	g->conf.root = geteuid() == 0;
	if (!args_has(g->args, "print"))
		g->conf.page = g->page;
	if (nginx_conf_unfit(&g->conf) == NULL)
		return STATUS_DONE;
	complain("nginx's configuration cannot hold %s: use another path",
	    nginx_conf_unfit(&g->conf));
	return STATUS_CONFIG;
}

static int
serve(struct gateway *g)
{
	char *profile_dir;
	int code = write_files(g);

	if (code != STATUS_DONE)
		return code;
	profile_dir = strdup(apam_directory(g->cli->ctx, "profile_dir"));
	session_close(g->cli);
	say(g);
	code = run_nginx(g, profile_dir);
	free(profile_dir);
	return code;
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
	g->args = args;
	g->cli = cli;
	code = prepare(cli, g);
	if (code == STATUS_DONE && args_has(args, "print"))
		nginx_conf_write(&g->conf, stdout);
	else if (code == STATUS_DONE)
		code = serve(g);
	nginx_conf_free(&g->conf);
	free(g->text);
	free(g);
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
