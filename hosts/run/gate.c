/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nginx takes its sockets from this process, as it does from an nginx that it
 * replaces: so they are there before it is, and none of them is a second one's.
 */
#define _GNU_SOURCE /* setenv, open_memstream */
#include "gate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "child.h"
#include "dial.h"
#include "memory_file.h"
#include "say.h"
#include "tool.h"
#include "tunnel.h"

#define SOCKET_SIZE (FOLDER_SIZE + 24)

/* What is open for nginx alone, until that has started. */
struct lent {
	int *fds;
	size_t count, room;
};

static bool
lend(struct lent *lent, int fd)
{
	if (fd >= 0 && lent->count < lent->room) {
		lent->fds[lent->count++] = fd;
		return true;
	}
	if (fd >= 0)
		(void)close(fd);
	return false;
}

static void
close_lent(struct lent *lent)
{
	for (size_t i = 0; i < lent->count; i++)
		(void)close(lent->fds[i]);
	free(lent->fds);
}

/* ---- Sockets ------------------------------------------------------------- */

static int
listen_at(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	    listen(fd, SOMAXCONN) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* Make the sockets of all places; their numbers go to `list`, as nginx has it. */
static bool
make_sockets(struct gate *gate, const struct folder *folder, struct lent *lent,
    FILE *list)
{
	for (size_t i = 0; i < gate->places->count; i++) {
		char *path = malloc(SOCKET_SIZE);
		int fd;

		gate->sockets[i] = path;
		if (path == NULL)
			return false;
		snprintf(path, SOCKET_SIZE, "%s/%zu", folder->path, i);
		fd = listen_at(path);
		if (!lend(lent, fd))
			return false;
		fprintf(list, "%d;", fd);
	}
	return true;
}

/* ---- nginx's configuration ----------------------------------------------- */

static void
write_head(FILE *to, const struct gate *gate, const char *folder,
    const char *module)
{
	fprintf(to,
	    "load_module %s;\ndaemon off;\nmaster_process off;\n"
	    "pid %s/pid;\nerror_log stderr error;\n%s"
	    "events { worker_connections 4096; }\n"
	    "http {\naccess_log off;\nserver_tokens off;\n"
	    "client_body_temp_path %s/body;\nproxy_temp_path %s/proxy;\n"
	    "fastcgi_temp_path %s/fastcgi;\nuwsgi_temp_path %s/uwsgi;\n"
	    "scgi_temp_path %s/scgi;\n",
	    module, folder, geteuid() == 0 ? "user root;\n" : "", folder,
	    folder, folder, folder, folder);
	if (gate->config != NULL)
		fprintf(to, "apam_config \"%s\"%s;\n", gate->config,
		    geteuid() == 0 ? "" : " user");
	fputs("apam_callers peer;\napam_problems on;\n"
	      "client_max_body_size 0;\nproxy_http_version 1.1;\n"
	      "proxy_buffering off;\nproxy_read_timeout 1h;\n"
	      "proxy_send_timeout 1h;\nkeepalive_requests 100000;\n"
	      "map $http_upgrade $apam_connection "
	      "{ default upgrade; '' ''; }\n",
	    to);
}

/* Lend a file with a text. */
static bool
lend_text(struct lent *lent, const char *text, char path[MEMORY_PATH_SIZE])
{
	return lend(
	    lent, memory_file((const char *const[]){ text }, 1, path));
}

static bool
write_place(FILE *to, const struct gate *gate, size_t i, struct lent *lent)
{
	const struct place *place = &gate->places->all[i];
	const bool v6 = strchr(place->host, ':') != NULL;
	char certificate[MEMORY_PATH_SIZE], key[MEMORY_PATH_SIZE];
	char origin[PLACE_HOST_MAX + 32];
	const struct authority *a = &gate->authorities[i];

	if (!lend_text(lent, a->certificate, certificate) ||
	    !lend_text(lent, a->key, key))
		return false;
	snprintf(origin, sizeof(origin), "https://%s%s%s:%u", v6 ? "[" : "",
	    place->host, v6 ? "]" : "", place->port);
	fprintf(to,
	    "server {\nlisten unix:%s ssl;\nssl_certificate %s;\n"
	    "ssl_certificate_key %s;\napam_hosts %s%s%s;\n"
	    "location / {\napam *;\napam_origin %s;\nproxy_pass %s;\n"
	    "proxy_set_header Upgrade $http_upgrade;\n"
	    "proxy_set_header Connection $apam_connection;\n}\n}\n",
	    gate->sockets[i], certificate, key, v6 ? "[" : "", place->host,
	    v6 ? "]" : "", origin, origin);
	return true;
}

/* All of it as a file in memory, whose path is written to `path`. */
static bool
write_conf(const struct gate *gate, const struct folder *folder,
    const char *module, struct lent *lent, char path[MEMORY_PATH_SIZE])
{
	char *text = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&text, &n);
	bool ok = to != NULL;

	if (!ok)
		return false;
	write_head(to, gate, folder->path, module);
	for (size_t i = 0; ok && i < gate->places->count; i++)
		ok = write_place(to, gate, i, lent);
	fputs("}\n", to);
	ok = fclose(to) == 0 && ok && lend_text(lent, text, path);
	free(text);
	return ok;
}

/* ---- nginx --------------------------------------------------------------- */

/* It answers, even if only that this is no TLS. */
static bool
wait_for(const char *socket)
{
	static const char request[] = "GET / HTTP/1.0\r\n\r\n";
	const int fd = dial_local(socket);
	bool answers;
	char byte;

	if (fd < 0)
		return false;
	answers = tunnel_write(fd, request, sizeof(request) - 1) &&
	    recv(fd, &byte, 1, 0) == 1;
	(void)close(fd);
	return answers;
}

static bool
run_nginx(struct gate *gate, const char *folder, char *conf, char *list)
{
	char nginx[TOOL_PATH_SIZE], prefix[FOLDER_SIZE];
	char *const argv[] = { nginx, "-e", "stderr", "-p", prefix, "-c", conf,
		NULL };

	if (!tool_nginx(nginx)) {
		say("there is no nginx: install the package nginx-light");
		return false;
	}
	snprintf(prefix, sizeof(prefix), "%s", folder);
	if (setenv("NGINX", list, 1) == 0)
		gate->pid = child_start(argv);
	(void)unsetenv("NGINX");
	if (gate->pid > 0)
		return true;
	say("%s cannot be run: %s", nginx, strerror(errno));
	return false;
}

/* Make sockets and files, and run nginx with them. */
static bool
start_with(struct gate *gate, const struct folder *folder, struct lent *sockets,
    struct lent *files)
{
	char module[TOOL_PATH_SIZE], conf[MEMORY_PATH_SIZE], *list = NULL;
	size_t n = 0;
	FILE *numbers = open_memstream(&list, &n);
	bool ok = numbers != NULL && make_sockets(gate, folder, sockets, numbers);

	if (numbers != NULL)
		(void)fclose(numbers);
	if (!ok)
		say("the gateway's sockets cannot be made: %s",
		    strerror(errno));
	else if (!(ok = tool_module(module)))
		say("apam's module for nginx is not installed: install the "
		    "package libnginx-mod-http-apam");
	else if (!(ok = write_conf(gate, folder, module, files, conf)))
		say("the gateway cannot be set up: %s", strerror(errno));
	ok = ok && run_nginx(gate, folder->path, conf, list);
	free(list);
	return ok;
}

static struct lent
new_lent(size_t room)
{
	return (struct lent){ calloc(room, sizeof(int)), 0, room };
}

bool
gate_start(struct gate *gate, const struct folder *folder)
{
	const size_t count = gate->places->count;
	/* A certificate and a key for each; and the configuration. */
	struct lent sockets = new_lent(count), files = new_lent(2 * count + 1);
	bool ok = sockets.fds != NULL && files.fds != NULL;

	gate->pid = -1;
	gate->sockets = calloc(count, sizeof(*gate->sockets));
	if (!ok || gate->sockets == NULL)
		say("out of memory");
	else
		ok = start_with(gate, folder, &sockets, &files);
	/* nobody else has them then, so that its end is seen */
	close_lent(&sockets);
	if (ok && !(ok = wait_for(gate->sockets[0])))
		say("the gateway has not started: see above");
	close_lent(&files);
	return ok;
}

void
gate_free(struct gate *gate)
{
	child_end(gate->pid);
	for (size_t i = 0; gate->sockets != NULL && i < gate->places->count;
	     i++)
		free(gate->sockets[i]);
	free(gate->sockets);
	gate->sockets = NULL;
}
